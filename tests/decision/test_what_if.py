"""A decision asked again under what is supposed: nothing supposed is its replay, and what is supposed is read exactly."""

import pytest

from creditline.decision.outcome import Answer, Decision, canonical
from creditline.decision.what_if import supposed_of, what_if
from creditline.errors import Malformed
from creditline.store.connect import Database
from tests.flows import an_act
from tests.flows.desk import Desk, a_desk


async def test_nothing_supposed_is_the_replay_and_a_mended_fact_is_answered_better(db: Database) -> None:
    async with a_desk(db) as desk:
        decision = await declined(desk)
        product = desk.house.product(decision.product)
        own: dict[str, float | None] = {"months_late_last_count": 2.0, "is_blocked": 0.0, "requested_minor": 5_000.0}
        for supposing in (dict[str, float | None](), own):
            assert canonical(what_if(product, decision, supposing)) == canonical(decision)
        assert what_if(product, decision, {"months_late_last_count": 1.0}).answer is Answer.APPROVE
        assert what_if(product, decision, {"months_late_last_count": None}).answer is Answer.APPROVE
        assert what_if(product, decision, {"months_late_last_count": 1.0, "is_blocked": 1.0}).answer is Answer.DECLINE


async def declined(desk: Desk) -> Decision:
    act = await an_act.draw_declined(desk)
    (line,) = await desk.lines_of("ada")
    return next(one for one in await desk.decisions(line) if one.id == act)


def test_what_is_supposed_is_read_as_it_is_written() -> None:
    said = ("pay_ratio=0.5", "is_blocked=true", "accepts_partial=false", "points=", "a=-1e3")
    assert supposed_of(said) == {"pay_ratio": 0.5, "is_blocked": 1, "accepts_partial": 0, "points": None, "a": -1000}
    for wrong in ("", "pay_ratio", "pay_ratio=half", "=", "pay_ratio=nan", "pay_ratio=inf"):
        with pytest.raises(Malformed):
            supposed_of([wrong])
