"""A catalogue laid out for the kernel: which cells, facts and columns each feature is read from, worked out once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditline.errors import Broken, Code
from creditline.events.catalogue import EVENT_TYPES, OutcomeObserved
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

NOTHING = np.iinfo(np.int64).min
FOR_EVER = np.iinfo(np.int64).max

SOURCES: tuple[Source, ...] = tuple(Source)

NUMBERS: dict[Source, range] = {
    Source.ORDERS: range(1, 10),
    Source.PAYMENTS: range(10, 12),
    Source.LIFE: range(20, 30),
    Source.INCOME: range(30, 40),
    Source.BUREAU: range(40, 50),
    Source.EVIDENCE: range(50, 60),
    Source.ENGAGEMENT: range(60, 70),
    Source.USAGE: range(70, 90),
}
"""Which type numbers make a source known; autopay alone makes nothing known. Outcomes are in none, and no feature may
ever see them."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Features read from running totals: their places in the catalogue, and the cells each adds up, int64[f, k]."""

    places: Ints
    cells: Ints


@dataclass(frozen=True, slots=True)
class Ratios:
    """Ratios by the columns they are computed from; literals follow the features' columns."""

    places: Ints
    over: Ints
    times: Ints
    under: Ints
    less: Ints
    per: Ints
    when_nothing: Floats


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the kernel needs to know of a catalogue, as arrays. `single` lists the features that look at facts."""

    slot_of: Ints
    slots_count: int
    windows: Ints
    sources: tuple[Source, ...]
    source_slots: Ints
    source_of: Ints
    counts: Totals
    amount_sums: Totals
    code_sums: Totals
    amount_mosts: Totals
    code_mosts: Totals
    single: Ints
    member: Truths
    window_days: Ints
    only_code: Ints
    least_code: Ints
    since: Truths
    anchor: Ints
    last_amount: Ints
    last_code: Ints
    previous_amount: Ints
    recency: Ints
    age: Ints
    is_last: Ints
    narrow: Ints
    distinct: Ints
    sum_since: Ints
    is_narrow: Truths
    is_distinct: Truths
    is_since: Truths
    by_day: Truths
    ratios: Ratios
    literals: Floats

    @property
    def windows_count(self) -> int:
        """How many windows there are, ever included."""
        return len(self.windows) + 1

    @property
    def cells_count(self) -> int:
        """How many cells a borrower has."""
        return self.slots_count * self.windows_count


_PLANS: dict[int, tuple[Sequence[Feature | Ratio], Plan]] = {}


def plan_of(features: Sequence[Feature | Ratio]) -> Plan:
    """Return a catalogue's plan; the same catalogue object is laid out once, and kept."""
    kept = _PLANS.get(id(features))
    if kept is None or kept[0] is not features:
        kept = (features, _laid_out(features))
        if len(_PLANS) >= 16:
            _PLANS.clear()
        _PLANS[id(features)] = kept
    return kept[1]


def _laid_out(features: Sequence[Feature | Ratio]) -> Plan:
    numbers = [event.number for event in EVENT_TYPES if event is not OutcomeObserved]
    slot_of = np.full(256, -1, np.int64)
    slot_of[numbers] = np.arange(len(numbers))
    folds = [(place, one) for place, one in enumerate(features) if isinstance(one, Feature)]
    _check(folds, numbers)
    windows = sorted({one.window_days for _, one in folds if one.window_days is not None})
    totals = [(place, one) for place, one in folds if _is_total(one)]
    single = [(place, one) for place, one in folds if not _is_total(one)]
    own = [one for _, one in single]

    def total(wanted: Callable[[Feature], bool]) -> Totals:
        return _totals([(place, one) for place, one in totals if wanted(one)], slot_of, windows, len(numbers))

    def where(wanted: Callable[[Feature], bool]) -> Ints:
        return np.array([at for at, one in enumerate(own) if wanted(one)], np.int64)

    def truth(wanted: Callable[[Feature], bool]) -> Truths:
        return np.array([wanted(one) for one in own], np.bool_)

    literals, ratios = _ratios(features)
    return Plan(
        slot_of=slot_of,
        # One slot more than there are types: it never holds anything, and pads what has fewer types than others.
        slots_count=len(numbers) + 1,
        windows=np.array(windows, np.int64),
        sources=SOURCES,
        source_slots=_padded(
            [[slot_of[n] for n in NUMBERS[source] if n in numbers] for source in SOURCES], len(numbers)
        ),
        source_of=np.array([SOURCES.index(one.source) for one in features], np.int64),
        counts=total(lambda one: one.fold is Fold.COUNT),
        amount_sums=total(lambda one: one.fold is Fold.SUM and one.of is Of.AMOUNT),
        code_sums=total(lambda one: one.fold is Fold.SUM and one.of is Of.CODE),
        amount_mosts=total(lambda one: one.fold is Fold.MAX and one.of is Of.AMOUNT),
        code_mosts=total(lambda one: one.fold is Fold.MAX and one.of is Of.CODE),
        single=np.array([place for place, _ in single], np.int64),
        member=_members([one.events for one in own]),
        window_days=np.array([[FOR_EVER if one.window_days is None else one.window_days] for one in own]).reshape(
            -1, 1
        ),
        only_code=np.array([[-1 if one.only_code is None else one.only_code] for one in own], np.int64).reshape(-1, 1),
        least_code=np.array([[one.least_code] for one in own], np.int64).reshape(-1, 1),
        since=_members([one.since for one in own]),
        anchor=np.array([_anchor(one, own) for one in own], np.int64),
        last_amount=where(lambda one: one.fold is Fold.LAST and one.of is Of.AMOUNT),
        last_code=where(lambda one: one.fold is Fold.LAST and one.of is Of.CODE),
        previous_amount=where(lambda one: one.fold is Fold.PREVIOUS),
        recency=where(lambda one: one.fold is Fold.RECENCY),
        age=where(lambda one: one.fold is Fold.AGE),
        is_last=where(lambda one: one.fold is Fold.IS_LAST),
        narrow=where(lambda one: one.fold is Fold.COUNT),
        distinct=where(lambda one: one.fold is Fold.DISTINCT),
        sum_since=where(lambda one: one.fold is Fold.SUM_SINCE),
        is_narrow=truth(lambda one: one.fold is Fold.COUNT),
        is_distinct=truth(lambda one: one.fold is Fold.DISTINCT),
        is_since=truth(lambda one: one.fold is Fold.SUM_SINCE),
        by_day=truth(lambda one: one.of is Of.DAY),
        ratios=ratios,
        literals=literals,
    )


