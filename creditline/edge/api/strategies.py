"""Strategies over HTTP: the arms of a product, how they do, and stopping and starting them.

Who acts is what the caller says: the gateway before the engine has to see to it that nobody claims another's name.
"""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from creditline.clock import business_day
from creditline.edge.api.policies import ActBody, DoneView, done_view
from creditline.edge.api.state import Engine
from creditline.flows.govern import Order
from creditline.flows.strategy import ArmState, start_arm, states_of, stop_arm, strategy_of
from creditline.flows.trials import guard_one, results_of
from creditline.policy.strategy import ArmKind, Measure, Unit

ROUTES = APIRouter(tags=["strategies"], prefix="/v1/policies/{product}/strategy")


class ArmBody(ActBody):
    """An act on one arm of the edition in force."""

    arm: Annotated[str, Field(max_length=64, examples=["longer_watch"])]


class StopRuleView(BaseModel):
    """When an arm must stop; an amount is in minor units of the currency."""

    measure: Measure
    worse_by_ppm: int
    p: float
    least_count: int
    most_minor: int
    currency: str


class ArmView(BaseModel):
    """An arm as it stands: running, stopped, waiting for its first day, or over."""

    name: str
    kind: ArmKind
    why: str
    share_ppm: int
    room_ppm: Annotated[
        int, Field(description="Up to this share it may grow without moving anybody between other arms.")
    ]
    segment: Annotated[str | None, Field(description="FEEL over the features and the line; null is everybody.")]
    since: date | None
    until: date | None
    edition: Annotated[str, Field(description="What it runs.")]
    state: Annotated[str, Field(examples=["running"])]
    stopped_by: str | None
    stopped_because: str | None
    stops: list[StopRuleView]


class StrategyView(BaseModel):
    """The strategy of the edition in force."""

    name: str
    edition: str
    sha256: str
    unit: Unit
    since: datetime | None
    arms: list[ArmView]


class CountsView(BaseModel):
    """So many borrowers (or lines): answered, asked and approved, repaid and held back, watched to the end and bad."""

    count: int
    asked_count: int
    approved_count: int
    restored_count: int
    withheld_count: int
    matured_count: int
    bad_count: int


class DifferenceView(BaseModel):
    """A share in the arm and at the champion, and how far apart, with the 95 % interval (Newcombe's)."""

    measure: Measure
    arm_ppm: int
    champion_ppm: int
    apart_ppm: int
    low_ppm: int
    high_ppm: int


class BalanceView(BaseModel):
    """Whether the sizes are those of the shares; a comparison that is off is not to be trusted."""

    arm_count: int
    champion_count: int
    expected_ppm: int
    p: float
    is_off: bool


class WaitingView(BaseModel):
    """How many are needed in the arm to show the change the trial is after, and in how many days they have matured."""

    needed_count: int | None
    a_day: float
    days: int | None


class ResultView(BaseModel):
    """How one challenger does beside the champion's borrowers of the same days and segment."""

    arm: str
    since: datetime
    until: datetime
    own: CountsView
    champion: CountsView
    crossed_count: Annotated[int, Field(description="Answered by both, and left out of both.")]
    differences: list[DifferenceView]
    balance: BalanceView
    waiting: WaitingView
    owed_minor: Annotated[
        dict[str, int], Field(description="Principal that bad borrowers of the arm owe, by currency.")
    ]
    fired: Annotated[list[str], Field(description="Why it must stop, rule by rule.")]


class StoppedView(BaseModel):
    """The arms that were stopped just now."""

    stopped: list[DoneView]


@ROUTES.get("")
async def read_strategy(product: str, engine: Engine) -> StrategyView:
    """Read the arms of the edition in force: what each runs, for whom, from when to when, and which are stopped."""
    running = await strategy_of(engine.db, engine.house, product, at=engine.clock())
    return StrategyView(
        name=running.strategy.name,
        edition=running.period.edition,
        sha256=running.strategy.sha256,
        unit=running.strategy.unit,
        since=running.period.starts_at,
        arms=[_arm(one) for one in states_of(running, on=business_day(engine.clock()))],
    )


@ROUTES.get("/results")
async def read_results(product: str, engine: Engine) -> list[ResultView]:
    """Compare every challenger with the champion: rates with intervals, sizes, days still needed, stop rules that hold."""
    found = await results_of(engine.db, engine.clock, engine.house, product=product)
    return [ResultView.model_validate(one, from_attributes=True) for one in found.results]


@ROUTES.post("/guard", status_code=201)
async def guard(product: str, engine: Engine) -> StoppedView:
    """Stop the arms whose stop rules hold, as the worker does every hour."""
    done = await guard_one(engine.db, engine.clock, engine.house, product=product)
    return StoppedView(stopped=[done_view(one) for one in done])


@ROUTES.post("/stop", status_code=201)
async def stop(product: str, body: ArmBody, engine: Engine) -> DoneView:
    """Stop an arm now: the champion decides for whoever is in it; what was decided and promised there stays."""
    return done_view(await stop_arm(engine.db, engine.clock, order=_order(product, body)))


@ROUTES.post("/start", status_code=201)
async def start(product: str, body: ArmBody, engine: Engine) -> DoneView:
    """Start an arm that was stopped; not by who wrote or submitted the edition in force."""
    return done_view(await start_arm(engine.db, engine.clock, order=_order(product, body)))


def _order(product: str, body: ArmBody) -> Order:
    said: dict[str, Any] = body.model_dump()
    return Order(product=product, **said)


def _arm(one: ArmState) -> ArmView:
    said = {name: getattr(one, name) for name in ArmState.__dataclass_fields__ if name not in {"stopped", "stops"}}
    return ArmView(
        **said,
        stopped_by=one.stopped.actor if one.stopped else None,
        stopped_because=one.stopped.reason if one.stopped else None,
        stops=[StopRuleView.model_validate(rule, from_attributes=True) for rule in one.stops],
    )
