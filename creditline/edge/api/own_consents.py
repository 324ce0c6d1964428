"""The borrower's own consents: what is read of them and what for, and the way to let us and to let us no more."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from creditline.decision.consent import Ground
from creditline.decision.product import Product
from creditline.edge.api.consents import ConsentProofView, Text, proof_view
from creditline.edge.api.lines import words_asked
from creditline.edge.api.mine import Accepted, Language, Who, signed_in
from creditline.edge.api.shapes import Body, Id
from creditline.edge.api.state import Engine, Parts
from creditline.errors import Code, Conflict
from creditline.events.consent import DataSource
from creditline.explanation.consent import ConsentWords, tell_consent
from creditline.flows.advice import consent_previews
from creditline.flows.consent import ConsentRequest, ConsentState, SourceState, consent, consents_of, words_for
from creditline.profile.feature import Source

ROUTES = APIRouter(prefix="/v1/me/consents", tags=["the borrower's own"], dependencies=[Depends(signed_in)])

CHANNEL = "app"


class OwnConsentBody(Body):
    """Let us read a source, or no more, by the words that were read: their version and language."""

    id: Id
    source: DataSource
    is_given: Annotated[bool, Field(strict=True, description="False withdraws.")]
    text: Text
    language: str


class OwnSourceView(BaseModel):
    """A source in words: what is read of it, what for, and why it is read or not; `since` when the borrower said so last."""

    source: Source
    ground: Ground
    is_read: bool
    may_change: bool
    since: datetime | None
    name: str
    what: str
    used_for: list[str]
    state: str
    is_used: bool
    is_held: Annotated[bool, Field(description="Whether anything of it is on record.")]


class OwnConsentsView(BaseModel):
    """What a borrower lets us read, in words: `text` is their version, `promise` what holds whatever is chosen."""

    text: str
    language: str
    sources: list[OwnSourceView]
    promise: list[str]


class OwnLineEffectView(BaseModel):
    """What a change would do on a line, a sentence a difference, and of each whether it is better."""

    line: UUID
    says: list[str]
    is_better: list[bool]
    earlier_minor: Annotated[int, Field(description="How much of what waits would come back earlier.")]
    later_minor: Annotated[int, Field(description="How much of what waits would come back later.")]
    apr_bp: Annotated[int, Field(description="The rate of the contract, the same either way.")]


class OwnConsentPreviewView(BaseModel):
    """What letting us read a source, or no more, would change: on each line, or nothing."""

    source: DataSource
    is_given: bool
    says: str
    changes_nothing: bool
    nothing_says: str
    price_says: str
    lines: list[OwnLineEffectView]


@ROUTES.get("")
async def read_own_consents(
    who: Who, engine: Engine, language: Language = None, accept_language: Accepted = None
) -> OwnConsentsView:
    """Read what is read of you and what for, and since when."""
    product, state = await _state(engine, who.borrower)
    words = _words(engine, product, language, accept_language)
    return OwnConsentsView(
        text=words.version,
        language=words.language,
        sources=[_source(one, words) for one in state.sources],
        promise=list(words.sections["promise"].values()),
    )


@ROUTES.get("/preview")
async def preview_own_consent(
    who: Who,
    engine: Engine,
    source: DataSource,
    is_given: Annotated[bool, Query(description="False withdraws.")],
    language: Language = None,
    accept_language: Accepted = None,
) -> OwnConsentPreviewView:
    """Read what a change would do before it is made, line by line, by the engine that decides; nothing is kept."""
    product, _ = await _state(engine, who.borrower)
    words = _words(engine, product, language, accept_language)
    found = await consent_previews(
        engine.db, engine.clock, engine.house, borrower=who.borrower, source=source, is_given=is_given
    )
    said = words.sections["effect"]
    return OwnConsentPreviewView(
        source=source,
        is_given=is_given,
        says=said["give" if is_given else "withdraw"],
        changes_nothing=all(own.changes_nothing for _, own in found),
        nothing_says=said["nothing"],
        price_says=said["price"],
        lines=[
            OwnLineEffectView(
                line=standing.line.id,
                says=list(tell_consent(own, words, currency=standing.line.currency)),
                is_better=[one.is_better for one in own.differences],
                earlier_minor=own.effect.earlier_minor,
                later_minor=own.effect.later_minor,
                apr_bp=own.apr_bp,
            )
            for standing, own in found
        ],
    )


@ROUTES.post("", status_code=201)
async def change_own_consent(who: Who, body: OwnConsentBody, engine: Engine, response: Response) -> ConsentProofView:
    """Let us read a source, or let us no more. Either way takes effect at once, and what was decided before stays."""
    product, _ = await _state(engine, who.borrower)
    words = _words(engine, product, body.language)
    if body.text != words.version:
        raise Conflict(
            f"The words you read were version {body.text}, and there are newer ones, {words.version}. Read them, then choose.",
            code=Code.TEXT_OUTDATED,
        )
    request = ConsentRequest(borrower=who.borrower, channel=CHANNEL, **body.model_dump())
    proof, is_new = await consent(engine.db, engine.clock, request=request)
    response.status_code = 201 if is_new else 200
    return proof_view(proof)


async def _state(engine: Parts, borrower: str) -> tuple[Product, ConsentState]:
    """Return what is so of whoever is signed in, somebody of whom nothing is known yet included."""
    return await consents_of(engine.db, engine.clock, engine.house, borrower=borrower, is_newcomer=True)


def _words(engine: Parts, product: Product, language: str | None, accepted: str | None = None) -> ConsentWords:
    """Return what is said of sources in the language asked for, or in the one the browser likes best."""
    return words_for(engine.house, product, words_asked(product, language, accepted=accepted).language)


def _source(one: SourceState, words: ConsentWords) -> OwnSourceView:
    said = words.sections
    return OwnSourceView(
        source=one.source,
        ground=one.ground,
        is_read=one.ground.is_read,
        may_change=one.may_change,
        since=None if one.proof is None else one.proof.happened_at,
        name=said["source"][one.source],
        what=said["what"][one.source],
        used_for=[said["use"][kind] for kind in one.uses] or [said["use"]["nothing"]],
        state=said["state"][one.ground],
        is_used=bool(one.uses),
        is_held=one.facts_count > 0,
    )
