"""The borrower's own requests for a person: ask for one, and read how it stands."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from creditline.decision.adverse import Trigger
from creditline.edge.api import appeals
from creditline.edge.api.appeals import AskBody
from creditline.edge.api.mine import Who, signed_in
from creditline.edge.api.state import Engine
from creditline.store.appeals import AppealReason, Effect, State

ROUTES = APIRouter(prefix="/v1/me/reviews", tags=["the borrower's own"], dependencies=[Depends(signed_in)])


class OwnReviewView(BaseModel):
    """A request for a person, as whoever asked reads it: no name of the house is in it."""

    review: UUID
    act: UUID
    trigger: Trigger
    line: UUID
    reason: AppealReason
    words: str
    asked_at: datetime
    due_at: Annotated[datetime, Field(description="By when it is answered.")]
    is_overdue: bool
    state: State
    effect: Effect | None
    amount_minor: int | None
    outcome_reason: str | None
    ended_at: datetime | None
    letter_notice: Annotated[UUID | None, Field(description="The notice whose letter tells the outcome.")]


@ROUTES.get("")
async def read_own_reviews(who: Who, engine: Engine) -> list[OwnReviewView]:
    """Read what was asked of a person, newest first."""
    found = await appeals.read_reviews_of_a_borrower(who.borrower, engine)
    return [OwnReviewView.model_validate(one, from_attributes=True) for one in found]


@ROUTES.post("", status_code=201)
async def ask_for_a_person(body: AskBody, who: Who, engine: Engine, response: Response) -> OwnReviewView:
    """Ask for a person to look at an act again; a repeat answers 200 with how it stands."""
    found = await appeals.ask_for_a_person(who.borrower, body, engine, response)
    return OwnReviewView.model_validate(found, from_attributes=True)
