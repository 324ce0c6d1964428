"""The borrower's own letters: what was told of every unfavourable act, and each letter as it was written."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel

from creditline.decision.adverse import Trigger
from creditline.edge.api import notices
from creditline.edge.api.mine import Who, signed_in
from creditline.edge.api.state import Engine
from creditline.errors import Code, NotFound

ROUTES = APIRouter(prefix="/v1/me/notices", tags=["the borrower's own"], dependencies=[Depends(signed_in)])

Language = Annotated[str | None, Query(examples=["en", "zh"])]
Accepted = Annotated[str | None, Header(alias="accept-language")]
Most = Annotated[int, Query(ge=1, le=1000)]


class OwnNoticeView(BaseModel):
    """An unfavourable act: of which line, what it was, and when."""

    notice: UUID
    line: UUID
    trigger: Trigger
    acted_at: datetime


class OwnLetterView(BaseModel):
    """A letter, part by part, each under its heading."""

    notice: OwnNoticeView
    language: str
    title: str
    what: list[str]
    why: list[str]
    when: list[str]
    do: str
    person: list[str]
    sender: list[str]
    headings: dict[str, str]


@ROUTES.get("")
async def read_own_notices(who: Who, engine: Engine, most: Most = 100) -> list[OwnNoticeView]:
    """Read what was told of unfavourable acts, newest first."""
    found = await notices.read_notices_of_a_borrower(who.borrower, engine, most)
    return [OwnNoticeView.model_validate(one, from_attributes=True) for one in found]


@ROUTES.get("/{notice}/letter")
async def read_own_letter(
    notice: UUID, who: Who, engine: Engine, language: Language = None, accept_language: Accepted = None
) -> OwnLetterView:
    """Read a letter; another's is told as one that is not there."""
    try:
        found = await notices.read_a_letter_of_a_borrower(who.borrower, notice, engine, language, accept_language)
    except NotFound:
        raise NotFound(f"You have no letter {notice}. Read the list again.", code=Code.NOTICE_UNKNOWN) from None
    return OwnLetterView.model_validate(found, from_attributes=True)
