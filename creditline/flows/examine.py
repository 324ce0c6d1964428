"""Examine a decision: replayed, beside what would have been otherwise, with the facts it saw and what was told of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import polars as pl

from creditline.clock import Clock, to_us
from creditline.decision.examined import Value, card_of, table_of, values_of
from creditline.decision.known import known_at
from creditline.decision.outcome import Decision, Kind
from creditline.decision.product import Product
from creditline.decision.what_if import what_if
from creditline.errors import Code, Malformed, NotFound
from creditline.events.frames import EVENT_SCHEMA, Facts, facts_of_frame
from creditline.events.row import EventRow
from creditline.events.undone import Undone, with_undone
from creditline.explanation.letter import Letter
from creditline.explanation.told import Mismatch, mismatches_of
from creditline.flows.house import House
from creditline.flows.notices import written
from creditline.flows.replay import Replayed, replayed
from creditline.profile.behind import behind
from creditline.profile.catalogue import FEATURES
from creditline.restoration.plan import Plan, plan_of
from creditline.store import decisions, facts, notices, promises
from creditline.store.connect import Connection, Database
from creditline.store.facts import Seen
from creditline.store.promises import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposing:
    """What is supposed otherwise: values by name, events that did not happen, another edition, or that it is asked now."""

    values: Mapping[str, float | None] = field(default_factory=dict)
    without: frozenset[UUID] = frozenset()
    edition: str | None = None
    is_now: bool = False

    @property
    def is_anything(self) -> bool:
        """Whether anything is supposed at all."""
        return bool(self.values or self.without or self.edition or self.is_now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A decision as it was or would have been: by which product, and of a repayment the plan it lays out."""

    product: Product
    decision: Decision
    plan: Plan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A decision taken apart: its replay, what is supposed, its values, what was told of it, and whether that is what it used.

    `counts` says by feature how many facts its value was folded from; `card` names the score that the table reads.
    """

    replay: Replayed
    then: Side
    supposed: Side | None
    card: str | None
    values: tuple[Value, ...]
    counts: Mapping[str, int]
    letters: tuple[Letter, ...]
    promises: tuple[Kept, ...]
    mismatches: tuple[Mismatch, ...]


async def examine(db: Database, clock: Clock, house: House, decision: UUID, *, supposing: Supposing) -> Examined:
    """Return a decision taken apart, beside what it would have been if something were otherwise; it changes nothing.

    Raise `NotFound` for an unknown decision or edition, `Malformed` for what cannot be supposed.
    """
    async with db.reading() as connection:
        stored, sealed, seen = await _read(connection, decision)
        replay = await replayed(connection, house, stored, sealed, seen)
        product = await house.edition(connection, stored.edition)
        known = await facts.seen_of(connection, stored.borrower, seen=seen, own=_own(stored))
        then = _side(house, product, stored)
        other = await _supposed(connection, clock, house, then, supposing, known=known)
        values = values_of(product, stored, supposed=(other.product, other.decision) if other else None)
        told = await promises.of_decision(connection, decision)
        letters = await _letters(connection, house, stored)
        return Examined(
            replay=replay,
            then=then,
            supposed=other,
            card=(card_of(product, stored) or (None,))[0],
            values=values,
            counts={one.name: len(_behind(one.name, known, stored.as_of)) for one in values if one.is_read},
            letters=letters,
            promises=tuple(told),
            mismatches=tuple(
                mismatches_of(
                    replay.again,
                    stored=stored,
                    letters=letters,
                    told=[one.promise for one in told],
                    product=product,
                    speakers=(house.lawful(product), house.speaker(product), product),
                )
            ),
        )


async def facts_behind(db: Database, decision: UUID, *, feature: str | None) -> tuple[Decision, Sequence[EventRow]]:
    """Return the facts that a decision saw, newest first, or those of them that one feature was folded from."""
    async with db.reading() as connection:
        stored, _, seen = await _read(connection, decision)
        known = await facts.seen_of(connection, stored.borrower, seen=seen, own=_own(stored))
        found = known.rows if feature is None else _behind(feature, known, stored.as_of)
        return stored, found[::-1]


async def facts_about(db: Database, borrower: str) -> list[EventRow]:
    """Return every fact on record about a borrower, newest first; none for one nobody has heard of."""
    async with db.reading() as connection:
        return (await facts.of_borrower(connection, borrower))[::-1]


def _behind(feature: str, known: Seen, as_of: datetime) -> list[EventRow]:
    undone_from = {undone: at for undone, (_, at) in known.undone.items()}
    return behind(feature, known.rows, features=FEATURES, as_of=as_of, undone_from=undone_from)


async def _read(db: Connection, decision: UUID) -> tuple[Decision, bytes, str]:
    found = await decisions.read_sealed(db, decision)
    if found is None:
        raise NotFound(f"There is no decision {decision}.", code=Code.DECISION_UNKNOWN)
    return found


def _own(stored: Decision) -> UUID | None:
    """Return the event that a decision recorded itself and that counts for it: a repayment's."""
    return stored.id if stored.kind is Kind.RESTORATION else None


