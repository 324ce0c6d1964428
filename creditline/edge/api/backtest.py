"""Backtest over HTTP: a period of history asked again by what is in force and by a draft."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from creditline.decision.matured import Horizon
from creditline.decision.outcome import Kind
from creditline.decision.product import read_product
from creditline.edge.api.gates import IntervalView
from creditline.edge.api.impact import ChangeView, FilesBody, ImpactView, View
from creditline.edge.api.state import Engine
from creditline.flows.backtest import Period, recorded_backtest

ROUTES = APIRouter(tags=["policies"])

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class BacktestBody(FilesBody):
    """A draft, the period whose decisions are asked again, and how outcomes are told."""

    starts_at: AwareDatetime = EARLIEST
    ends_at: Annotated[AwareDatetime | None, Field(description="Now if left out.")] = None
    horizon_days: Annotated[int, Field(strict=True, ge=1, le=3650, description="How long a line is watched.")] = 180
    late_days: Annotated[
        int, Field(strict=True, ge=1, le=3650, description="From so many days past due it is bad.")
    ] = 90
    known_at: Annotated[AwareDatetime | None, Field(description="Only what was learned by then; now if left out.")] = (
        None
    )


class LossSegmentView(View):
    """Cases of a kind, currency and grade (0: no score): what both give out, and lose where outcomes are known."""

    kind: Kind
    currency: str
    grade: int
    cases_count: int
    known_count: int
    bad: IntervalView
    before_given_minor: int
    after_given_minor: int
    before_loss_minor: int
    after_loss_minor: int
    unknown_before_given_minor: int
    unknown_after_given_minor: int


class BacktestView(View):
    """What two editions make of a period, and what that cannot tell."""

    champion: str
    draft: str
    population: str
    impact: ImpactView
    observed: list[ChangeView]
    segments: list[LossSegmentView]
    compared_count: int
    differing_count: int
    left_out: dict[str, int]
    cannot_know: list[str]


@ROUTES.post("/v1/policies:backtest")
async def backtest_of_policy(body: BacktestBody, engine: Engine) -> BacktestView:
    """Ask every question of a period again, point in time, through features, scores and rules of both."""
    now = engine.clock()
    horizon = Horizon(days=body.horizon_days, late_days=body.late_days, known_at=body.known_at or now)
    period = Period(starts_at=body.starts_at, ends_at=body.ends_at or now, most=body.most_cases, horizon=horizon)
    draft = await asyncio.to_thread(read_product, body.files_of(engine))
    champion = engine.house.product(body.product)
    found = await recorded_backtest(engine.db, engine.house, champion, draft=draft, period=period)
    return BacktestView.model_validate(found)
