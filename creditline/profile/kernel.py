"""One call for one borrower or a million: features as of an instant of each, without a loop over borrowers or facts.

Every visible fact is put once into the cell (borrower, type, narrowest window that holds it); running totals over the
windows then give all counts, sums and maxima together. What totals cannot give (the latest, the one before, distinct
values) is found for all such features at once from the pairs (feature, fact) that belong together. Totals are whole
numbers, so neither the order of addition nor the size of the batch can change a bit of any answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditline.clock import DAY_US
from creditline.events.frames import Facts
from creditline.profile.feature import Feature, Ratio
from creditline.profile.layout import NOTHING, Plan, plan_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

CHUNK_CELLS = 4_000_000
DISTINCT_SPAN = 1 << 20
"""Codes and ages in days are below this, so that a pair of (place, value) fits one whole number."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The visible facts of a chunk of n borrowers: of each its row, slot, window, age in days, amount, code, number."""

    n: int
    row: Ints
    slot: Ints
    window: Ints
    age_days: Ints
    amount: Ints
    code: Ints
    number: NDArray[np.uint8]


def profile(facts: Facts, features: Sequence[Feature | Ratio], *, as_of_us: Ints) -> Floats:
    """Return features [n borrowers, len(features)] as of `as_of_us` (int64[n], microseconds), NaN where not known.

    A fact counts iff it happened before `as_of` and was recorded no later than `as_of`.
    """
    return profile_and_sources(facts, features, as_of_us=as_of_us)[0]


def profile_and_sources(facts: Facts, features: Sequence[Feature | Ratio], *, as_of_us: Ints) -> tuple[Floats, Truths]:
    """Return features as `profile` does, and which sources are known, bool[n, sources] in the order of `Source`."""
    plan = plan_of(features)
    n = len(facts.borrowers)
    out = np.full((n, len(features)), np.nan)
    known = np.zeros((n, len(plan.sources)), np.bool_)
    for first, last in _chunks(facts, plan):
        _fill(out[first:last], known[first:last], _seen(facts, first, last, as_of_us, plan), plan)
    return out, known


