"""What becomes of the borrower's own line: if nothing new happens, with what they pick, and with whatever they suppose."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from creditline.decision.outcome import Answer
from creditline.edge.api.forecast import ForecastBody, step_of
from creditline.edge.api.mine import OwnLine, OwnWords, signed_in
from creditline.edge.api.shapes import Body, IsCut
from creditline.edge.api.state import Engine
from creditline.explanation.promised import tell_clauses
from creditline.explanation.words import Words
from creditline.flows.advice import Picked, try_doings
from creditline.flows.forecast import foresee
from creditline.restoration.behaviour import Behaviour
from creditline.restoration.course import Event, Standing, What
from creditline.restoration.forecast import Forecast

ROUTES = APIRouter(prefix="/v1/me/lines/{line}", tags=["the borrower's own"], dependencies=[Depends(signed_in)])

MOST_PICKED = 8


class PickedBody(Body):
    """Something of what the actions told: what, on which day, and how much is paid."""

    action: Behaviour
    done_on: date
    amount_minor: Annotated[int | None, Field(strict=True)] = None


class CoursesBody(Body):
    """What a borrower thinks of doing, all of it together."""

    picked: Annotated[list[PickedBody], Field(max_length=MOST_PICKED)]


class OwnForeseenView(BaseModel):
    """What will happen at one instant, why, and the line after it."""

    happens_at: datetime
    what: What
    amount_minor: int
    answer: Answer | None
    why: list[str]
    failing: Annotated[list[str], Field(description="What of the condition would not hold, in words.")]
    again_on: date | None
    drawn_minor: int
    withheld_minor: int
    available_minor: int


class OwnWaitingView(BaseModel):
    """What is not back at the end, when it is looked at next, and what must be true then."""

    due_on: date
    amount_minor: int
    condition: str
    is_cut: IsCut


class OwnCourseView(BaseModel):
    """A line under one behaviour."""

    all_back_on: Annotated[date | None, Field(description="From when nothing is withheld; null if something still is.")]
    sooner_days: Annotated[
        int | None,
        Field(description="How much sooner that is than without it; negative if later; null if either never is."),
    ]
    available_minor: Annotated[int, Field(description="At the end.")]
    withheld_minor: int
    waiting: list[OwnWaitingView]
    events: list[OwnForeseenView]


class CoursesView(BaseModel):
    """What becomes of a line if nothing new happens, and with what was picked."""

    baseline: OwnCourseView
    picked: OwnCourseView


class OwnForecastView(BaseModel):
    """What becomes of a line if nothing new happens, and under each behaviour, in the order asked."""

    line: UUID
    as_of: datetime
    baseline: OwnCourseView
    alternatives: list[OwnCourseView]


@ROUTES.post("/courses")
async def try_own(line: OwnLine, body: CoursesBody, engine: Engine, words: OwnWords) -> CoursesView:
    """Run the line forward with what is picked of its actions, and without; nothing is stored."""
    picked = [Picked(behaviour=one.action, done_on=one.done_on, amount_minor=one.amount_minor) for one in body.picked]
    standing, baseline, course = await try_doings(engine.db, engine.clock, engine.house, line=line.id, picked=picked)
    view = viewed(standing, baseline, words)
    return CoursesView(baseline=view(baseline), picked=view(course))


@ROUTES.post("/forecast")
async def forecast_own(line: OwnLine, body: ForecastBody, engine: Engine, words: OwnWords) -> OwnForecastView:
    """Run a line forward by the engine that decides, with and without what is supposed; nothing is written."""
    as_of = engine.clock()
    behaviours = [[step_of(one, as_of=as_of) for one in steps] for steps in body.alternatives]
    told = await foresee(engine.db, lambda: as_of, engine.house, line=line.id, behaviours=behaviours, days=body.days)
    view = viewed(told.standing, told.baseline, words, is_brief=body.is_brief)
    return OwnForecastView(
        line=line.id,
        as_of=told.standing.as_of,
        baseline=view(told.baseline),
        alternatives=[view(one) for one in told.alternatives],
    )


def viewed(
    standing: Standing, baseline: Forecast, words: Words, *, is_brief: bool = False
) -> Callable[[Forecast], OwnCourseView]:
    """Return how a line under one behaviour is shown to its borrower, against what becomes of it without."""

    def event(one: Event) -> OwnForeseenView:
        return OwnForeseenView(
            happens_at=one.happens_at,
            what=one.what,
            amount_minor=one.amount_minor,
            answer=one.answer,
            why=[words.say("reason", reason.code) for reason in one.reasons],
            failing=tell_clauses(one.clauses, words, currency=standing.line.currency),
            again_on=one.again_on,
            drawn_minor=one.line.drawn_minor,
            withheld_minor=one.line.withheld_minor,
            available_minor=one.line.available_minor,
        )

    def course(own: Forecast) -> OwnCourseView:
        return OwnCourseView(
            all_back_on=own.all_back_on,
            sooner_days=own.sooner_days(baseline),
            available_minor=own.line.available_minor,
            withheld_minor=own.line.withheld_minor,
            waiting=[
                OwnWaitingView(
                    due_on=one.due_on,
                    amount_minor=one.amount_minor,
                    condition=words.say("condition", one.condition),
                    is_cut=one.is_cut,
                )
                for one in own.tranches
            ],
            events=[] if is_brief else [event(one) for one in own.events],
        )

    return course
