"""The law of conservation on a real database: whatever is sent, in whatever batches and however often, the books balance.

Lines are granted 10 and amounts are -1..12, so that every edge is met. Beside the house the test keeps paper: what was
paid out, what came back, which answers were given. A repeat must give the answer on paper and move nothing. When the
desk closes, every law is checked on the whole database and every decision is replayed.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditline.clock import last_over
from creditline.decision.outcome import Decision, canonical
from creditline.errors import Conflict, CreditlineError, NotAllowed, Refused
from creditline.flows.close import begin_closing, close_once
from creditline.flows.draw import Drawn, DrawRequest
from creditline.flows.limit import Asked, CloseRequest, ExtraRequest, LimitRequest, set_limit
from creditline.flows.repay import Repaid, RepayRequest
from creditline.flows.reverse import Cause
from creditline.ledger.allocation import Part
from creditline.ledger.line import Line
from creditline.ledger.umbrella import Umbrella
from creditline.store.connect import Database
from tests.decision.a_product import a_keeping_product
from tests.flows.desk import Desk, a_desk
from tests.flows.test_umbrellas import an_umbrella, limited, seated

GRANTED_MINOR = 10
LINES_COUNT = 3
UMBRELLA_MINOR = 15

LINE = st.integers(min_value=0, max_value=LINES_COUNT - 1)
AMOUNT = st.integers(min_value=-1, max_value=12)
OF_DRAWS = frozenset({Cause.NOT_PAID_OUT, Cause.GIVEN_BACK})
AGAIN = st.integers(min_value=0, max_value=20)
"""Which request sent before is sent again; a number that is too large sends none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """A batch of draws (line, amount, takes a part, only reserves), and requests of before sent again with it."""

    asked: list[tuple[int, int, bool, bool]]
    again: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repays:
    """A batch of repayments (line, amount), and requests of before sent again with it."""

    asked: list[tuple[int, int]]
    again: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """End the latest reservation: capture an amount, all of it (None), or give it up."""

    amount: int | None
    is_void: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """Block or unblock a line, or set or lift the borrower's own cap."""

    line: int
    reason: str | None
    cap: int | None
    is_cap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bills:
    """Close a statement of a line, so many months late, and look at the line again."""

    line: int
    months_late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Let days pass and do what falls due."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closes:
    """Close the days that are over, of so many lines in one transaction."""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Set a line's limit, add to it for some days, or close it."""

    line: int
    what: str
    amount: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Put a line under the umbrella of the test or take it out, or set what that umbrella grants."""

    line: int
    is_under: bool
    granted: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrects:
    """Undo one of the draws or repayments sent so far, forgive an amount of a part, or send a credit balance back."""

    what: Cause | Part | None
    place: int
    line: int
    amount: int


Step = Closes | Corrects | Draws | Repays | Ends | Holds | Bills | Waits | Limits | Seats

STEPS = st.lists(
    st.one_of(
        st.builds(
            Draws,
            asked=st.lists(st.tuples(LINE, AMOUNT, st.booleans(), st.booleans()), min_size=1, max_size=5),
            again=st.lists(AGAIN, max_size=2),
        ),
        st.builds(
            Repays, asked=st.lists(st.tuples(LINE, AMOUNT), min_size=1, max_size=5), again=st.lists(AGAIN, max_size=2)
        ),
        st.builds(Ends, amount=st.none() | AMOUNT, is_void=st.booleans()),
        st.builds(
            Holds,
            line=LINE,
            reason=st.none() | st.just("fraud"),
            cap=st.none() | st.integers(0, 12),
            is_cap=st.booleans(),
        ),
        st.builds(Bills, line=LINE, months_late=st.integers(min_value=0, max_value=3)),
        st.builds(Waits, days=st.sampled_from([1, 4, 30, 61])),
        st.builds(Closes, most=st.integers(min_value=1, max_value=3)),
        st.builds(
            Corrects,
            what=st.none() | st.sampled_from(Cause) | st.sampled_from(Part),
            place=st.integers(min_value=0, max_value=6),
            line=LINE,
            amount=st.integers(min_value=0, max_value=3),
        ),
        st.builds(
            Limits,
            line=LINE,
            what=st.sampled_from(["set", "extra", "extra", "close"]),
            amount=st.integers(min_value=0, max_value=20),
            days=st.integers(min_value=1, max_value=40),
        ),
        st.builds(
            Seats,
            line=LINE,
            is_under=st.booleans(),
            granted=st.none() | st.integers(min_value=0, max_value=30),
        ),
    ),
    max_size=12,
)


@dataclass(slots=True)
class Paper:
    """What a careful clerk would write down beside the house."""

    paid_out: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    came_back: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    answers: dict[UUID, Decision] = field(default_factory=dict)
    draws: list[DrawRequest] = field(default_factory=list)
    repays: list[RepayRequest] = field(default_factory=list)
    reservations: list[Drawn] = field(default_factory=list)
    corrected: set[UUID] = field(default_factory=set)
    umbrella: Umbrella | None = None

    def note(self, request: DrawRequest | RepayRequest, outcome: Drawn | Repaid | CreditlineError) -> None:
        """Write an outcome down; one that was written down before must say the same."""
        if isinstance(outcome, CreditlineError):
            assert isinstance(outcome, Refused), outcome
            assert request.id not in self.answers
            return
        before = self.answers.setdefault(request.id, outcome.decision)
        assert canonical(outcome.decision) == canonical(before)
        assert outcome.is_repeated == (before is not outcome.decision)
        if outcome.is_repeated:
            return
        if isinstance(outcome, Repaid):
            self.came_back[request.line] += outcome.parts[Part.PRINCIPAL]
        elif outcome.expires_at is not None:
            self.reservations.append(outcome)
        else:
            self.paid_out[request.line] += outcome.amount_minor


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    async with a_desk(db) as desk:
        await desk.offer(a_keeping_product(fee_ppm=100_000))
        yield desk


async def take(desk: Desk, paper: Paper, lines: Sequence[Line], step: Step) -> None:
    """Carry out a step at the desk and on paper."""
    match step:
        case Draws(asked=asked, again=again):
            sent = [
                desk.drawing(lines[at], amount, partial=partial, reserve=only) for at, amount, partial, only in asked
            ]
            sent += [paper.draws[place] for place in again if place < len(paper.draws)]
            paper.draws += sent[: len(asked)]
            for draw, drawn in zip(sent, await desk.draws(*sent), strict=True):
                paper.note(draw, drawn)
        case Repays(asked=asked, again=again):
            brought = [desk.repaying(lines[at], amount) for at, amount in asked]
            brought += [paper.repays[place] for place in again if place < len(paper.repays)]
            paper.repays += brought[: len(asked)]
            for repay, repaid in zip(brought, await desk.repays(*brought), strict=True):
                paper.note(repay, repaid)
        case Ends():
            await end(desk, paper, step)
        case Holds() | Limits() | Seats() | Corrects():
            await rule(desk, paper, lines, step)
        case Bills(line=at, months_late=months_late):
            await desk.statement(lines[at], months_late=months_late)
            await desk.review(lines[at])
        case Waits(days=days):
            await desk.wait(days=days)
        case Closes(most=most):
            await close(desk, lines, most=most)


async def close(desk: Desk, lines: Sequence[Line], *, most: int) -> None:
    """Close the days that are over of these lines, leaving out those of houses before; twice, which must close nothing more."""
    await begin_closing(desk.db, desk.clock)
    async with desk.db.reading() as connection:
        owing = [row["line"] for row in await connection.fetch("select line from line_close")]
    others: dict[UUID, Exception] = {one: LookupError() for one in owing if one not in {line.id for line in lines}}
    through = last_over(desk.clock())
    while await close_once(desk.db, desk.clock, desk.house, through=through, most=most, failed=others):
        pass
    assert await close_once(desk.db, desk.clock, desk.house, through=through, most=most, failed=others) == 0
    assert not others.keys() & {line.id for line in lines}


async def rule(desk: Desk, paper: Paper, lines: Sequence[Line], step: Holds | Limits | Seats | Corrects) -> None:
    """Do what somebody with the authority, or the borrower, decides about a line; what cannot be is refused."""
    match step:
        case Corrects():
            await correct(desk, paper, lines, step)
        case Holds(line=at, reason=reason, cap=cap, is_cap=is_cap):
            # A cap above what is granted is refused, and whatever a closed line is asked.
            with suppress(NotAllowed, Conflict):
                await desk.control(desk.capping(lines[at], cap) if is_cap else desk.blocking(lines[at], reason))
        case Limits(line=at, what=what, amount=amount, days=days):
            # A line in use is not closed, a closed one not set, and an umbrella may lack the room.
            with suppress(NotAllowed, Conflict):
                await set_limit(
                    desk.db, desk.clock, desk.house, request=limiting(desk, lines[at], what, amount=amount, days=days)
                )
        case Seats(line=at, is_under=is_under, granted=granted):
            with suppress(NotAllowed):
                if granted is None:
                    await seated(desk, lines[at], paper.umbrella if is_under else None)
                elif paper.umbrella is not None:
                    await limited(desk, paper.umbrella, granted)


async def correct(desk: Desk, paper: Paper, lines: Sequence[Line], step: Corrects) -> None:
    """Correct what was booked. What turns out not to be is done again only once, and what is not owed is not forgiven."""
    match step.what:
        case Cause() as cause:
            sent: Sequence[DrawRequest | RepayRequest] = paper.draws if cause in OF_DRAWS else paper.repays
            if step.place >= len(sent):
                return
            line, undoes = next(one for one in lines if one.id == sent[step.place].line), sent[step.place].id
            with suppress(Refused):
                await desk.reverse(line, undoes, cause)
                paper.corrected.add(line.id)
                with pytest.raises(Conflict):
                    await desk.reverse(line, undoes, cause)
        case Part() as part:
            with suppress(Refused):
                await desk.waive(lines[step.line], part, step.amount)
        case None:
            with suppress(Refused):
                await desk.pay_out(lines[step.line], step.amount or None)


def limiting(desk: Desk, line: Line, what: str, *, amount: int, days: int) -> Asked:
    """Return what somebody with the authority asks about a line's limit."""
    asked = {"id": desk.next_id(), "line": line.id, "authority": "committee", "reason": "review"}
    match what:
        case "set":
            return msgspec.convert({**asked, "granted_minor": amount}, LimitRequest)
        case "extra":
            until = desk.clock() + timedelta(days=days)
            return msgspec.convert({**asked, "extra_minor": amount, "until": until}, ExtraRequest)
        case _:
            return msgspec.convert(asked, CloseRequest)


