"""Forecast: load where a line stands, and run it forward under one behaviour or several; nothing is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from creditline.clock import Clock, business_day
from creditline.decision.arms import product_for
from creditline.decision.decide import Question, position_of
from creditline.decision.known import known_at
from creditline.decision.outcome import Kind
from creditline.decision.product import Product
from creditline.errors import Code, Malformed
from creditline.events.frames import Facts
from creditline.flows.house import House, Offer
from creditline.flows.lending import owed
from creditline.flows.turn import the_line
from creditline.ledger.line import Line
from creditline.restoration.course import Reserved, Standing, Step
from creditline.restoration.forecast import Forecast, forecast
from creditline.store import days as days_closed
from creditline.store import due, facts, lines
from creditline.store.connect import Database

MOST_DAYS = 730
"""How far ahead a line may be looked at."""

MOST_STEPS = 100
"""How many steps a behaviour may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Where a line stands, and what becomes of it if nothing happens and under each behaviour asked, in their order."""

    standing: Standing
    baseline: Forecast
    alternatives: tuple[Forecast, ...]


async def standing_of(db: Database, clock: Clock, house: House, *, line: UUID) -> Standing:
    """Load what a forecast of a line starts from; raise `NotFound` for an unknown line."""
    as_of = clock()
    async with db.reading() as connection:
        found = the_line(await lines.read(connection, [line]), line)
        tranches = await due.open_of(connection, [line])
        reserved = await due.reservations_of(connection, line)
        offer = await house.offer(connection, as_of)
        loans = (await owed(connection, house, [line])).get(line, ())
        closing = await days_closed.next_on(connection, line)
        known = await facts.facts(connection, [found.borrower], seen=offer.seen)
        editions = {one.edition: await house.edition(connection, one.edition) for one in tranches}
    own = _armed(offer, found, known, as_of)
    return Standing(
        line=found,
        loans=loans,
        tranches=tuple(tranches),
        reserved=tuple(
            Reserved(id=one.id, amount_minor=one.amount_minor, expires_at=one.expires_at) for one in reserved
        ),
        facts=known,
        product=own(offer.product(found.product, as_of)),
        editions=editions,
        as_of=as_of,
        closing=closing,
        periods=tuple((period, own(product)) for period, product in offer.periods.get(found.product, ())),
    )


def _armed(offer: Offer, line: Line, known: Facts, as_of: datetime) -> Callable[[Product], Product]:
    """Return what gives, for an edition, what its arms would decide a line by as it is now."""
    question = Question(
        id=line.id,
        kind=Kind.DRAW,
        borrower=line.borrower,
        line=line.id,
        currency=line.currency,
        as_of=as_of,
        position=position_of(line, requested_minor=0),
    )

    def own(product: Product) -> Product:
        armed = offer.armed(product)
        if product.strategy is None:
            return product
        return product_for(armed, question, known_at(product, known, as_of=as_of))[0]

    return own


async def foresee(
    db: Database, clock: Clock, house: House, *, line: UUID, behaviours: Sequence[Sequence[Step]], days: int
) -> Foreseen:
    """Run a line forward if nothing new happens, and under each behaviour; raise `Malformed` for what cannot be run."""
    standing = await standing_of(db, clock, house, line=line)
    if not 1 <= days <= MOST_DAYS:
        raise Malformed(
            f"A line is looked at 1 to {MOST_DAYS} days ahead, not {days}. Ask for fewer.", code=Code.MESSAGE_MALFORMED
        )
    for steps in behaviours:
        _require_ahead(steps, standing.as_of)
    until = standing.as_of + timedelta(days=days)
    return Foreseen(
        standing=standing,
        baseline=forecast(standing, (), until=until),
        alternatives=tuple(forecast(standing, steps, until=until) for steps in behaviours),
    )


def moment_on(day: date, *, as_of: datetime) -> datetime:
    """Return the instant at which something is supposed to happen on a day: at the time of day it is now."""
    return as_of + timedelta(days=(day - business_day(as_of)).days)


def _require_ahead(steps: Sequence[Step], as_of: datetime) -> None:
    if len(steps) > MOST_STEPS:
        raise Malformed(
            f"A behaviour has {len(steps)} steps, and {MOST_STEPS} at the most. Leave some out.",
            code=Code.MESSAGE_MALFORMED,
        )
    for step in steps:
        if business_day(step.happens_at) < business_day(as_of):
            raise Malformed(
                f"A step is on {business_day(step.happens_at)}, and today is {business_day(as_of)}. What is over cannot be "
                "supposed; give a day from today on.",
                code=Code.MESSAGE_MALFORMED,
            )
