"""Forecasts over HTTP: what comes back when, if nothing new happens and under supposed behaviours."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from creditline.decision.outcome import Answer
from creditline.edge.api.shapes import Body, IsCut, Yes
from creditline.edge.api.state import Engine
from creditline.events.catalogue import EvidenceVerified, StatementIssued
from creditline.flows.forecast import MOST_DAYS, MOST_STEPS, foresee, moment_on
from creditline.money import MAX_MINOR
from creditline.restoration.condition import Must
from creditline.restoration.course import Act, Event, Step, What
from creditline.restoration.forecast import Forecast

ROUTES = APIRouter(tags=["lines"])

MOST_ALTERNATIVES = 8


class Supposed(StrEnum):
    """What may be supposed to happen."""

    REPAY = "repay"
    DRAW = "draw"
    INCOME_PROVED = "income_proved"
    STATEMENT = "statement"


class StepBody(Body):
    """One thing that is supposed to happen on a day, at the time of day it is now."""

    what: Supposed
    on: Annotated[date, Field(description="Today or later.")]
    amount_minor: Annotated[
        int, Field(strict=True, ge=0, le=MAX_MINOR, description="Repaid, drawn, proved a month, or billed.")
    ] = 0
    months_late_count: Annotated[int, Field(strict=True, ge=0, le=120, description="Of a statement.")] = 0


class ForecastBody(Body):
    """Suppose some behaviours; what happens if nothing new does is always told."""

    days: Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)] = 365
    alternatives: Annotated[
        list[Annotated[list[StepBody], Field(max_length=MOST_STEPS)]], Field(max_length=MOST_ALTERNATIVES)
    ] = Field(default=[])
    is_brief: Annotated[Yes, Field(description="Leave the events out, and tell only the ends.")] = False


class ClauseView(BaseModel):
    """A part of a condition that did not hold, with the threshold and the own value."""

    factor: str
    must: Must
    value: float | None
    threshold: float | None


class ForeseenView(BaseModel):
    """What will happen at one instant, and the line after it."""

    happens_at: datetime
    what: What
    amount_minor: int
    answer: Answer | None
    reasons: list[str]
    failed: list[ClauseView]
    again_on: date | None
    drawn_minor: int
    withheld_minor: int
    available_minor: int


class WaitingView(BaseModel):
    """What is not back at the end, and when it is looked at next."""

    due_on: date
    amount_minor: int
    condition: str
    is_cut: IsCut


class CourseView(BaseModel):
    """A line under one behaviour."""

    all_back_on: Annotated[date | None, Field(description="From when nothing is withheld; null if something still is.")]
    sooner_days: Annotated[
        int | None,
        Field(description="How much sooner that is than without it; negative if later; null if either never is."),
    ]
    available_minor: Annotated[int, Field(description="At the end.")]
    withheld_minor: int
    waiting: list[WaitingView]
    events: list[ForeseenView]


class ForecastView(BaseModel):
    """What becomes of a line if nothing new happens, and under each behaviour, in the order asked."""

    line: UUID
    as_of: datetime
    edition: str
    baseline: CourseView
    alternatives: list[CourseView]


@ROUTES.post("/v1/lines/{line}/forecast")
async def forecast_a_line(line: UUID, body: ForecastBody, engine: Engine) -> ForecastView:
    """Run a line forward by the engine that decides: nothing is written, and what is told is what will be booked."""
    as_of = engine.clock()
    behaviours = [[step_of(one, as_of=as_of) for one in steps] for steps in body.alternatives]
    told = await foresee(engine.db, lambda: as_of, engine.house, line=line, behaviours=behaviours, days=body.days)

    def view(own: Forecast) -> CourseView:
        return CourseView(
            all_back_on=own.all_back_on,
            sooner_days=own.sooner_days(told.baseline),
            available_minor=own.line.available_minor,
            withheld_minor=own.line.withheld_minor,
            waiting=[WaitingView.model_validate(one, from_attributes=True) for one in own.tranches],
            events=[] if body.is_brief else [_event(one) for one in own.events],
        )

    return ForecastView(
        line=line,
        as_of=told.standing.as_of,
        edition=told.standing.product.edition,
        baseline=view(told.baseline),
        alternatives=[view(one) for one in told.alternatives],
    )


def step_of(body: StepBody, *, as_of: datetime) -> Step:
    """Return what is supposed to happen as the engine takes it."""
    at = moment_on(body.on, as_of=as_of)
    match body.what:
        case Supposed.REPAY:
            return Step(happens_at=at, act=Act.REPAY, amount_minor=body.amount_minor)
        case Supposed.DRAW:
            return Step(happens_at=at, act=Act.DRAW, amount_minor=body.amount_minor)
        case Supposed.INCOME_PROVED:
            return Step(happens_at=at, act=Act.FACT, number=EvidenceVerified.number, amount_minor=body.amount_minor)
        case Supposed.STATEMENT:
            return Step(
                happens_at=at,
                act=Act.FACT,
                number=StatementIssued.number,
                amount_minor=body.amount_minor,
                code=body.months_late_count,
            )


def _event(one: Event) -> ForeseenView:
    return ForeseenView(
        happens_at=one.happens_at,
        what=one.what,
        amount_minor=one.amount_minor,
        answer=one.answer,
        reasons=[reason.code for reason in one.reasons],
        failed=[
            ClauseView(
                factor=clause.factor,
                must=clause.must,
                value=None if clause.value is None else float(clause.value),
                threshold=None if clause.threshold is None else float(clause.threshold),
            )
            for clause in one.clauses
        ],
        again_on=one.again_on,
        drawn_minor=one.line.drawn_minor,
        withheld_minor=one.line.withheld_minor,
        available_minor=one.line.available_minor,
    )
