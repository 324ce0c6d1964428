"""A catalogue laid out for the kernel: which columns it works in, and which cells each is read from, worked out once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

import msgspec
import numpy as np
from numpy.typing import NDArray

from creditline.errors import Broken, Code
from creditline.events.catalogue import BY_NUMBER
from creditline.profile import coverage
from creditline.profile.coverage import VISIBLE
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source
from creditline.profile.streams import Cells, cells_of, counted_by, stream_of, window_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

SOURCES = coverage.SOURCES

MOST_DISTINCT_CODES = 64
"""Distinct codes are kept as the bits of one whole number."""


@dataclass(frozen=True, slots=True)
class Ratios:
    """Ratios by the columns they are computed from: `read` lists over, times, under, less and per, int64[5 x r]."""

    span: slice
    count: int
    read: Ints
    when_nothing: Floats


@dataclass(frozen=True, slots=True)
class Columns:
    """The parts of the columns the kernel works in, in their order: which fold, of what."""

    counts: slice
    sums: slice
    days: slice
    codes: slice
    most_amount: slice
    most_code: slice
    amount: slice
    code: slice
    age: slice
    flags: slice
    since: slice


@dataclass(frozen=True, slots=True)
class Ends:
    """The cells whose last places the kernel reads, int64[e], and the parts of that list.

    `totals` has all beginnings of `sums` and `days`, then all ends; `most_amount`, `most_code` and `codes` have each
    beginning beside its end; `single` and `fact` have the end at which a single fact lies; `days` where streams begin.
    """

    cells: Ints
    begins: slice
    ends: slice
    totals: slice
    most_amount: slice
    most_code: slice
    codes: slice
    single: slice
    fact: slice
    days: slice


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the kernel needs to know of a catalogue.

    `order` brings the kernel's columns into the catalogue's. A single fact lies `shift` from its end, and is missing
    unless the run has more than `need`; `*_row` is the row of the sorted values (AMOUNT, CODE, FIRST, AGE) to read.
    """

    cells: Cells
    columns: Columns
    ends: Ends
    sources: tuple[Source, ...]
    source_of: Ints
    order: Ints
    width: int
    folded: int
    totals_row: Ints
    single_row: Ints
    single_shift: Ints
    fact_shift: Ints
    valued: slice
    need: Ints
    flag_steps: Ints
    flag_numbers: Truths
    since_counted: Sequence[Truths]
    ratios: Ratios
    literals: Floats


AMOUNT, CODE, FIRST, AGE = range(4)
"""The rows of a chunk's sorted values: amount, code, whether it is the first of its day in its stream, age in days."""

_PLANS: dict[int, tuple[Sequence[Feature | Ratio], Plan]] = {}


def plan_of(features: Sequence[Feature | Ratio]) -> Plan:
    """Return a catalogue's plan; the same catalogue object is laid out once, and kept.

    Raise `Broken` for a feature that folds what no source has, or in a way the kernel does not know.
    """
    kept = _PLANS.get(id(features))
    if kept is None or kept[0] is not features:
        kept = (features, _laid_out(features))
        if len(_PLANS) >= 16:
            _PLANS.clear()
        _PLANS[id(features)] = kept
    return kept[1]


def _laid_out(features: Sequence[Feature | Ratio]) -> Plan:
    _check(features)
    folds = [one for one in features if isinstance(one, Feature)]
    parts = {part: [one for one in folds if _part(one) == part] for part in Columns.__slots__}
    own = [one for part in parts.values() for one in part]
    cells = cells_of(folds)
    columns = Columns(**_slices({part: len(members) for part, members in parts.items()}))
    literals, ratios, places = _ratios(features, [one.name for one in own])
    single = [one for part in ("amount", "code", "age") for one in parts[part]]
    valued = slice(columns.most_amount.start, columns.age.stop)
    return Plan(
        cells=cells,
        columns=columns,
        ends=_ends(parts, cells),
        sources=SOURCES,
        # What is known of a source is counted in the columns that follow those of the features.
        source_of=np.array([len(own) + SOURCES.index(one.source) for one in features], np.int64),
        order=np.array([places[one.name] for one in features], np.int64),
        width=len(features) + len(literals),
        folded=len(own),
        totals_row=np.array(
            [*(CODE if one.of is Of.CODE else AMOUNT for one in parts["sums"]), *[FIRST] * len(parts["days"])] * 2,
            np.int64,
        ),
        single_row=np.array([_SINGLE_ROWS[_part(one)] for one in single], np.int64),
        single_shift=np.array([_SHIFTS[one.fold] for one in single], np.int64),
        fact_shift=np.array([_SHIFTS[one.fold] for one in (*parts["flags"], *parts["since"])], np.int64),
        valued=valued,
        need=np.array([one.fold is Fold.PREVIOUS for one in own[valued]], np.int64),
        flag_steps=np.arange(len(parts["flags"])) * 256,
        flag_numbers=_members([one.since for one in parts["flags"]]).ravel(),
        since_counted=[counted_by(one, folds) for one in parts["since"]],
        ratios=ratios,
        literals=literals,
    )


_SINGLE_ROWS = {"amount": AMOUNT, "code": CODE, "age": AGE}
_SHIFTS = {Fold.LAST: -1, Fold.RECENCY: -1, Fold.IS_LAST: -1, Fold.PREVIOUS: -2, Fold.SUM_SINCE: -2, Fold.AGE: 0}


