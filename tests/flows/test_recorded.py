"""The newest decisions of a product are read, page by page, with what their features are called."""

from datetime import timedelta

import pytest

from creditline.flows import recorded
from creditline.flows.recorded import recorded_cases
from tests.decision.a_product import a_product
from tests.flows.desk import Desk


async def test_the_newest_come_first_and_no_more_than_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "PAGE", 2)
    line = await desk.open()
    for amount in (10, 20, 30, 40):
        desk.clock.move_to(desk.clock() + timedelta(minutes=1))
        await desk.draws(desk.drawing(line, amount))
    heard: list[int] = []
    name = a_product().name
    found = await recorded_cases(desk.db, desk.house, product=name, most=10, told=heard.append)
    assert [one.decision.position.requested_minor for one in found] == [40, 30, 20, 10, 100_000]
    assert heard == [2, 2, 1]
    assert {one.features for one in found} == {a_product().features}
    assert len(await recorded_cases(desk.db, desk.house, product=name, most=3)) == 3
    assert await recorded_cases(desk.db, desk.house, product="gold", most=3) == []
