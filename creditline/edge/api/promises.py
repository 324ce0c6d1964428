"""Promises over HTTP: how many were kept, those of a line, and breaking one in the open."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from creditline.edge.api.shapes import Body, Id
from creditline.edge.api.state import Engine
from creditline.flows.promises import BreakRequest, Rate, break_promise, failed_promises, promises_of, rates
from creditline.restoration.plan import Tranche
from creditline.restoration.promise import Outcome, PromiseKind
from creditline.store.promises import Kept

ROUTES = APIRouter(tags=["promises"])

Most = Annotated[int, Query(ge=1, le=1000)]
Words = Annotated[str, Field(max_length=200)]


class RateView(BaseModel):
    """How the promises of one group went; a field that is not told apart is null."""

    product: str | None
    week_on: Annotated[date | None, Field(description="The Monday of the week they were told for.")]
    reason: Annotated[str | None, Field(description="The leading reason that was told.", examples=["late"])]
    kind: PromiseKind | None
    told_count: int
    kept_count: Annotated[int, Field(description="Back on their day.")]
    early_count: Annotated[int, Field(description="Back before their day.")]
    late_count: Annotated[int, Field(description="Back after their day, by our delay.")]
    broken_count: int
    condition_failed_count: Annotated[int, Field(description="Not due: what had to be true was not.")]
    undone_count: Annotated[int, Field(description="Not due: the repayment it was made of turned out to be none.")]
    open_count: int
    held_count: Annotated[int, Field(description="Whose condition held: kept, early, late or broken.")]
    kept_ratio: Annotated[
        float | None, Field(description="Kept or early, of all whose condition held; null while there are none.")
    ]
    low_ratio: Annotated[float | None, Field(description="The lower end of its 95 % interval (Wilson).")]
    high_ratio: Annotated[float | None, Field(description="The upper end of it.")]


class PromiseView(BaseModel):
    """A date that was told, in the words that were shown, and what became of it."""

    promise: UUID
    line: UUID
    decision: UUID
    kind: PromiseKind
    reason: str
    amount_minor: int
    due_on: date
    condition: str
    edition: Annotated[str, Field(description="The sha256 of the product by which it is read, whatever comes later.")]
    told_at: datetime
    words: Annotated[dict[str, str], Field(description="As shown, by language.")]
    outcome: Outcome | None
    ended_at: datetime | None
    end_words: Annotated[dict[str, str], Field(description="What was told when it ended, by language.")]
    breach_reason: str | None
    author: str | None
    approver: str | None


class FailedView(PromiseView):
    """A promise that was not kept, with whose it is and the currency of its amount."""

    borrower: str
    product: str
    currency: str


class BreakBody(Body):
    """Put a promise off: its amount comes back on a later day, and it counts as broken."""

    id: Id
    again_on: date
    author: Annotated[str, Field(max_length=64)]
    approver: Annotated[str, Field(max_length=64, description="Another person than the author.")]
    reason: Annotated[Words, Field(description="Told to the borrower as it is.", examples=["insolvency opened"])]


class InsteadView(BaseModel):
    """What takes the place of a promise that was broken."""

    promise: UUID
    amount_minor: int
    due_on: date
    condition: str


@ROUTES.get("/v1/promises")
async def read_rates(
    engine: Engine,
    by: Annotated[
        list[str] | None,
        Query(description="product, week_on, reason, kind; all together if left out.", examples=[["product"]]),
    ] = None,
) -> list[RateView]:
    """Read how many promises were kept, by product, week, reason and kind."""
    return [_rate_view(one) for one in await rates(engine.db, by=by or ())]


@ROUTES.get("/v1/promises:failed")
async def read_failed(engine: Engine, most: Most = 100) -> list[FailedView]:
    """Read which promises were late or broken although their condition held, those that failed last first, and whose."""
    return [
        FailedView(borrower=borrower, product=one.promise.product, currency=currency, **promise_view(one).model_dump())
        for one, borrower, currency in await failed_promises(engine.db, most=most)
    ]


@ROUTES.get("/v1/lines/{line}/promises")
async def read_promises(line: UUID, engine: Engine, most: Most = 100) -> list[PromiseView]:
    """Read a line's promises in the words that were shown, newest first, with what became of each."""
    _, found = await promises_of(engine.db, line, most=most)
    return [promise_view(one) for one in found]


@ROUTES.post("/v1/lines/{line}/promises/{promise}/break", status_code=201)
async def break_a_promise(line: UUID, promise: UUID, body: BreakBody, engine: Engine) -> InsteadView:
    """Put a promise off with a reason, an approver and a notice; a repeat answers with what took its place."""
    asked = BreakRequest(line=line, promise=promise, **body.model_dump())
    return _instead(await break_promise(engine.db, engine.clock, engine.house, request=asked))


def _rate_view(rate: Rate) -> RateView:
    return RateView.model_validate(rate, from_attributes=True)


def _instead(tranche: Tranche) -> InsteadView:
    return InsteadView(
        promise=tranche.id, amount_minor=tranche.amount_minor, due_on=tranche.due_on, condition=tranche.condition
    )


def promise_view(one: Kept) -> PromiseView:
    """Return a promise as the wire shows it."""
    promise, tranche, end = one.promise, one.promise.tranche, one.end
    return PromiseView(
        promise=tranche.id,
        line=tranche.line,
        decision=tranche.decision,
        kind=promise.kind,
        reason=promise.reason,
        amount_minor=tranche.amount_minor,
        due_on=tranche.due_on,
        condition=tranche.condition,
        edition=tranche.edition,
        told_at=promise.told_at,
        words=promise.told.by_language,
        outcome=end.outcome if end else None,
        ended_at=end.ended_at if end else None,
        end_words=end.told.by_language if end else {},
        breach_reason=one.breach_reason,
        author=one.author,
        approver=one.approver,
    )
