"""Loans over HTTP: what a line owes of every draw, and what settles it today."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from creditline.edge.api.state import Engine
from creditline.flows.loans import Settlement, Standing, loans_of, settlement_of

ROUTES = APIRouter(tags=["loans"])


@ROUTES.get("/v1/lines/{line}/loans")
async def read_loans(line: UUID, engine: Engine, most: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[Standing]:
    """Read a line's loans as they stand today, newest first."""
    return await loans_of(engine.db, engine.clock, engine.house, line=line, most=most)


@ROUTES.get("/v1/lines/{line}/settlement")
async def read_settlement(line: UUID, engine: Engine) -> Settlement:
    """Say what settles a line today, by the days it was really owed, and until when that is so."""
    return await settlement_of(engine.db, engine.clock, engine.house, line=line)
