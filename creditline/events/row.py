"""The narrow stored form of an event: one row of plain columns, and back again without loss."""

import hashlib
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from creditline.clock import to_us
from creditline.errors import Broken, Code
from creditline.events.catalogue import BY_NUMBER, Event


class EventRow(NamedTuple):
    """An event as stored; `code` and `ref` hold the fields that its type names in `code_field` and `ref_field`."""

    id: UUID
    number: int
    borrower: str
    happened_at: datetime
    recorded_at: datetime
    amount_minor: int | None
    currency: str | None
    code: int | None
    ref: str | None


def row_of(event: Event, *, recorded_at: datetime) -> EventRow:
    """Return the stored form of an event that was learned of at `recorded_at`."""
    code: Any = getattr(event, event.code_field) if event.code_field else None
    ref: Any = getattr(event, event.ref_field) if event.ref_field else None
    return EventRow(
        id=event.id,
        number=event.number,
        borrower=event.borrower,
        happened_at=event.happened_at,
        recorded_at=recorded_at,
        amount_minor=getattr(event, "amount_minor", None),
        currency=getattr(event, "currency", None),
        code=_members(type(code)).index(code) if isinstance(code, StrEnum) else code,
        ref=None if ref is None else str(ref),
    )


def event_of(row: EventRow) -> Event:
    """Return the event a row was made from; raise `Broken` for a number that no type has."""
    kind = BY_NUMBER.get(row.number)
    if kind is None:
        raise Broken(f"Event {row.id} has type number {row.number}, which no type has.", code=Code.DATA_CORRUPT)
    fields: dict[str, Any] = {"id": row.id, "borrower": row.borrower, "happened_at": row.happened_at}
    types = _types(kind)
    if "amount_minor" in types:
        fields |= {"amount_minor": row.amount_minor, "currency": row.currency}
    if kind.code_field:
        enum = types[kind.code_field]
        is_enum = isinstance(enum, type) and issubclass(enum, StrEnum)
        fields[kind.code_field] = _members(enum)[row.code or 0] if is_enum else row.code
    if kind.ref_field and row.ref is not None:
        fields[kind.ref_field] = UUID(row.ref) if types[kind.ref_field] is UUID else row.ref
    return kind(**fields)


def digest_of(row: EventRow) -> bytes:
    """Return what tells a repeated event from another one under its id; when we learned of it does not count."""
    parts = (row.number, row.borrower, to_us(row.happened_at), row.amount_minor, row.currency, row.code, row.ref)
    return hashlib.sha256(repr(parts).encode()).digest()[:16]


@cache
def _types(kind: type[Event]) -> dict[str, Any]:
    """Return the types of a struct's fields by name."""
    return {field.name: field.type for field in msgspec.structs.fields(kind)}


@cache
def _members(enum: type[StrEnum]) -> tuple[StrEnum, ...]:
    """Return an enum's members in the order of their stored positions."""
    return tuple(enum)
