"""People who live with the pure functions and with the flows, PostgreSQL and a moved clock, come to the same.

Every decision with what it was made from, every movement's buckets and instant, and every promise with what became of it are
compared, to the minor unit and the microsecond. What is simulated is then what the engine would have booked.
"""

import heapq
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from creditline.clock import start_of
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.errors import Code, CreditlineError
from creditline.events.catalogue import AutopayEnabled, EvidenceVerified, StatementIssued
from creditline.events.event import EvidenceKind
from creditline.flows.advice import advice_of
from creditline.flows.draw import DrawRequest
from creditline.flows.house import House
from creditline.flows.open import OpenRequest
from creditline.flows.repay import RepayRequest
from creditline.flows.signals import answer_signals
from creditline.flows.turn import one
from creditline.flows.work import work_until
from creditline.ledger.line import Line
from creditline.restoration.course import Act, Step, What
from creditline.restoration.promise import outcome_of
from creditline.simulation.assumed import Assumed
from creditline.simulation.life import Diary, Life, Look, View, life
from creditline.simulation.people import Person, person
from creditline.simulation.world import Lived, line_of, live, view_of
from creditline.store import decisions, due, lines, promises
from creditline.store.connect import Database
from tests.decision.a_product import a_product
from tests.flows.desk import Desk
from tests.simulation.a_population import looking

PEOPLE = 40
DAYS = 90
MOVED = {What.REPAID: "repay", What.DRAWN: "draw", What.RELEASED: "release", What.CUT: "reduce"}


class Branch:
    """Lives on a real database: each step is asked of the flows when its time has come."""

    def __init__(self, desk: Desk, assumed: Assumed) -> None:
        self.desk, self.assumed = desk, assumed
        self.lines: dict[int, Line] = {}

    async def open(self, who: Person) -> View:
        """Open a line as one that is moved here."""
        self.desk.clock.move_to(who.opened_at)
        request = OpenRequest(
            id=line_of(who), borrower=who.name, product=a_product().name, currency=self.assumed.currency,
            requested_minor=who.granted_minor, is_moved=True, moved_balance_minor=who.moved_minor,
        )  # fmt: skip
        opened = one(await self.desk.opens(request))
        assert opened.line is not None
        self.lines[who.index] = opened.line
        return await self.view(who, None)

    async def view(self, who: Person, answer: Answer | None) -> View:
        """Read what a borrower sees."""
        line = await self.desk.line(self.lines[who.index])
        async with self.desk.db.reading() as connection:
            return view_of(line, await due.open_of(connection, [line.id]), answer)

    async def take(self, who: Person, step: Step | Look) -> View:
        """Do everything that is due up to a step, then take it."""
        desk, line, currency = self.desk, self.lines[who.index], self.assumed.currency
        await work_until(desk.db, desk.clock, desk.house, until=step.happens_at)
        if isinstance(step, Look):
            _, advice = await advice_of(desk.db, desk.clock, desk.house, line=line.id)
            return replace(await self.view(who, None), advice=advice)
        own, answer = desk.next_id(), None
        match step.act:
            case Act.DRAW:
                asked = DrawRequest(id=own, line=line.id, amount_minor=step.amount_minor, currency=currency)
                answer = one(await desk.draws(asked)).decision.answer
            case Act.REPAY:
                paying = RepayRequest(id=own, line=line.id, amount_minor=step.amount_minor, currency=currency)
                (outcome,) = await desk.repays(paying)
                if isinstance(outcome, CreditlineError):
                    assert outcome.code is Code.NOTHING_OWED
                else:
                    answer = outcome.decision.answer
            case Act.FACT if step.number == StatementIssued.number:
                issued = StatementIssued(
                    id=own, borrower=who.name, happened_at=desk.clock(), line=line.id, amount_minor=step.amount_minor,
                    currency=currency, months_late_count=step.code,
                )  # fmt: skip
                await desk.tell(issued)
            case Act.FACT if step.number == AutopayEnabled.number:
                await desk.tell(AutopayEnabled(id=own, borrower=who.name, happened_at=desk.clock(), line=line.id))
            case Act.FACT:
                proved = EvidenceVerified(
                    id=own, borrower=who.name, happened_at=desk.clock(), amount_minor=step.amount_minor,
                    currency=currency, document="slip", kind=EvidenceKind.INCOME,
                )  # fmt: skip
                await desk.tell(proved)
        # The worker follows signals within a second, long before the borrower looks again.
        await answer_signals(desk.db, desk.clock, desk.house)
        return await self.view(who, answer)


