"""Trials: how the arms of a strategy do on the recorded book, and stopping those that do too badly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from creditline.clock import EPOCH, Clock, just_after, start_of
from creditline.decision.arms import stored_in_segment
from creditline.decision.matured import Horizon
from creditline.decision.trial import (
    Result,
    Subject,
    balance_of,
    counts_of,
    difference,
    fired_by,
    waiting_of,
)
from creditline.errors import Code, Conflict, NotFound
from creditline.flows.govern import Done, Order
from creditline.flows.house import House
from creditline.flows.strategy import Running, stop_arm, strategy_of
from creditline.ids import new_id
from creditline.policy.assignment import point_of
from creditline.policy.life import HOUSE, Act
from creditline.policy.strategy import CHAMPION, Arm, Measure, Strategy, Unit, champion_ppm
from creditline.store import outcomes, policies, trials
from creditline.store.connect import Connection, Database
from creditline.store.trials import Answered, Span

FIRST = UUID(int=0)
PAGE = 2_000
MOST_LINES = 5_000
SHARES = (Measure.BAD_RATE, Measure.APPROVAL_RATE, Measure.WITHHELD_RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A strategy in force and how its challengers do."""

    running: Running
    results: tuple[Result, ...]


async def results_of(db: Database, clock: Clock, house: House, *, product: str) -> Results:
    """Compare every challenger of a product with the champion; raise `NotFound` if it has no strategy in force."""
    now = clock()
    running = await strategy_of(db, house, product, at=now)
    async with db.reading() as connection:
        began_at = await _began_at(connection, house, running)
        found = [
            await _result(connection, running, arm, began_at=began_at, now=now) for arm in running.strategy.challengers
        ]
    return Results(running=running, results=tuple(found))


async def guard(db: Database, clock: Clock, house: House) -> list[Done]:
    """Stop every arm in force whose stop rules hold, by the engine's own hand; returns what was done."""
    async with db.reading() as connection:
        products = await policies.products(connection)
    done = []
    for product in products:
        done += await guard_one(db, clock, house, product=product)
    return done


async def guard_one(db: Database, clock: Clock, house: House, *, product: str) -> list[Done]:
    """Stop the arms of one product whose stop rules hold; raise `NotFound` for a product without editions."""
    try:
        running = await strategy_of(db, house, product, at=clock())
    except NotFound as none:
        if none.code is not Code.STRATEGY_UNKNOWN:
            raise
        return []
    if not any(arm.stops and arm.name not in running.stopped for arm in running.strategy.challengers):
        return []
    done = []
    for result in (await results_of(db, clock, house, product=product)).results:
        if not result.fired or result.arm in running.stopped:
            continue
        order = Order(
            id=new_id(clock()),
            product=product,
            actor=HOUSE,
            reason=f"Stop rule: {'; '.join(result.fired)}.",
            arm=result.arm,
        )
        try:
            done.append(await stop_arm(db, clock, order=order, is_house=True))
        except Conflict:
            # Another worker, or somebody, stopped it meanwhile.
            continue
    return done


async def _began_at(db: Connection, house: House, running: Running) -> datetime:
    """Return since when a strategy of this name and salt has been in force, whichever editions it came with."""
    known = (running.strategy.name, running.strategy.salt)
    starts = []
    for period in running.life.periods:
        own = (await house.edition(db, period.edition)).strategy
        if own is not None and (own.name, own.salt) == known:
            starts.append(period.starts_at or EPOCH)
    return min(starts)


