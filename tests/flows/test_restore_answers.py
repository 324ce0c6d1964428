"""What is withheld comes back on its day if its condition holds then, and stays back once it is."""

import asyncio
from collections import Counter
from datetime import timedelta

from creditline.clock import start_of
from creditline.decision.outcome import Answer, Kind
from creditline.decision.product import Product
from creditline.flows.restore import restore_due
from creditline.flows.work import work_due
from creditline.ledger.line import Line
from creditline.store import decisions
from tests.decision.a_product import changed
from tests.flows.desk import Desk


async def held_back(desk: Desk, *, borrower: str = "ada", amount_minor: int = 50_000) -> Line:
    """Return a line of which all that was drawn is repaid and observed for a month."""
    line = await desk.open(borrower=borrower, amount_minor=100_000)
    await desk.draw(line, amount_minor)
    await desk.statement(line, months_late=1)
    await desk.repay(line, amount_minor)
    return await desk.line(line)


def patient() -> Product:
    """Return the product without early release."""
    return changed({"product.toml": lambda text: text.replace("early = true", "early = false")})


async def test_it_is_back_on_its_day_and_not_before(desk: Desk) -> None:
    await desk.offer(patient())
    line = await held_back(desk)
    await desk.statement(line, months_late=0)
    ((due_on, _),) = await desk.waiting(line)
    assert await desk.wait(days=29) == Counter()
    assert (await desk.line(line)).withheld_minor == 50_000
    assert await desk.wait(days=1) == Counter({"released": 1})
    back = await desk.line(line)
    assert (back.withheld_minor, back.available_minor) == (0, 100_000)
    assert str(back.booked_at.date()) == due_on
    assert back.booked_at == start_of(back.booked_at.date())
    assert await desk.waiting(line) == []


async def test_if_its_condition_does_not_hold_it_is_kept_back_with_reasons_and_looked_at_again(desk: Desk) -> None:
    line = await held_back(desk)
    assert await desk.wait(days=30) == Counter({"kept_back": 1})
    async with desk.db.reading() as connection:
        (kept,) = [one for one in await decisions.of_line(connection, line.id, most=9) if one.kind is Kind.RELEASE]
    assert kept.answer is Answer.KEPT_BACK
    assert [(reason.code, reason.value) for reason in kept.reasons] == [("late", 1)]
    assert await desk.waiting(line) == [(str(desk.clock().date() + timedelta(days=30)), 50_000)]
    await desk.statement(line, months_late=0)
    assert await desk.wait(days=30) == Counter({"released": 1})
    assert (await desk.line(line)).withheld_minor == 0


async def test_a_blocked_line_gets_nothing_back_until_it_is_unblocked(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 100)
    await desk.control(desk.blocking(line, "fraud"))
    repaid = await desk.repay(line, 100)
    assert [reason.code for reason in repaid.decision.reasons] == ["blocked"]
    assert await desk.wait(days=30) == Counter({"kept_back": 1})
    await desk.control(desk.blocking(line, None))
    assert await desk.wait(days=30) == Counter({"released": 1})


async def test_steps_come_back_one_after_another(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 95_000)
    await desk.statement(line)
    await desk.wait(days=30)
    await desk.statement(line)
    await desk.repay(line, 1_000 + await desk.interest_minor(line))
    withheld = [(await desk.line(line)).withheld_minor]
    for _ in range(3):
        await desk.wait(days=30)
        withheld.append((await desk.line(line)).withheld_minor)
    assert withheld == [700, 467, 234, 0]


async def test_two_tranches_of_one_line_on_one_day_are_both_decided(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 100)
    await desk.statement(line, months_late=1)
    await desk.repay(line, 60)
    await desk.repay(line, 40)
    await desk.statement(line, months_late=0)
    assert await desk.wait(days=30) == Counter({"released": 2})
    assert (await desk.line(line)).withheld_minor == 0


async def test_a_worker_that_comes_late_does_everything_that_was_due(desk: Desk) -> None:
    lines = [await held_back(desk, borrower=name, amount_minor=1_000) for name in ("ada", "bob", "cy")]
    for line in lines:
        await desk.statement(line, months_late=0)
    desk.clock.move_to(desk.clock() + timedelta(days=90))
    assert await work_due(desk.db, desk.clock, desk.house, most=2) == Counter({"released": 3})


async def test_workers_at_once_release_each_tranche_once(desk: Desk) -> None:
    lines = [await held_back(desk, borrower=name, amount_minor=1_000) for name in ("ada", "bob", "cy", "di")]
    for line in lines:
        await desk.statement(line, months_late=0)
    desk.clock.move_to(desk.clock() + timedelta(days=40))
    done = await asyncio.gather(*(restore_due(desk.db, desk.clock, desk.house, most=2) for _ in range(4)))
    assert sum(len(one) for one in done) == 4
    assert [(await desk.line(line)).withheld_minor for line in lines] == [0, 0, 0, 0]


async def test_what_is_back_stays_back_though_the_borrower_falls_late_again(desk: Desk) -> None:
    line = await held_back(desk)
    await desk.statement(line, months_late=0)
    await desk.wait(days=30)
    await desk.statement(line, months_late=3)
    await desk.wait(days=90)
    assert (await desk.line(line)).withheld_minor == 0


async def test_a_later_edition_with_a_stricter_condition_does_not_change_what_was_promised(desk: Desk) -> None:
    line = await held_back(desk)
    await desk.statement(line, months_late=0)
    told_by = next(iter(desk.house.products.values())).edition
    await desk.offer(
        changed(
            {"policy.dmn": lambda text: text.replace("<text>not(is_blocked) and (months", "<text>false and (months")}
        )
    )
    assert await desk.wait(days=30) == Counter({"released": 1})
    async with desk.db.reading() as connection:
        (released,) = [one for one in await decisions.of_line(connection, line.id, most=9) if one.kind is Kind.RELEASE]
    assert released.edition == told_by


async def test_what_is_repaid_under_a_new_edition_is_promised_by_its_condition(desk: Desk) -> None:
    strict = changed(
        {"policy.dmn": lambda text: text.replace("<text>not(is_blocked) and (months", "<text>false and (months")}
    )
    await desk.offer(strict)
    line = await held_back(desk)
    await desk.statement(line, months_late=0)
    assert await desk.wait(days=30) == Counter({"kept_back": 1})
    assert [part.edition for part in (await desk.explain(line)).parts] == [strict.edition]
