"""One call for one borrower or a million: features as of an instant of each, without a loop over borrowers or facts.

Every visible fact is given the cell of its stream and age (see `layout`), and a borrower's facts are sorted by cell once.
Then every feature folds facts that lie side by side in time order: counts and sums are differences of running totals,
the latest and the first lie at the ends, and the largest and the distinct are reduced between them. Totals are whole
numbers, so neither the order of addition nor the size of the batch can change a bit of any answer.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditline.clock import DAY_US
from creditline.errors import Broken, Code
from creditline.events.frames import Facts
from creditline.profile.consent import readable, unread_of
from creditline.profile.feature import Feature, Ratio
from creditline.profile.layout import AGE, AMOUNT, CODE, FIRST, Plan, plan_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

CHUNK_CELLS = 1 << 16
"""The cells of a chunk of borrowers are numbered in 16 bits, which numpy sorts by counting."""
CHUNK_FACTS = 1 << 17
"""A chunk of more facts than this is of one borrower, so that what is worked on stays small."""


class Lined(NamedTuple):
    """The facts of a chunk of n borrowers sorted by borrower, cell and time, k places for the m facts of the chunk.

    `fact` [k] is the fact at each place, `values` [4, k + 1] its amount, code, whether it is the first of its day in its
    stream, and its age in days; `ends` [n, e] the places after the plan's cells; `kind` [m] that of each fact, 0 if not
    visible.
    """

    fact: Ints
    values: Ints
    ends: Ints
    kind: Ints


def profile(facts: Facts, features: Sequence[Feature | Ratio], *, as_of_us: Ints) -> Floats:
    """Return features [n borrowers, len(features)] as of `as_of_us` (int64[n], microseconds), NaN where not known.

    A fact counts iff it happened before `as_of`, was recorded no later than `as_of`, was not undone by then, and is of a
    source that may then be read: it may until its borrower withdraws that.
    """
    return profile_and_sources(facts, features, as_of_us=as_of_us)[0]


def profile_and_sources(
    facts: Facts, features: Sequence[Feature | Ratio], *, as_of_us: Ints, asked: Truths | None = None
) -> tuple[Floats, Truths]:
    """Return features as `profile` does, and which sources are known, bool[n, sources] in the order of `Source`.

    `asked` are the sources that are not read until they are let, bool[sources] or bool[n, sources] (`profile.consent`).
    """
    plan = plan_of(features)
    n = len(facts.borrowers)
    if len(as_of_us) != n:
        raise Broken(f"{n} borrowers have {len(as_of_us)} instants. Give each its own.", code=Code.INVARIANT_BROKEN)
    facts = readable(facts, unread_of(facts, as_of_us=as_of_us, asked=asked))
    out = np.empty((n, len(features)))
    known = np.zeros((n, len(plan.sources)), np.bool_)
    for first, last in _chunks(facts, plan):
        if facts.starts[first] == facts.starts[last]:
            out[first:last] = np.nan
        else:
            _fill(out[first:last], known[first:last], (facts, first, last), as_of_us[first:last], plan)
    return out, known


def _chunks(facts: Facts, plan: Plan) -> Iterator[tuple[int, int]]:
    """Cut the borrowers into chunks of few enough cells and facts."""
    n, first = len(facts.borrowers), 0
    most = max(1, CHUNK_CELLS // plan.cells.count)
    while first < n:
        last = min(first + most, n)
        if last - first > 1 and facts.starts[last] - facts.starts[first] > CHUNK_FACTS:
            last = int(np.searchsorted(facts.starts, facts.starts[first] + CHUNK_FACTS, side="right")) - 1
            last = max(first + 1, last)
        yield first, last
        first = last


def _line_up(facts: Facts, own: slice, starts: Ints, as_of_us: Ints, plan: Plan) -> Lined:
    """Sort the facts of a chunk into their cells, those that are not visible into cell 0."""
    cells = plan.cells
    happened, code = facts.happened_us[own], facts.code[own]
    as_of, day, n = as_of_us, as_of_us // DAY_US, len(as_of_us)
    if n > 1:
        counts = starts[1:] - starts[:-1]
        as_of, day = as_of.repeat(counts), day.repeat(counts)
    age = day - happened // DAY_US
    kind = cells.number_steps.take(facts.number[own])
    kind += cells.code_steps.take(code, mode="clip")
    kind += cells.age_steps.take(age, mode="clip")
    visible = happened < as_of
    visible &= facts.recorded_us[own] <= as_of
    if facts.until_us is not None:
        visible &= as_of < facts.until_us[own]
    kind *= visible
    cell = cells.first.take(kind)
    again = cells.has_rest.take(kind).nonzero()[0]
    rest = cells.rest.take(kind.take(again), axis=1)
    if n > 1:
        row = np.arange(0, n * cells.count, cells.count, dtype=np.uint16).repeat(counts)
        cell += row
        rest += row.take(again)
    cell = np.concatenate((cell, rest.ravel()))
    fact = np.concatenate((np.arange(len(kind)), *[again] * len(rest))).take(cell.argsort(kind="stable"))
    filled = np.bincount(cell, minlength=n * cells.count).cumsum()
    ends = filled.reshape(-1, cells.count).take(plan.ends.cells, axis=1)
    values = np.empty((4, len(fact) + 1), np.int64)
    values[:, -1] = 0
    values[AMOUNT, :-1] = facts.amount_minor[own].take(fact)
    values[CODE, :-1] = code.take(fact)
    values[AGE, :-1] = age.take(fact)
    first, age = values[FIRST], values[AGE]
    first[0] = 1
    first[1:-1] = age[1:-1] != age[:-2]
    first[ends[:, plan.ends.days]] = 1
    return Lined(fact, values, ends, kind)


def _fill(out: Floats, known: Truths, chunk: tuple[Facts, int, int], as_of_us: Ints, plan: Plan) -> None:
    """Write every feature of a chunk into `out` [n, features] and what is known into `known` [n, sources]."""
    facts, first, last = chunk
    starts = facts.starts[first : last + 1]
    own = slice(int(starts[0]), int(starts[-1]))
    lined = _line_up(facts, own, starts, as_of_us, plan)
    counts = lined.ends[:, plan.ends.ends] - lined.ends[:, plan.ends.begins]
    np.greater(counts[:, plan.folded :], 0, out=known)
    work = np.empty((len(out), plan.width))
    work[:, plan.columns.counts] = counts[:, plan.columns.counts]
    _fill_runs(work, lined, counts, plan)
    _fill_single(work, lined, counts, (facts, own, starts - starts[0]), plan)
    _fill_ratios(work, plan)
    work.take(plan.order, axis=1, out=out, mode="clip")
    np.copyto(out, np.nan, where=counts.take(plan.source_of, axis=1) == 0)


def _fill_runs(work: Floats, lined: Lined, counts: Ints, plan: Plan) -> None:
    """Write what is folded over a whole run of places: sums, distinct days and codes, and the largest."""
    columns, values, length = plan.columns, lined.values, lined.values.shape[1]
    totals = np.empty((AGE, length), np.int64)
    totals[:, 0] = 0
    np.add.accumulate(values[:AGE, :-1], axis=1, out=totals[:, 1:])
    read = totals.take(lined.ends[:, plan.ends.totals] + plan.totals_row * length)
    half = len(plan.totals_row) // 2
    work[:, columns.sums.start : columns.days.stop] = read[:, half:] - read[:, :half]
    # Between two places that are the same, numpy reduces the one value there: a run of nothing is told by its count.
    for row, part, ends in (
        (AMOUNT, columns.most_amount, plan.ends.most_amount),
        (CODE, columns.most_code, plan.ends.most_code),
    ):
        if part.start < part.stop:
            most = np.maximum.reduceat(values[row], lined.ends[:, ends].ravel())
            work[:, part] = most[::2].reshape(len(work), -1)
    if columns.codes.start < columns.codes.stop:
        bits = np.bitwise_or.reduceat(1 << values[CODE], lined.ends[:, plan.ends.codes].ravel())
        distinct = np.bitwise_count(bits[::2].reshape(len(work), -1))
        work[:, columns.codes] = distinct * (counts[:, columns.codes] > 0)


def _fill_single(work: Floats, lined: Lined, counts: Ints, chunk: tuple[Facts, slice, Ints], plan: Plan) -> None:
    """Write what one fact gives: the latest, the one before, the first, and sums since the one before the latest."""
    facts, own, starts = chunk
    columns, values = plan.columns, lined.values
    # A place that is not there is read all the same, and told by its count.
    place = lined.ends[:, plan.ends.single] + (plan.single_row * values.shape[1] + plan.single_shift)
    work[:, columns.amount.start : columns.age.stop] = values.take(place, mode="clip")
    np.copyto(work[:, plan.valued], np.nan, where=counts[:, plan.valued] <= plan.need)
    fact = lined.fact.take(lined.ends[:, plan.ends.fact] + plan.fact_shift, mode="clip")
    flags = columns.flags.stop - columns.flags.start
    if flags:
        latest = plan.flag_numbers.take(facts.number[own].take(fact[:, :flags]) + plan.flag_steps)
        work[:, columns.flags] = latest & (counts[:, columns.flags] > 0)
    for at, counted in enumerate(plan.since_counted):
        column = columns.since.start + at
        totals = np.zeros(len(lined.kind) + 1, np.int64)
        np.add.accumulate(facts.amount_minor[own] * counted.take(lined.kind), out=totals[1:])
        # Without a fact to begin after, a sum begins with the borrower's first.
        after = np.maximum((fact[:, flags + at] + 1) * (counts[:, column] > 1), starts[:-1])
        work[:, column] = totals.take(starts[1:]) - totals.take(after)


def _fill_ratios(work: Floats, plan: Plan) -> None:
    """Write over x times / ((under - less) x per) from the whole numbers already in the columns before."""
    span, count = plan.ratios.span, plan.ratios.count
    work[:, span.stop :] = plan.literals
    read = work.take(plan.ratios.read, axis=1)
    over = read[:, :count] * read[:, count : 2 * count]
    under = (read[:, 2 * count : 3 * count] - read[:, 3 * count : 4 * count]) * read[:, 4 * count :]
    out = work[:, span]
    out[:] = plan.ratios.when_nothing
    np.divide(over, under, out=out, where=under > 0)