async def _letters(db: Connection, house: House, stored: Decision) -> tuple[Letter, ...]:
    if stored.id not in await notices.read(db, [stored.id]):
        return ()
    return (await written(db, house, stored.id)).letters


async def _supposed(
    db: Connection, clock: Clock, house: House, then: Side, supposing: Supposing, *, known: Seen
) -> Side | None:
    """Ask a decision again: by another edition, now, from other facts, and then with other values; None for none of it."""
    if not supposing.is_anything:
        return None
    stored, product = then.decision, then.product
    if supposing.edition:
        product = await _edition(db, house, stored, supposing.edition)
    if unknown := supposing.without - {row.id for row in known.rows}:
        raise Malformed(
            f"Event {min(map(str, unknown))} was not among what decision {stored.id} saw. Read its facts, and leave out one "
            "of those.",
            code=Code.MESSAGE_MALFORMED,
        )
    as_of = stored.as_of
    if supposing.is_now:
        as_of, known = clock(), await facts.seen_of(db, stored.borrower, seen=await facts.snapshot(db))
    asked = stored
    if supposing.without or supposing.is_now or product is not then.product:
        found = known_at(product, _facts(known, without=supposing.without), as_of=as_of)
        asked = replace(stored, as_of=as_of, features=found.features, sources_count=found.sources_count)
    return _side(house, product, what_if(product, asked, supposing.values))


async def _edition(db: Connection, house: House, stored: Decision, edition: str) -> Product:
    is_hash = len(edition) == 64 and all(one in "0123456789abcdef" for one in edition)
    if not is_hash or await decisions.read_edition(db, edition) is None:
        raise NotFound(f"There is no edition {edition[:64]!r}. Read the product's history.", code=Code.EDITION_UNKNOWN)
    product = await house.edition(db, edition)
    if product.name != stored.product or table_of(stored) not in product.compiled.decisions:
        raise Malformed(
            f"Edition {edition[:12]} is of {product.name} and cannot be asked what {stored.product} was asked by "
            f"{table_of(stored)}. Choose an edition of the same product that has it.",
            code=Code.MESSAGE_MALFORMED,
        )
    return product


def _facts(known: Seen, *, without: Collection[UUID]) -> Facts:
    """Return what was seen of one borrower as if some of it had not been: what one of these undid then counts on."""
    kept = {row.id: row for row in known.rows if row.id not in without}
    frame = pl.DataFrame([(str(row.id), *row[1:]) for row in kept.values()], schema=EVENT_SCHEMA, orient="row")
    borrowers = sorted({row.borrower for row in known.rows})
    undone = [
        Undone(
            place=0,
            number=row.number,
            happened_us=to_us(row.happened_at),
            recorded_us=to_us(row.recorded_at),
            amount_minor=row.amount_minor or 0,
            from_us=to_us(at),
        )
        for own, (by, at) in known.undone.items()
        if (row := kept.get(own)) is not None and by in kept
    ]
    return with_undone(facts_of_frame(frame, borrowers), undone)


def _side(house: House, product: Product, decision: Decision) -> Side:
    law = house.lawful(product).law
    plan = plan_of(decision, law=law) if decision.kind is Kind.RESTORATION else None
    return Side(product=product, decision=decision, plan=plan)
