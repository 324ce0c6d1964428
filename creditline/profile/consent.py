"""What may be read: facts of a source that a borrower does not let us read are kept, and are as if never heard of.

The last consent given or withdrawn of a source that is visible as of an instant decides; of both at one instant, the
withdrawal. Without any, a source is read unless it is one that must be asked for first. What is not read is missing, never
zero, and from one instant on: facts of before come back as soon as they may be read again.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from creditline.events.consent import ConsentGiven, ConsentWithdrawn, DataSource
from creditline.events.frames import Facts, at_rows
from creditline.profile.coverage import NUMBERS, SOURCES
from creditline.profile.feature import Source

Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

PLACES = np.array([SOURCES.index(Source(source)) for source in DataSource])
"""Where among all sources the one is that the code of a consent names."""

_SOURCE_OF = np.full(256, len(SOURCES))
for _source, _numbers in NUMBERS.items():
    _SOURCE_OF[_numbers.start : _numbers.stop] = SOURCES.index(_source)


def columns_of(sources: Collection[Source]) -> Truths:
    """Return which sources are among some, bool[sources] in the order of `Source`."""
    return np.array([source in sources for source in SOURCES])


def unread_of(facts: Facts, *, as_of_us: Ints, asked: Truths | None = None) -> Truths:
    """Return which sources of n borrowers may not be read as of `as_of_us` [n], bool[n, sources].

    `asked` are those not read until they are let, bool[sources] or, for each borrower, bool[n, sources]; None are none.
    """
    unread = np.zeros((len(facts.borrowers), len(SOURCES)), np.bool_)
    if asked is not None:
        unread |= asked
    rows = ((facts.number == ConsentGiven.number) | (facts.number == ConsentWithdrawn.number)).nonzero()[0]
    if len(rows):
        who = facts.starts.searchsorted(rows, side="right") - 1
        as_of = as_of_us.take(who)
        visible = (facts.happened_us.take(rows) < as_of) & (facts.recorded_us.take(rows) <= as_of)
        rows, who = rows[visible], who[visible]
        cell = who * len(SOURCES) + PLACES.take(facts.code.take(rows))
        # A borrower's facts are in the order of time, so the last of a cell is what holds.
        own, place = np.unique(cell[::-1], return_index=True)
        is_withdrawn = facts.number.take(rows[::-1].take(place)) == ConsentWithdrawn.number
        unread.reshape(-1)[own] = is_withdrawn
    return unread


def readable(facts: Facts, unread: Truths) -> Facts:
    """Return facts without those of sources that may not be read, `unread` [n, sources]."""
    if not unread.any():
        return facts
    counts = facts.starts[1:] - facts.starts[:-1]
    hidden = np.zeros((len(unread), len(SOURCES) + 1), np.bool_)
    hidden[:, :-1] = unread
    kept = ~hidden[np.arange(len(unread)).repeat(counts), _SOURCE_OF.take(facts.number)]
    starts = np.zeros(len(facts.number) + 1, np.int64)
    np.cumsum(kept, out=starts[1:])
    return at_rows(facts, kept, borrowers=facts.borrowers, starts=starts.take(facts.starts))
