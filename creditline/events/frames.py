"""Many events as columns: a frame as the store and files hold it, and Facts as the profile kernel reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from creditline.errors import Broken, Code
from creditline.events.order import each_once, order_of

EVENT_SCHEMA = pl.Schema(
    {
        "id": pl.String(),
        "number": pl.UInt8(),
        "borrower": pl.String(),
        "happened_at": pl.Datetime("us", "UTC"),
        "recorded_at": pl.Datetime("us", "UTC"),
        "amount_minor": pl.Int64(),
        "currency": pl.String(),
        "code": pl.Int32(),
        "ref": pl.String(),
    }
)
"""The columns of a frame of events, as EventRow names them."""


NEVER_US = np.iinfo(np.int64).max
"""When a fact that nothing undid stops to count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The events of n borrowers as m rows of columns; borrower i owns the rows starts[i]:starts[i + 1].

    A borrower's rows are in the order of (happened_us, number, amount_minor, code, recorded_us), whatever order they
    arrived in. Amounts and codes are 0 where a type has none. `until_us` is the first instant at which a fact counts no
    more, as it was undone, NEVER_US for one that was not; None where none was.
    """

    borrowers: tuple[str, ...]
    starts: NDArray[np.int64]
    number: NDArray[np.uint8]
    happened_us: NDArray[np.int64]
    recorded_us: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    code: NDArray[np.int32]
    until_us: NDArray[np.int64] | None = None


def facts_of_arrays(
    borrowers: Sequence[str],
    *,
    borrower_index: NDArray[np.int64],
    number: NDArray[np.uint8],
    happened_us: NDArray[np.int64],
    recorded_us: NDArray[np.int64],
    amount_minor: NDArray[np.int64],
    code: NDArray[np.int32],
) -> Facts:
    """Sort m events of n borrowers, `borrower_index` in 0..n-1 naming each event's, into Facts.

    Columns that are in order already are kept, not copied. Raise `Broken` for an event of nobody.
    """
    counts = np.bincount(borrower_index, minlength=len(borrowers))
    if len(counts) > len(borrowers):
        raise Broken(
            f"An event is of borrower {len(counts) - 1}, and there are {len(borrowers)} from 0. Name every borrower.",
            code=Code.DATA_CORRUPT,
        )
    starts = np.zeros(len(borrowers) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    order = order_of((borrower_index, happened_us, number, amount_minor, code, recorded_us))
    if order is not None:
        number, happened_us, recorded_us = number[order], happened_us[order], recorded_us[order]
        amount_minor, code = amount_minor[order], code[order]
    return Facts(
        borrowers=tuple(borrowers),
        starts=starts,
        number=number,
        happened_us=happened_us,
        recorded_us=recorded_us,
        amount_minor=amount_minor,
        code=code,
    )


def at_rows(facts: Facts, rows: NDArray[Any], *, borrowers: tuple[str, ...], starts: NDArray[np.int64]) -> Facts:
    """Return some rows of facts, by place or by a mask, as the facts of these borrowers, each from its start on."""
    return Facts(
        borrowers=borrowers,
        starts=starts,
        number=facts.number[rows],
        happened_us=facts.happened_us[rows],
        recorded_us=facts.recorded_us[rows],
        amount_minor=facts.amount_minor[rows],
        code=facts.code[rows],
        until_us=None if facts.until_us is None else facts.until_us[rows],
    )


def side_by_side(facts: Sequence[Facts]) -> Facts:
    """Return the facts of several borrowers, each given alone and in order, as those of one book."""
    starts = np.zeros(len(facts) + 1, np.int64)
    np.cumsum([len(one.number) for one in facts], out=starts[1:])
    columns = {
        name: np.concatenate([getattr(one, name) for one in facts])
        for name in ("number", "happened_us", "recorded_us", "amount_minor", "code")
    }
    until = [np.full(len(one.number), NEVER_US, np.int64) if one.until_us is None else one.until_us for one in facts]
    return Facts(
        borrowers=tuple(one.borrowers[0] for one in facts),
        starts=starts,
        **columns,
        until_us=np.concatenate(until) if any(one.until_us is not None for one in facts) else None,
    )


def with_fact(facts: Facts, *, number: int, at_us: int, amount_minor: int, code: int) -> Facts:
    """Return the facts of one borrower and one more, which is learned of when it happens."""
    columns = {
        "number": _and(facts.number, number),
        "happened_us": _and(facts.happened_us, at_us),
        "recorded_us": _and(facts.recorded_us, at_us),
        "amount_minor": _and(facts.amount_minor, amount_minor),
        "code": _and(facts.code, code),
    }
    count = len(facts.number)
    if facts.until_us is not None:
        return _with_one_more(facts, columns)
    if count and at_us <= facts.happened_us[-1]:
        return facts_of_arrays(facts.borrowers, borrower_index=np.zeros(count + 1, np.int64), **columns)
    return Facts(borrowers=facts.borrowers, starts=np.array((0, count + 1), np.int64), **columns)


def _with_one_more(facts: Facts, columns: dict[str, NDArray[Any]]) -> Facts:
    """Return facts of which some were undone and one more: each keeps beside it until when it counts."""
    assert facts.until_us is not None
    until = _and(facts.until_us, NEVER_US)
    names = ("happened_us", "number", "amount_minor", "code", "recorded_us")
    order = np.lexsort(tuple(columns[name] for name in reversed(names)))
    return Facts(
        borrowers=facts.borrowers,
        starts=np.array((0, len(until)), np.int64),
        **{name: column[order] for name, column in columns.items()},
        until_us=until[order],
    )


def _and(column: NDArray[Any], value: int) -> NDArray[Any]:
    longer = np.empty(len(column) + 1, column.dtype)
    longer[:-1] = column
    longer[-1] = value
    return longer


def facts_of_frame(frame: pl.DataFrame, borrowers: Sequence[str] | None = None) -> Facts:
    """Return the Facts of a frame (EVENT_SCHEMA); borrowers in the given order, or by name.

    A borrower without events has no rows; events of borrowers that are not asked for are left out, and an event that is
    told again under its id counts once.
    """
    names = sorted(frame["borrower"].unique()) if borrowers is None else list(borrowers)
    places = pl.DataFrame(
        {"borrower": names, "place": range(len(names))}, schema={"borrower": pl.String, "place": pl.Int64}
    )
    own = each_once(frame).join(places, on="borrower", how="inner")
    return facts_of_arrays(
        names,
        borrower_index=own["place"].to_numpy(),
        number=own["number"].to_numpy(),
        happened_us=own["happened_at"].dt.epoch("us").to_numpy(),
        recorded_us=own["recorded_at"].dt.epoch("us").to_numpy(),
        amount_minor=own["amount_minor"].fill_null(0).to_numpy(),
        code=own["code"].fill_null(0).to_numpy(),
    )
