"""Decisions, typed column by column, and the editions they were made with."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from math import isnan, nan
from operator import attrgetter
from typing import Any
from uuid import UUID

from creditline.decision.arms import Decided, Shadow
from creditline.decision.outcome import Answer, Decision, Kind, Needs, Position, Reason, Scores, Terms, seal
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("decisions")

PLAIN = ("id", "kind", "borrower", "line", "product", "currency", "as_of")
POSITION = tuple(Position.__dataclass_fields__)
SCORES = tuple(Scores.__dataclass_fields__)
TERMS = tuple(Terms.__dataclass_fields__)
NO_SCORES = (None,) * len(SCORES)

_of_plain, _of_position, _of_scores, _of_terms = (attrgetter(*names) for names in (PLAIN, POSITION, SCORES, TERMS))
"""Lay the parts of a record out in the order of their columns; a loop over the names takes several times as long."""

COLUMNS = (
    *PLAIN, "edition", "catalogue", "features", "sources_count", *POSITION, *SCORES, "rule_tables", "rule_rows", "answer",
    *TERMS, "reason_codes", "reason_factors", "reason_values", "reason_thresholds", "reason_needs", "arm", "seal", "seen",
)  # fmt: skip


async def record(db: Connection, decisions: Sequence[Decision], *, seen: str) -> None:
    """Write decisions with the snapshot in which their facts were read; the seal is computed here."""
    await db.add("decision", [_columns(one, seen) for one in decisions], columns=COLUMNS)


SHADOW_COLUMNS = ("decision", "arm", "edition", *SCORES, "rule_tables", "rule_rows", "answer", *TERMS, "failed")


async def record_shadows(db: Connection, decided: Sequence[Decided]) -> None:
    """Write what shadows say of the cases of some decisions; nothing if there are none."""
    rows = [_shadow_columns(one.decision.id, shadow) for one in decided for shadow in one.shadows]
    if rows:
        await db.add("shadow", rows, columns=SHADOW_COLUMNS)


async def shadows(db: Connection, ids: Sequence[UUID]) -> list[tuple[UUID, str, str, tuple[Any, ...]]]:
    """Return what shadows said of decisions: of which, the arm, its edition, and the columns after those."""
    rows = await db.fetch(SQL["read_shadows"], list(ids))
    return [
        (row["decision"], row["arm"], row["edition"].hex(), tuple(row[name] for name in SHADOW_COLUMNS[3:]))
        for row in rows
    ]


def said_by(shadow: Shadow) -> tuple[Any, ...]:
    """Return the columns in which a shadow says its answer, as `shadows` reads them."""
    one = shadow.decision
    if one is None:
        return (*NO_SCORES, [], [], None, *_of_terms(Terms()), shadow.failed)
    rules = _rules(one)
    return (
        *(_of_scores(one.scores) if one.scores else NO_SCORES),
        [table for table, _ in rules],
        [row for _, row in rules],
        one.answer,
        *_of_terms(one.terms),
        None,
    )


def _shadow_columns(decision: UUID, shadow: Shadow) -> tuple[Any, ...]:
    return (decision, shadow.arm, bytes.fromhex(shadow.edition), *said_by(shadow))


async def arms_of(db: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the arms that decisions were made in."""
    return {row["id"]: row["arm"] for row in await db.fetch(SQL["arms_of_decisions"], list(ids))}


async def read(db: Connection, ids: Sequence[UUID]) -> dict[UUID, Decision]:
    """Return decisions by id; an unknown id is simply absent."""
    return {row["id"]: decision_of(row) for row in await db.fetch(SQL["read_decisions"], list(ids))}


async def read_sealed(db: Connection, decision: UUID) -> tuple[Decision, bytes, str] | None:
    """Return a decision with its seal and the snapshot of its facts, or None."""
    rows = await db.fetch(SQL["read_decisions"], [decision])
    return (decision_of(rows[0]), rows[0]["seal"], rows[0]["seen"]) if rows else None


