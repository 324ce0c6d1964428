"""Umbrellas: caps over lines and over each other."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from creditline.edge.api.shapes import Borrower, Currency, Decided, Limit, LimitBody, LineView, Yes, line_view
from creditline.edge.api.state import Engine
from creditline.flows.umbrella import (
    MOST_SLOTS,
    SeatRequest,
    UmbrellaLimitRequest,
    UmbrellaMoveRequest,
    UmbrellaRequest,
    limit_umbrella,
    lines_under,
    move_umbrella,
    open_umbrella,
    seat_line,
    tree_of,
)
from creditline.ledger.umbrella import Buckets, Tree, Umbrella, buckets_of

ROUTES = APIRouter(tags=["umbrellas"])

FIRST = UUID(int=0)


class UmbrellaBody(Decided):
    """Make an umbrella; the id becomes its own."""

    holder: Borrower
    currency: Currency
    granted_minor: Limit
    parent: Annotated[UUID | None, Field(description="The umbrella over it.")] = None
    product: Annotated[str | None, Field(max_length=64, description="Only lines of this product.")] = None
    is_fungible: Annotated[Yes, Field(description="Its children share its room; else each child's is set aside.")] = (
        True
    )
    slots_count: Annotated[
        int, Field(strict=True, ge=1, le=MOST_SLOTS, description="How many draws may take of its room at one moment.")
    ] = 16


class PlaceBody(Decided):
    """Put something under an umbrella; null takes it out."""

    umbrella: UUID | None


class UmbrellaView(BaseModel):
    """An umbrella and its buckets: granted = headroom + drawn + reserved + withheld + set aside."""

    umbrella: UUID
    parent: UUID | None
    level: Annotated[int, Field(description="How many umbrellas are over it.")]
    holder: str
    product: str | None
    currency: str
    is_fungible: bool
    granted_minor: int
    drawn_minor: int
    reserved_minor: int
    withheld_minor: int
    set_aside_minor: Annotated[int, Field(description="Kept for children that do not share, and not used.")]
    headroom_minor: Annotated[int, Field(description="Negative after a cut below what is taken.")]
    version: int
    opened_at: datetime
    booked_at: datetime


def umbrella_view(tree: Tree, own: Umbrella, buckets: Buckets) -> UmbrellaView:
    """Return an umbrella as the wire shows it."""
    names = ("parent", "holder", "product", "currency", "is_fungible", "version", "opened_at", "booked_at")
    amounts = ("granted", "drawn", "reserved", "withheld", "set_aside", "headroom")
    return UmbrellaView(
        umbrella=own.id,
        level=len(tree.path(own.id)) - 1,
        **{name: getattr(own, name) for name in names},
        **{f"{name}_minor": getattr(buckets, f"{name}_minor") for name in amounts},
    )


async def _seen(engine: Engine, umbrella: UUID) -> UmbrellaView:
    tree = await tree_of(engine.db, umbrella)
    return umbrella_view(tree, tree.umbrellas[umbrella], buckets_of(tree)[umbrella])


@ROUTES.post("/v1/umbrellas", status_code=201)
async def open_an_umbrella(body: UmbrellaBody, engine: Engine) -> UmbrellaView:
    """Make an umbrella, alone or under another."""
    await open_umbrella(engine.db, engine.clock, request=UmbrellaRequest(**body.model_dump()))
    return await _seen(engine, body.id)


@ROUTES.get("/v1/umbrellas/{umbrella}")
async def read_an_umbrella(umbrella: UUID, engine: Engine) -> UmbrellaView:
    """Read an umbrella and its buckets."""
    return await _seen(engine, umbrella)


@ROUTES.get("/v1/umbrellas/{umbrella}/tree")
async def read_a_tree(umbrella: UUID, engine: Engine) -> list[UmbrellaView]:
    """Read the whole tree it stands in, each umbrella before those under it."""
    tree = await tree_of(engine.db, umbrella)
    buckets = buckets_of(tree)
    return [umbrella_view(tree, own, buckets[own.id]) for own in tree.in_order()]


@ROUTES.get("/v1/umbrellas/{umbrella}/lines")
async def read_lines_under(
    umbrella: UUID, engine: Engine, after: UUID = FIRST, most: Annotated[int, Query(ge=1, le=1000)] = 100
) -> list[LineView]:
    """Read the lines directly under it, a page in id order after an id."""
    return [line_view(own) for own in await lines_under(engine.db, umbrella, after=after, most=most)]


@ROUTES.post("/v1/umbrellas/{umbrella}/limit")
async def limit_an_umbrella(umbrella: UUID, body: LimitBody, engine: Engine) -> UmbrellaView:
    """Set its limit; below what its lines use it is shown as over the limit, and falls as they repay."""
    asked = UmbrellaLimitRequest(umbrella=umbrella, **body.model_dump())
    await limit_umbrella(engine.db, engine.clock, request=asked)
    return await _seen(engine, umbrella)


@ROUTES.post("/v1/umbrellas/{umbrella}/umbrella")
async def move_an_umbrella(umbrella: UUID, body: PlaceBody, engine: Engine) -> UmbrellaView:
    """Put it, with all that is under it, under another umbrella, or under none."""
    asked = UmbrellaMoveRequest(
        id=body.id, umbrella=umbrella, parent=body.umbrella, authority=body.authority, reason=body.reason
    )
    await move_umbrella(engine.db, engine.clock, request=asked)
    return await _seen(engine, umbrella)


@ROUTES.post("/v1/lines/{line}/umbrella")
async def seat_a_line(line: UUID, body: PlaceBody, engine: Engine) -> LineView:
    """Put a line under an umbrella, with what it uses, or under none."""
    return line_view(await seat_line(engine.db, engine.clock, request=SeatRequest(line=line, **body.model_dump())))
