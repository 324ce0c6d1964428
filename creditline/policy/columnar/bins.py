"""A table's column cut into bins: which rules hold for a value is found once a bin and looked up for every row.

Cells that compare with constants give break points; where the rules that hold change, an edge remains. How a value finds
its bin depends on how many edges there are and how far apart: a few comparisons, a table by value, a grid whose every
field has at most one edge, or a search. Cells that read other inputs become truths, six to a code.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from creditline.policy.columnar import operate
from creditline.policy.columnar.vector import EPOCH, MOST, Array, NotHeld, Vector, constant_of, least_float, values_of
from creditline.policy.evaluate import compute, holds
from creditline.policy.feel import Against, Cell, Expression
from creditline.policy.table import ends_of, names_in
from creditline.policy.values import EXACT, Value, door, kind_of, plain

Fill = Callable[[slice, Array], None]
"""Write the bins of some rows into an array of places."""

OPEN = Cell(tests=(), is_negated=False, text="-")
FIRST_DAY, LAST_DAY = (date.min - EPOCH).days, (date.max - EPOCH).days
TRUTHS = 6
FEW = 4
DIRECT = 8_192
GRIDS = (256, 1_024, 4_096, 16_384)
MOST_ROUNDS = 2
"""How many truths share a code, up to how many edges are compared one by one, how long a table by value
may be, how many fields a grid may have and how many edges one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """What a column says: the bin of every row, and the rules (one bit each) that hold in each bin.

    Without `fill` all rows are in the one bin.
    """

    masks: tuple[int, ...]
    fill: Fill | None = None


def selectors_of(vector: Vector, cells: Sequence[Cell], scope: operate.Scope) -> list[Selector]:
    """Return the selectors of a column whose input is a vector; a rule that has no cell in one holds in all its bins."""
    if vector.kind == "any":
        raise NotHeld("its input is held row by row")
    is_fixed = [vector.over is None and not _reads_names(cell) for cell in cells]
    fixed = [cell if own else OPEN for cell, own in zip(cells, is_fixed, strict=True)]
    found = [_fixed(vector, fixed)] if any(cell.tests for cell in fixed) else []
    texts = list(dict.fromkeys(cell for cell, own in zip(cells, is_fixed, strict=True) if cell.tests and not own))
    for start in range(0, len(texts), TRUTHS):
        group = texts[start : start + TRUTHS]
        found.append(_truths(vector, group, [cell if cell in group else OPEN for cell in cells], scope))
    return found


@lru_cache(maxsize=100_000)
def _reads_names(cell: Cell) -> bool:
    return any(True for _ in names_in(cell))


def _truths(vector: Vector, group: Sequence[Cell], cells: Sequence[Cell], scope: operate.Scope) -> Selector:
    """Return the selector of cells that read other inputs: a code has a bit for each distinct one."""
    codes: Array = np.zeros((), np.uint8)
    for at, cell in enumerate(group):
        codes = codes | (operate.holds(cell, vector, scope).astype(np.uint8) << np.uint8(at))
    always = sum(1 << row for row, cell in enumerate(cells) if not cell.tests)
    own = [sum(1 << row for row, cell in enumerate(cells) if cell == one) for one in group]
    masks = tuple(
        always + sum(own[at] for at in range(len(group)) if code >> at & 1) for code in range(1 << len(group))
    )
    if codes.ndim == 0:
        return Selector(masks=(masks[int(codes)],))
    return Selector(masks=masks, fill=lambda rows, out: np.copyto(out, codes[rows]))


def holding(cells: Sequence[Cell], value: Value) -> int:
    """Return the rules whose cell holds for a value, by the reference."""
    return sum(1 << row for row, cell in enumerate(cells) if holds(cell, value, {}))


def _fixed(vector: Vector, cells: Sequence[Cell]) -> Selector:
    """Return the selector of cells that compare with constants."""
    if vector.values.ndim == 0 and not vector.is_raw:
        return Selector(masks=(holding(cells, values_of(vector, 1)[0]),))
    unknown = holding(cells, None)
    match vector.kind:
        case "number" | "date":
            return _cut(vector, cells, unknown)
        case "null":
            return Selector(masks=(unknown,))
        case "boolean":
            return _listed(vector, (holding(cells, value=False), holding(cells, value=True)), unknown)
        case _:
            return _listed(vector, _word_masks(vector.words, cells) or (0,), unknown)


