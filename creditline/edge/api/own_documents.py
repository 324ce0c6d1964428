"""The borrower's own proofs: what one would bring back, hand it in, say what it says, follow it, and take it back."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from creditline.edge.api.documents import FILE, CorrectionBody, WordsView
from creditline.edge.api.mine import OwnLine, Who, signed_in
from creditline.edge.api.shapes import Amount, Body, IdBody
from creditline.edge.api.state import Engine
from creditline.errors import Code, NotFound
from creditline.events.event import EvidenceKind
from creditline.flows.document import (
    Correction,
    Paper,
    Submission,
    Withdrawal,
    Words,
    correct,
    paper,
    papers_of,
    submit,
    withdraw,
)
from creditline.flows.proof import brought_back, proof_preview
from creditline.profile.document import AFTER, Act, Media

ROUTES = APIRouter(prefix="/v1/me", tags=["the borrower's own"], dependencies=[Depends(signed_in)])


class DocumentState(StrEnum):
    """How a document stands."""

    RECEIVED = "received"
    READ_BACK = "read_back"
    VERIFIED = "verified"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


STATE = {
    Act.SUBMITTED: DocumentState.RECEIVED,
    Act.CORRECTED: DocumentState.READ_BACK,
    Act.VERIFIED: DocumentState.VERIFIED,
    Act.REFUSED: DocumentState.REFUSED,
    Act.EXPIRED: DocumentState.EXPIRED,
    Act.WITHDRAWN: DocumentState.WITHDRAWN,
}


class BroughtBackView(BaseModel):
    """What came back on a line before its day, because a document was verified."""

    line: UUID
    amount_minor: int


class OwnDocumentView(BaseModel):
    """A document as whoever handed it in reads it: no name of the house is in it."""

    document: UUID
    kind: EvidenceKind
    media: Media
    size_bytes: int
    handed_in_at: datetime
    state: DocumentState
    changed_at: datetime
    words: Annotated[
        WordsView | None, Field(description="What it says, in its borrower's words; null if not yet said.")
    ]
    because: Annotated[str | None, Field(description="Why it was refused.")]
    amount_minor: Annotated[int | None, Field(description="The amount a month that was found in it.")]
    currency: str | None
    expires_on: Annotated[date | None, Field(description="The first day on which it does not count.")]
    brought_back: list[BroughtBackView]
    may_change: Annotated[bool, Field(description="It can still be corrected and withdrawn.")]


class ProofBody(Body):
    """A proof that is thought of: what it proves, and the amount a month that it says."""

    kind: EvidenceKind = EvidenceKind.INCOME
    amount_minor: Amount


class MovedView(BaseModel):
    """A part that waits: when it is back by itself and with the proof; null for not within a year."""

    amount_minor: int
    without_on: date | None
    with_on: date | None


class ProofPreviewView(BaseModel):
    """What a proof would do to what waits, were it verified on a day; nothing is written."""

    line: UUID
    currency: str
    kind: EvidenceKind
    amount_minor: int
    verified_on: date
    earlier_minor: Annotated[int, Field(description="How much would come back on an earlier day.")]
    without_on: Annotated[date | None, Field(description="When all that waits is back by itself.")]
    all_back_on: date | None
    parts: Annotated[list[MovedView], Field(description="Every part that waits, the earliest first.")]


async def own_document(document: UUID, who: Who, engine: Engine) -> Paper:
    """Return a document of the borrower who asks; another's is told as one that is not there."""
    nowhere = NotFound(f"You handed in no document {document}. Read the list again.", code=Code.DOCUMENT_UNKNOWN)
    try:
        found = await paper(engine.db, engine.sealed, document)
    except NotFound:
        raise nowhere from None
    if found.document.borrower != who.borrower:
        raise nowhere
    return found


OwnDocument = Annotated[Paper, Depends(own_document)]


@ROUTES.post("/documents", status_code=201, openapi_extra=FILE)
async def hand_in_own(
    request: Request,
    who: Who,
    engine: Engine,
    id: UUID,  # noqa: A002
    kind: EvidenceKind = EvidenceKind.INCOME,
) -> OwnDocumentView:
    """Hand a document in: the body is its own bytes, a PDF, PNG or JPEG of at most 5 MiB. It is kept sealed."""
    media, content = request.headers.get("content-type", ""), await request.body()
    asked = Submission(id=id, borrower=who.borrower, kind=kind, media=media, content=content)
    return _view(await submit(engine.db, engine.clock, engine.sealed, request=asked))


@ROUTES.get("/documents")
async def read_own_documents(
    who: Who, engine: Engine, most: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[OwnDocumentView]:
    """Read what was handed in, newest first: how it stands, and what it brought back."""
    found = await papers_of(engine.db, engine.sealed, who.borrower, most=most)
    back = await brought_back(engine.db, found)
    return [_view(one, back.get(one.document.id, {})) for one in found]


@ROUTES.post("/documents/{document}/words")
async def say_own_words(document: OwnDocument, body: CorrectionBody, engine: Engine) -> OwnDocumentView:
    """Say, or correct, what a document says; until somebody has judged it."""
    asked = Correction(id=body.id, document=document.document.id, words=Words(**body.words.model_dump()))
    return _view(await correct(engine.db, engine.clock, engine.sealed, request=asked))


@ROUTES.post("/documents/{document}/withdraw")
async def withdraw_own(document: OwnDocument, body: IdBody, engine: Engine) -> OwnDocumentView:
    """Take a document back before it is judged: nobody may look at it any more."""
    asked = Withdrawal(id=body.id, document=document.document.id)
    return _view(await withdraw(engine.db, engine.clock, engine.sealed, request=asked))


@ROUTES.post("/lines/{line}/previews/proof")
async def preview_own_proof(line: OwnLine, body: ProofBody, engine: Engine) -> ProofPreviewView:
    """Say what a proof would bring back before it is handed in, by the engine that decides."""
    standing, told = await proof_preview(
        engine.db, engine.clock, engine.house, line=line.id, kind=body.kind, amount_minor=body.amount_minor
    )
    return ProofPreviewView(
        line=line.id,
        currency=standing.line.currency,
        kind=body.kind,
        amount_minor=body.amount_minor,
        verified_on=told.verified_on,
        earlier_minor=told.effect.earlier_minor,
        without_on=told.without_on,
        all_back_on=told.effect.all_back_on,
        parts=[MovedView.model_validate(one, from_attributes=True) for one in told.parts],
    )


def _view(found: Paper, back: dict[UUID, int] | None = None) -> OwnDocumentView:
    own = found.document
    return OwnDocumentView(
        document=own.id,
        kind=own.kind,
        media=own.media,
        size_bytes=own.size_bytes,
        handed_in_at=own.submitted_at,
        state=STATE[own.act],
        changed_at=own.acted_at,
        words=None if found.words is None else WordsView.model_validate(found.words, from_attributes=True),
        because=own.reason if own.act is Act.REFUSED else None,
        amount_minor=own.amount_minor,
        currency=own.currency,
        expires_on=own.expires_on,
        brought_back=[BroughtBackView(line=line, amount_minor=amount) for line, amount in (back or {}).items()],
        may_change=Act.WITHDRAWN in AFTER[own.act] and not found.is_erased,
    )
