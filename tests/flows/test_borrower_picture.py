"""What is known of a borrower is shown feature by feature, with its meaning, and no more than the decision would see."""

from math import isnan

import pytest

from creditline.errors import Code, NotFound
from creditline.flows.borrower import picture_of
from creditline.profile.catalogue import FEATURES
from tests.flows.desk import Desk


async def test_a_picture_shows_what_a_decision_was_made_from(desk: Desk) -> None:
    line = await desk.open(borrower="ada")
    await desk.draw(line, 40_000)
    await desk.statement(line)
    decision = (await desk.draw(line, 1)).decision
    picture = await picture_of(desk.db, desk.clock, "ada")
    assert picture.as_of == decision.as_of
    known = [None if isnan(value) else value for value in decision.features]
    assert [feature.value for feature in picture.features] == known
    assert [feature.name for feature in picture.features] == [feature.name for feature in FEATURES]
    assert all(feature.why for feature in picture.features)
    assert {source for source, is_known in picture.sources.items() if is_known} == {"usage", "income"}


async def test_a_borrower_nobody_has_heard_of_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="Borrower eve is not known") as refused:
        await picture_of(desk.db, desk.clock, "eve")
    assert refused.value.code is Code.BORROWER_UNKNOWN
