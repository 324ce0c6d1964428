"""Notices and letters over HTTP: what was told of every unfavourable act, what is due, and sending it again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, Field

from creditline.decision.adverse import Scope, Trigger
from creditline.edge.api.lines import spoken
from creditline.edge.api.shapes import Body, Borrower, Words
from creditline.edge.api.state import Engine
from creditline.errors import Code, NotFound
from creditline.explanation.letter import Letter
from creditline.flows.delivery import resend
from creditline.flows.notices import (
    Written,
    letters_of,
    notice_counts,
    notices_of,
    open_notices,
    told_by_hand,
    tries_of,
)
from creditline.store.notices import Standing

ROUTES = APIRouter(tags=["notices"])

Most = Annotated[int, Query(ge=1, le=1000)]
Language = Annotated[str | None, Query(examples=["en", "zh"], description="Else by Accept-Language.")]


class NoticeView(BaseModel):
    """An unfavourable act, by when the law wants it told, and whether it was."""

    notice: Annotated[UUID, Field(description="The id of the decision or request that did it.")]
    borrower: str
    line: UUID
    trigger: Trigger
    scope: Annotated[Scope, Field(description="This borrower, or everybody of a class alike.")]
    acted_at: datetime
    jurisdiction: str
    ground: Annotated[str, Field(description="The rule that wants it told, or why none does.", examples=["pipl-24"])]
    due_at: Annotated[datetime | None, Field(description="At the latest; null where no law wants it told.")]
    told_at: datetime | None
    way: Annotated[str | None, Field(description="By which outlet, or how else.")]
    teller: str | None
    is_overdue: bool


class LetterView(BaseModel):
    """The letter of an act, part by part, and whole in `text`."""

    notice: NoticeView
    language: str
    title: str
    what: Annotated[list[str], Field(description="What happened.")]
    why: Annotated[list[str], Field(description="At most four reasons, those that were used.")]
    when: Annotated[list[str], Field(description="What comes back when, as it was promised.")]
    do: Annotated[str, Field(description="What the borrower can do.")]
    person: Annotated[list[str], Field(description="The right to a person, and where to reach one.")]
    sender: list[str]
    headings: Annotated[dict[str, str], Field(description="The heading of each part.")]
    text: str


class CountView(BaseModel):
    """How many notices of one trigger and scope stand how."""

    trigger: Trigger
    scope: Scope
    made_count: int
    not_wanted_count: int
    in_time_count: int
    late_count: int
    waiting_count: int
    overdue_count: int


class TryView(BaseModel):
    """One sending of a notice, and what was answered."""

    outlet: str
    tried_at: datetime
    answer: Annotated[str, Field(examples=["delivered", "failed", "gave_up"])]
    status: int | None
    words: str


class ToldBody(Body):
    """How a notice was told otherwise than by an outlet, and by whom."""

    way: Annotated[Words, Field(max_length=64, examples=["post"])]
    teller: Annotated[Words, Field(max_length=64, examples=["mail room"])]


@ROUTES.get("/v1/notices")
async def read_notices(engine: Engine, is_overdue: bool = False, most: Most = 100) -> list[NoticeView]:  # noqa: FBT001, FBT002
    """Read what is due and not told, the soonest first; with `is_overdue` only what should have been told by now."""
    found = await open_notices(engine.db, engine.clock, is_overdue=is_overdue, most=most)
    return [notice_view(one, engine.clock()) for one in found]


@ROUTES.get("/v1/notices:counts")
async def count_notices(engine: Engine) -> list[CountView]:
    """Read how many notices stand how, by trigger and scope: in time, late, waiting, overdue."""
    found = await notice_counts(engine.db, engine.clock)
    return [CountView.model_validate(one, from_attributes=True) for one in found]


@ROUTES.get("/v1/lines/{line}/notices")
async def read_notices_of_a_line(line: UUID, engine: Engine, most: Most = 100) -> list[NoticeView]:
    """Read a line's notices, newest first."""
    return [notice_view(one, engine.clock()) for one in await notices_of(engine.db, line=line, most=most)]