def _word_masks(words: Sequence[str], cells: Sequence[Cell]) -> tuple[int, ...]:
    """Return the rules that hold for each word; words that no cell names are alike unless cells order them."""
    tests = [test for cell in cells for test in cell.tests]
    if any(not isinstance(test, Against) or test.sign != "=" for test in tests):
        return tuple(holding(cells, word) for word in words)
    named = {constant for end in _ends(cells) if isinstance(constant := compute(end, {}), str)}
    rest = holding(cells, "".join(sorted(named)) + "?")
    return tuple(holding(cells, word) if word in named else rest for word in words)


def _listed(vector: Vector, masks: tuple[int, ...], unknown: int) -> Selector:
    """Return the selector of values that are their own bins; the last one is null."""
    places, known, null = vector.values, vector.known, len(masks)

    def fill(rows: slice, out: Array) -> None:
        np.copyto(out, places[rows], casting="unsafe")
        if known is not None:
            np.copyto(out, null, where=~known[rows])

    return Selector(masks=(*masks, unknown), fill=fill)


def _ends(cells: Sequence[Cell]) -> Iterator[Expression]:
    """Go through what cells compare with."""
    for cell in cells:
        yield from ends_of(cell)


def _cut(vector: Vector, cells: Sequence[Cell], unknown: int) -> Selector:
    """Return the selector of numbers or days: a bin between two edges, and a last one for null.

    What a cell says changes at its own break points only: at each edge the rules of some cells are turned on or off.
    """
    rows: dict[Cell, int] = {}
    for row, cell in enumerate(cells):
        rows[cell] = rows.get(cell, 0) | 1 << row
    turns: dict[Any, int] = {}
    mask = 0
    for cell, bits in rows.items():
        points = {compute(end, {}) for end in ends_of(cell)}
        own = sorted({edge for one in points if kind_of(one) == vector.kind for edge in _edges(vector, one)})
        is_held = holds(cell, _before(vector, own[0] if own else 0), {})
        mask |= bits if is_held else 0
        for edge in own:
            if holds(cell, _value(vector, edge), {}) is not is_held:
                is_held = not is_held
                turns[edge] = turns.get(edge, 0) ^ bits
    edges = sorted(edge for edge, turned in turns.items() if turned)
    masks = [mask]
    for edge in edges:
        masks.append(masks[-1] ^ turns[edge])
    if not edges and vector.known is None and not vector.is_raw:
        return Selector(masks=(mask,))
    return Selector(masks=(*masks, unknown), fill=_nulled(vector, _search(vector, edges), len(masks)))


def _edges(vector: Vector, point: Any) -> tuple[Any, Any]:
    """Return the least values, in a vector's own units, at a break point and past it."""
    if vector.kind == "date":
        day = int(constant_of(point).values)
        return day, day + 1
    if vector.is_raw:
        # Both signs pass the door alike, so the last float at a point mirrors the first one at its negative.
        return least_float(Decimal(point)), float(np.nextafter(-least_float(-Decimal(point)), np.inf))
    units = Decimal(point).scaleb(vector.scale, EXACT)
    low, high = (int(units.to_integral_value(rounding=how)) for how in (ROUND_CEILING, ROUND_FLOOR))
    return min(max(low, -MOST), MOST + 1), min(max(high + 1, -MOST), MOST + 1)


def _value(vector: Vector, at: Any) -> Value:
    """Return the policy's value of a number in a vector's own units."""
    if vector.is_raw:
        return door(at)
    if vector.kind == "date":
        return EPOCH + timedelta(days=min(max(at, FIRST_DAY), LAST_DAY))
    return plain(Decimal(at).scaleb(-vector.scale))


def _before(vector: Vector, edge: Any) -> Value:
    """Return a value below an edge."""
    return _value(vector, float(np.nextafter(edge, -np.inf)) if vector.is_raw else edge - 1)


def _nulled(vector: Vector, fill: Fill, null: int) -> Fill:
    """Return a search that gives the last bin where a vector is null."""
    floats, known = vector.values, vector.known
    if not vector.is_raw:
        if known is None:
            return fill

        def nulled(rows: slice, out: Array) -> None:
            fill(rows, out)
            np.copyto(out, null, where=~known[rows])

        return nulled
    if np.isfinite(floats).all():
        return fill

    def without_nan(rows: slice, out: Array) -> None:
        fill(rows, out)
        np.copyto(out, null, where=~np.isfinite(floats[rows]))

    return without_nan


