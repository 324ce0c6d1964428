"""Decisions and their replay, the products on offer, and whether the engine is well."""

import asyncio
from uuid import UUID

from fastapi import APIRouter

from creditline.edge.api.shapes import DecisionView, HealthView, ProductView, ReplayView, decision_view
from creditline.edge.api.state import Engine
from creditline.errors import Code, Unavailable
from creditline.flows.house import offered
from creditline.flows.replay import read_decision, replay_decision
from creditline.profile.feature import Source

READY_SECONDS = 3.0

HEALTH = APIRouter()
ROUTES = APIRouter()


class WholeDecisionView(DecisionView):
    """A decision as it was recorded, and the sources that were missing because their borrower did not let us read them."""

    unread: list[Source]


@ROUTES.get("/v1/decisions/{decision}", tags=["decisions"])
async def read_a_decision(decision: UUID, engine: Engine) -> WholeDecisionView:
    """Read a decision with every feature that was known, and what was not read for want of consent."""
    found, names, unread = await read_decision(engine.db, engine.house, decision)
    return WholeDecisionView(**decision_view(found, names).model_dump(), unread=list(unread))


@ROUTES.get("/v1/decisions/{decision}/replay", tags=["decisions"])
async def replay_a_decision(decision: UUID, engine: Engine) -> ReplayView:
    """Decide again from what the decision stored, and from the facts it saw; equal, or the first difference."""
    done = await replay_decision(engine.db, engine.house, decision)
    return ReplayView(
        decision=decision,
        is_equal=done.is_equal,
        record_difference=done.record_difference,
        facts_difference=done.facts_difference,
    )


@ROUTES.get("/v1/products", tags=["products"])
async def read_products(engine: Engine) -> list[ProductView]:
    """Read which products are offered, in which currencies and languages, and their editions."""
    return [
        ProductView(
            name=product.name,
            currencies=product.currencies,
            languages=product.languages,
            edition=product.edition,
            policy=product.policy.sha256,
        )
        for product in (await offered(engine.db, engine.clock, engine.house)).values()
    ]


@HEALTH.get("/health", tags=["health"])
async def live() -> HealthView:
    """Say that the program runs."""
    return HealthView(status="live")


@HEALTH.get("/health/ready", tags=["health"])
async def ready(engine: Engine) -> HealthView:
    """Say that the database answers, within a few seconds."""
    try:
        async with asyncio.timeout(READY_SECONDS), engine.db.reading() as connection:
            await connection.fetchval("select 1")
    except TimeoutError as late:
        raise Unavailable(
            f"The database did not answer within {READY_SECONDS:.0f} seconds. Try again in a moment.",
            code=Code.DATABASE_BUSY,
        ) from late
    return HealthView(status="ready")
