"""Decisions and their replay, the products on offer, and whether the engine is well."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from creditline.edge.api.shapes import DecisionView, ReplayView, decision_view
from creditline.edge.api.state import Engine
from creditline.flows.replay import read_decision, replay_decision

ROUTES = APIRouter(tags=["decisions"])


@ROUTES.get("/v1/decisions/{decision}")
async def read_a_decision(decision: UUID, engine: Engine) -> DecisionView:
    """Read a decision with every feature that was known."""
    found, names = await read_decision(engine.db, engine.house, decision)
    return decision_view(found, names)


@ROUTES.get("/v1/decisions/{decision}/replay")
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
async def read_products(engine: Engine) -> list[dict[str, Any]]:
    """Read which products are offered, in which currencies and languages, and their editions."""
    return [
        {
            "name": product.name,
            "currencies": product.currencies,
            "languages": product.languages,
            "edition": product.edition,
            "policy": product.policy.sha256,
        }
        for product in engine.house.products.values()
    ]


@ROUTES.get("/health", tags=["health"])
async def live() -> dict[str, str]:
    """Say that the program runs."""
    return {"status": "live"}


@ROUTES.get("/health/ready", tags=["health"])
async def ready(engine: Engine) -> dict[str, str]:
    """Say that the database answers."""
    async with engine.db.reading() as connection:
        await connection.fetchval("select 1")
    return {"status": "ready"}
