"""Strategies over HTTP: read, stopped by anybody with a reason, started again by a second person."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from creditline.edge.api.strategies import ResultView, StrategyView
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import PRODUCT, Api, an_api, problem
from tests.policy.a_strategy import a_shadow, a_text, an_arm

URL = f"/v1/policies/{PRODUCT}"


@pytest.fixture
async def api(db: Database) -> AsyncIterator[Api]:
    async with an_api(db) as ready:
        yield ready


async def put_in_force(api: Api, *arms: str) -> str:
    """Have the product in force with a strategy."""
    before = (await api.read(f"{URL}/history"))["periods"][0]["edition"]
    said = {"actor": "ann", "reason": "a trial", "edition": before, "files": {"strategies.toml": a_text(*arms)}}
    response = await api.post(f"{URL}/publish", **said)
    assert response.status_code == 201, response.text
    edition: str = response.json()["version"]["edition"]
    for act, actor in (("submit", "ann"), ("approve", "bob"), ("activate", "bob")):
        api.clock.move_to(api.clock() + timedelta(minutes=1))
        response = await api.post(f"{URL}/{act}", actor=actor, reason="as agreed", edition=edition)
        assert response.status_code == 201, response.text
    return edition


async def test_a_strategy_is_read_and_an_arm_stopped_and_started(api: Api) -> None:
    problem(await api.get(f"{URL}/strategy"), 404, Code.STRATEGY_UNKNOWN)
    more = 'segment = "grade >= 4"\n'
    edition = await put_in_force(api, an_arm("longer", 200_000, more=more), a_shadow("look"))
    told = await api.read(f"{URL}/strategy")
    assert told.keys() == StrategyView.model_fields.keys()
    assert (told["edition"], [one["state"] for one in told["arms"]]) == (edition, ["running", "running"])
    assert told["arms"][0]["edition"] not in {edition, told["arms"][1]["edition"]}

    stop = {"actor": "ann", "reason": "worse by 4 points", "arm": "longer"}
    response = await api.post(f"{URL}/strategy/stop", **stop)
    assert (response.status_code, response.json()["deed"]["arm"]) == (201, "longer")
    problem(await api.post(f"{URL}/strategy/stop", **stop), 409, Code.POLICY_STATE, says="stopped already")
    problem(await api.post(f"{URL}/strategy/start", **stop), 403, Code.SECOND_PERSON_NEEDED)
    problem(await api.post(f"{URL}/strategy/stop", **(stop | {"arm": "x"})), 404, Code.ARM_UNKNOWN)
    (longer, _) = (await api.read(f"{URL}/strategy"))["arms"]
    assert (longer["state"], longer["stopped_by"], longer["stopped_because"]) == ("stopped", "ann", "worse by 4 points")
    assert (await api.post(f"{URL}/strategy/start", **(stop | {"actor": "bob"}))).status_code == 201
    assert (await api.read(f"{URL}/strategy"))["arms"][0]["state"] == "running"
    acts = [one["act"] for one in (await api.read(f"{URL}/history"))["deeds"]]
    assert acts[-2:] == ["stop_arm", "start_arm"]


async def test_arms_are_compared_and_guarded(api: Api) -> None:
    problem(await api.get(f"{URL}/strategy/results"), 404, Code.STRATEGY_UNKNOWN)
    stop = '[[arms.longer.stop]]\nmeasure = "loss"\nmost_minor = 0\ncurrency = "CNY"\n'
    await put_in_force(api, an_arm("longer", 200_000) + stop)
    (longer,) = await api.read(f"{URL}/strategy/results")
    assert longer.keys() == ResultView.model_fields.keys()
    assert (longer["own"]["count"], longer["waiting"]["days"], longer["fired"]) == (0, None, [])
    guarded = await api.post(f"{URL}/strategy/guard")
    assert (guarded.status_code, guarded.json()) == (201, {"stopped": []})


async def test_a_strategy_that_cannot_be_is_not_published(api: Api) -> None:
    before = (await api.read(f"{URL}/history"))["periods"][0]["edition"]
    said = {
        "actor": "ann",
        "reason": "a trial",
        "edition": before,
        "files": {"strategies.toml": a_text(an_arm("x", -1))},
    }
    problem(
        await api.post(f"{URL}/publish", **said),
        422,
        Code.POLICY_INVALID,
        says="strategies.toml, arms.x: it needs share_ppm",
    )
