"""Close days of lines: book what ran up on each of them, and record how every line that owes stood when it was over.

A line is closed by whoever comes first: the program that closes days, or a payment that must not meet a loan before the
days before it are closed. Each line and day is closed once, in one transaction with where the line stands then, so that
a close may be stopped anywhere and run by many at once. Nobody is waited for, and no lock is held over the book.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from creditline.clock import DAY, MICROSECOND, Clock, business_day, start_of
from creditline.decision.lateness import bills_monthly, facts_of
from creditline.errors import Code, Unavailable
from creditline.events.row import EventRow, row_of
from creditline.flows.house import House, Offer
from creditline.flows.lending import owed
from creditline.flows.over import last_day, today
from creditline.flows.turn import as_of_for
from creditline.ids import id_from
from creditline.ledger.asset_class import Bucket
from creditline.ledger.chart import Transfer
from creditline.ledger.close import Closing, DayClosed, Suspense, close_line
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.store import days, facts, lines, loans, requests
from creditline.store.connect import Connection, Database
from creditline.store.days import Behind, Closed, Moved
from creditline.store.requests import Recorded

MOST_DAYS = 31
"""How many days of a line are closed in one transaction, so that none is long however many were missed."""

HELD_SECONDS = 0.2
PATIENCE = 50
"""How often, and after how long, lines are asked for again that others hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What closing days came to: the last day, how many days of lines were closed, which lines failed and which are left.

    `left_count` are lines that others held all the time, or that failed: they are closed by whoever comes next.
    """

    through_on: date
    line_days_count: int
    failed: Mapping[UUID, Exception]
    left_count: int


async def begin_closing(db: Database, clock: Clock) -> date:
    """Begin to close days with today, unless that was begun before; return the first day that is closed."""
    async with db.transaction() as connection:
        begun = await days.begins_on(connection)
        return begun or await days.begin(connection, await today(connection, clock), at=clock())


async def close_days(
    db: Database,
    clock: Clock,
    house: House,
    *,
    through: date | None = None,
    most: int = 250,
    told: Callable[[int], None] = lambda _: None,
) -> Run:
    """Close every day that is over, or those up to `through`, of every line that owes; `told` hears of each batch.

    Raise `NotAllowed` for a day that is not over.
    """
    async with db.reading() as connection:
        last = await last_day(connection, clock, through)
    failed: dict[UUID, Exception] = {}
    count, idle_count = 0, 0
    while True:
        done = await close_once(db, clock, house, through=last, most=most, failed=failed)
        count += done
        told(done)
        if done:
            idle_count = 0
            continue
        async with db.reading() as connection:
            left_count, _ = await days.not_closed(connection, through=last)
        idle_count += 1
        if left_count <= len(failed) or idle_count > PATIENCE:
            return Run(through_on=last, line_days_count=count, failed=failed, left_count=left_count)
        await asyncio.sleep(HELD_SECONDS)


async def close_once(
    db: Database, clock: Clock, house: House, *, through: date, most: int, failed: dict[UUID, Exception]
) -> int:
    """Close days of up to `most` lines in one transaction, one by one if that fails; return how many days were closed.

    Lines in `failed` are left out, and those that fail are added to it. Raise `Unavailable` when the database is away.
    """
    try:
        return await _close_batch(db, clock, house, through=through, most=most, besides=failed)
    except Unavailable as away:
        if away.code is not Code.CLOCK_BEHIND:
            raise
    except Exception:  # noqa: BLE001, S110  # What is wrong shows again below, beside the line it is wrong with.
        pass
    done = 0
    for _ in range(most):
        claimed: list[UUID] = []
        try:
            closed = await _close_batch(db, clock, house, through=through, most=1, besides=failed, claimed=claimed)
        except Exception as wrong:
            if not claimed or (isinstance(wrong, Unavailable) and wrong.code is not Code.CLOCK_BEHIND):
                raise
            failed[claimed[0]] = wrong
        else:
            if not closed:
                break
            done += closed
    return done


async def _close_batch(
    db: Database,
    clock: Clock,
    house: House,
    *,
    through: date,
    most: int,
    besides: Mapping[UUID, Exception],
    claimed: list[UUID] | None = None,
) -> int:
    async with db.transaction() as connection:
        behind = await days.claim(connection, through=through, most=most, besides=besides)
        if claimed is not None:
            claimed += [one.line for one in behind]
        upto = {one.line: min(through, one.next_on + timedelta(days=MOST_DAYS - 1)) for one in behind}
        return await _close(connection, house, behind, through=upto, at=clock())


async def close_before(db: Connection, house: House, locked: Mapping[UUID, Line], *, now: datetime) -> None:
    """Close the days before today of lines that the caller holds, so that their loans are met as they stand today.

    Every flow that changes a loan does this first. A line whose clock is wrong is left to whoever refuses it.
    """
    through: dict[UUID, date] = {}
    for line in locked.values():
        try:
            through[line.id] = business_day(as_of_for(line, now)) - DAY
        except Unavailable:
            continue
    if not through:
        return
    behind = await days.behind(db, list(through), through=max(through.values()))
    await _close(db, house, [one for one in behind if one.next_on <= through[one.line]], through=through, at=now)


async def _close(
    db: Connection, house: House, behind: Sequence[Behind], *, through: Mapping[UUID, date], at: datetime
) -> int:
    """Close days of lines that this transaction holds; return how many."""
    if not behind:
        return 0
    offer = await house.offer(db, at)
    owing = await owed(db, house, [one.line for one in behind])
    done = [(one, _closing(offer, one, owing.get(one.line, ()), through=through[one.line])) for one in behind]
    await requests.record(db, [_recorded(one.line, day, at=at) for one, own in done for day in own.days])
    await lines.transfer(db, [made for one, own in done for day in own.days for made in _transfers(one, day, at=at)])
    await loans.record(
        db,
        [
            (loan, _request(one.line, own.days[-1].result.day), _booked_at(one, own.days[-1].result.day, at=at))
            for one, own in done
            for loan in own.changed
        ],
    )
    await days.record(
        db,
        [
            Closed(
                result=day.result,
                request=_request(one.line, day.result.day),
                edition=offer.product(one.product, _end_of(day.result.day)).edition,
                closed_at=at,
            )
            for one, own in done
            for day in own.days
        ],
    )
    before = await days.buckets(db, {one.line: one.next_on - DAY for one in behind if one.is_late})
    await facts.record(
        db, [row for one, own in done for row in _facts(offer, one, own, before.get(one.line, Bucket.CURRENT), at=at)]
    )
    await days.move_on(db, [_moved(one, own) for one, own in done])
    return sum(len(own.days) for _, own in done)


def _closing(offer: Offer, one: Behind, owing: Sequence[Loan], *, through: date) -> Closing:
    return close_line(
        one.line,
        owing,
        since=one.next_on,
        through=through,
        suspense=Suspense(interest_minor=one.suspended_interest_minor, penalty_minor=one.suspended_penalty_minor),
        classes=lambda day: offer.product(one.product, _end_of(day)).lending.classes,
    )


def _moved(one: Behind, own: Closing) -> Moved:
    return Moved(
        line=one.line,
        next_on=own.next_on,
        suspended_interest_minor=own.suspense.interest_minor,
        suspended_penalty_minor=own.suspense.penalty_minor,
        is_late=own.days[-1].result.is_late,
        is_over=own.is_over,
    )


def _facts(offer: Offer, one: Behind, own: Closing, before: Bucket, *, at: datetime) -> list[EventRow]:
    """Return what became known of a line on its days, which stood in a bucket before them."""
    made: list[EventRow] = []

    def monthly(day: date) -> bool:
        return bills_monthly(offer.product(one.product, _end_of(day)))

    for day in own.days:
        told = facts_of(day, before, borrower=one.borrower, currency=one.currency, monthly=monthly)
        made += [row_of(event, recorded_at=at) for event in told]
        before = day.result.bucket
    return made


def _transfers(one: Behind, day: DayClosed, *, at: datetime) -> list[Transfer]:
    booked_at = _booked_at(one, day.result.day, at=at)
    return [
        Transfer(
            request=_request(one.line, day.result.day),
            ordinal=ordinal,
            line=one.line,
            debit=debit,
            credit=credit,
            amount_minor=amount_minor,
            booked_at=booked_at,
        )
        for ordinal, (debit, credit, amount_minor) in enumerate(day.legs)
    ]


def _recorded(line: UUID, day: DayClosed, *, at: datetime) -> Recorded:
    request = _request(line, day.result.day)
    return Recorded(
        id=request,
        kind="accrue",
        line=line,
        digest=request.bytes,
        amount_minor=None,
        accepted_minor=0,
        happened_at=_end_of(day.result.day),
        recorded_at=at,
    )


@lru_cache(maxsize=8192)
def _request(line: UUID, day: date) -> UUID:
    """Return the id under which a day of a line is booked: always the same, so that nothing books it twice.

    It is asked for by every row of a day, and costs as much as writing one.
    """
    return id_from(f"accrue/{line}/{day}", at=_end_of(day))


def _booked_at(one: Behind, day: date, *, at: datetime) -> datetime:
    """Return when a day's accrual is booked: on the day itself, or now if that day is sealed."""
    is_sealed = one.sealed_through_on is not None and day <= one.sealed_through_on
    return at if is_sealed else _end_of(day)


@lru_cache(maxsize=64)
def _end_of(day: date) -> datetime:
    """Return the last instant of a day."""
    return start_of(day + DAY) - MICROSECOND
