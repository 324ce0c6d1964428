"""Advice: load where a line stands, and say what would help, or what a draw or a repayment would do; nothing is written."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from creditline.clock import Clock
from creditline.errors import Code, Malformed
from creditline.events.consent import DataSource
from creditline.flows.forecast import standing_of
from creditline.flows.house import House
from creditline.flows.turn import require_money
from creditline.restoration.advice import Advice, advise
from creditline.restoration.behaviour import Behaviour, catalogue_of
from creditline.restoration.consent import ConsentPreview, preview_consent
from creditline.restoration.course import Standing
from creditline.restoration.doing import doings
from creditline.restoration.forecast import Forecast, forecast
from creditline.restoration.preview import DrawPreview, RepayPreview, preview_draw, preview_repayment
from creditline.store import lines
from creditline.store.connect import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Something a borrower thinks of doing, as `advice_of` told it: what, on which day, and how much is paid."""

    behaviour: Behaviour
    done_on: date
    amount_minor: int | None


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


async def consent_previews(
    db: Database, clock: Clock, house: House, *, borrower: str, source: DataSource, is_given: bool
) -> list[tuple[Standing, ConsentPreview]]:
    """Return what letting us read a source, or no more, would change on each open line of a borrower, oldest first."""
    async with db.reading() as connection:
        own = [line.id for line in await lines.of_borrower(connection, borrower) if line.closed_at is None]
    standings = [await standing_of(db, clock, house, line=line) for line in own]

    def run() -> list[tuple[Standing, ConsentPreview]]:
        return [(one, preview_consent(one, source, is_given=is_given)) for one in standings]

    return await asyncio.to_thread(run)


async def try_doings(
    db: Database, clock: Clock, house: House, *, line: UUID, picked: Sequence[Picked]
) -> tuple[Standing, Forecast, Forecast]:
    """Return where a line stands, and what becomes of it without and with what is picked, run forward together.

    Raises `NotFound` for an unknown line, `Malformed` for what cannot be done on it now.
    """
    standing = await standing_of(db, clock, house, line=line)
    catalogue = catalogue_of(standing.product)
    possible = {(one.behaviour, one.done_on, one.amount_minor): one for one in doings(standing, catalogue)}
    chosen = [possible.get((one.behaviour, one.done_on, one.amount_minor)) for one in picked]
    known = [one for one in chosen if one is not None]
    if len(known) < len(chosen):
        raise Malformed(
            f"Of {', '.join(one.behaviour for one in picked)} not everything can be done on this line now. Read its "
            "actions again, and pick of those.",
            code=Code.MESSAGE_MALFORMED,
        )
    steps = tuple(step for one in known for step in one.steps)
    until = standing.as_of + timedelta(days=catalogue.most_days)

    def run() -> tuple[Forecast, Forecast]:
        return forecast(standing, (), until=until), forecast(standing, steps, until=until)

    return standing, *await asyncio.to_thread(run)
