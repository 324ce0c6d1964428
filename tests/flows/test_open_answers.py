"""Openings on a real database: granted by what is known, referred when nothing is, taken over when moved here."""

from dataclasses import replace

import msgspec
import pytest

from creditline.decision.outcome import Answer
from creditline.errors import Code
from creditline.events.catalogue import BalanceMoved, LineOpened
from creditline.flows.turn import one
from creditline.ledger.chart import Movement
from creditline.money import MAX_MINOR
from creditline.store import facts, lines
from tests.flows.desk import Desk, codes

FIRST_LINE_CAP_MINOR = 2_000_000
"""A tenth of the cap of CNY 200,000: what a borrower without a score may be granted."""


@pytest.mark.parametrize(
    ("asked_minor", "granted_minor"),
    [(1, 1), (100_000, 100_000), (FIRST_LINE_CAP_MINOR, FIRST_LINE_CAP_MINOR), (MAX_MINOR, FIRST_LINE_CAP_MINOR)],
)
async def test_a_borrower_of_whom_something_is_known_starts_small(
    desk: Desk, asked_minor: int, granted_minor: int
) -> None:
    await desk.earn("ada")
    opened = one(await desk.opens(desk.opening(amount_minor=asked_minor)))
    assert opened.line is not None
    assert (opened.decision.answer, opened.line.granted_minor) == (Answer.APPROVE, granted_minor)
    assert (opened.line.available_minor, opened.line.version, opened.line.apr_bp) == (granted_minor, 1, 1400)
    assert opened.decision.scores is None
    assert opened.line == await desk.line(opened.line)


async def test_a_borrower_of_whom_nothing_is_known_is_referred_and_gets_no_line(desk: Desk) -> None:
    opened = one(await desk.opens(desk.opening(borrower="nobody")))
    assert (opened.decision.answer, opened.line) == (Answer.REFER, None)
    async with desk.db.reading() as connection:
        assert await lines.of_borrower(connection, "nobody") == []
        assert await facts.of_borrower(connection, "nobody") == []


async def test_an_opening_is_a_fact_and_the_next_line_is_scored(desk: Desk) -> None:
    line = await desk.open(borrower="ada")
    async with desk.db.reading() as connection:
        opened = [row for row in await facts.of_borrower(connection, "ada") if row.number == LineOpened.number]
    assert [(row.id, row.amount_minor, row.ref) for row in opened] == [(line.id, 100_000, str(line.id))]
    await desk.wait(hours=1)
    second = one(await desk.opens(desk.opening(borrower="ada")))
    assert second.decision.scores is not None


@pytest.mark.parametrize(
    ("limit_minor", "balance_minor", "movements", "buckets"),
    [
        (1_000, 0, [Movement.OPEN], (1_000, 0, 1_000)),
        (1_000, 1_000, [Movement.OPEN, Movement.MOVE_IN], (1_000, 1_000, 0)),
        (1_000, 400, [Movement.OPEN, Movement.MOVE_IN], (1_000, 400, 600)),
        (1_000, 1_400, [Movement.OPEN, Movement.MOVE_IN, Movement.DECREASE], (1_000, 1_400, -400)),
    ],
)
async def test_a_moved_line_keeps_its_limit_and_brings_its_balance(
    desk: Desk, limit_minor: int, balance_minor: int, movements: list[Movement], buckets: tuple[int, int, int]
) -> None:
    request = msgspec.structs.replace(
        desk.opening(borrower="moved", amount_minor=limit_minor), is_moved=True, moved_balance_minor=balance_minor
    )
    opened = one(await desk.opens(request))
    assert opened.line is not None
    line = await desk.line(opened.line)
    assert (line.granted_minor, line.drawn_minor, line.headroom_minor) == buckets
    async with desk.db.reading() as connection:
        assert [entry.movement for entry in await lines.entries(connection, line.id)] == movements
        told = await facts.of_borrower(connection, "moved")
    brought = [row.amount_minor for row in told if row.number == BalanceMoved.number]
    assert brought == ([balance_minor] if balance_minor else [])


async def test_a_moved_line_over_its_limit_only_falls(desk: Desk) -> None:
    request = msgspec.structs.replace(
        desk.opening(borrower="moved", amount_minor=1_000), is_moved=True, moved_balance_minor=1_400
    )
    line = one(await desk.opens(request)).line
    assert line is not None
    assert (await desk.draw(line, 1, partial=True)).decision.answer is Answer.DECLINE
    repaid = await desk.repay(line, 500)
    assert (repaid.line.drawn_minor, repaid.line.headroom_minor) == (900, 100)
    assert (await desk.draw(line, 1_000, partial=True)).amount_minor == 100


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"requested_minor": 0}, Code.AMOUNT_NOT_POSITIVE),
        ({"requested_minor": MAX_MINOR + 1}, Code.AMOUNT_TOO_LARGE),
        ({"currency": "EUR"}, Code.CURRENCY_WRONG),
        ({"currency": "nonsense"}, Code.CURRENCY_UNKNOWN),
        ({"product": "gold"}, Code.PRODUCT_UNKNOWN),
        ({"moved_balance_minor": 1}, Code.MESSAGE_MALFORMED),
        ({"moved_balance_minor": -1, "is_moved": True}, Code.AMOUNT_NOT_POSITIVE),
        ({"moved_balance_minor": MAX_MINOR + 1, "is_moved": True}, Code.AMOUNT_TOO_LARGE),
    ],
)
async def test_a_wrong_opening_is_refused_with_a_code_and_costs_its_neighbours_nothing(
    desk: Desk, wrong: dict[str, object], code: Code
) -> None:
    await desk.earn("ada")
    outcomes = await desk.opens(desk.opening(), msgspec.structs.replace(desk.opening(), **wrong), desk.opening())
    assert codes(outcomes) == ["approve", code, "approve"]


async def test_each_currency_has_its_own_cap(desk: Desk) -> None:
    await desk.earn("ada")
    in_yuan, in_dollars = await desk.opens(
        desk.opening(amount_minor=MAX_MINOR), desk.opening(amount_minor=MAX_MINOR, currency="TWD")
    )
    granted = [opened.line.granted_minor for opened in (one([in_yuan]), one([in_dollars])) if opened.line]
    assert granted == [FIRST_LINE_CAP_MINOR, 10_000_000]


async def test_a_decision_says_what_it_was_made_from(desk: Desk) -> None:
    line = await desk.open()
    drawn = await desk.draw(line, 1)
    decision = drawn.decision
    (product,) = desk.house.products.values()
    assert (decision.edition, decision.catalogue) == (product.edition, product.catalogue)
    assert len(decision.features) == len(product.features)
    assert decision.rules == (("draw", (7,)),)
    assert replace(decision.position, requested_minor=0).available_minor == 100_000