def _chunks(facts: Facts, plan: Plan) -> Iterator[tuple[int, int]]:
    """Cut the borrowers into chunks whose tables of cells fit in memory."""
    n = len(facts.borrowers)
    step = max(1, CHUNK_CELLS // plan.cells_count)
    for first in range(0, n, step):
        yield first, min(n, first + step)


def _seen(facts: Facts, first: int, last: int, as_of_us: Ints, plan: Plan) -> Seen:
    """Return the facts of borrowers first:last that are visible to each as of its own instant."""
    start, end = facts.starts[first], facts.starts[last]
    row = np.repeat(np.arange(last - first), np.diff(facts.starts[first : last + 1]))
    as_of = as_of_us[first:last][row]
    happened = facts.happened_us[start:end]
    slot = plan.slot_of[facts.number[start:end]]
    visible = ((happened < as_of) & (facts.recorded_us[start:end] <= as_of) & (slot >= 0)).nonzero()[0]
    age_days = as_of[visible] // DAY_US - happened[visible] // DAY_US
    return Seen(
        n=last - first,
        row=row[visible],
        slot=slot[visible],
        window=plan.windows.searchsorted(age_days),
        age_days=age_days,
        amount=facts.amount_minor[start:end][visible],
        code=facts.code[start:end][visible].astype(np.int64),
        number=facts.number[start:end][visible],
    )


def _fill(out: Floats, known: Truths, seen: Seen, plan: Plan) -> None:
    """Write every feature of a chunk into `out` [n, features] and what is known into `known` [n, sources]."""
    shape = (seen.n, plan.slots_count, plan.windows_count)
    cell = (seen.row * shape[1] + seen.slot) * shape[2] + seen.window
    counts = np.bincount(cell, minlength=shape[0] * shape[1] * shape[2]).reshape(shape)
    np.cumsum(counts, axis=2, out=counts)
    ever = counts[:, :, -1]
    np.any(ever[:, plan.source_slots], axis=2, out=known)
    out[:, plan.counts.places] = counts.reshape(seen.n, -1)[:, plan.counts.cells].sum(axis=2)
    for column, sums, most in (
        (seen.amount, plan.amount_sums, plan.amount_mosts),
        (seen.code, plan.code_sums, plan.code_mosts),
    ):
        if len(sums.places):
            table = np.zeros(counts.size, np.int64)
            np.add.at(table, cell, column)
            running = np.cumsum(table.reshape(shape), axis=2).reshape(seen.n, -1)
            out[:, sums.places] = running[:, sums.cells].sum(axis=2)
        if len(most.places):
            table = np.full(counts.size, NOTHING)
            np.maximum.at(table, cell, column)
            running = np.maximum.accumulate(table.reshape(shape), axis=2).reshape(seen.n, -1)
            found = running[:, most.cells].max(axis=2)
            out[:, most.places] = np.where(found == NOTHING, np.nan, found)
    _fill_single(out, seen, plan)
    _fill_ratios(out, plan)
    out[~known[:, plan.source_of]] = np.nan


def _fill_single(out: Floats, seen: Seen, plan: Plan) -> None:
    """Write the features that look at single facts: the latest, the one before, the first, distinct, since."""
    width = len(plan.single)
    belongs = plan.member[:, seen.number]
    belongs &= seen.age_days <= plan.window_days
    belongs &= seen.code >= plan.least_code
    belongs &= (plan.only_code < 0) | (seen.code == plan.only_code)
    feature, fact = belongs.nonzero()
    place = seen.row[fact] * width + feature
    # Facts come in time order within a borrower, and a place written twice keeps the later value.
    latest = np.full(seen.n * width, -1)
    latest[place] = fact
    before = np.full(seen.n * width, -1)
    earlier = fact != latest[place]
    before[place[earlier]] = fact[earlier]
    first = np.full(seen.n * width, -1)
    first[place[::-1]] = fact[::-1]
    shape = (seen.n, width)
    amount, code, age = (
        np.append(column.astype(np.float64), np.nan) for column in (seen.amount, seen.code, seen.age_days)
    )
    for picked, table, column in (
        (plan.last_amount, latest, amount),
        (plan.last_code, latest, code),
        (plan.previous_amount, before, amount),
        (plan.recency, latest, age),
        (plan.age, first, age),
    ):
        out[:, plan.single[picked]] = column[table.reshape(shape)[:, picked]]
    number = np.append(seen.number, np.uint8(0))
    out[:, plan.single[plan.is_last]] = plan.since[plan.is_last, number[latest.reshape(shape)[:, plan.is_last]]]
    _fill_counted(out, seen, plan, (feature, fact, place), before)


def _fill_counted(out: Floats, seen: Seen, plan: Plan, pairs: tuple[Ints, Ints, Ints], before: Ints) -> None:
    """Write the features that count or sum chosen facts: narrowed counts, distinct values, sums since the last but one."""
    feature, fact, place = pairs
    width = len(plan.single)
    tally = np.bincount(place[plan.is_narrow[feature]], minlength=seen.n * width).reshape(seen.n, width)
    out[:, plan.single[plan.narrow]] = tally[:, plan.narrow]
    chosen = plan.is_distinct[feature]
    value = np.where(plan.by_day[feature[chosen]], seen.age_days[fact[chosen]], seen.code[fact[chosen]])
    different = np.unique(place[chosen] * DISTINCT_SPAN + value) // DISTINCT_SPAN
    tally = np.bincount(different, minlength=seen.n * width).reshape(seen.n, width)
    out[:, plan.single[plan.distinct]] = tally[:, plan.distinct]
    after = before[seen.row[fact] * width + plan.anchor[feature]]
    chosen = plan.is_since[feature] & (fact > after)
    sums = np.zeros(seen.n * width, np.int64)
    np.add.at(sums, place[chosen], seen.amount[fact[chosen]])
    out[:, plan.single[plan.sum_since]] = sums.reshape(seen.n, width)[:, plan.sum_since]


def _fill_ratios(out: Floats, plan: Plan) -> None:
    """Write over x times / ((under - less) x per) from the whole numbers already in `out`."""
    ratios = plan.ratios
    columns = np.column_stack((out, np.broadcast_to(plan.literals, (len(out), len(plan.literals)))))
    over = columns[:, ratios.over] * columns[:, ratios.times]
    under = (columns[:, ratios.under] - columns[:, ratios.less]) * columns[:, ratios.per]
    nothing = np.broadcast_to(ratios.when_nothing, over.shape).copy()
    out[:, ratios.places] = np.divide(over, under, out=nothing, where=under > 0)
