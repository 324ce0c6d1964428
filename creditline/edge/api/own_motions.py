"""The borrower's own draws and repayments: what was decided, why, what it costs, and what comes back when."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from creditline.decision.outcome import Answer, Decision
from creditline.edge.api.mine import OurPages, OwnLine, OwnWords, Who, require_draw, signed_in
from creditline.edge.api.own_shapes import OwnLineView, OwnPromiseView
from creditline.edge.api.own_words import line_view, promise_view
from creditline.edge.api.shapes import DrawBody, RepayBody
from creditline.edge.api.state import Engine
from creditline.errors import Code, NotAllowed
from creditline.explanation.words import Words
from creditline.flows.draw import Drawn, DrawRequest
from creditline.flows.loans import cost_of_draw
from creditline.flows.promises import promises_of
from creditline.flows.repay import RepayRequest
from creditline.ledger.allocation import Part
from creditline.restoration.preview import Cost, Due

ROUTES = APIRouter(prefix="/v1/me/lines/{line}", tags=["the borrower's own"], dependencies=[Depends(signed_in)])

MOST_PROMISES = 1000


class OwnCostView(BaseModel):
    """What a draw costs if it is repaid as agreed, and what each due day asks for."""

    apr_bp: int
    all_in_ppm: Annotated[int | None, Field(description="The effective annual rate of everything that is paid.")]
    interest_minor: int
    fee_minor: int
    to_repay_minor: int
    first_due_on: date | None
    dues: list[Due]


class OwnDrawnView(BaseModel):
    """What became of a draw: paid out, reserved, or not, and why; `request` is the id it was asked under."""

    request: UUID
    decided_at: datetime
    answer: Answer
    why: Annotated[list[str], Field(description="The reasons of an answer that is no approval, the weightiest first.")]
    amount_minor: Annotated[int, Field(description="Paid out or reserved; 0 when it was not approved.")]
    expires_at: Annotated[datetime | None, Field(description="When a reservation ends by itself.")]
    cost: Annotated[OwnCostView | None, Field(description="Null where nothing was paid out.")]
    line: OwnLineView
    is_repeated: bool


class OwnRepaidView(BaseModel):
    """What was taken of a repayment and for what, what is back at once, and what comes back when, in the words stored."""

    request: UUID
    decided_at: datetime
    why: Annotated[list[str], Field(description="Why not all of it is back at once; empty if it is.")]
    accepted_minor: int
    excess_minor: Annotated[int, Field(description="More than was owed: not taken, to be returned to the payer.")]
    fee_minor: int
    penalty_minor: int
    interest_minor: int
    principal_minor: Annotated[int, Field(description="Only this frees the limit.")]
    back_now_minor: int
    cut_minor: Annotated[int, Field(description="What does not come back: the limit was lowered by it.")]
    returns: Annotated[list[OwnPromiseView], Field(description="What comes back later, the earliest first.")]
    line: OwnLineView
    is_repeated: bool


@ROUTES.post("/draws", status_code=201)
async def draw_own(
    line: OwnLine, body: DrawBody, who: Who, engine: Engine, words: OwnWords, response: Response
) -> OwnDrawnView:
    """Borrow; a repeat under the same id answers with what was decided."""
    require_draw(who)
    done = await engine.draws.ask(DrawRequest(line=line.id, **body.model_dump()))
    response.status_code = 200 if done.is_repeated else 201
    cost = await cost_of_draw(engine.db, engine.house, done) if done.amount_minor and not body.authorise_only else None
    return _drawn(done, words, cost)


@ROUTES.post("/repayments", status_code=201)
async def repay_own(
    line: OwnLine, body: RepayBody, engine: Engine, pages: OurPages, words: OwnWords, response: Response
) -> OwnRepaidView:
    """Repay in the demo, which takes the money as paid; elsewhere money comes by the lender's own till."""
    if pages.demo is None:
        raise NotAllowed(
            "A repayment is money that arrives, and no page can say that it has. Pay in your app; the lender tells us by "
            "POST /v1/lines/{line}/repayments.",
            code=Code.NOT_OFFERED_HERE,
        )
    done = await engine.repayments.ask(RepayRequest(line=line.id, **body.model_dump()))
    response.status_code = 200 if done.is_repeated else 201
    told = {one.id for one in done.plan.tranches}
    _, promised = await promises_of(engine.db, line.id, most=MOST_PROMISES)
    returns = [promise_view(one, words.language) for one in promised if one.promise.tranche.id in told]
    return OwnRepaidView(
        request=done.decision.id,
        decided_at=done.decision.as_of,
        why=_why(done.decision, words) if told or done.plan.cut_minor else [],
        accepted_minor=done.accepted_minor,
        excess_minor=done.excess_minor,
        fee_minor=done.parts[Part.FEE],
        penalty_minor=done.parts[Part.PENALTY],
        interest_minor=done.parts[Part.INTEREST],
        principal_minor=done.parts[Part.PRINCIPAL],
        back_now_minor=done.plan.now_minor,
        cut_minor=done.plan.cut_minor,
        returns=sorted(returns, key=lambda one: (one.due_on, one.amount_minor)),
        line=line_view(done.line),
        is_repeated=done.is_repeated,
    )


def _drawn(done: Drawn, words: Words, cost: Cost | None) -> OwnDrawnView:
    decision = done.decision
    return OwnDrawnView(
        request=decision.id,
        decided_at=decision.as_of,
        answer=decision.answer,
        why=[] if decision.answer is Answer.APPROVE else _why(decision, words),
        amount_minor=done.amount_minor,
        expires_at=done.expires_at,
        cost=None if cost is None else _cost(cost, done),
        line=line_view(done.line),
        is_repeated=done.is_repeated,
    )


def _cost(cost: Cost, done: Drawn) -> OwnCostView:
    return OwnCostView(
        apr_bp=done.line.apr_bp,
        all_in_ppm=cost.all_in_ppm,
        interest_minor=cost.interest_minor,
        fee_minor=cost.fee_minor,
        to_repay_minor=done.amount_minor + cost.interest_minor + cost.fee_minor,
        first_due_on=cost.dues[0].due_on if cost.dues else None,
        dues=list(cost.dues),
    )


def _why(decision: Decision, words: Words) -> list[str]:
    return [words.say("reason", one.code) for one in decision.reasons]
