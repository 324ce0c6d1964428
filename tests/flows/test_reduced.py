"""Repaid limit that does not come back: told with its day, taken back by better news, cut on its day, and never a promise."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from creditline.clock import start_of
from creditline.decision.adverse import Trigger
from creditline.decision.outcome import Answer, Kind
from creditline.decision.product import Product
from creditline.events.catalogue import EvidenceVerified, LimitChanged
from creditline.events.event import EvidenceKind
from creditline.flows.appeal import AppealRequest, ask_for_review
from creditline.flows.cut import ask_again
from creditline.flows.limit import LimitRequest, set_limit
from creditline.flows.notices import letter_of, notices_of, told_by_hand
from creditline.flows.promises import promises_of
from creditline.flows.signals import answer_signals
from creditline.flows.verdict import ChangeRequest, change
from creditline.ledger.line import Line
from creditline.restoration.promise import Outcome
from creditline.store import facts
from creditline.store.appeals import AppealReason
from tests.decision.a_product import changed
from tests.decision.test_adverse import text_of
from tests.flows.desk import Desk

AT_ONCE = {"policy.dmn": lambda text: text.replace("<text>reduction_days</text>", "<text>0</text>")}


def in_the_eu() -> Product:
    """Return the product under a law that has a cut told a month ahead, and whose own rule would cut at once."""
    return changed({**AT_ONCE, "jurisdiction.toml": lambda _: text_of("eu")})


async def very_late(desk: Desk, *, borrower: str = "ada") -> Line:
    """Return a line whose payment is three months late, of which a part is repaid."""
    line = await desk.open(borrower=borrower, amount_minor=100_000)
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=3)
    await desk.repay(line, 30_000)
    return await desk.line(line)


def buckets(line: Line) -> tuple[int, int, int, int]:
    return line.granted_minor, line.drawn_minor, line.withheld_minor, line.headroom_minor


async def test_it_is_withheld_until_its_day_then_the_limit_is_lowered_by_it_and_what_is_free_stays(desk: Desk) -> None:
    line = await very_late(desk)
    assert buckets(line) == (100_000, 20_000, 30_000, 50_000)
    due_on = desk.clock().date() + timedelta(days=35)
    assert await desk.waiting(line) == [(str(due_on), 30_000)]
    assert await desk.wait(days=34) == Counter()
    assert await desk.wait(days=1) == Counter({"cut": 1})
    after = await desk.line(line)
    assert buckets(after) == (70_000, 20_000, 0, 50_000)
    assert after.booked_at == start_of(due_on)
    decision = next(one for one in await desk.decisions(line) if one.kind is Kind.RELEASE)
    assert (decision.answer, [one.code for one in decision.reasons]) == (Answer.CUT, ["late"])
    async with desk.db.reading() as connection:
        known = await facts.facts(connection, [line.borrower], seen=await facts.snapshot(connection))
    assert LimitChanged.number in known.number.tolist()


async def test_it_is_told_as_a_promise_that_ends_in_words_and_one_notice_tells_all_of_it(desk: Desk) -> None:
    line = await very_late(desk)
    await desk.wait(days=35)
    _, (kept,) = await promises_of(desk.db, line.id, most=9)
    assert kept.end is not None
    assert (kept.end.outcome, kept.promise.tranche.is_cut) == (Outcome.CONDITION_FAILED, True)
    assert "If not, your limit is lowered by it" in kept.promise.told.by_language["en"]
    assert "no payment may be late at the last statement (yours: 3)" in kept.end.told.by_language["en"]
    assert "your limit is lowered by it" in kept.end.told.by_language["en"]
    (told,) = await notices_of(desk.db, line=line.id, most=9)
    assert (told.notice.trigger, told.notice.due_at) == (Trigger.REDUCED, told.notice.acted_at + timedelta(days=3))


async def test_a_statement_that_shows_nothing_late_brings_it_back_on_its_day(desk: Desk) -> None:
    line = await very_late(desk)
    await desk.wait(days=10)
    await desk.statement(line, months_late=0)
    assert await desk.wait(days=60) == Counter({"released": 1})
    assert buckets(await desk.line(line)) == (100_000, 20_000, 0, 80_000)


async def test_better_news_brings_it_back_before_its_day(desk: Desk) -> None:
    line = await very_late(desk)
    await desk.statement(line, months_late=0)
    assert await answer_signals(desk.db, desk.clock, desk.house) == []
    proof = EvidenceVerified(
        id=desk.next_id(), borrower="ada", happened_at=desk.clock() - timedelta(hours=1),
        amount_minor=900_000, currency="CNY", document="slip", kind=EvidenceKind.INCOME,
    )  # fmt: skip
    await desk.tell(proof)
    (back,) = await answer_signals(desk.db, desk.clock, desk.house)
    assert back.answer is Answer.RELEASED
    assert buckets(await desk.line(line)) == (100_000, 20_000, 0, 80_000)
    assert await desk.wait(days=60) == Counter()


async def test_where_a_rule_cuts_at_once_it_is_gone_with_the_repayment(desk: Desk) -> None:
    await desk.offer(changed(AT_ONCE))
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=3)
    request = desk.repaying(line, 30_000)
    (first,), (again,) = await desk.repays(request), await desk.repays(request)
    assert first.plan == again.plan  # type: ignore[union-attr]  # Neither is refused.
    assert (first.plan.now_minor, first.plan.cut_minor, first.plan.tranches) == (0, 30_000, ())  # type: ignore[union-attr]
    assert buckets(await desk.line(line)) == (70_000, 20_000, 0, 50_000)
    _, letter = await letter_of(desk.db, desk.house, request.id, language="en")
    assert "Your limit is ¥700.00." in letter.text


async def test_where_the_law_wants_it_told_ahead_it_is_scheduled_and_due_by_then(desk: Desk) -> None:
    desk.clock.move_to(datetime(2026, 12, 1, 12, tzinfo=UTC))
    await desk.offer(in_the_eu())
    line = await very_late(desk)
    due_on = desk.clock().date() + timedelta(days=31)
    assert await desk.waiting(line) == [(str(due_on), 30_000)]
    (told,) = await notices_of(desk.db, line=line.id, most=9)
    assert told.notice.due_at == start_of(due_on) - timedelta(days=30)
    assert told.notice.ground == "ccd2-24"
    await told_by_hand(desk.db, desk.clock, act=told.notice.act, teller="ann", way="post")
    assert await desk.wait(days=31) == Counter({"cut": 1})
    assert buckets(await desk.line(line)) == (70_000, 20_000, 0, 50_000)


async def test_what_the_law_wants_told_ahead_is_not_cut_until_it_was(desk: Desk) -> None:
    desk.clock.move_to(datetime(2026, 12, 1, 12, tzinfo=UTC))
    await desk.offer(in_the_eu())
    line = await very_late(desk)
    assert await desk.wait(days=40) == Counter()
    (told,) = await notices_of(desk.db, line=line.id, most=9)
    await told_by_hand(desk.db, desk.clock, act=told.notice.act, teller="ann", way="post")
    assert await desk.wait(days=30) == Counter()
    assert (await desk.line(line)).withheld_minor == 30_000
    assert await desk.wait(days=1) == Counter({"cut": 1})
    assert buckets(await desk.line(line)) == (70_000, 20_000, 0, 50_000)


async def test_what_was_promised_before_is_not_cut_away(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=1)
    await desk.repay(line, 10_000)
    promised_on = desk.clock().date() + timedelta(days=30)
    await desk.wait(days=5)
    await desk.statement(line, months_late=3)
    await desk.repay(line, 20_000)
    await desk.wait(days=20)
    await desk.statement(line, months_late=0)
    await desk.wait(days=5)
    _, kept = await promises_of(desk.db, line.id, most=9)
    old = next(one for one in kept if one.promise.tranche.due_on == promised_on)
    assert old.end is not None
    assert old.end.outcome in {Outcome.KEPT, Outcome.EARLY}
    assert (await desk.line(line)).granted_minor == 100_000


async def test_what_is_kept_back_is_asked_about_again_and_may_then_be_cut(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=1)
    await desk.repay(line, 10_000)
    await desk.wait(days=20)
    await desk.statement(line, months_late=3)
    assert await desk.wait(days=10) == Counter({"kept_back": 1, "reduced": 1})
    (waits,) = await desk.waiting(line)
    assert waits == (str(desk.clock().date() + timedelta(days=35)), 10_000)
    triggers = [one.notice.trigger for one in await notices_of(desk.db, line=line.id, most=9)]
    assert triggers == [Trigger.REDUCED, Trigger.WITHHELD]
    assert await desk.wait(days=35) == Counter({"cut": 1})
    assert (await desk.line(line)).granted_minor == 90_000


async def test_a_repayment_that_bounces_takes_its_cut_along(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=1)
    request = desk.repaying(line, 10_000)
    await desk.repays(request)
    await desk.wait(days=20)
    await desk.statement(line, months_late=3)
    await desk.wait(days=10)
    await desk.reverse(line, request.id)
    assert await desk.waiting(line) == []
    after = await desk.line(line)
    assert (after.granted_minor, after.drawn_minor, after.withheld_minor) == (100_000, 50_000, 0)


async def test_never_below_what_was_lent_for_a_time(desk: Desk) -> None:
    line = await very_late(desk)
    cut = LimitRequest(id=desk.next_id(), line=line.id, granted_minor=10_000, authority="desk", reason="annual review")
    await set_limit(desk.db, desk.clock, desk.house, request=cut)
    await desk.wait(days=35)
    assert buckets(await desk.line(line)) == (0, 20_000, 0, -20_000)


async def test_a_person_may_bring_it_back_before_and_grant_it_again_after(desk: Desk) -> None:
    for borrower, waited in (("ada", 0), ("eve", 35)):
        line = await very_late(desk, borrower=borrower)
        await desk.wait(days=waited)
        act = (await notices_of(desk.db, line=line.id, most=1))[0].notice.act
        asked = AppealRequest(
            id=desk.next_id(),
            act=act,
            borrower=line.borrower,
            reason=AppealReason.FACTS_WRONG,
            words="I paid",
            language="en",
        )
        appeal, _ = await ask_for_review(desk.db, desk.clock, desk.house, request=asked)
        finding = ChangeRequest(
            id=desk.next_id(), review=appeal.id, officer="bo", reason="paid by transfer",
            granted_minor=100_000 if waited else None,
        )  # fmt: skip
        await change(desk.db, desk.clock, desk.house, request=finding)
        assert buckets(await desk.line(line)) == (100_000, 20_000, 0, 80_000)


async def test_nothing_is_asked_again_while_nothing_was_kept_back(desk: Desk) -> None:
    async with desk.db.transaction() as connection:
        assert await ask_again(connection, desk.house, [], {}, now=desk.clock()) == {}
