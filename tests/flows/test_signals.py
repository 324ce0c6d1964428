"""What is learned brings back earlier what waits, if the rules would bring it back at once now and would not without it."""

from datetime import timedelta

import pytest

from creditline.clock import just_after
from creditline.decision.outcome import Answer, Kind
from creditline.errors import Code, Conflict
from creditline.events.catalogue import EvidenceVerified, LoggedIn
from creditline.events.event import EvidenceKind
from creditline.flows.promises import promises_of, rates
from creditline.flows.signals import answer_signals, answer_singly
from creditline.ledger.line import Line
from creditline.restoration.promise import Outcome
from creditline.store import decisions, signals
from tests.flows.desk import Desk
from tests.flows.test_restore_answers import held_back, patient


async def answered(desk: Desk) -> list[Answer]:
    return [one.answer for one in await answer_signals(desk.db, desk.clock, desk.house)]


async def waiting(desk: Desk) -> list[str]:
    async with desk.db.reading() as connection:
        return [str(one) for one in await signals.waiting(connection, besides=(), most=99)]


async def often_drawn(desk: Desk, *, borrower: str = "ada") -> Line:
    """Return a line half of whose repayment waits, because it was drawn very often."""
    line = await desk.open(borrower=borrower, amount_minor=100_000)
    for _ in range(7):
        await desk.draw(line, 5_000)
    await desk.statement(line)
    await desk.repay(line, 35_000)
    return await desk.line(line)


def proof(desk: Desk, line: Line) -> EvidenceVerified:
    return EvidenceVerified(
        id=desk.next_id(),
        borrower=line.borrower,
        happened_at=desk.clock(),
        amount_minor=800_000,
        currency=line.currency,
        document="slip",
        kind=EvidenceKind.INCOME,
    )


async def test_a_statement_on_time_ends_an_observation_before_its_day(desk: Desk) -> None:
    line = await held_back(desk)
    assert await answered(desk) == []
    await desk.wait(days=5)
    await desk.statement(line)
    assert await waiting(desk) == [str(line.id)]
    assert await answered(desk) == [Answer.RELEASED]
    back = await desk.line(line)
    assert (back.withheld_minor, back.available_minor) == (0, 100_000)
    assert await waiting(desk) == []
    ((promise),) = (await promises_of(desk.db, line.id, most=9))[1]
    assert promise.end is not None
    assert promise.end.outcome is Outcome.EARLY
    assert "earlier than" in promise.end.told.by_language["en"]
    (rate,) = await rates(desk.db, by=())
    assert (rate.early_count, rate.kept_ratio) == (1, 1.0)
    assert await desk.wait(days=60) == {}, "Its timer went with it."


async def test_the_decision_that_brought_it_back_is_on_record_and_replays(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 95_000)
    await desk.statement(line)
    await desk.repay(line, 40_000)
    assert (await desk.line(line)).withheld_minor == 28_000
    await desk.wait(days=3)
    await desk.tell(proof(desk, line))
    assert await answered(desk) == [Answer.RELEASED] * 3
    async with desk.db.reading() as connection:
        made = await decisions.of_line(connection, line.id, most=99)
    why = [one for one in made if one.kind is Kind.RESTORATION and one.position.requested_minor == 28_000]
    assert [(one.answer, one.position.drawn_minor) for one in why] == [(Answer.AT_ONCE, 55_000)]


async def test_time_alone_and_news_that_changes_nothing_keep_the_day(desk: Desk) -> None:
    """After three weeks the draws are no longer many: that is time's doing, and whoever pays a cent gains nothing by it."""
    line = await often_drawn(desk)
    await desk.draw(line, 100)
    await desk.wait(days=25)
    before = await desk.waiting(line)
    await desk.repay(line, 1)
    await desk.statement(line)
    assert await answered(desk) == []
    assert await desk.waiting(line) == before


async def test_only_lines_on_which_something_waits_are_looked_at(desk: Desk) -> None:
    free = await desk.open(borrower="free", amount_minor=100_000)
    await desk.draw(free, 1_000)
    held = await held_back(desk, borrower="held")
    login = LoggedIn(id=desk.next_id(), borrower="held", happened_at=desk.clock())
    await desk.tell(login)
    await desk.statement(free)
    assert await waiting(desk) == []
    await desk.statement(held, months_late=1)
    assert await waiting(desk) == [str(held.id)]
    assert await answered(desk) == []


async def test_a_part_whose_own_condition_fails_stays_as_it_was_told(desk: Desk) -> None:
    """Income is proved, and the seven draws still fail the condition that half of it was promised under."""
    line = await often_drawn(desk)
    await desk.tell(proof(desk, line))
    before = await desk.waiting(line)
    assert await answered(desk) == []
    assert await desk.waiting(line) == before


async def test_lifting_a_block_brings_back_what_waited_for_it(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 50_000)
    await desk.statement(line)
    await desk.control(desk.blocking(line, "under review"))
    await desk.repay(line, 50_000)
    assert (await desk.line(line)).withheld_minor == 50_000
    await desk.control(desk.blocking(line, None))
    assert await answered(desk) == [Answer.RELEASED]
    assert (await desk.line(line)).available_minor == 100_000


async def test_a_lender_may_keep_to_the_day(desk: Desk) -> None:
    await desk.offer(patient())
    line = await held_back(desk)
    await desk.statement(line)
    assert await answered(desk) == []
    assert (await desk.line(line)).withheld_minor == 50_000


async def test_a_line_that_fails_is_named_and_stops_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ill, well = await held_back(desk, borrower="ill"), await held_back(desk, borrower="well")
    await desk.statement(ill)
    await desk.statement(well)
    asked = desk.house.edition

    async def failing(connection: object, edition: str) -> object:
        if (await waiting(desk))[:1] == [str(ill.id)] and not monkeypatched["once"]:
            monkeypatched["once"] = True
            raise Conflict("a line that fails", code=Code.LINE_CLOSED)
        return await asked(connection, edition)  # type: ignore[arg-type]

    monkeypatched = {"once": False}
    monkeypatch.setattr(desk.house, "edition", failing)
    failed = await answer_singly(desk.db, desk.clock, desk.house, besides=())
    assert list(failed) == [ill.id]
    assert (await desk.line(well)).withheld_minor == 0
    monkeypatch.undo()
    assert await answered(desk) == [Answer.RELEASED]


async def test_a_signal_is_raised_once_and_remembers_the_first_news(desk: Desk) -> None:
    line = await held_back(desk)
    first = just_after(desk.clock())
    async with desk.db.transaction() as connection:
        await signals.raise_of(connection, [signals.Signal(line=line.id, since=first)])
        await signals.raise_of(
            connection, [signals.Signal(line=line.id, since=first + timedelta(hours=1), is_unblock=True)]
        )
        assert await signals.earliest(connection) == first
        assert await signals.take(connection, [line.id]) == [signals.Signal(line=line.id, since=first, is_unblock=True)]
        assert await signals.take(connection, [line.id]) == []
