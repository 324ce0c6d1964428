"""Consents over HTTP, for the house: record what a borrower said at a desk, on paper or in the lender's app, and read it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field

from creditline.decision.consent import Ground
from creditline.decision.outcome import Answer, Kind
from creditline.edge.api.shapes import Body, Borrower, Id
from creditline.edge.api.state import Engine
from creditline.events.consent import Channel, DataSource
from creditline.flows.advice import consent_previews
from creditline.flows.consent import ConsentRequest, ConsentState, Proof, consent, consents_of
from creditline.profile.feature import Source
from creditline.restoration.consent import Asked

ROUTES = APIRouter(tags=["consents"])

Text = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$",
        description="The version of the words that the borrower saw.",
        examples=["2026-05"],
    ),
]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$", examples=["zh"])]


class ConsentBody(Body):
    """Record that a borrower lets us read a source, or lets us no more."""

    id: Id
    source: DataSource
    is_given: Annotated[bool, Field(strict=True, description="False withdraws.")]
    text: Text
    language: Language
    channel: Channel
    happened_at: Annotated[AwareDatetime | None, Field(description="When, if it was before now, as on paper.")] = None


class ConsentProofView(BaseModel):
    """A consent on record: by which words, in which language and through which channel, and when."""

    id: UUID
    source: DataSource
    is_given: bool
    text: str
    language: str
    channel: str
    happened_at: datetime
    recorded_at: datetime


class ConsentLawView(BaseModel):
    """A rule of law by which a source is read only with consent; `verified_on` is null until a lawyer has checked it."""

    id: str
    source: str
    why: str
    verified_on: date | None


class SourceStateView(BaseModel):
    """A source: why it is read or not, what is held of it, which questions it helps to answer, and by whose law."""

    source: Source
    ground: Ground
    is_read: bool
    may_change: bool
    proof: ConsentProofView | None
    facts_count: Annotated[int, Field(description="Facts held, read or not.")]
    last_at: datetime | None
    uses: list[Kind]
    law: list[ConsentLawView]


class ConsentStateView(BaseModel):
    """What a borrower lets us read as of an instant, under a product, and everything that was ever given or withdrawn."""

    borrower: str
    product: str
    as_of: datetime
    sources: list[SourceStateView]
    history: list[ConsentProofView]


class OutcomeView(BaseModel):
    """What is answered, how much comes of it at once, and when all of the rest is back."""

    answer: Answer | None
    amount_minor: int
    all_back_on: date | None


class DifferenceView(BaseModel):
    """What is answered otherwise; `tried_minor` is what was repaid or drawn to see it."""

    asked: Asked
    tried_minor: int
    before: OutcomeView
    after: OutcomeView
    is_better: bool


class ConsentPreviewView(BaseModel):
    """What a consent said now would change on a line; the rate is that of the contract either way."""

    line: UUID
    changes_nothing: bool
    earlier_minor: int
    later_minor: int
    all_back_on: date | None
    apr_bp: int
    differences: list[DifferenceView]


@ROUTES.post("/v1/borrowers/{borrower}/consents", status_code=201)
async def record_consent(borrower: Borrower, body: ConsentBody, engine: Engine, response: Response) -> ConsentProofView:
    """Record a consent given or withdrawn; what waits is decided again within a second where something may now be read."""
    proof, is_new = await consent(
        engine.db, engine.clock, request=ConsentRequest(borrower=borrower, **body.model_dump())
    )
    response.status_code = 201 if is_new else 200
    return proof_view(proof)


@ROUTES.get("/v1/borrowers/{borrower}/consents")
async def read_consents(
    borrower: Borrower,
    engine: Engine,
    product: Annotated[str | None, Query(description="Of which product; else that of the oldest open line.")] = None,
    as_of: Annotated[AwareDatetime | None, Query(description="As it was known then.")] = None,
) -> ConsentStateView:
    """Read what a borrower lets us read, now or as of an instant."""
    _, state = await consents_of(engine.db, engine.clock, engine.house, borrower=borrower, product=product, as_of=as_of)
    return state_view(state)


@ROUTES.get("/v1/borrowers/{borrower}/consents/preview")
async def preview_consent_of_a_borrower(
    borrower: Borrower,
    engine: Engine,
    source: DataSource,
    is_given: Annotated[bool, Query(description="False withdraws.")],
) -> list[ConsentPreviewView]:
    """Read what a change would do on each open line, for the borrower who asks; nothing is kept."""
    found = await consent_previews(
        engine.db, engine.clock, engine.house, borrower=borrower, source=source, is_given=is_given
    )
    return [
        ConsentPreviewView(
            line=standing.line.id,
            changes_nothing=own.changes_nothing,
            earlier_minor=own.effect.earlier_minor,
            later_minor=own.effect.later_minor,
            all_back_on=own.effect.all_back_on,
            apr_bp=own.apr_bp,
            differences=[DifferenceView.model_validate(one, from_attributes=True) for one in own.differences],
        )
        for standing, own in found
    ]


def proof_view(proof: Proof) -> ConsentProofView:
    """Return a consent on record as it goes over the wire."""
    return ConsentProofView.model_validate(proof, from_attributes=True)


def state_view(state: ConsentState) -> ConsentStateView:
    """Return what is so of every source as it goes over the wire."""
    return ConsentStateView(
        borrower=state.borrower,
        product=state.product,
        as_of=state.as_of,
        sources=[
            SourceStateView(
                source=one.source,
                ground=one.ground,
                is_read=one.ground.is_read,
                may_change=one.may_change,
                proof=None if one.proof is None else proof_view(one.proof),
                facts_count=one.facts_count,
                last_at=one.last_at,
                uses=list(one.uses),
                law=[ConsentLawView.model_validate(rule, from_attributes=True) for rule in one.law],
            )
            for one in state.sources
        ],
        history=[proof_view(one) for one in state.history],
    )
