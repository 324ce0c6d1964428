"""The borrower's own advice: what helps, and what a draw or a repayment would do before it is made."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from creditline.edge.api import advice
from creditline.edge.api.advice import DrawPreviewView, OwnActionsView, PreviewBody, RepayPreviewView
from creditline.edge.api.mine import OwnLine, OwnWords, signed_in
from creditline.edge.api.state import Engine

ROUTES = APIRouter(prefix="/v1/me/lines/{line}", tags=["the borrower's own"], dependencies=[Depends(signed_in)])


class OwnDrawPreviewView(DrawPreviewView):
    """What a draw would do, and the reasons of a refusal in words."""

    why: list[str]


class OwnRepayPreviewView(RepayPreviewView):
    """What a repayment would do, with its reasons and conditions in words."""

    why: list[str]
    conditions: Annotated[dict[str, str], Field(description="The words of each condition, by its name.")]


@ROUTES.get("/actions")
async def read_own_actions(line: OwnLine, engine: Engine, words: OwnWords) -> OwnActionsView:
    """Say what would bring repaid limit back sooner, what would put it off, and what does nothing."""
    told = await advice.read_actions(line.id, engine, words.language)
    return OwnActionsView.model_validate(dict(told))


@ROUTES.post("/previews/draw")
async def preview_own_draw(line: OwnLine, body: PreviewBody, engine: Engine, words: OwnWords) -> OwnDrawPreviewView:
    """Say what a draw would do before it is made."""
    told = await advice.preview_a_draw(line.id, body, engine)
    return OwnDrawPreviewView(**dict(told), why=[words.say("reason", code) for code in told.reasons])


@ROUTES.post("/previews/repayment")
async def preview_own_repayment(
    line: OwnLine, body: PreviewBody, engine: Engine, words: OwnWords
) -> OwnRepayPreviewView:
    """Say what a repayment would do before it is made."""
    told = await advice.preview_a_repayment(line.id, body, engine)
    return OwnRepayPreviewView(
        **dict(told),
        why=[words.say("reason", code) for code in told.reasons],
        conditions={one.condition: words.say("condition", one.condition) for one in told.tranches},
    )
