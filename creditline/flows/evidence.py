"""Evidence on the recorded book: the newest decisions of a product, what became of their lines, what that says of its rules."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from creditline.decision.cases import cases_of, with_numbers
from creditline.decision.evidence import Bar, Evidence, evidence_of
from creditline.decision.matured import Horizon, Matured, matured
from creditline.decision.product import Product
from creditline.decision.recorded import Recorded
from creditline.flows.house import House
from creditline.flows.recorded import recorded_cases
from creditline.policy.values import Value
from creditline.store import outcomes
from creditline.store.connect import Database

MOST_LINES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked: `most` decisions, the newest, with outcomes by a horizon, judged by a bar, under other numbers if any."""

    horizon: Horizon
    bar: Bar
    most: int
    numbers: Mapping[str, Value] = field(default_factory=dict)


async def recorded_evidence(
    db: Database,
    house: House,
    product: Product,
    *,
    wanted: Wanted,
    told: Callable[[int], None] | None = None,
) -> Evidence:
    """Hold a product's rules against recorded decisions; `told` hears how many more were read."""
    recorded = await recorded_cases(db, house, product=product.name, most=wanted.most, told=told)
    known = await outcomes_of(db, recorded, wanted.horizon)
    return await asyncio.to_thread(_evidence, product, recorded, known, wanted)


async def outcomes_of(db: Database, recorded: Sequence[Recorded], horizon: Horizon) -> Matured:
    """Return which of some recorded decisions turned bad within a horizon, as the database knows it."""
    borrowers = {one.decision.line: one.decision.borrower for one in recorded}
    lines = list(borrowers)
    bad_at: dict[UUID, list[datetime]] = {}
    opened: set[UUID] = set()
    for start in range(0, len(lines), MOST_LINES):
        part = lines[start : start + MOST_LINES]
        async with db.reading() as connection:
            opened |= await outcomes.opened_lines(connection, part)
            bad_at |= await outcomes.bad_moments(
                connection,
                {line: borrowers[line] for line in part},
                known_at=horizon.known_at,
                late_days=horizon.late_days,
                late_months=horizon.late_months,
            )
    return matured((one.decision for one in recorded), horizon, bad_at=bad_at, lines=opened)


def _evidence(product: Product, recorded: Sequence[Recorded], known: Matured, wanted: Wanted) -> Evidence:
    cases = cases_of(product, recorded, is_bad=known.is_bad)
    days = sorted(one.decision.as_of for one in recorded)
    span = f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}" if days else "none on record"
    return evidence_of(
        product,
        [with_numbers(one, wanted.numbers) for one in cases],
        population=f"recorded decisions of {product.name}, {span}; {wanted.horizon.words}",
        bar=wanted.bar,
        left_out=known.left_out,
    )
