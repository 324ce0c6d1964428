"""A relay tells what was committed, in order, and again if in doubt."""

from collections.abc import Sequence

import pytest

from creditline.decision.outcome import Decision, canonical
from creditline.flows.relay import open_outlet, relay_once
from tests.flows.desk import Desk


async def test_what_was_decided_is_told_in_order_and_once(desk: Desk) -> None:
    line = await desk.open()
    await open_outlet(desk.db, desk.clock, outlet="nats")
    drawn = [await desk.draw(line, 100) for _ in range(5)]
    told: list[Decision] = []

    async def send(decided: Sequence[Decision]) -> None:
        told.extend(decided)

    assert [await relay_once(desk.db, outlet="nats", send=send, most=2) for _ in range(4)] == [2, 2, 1, 0]
    # Ids of one instant have no order but their own.
    assert [*map(canonical, told[:2])] == [*map(canonical, sorted(told[:2], key=lambda one: one.id))]
    assert {canonical(one) for one in told} == {canonical(one.decision) for one in drawn}
    assert len(told) == len(drawn)


async def test_what_could_not_be_told_is_told_again(desk: Desk) -> None:
    line = await desk.open()
    await open_outlet(desk.db, desk.clock, outlet="nats")
    await desk.draw(line, 100)
    told: list[Decision] = []

    async def send(decided: Sequence[Decision]) -> None:
        told.extend(decided)
        if len(told) == 1:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        await relay_once(desk.db, outlet="nats", send=send)
    assert await relay_once(desk.db, outlet="nats", send=send) == 1
    assert canonical(told[0]) == canonical(told[1])
