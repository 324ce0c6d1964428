"""Corrections over HTTP: what turns out not to be, and what is forgiven; each tells what it posted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from creditline.edge.api.shapes import Amount, Currency, Decided, LineView, Words, line_view
from creditline.edge.api.state import Engine
from creditline.flows.charge_off import ChargeOffRequest, charge_off
from creditline.flows.correct import Corrected
from creditline.flows.pay_out import PayOutRequest, pay_out
from creditline.flows.recover import RecoverRequest, recover
from creditline.flows.reverse import Cause, ReverseRequest, reverse
from creditline.flows.waive import WaiveRequest, waive
from creditline.ledger.allocation import Part
from creditline.ledger.chart import TERMS

ROUTES = APIRouter(tags=["corrections"])


class ReverseBody(Decided):
    """Undo a draw or a repayment, all of it."""

    cause: Annotated[
        Cause, Field(description="Of a draw: not_paid_out or given_back; of a repayment: bounced or mistaken.")
    ]


class WaiveBody(Decided):
    """Forgive an amount of interest, penalty or fees."""

    part: Annotated[Part, Field(description="fee, penalty or interest; principal is charged off, not waived.")]
    amount_minor: Amount
    currency: Currency
    role: Annotated[Words, Field(max_length=64, description="The role that may decide it.", examples=["team lead"])]
    loan: Annotated[UUID | None, Field(description="Of which draw; the oldest first if none is named.")] = None
    approver: Annotated[
        Words | None, Field(max_length=64, description="The second person, above what the role may alone.")
    ] = None


class PayOutBody(Decided):
    """Send a credit balance back."""

    currency: Currency
    amount_minor: Annotated[Amount | None, Field(description="All of it if none is named.")] = None


class RecoverBody(Decided):
    """Book money that came in for what was charged off."""

    amount_minor: Amount
    currency: Currency


class PostingView(BaseModel):
    """What a correction posted: the amount left the credited account for the debited one."""

    debit: Annotated[str, Field(description="Code of the debited account.", examples=["1310"])]
    debit_name: str
    credit: Annotated[str, Field(description="Code of the credited account.", examples=["1010"])]
    credit_name: str
    amount_minor: int


class CorrectedView(BaseModel):
    """A correction as it was carried out, what it posted, and the line after it; a repeat posts nothing again."""

    request: UUID
    kind: str
    amount_minor: int
    postings: list[PostingView]
    line: LineView
    is_repeated: bool


@ROUTES.post("/v1/lines/{line}/requests/{undoes}/reverse")
async def reverse_a_request(line: UUID, undoes: UUID, body: ReverseBody, engine: Engine) -> CorrectedView:
    """Undo a draw that was not paid out, or a repayment that bounced, once: as if it had never been."""
    asked = ReverseRequest(line=line, undoes=undoes, **body.model_dump())
    return corrected_view(await reverse(engine.db, engine.clock, engine.house, request=asked))


@ROUTES.post("/v1/lines/{line}/waivers")
async def waive_a_part(line: UUID, body: WaiveBody, engine: Engine) -> CorrectedView:
    """Forgive interest, penalty or a fee; never more than is owed of it."""
    asked = WaiveRequest(line=line, **body.model_dump())
    return corrected_view(await waive(engine.db, engine.clock, engine.house, request=asked))


@ROUTES.post("/v1/lines/{line}/pay-outs")
async def pay_out_a_credit(line: UUID, body: PayOutBody, engine: Engine) -> CorrectedView:
    """Send back what the borrower paid beyond everything owed."""
    asked = PayOutRequest(line=line, **body.model_dump())
    return corrected_view(await pay_out(engine.db, engine.clock, engine.house, request=asked))


@ROUTES.post("/v1/lines/{line}/charge-off")
async def charge_a_line_off(line: UUID, body: Decided, engine: Engine) -> CorrectedView:
    """Give up what a line that does not perform owes; the claim stays, and the limit goes to nothing."""
    asked = ChargeOffRequest(line=line, **body.model_dump())
    return corrected_view(await charge_off(engine.db, engine.clock, engine.house, request=asked))


@ROUTES.post("/v1/lines/{line}/recoveries")
async def recover_from_a_line(line: UUID, body: RecoverBody, engine: Engine) -> CorrectedView:
    """Book money that came in for what was charged off: income, and less of a claim."""
    asked = RecoverRequest(line=line, **body.model_dump())
    return corrected_view(await recover(engine.db, engine.clock, engine.house, request=asked))


def corrected_view(done: Corrected) -> CorrectedView:
    """Return a correction as the wire shows it."""
    return CorrectedView(
        request=done.request.id,
        kind=done.request.kind,
        amount_minor=done.request.accepted_minor,
        postings=[
            PostingView(
                debit=TERMS[one.debit].code,
                debit_name=TERMS[one.debit].name,
                credit=TERMS[one.credit].code,
                credit_name=TERMS[one.credit].name,
                amount_minor=one.amount_minor,
            )
            for one in done.transfers
        ],
        line=line_view(done.line),
        is_repeated=done.is_repeated,
    )
