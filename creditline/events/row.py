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
from creditline.events.catalogue import BY_NUMBER
from creditline.events.event import Event

SLASH = "/"
"""Stands between the fields that share one place, none of which holds one."""


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


class _Shape(NamedTuple):
    """Where a type keeps what its rows hold; `members` are those of the enum that `code_field` is of, if it is of one."""

    has_amount: bool
    code_field: str
    members: tuple[StrEnum, ...] | None
    ref_fields: tuple[str, ...]
    is_ref_uuid: bool


def row_of(event: Event, *, recorded_at: datetime) -> EventRow:
    """Return the stored form of an event that was learned of at `recorded_at`."""
    has_amount, code_field, members, ref_fields, is_ref_uuid = _shape(type(event))
    code: Any = getattr(event, code_field) if code_field else None
    match ref_fields:
        case ():
            ref: Any = None
        case (ref_field,):
            ref = getattr(event, ref_field)
        case _:
            ref = SLASH.join(getattr(event, name) for name in ref_fields)
    # Every line that is taken in passes here: positions cost half of what names do, and str(UUID) five times this.
    return EventRow(
        event.id,
        event.number,
        event.borrower,
        event.happened_at,
        recorded_at,
        event.amount_minor if has_amount else None,  # type: ignore[attr-defined]  # Its shape says that it has one.
        event.currency if has_amount else None,  # type: ignore[attr-defined]  # The same.
        members.index(code) if members else code,
        msgspec.to_builtins(ref) if is_ref_uuid else ref,
    )


def event_of(row: EventRow) -> Event:
    """Return the event a row was made from; raise `Broken` for a row that no type of the catalogue makes."""
    kind = BY_NUMBER.get(row.number)
    if kind is None:
        raise Broken(f"Event {row.id} has type number {row.number}, which no type has.", code=Code.DATA_CORRUPT)
    has_amount, code_field, members, ref_fields, is_ref_uuid = _shape(kind)
    fields: dict[str, Any] = {"id": row.id, "borrower": row.borrower, "happened_at": row.happened_at}
    if has_amount:
        fields |= {"amount_minor": row.amount_minor, "currency": row.currency}
    if code_field:
        fields[code_field] = _member(row, members) if members else row.code
    match ref_fields:
        case (ref_field,):
            fields[ref_field] = _uuid(row) if is_ref_uuid else row.ref
        case _:
            fields |= zip(ref_fields, _parts(row, len(ref_fields)), strict=True)
    return kind(**fields)


def digest_of(row: EventRow) -> bytes:
    """Return what tells a repeated event from another one under its id; when we learned of it does not count."""
    parts = (row.number, row.borrower, to_us(row.happened_at), row.amount_minor, row.currency, row.code, row.ref)
    return hashlib.sha256(repr(parts).encode()).digest()[:16]


def _member(row: EventRow, members: tuple[StrEnum, ...]) -> StrEnum:
    """Return the member that the row's code is the position of."""
    if row.code is None or not 0 <= row.code < len(members):
        raise Broken(
            f"Event {row.id} has code {row.code}, and {type(members[0]).__name__} has positions 0 to {len(members) - 1}.",
            code=Code.DATA_CORRUPT,
        )
    return members[row.code]


def _parts(row: EventRow, count: int) -> list[str]:
    """Return what the row holds in its one place for several fields."""
    parts = (row.ref or "").split(SLASH) if count else []
    if len(parts) != count:
        raise Broken(f"Event {row.id} is about {row.ref!r}, which is not {count} parts.", code=Code.DATA_CORRUPT)
    return parts


def _uuid(row: EventRow) -> UUID:
    """Return the id that the row is about."""
    try:
        return UUID(row.ref)
    except (TypeError, ValueError):
        raise Broken(f"Event {row.id} is about {row.ref!r}, which is no UUID.", code=Code.DATA_CORRUPT) from None


@cache
def _shape(kind: type[Event]) -> _Shape:
    """Return where a type keeps what its rows hold."""
    types: dict[str, Any] = {field.name: field.type for field in msgspec.structs.fields(kind)}
    enum = types.get(kind.code_field)
    return _Shape(
        has_amount="amount_minor" in types,
        code_field=kind.code_field,
        members=tuple(enum) if isinstance(enum, type) and issubclass(enum, StrEnum) else None,
        ref_fields=tuple(kind.ref_field.split()),
        is_ref_uuid=types.get(kind.ref_field) is UUID,
    )
