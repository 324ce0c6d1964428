"""Documents over HTTP: a borrower's evidence in and out, an officer's judgement, and the end of what is personal."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from creditline.edge.api.shapes import Amount, Body, Borrower, Currency, Decided, IdBody
from creditline.edge.api.state import Engine
from creditline.events.event import EvidenceKind
from creditline.flows.document import (
    Correction,
    Paper,
    Refusing,
    Submission,
    Verification,
    Withdrawal,
    Words,
    content_of,
    correct,
    judge,
    paper,
    papers_of,
    papers_waiting,
    submit,
    withdraw,
)
from creditline.flows.erase import EraseRequest, erase_borrower
from creditline.profile.document import Act, Media

ROUTES = APIRouter(tags=["documents"])

Issuer = Annotated[str, Field(min_length=1, max_length=120, examples=["Acme Trading Ltd"])]
Most = Annotated[int, Query(ge=1, le=1000)]


class WordsBody(Body):
    """What a document says, in its borrower's words."""

    issuer: Issuer
    issued_on: date
    amount_minor: Annotated[Amount, Field(description="The amount a month it speaks of.")]
    currency: Currency


class CorrectionBody(Body):
    """Say what a document says; what was said before stays on record."""

    id: UUID
    words: WordsBody


class VerificationBody(Decided):
    """Find a document true: the amount a month that was read in it, and until when it counts."""

    amount_minor: Amount
    currency: Currency
    expires_on: Annotated[date, Field(description="The first day on which it does not count.")]


class WordsView(BaseModel):
    """What a document is said to say."""

    issuer: str
    issued_on: date
    amount_minor: int
    currency: str


class DocumentView(BaseModel):
    """A document as it stands; `words` is null when nothing was said or the borrower is erased."""

    document: UUID
    borrower: str
    kind: EvidenceKind
    media: Media
    size_bytes: int
    submitted_at: datetime
    version: int
    state: Act
    acted_at: datetime
    author: str
    reason: str | None
    amount_minor: int | None
    currency: str | None
    expires_on: date | None
    words: WordsView | None
    is_erased: bool


class ErasureView(BaseModel):
    """What was made unreadable: by whom, why and when."""

    request: UUID
    borrower: str
    authority: str
    reason: str
    erased_at: datetime


FILE = {
    "requestBody": {
        "required": True,
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in Media},
    }
}
"""How a body that is a document itself is described."""


@ROUTES.post("/v1/documents", status_code=201, openapi_extra=FILE)
async def hand_in(
    request: Request,
    engine: Engine,
    id: UUID,  # noqa: A002
    borrower: Borrower,
    kind: EvidenceKind,
) -> DocumentView:
    """Hand a document in: the body is its own bytes, a PDF, PNG or JPEG of at most 5 MiB. It is kept sealed."""
    asked = Submission(
        id=id,
        borrower=borrower,
        kind=kind,
        media=request.headers.get("content-type", ""),
        content=await request.body(),
    )
    return _view(await submit(engine.db, engine.clock, engine.sealed, request=asked))


@ROUTES.get("/v1/documents")
async def list_waiting(engine: Engine, most: Most = 200) -> list[DocumentView]:
    """List what waits for an officer, the oldest first."""
    return [_view(one) for one in await papers_waiting(engine.db, engine.sealed, most=most)]


@ROUTES.get("/v1/borrowers/{borrower}/documents")
async def list_of_borrower(borrower: Borrower, engine: Engine, most: Most = 200) -> list[DocumentView]:
    """List what a borrower handed in, newest first."""
    return [_view(one) for one in await papers_of(engine.db, engine.sealed, borrower, most=most)]


@ROUTES.get("/v1/documents/{document}")
async def read_document(document: UUID, engine: Engine) -> DocumentView:
    """Read how a document stands, and what it is said to say."""
    return _view(await paper(engine.db, engine.sealed, document))


@ROUTES.get("/v1/documents/{document}/content", response_class=Response)
async def read_content(document: UUID, engine: Engine) -> Response:
    """Read a document's own bytes, to be kept in a file and never shown inside a page."""
    media, content = await content_of(engine.db, engine.sealed, document)
    headers = {
        "content-disposition": f'attachment; filename="{document}.{media.rpartition("/")[2]}"',
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "no-store",
    }
    return Response(content, media_type=media, headers=headers)


@ROUTES.post("/v1/documents/{document}/words")
async def say_words(document: UUID, body: CorrectionBody, engine: Engine) -> DocumentView:
    """Say, or correct, what a document says; until an officer has judged it."""
    asked = Correction(id=body.id, document=document, words=Words(**body.words.model_dump()))
    return _view(await correct(engine.db, engine.clock, engine.sealed, request=asked))


@ROUTES.post("/v1/documents/{document}/withdraw")
async def withdraw_document(document: UUID, body: IdBody, engine: Engine) -> DocumentView:
    """Take a document back for its borrower, before it is judged: nobody may look at it any more."""
    asked = Withdrawal(id=body.id, document=document)
    return _view(await withdraw(engine.db, engine.clock, engine.sealed, request=asked))


@ROUTES.post("/v1/documents/{document}/verify")
async def verify_document(document: UUID, body: VerificationBody, engine: Engine) -> DocumentView:
    """Verify a document: from now until it expires it is a fact the engine weighs."""
    asked = Verification(document=document, **body.model_dump())
    return _view(await judge(engine.db, engine.clock, engine.sealed, request=asked))


@ROUTES.post("/v1/documents/{document}/refuse")
async def refuse_document(document: UUID, body: Decided, engine: Engine) -> DocumentView:
    """Refuse a document; the borrower is told the reason as it is."""
    asked = Refusing(document=document, **body.model_dump())
    return _view(await judge(engine.db, engine.clock, engine.sealed, request=asked))


@ROUTES.post("/v1/borrowers/{borrower}/erase")
async def erase(borrower: Borrower, body: Decided, engine: Engine) -> ErasureView:
    """Make unreadable, for good, what is sealed of a borrower without an open line; the books stay."""
    asked = EraseRequest(borrower=borrower, **body.model_dump())
    found = await erase_borrower(engine.db, engine.clock, request=asked)
    return ErasureView.model_validate(found, from_attributes=True)


def _view(found: Paper) -> DocumentView:
    own = found.document
    return DocumentView(
        document=own.id,
        state=own.act,
        words=None if found.words is None else WordsView.model_validate(found.words, from_attributes=True),
        is_erased=found.is_erased,
        **{
            name: getattr(own, name)
            for name in DocumentView.model_fields
            if name not in {"document", "state", "words", "is_erased"}
        },
    )