async def live_for_real(desk: Desk, assumed: Assumed, people: list[Person], *, until: datetime) -> None:
    """Let everybody live on a real database, whoever's step comes first first."""
    branch = Branch(desk, assumed)
    lives: dict[int, Life] = {}
    coming: list[tuple[datetime, int, Step | Look]] = []
    for who in people:
        lives[who.index] = life(who, assumed, Diary(), await branch.open(who))
        step = next(lives[who.index])
        heapq.heappush(coming, (step.happens_at, who.index, step))
    by_index = {who.index: who for who in people}
    while coming:
        at, index, step = heapq.heappop(coming)
        if at >= until:
            continue
        view = await branch.take(by_index[index], step)
        try:
            follows = lives[index].send(view)
        except StopIteration:
            continue
        heapq.heappush(coming, (follows.happens_at, index, follows))
    await work_until(desk.db, desk.clock, desk.house, until=until - timedelta(microseconds=1))


def said(decision: Decision) -> tuple[object, ...]:
    """Return what a decision says and was made from, but for its id and the words."""
    features = tuple("unknown" if np.isnan(one) else one for one in decision.features)
    return (
        decision.kind, decision.as_of, decision.answer, decision.terms, decision.position, decision.scores,
        decision.sources_count, decision.rules, features, decision.edition,
    )  # fmt: skip


async def decided(desk: Desk, line: Line) -> list[tuple[object, ...]]:
    async with desk.db.reading() as connection:
        rows = await connection.fetch("SELECT id FROM decision WHERE line = $1 AND kind <> 'opening'", line.id)
        found = await decisions.read(connection, [row["id"] for row in rows])
    return sorted((said(one) for one in found.values()), key=str)


async def booked(desk: Desk, line: Line) -> list[tuple[object, ...]]:
    async with desk.db.reading() as connection:
        entries = await lines.entries(connection, line.id)
    return [
        (str(one.movement), one.booked_at, one.granted_minor, one.drawn_minor, one.reserved_minor, one.withheld_minor)
        for one in entries
        if str(one.movement) in MOVED.values()
    ]


async def promised(desk: Desk, line: Line) -> list[tuple[object, ...]]:
    async with desk.db.reading() as connection:
        kept = await promises.of_line(connection, line.id, most=1000)
    return sorted(
        (
            str(one.promise.tranche.due_on), one.promise.tranche.amount_minor, one.promise.tranche.condition,
            one.promise.tranche.edition, str(one.end.outcome) if one.end else "open",
        )
        for one in kept
    )  # fmt: skip


def booked_in(lived: Lived) -> list[tuple[object, ...]]:
    return [
        (
            MOVED[one.what], one.happens_at, one.line.granted_minor, one.line.drawn_minor, one.line.reserved_minor,
            one.line.withheld_minor,
        )
        for one in lived.course.events
        if one.what in MOVED
    ]  # fmt: skip


def promised_in(lived: Lived) -> list[tuple[object, ...]]:
    ended = {one.ended.id: str(outcome_of(one.ended, one.decision)) for one in lived.course.decided if one.ended}
    return sorted(
        (str(part.due_on), part.amount_minor, part.condition, part.edition, ended.get(part.id, "open"))
        for one in lived.course.decided
        for part in one.promised
    )


@pytest.mark.slow
async def test_what_is_simulated_is_what_the_flows_book(db: Database) -> None:
    assumed = looking(0.2)
    people = [person(assumed, seed=3, index=index) for index in range(PEOPLE)]
    simulated = live(a_product(), assumed, people, days=DAYS)
    desk = Desk(db, House([a_product()]))
    desk.clock.move_to(start_of(assumed.starts_on) - timedelta(days=1))
    await desk.offer(a_product())
    await live_for_real(desk, assumed, people, until=start_of(assumed.starts_on) + timedelta(days=DAYS))
    for lived in simulated:
        line = await desk.line(lived.course.line)
        assert line == lived.course.line
        assert await booked(desk, line) == booked_in(lived)
        assert await decided(desk, line) == sorted((said(one.decision) for one in lived.course.decided), key=str)
        assert await promised(desk, line) == promised_in(lived)
    assert await desk.check()
    assert any(told.is_followed for lived in simulated for told in lived.diary.advised)
    met = {one.decision.answer for lived in simulated for one in lived.course.decided}
    assert met == {
        Answer.APPROVE, Answer.DECLINE, Answer.AT_ONCE, Answer.STAGED, Answer.OBSERVED, Answer.RELEASED, Answer.KEPT_BACK,
    }  # fmt: skip
    kinds = {one.decision.kind for lived in simulated for one in lived.course.decided}
    assert kinds == {Kind.DRAW, Kind.RESTORATION, Kind.RELEASE}
