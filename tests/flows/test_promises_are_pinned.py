"""A promise is kept by the edition it was made under, and what was decided is decided again as it was."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest

from creditline.decision.outcome import Answer, Kind, canonical
from creditline.decision.product import Product
from creditline.errors import Code, PolicyInvalid
from creditline.events.catalogue import PaymentFailed, StatementIssued
from creditline.events.row import row_of
from creditline.flows.house import House
from creditline.flows.publish import publish
from creditline.flows.replay import replay_decision
from creditline.ledger.line import Line
from creditline.store import decisions, facts
from tests.decision.a_product import RESTORATION, changed
from tests.flows.desk import Desk


def stricter() -> Product:
    """Return the product with a pass mark nobody reaches, a condition nobody meets and another interval."""
    return changed(
        {
            "policy.dmn": lambda text: text.replace("<text>not(is_blocked) and (months", "<text>false and (months"),
            RESTORATION: lambda text: text.replace("value = 600,", "value = 9000,").replace(
                "value = 30,", "value = 45,"
            ),
        }
    )


async def staged(desk: Desk) -> Line:
    """Return a line of which a repayment of 1,000 comes back in steps."""
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 95_000)
    await desk.statement(line)
    await desk.wait(days=30)
    await desk.statement(line)
    assert (await desk.repay(line, 1_000 + await desk.interest_minor(line))).decision.answer is Answer.STAGED
    return line


async def test_what_was_promised_in_steps_comes_back_as_promised_whatever_is_published_since(desk: Desk) -> None:
    line = await staged(desk)
    told_by, promised = desk.house.product(line.product).edition, await desk.waiting(line)
    strict = stricter()
    await desk.offer(strict)
    assert await desk.waiting(line) == promised
    back_on = []
    for _ in promised:
        assert await desk.wait(days=30) == Counter({"released": 1})
        back_on.append(str((await desk.line(line)).booked_at.date()))
    assert back_on == [due_on for due_on, _ in promised]
    after = await desk.repay(line, 1_000 + await desk.interest_minor(line))
    assert after.decision.edition == strict.edition != told_by
    assert {tranche.edition for tranche in after.plan.tranches} == {strict.edition}
    assert after.plan.tranches[0].due_on - after.decision.as_of.date() == timedelta(days=45)
    assert await desk.wait(days=45) == Counter({"kept_back": 1})
    async with desk.db.reading() as connection:
        made = await decisions.of_line(connection, line.id, most=99)
    assert [one.edition for one in made if one.kind is Kind.RELEASE] == [strict.edition] + [told_by] * len(promised)


async def test_what_is_kept_back_of_a_promise_is_looked_at_again_by_the_same_edition(desk: Desk) -> None:
    line = await staged(desk)
    told_by = desk.house.product(line.product).edition
    await desk.offer(stricter())
    await desk.statement(line, months_late=1)
    assert (await desk.wait(days=30))["kept_back"] == 1
    async with desk.db.reading() as connection:
        (kept,) = [one for one in await decisions.of_line(connection, line.id, most=9) if one.kind is Kind.RELEASE]
    assert kept.edition == told_by
    assert {part.edition for part in (await desk.explain(line)).parts} == {told_by}
    assert str(kept.as_of.date() + timedelta(days=30)) in {due_on for due_on, _ in await desk.waiting(line)}


async def test_a_house_that_never_offered_an_edition_replays_what_was_decided_by_it(desk: Desk) -> None:
    line = await staged(desk)
    async with desk.db.reading() as connection:
        made = await decisions.of_line(connection, line.id, most=99)
    desk.house = House([stricter()])
    await publish(desk.db, desk.clock, desk.house)
    for decision in made:
        replayed = await replay_decision(desk.db, desk.house, decision.id)
        assert replayed.is_equal
        assert canonical(replayed.again) == canonical(decision)


async def test_what_is_learned_later_of_an_earlier_day_changes_no_replay(desk: Desk) -> None:
    line = await staged(desk)
    decision = (await desk.repay(line, 500)).decision
    earlier = decision.as_of - timedelta(seconds=1)
    desk.clock.move_to(desk.clock() + timedelta(days=1))
    late = StatementIssued(
        id=desk.next_id(), borrower="ada", happened_at=earlier, line=line.id, amount_minor=1, currency="CNY",
        months_late_count=2,
    )  # fmt: skip
    failed = PaymentFailed(
        id=desk.next_id(), borrower="ada", happened_at=earlier, amount_minor=1, currency="CNY", payee="x"
    )
    await desk.tell(late, failed)
    replayed = await replay_decision(desk.db, desk.house, decision.id)
    assert replayed.is_equal
    assert canonical(replayed.again) == canonical(decision)
    assert (await desk.repay(line, 500)).decision.answer is Answer.OBSERVED


async def test_a_fact_that_is_being_written_while_a_decision_is_made_changes_no_replay(desk: Desk) -> None:
    """The fact is dated before the decision and recorded before it, by a transaction that commits after it."""
    line = await staged(desk)
    late = StatementIssued(
        id=desk.next_id(), borrower="ada", happened_at=desk.clock() - timedelta(seconds=1), line=line.id, amount_minor=1,
        currency="CNY", months_late_count=2,
    )  # fmt: skip
    async with desk.db.transaction() as writing:
        await facts.take(writing, [row_of(late, recorded_at=desk.clock())])
        decision = (await desk.repay(line, 500)).decision
    assert decision.answer is Answer.STAGED
    assert (await replay_decision(desk.db, desk.house, decision.id)).is_equal
    assert (await desk.repay(line, 500)).decision.answer is Answer.OBSERVED


@pytest.mark.parametrize("offset_hours", [-11, 9, 14])
async def test_a_clock_that_tells_another_zone_decides_and_promises_as_one_of_utc(
    desk: Desk, offset_hours: int
) -> None:
    """Near midnight the zone's day is not ours; the desk's check replays what was decided."""
    line = await staged(desk)
    at = datetime.combine(desk.clock().date() + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=11)
    here = timezone(timedelta(hours=offset_hours))
    desk.clock.move_to(at)
    desk.clock.now = at.astimezone(here)
    repaid = await desk.repay(line, 1_000 + await desk.interest_minor(line))
    assert repaid.decision.as_of.utcoffset() == timedelta(0)
    assert repaid.plan.tranches[0].due_on == at.date() + timedelta(days=30)
    opened = await desk.open(borrower="bob")
    assert opened.opened_at.utcoffset() == timedelta(0)
    desk.clock.move_to(at)


async def test_a_product_whose_days_no_calendar_can_keep_is_not_published(desk: Desk) -> None:
    before = await editions(desk)
    never = changed({RESTORATION: lambda text: text.replace("value = 30,", "value = 0,")})
    with pytest.raises(PolicyInvalid, match="a whole number of days, 1 to 3650") as refused:
        await publish(desk.db, desk.clock, House([never]))
    assert refused.value.code is Code.POLICY_INVALID
    assert await editions(desk) == before


async def editions(desk: Desk) -> int:
    async with desk.db.reading() as connection:
        return int(await connection.fetchval("select count(*) from edition"))


async def test_many_workers_and_borrowers_at_once_keep_every_promise_once(desk: Desk) -> None:
    line = await staged(desk)
    desk.clock.move_to(desk.clock() + timedelta(days=31))
    done = await asyncio.gather(*(desk.wait() for _ in range(3)), desk.repay(line, 10))
    assert sum(one["released"] for one in done if isinstance(one, Counter)) == 1