@ROUTES.get("/v1/borrowers/{borrower}/notices")
async def read_notices_of_a_borrower(borrower: Borrower, engine: Engine, most: Most = 100) -> list[NoticeView]:
    """Read a borrower's notices, newest first."""
    return [notice_view(one, engine.clock()) for one in await notices_of(engine.db, borrower=borrower, most=most)]


@ROUTES.get("/v1/borrowers/{borrower}/notices/{notice}/letter")
async def read_a_letter_of_a_borrower(
    borrower: Borrower,
    notice: UUID,
    engine: Engine,
    language: Language = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> LetterView:
    """Read the letter of one of a borrower's notices; another's is not found."""
    found = await letters_of(engine.db, engine.house, notice)
    if found.standing.notice.borrower != borrower:
        raise NotFound(f"Borrower {borrower} has no notice {notice}.", code=Code.NOTICE_UNKNOWN)
    return letter_view(found, engine.clock(), language=language, accepted=accept_language)


@ROUTES.get("/v1/decisions/{decision}/letter")
async def read_a_letter(
    decision: UUID,
    engine: Engine,
    language: Language = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> LetterView:
    """Read the letter of a decision, or of what a person did under a request's id."""
    found = await letters_of(engine.db, engine.house, decision)
    return letter_view(found, engine.clock(), language=language, accepted=accept_language)


@ROUTES.get("/v1/notices/{notice}/tries")
async def read_tries(notice: UUID, engine: Engine) -> list[TryView]:
    """Read how often a notice was sent to its outlets, and what was answered, oldest first."""
    _, found = await tries_of(engine.db, notice)
    return [TryView.model_validate(one, from_attributes=True) for one in found]


@ROUTES.post("/v1/notices/{notice}/resend")
async def send_a_notice_again(notice: UUID, engine: Engine) -> NoticeView:
    """Send a notice again to every outlet, whatever became of it before, under the same message id."""
    (found,) = await resend(engine.db, engine.clock, [notice])
    return notice_view(found, engine.clock())


@ROUTES.post("/v1/notices/{notice}/told")
async def record_a_telling(notice: UUID, body: ToldBody, engine: Engine) -> NoticeView:
    """Record that a notice was told by another way than an outlet, as by post; the first time counts."""
    found = await told_by_hand(engine.db, engine.clock, act=notice, teller=body.teller, way=body.way)
    return notice_view(found, engine.clock())


def notice_view(standing: Standing, now: datetime) -> NoticeView:
    """Return a notice as the wire shows it."""
    notice = standing.notice
    names = ("borrower", "line", "trigger", "scope", "acted_at", "jurisdiction", "ground", "due_at")
    return NoticeView(
        notice=notice.act,
        told_at=standing.told_at,
        way=standing.way,
        teller=standing.teller,
        is_overdue=standing.is_overdue(now),
        **{name: getattr(notice, name) for name in names},
    )


def letter_view(found: Written, now: datetime, *, language: str | None, accepted: str | None) -> LetterView:
    """Return the letter in the language asked for, or the one an Accept-Language header likes best."""
    letter = chosen(found, language=language, accepted=accepted)
    names = ("language", "title", "what", "why", "when", "do", "person", "sender", "headings", "text")
    return LetterView(
        notice=notice_view(found.standing, now), **{name: getattr(letter, name) for name in names if name != "notice"}
    )


def chosen(found: Written, *, language: str | None, accepted: str | None) -> Letter:
    """Return the letter in a language; raise `NotFound` where there is none in it."""
    by_language = {one.language: one for one in found.letters}
    name = language or (spoken(accepted, tuple(by_language)) if by_language else "")
    if name not in by_language:
        raise NotFound(
            f"There is no letter in {name or 'any language'!r}. There are {', '.join(by_language) or 'none'}: a product "
            "writes letters in its languages once it names a jurisdiction.",
            code=Code.NOTICE_UNKNOWN,
        )
    return by_language[name]