async def _result(db: Connection, running: Running, arm: Arm, *, began_at: datetime, now: datetime) -> Result:
    strategy = running.strategy
    since, until = _days(running, arm, began_at=began_at, now=now)
    span = Span(product=running.product.name, arm=arm.name, since=since, until=until)
    own = await _watched(db, running, span, now=now)
    others = await _watched(db, running, replace(span, arm=CHAMPION), segment=arm, now=now)
    others = {name: one for name, one in others.items() if _is_free(strategy, name)}
    crossed = own.keys() & others.keys()
    mine, theirs = ([one.subject for name, one in side.items() if name not in crossed] for side in (own, others))
    counts, champion = (counts_of(side, trial=strategy.trial, now=now) for side in (mine, theirs))
    bad = [one for name, one in own.items() if one.subject.bad_at is not None and name not in crossed]
    owed_minor = await trials.owed(db, [line for one in bad for line in one.lines])
    fresh_since = max(since, running.period.starts_at or EPOCH)
    fired = (fired_by(rule, counts, than=champion, owed_minor=owed_minor) for rule in arm.stops)
    return Result(
        arm=arm.name,
        since=since,
        until=until,
        own=counts,
        champion=champion,
        crossed_count=len(crossed),
        differences=tuple(one for measure in SHARES if (one := difference(measure, counts, than=champion))),
        balance=balance_of(
            sum(one.first_at >= fresh_since for one in mine),
            champion_count=sum(one.first_at >= fresh_since for one in theirs),
            arm_ppm=arm.share_ppm,
            champion_ppm=champion_ppm(strategy),
        ),
        waiting=waiting_of(mine, champion, trial=strategy.trial, since=since, now=until),
        owed_minor=owed_minor,
        fired=tuple(one for one in fired if one is not None),
    )


def _days(running: Running, arm: Arm, *, began_at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Return from when to when an arm is looked at: its own days, since it was last started, until it was stopped."""
    started = [one.recorded_at for one in running.life.deeds if one.act is Act.START_ARM and one.arm == arm.name]
    stopped = running.stopped.get(arm.name)
    since = max([began_at, *([start_of(arm.since)] if arm.since else []), *started])
    # What was answered at this very instant counts, too.
    until = min(
        [just_after(now), *([start_of(arm.until)] if arm.until else []), *([stopped.recorded_at] if stopped else [])]
    )
    return since, max(since, until)


def _is_free(strategy: Strategy, name: str) -> bool:
    """Say whether somebody falls to the champion by their point alone, and not for a segment, a day or a stop."""
    point = point_of(name, salt=strategy.salt)
    return not any(one.room_at_ppm <= point < one.room_at_ppm + one.share_ppm for one in strategy.challengers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """Somebody who is compared, and the lines that are watched."""

    subject: Subject
    lines: tuple[UUID, ...]


async def _watched(
    db: Connection, running: Running, span: Span, *, segment: Arm | None = None, now: datetime
) -> dict[str, _Watched]:
    """Return by name who was answered within a span, in the segment of an arm if one is given, and what became of them."""
    among = None if segment is None or segment.segment is None else await _in_segment(db, running, span, segment)
    by_borrower = running.strategy.unit is Unit.BORROWER
    found = await trials.answered(db, span, by_borrower=by_borrower, among=among)
    lines = {line: one.borrower for one in found for line in one.lines}
    opened: set[UUID] = set()
    bad_at: dict[UUID, list[datetime]] = {}
    trial = running.strategy.trial
    horizon = Horizon(days=trial.horizon_days, late_days=trial.overdue_days, known_at=now)
    for start in range(0, len(lines), MOST_LINES):
        part = dict(islice(lines.items(), start, start + MOST_LINES))
        opened |= await outcomes.opened_lines(db, list(part))
        bad_at |= await outcomes.bad_moments(
            db, part, known_at=now, late_days=horizon.late_days, late_months=horizon.late_months
        )
    return {one.name: _Watched(subject=_subject(one, opened, bad_at), lines=one.lines) for one in found}


def _subject(one: Answered, opened: set[UUID], bad_at: Mapping[UUID, Sequence[datetime]]) -> Subject:
    """Return somebody with the first moment after their first answer at which a line of theirs was bad."""
    moments = [at for line in one.lines for at in bad_at.get(line, ()) if at > one.first_at]
    return Subject(
        name=one.name,
        first_at=one.first_at,
        asked=one.asked,
        restored=one.restored,
        has_line=any(line in opened for line in one.lines),
        bad_at=min(moments, default=None),
    )


async def _in_segment(db: Connection, running: Running, span: Span, arm: Arm) -> list[UUID]:
    """Return the decisions within a span that were in the segment of an arm, by what each of them stored."""
    found: list[UUID] = []
    after = FIRST
    while page := await trials.page(db, span, after=after, most=PAGE):
        found += [one.id for one in page if stored_in_segment(running.product, arm, one)]
        after = page[-1].id
    return found
