"""What moves a line: draws in one step or two, and repayments."""

from uuid import UUID

from fastapi import APIRouter, Response

from creditline.edge.api.shapes import (
    CaptureBody,
    DrawBody,
    DrawnView,
    EndedView,
    IdBody,
    RepaidView,
    RepayBody,
    TrancheView,
    decision_view,
    line_view,
)
from creditline.edge.api.state import Engine
from creditline.flows.capture import CaptureRequest, VoidRequest, capture_reservation, void_reservation
from creditline.flows.draw import DrawRequest
from creditline.flows.repay import RepayRequest
from creditline.ledger.allocation import Part

ROUTES = APIRouter(tags=["draws and repayments"])


@ROUTES.post("/v1/lines/{line}/draws", status_code=201)
async def draw(line: UUID, body: DrawBody, engine: Engine, response: Response) -> DrawnView:
    """Ask for money: approved, referred or declined. A repeat answers 200 with what was decided, declines included."""
    asked = DrawRequest(line=line, **body.model_dump())
    done = await engine.draws.ask(asked)
    response.status_code = 200 if done.is_repeated else 201
    return DrawnView(
        decision=decision_view(done.decision),
        amount_minor=done.amount_minor,
        expires_at=done.expires_at,
        line=line_view(done.line),
        is_repeated=done.is_repeated,
    )


@ROUTES.post("/v1/lines/{line}/reservations/{reservation}/capture")
async def capture(line: UUID, reservation: UUID, body: CaptureBody, engine: Engine) -> EndedView:
    """Pay a reservation out; what is not captured goes back to headroom."""
    asked = CaptureRequest(line=line, reservation=reservation, **body.model_dump())
    after, recorded = await capture_reservation(engine.db, engine.clock, engine.house, request=asked)
    return EndedView(
        reservation=reservation, how=recorded.kind, captured_minor=recorded.accepted_minor, line=line_view(after)
    )


@ROUTES.post("/v1/lines/{line}/reservations/{reservation}/void")
async def void(line: UUID, reservation: UUID, body: IdBody, engine: Engine) -> EndedView:
    """Give a reservation back unused."""
    asked = VoidRequest(id=body.id, line=line, reservation=reservation)
    after, recorded = await void_reservation(engine.db, engine.clock, request=asked)
    return EndedView(reservation=reservation, how=recorded.kind, captured_minor=0, line=line_view(after))


@ROUTES.post("/v1/lines/{line}/repayments", status_code=201)
async def repay(line: UUID, body: RepayBody, engine: Engine, response: Response) -> RepaidView:
    """Pay what is owed, and learn at once what of it is back, what is not, why, and when it comes."""
    asked = RepayRequest(line=line, **body.model_dump())
    done = await engine.repayments.ask(asked)
    response.status_code = 200 if done.is_repeated else 201
    return RepaidView(
        decision=decision_view(done.decision),
        accepted_minor=done.accepted_minor,
        excess_minor=done.excess_minor,
        fee_minor=done.parts[Part.FEE],
        penalty_minor=done.parts[Part.PENALTY],
        interest_minor=done.parts[Part.INTEREST],
        principal_minor=done.parts[Part.PRINCIPAL],
        back_now_minor=done.plan.now_minor,
        cut_minor=done.plan.cut_minor,
        tranches=[
            TrancheView(
                amount_minor=part.amount_minor, due_on=part.due_on, condition=part.condition, is_cut=part.is_cut
            )
            for part in done.plan.tranches
        ],
        line=line_view(done.line),
        is_repeated=done.is_repeated,
    )
