"""What people decide about a line's limit: set it, add to it until a date, block, cap and close."""

from uuid import UUID

from fastapi import APIRouter

from creditline.edge.api.shapes import BlockBody, Decided, ExtraBody, LimitBody, LineView, SelfLimitBody, line_view
from creditline.edge.api.state import Engine
from creditline.flows.control import BlockRequest, SelfLimitRequest, control_line
from creditline.flows.limit import CloseRequest, ExtraRequest, LimitRequest, set_limit

ROUTES = APIRouter(tags=["limits"])


@ROUTES.post("/v1/lines/{line}/limit")
async def set_a_limit(line: UUID, body: LimitBody, engine: Engine) -> LineView:
    """Set the standing limit; below what is used, the line is over its limit until that is repaid."""
    asked = LimitRequest(line=line, **body.model_dump())
    return line_view(await set_limit(engine.db, engine.clock, engine.house, request=asked))


@ROUTES.post("/v1/lines/{line}/extra-limit")
async def add_to_a_limit(line: UUID, body: ExtraBody, engine: Engine) -> LineView:
    """Add to the standing limit until a moment; from then on nobody draws on it, whether or not it was used."""
    asked = ExtraRequest(line=line, **body.model_dump())
    return line_view(await set_limit(engine.db, engine.clock, engine.house, request=asked))


@ROUTES.post("/v1/lines/{line}/close")
async def close_a_line(line: UUID, body: Decided, engine: Engine) -> LineView:
    """Close a line of which nothing is used, nor kept back by a promise; it never opens again."""
    asked = CloseRequest(line=line, **body.model_dump())
    return line_view(await set_limit(engine.db, engine.clock, engine.house, request=asked))


@ROUTES.post("/v1/lines/{line}/block")
async def block_a_line(line: UUID, body: BlockBody, engine: Engine) -> LineView:
    """Stop all draws for a reason, or lift the stop; the limit itself does not change."""
    asked = BlockRequest(line=line, **body.model_dump())
    return line_view(await control_line(engine.db, engine.clock, engine.house, request=asked))


@ROUTES.post("/v1/lines/{line}/self-limit")
async def cap_a_line(line: UUID, body: SelfLimitBody, engine: Engine) -> LineView:
    """Set or lift the borrower's own lower cap."""
    asked = SelfLimitRequest(id=body.id, line=line, self_limit_minor=body.self_limit_minor)
    return line_view(await control_line(engine.db, engine.clock, engine.house, request=asked))
