"""The one order of facts, and each fact once: what is known never depends on how facts arrived."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

FEW = 1000
"""So few rows are sorted in less time than it takes to see that they are sorted."""


def order_of(keys: Sequence[NDArray[Any]]) -> NDArray[np.int64] | None:
    """Return the places int64[m] that put rows in order of their keys, the first key first; None: many, and in order.

    Keys are columns of length m. Rows alike in every key stay as they are, and are the same fact to whoever reads them.
    """
    by_last_first = tuple(reversed(keys))
    if len(keys[0]) <= FEW:
        return np.lexsort(by_last_first)
    tied = np.ones(len(keys[0]) - 1, np.bool_)
    for key in keys:
        before, after = key[:-1], key[1:]
        if (tied & (after < before)).any():
            return np.lexsort(by_last_first)
        tied &= after == before
        if not tied.any():
            break
    return None


def each_once(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame of events (EVENT_SCHEMA) with one row an id: the one recorded first, as the store would keep it.

    A later row under the same id is a repeat, or another event under a used id, which the store refuses. Of rows recorded
    at the same instant the least counts, so that the order of the frame decides nothing.
    """
    if frame["id"].n_unique() == frame.height:
        return frame
    rest = [name for name in frame.columns if name != "recorded_at"]
    return frame.sort("recorded_at", *rest).unique(subset="id", keep="first", maintain_order=True)
