"""One call for one borrower or a million: features as of an instant of each, without a loop over borrowers or facts.

Every visible fact is put once into the cell (borrower, type, narrowest window that holds it); running totals over the
windows then give all counts, sums and maxima together. Totals are whole numbers, so the order of addition and the size
of the batch cannot change a bit of any answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from creditline.clock import DAY_US
from creditline.events.frames import Facts
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHUNK_CELLS = 4_000_000
NOTHING = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Plan:
    """What a catalogue needs of the kernel: slots of event types, windows, and which features each pass fills."""

    slot_of: NDArray[np.int64]
    slots_count: int
    windows: NDArray[np.int64]
    sources: tuple[tuple[Source, NDArray[np.int64]], ...]
    totals: tuple[tuple[int, Feature, NDArray[np.int64], int], ...]
    others: tuple[tuple[int, Feature], ...]
    ratios: tuple[tuple[int, Ratio], ...]
    places: dict[str, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """The visible facts of a chunk of n borrowers: of each its row, slot, age in days, amount, code and number."""

    n: int
    row: Ints
    slot: Ints
    window: Ints
    age_days: Ints
    amount: Ints
    code: Ints
    number: NDArray[np.uint8]


SOURCES: tuple[tuple[Source, tuple[int, ...]], ...] = (
    (Source.ORDERS, (1, 2, 3)),
    (Source.PAYMENTS, (10, 11)),
    (Source.LIFE, (20, 21, 22, 23)),
    (Source.INCOME, (30,)),
    (Source.BUREAU, (40, 41, 42, 43)),
    (Source.EVIDENCE, (50, 51, 52, 53)),
    (Source.ENGAGEMENT, (60, 61, 62)),
    (Source.USAGE, (12, 13, 70, 71, 72, 73, 74, 75, 76, 77, 78)),
)
"""Which types make a source known. Outcomes are in none: no feature can ever see them."""


def profile(facts: Facts, features: Sequence[Feature | Ratio], *, as_of_us: Ints) -> Floats:
    """Return features [n borrowers, len(features)] as of `as_of_us` (int64[n], microseconds), NaN where not known.

    A fact counts iff it happened before `as_of` and was recorded no later than `as_of`.
    """
    plan = plan_of(tuple(features))
    out = np.full((len(facts.borrowers), len(features)), np.nan)
    for first, last in _chunks(facts, plan):
        seen = _seen(facts, first, last, as_of_us, plan)
        _fill(out[first:last], seen, plan)
    return out


def sources_known(facts: Facts, *, as_of_us: Ints) -> NDArray[np.bool_]:
    """Return which sources are known, bool[n, len(SOURCES)] in the order of SOURCES."""
    plan = plan_of(())
    known = np.zeros((len(facts.borrowers), len(SOURCES)), np.bool_)
    for first, last in _chunks(facts, plan):
        seen = _seen(facts, first, last, as_of_us, plan)
        table = np.bincount(seen.row * plan.slots_count + seen.slot, minlength=seen.n * plan.slots_count)
        known[first:last] = _known(table.reshape(seen.n, plan.slots_count), plan)
    return known


@lru_cache(maxsize=32)
def plan_of(features: tuple[Feature | Ratio, ...]) -> Plan:
    """Compile a catalogue once; the same catalogue has the same plan."""
    numbers = [number for _, own in SOURCES for number in own]
    slot_of = np.full(256, -1, np.int64)
    slot_of[numbers] = np.arange(len(numbers))
    folds = [(place, one) for place, one in enumerate(features) if isinstance(one, Feature)]
    windows = sorted({one.window_days for _, one in folds if one.window_days is not None})
    return Plan(
        slot_of=slot_of,
        slots_count=len(numbers),
        windows=np.array(windows, np.int64),
        sources=tuple((source, slot_of[list(own)]) for source, own in SOURCES),
        totals=tuple(
            (place, one, slot_of[list(one.events)], _window_place(windows, one.window_days))
            for place, one in folds
            if _is_total(one)
        ),
        others=tuple((place, one) for place, one in folds if not _is_total(one)),
        ratios=tuple((place, one) for place, one in enumerate(features) if isinstance(one, Ratio)),
        places={one.name: place for place, one in enumerate(features)},
    )


def _is_total(one: Feature) -> bool:
    """Say whether a feature can be read from the running totals: no narrowing by code, and a fold that adds up."""
    return one.fold in {Fold.COUNT, Fold.SUM, Fold.MAX} and one.only_code is None and not one.least_code


def _window_place(windows: Sequence[int], window_days: int | None) -> int:
    return len(windows) if window_days is None else list(windows).index(window_days)


def _chunks(facts: Facts, plan: Plan) -> Iterator[tuple[int, int]]:
    """Cut the borrowers into chunks whose tables of cells fit in memory."""
    n = len(facts.borrowers)
    step = max(1, CHUNK_CELLS // (plan.slots_count * (len(plan.windows) + 1)))
    for first in range(0, n, step):
        yield first, min(n, first + step)


def _seen(facts: Facts, first: int, last: int, as_of_us: Ints, plan: Plan) -> Seen:
    """Return the facts of borrowers first:last that are visible to each as of its own instant."""
    start, end = facts.starts[first], facts.starts[last]
    row = np.repeat(np.arange(last - first), np.diff(facts.starts[first : last + 1]))
    as_of = as_of_us[first:last][row]
    happened = facts.happened_us[start:end]
    slot = plan.slot_of[facts.number[start:end]]
    visible = np.flatnonzero((happened < as_of) & (facts.recorded_us[start:end] <= as_of) & (slot >= 0))
    age_days = as_of[visible] // DAY_US - happened[visible] // DAY_US
    return Seen(
        n=last - first,
        row=row[visible],
        slot=slot[visible],
        window=np.searchsorted(plan.windows, age_days),
        age_days=age_days,
        amount=facts.amount_minor[start:end][visible],
        code=facts.code[start:end][visible].astype(np.int64),
        number=facts.number[start:end][visible],
    )


def _fill(out: Floats, seen: Seen, plan: Plan) -> None:
    """Write every feature of a chunk into `out` [n, features]."""
    shape = (seen.n, plan.slots_count, len(plan.windows) + 1)
    cell = (seen.row * shape[1] + seen.slot) * shape[2] + seen.window
    counts = np.bincount(cell, minlength=seen.n * shape[1] * shape[2]).reshape(shape).cumsum(axis=2)
    known = dict(zip((source for source, _ in SOURCES), _known(counts[:, :, -1], plan).T, strict=True))
    tables: dict[tuple[Fold, Of], Ints] = {}
    for place, one, slots, window in plan.totals:
        if one.fold is Fold.COUNT:
            values = counts[:, slots, window].sum(axis=1)
        else:
            key = (one.fold, one.of)
            if key not in tables:
                tables[key] = _table(seen, cell, shape, one)
            cells = tables[key][:, slots, window]
            values = cells.sum(axis=1) if one.fold is Fold.SUM else cells.max(axis=1)
        out[:, place] = np.where(values == NOTHING, np.nan, values)
    for place, one in plan.others:
        out[:, place] = _other(seen, one)
    for place, ratio in plan.ratios:
        out[:, place] = _ratio(out, ratio, plan)
    for place, one in [*((p, o) for p, o, _, _ in plan.totals), *plan.others, *plan.ratios]:
        out[~known[one.source], place] = np.nan


def _table(seen: Seen, cell: Ints, shape: tuple[int, int, int], one: Feature) -> Ints:
    """Return sums or maxima by borrower, slot and window, running over the windows."""
    values = seen.amount if one.of is Of.AMOUNT else seen.code
    if one.fold is Fold.SUM:
        sums = np.zeros(shape[0] * shape[1] * shape[2], np.int64)
        np.add.at(sums, cell, values)
        return sums.reshape(shape).cumsum(axis=2)
    most = np.full(shape[0] * shape[1] * shape[2], NOTHING)
    np.maximum.at(most, cell, values)
    return np.maximum.accumulate(most.reshape(shape), axis=2)


def _known(counts: Ints, plan: Plan) -> NDArray[np.bool_]:
    """Return which sources have any fact at all; counts is [n, slots]."""
    return np.stack([counts[:, slots].any(axis=1) for _, slots in plan.sources], axis=1)


def _chosen(seen: Seen, one: Feature) -> Ints:
    """Return the places of the facts a feature folds, in time order within each borrower."""
    chosen = np.isin(seen.number, one.events)
    if one.window_days is not None:
        chosen &= seen.age_days <= one.window_days
    if one.only_code is not None:
        chosen &= seen.code == one.only_code
    if one.least_code:
        chosen &= seen.code >= one.least_code
    return np.flatnonzero(chosen)


def _other(seen: Seen, one: Feature) -> Floats:
    """Return a fold that running totals cannot give, float64[n]."""
    at = _chosen(seen, one)
    values = {Of.AMOUNT: seen.amount, Of.CODE: seen.code, Of.DAY: seen.age_days}[one.of]
    match one.fold:
        case Fold.COUNT:
            return np.bincount(seen.row[at], minlength=seen.n).astype(np.float64)
        case Fold.SUM | Fold.SUM_SINCE:
            if one.fold is Fold.SUM_SINCE:
                after = _before_last(seen, np.flatnonzero(np.isin(seen.number, one.since)))
                at = at[at > after[seen.row[at]]]
            sums = np.zeros(seen.n, np.int64)
            np.add.at(sums, seen.row[at], values[at])
            return sums.astype(np.float64)
        case Fold.MAX:
            most = np.full(seen.n, NOTHING)
            np.maximum.at(most, seen.row[at], values[at])
            return np.where(most == NOTHING, np.nan, most)
        case Fold.DISTINCT:
            pairs = np.unique(np.stack([seen.row[at], values[at]]), axis=1)
            return np.bincount(pairs[0], minlength=seen.n).astype(np.float64)
        case Fold.LAST:
            return _value(values, _latest(seen, at))
        case Fold.PREVIOUS:
            return _value(values, _before_last(seen, at))
        case Fold.RECENCY:
            return _value(seen.age_days, _latest(seen, at))
        case Fold.AGE:
            return _value(seen.age_days, _latest(seen, at[::-1]))
        case Fold.IS_LAST:
            latest = _latest(seen, at)
            return np.isin(_value(seen.number, latest), one.since).astype(np.float64)


def _latest(seen: Seen, at: Ints) -> Ints:
    """Return each borrower's last place among `at`, -1 for none; an index written twice keeps the later value."""
    latest = np.full(seen.n, -1, np.int64)
    latest[seen.row[at]] = at
    return latest


def _before_last(seen: Seen, at: Ints) -> Ints:
    """Return each borrower's last place but one among `at`, -1 for none."""
    return _latest(seen, at[at != _latest(seen, at)[seen.row[at]]])


def _value(values: NDArray[np.generic], place: Ints) -> Floats:
    """Return the values at places, NaN at -1."""
    found = np.full(len(place), np.nan)
    found[place >= 0] = values[place[place >= 0]]
    return found


def _ratio(out: Floats, ratio: Ratio, plan: Plan) -> Floats:
    """Return over x times / ((under - less) x per) from the whole numbers already in `out`."""
    column = lambda name: out[:, plan.places[name]]  # noqa: E731
    over = column(ratio.over) * (column(ratio.times) if isinstance(ratio.times, str) else ratio.times)
    under = column(ratio.under)
    if ratio.less is not None:
        under = under - column(ratio.less)
    if ratio.per is not None:
        under = under * column(ratio.per)
    nothing = np.nan if ratio.when_nothing is None else ratio.when_nothing
    divided = np.divide(over, under, out=np.full(len(out), nothing), where=under > 0)
    return np.where(np.isnan(over), np.nan if ratio.when_nothing is None else divided, divided)