def _is_total(one: Feature) -> bool:
    """Say whether running totals give a feature: a fold that adds up, not narrowed by code."""
    return one.fold in {Fold.COUNT, Fold.SUM, Fold.MAX} and one.only_code is None and not one.least_code


def _check(folds: Sequence[tuple[int, Feature]], numbers: Sequence[int]) -> None:
    """Raise `Broken` for a feature that folds what no source has, or in a way the kernel does not know."""
    for _, one in folds:
        unseen = [number for number in (*one.events, *one.since) if number not in numbers]
        is_narrow = one.only_code is not None or one.least_code
        if (
            unseen
            or (is_narrow and one.fold in {Fold.SUM, Fold.MAX})
            or (one.fold is Fold.PREVIOUS and one.of is not Of.AMOUNT)
        ):
            raise Broken(f"Feature {one.name} folds {unseen or 'in a way we do not have'}.", code=Code.INVARIANT_BROKEN)


def _totals(own: Sequence[tuple[int, Feature]], slot_of: Ints, windows: Sequence[int], dead: int) -> Totals:
    """Return the cells of features: one for each type, in the feature's window."""
    width = len(windows) + 1
    cells = [
        [
            int(slot_of[number]) * width + (width - 1 if one.window_days is None else windows.index(one.window_days))
            for number in one.events
        ]
        for _, one in own
    ]
    return Totals(np.array([place for place, _ in own], np.int64), _padded(cells, dead * width))


def _padded(rows: Sequence[Sequence[int]], dead: int) -> Ints:
    """Return rows of different lengths as one array, filled up with what holds nothing."""
    width = max((len(row) for row in rows), default=1)
    return np.array([[*row, *[dead] * (width - len(row))] for row in rows], np.int64).reshape(len(rows), width)


def _members(numbers: Sequence[Sequence[int]]) -> Truths:
    """Return which type numbers belong to which feature, bool[f, 256]."""
    member = np.zeros((len(numbers), 256), np.bool_)
    for at, own in enumerate(numbers):
        member[at, list(own)] = True
    return member


def _anchor(one: Feature, own: Sequence[Feature]) -> int:
    """Return the feature whose last but one fact a sum begins after; itself for a feature that has none."""
    if one.fold is not Fold.SUM_SINCE:
        return own.index(one)
    return next(at for at, other in enumerate(own) if other.fold is Fold.PREVIOUS and other.events == one.since)


def _ratios(features: Sequence[Feature | Ratio]) -> tuple[Floats, Ratios]:
    """Return the literals that follow the features' columns, and the ratios by column."""
    places = {one.name: place for place, one in enumerate(features)}
    own = [(place, one) for place, one in enumerate(features) if isinstance(one, Ratio)]
    literals = sorted({0, 1, *(one.times for _, one in own if isinstance(one.times, int))})

    def column(wanted: str | int) -> int:
        return len(features) + literals.index(wanted) if isinstance(wanted, int) else places[wanted]

    def columns(wanted: Callable[[Ratio], str | int]) -> Ints:
        return np.array([column(wanted(one)) for _, one in own], np.int64)

    return np.array(literals, np.float64), Ratios(
        places=np.array([place for place, _ in own], np.int64),
        over=columns(lambda one: one.over),
        times=columns(lambda one: one.times),
        under=columns(lambda one: one.under),
        less=columns(lambda one: one.less or 0),
        per=columns(lambda one: one.per or 1),
        when_nothing=np.array([np.nan if one.when_nothing is None else one.when_nothing for _, one in own]),
    )