async def of_line(db: Connection, line: UUID, *, most: int) -> list[Decision]:
    """Return a line's latest decisions, newest first."""
    return [decision_of(row) for row in await db.fetch(SQL["decisions_of_line"], line, most)]


async def page_sealed(db: Connection, *, after: UUID, most: int) -> list[tuple[Decision, bytes, str]]:
    """Return up to `most` decisions with seal and snapshot, in id order after an id."""
    rows = await db.fetch(SQL["page_of_decisions"], after, most)
    return [(decision_of(row), row["seal"], row["seen"]) for row in rows]


async def latest(db: Connection, product: str, *, before: UUID, most: int) -> list[Decision]:
    """Return up to `most` of a product's decisions before an id, newest first."""
    return [decision_of(row) for row in await db.fetch(SQL["latest_decisions"], product, before, most)]


async def put_edition(db: Connection, *, edition: str, product: str, body: bytes, published_at: datetime) -> None:
    """Keep a product's packed folder under its hash; a second time changes nothing."""
    await db.execute(SQL["put_edition"], bytes.fromhex(edition), product, body, published_at)


async def read_edition(db: Connection, edition: str) -> bytes | None:
    """Return the packed folder of an edition, or None."""
    body: bytes | None = await db.fetchval(SQL["read_edition"], bytes.fromhex(edition))
    return body


def _columns(decision: Decision, seen: str) -> tuple[Any, ...]:
    """Lay a decision out in the order of COLUMNS, and its transaction; a missing number of a reason is NaN there."""
    scores = decision.scores
    rules = _rules(decision)
    return (
        *_of_plain(decision),
        bytes.fromhex(decision.edition),
        bytes.fromhex(decision.catalogue),
        list(decision.features),
        decision.sources_count,
        *_of_position(decision.position),
        *(_of_scores(scores) if scores else NO_SCORES),
        [table for table, _ in rules],
        [row for _, row in rules],
        decision.answer,
        *_of_terms(decision.terms),
        [reason.code for reason in decision.reasons],
        [reason.factor for reason in decision.reasons],
        [nan if reason.value is None else reason.value for reason in decision.reasons],
        [nan if reason.threshold is None else reason.threshold for reason in decision.reasons],
        [reason.needs for reason in decision.reasons],
        decision.arm,
        seal(decision),
        seen,
        None,
    )


def _rules(decision: Decision) -> list[tuple[str, int]]:
    """Return each table with each of its matched rows; row 0 stands for none."""
    return [(table, row) for table, rows in decision.rules for row in (rows or (0,))]


def decision_of(row: Row) -> Decision:
    """Read a record back: the exact inverse of `_columns`."""
    reasons = zip(
        row["reason_codes"],
        row["reason_factors"],
        row["reason_values"],
        row["reason_thresholds"],
        row["reason_needs"],
        strict=True,
    )
    rules = groupby(zip(row["rule_tables"], row["rule_rows"], strict=True), key=lambda rule: rule[0])
    return Decision(
        **{column: row[column] for column in PLAIN if column != "kind"},
        kind=Kind(row["kind"]),
        edition=row["edition"].hex(),
        catalogue=row["catalogue"].hex(),
        features=tuple(row["features"]),
        sources_count=row["sources_count"],
        position=Position(**{column: row[column] for column in POSITION}),
        scores=None if row["grade"] is None else Scores(**{column: row[column] for column in SCORES}),
        rules=tuple((table, tuple(place for _, place in own if place)) for table, own in rules),
        answer=Answer(row["answer"]),
        terms=Terms(**{column: row[column] for column in TERMS}),
        reasons=tuple(
            Reason(code=code, factor=factor, value=_known(value), threshold=_known(threshold), needs=Needs(needs))
            for code, factor, value, threshold, needs in reasons
        ),
        arm=row["arm"],
    )


def _known(value: float) -> float | None:
    return None if isnan(value) else value