def _search(vector: Vector, edges: Sequence[Any]) -> Fill:
    """Return how rows find their bin: the number of edges that their value has reached."""
    held, numbers = np.array(edges, vector.values.dtype if vector.is_raw else np.int64), vector.values
    if len(edges) <= FEW:
        return _compared(numbers, held)
    if not vector.is_raw and int(held[-1]) - int(held[0]) + 2 <= DIRECT:
        return _direct(numbers, held)
    grid = _grid(numbers, held)
    if grid is not None:
        return grid

    def search(rows: slice, out: Array) -> None:
        out[:] = np.searchsorted(held, numbers[rows], side="right")

    return search


def _compared(numbers: Array, edges: Array) -> Fill:
    def compare(rows: slice, out: Array) -> None:
        chunk = numbers[rows]
        if not len(edges):
            out.fill(0)
            return
        np.copyto(out, chunk >= edges[0])
        for edge in edges[1:]:
            np.add(out, chunk >= edge, out=out)

    return compare


def _direct(numbers: Array, edges: Array) -> Fill:
    """Return the search in a table with a bin for every value from below the first edge to the last."""
    first = edges[0] - 1
    bins = np.searchsorted(edges, np.arange(first, edges[-1] + 1), side="right").astype(np.intp)

    def look_up(rows: slice, out: Array) -> None:
        np.subtract(numbers[rows], first, out=out, dtype=np.int64)
        np.take(bins, out, out=out, mode="clip")

    return look_up


def _grid(numbers: Array, edges: Array) -> Fill | None:
    """Return the search in a grid over the edges, None if too many stand close together for one.

    Which field a value is in never falls while the value grows, so all edges of lower fields are reached and none of
    higher ones: only the edges in its own field are compared. Values outside fall into the first field or past the last.
    """
    is_float, first = numbers.dtype.kind == "f", edges[0]
    span = float(edges[-1]) - float(first)
    for fields_count in GRIDS:
        factor = fields_count / span if is_float and span > 0 else 0.0
        shift = 0 if is_float else max(0, (int(edges[-1]) - int(first)).bit_length() - fields_count.bit_length() + 1)
        if is_float and not 0 < factor < np.inf:
            return None
        field = _float_field(first, factor, fields_count) if is_float else _whole_field(first, shift)
        fields = np.empty(len(edges), np.intp)
        field(edges, fields)
        rounds = int(np.unique(fields, return_counts=True)[1].max())
        if rounds <= MOST_ROUNDS:
            return _in_field(numbers, edges, field, fields)
    return None


def _float_field(first: Any, factor: float, fields_count: int) -> Callable[[Array, Array], None]:
    def _field(chunk: Array, out: Array) -> None:
        moved = np.subtract(chunk, first)
        np.multiply(moved, factor, out=moved)
        np.fmin(moved, fields_count + 1.0, out=moved)
        with np.errstate(invalid="ignore"):
            # A float below all whole numbers becomes one of them that is lower than every field.
            np.copyto(out, moved, casting="unsafe")

    return _field


def _whole_field(first: Any, shift: int) -> Callable[[Array, Array], None]:
    def _field(chunk: Array, out: Array) -> None:
        np.subtract(chunk, first, out=out, dtype=np.int64)
        np.right_shift(out, shift, out=out)

    return _field


def _in_field(numbers: Array, edges: Array, field: Callable[[Array, Array], None], fields: Array) -> Fill:
    """Return the search among the edges of a value's own field; `fields` are those of the edges."""
    lower = np.searchsorted(fields, np.arange(fields[-1] + 2), side="left").astype(np.intp)
    never = np.inf if edges.dtype.kind == "f" else np.iinfo(np.int64).max
    rounds = int(np.unique(fields, return_counts=True)[1].max())
    padded = np.append(edges, np.full(rounds, never, edges.dtype))
    own = [padded[lower + at] for at in range(rounds)]

    def search(rows: slice, out: Array) -> None:
        chunk = numbers[rows]
        field(chunk, out)
        reached = [chunk >= np.take(edge, out, mode="clip") for edge in own]
        np.take(lower, out, out=out, mode="clip")
        for one in reached:
            np.add(out, one, out=out)

    return search
