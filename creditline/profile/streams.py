"""Streams and their cells: how the facts that a catalogue folds are told apart, and where each falls.

A *stream* is the facts that some features fold: certain types, perhaps narrowed by their code. Its facts fall into
cells by age, from older than every window to within the narrowest, so that the facts of a stream in a window are the
facts of a run of cells, and lie side by side in time order once a borrower's facts are sorted by cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditline.profile.coverage import NUMBERS, SOURCES, VISIBLE
from creditline.profile.feature import Feature, Fold, Source

Ints = NDArray[np.int64]
Smalls = NDArray[np.uint16]
Truths = NDArray[np.bool_]


class Stream(NamedTuple):
    """Which facts belong together: their type numbers, and the codes that count."""

    numbers: frozenset[int]
    only_code: int | None = None
    least_code: int = 0

    def has(self, number: int, *, code: int) -> bool:
        """Say whether a fact belongs."""
        return number in self.numbers and code >= self.least_code and self.only_code in {None, code}


@dataclass(frozen=True, slots=True)
class Cells:
    """Where facts fall. A fact's kind is its number's step plus its code's plus its age's; kind 0 is that of no fact.

    `first[kind]` is the cell of the first stream a fact belongs to and `rest[:, kind]` those of the others; cell 0 holds
    what belongs nowhere. `spans` names the cell before the first and the last cell of a stream and window, `sources`
    those of a source.
    """

    count: int
    number_steps: Ints
    code_steps: Ints
    age_steps: Ints
    first: Smalls
    rest: Smalls
    has_rest: Truths
    spans: Mapping[tuple[Stream, int | None], tuple[int, int]]
    sources: Sequence[tuple[int, int]]


def stream_of(one: Feature) -> Stream:
    """Return the stream a feature is found in: for a sum since a fact, that of the fact."""
    if one.fold is Fold.SUM_SINCE:
        return Stream(frozenset(one.since))
    return Stream(frozenset(one.events), one.only_code, one.least_code)


def window_of(one: Feature) -> int | None:
    """Return the window a feature's facts are found in; the fact that a sum begins after may be of any day."""
    return None if one.fold is Fold.SUM_SINCE else one.window_days


def cells_of(folds: Sequence[Feature]) -> Cells:
    """Give every stream its cells, those that tell of one source side by side."""
    windows, codes = _windows(folds), _code_classes(folds)
    narrow: dict[Stream, set[int]] = {}
    for one in folds:
        days = window_of(one)
        narrow.setdefault(stream_of(one), set()).update([] if days is None else [days])
    streams, own = _by_source(list(narrow))
    spans: dict[tuple[Stream, int | None], tuple[int, int]] = {}
    last = 0
    layers: list[Smalls] = []
    for stream in streams:
        ranked = sorted(narrow.get(stream, ()))
        before, last = last, last + len(ranked) + 1
        spans |= {(stream, days): (last - 1 - rank, last) for rank, days in enumerate(ranked)}
        spans[stream, None] = (before, last)
        # From the narrowest window of any stream to older than all: the cell among this stream's own.
        by_age = [last - sum(days < age for days in ranked) for age in (*windows, _beyond(windows))]
        table = np.array(
            [by_age if stream.has(number, code=code) else [0] * len(by_age) for number in range(256) for code in codes],
            np.uint16,
        ).ravel()
        # A layer gives a fact one cell, and a stream is in one layer, so that its facts stay in time order.
        free = next((layer for layer in layers if not np.any((layer > 0) & (table > 0))), None)
        if free is None:
            layers.append(table)
        else:
            free += table
    width = len(windows) + 1
    first, *rest = layers
    return Cells(
        count=last + 1,
        number_steps=np.arange(256) * len(codes) * width,
        code_steps=np.searchsorted(codes[1:], np.arange(codes[-1] + 1), side="right") * width,
        age_steps=np.searchsorted(windows, np.arange(_beyond(windows) + 1)),
        first=first,
        rest=np.array(rest, np.uint16).reshape(-1, len(first)),
        has_rest=np.any(np.array(rest).reshape(-1, len(first)), axis=0),
        spans=spans,
        sources=[
            (
                min(spans[stream, None][0] for stream in own[source]),
                max(spans[stream, None][1] for stream in own[source]),
            )
            for source in SOURCES
        ],
    )


def _windows(folds: Sequence[Feature]) -> list[int]:
    """Return the windows of all features, narrowest first."""
    return sorted({one.window_days for one in folds if one.window_days is not None})


def _beyond(windows: Sequence[int]) -> int:
    """Return an age that is older than every window."""
    return windows[-1] + 1 if windows else 0


def _code_classes(folds: Sequence[Feature]) -> list[int]:
    """Return the least code of each class of codes that no feature tells apart."""
    edges = {0} | {one.least_code for one in folds}
    edges |= {code for one in folds if one.only_code is not None for code in (one.only_code, one.only_code + 1)}
    return sorted(edge for edge in edges if edge >= 0)


def _by_source(streams: Sequence[Stream]) -> tuple[list[Stream], dict[Source, list[Stream]]]:
    """Return the streams in order of the one source they tell of, and each source's own, which miss none of its types."""
    own: dict[Source, list[Stream]] = {}
    for source in SOURCES:
        telling = [stream for stream in streams if all(number in NUMBERS[source] for number in stream.numbers)]
        whole = [stream.numbers for stream in telling if stream == Stream(stream.numbers)]
        missing = VISIBLE.intersection(NUMBERS[source]).difference(*whole)
        own[source] = [*telling, *([Stream(missing)] if missing else [])]
    told = [stream for source in SOURCES for stream in own[source]]
    return [*told, *(stream for stream in streams if stream not in told)], own


def counted_by(one: Feature, folds: Sequence[Feature]) -> Truths:
    """Return which kinds of fact a sum since another adds up."""
    stream = Stream(frozenset(one.events), one.only_code, one.least_code)
    windows = _windows(folds)
    by_age = [one.window_days is None or age <= one.window_days for age in (*windows, _beyond(windows))]
    kinds = [
        [stream.has(number, code=code) and inside for inside in by_age]
        for number in range(256)
        for code in _code_classes(folds)
    ]
    return np.array(kinds, np.bool_).ravel()
