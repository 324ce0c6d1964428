"""Evidence over HTTP: whether each rule of a product, or of files that would replace its own, is worth its hurt."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from creditline.decision.evidence import Bar, Because, Claim, Verdict
from creditline.decision.matured import Horizon
from creditline.decision.product import read_product
from creditline.edge.api.impact import FilesBody, View
from creditline.edge.api.state import Engine
from creditline.flows.evidence import Wanted, recorded_evidence

ROUTES = APIRouter(tags=["policies"])


class EvidenceBody(FilesBody):
    """How outcomes are told, and what it takes to show a claim."""

    horizon_days: Annotated[int, Field(strict=True, ge=1, le=3650, description="How long a line is watched.")] = 180
    late_days: Annotated[
        int, Field(strict=True, ge=1, le=3650, description="From so many days past due it is bad.")
    ] = 90
    known_at: Annotated[AwareDatetime | None, Field(description="Only what was learned by then; now if left out.")] = (
        None
    )
    confidence_ppm: Annotated[int, Field(strict=True, ge=500_000, le=999_999)] = 950_000
    least_cases: Annotated[int, Field(strict=True, ge=2, description="Independent cases needed on each side.")] = 100
    least_difference_ppm: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 10_000
    arm: Annotated[
        str | None, Field(max_length=64, description="Only the decisions of this arm, by the rules it runs.")
    ] = None


class FigureView(View):
    """A rate or a difference of rates with its interval."""

    at_ppm: int
    low_ppm: int
    high_ppm: int


class BarView(View):
    """What it took to show a claim."""

    confidence_ppm: int
    least_cases: int
    least_difference_ppm: int


class RuleEvidenceView(View):
    """A rule's cases against those of the rules that would answer without it (`otherwise`: rule, and how many each)."""

    table: str
    rule: int
    claim: Claim
    hits_count: int
    compared_count: int
    compared_independent: int
    rest_count: int
    rest_independent: int
    otherwise: list[tuple[int, int]]
    bad: FigureView
    rest_bad: FigureView
    difference: FigureView
    verdict: Verdict
    because: Because


class EvidenceView(View):
    """What outcomes say of the rules: rates at 95 % each, differences at the bar's confidence for all comparisons together."""

    product: str
    policy: str
    population: str
    bar: BarView
    cases_count: int
    borrowers_count: int
    bad_count: int
    comparisons_count: int
    left_out: dict[str, int]
    rules: list[RuleEvidenceView]
    arm: str | None
    arms: Annotated[dict[str, int], Field(description="How many cases each arm decided.")]


@ROUTES.post("/v1/policies:evidence")
async def evidence_of_policy(body: EvidenceBody, engine: Engine) -> EvidenceView:
    """Hold each rule against what became of the lines it was applied to."""
    horizon = Horizon(days=body.horizon_days, late_days=body.late_days, known_at=body.known_at or engine.clock())
    bar = Bar(
        confidence_ppm=body.confidence_ppm,
        least_cases=body.least_cases,
        least_difference_ppm=body.least_difference_ppm,
    )
    draft = await asyncio.to_thread(read_product, body.files_of(engine))
    wanted = Wanted(horizon=horizon, bar=bar, most=body.most_cases, arm=body.arm)
    held = await recorded_evidence(engine.db, engine.house, draft, wanted=wanted)
    return EvidenceView.model_validate(held.evidence)
