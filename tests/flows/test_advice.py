"""Advice of a line of the house: read in one moment, written nowhere."""

import pytest

from creditline.errors import Code, Malformed
from creditline.flows.advice import advice_of, draw_preview, repay_preview
from tests.flows.desk import Desk


async def test_advice_and_previews_are_of_the_line_as_it_stands(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=1)
    await desk.repay(line, 20_000)
    before = await desk.line(line)
    _, advice = await advice_of(desk.db, desk.clock, desk.house, line=line.id)
    assert advice.waiting_minor == before.withheld_minor == 20_000
    _, drawn = await draw_preview(desk.db, desk.clock, desk.house, line=line.id, amount_minor=1_000)
    assert drawn.available_minor == before.available_minor - 1_000
    _, repaid = await repay_preview(desk.db, desk.clock, desk.house, line=line.id, amount_minor=1_000)
    assert repaid.accepted_minor == 1_000
    assert await desk.line(line) == before
    with pytest.raises(Malformed) as wrong:
        await draw_preview(desk.db, desk.clock, desk.house, line=line.id, amount_minor=0)
    assert wrong.value.code is Code.AMOUNT_NOT_POSITIVE