async def end(desk: Desk, paper: Paper, step: Ends) -> None:
    """End the latest reservation, if there is one and if it is still open."""
    if not paper.reservations:
        return
    reserved = paper.reservations[-1]
    try:
        if step.is_void:
            await desk.void(desk.voiding(reserved))
        else:
            _, recorded = await desk.capture(desk.capturing(reserved, amount_minor=step.amount))
            paper.paid_out[reserved.line.id] += recorded.accepted_minor
    except Refused:
        return
    paper.reservations.pop()


async def agree(desk: Desk, paper: Paper, lines: Sequence[Line]) -> None:
    """Hold the house's lines against paper."""
    for one in lines:
        line = await desk.line(one)
        # What is corrected is shared out anew: what then is owed is told by every line's history, at the end.
        assert line.id in paper.corrected or line.drawn_minor == paper.paid_out[line.id] - paper.came_back[line.id]
        assert min(line.drawn_minor, line.reserved_minor, line.withheld_minor) >= 0
        assert line.withheld_minor == sum(amount for _, amount in await desk.waiting(line))
        assert line.withheld_minor == sum(part.amount_minor for part in (await desk.explain(line)).parts)
        assert 0 <= line.available_minor <= max(0, line.headroom_minor)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=max(5, settings().max_examples // 5)
)
@given(STEPS)
async def test_the_books_balance_whatever_is_sent(desk: Desk, steps: list[Step]) -> None:
    # Two lines of one borrower and one of another, nobody of whom was here before.
    names = (f"ada:{desk.next_id()}", f"bob:{desk.next_id()}")
    lines = [await desk.open(borrower=names[place % 2], amount_minor=GRANTED_MINOR) for place in range(LINES_COUNT)]
    paper = Paper(umbrella=await an_umbrella(desk, UMBRELLA_MINOR, slots_count=2))
    for step in steps:
        await take(desk, paper, lines, step)
        await agree(desk, paper, lines)
