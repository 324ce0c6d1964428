"""Evidence on the recorded book: the newest decisions of a product, what became of their lines, what that says of its rules."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from creditline.decision.cases import cases_of, with_numbers
from creditline.decision.evidence import Bar, Evidence, evidence_of
from creditline.decision.matured import Horizon, Matured, matured
from creditline.decision.product import Product
from creditline.decision.recorded import Recorded
from creditline.errors import Code, NotFound
from creditline.flows.arms import armed_of
from creditline.flows.house import House
from creditline.flows.recorded import recorded_cases
from creditline.policy.strategy import CHAMPION
from creditline.policy.values import Value
from creditline.store import outcomes
from creditline.store.connect import Connection, Database

MOST_LINES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked: `most` decisions, the newest, with outcomes by a horizon, judged by a bar, under other numbers if any.

    With an `arm`, only its decisions are looked at, by the rules it runs.
    """

    horizon: Horizon
    bar: Bar
    most: int
    numbers: Mapping[str, Value] = field(default_factory=dict)
    arm: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Rules that were held against outcomes, and what that says of them."""

    product: Product
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Recorded decisions by what makes those of their arm: the rules that are looked at, and the decisions made by them.

    `others` counts those of arms that run other rules.
    """

    product: Product
    by: Mapping[str, tuple[Product, list[Recorded]]]
    others: Mapping[str, int]


async def recorded_evidence(
    db: Database,
    house: House,
    product: Product,
    *,
    wanted: Wanted,
    told: Callable[[int], None] | None = None,
) -> Held:
    """Hold a product's rules against recorded decisions; `told` hears how many more were read.

    A decision that an arm made is looked at by what that arm runs: by this product with the arm's numbers if it has the arm,
    else by the edition that decided. Raise `NotFound` for an arm that neither has nor made any.
    """
    recorded = await recorded_cases(db, house, product=product.name, most=wanted.most, told=told)
    async with db.reading() as connection:
        made = await _made(connection, house, product, recorded, arm=wanted.arm)
    known = await outcomes_of(db, [one for _, own in made.by.values() for one in own], wanted.horizon)
    return Held(product=made.product, evidence=await asyncio.to_thread(_evidence, made, known, wanted))


async def _made(
    db: Connection, house: House, product: Product, recorded: Sequence[Recorded], *, arm: str | None
) -> Made:
    """Return recorded decisions by the editions whose rules made them, the newest first."""
    armed = await armed_of(db, product)
    wanted = [one for one in recorded if arm is None or one.decision.arm == arm]
    looked_at = product if arm in {None, CHAMPION} else armed.arms.get(arm or "")
    by: dict[str, tuple[Product, list[Recorded]]] = {}
    others: Counter[str] = Counter()
    for one in wanted:
        name = one.decision.arm
        runs = product if name == CHAMPION else armed.arms.get(name) or await house.edition(db, one.decision.edition)
        looked_at = looked_at or runs
        if runs.policy.sha256 == looked_at.policy.sha256:
            by.setdefault(runs.edition, (runs, []))[1].append(one)
        else:
            others[f"decided by other rules, in arm {name}; ask for that arm alone"] += 1
    if looked_at is None:
        known = sorted({one.decision.arm for one in recorded} | armed.arms.keys() | {CHAMPION})
        raise NotFound(
            f"No arm {arm!r} decided anything that is looked at. There are {', '.join(known)}.", code=Code.ARM_UNKNOWN
        )
    return Made(product=looked_at, by=by, others=dict(others))


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


def _evidence(made: Made, known: Matured, wanted: Wanted) -> Evidence:
    places: dict[str, int] = {}
    cases = [one for runs, own in made.by.values() for one in cases_of(runs, own, is_bad=known.is_bad, places=places)]
    days = sorted(one.decision.as_of for _, own in made.by.values() for one in own)
    span = f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}" if days else "none on record"
    whose = "recorded decisions" if wanted.arm is None else f"decisions of arm {wanted.arm}"
    found = evidence_of(
        made.product,
        [with_numbers(one, wanted.numbers) for one in cases],
        population=f"{whose} of {made.product.name}, {span}; {wanted.horizon.words}",
        bar=wanted.bar,
        left_out={**known.left_out, **made.others},
    )
    arms = Counter(one.decision.arm for _, own in made.by.values() for one in own if one.decision.id in known.is_bad)
    return msgspec.structs.replace(found, arm=wanted.arm, arms=dict(sorted(arms.items())))
