"""Cut the values of one input into bins: between two neighbouring break points every rule holds or none of them changes.

An axis has 2k + 1 places for k break points: below the first, at it, between it and the next, and so on. A cell is asked
only at its own break points, with the reference's `holds`, and what it says there is spread over the axis.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor

from creditline.policy.check.domain import Domain
from creditline.policy.evaluate import compute, holds
from creditline.policy.feel import Cell
from creditline.policy.table import ends_of
from creditline.policy.values import EXACT, Number, Value, plain

Cells = Sequence[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Values that all rules treat alike: one of them for each name of the dimension, and which rules hold there.

    `span` is the part of an ordered axis it covers, ends included or not; None for missing and for words.
    """

    mask: int
    values: tuple[Value, ...]
    span: "Span | None" = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From low to high; None is no end, and an end may belong to it or not."""

    low: Value
    high: Value
    has_low: bool
    has_high: bool


def points_of(cells: Iterable[Cell]) -> list[Value]:
    """Return the values that cells compare with, each once and null left out; the cells read no names."""
    found = dict.fromkeys(compute(end, {}) for cell in dict.fromkeys(cells) for end in ends_of(cell))
    return [value for value in found if value is not None]


def numeric(value: Value) -> Number | None:
    """Return a number, or a date as the number of its day; None for what has no place on an axis."""
    if isinstance(value, bool):
        return None
    if isinstance(value, date):
        return value.toordinal()
    return value if isinstance(value, int | Decimal) else None


def place(points: Sequence[Number], at: int, *, is_whole: bool) -> Number | None:
    """Return a value at a place of an axis, a whole one if that is asked; None if there is none."""
    if at % 2:
        point = points[at // 2]
        return point if not is_whole or point == int(point) else None
    before = points[at // 2 - 1] if at else None
    after = points[at // 2] if at // 2 < len(points) else None
    if before is None:
        return 0 if after is None else ceil(after) - 1
    if after is None:
        return floor(before) + 1
    whole = floor(before) + 1
    if whole < after:
        return whole
    return None if is_whole else plain(EXACT.divide(EXACT.add(Decimal(before), Decimal(after)), Decimal(2)))


def ordered_bins(columns: Sequence[Cells], domain: Domain, extra: Iterable[Value] = ()) -> tuple[Bin, ...]:
    """Return the bins of a number or a date that columns test, in rising order, missing last; equal neighbours are one.

    `extra` are break points that no cell has and where bins are cut nevertheless.
    """
    wanted = [numeric(value) for cells in columns for value in points_of(cells)]
    fixed = [numeric(value) for value in (*extra, *domain.allowed)]
    bounds = [end for end in (domain.least, domain.most) if end is not None]
    points = sorted({value for value in (*wanted, *fixed, *bounds) if value is not None})
    cuts = {value for value in fixed if value is not None}
    is_date = domain.kind == "date"
    masks = [_spread(cells, points, is_date=is_date) for cells in columns]
    found: list[Bin] = []
    for at in range(2 * len(points) + 1):
        value = place(points, at, is_whole=domain.is_whole or is_date)
        if value is None or not domain.holds(value):
            continue
        mask = _all_of(own[at] for own in masks)
        span = _span(points, at, is_date=is_date)
        is_cut = bool(points) and bool(cuts) and (points[at // 2 - 1 + at % 2] in cuts if at else False)
        if found and found[-1].mask == mask and not is_cut and not domain.allowed:
            found[-1] = _merged(found[-1], span)
        else:
            found.append(Bin(mask=mask, values=(_value(value, is_date=is_date),), span=span))
    return (*found, *_missing(columns, domain))


def listed_bins(columns: Sequence[Cells], domain: Domain) -> tuple[Bin, ...]:
    """Return the bins of a string or boolean: one a value that is named, one for all others, one for missing."""
    if domain.kind == "boolean":
        values: tuple[Value, ...] = (True, False)
    elif domain.allowed:
        values = domain.allowed
    else:
        named = dict.fromkeys(value for cells in columns for value in points_of(cells) if isinstance(value, str))
        values = (*named, "".join(named) + "?")
    bins = [
        Bin(mask=_all_of(_held(cells, value) for cells in columns), values=(value,), words=_word(value))
        for value in values
    ]
    if domain.kind != "boolean" and not domain.allowed and len(bins) > 1:
        bins[-1] = Bin(mask=bins[-1].mask, values=bins[-1].values, words="any other")
    return (*bins, *_missing(columns, domain))


def _word(value: Value) -> str:
    """Return a truth or a text as FEEL writes it."""
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def _missing(columns: Sequence[Cells], domain: Domain) -> tuple[Bin, ...]:
    if not domain.is_nullable:
        return ()
    return (Bin(mask=_all_of(_held(cells, None) for cells in columns), values=(None,), words="missing"),)


def _held(cells: Cells, value: Value) -> int:
    """Return the rules whose cell holds for a value; the same cell is asked once."""
    said: dict[Cell, bool] = {}
    mask = 0
    for row, cell in enumerate(cells):
        if cell not in said:
            said[cell] = holds(cell, value, {})
        mask |= said[cell] << row
    return mask


def _all_of(masks: Iterable[int]) -> int:
    """Return the rules that hold in every column: all of them if there is no column."""
    result = -1
    for mask in masks:
        result &= mask
    return result


def _spread(cells: Cells, points: Sequence[Number], *, is_date: bool) -> list[int]:
    """Return the rules that hold at each place of an axis.

    What changes from one place to the next is noted first and summed up then, so that the cost follows the number of
    break points and not rules times bins.
    """
    changes = [0] * (2 * len(points) + 2)
    runs: dict[Cell, list[tuple[int, int]]] = {}
    for row, cell in enumerate(cells):
        if cell not in runs:
            runs[cell] = _runs(cell, points, is_date=is_date)
        for start, end in runs[cell]:
            changes[start] ^= 1 << row
            changes[end] ^= 1 << row
    mask, masks = 0, []
    for change in changes[:-1]:
        mask ^= change
        masks.append(mask)
    return masks


def _runs(cell: Cell, points: Sequence[Number], *, is_date: bool) -> list[tuple[int, int]]:
    """Return where on an axis a cell holds, each run from its first place to the one after its last."""
    if not cell.tests:
        return [(0, 2 * len(points) + 1)]
    own = sorted({value for value in map(numeric, points_of([cell])) if value is not None})
    found: list[tuple[int, int]] = []
    for at in range(2 * len(own) + 1):
        value = place(own, at, is_whole=is_date)
        if value is None or not holds(cell, _value(value, is_date=is_date), {}):
            continue
        if at % 2:
            first = 2 * bisect_left(points, own[at // 2]) + 1
            found.append((first, first + 1))
        else:
            first = 2 * bisect_left(points, own[at // 2 - 1]) + 2 if at else 0
            last = 2 * bisect_left(points, own[at // 2]) if at // 2 < len(own) else 2 * len(points)
            found.append((first, last + 1))
    return found


def _value(number: Number, *, is_date: bool) -> Value:
    return date.fromordinal(int(number)) if is_date else number


def _span(points: Sequence[Number], at: int, *, is_date: bool) -> Span:
    if at % 2:
        point = _value(points[at // 2], is_date=is_date)
        return Span(low=point, high=point, has_low=True, has_high=True)
    low = _value(points[at // 2 - 1], is_date=is_date) if at else None
    high = _value(points[at // 2], is_date=is_date) if at // 2 < len(points) else None
    return Span(low=low, high=high, has_low=False, has_high=False)


def _merged(one: Bin, span: Span) -> Bin:
    """Return a bin grown by its right neighbour."""
    assert one.span is not None
    grown = Span(low=one.span.low, has_low=one.span.has_low, high=span.high, has_high=span.has_high)
    return Bin(mask=one.mask, values=one.values, span=grown)


def spans_in_words(name: str, spans: Sequence[Span], domain: Domain) -> str:
    """Return ranges as a person says them, neighbours joined: `grade 14 to 17`, `ratio < 0.5 or >= 2`."""
    joined: list[Span] = []
    for span in spans:
        if joined and _touch(joined[-1], span, domain):
            before = joined.pop()
            span = Span(low=before.low, has_low=before.has_low, high=span.high, has_high=span.has_high)  # noqa: PLW2901
        joined.append(span)
    return f"{name} " + " or ".join(_said(_inside(span, domain)) for span in joined)


def _touch(left: Span, right: Span, domain: Domain) -> bool:
    """Say whether nothing that may be given lies between two ranges."""
    if left.high is None or right.low is None:
        return True
    if left.high == right.low:
        return left.has_high or right.has_low
    ends = _inside(left, domain).high, _inside(right, domain).low
    first, second = numeric(ends[0]), numeric(ends[1])
    return (
        first is not None and second is not None and (domain.is_whole or domain.kind == "date") and second - first == 1
    )


def _inside(span: Span, domain: Domain) -> Span:
    """Return a range of whole numbers or days with its own ends."""
    if not (domain.is_whole or domain.kind == "date"):
        return span
    is_date = domain.kind == "date"
    low, high = numeric(span.low), numeric(span.high)
    if low is not None:
        low = ceil(low) if span.has_low else floor(low) + 1
    if high is not None:
        high = floor(high) if span.has_high else ceil(high) - 1
    return Span(
        low=None if low is None else _value(low, is_date=is_date),
        high=None if high is None else _value(high, is_date=is_date),
        has_low=True,
        has_high=True,
    )


def _said(span: Span) -> str:
    low, high = _text(span.low), _text(span.high)
    if span.low is None and span.high is None:
        return "any"
    if span.low is None:
        return f"{'<=' if span.has_high else '<'} {high}"
    if span.high is None:
        return f"{'>=' if span.has_low else '>'} {low}"
    if span.low == span.high:
        return f"= {low}"
    if span.has_low and span.has_high:
        return f"{low} to {high}"
    return f"{'>=' if span.has_low else '>'} {low} and {'<=' if span.has_high else '<'} {high}"


def _text(value: Value) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