def _part(one: Feature) -> str:
    """Return the part of the columns a feature is worked out in."""
    match one.fold:
        case Fold.COUNT:
            return "counts"
        case Fold.SUM:
            return "sums"
        case Fold.MAX:
            return "most_code" if one.of is Of.CODE else "most_amount"
        case Fold.DISTINCT:
            return "days" if one.of is Of.DAY else "codes"
        case Fold.LAST | Fold.PREVIOUS:
            return "code" if one.of is Of.CODE else "amount"
        case Fold.RECENCY | Fold.AGE:
            return "age"
        case Fold.IS_LAST:
            return "flags"
        case Fold.SUM_SINCE:
            return "since"


def _slices(counts: Mapping[str, int]) -> dict[str, slice]:
    """Return slices of the given lengths, one after the other."""
    stops = list(accumulate(counts.values()))
    return {name: slice(stop - counts[name], stop) for name, stop in zip(counts, stops, strict=True)}


def _ends(parts: Mapping[str, Sequence[Feature]], cells: Cells) -> Ends:
    """Return the cells to read the last places of, part by part."""

    def runs(*names: str) -> list[tuple[int, int]]:
        return [cells.spans[stream_of(one), window_of(one)] for name in names for one in parts[name]]

    def beside(*names: str) -> list[int]:
        return [cell for run in runs(*names) for cell in run]

    def single(*names: str) -> list[int]:
        return [
            cells.spans[stream_of(one), window_of(one)][one.fold is not Fold.AGE]
            for name in names
            for one in parts[name]
        ]

    everything = [*runs(*parts), *cells.sources]
    totals = runs("sums", "days")
    read = {
        "begins": [begin for begin, _ in everything],
        "ends": [end for _, end in everything],
        "totals": [*(begin for begin, _ in totals), *(end for _, end in totals)],
        "most_amount": beside("most_amount"),
        "most_code": beside("most_code"),
        "codes": beside("codes"),
        "single": single("amount", "code", "age"),
        "fact": single("flags", "since"),
        "days": [cells.spans[stream_of(one), None][0] for one in parts["days"]],
    }
    own = [cell for part in read.values() for cell in part]
    return Ends(cells=np.array(own, np.int64), **_slices({part: len(listed) for part, listed in read.items()}))


def _members(numbers: Sequence[Sequence[int]]) -> Truths:
    """Return which type numbers belong to which feature, bool[f, 256]."""
    member = np.zeros((len(numbers), 256), np.bool_)
    for at, own in enumerate(numbers):
        member[at, list(own)] = True
    return member


def _check(features: Sequence[Feature | Ratio]) -> None:
    """Raise `Broken` for a feature that cannot be laid out."""
    folds = {one.name: one for one in features if isinstance(one, Feature)}
    for one in features:
        if isinstance(one, Ratio):
            parts = [part for part in (one.over, one.times, one.under, one.less, one.per) if isinstance(part, str)]
            wrong = f"of {', '.join(part for part in parts if part not in folds)}" if set(parts) - set(folds) else ""
        else:
            unseen = [number for number in (*one.events, *one.since) if number not in VISIBLE]
            wrong = f"of events {unseen}" if unseen else _unknown_way(one)
        if wrong:
            raise Broken(
                f"Feature {one.name} is a {'ratio' if isinstance(one, Ratio) else one.fold} {wrong}, which the kernel "
                "cannot work out. Correct its definition in the catalogue.",
                code=Code.INVARIANT_BROKEN,
            )


def _unknown_way(one: Feature) -> str:
    """Return in which way a feature folds that the kernel does not know, empty if it knows it."""
    if one.of is Of.DAY and one.fold is not Fold.DISTINCT:
        return "of days"
    if one.of is Of.AMOUNT and one.fold is Fold.DISTINCT:
        return "of amounts"
    if one.fold is Fold.DISTINCT and one.of is Of.CODE and not all(map(_is_enumerated, one.events)):
        return "of codes that no short enumeration gives"
    return ""


def _is_enumerated(number: int) -> bool:
    """Say whether a type's code is the position of one of a few members."""
    kind = BY_NUMBER[number]
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    enum = types.get(kind.code_field)
    return isinstance(enum, type) and issubclass(enum, StrEnum) and len(enum) <= MOST_DISTINCT_CODES


def _ratios(features: Sequence[Feature | Ratio], folded: Sequence[str]) -> tuple[Floats, Ratios, dict[str, int]]:
    """Return the literals that follow the columns, the ratios, and the column of every feature by name."""
    own = [one for one in features if isinstance(one, Ratio)]
    places = {name: place for place, name in enumerate([*folded, *(one.name for one in own)])}
    literals = sorted({0, 1, *(one.times for one in own if isinstance(one.times, int))})

    def columns(wanted: Callable[[Ratio], str | int]) -> list[int]:
        return [
            len(features) + literals.index(part) if isinstance(part, int) else places[part] for part in map(wanted, own)
        ]

    read = [
        *columns(lambda one: one.over),
        *columns(lambda one: one.times),
        *columns(lambda one: one.under),
        *columns(lambda one: one.less or 0),
        *columns(lambda one: one.per or 1),
    ]
    nothing = np.array([np.nan if one.when_nothing is None else one.when_nothing for one in own], np.float64)
    span = slice(len(folded), len(features))
    return np.array(literals, np.float64), Ratios(span, len(own), np.array(read, np.int64), nothing), places
