"""Advice: load where a line stands, and say what would help, or what a draw or a repayment would do; nothing is written."""

import asyncio
from uuid import UUID

from creditline.clock import Clock
from creditline.flows.forecast import standing_of
from creditline.flows.house import House
from creditline.flows.turn import require_money
from creditline.restoration.advice import Advice, advise
from creditline.restoration.behaviour import catalogue_of
from creditline.restoration.course import Standing
from creditline.restoration.preview import DrawPreview, RepayPreview, preview_draw, preview_repayment
from creditline.store.connect import Database


async def advice_of(db: Database, clock: Clock, house: House, *, line: UUID) -> tuple[Standing, Advice]:
    """Return where a line stands and what would help; raise `NotFound` for an unknown line.

    Trying everything takes as long as some hundred decisions: it is done in a thread, so that nobody else waits.
    """
    standing = await standing_of(db, clock, house, line=line)
    return standing, await asyncio.to_thread(advise, standing, catalogue_of(standing.product))


async def draw_preview(
    db: Database, clock: Clock, house: House, *, line: UUID, amount_minor: int
) -> tuple[Standing, DrawPreview]:
    """Return what a draw would do; raise `NotFound` for an unknown line, `Malformed` for what is no amount."""
    standing = await standing_of(db, clock, house, line=line)
    require_money(standing.line, amount_minor, standing.line.currency, what="draw")
    return standing, await asyncio.to_thread(preview_draw, standing, amount_minor)


async def repay_preview(
    db: Database, clock: Clock, house: House, *, line: UUID, amount_minor: int
) -> tuple[Standing, RepayPreview]:
    """Return what a repayment would do; raise `NotFound` for an unknown line, `Malformed` for what is no amount."""
    standing = await standing_of(db, clock, house, line=line)
    require_money(standing.line, amount_minor, standing.line.currency, what="repayment")
    return standing, await asyncio.to_thread(preview_repayment, standing, amount_minor)
