"""Backtest on the recorded book: what was asked in a period, the facts that were there, and what became of the lines."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from creditline.decision.backtest import Again, Backtest, asked_again, backtest_of
from creditline.decision.matured import Horizon
from creditline.decision.product import Product
from creditline.decision.recorded import Recorded
from creditline.flows.evidence import outcomes_of
from creditline.flows.house import House
from creditline.flows.recorded import recorded_cases
from creditline.store import facts
from creditline.store.connect import Database

MOST_BORROWERS = 2_000
"""Of so many borrowers the facts are read at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Decisions from `starts_at` on and before `ends_at`, among the newest `most`, and how outcomes are told."""

    starts_at: datetime
    ends_at: datetime
    most: int
    horizon: Horizon


async def recorded_backtest(
    db: Database,
    house: House,
    champion: Product,
    *,
    draft: Product,
    period: Period,
    told: Callable[[int], None] | None = None,
) -> Backtest:
    """Ask a period of recorded decisions again by two editions; `told` hears how many more were read, and then asked."""
    recorded = await recorded_cases(db, house, product=draft.name, most=period.most, told=told)
    own = [one for one in recorded if period.starts_at <= one.decision.as_of < period.ends_at]
    known = await outcomes_of(db, own, period.horizon)
    by_borrower: dict[str, list[Recorded]] = {}
    for one in own:
        by_borrower.setdefault(one.decision.borrower, []).append(one)
    names = sorted(by_borrower)
    places: dict[str, int] = {}
    again: list[Again] = []
    for start in range(0, len(names), MOST_BORROWERS):
        part = names[start : start + MOST_BORROWERS]
        async with db.reading() as connection:
            seen = await facts.snapshot(connection)
            there = await facts.facts(connection, part, seen=seen)
        cases = [case for name in part for case in by_borrower[name]]
        again.append(await asyncio.to_thread(asked_again, champion, there, places, draft=draft, recorded=cases))
        if told:
            told(len(cases))
    span = f"{period.starts_at:%Y-%m-%d} to {period.ends_at:%Y-%m-%d}"
    return await asyncio.to_thread(
        backtest_of,
        champion,
        again,
        draft=draft,
        is_bad=known.is_bad,
        population=f"{len(own):,} recorded decisions of {draft.name}, {span}; {period.horizon.words}",
        left_out=known.left_out,
    )
