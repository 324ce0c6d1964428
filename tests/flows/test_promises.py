"""Every date that is told is a promise: stored with its words, kept by the edition it was told by, counted when it is not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from creditline.decision.outcome import Answer
from creditline.errors import Broken, Code, Conflict, Malformed
from creditline.flows.promises import BreakRequest, Rate, break_promise, promises_of, rates, rates_of
from creditline.ledger.line import Line
from creditline.restoration.promise import Outcome, PromiseKind
from creditline.store.promises import Count, Kept
from tests.flows.desk import Desk
from tests.flows.test_promises_are_pinned import staged, stricter


async def told(desk: Desk, line: Line) -> list[Kept]:
    _, found = await promises_of(desk.db, line.id, most=99)
    return sorted(found, key=lambda one: one.promise.tranche.due_on)


async def in_all(desk: Desk) -> Rate:
    (rate,) = await rates(desk.db, by=())
    return rate


def breaking(desk: Desk, line: Line, kept: Kept, *, days: int = 10) -> BreakRequest:
    return BreakRequest(
        id=desk.next_id(),
        line=line.id,
        promise=kept.promise.tranche.id,
        again_on=kept.promise.tranche.due_on + timedelta(days=days),
        author="ann",
        approver="bo",
        reason="insolvency opened",
    )


async def test_every_date_is_stored_with_the_words_that_told_it(desk: Desk) -> None:
    line = await staged(desk)
    found = await told(desk, line)
    assert [(str(one.promise.tranche.due_on), one.promise.tranche.amount_minor) for one in found] == await desk.waiting(
        line
    )
    for one in found:
        assert (one.promise.kind, one.end) == (PromiseKind.COMMITMENT, None)
        words = one.promise.told.by_language
        assert set(words) == {"en", "zh"}
        assert all(str(one.promise.tranche.due_on) in said for said in words.values())
    assert (await in_all(desk)).kept_ratio is None


async def test_what_holds_is_kept_whatever_was_published_since(desk: Desk) -> None:
    line = await staged(desk)
    await desk.offer(stricter())
    await desk.wait(days=90)
    found = await told(desk, line)
    assert {one.end and one.end.outcome for one in found} == {Outcome.KEPT}
    rate = await in_all(desk)
    assert (rate.told_count, rate.kept_count, rate.kept_ratio) == (3, 3, 1.0)


async def test_what_fails_is_told_with_the_clause_the_own_value_and_what_follows(desk: Desk) -> None:
    line = await staged(desk)
    await desk.statement(line, months_late=1)
    await desk.wait(days=30)
    found = await told(desk, line)
    failed = found[0]
    again = max(found, key=lambda one: one.promise.told_at)
    assert failed.end is not None
    assert failed.end.outcome is Outcome.CONDITION_FAILED
    english, chinese = (failed.end.told.by_language[language] for language in ("en", "zh"))
    assert "no payment may be late at the last statement (yours: 1)" in english
    assert str(again.promise.tranche.due_on) in english
    assert "（您为 1）" in chinese
    assert again.promise.reason == "late"
    assert (await in_all(desk)).kept_ratio is None


async def test_our_delay_is_late_and_counts(desk: Desk) -> None:
    line = await staged(desk)
    desk.clock.move_to(desk.clock() + timedelta(days=32))
    await desk.wait()
    first = (await told(desk, line))[0]
    assert first.end is not None
    assert first.end.outcome is Outcome.LATE
    assert "The delay was ours" in first.end.told.by_language["en"]
    assert (await in_all(desk)).kept_ratio == 0.0


async def test_a_blocked_line_is_told_an_estimate(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 5_000)
    await desk.control(desk.blocking(line, "fraud"))
    assert (await desk.repay(line, 1_000)).decision.answer is Answer.OBSERVED
    (one,) = await told(desk, line)
    assert one.promise.kind is PromiseKind.ESTIMATE
    await desk.wait(days=30)
    failed = (await told(desk, line))[0]
    assert failed.end is not None
    assert "the line must not be blocked" in failed.end.told.by_language["en"]


async def test_breaking_needs_two_people_a_reason_and_a_later_day_and_counts(desk: Desk) -> None:
    line = await staged(desk)
    first = (await told(desk, line))[0]
    asked = breaking(desk, line, first)
    for wrong in ({"approver": "ann"}, {"reason": " "}, {"again_on": first.promise.tranche.due_on}):
        with pytest.raises(Malformed):
            await break_promise(desk.db, desk.clock, desk.house, request=_changed(asked, **wrong))
    instead = await break_promise(desk.db, desk.clock, desk.house, request=asked)
    assert await break_promise(desk.db, desk.clock, desk.house, request=asked) == instead
    with pytest.raises(Conflict) as again:
        await break_promise(desk.db, desk.clock, desk.house, request=breaking(desk, line, first))
    assert again.value.code is Code.PROMISE_ENDED
    broken = next(one for one in await told(desk, line) if one.promise.tranche.id == first.promise.tranche.id)
    assert broken.end is not None
    assert (broken.end.outcome, broken.author, broken.approver) == (Outcome.BROKEN, "ann", "bo")
    assert "insolvency opened" in broken.end.told.by_language["en"]
    await desk.wait(days=100)
    rate = await in_all(desk)
    assert (rate.broken_count, rate.kept_count, rate.kept_ratio) == (1, 3, 0.75)
    assert (await desk.line(line)).withheld_minor == 0


async def test_the_database_refuses_a_silent_breach(desk: Desk, subtests: pytest.Subtests) -> None:
    """Whatever program writes: no date untold, no end unrecorded, none kept back early, none broken without two people."""
    line = await staged(desk)
    first = (await told(desk, line))[0].promise.tranche
    end = f"insert into tranche_end select id, decision, '%s', now() from tranche where id = '{first.id}'; "
    tell = f"insert into promise_end select id, '%s', decision, now(), '{{en}}', '{{So.}}' from tranche where id = '{first.id}'; "
    breach = (
        f"insert into promise_breach select '{first.id}', id, 'ann', '%s', 'law', now() from tranche "
        f"where line = '{line.id}' and due_on > '{first.due_on}' limit 1"
    )
    cases = [
        (
            "is not told to anybody",
            "insert into tranche select gen_random_uuid(), line, decision, 9, 1, due_on, condition, edition from tranche limit 1",
        ),
        ("what became of promise", end % "released"),
        ("did not end as kept", end % "released" + tell % "kept"),
        ("under another condition or edition", end % "kept_back" + tell % "condition_failed"),
        ("without a reason, an approver and a notice", end % "broken" + tell % "broken"),
        ("breach_has_two_people", end % "broken" + tell % "broken" + breach % "ann"),
        ("of another amount or condition", end % "broken" + tell % "broken" + breach % "bo"),
        ("is not recorded as broken", breach % "bo"),
    ]
    for refusal, by_hand in cases:
        with subtests.test(refusal), pytest.raises(Broken, match=refusal):
            async with desk.db.transaction() as connection:
                await connection.execute(by_hand)


async def test_rates_are_told_apart_by_what_is_asked(desk: Desk) -> None:
    await staged(desk)
    by_reason = await rates(desk.db, by=["reason", "product"])
    assert [(one.product, one.week_on, one.kind) for one in by_reason] == [("consumer_revolving", None, None)]
    with pytest.raises(Malformed, match="colour"):
        await rates(desk.db, by=["colour"])


def test_counts_of_a_week_are_added_up() -> None:
    one = Count(
        product="p", due_on=date(2026, 3, 4), reason="late", kind=PromiseKind.COMMITMENT, told_count=5, kept_count=1,
        early_count=1, late_count=1, broken_count=1, condition_failed_count=1, undone_count=0, open_count=0,
    )  # fmt: skip
    (rate,) = rates_of([one, replace(one, due_on=date(2026, 3, 8))], by=["week_on"])
    assert (rate.week_on, rate.told_count, rate.kept_ratio) == (date(2026, 3, 2), 10, 0.5)


def _changed(asked: BreakRequest, **changes: object) -> BreakRequest:
    return BreakRequest(**{name: getattr(asked, name) for name in asked.__struct_fields__} | changes)
