"""What turned out not to be: a draw or a repayment that was undone counts as one until then, and from then on no more."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from creditline.events.catalogue import DrawMade, DrawUndone, RepaymentReceived, RepaymentUndone
from creditline.events.frames import NEVER_US, Facts

UNDONE_BY: Mapping[int, int] = {
    DrawMade.number: DrawUndone.number,
    RepaymentReceived.number: RepaymentUndone.number,
}
"""Which fact tells that another turned out not to be, by type number."""


class Undone(NamedTuple):
    """A fact that was undone: whose (by place among the borrowers), which, and the first instant at which it counts no more."""

    place: int
    number: int
    happened_us: int
    recorded_us: int
    amount_minor: int
    from_us: int


def tells_undone(facts: Facts) -> bool:
    """Say whether among facts is one by which another is undone."""
    return bool(np.isin(facts.number, list(UNDONE_BY.values())).any())


def with_undone(facts: Facts, undone: Iterable[Undone]) -> Facts:
    """Return facts of which some count no more from an instant on; of several alike in every column, the first that counts."""
    until = np.full(len(facts.number), NEVER_US, np.int64)
    for one in undone:
        own = slice(int(facts.starts[one.place]), int(facts.starts[one.place + 1]))
        is_it = (
            (facts.number[own] == one.number)
            & (facts.happened_us[own] == one.happened_us)
            & (facts.recorded_us[own] == one.recorded_us)
            & (facts.amount_minor[own] == one.amount_minor)
            & (until[own] == NEVER_US)
        )
        found = is_it.nonzero()[0]
        if len(found):
            until[own.start + int(found[0])] = one.from_us
    return replace(facts, until_us=until)
