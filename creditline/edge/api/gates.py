"""Gates and fairness over HTTP: what stands in the way of a product with some files replaced."""

import asyncio

from fastapi import APIRouter

from creditline.decision.outcome import Kind
from creditline.decision.product import read_product
from creditline.edge.api.impact import FilesBody, View
from creditline.edge.api.state import Engine
from creditline.flows.fairness import recorded_fairness
from creditline.flows.govern import gates_measured
from creditline.policy.gates import Gate

ROUTES = APIRouter(tags=["policies"])


class OfArmView(View):
    """What was found in the cases that one arm would decide; null where nothing is known of them yet."""

    arm: str
    cases_count: int
    found_ppm: int | None


class GateView(View):
    """A gate of the edition in force: its limit and what was found, in ppm (null: not known yet), and whether it is failed.

    What is found is of all arms together, each with its share; `arms` tell it arm by arm where there are several.
    """

    gate: Gate
    limit_ppm: int
    found_ppm: int | None
    where: str
    has_failed: bool
    words: str | None
    arms: list[OfArmView]


class IntervalView(View):
    """A figure and the ends of its 95 % interval."""

    at: float
    low: float
    high: float


class GroupRateView(View):
    """How often a group is answered favourably; ratio and p (Fisher's exact test) are null for the reference itself."""

    attribute: str
    kind: Kind
    favourable: str
    group: str
    reference: str
    cases_count: int
    independent_count: int
    rate: IntervalView
    ratio: IntervalView | None
    p: float | None
    is_flagged: bool


@ROUTES.post("/v1/policies:gates")
async def gates_of_policy(body: FilesBody, engine: Engine) -> list[GateView]:
    """Measure a draft by the gates of the edition in force; none are told if it has none."""
    measured = await gates_measured(engine.db, engine.clock, product=body.product, files=body.files_of(engine))
    return [
        GateView(
            gate=one.gate,
            limit_ppm=one.limit_ppm,
            found_ppm=one.found_ppm,
            where=one.where,
            has_failed=one.failure is not None,
            words=one.failure.words if one.failure else None,
            arms=[OfArmView.model_validate(own) for own in one.arms],
        )
        for one in measured
    ]


@ROUTES.post("/v1/policies:fairness")
async def fairness_of_policy(body: FilesBody, engine: Engine) -> list[GroupRateView]:
    """Compare how favourably the groups that are kept for this are answered by a draft; four fifths is no legal test."""
    draft = await asyncio.to_thread(read_product, body.files_of(engine))
    found = await recorded_fairness(engine.db, engine.clock, engine.house, draft, most=body.most_cases)
    return [GroupRateView.model_validate(one) for one in found]
