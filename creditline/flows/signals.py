"""Signals: what is learned of a borrower decides again the lines on which something waits, and no other.

Whoever takes an event in raises the signal in the same transaction; the worker takes it within a second. Time alone keeps the
day that was told: what is new must make the difference, and each part's own condition must hold (`restoration.early`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from creditline.clock import Clock, just_after
from creditline.decision.arms import decide_armed
from creditline.decision.decide import decide, position_of, question_of
from creditline.decision.known import known_at
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.errors import Code, Unavailable
from creditline.flows.house import House, Offer
from creditline.flows.restore import look_again
from creditline.flows.turn import as_of_for
from creditline.ids import id_from
from creditline.ledger.line import Line
from creditline.restoration.early import as_if_blocked, recorded_before
from creditline.restoration.ending import ending_question
from creditline.restoration.plan import Tranche
from creditline.store import decisions, due, facts, lines, requests, signals
from creditline.store.connect import Connection, Database
from creditline.store.signals import Signal

BATCH = 64


async def answer_signals(db: Database, clock: Clock, house: House, *, besides: Collection[UUID] = ()) -> list[Decision]:
    """Decide again every line of which something is new, in batches; returns what was brought back before its day."""
    released: list[Decision] = []
    while True:
        async with db.reading() as connection:
            found = await signals.waiting(connection, besides=besides, most=BATCH)
        if not found:
            return released
        released += await _answer(db, clock, house, found)


async def answer_singly(
    db: Database, clock: Clock, house: House, *, besides: Collection[UUID]
) -> dict[UUID, Exception]:
    """Decide lines again one by one, leaving out `besides`; returns what failed which of them.

    Raises `Unavailable` when the database itself is away.
    """
    async with db.reading() as connection:
        found = await signals.waiting(connection, besides=besides, most=BATCH)
    failed: dict[UUID, Exception] = {}
    for line in found:
        try:
            await _answer(db, clock, house, [line])
        except Exception as wrong:
            if isinstance(wrong, Unavailable) and wrong.code is not Code.CLOCK_BEHIND:
                raise
            failed[line] = wrong
    return failed


async def _answer(db: Database, clock: Clock, house: House, found: Sequence[UUID]) -> list[Decision]:
    """Decide some lines again in one transaction; safe in many workers at once."""
    async with db.transaction() as connection:
        locked = await lines.lock(connection, found)
        taken = await signals.take(connection, found)
        waiting: dict[UUID, list[Tranche]] = {}
        for tranche in await due.open_of(connection, [one.line for one in taken]):
            waiting.setdefault(tranche.line, []).append(tranche)
        offer = await house.offer(connection, clock())
        released: list[Decision] = []
        for signal in taken:
            if own := waiting.get(signal.line):
                released += await _decide(connection, house, offer, signal, own, locked=locked, now=clock())
        return released


async def _decide(
    db: Connection,
    house: House,
    offer: Offer,
    signal: Signal,
    waiting: Sequence[Tranche],
    *,
    locked: dict[UUID, Line],
    now: datetime,
) -> list[Decision]:
    """Ask whether what is new brings everything that waits on a line back at once, and bring back what may come."""
    line, now = locked[signal.line], just_after(now)
    at = as_of_for(line, now)
    product = offer.product(line.product, at)
    if not product.releases_early:
        return []
    known = await facts.facts(db, [line.borrower], seen=offer.seen)
    question = question_of(
        line,
        Kind.RESTORATION,
        request=signal_id(line.id, signal.since, at=at),
        as_of=at,
        position=position_of(line, requested_minor=sum(one.amount_minor for one in waiting)),
    )
    armed = offer.armed(product)
    decision = decide_armed(armed, question, known_at(product, known, as_of=at)).decision
    if decision.answer is not Answer.AT_ONCE:
        return []
    before = as_if_blocked(question) if signal.is_unblock else question
    without = known_at(product, recorded_before(known, signal.since), as_of=at)
    if decide_armed(armed, before, without).decision.answer is Answer.AT_ONCE:
        return []
    told = {one.edition: await house.edition(db, one.edition) for one in waiting}
    free = [
        one
        for one in waiting
        if decide(
            told[one.edition],
            ending_question(one, line, at),
            known_at(told[one.edition], known, as_of=at),
            is_explained=False,
        ).answer
        is Answer.RELEASED
    ]
    if not free:
        return []
    await requests.record(db, [requests.by_itself(decision, kind="signal")])
    await decisions.record(db, [decision], seen=offer.seen)
    await due.drop_timers(db, [one.id for one in free])
    released: list[Decision] = []
    for one in free:
        released += await look_again(db, now, house, [one], locked)
    return released


def signal_id(line: UUID, since: datetime, *, at: datetime) -> UUID:
    """Return the id of what is decided about a line at an instant because of news since another: it tells the news."""
    return id_from(f"signal/{line}/{since}", at=at)
