"""`creditline policy backtest` and its route: both editions over a period, and what cannot be known said plainly."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from creditline.decision.backtest import CANNOT_KNOW, Segment
from creditline.decision.outcome import Kind
from creditline.edge.api.backtest import BacktestView
from creditline.edge.commands.policy_backtest import segment_row
from creditline.score.rates import Interval
from creditline.store.connect import Database
from tests.edge.a_terminal import Terminal
from tests.edge.an_api import PRODUCT, Api, an_api
from tests.edge.test_cli_lines import open_moved


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


def test_a_period_is_asked_again_and_what_cannot_be_known_is_said(branch: Terminal) -> None:
    open_moved(branch)
    ran = branch.run("policy", "backtest", PRODUCT)
    assert ran.status == 0
    assert [row[0] for row in ran.table()[1:3]] == ["sample", "answer"]
    for words in CANNOT_KNOW:
        assert f"It cannot know {words}." in ran.err
    assert "differ from those on record in 0 of 1 cases" in ran.err
    told = branch.json("policy", "backtest", PRODUCT, "--champion", PRODUCT, "--to", "2001-01-01")
    assert told["impact"]["changed"]["of_count"] == 0
    assert branch.run("policy", "backtest", "none.dmn").status == 2


def test_a_segment_without_outcomes_says_so() -> None:
    blank = Segment(
        kind=Kind.OPENING,
        currency="CNY",
        grade=0,
        cases_count=7,
        known_count=0,
        bad=Interval(at=0.0, low=0.0, high=1.0),
        before_given_minor=1,
        after_given_minor=1,
        before_loss_minor=0,
        after_loss_minor=0,
        unknown_before_given_minor=1,
        unknown_after_given_minor=1,
    )
    assert segment_row(blank)[1::3] == ("opening: grade none, 7 cases", "no outcome is known")
    known = replace(blank, known_count=4, bad=Interval(at=0.25, low=0.1, high=0.5))
    assert segment_row(known)[4] == "bad 25.0 % [10.0, 50.0] of 4 known"


async def test_the_route_tells_the_same(api: Api) -> None:
    await api.draw(await api.open(), 1000)
    answered = await api.http.post("/v1/policies:backtest", json={"product": PRODUCT})
    assert answered.status_code == 200, answered.text
    assert answered.json().keys() == BacktestView.model_fields.keys()
    assert answered.json()["differing_count"] == 0
    assert answered.json()["cannot_know"] == list(CANNOT_KNOW)
