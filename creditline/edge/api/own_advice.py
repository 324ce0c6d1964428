"""The borrower's own advice: what helps, what becomes of the line with what they pick, a draw or repayment before it is made."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, Field

from creditline.edge.api import advice
from creditline.edge.api.advice import ActionsView, DrawPreviewView, PreviewBody, RepayPreviewView
from creditline.edge.api.forecast import CourseView, course_view
from creditline.edge.api.lines import words_asked
from creditline.edge.api.mine import OwnLine, signed_in
from creditline.edge.api.shapes import Body
from creditline.edge.api.state import Engine
from creditline.flows.advice import Picked, try_doings
from creditline.flows.house import offered
from creditline.restoration.behaviour import Behaviour

ROUTES = APIRouter(prefix="/v1/me/lines/{line}", tags=["the borrower's own"], dependencies=[Depends(signed_in)])

Language = Annotated[str | None, Query(examples=["en", "zh"])]
Accepted = Annotated[str | None, Header(alias="accept-language")]
MOST_PICKED = 8


class PickedBody(Body):
    """Something of what the actions told: what, on which day, and how much is paid."""

    action: Behaviour
    done_on: date
    amount_minor: Annotated[int | None, Field(strict=True)] = None


class CoursesBody(Body):
    """What a borrower thinks of doing, all of it together."""

    picked: Annotated[list[PickedBody], Field(max_length=MOST_PICKED)]


class CoursesView(BaseModel):
    """What becomes of a line if nothing new happens, and with what was picked."""

    baseline: CourseView
    picked: CourseView


class OwnDrawPreviewView(DrawPreviewView):
    """What a draw would do, and the reasons of a refusal in words."""

    why: list[str]


class OwnRepayPreviewView(RepayPreviewView):
    """What a repayment would do, with its reasons and conditions in words."""

    why: list[str]
    conditions: Annotated[dict[str, str], Field(description="The words of each condition, by its name.")]


@ROUTES.get("/actions")
async def read_own_actions(
    line: OwnLine, engine: Engine, language: Language = None, accept_language: Accepted = None
) -> ActionsView:
    """Say what would bring repaid limit back sooner, what would put it off, and what does nothing."""
    return await advice.read_actions(line.id, engine, language, accept_language)


@ROUTES.post("/courses")
async def try_own(line: OwnLine, body: CoursesBody, engine: Engine) -> CoursesView:
    """Run the line forward with what is picked of its actions, and without; nothing is stored."""
    picked = [Picked(behaviour=one.action, done_on=one.done_on, amount_minor=one.amount_minor) for one in body.picked]
    _, baseline, course = await try_doings(engine.db, engine.clock, engine.house, line=line.id, picked=picked)
    return CoursesView(
        baseline=course_view(baseline, baseline, is_brief=False), picked=course_view(course, baseline, is_brief=False)
    )


@ROUTES.post("/previews/draw")
async def preview_own_draw(
    line: OwnLine, body: PreviewBody, engine: Engine, language: Language = None, accept_language: Accepted = None
) -> OwnDrawPreviewView:
    """Say what a draw would do before it is made."""
    told = await advice.preview_a_draw(line.id, body, engine)
    product = (await offered(engine.db, engine.clock, engine.house))[line.product]
    words = words_asked(product, language, accepted=accept_language)
    return OwnDrawPreviewView(**dict(told), why=[words.say("reason", code) for code in told.reasons])


@ROUTES.post("/previews/repayment")
async def preview_own_repayment(
    line: OwnLine, body: PreviewBody, engine: Engine, language: Language = None, accept_language: Accepted = None
) -> OwnRepayPreviewView:
    """Say what a repayment would do before it is made."""
    told = await advice.preview_a_repayment(line.id, body, engine)
    product = (await offered(engine.db, engine.clock, engine.house))[line.product]
    words = words_asked(product, language, accepted=accept_language)
    return OwnRepayPreviewView(
        **dict(told),
        why=[words.say("reason", code) for code in told.reasons],
        conditions={one.condition: words.say("condition", one.condition) for one in told.tranches},
    )
