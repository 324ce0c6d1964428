"""Marks: what is looked at case by case once a draft was asked: who is answered otherwise or harmed, and when all is back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditline.decision.adverse import Trigger
from creditline.decision.answered import or_nothing
from creditline.decision.asked import Asked
from creditline.decision.outcome import Answer, Kind
from creditline.decision.past import ANSWERS, NONE, Outcomes, Past
from creditline.decision.product import Product
from creditline.money import MILLION

Truths = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """n cases: whether they are answered otherwise, and by trigger whether the answer on record and the draft's are acts.

    Of repayments: after how many days what a draft cuts is cut (`wait_days`), in how many more days than on record all is back
    (`later_days`), whether both have such a day, and whether it would be told as an estimate; nothing of other kinds.
    """

    is_changed: Truths
    acts_before: Mapping[Trigger, Truths]
    acts_after: Mapping[Trigger, Truths]
    wait_days: Ints
    later_days: Ints
    is_dated: Truths
    is_estimate: Truths

    def with_rows(self, rows: Ints, other: "Marks") -> "Marks":
        """Return marks in which those of some rows are others."""

        def put(column: Any, own: Any) -> Any:
            found = column.copy()
            if len(found):
                found[rows] = own
            return found

        return Marks(
            is_changed=put(self.is_changed, other.is_changed),
            acts_before=self.acts_before,
            acts_after={trigger: put(mask, other.acts_after[trigger]) for trigger, mask in self.acts_after.items()},
            wait_days=put(self.wait_days, other.wait_days),
            later_days=put(self.later_days, other.later_days),
            is_dated=put(self.is_dated, other.is_dated),
            is_estimate=put(self.is_estimate, other.is_estimate),
        )


def marks_of(asked: Asked) -> Marks:
    """Mark cases that were asked."""
    past, after = asked.past, asked.after
    is_repaid = past.kind is Kind.RESTORATION
    nothing: Any = np.empty(0, np.int64)
    return Marks(
        is_changed=asked.is_changed,
        acts_before=acts_in(past, past.before),
        acts_after=acts_in(past, after),
        wait_days=or_nothing(after.figures["interval_days"]) if is_repaid else nothing,
        later_days=last_days(past, after) - last_days(past, past.before) if is_repaid else nothing,
        is_dated=(after.answers >= 0) & ~_is(after, Answer.REDUCED) & ~_is(past.before, Answer.REDUCED)
        if is_repaid
        else nothing.astype(np.bool_),
        is_estimate=_is_estimate(asked.product, past, after) if is_repaid else nothing.astype(np.bool_),
    )


def acts_in(past: Past, outcomes: Outcomes) -> dict[Trigger, Truths]:
    """Return by trigger which answers of a kind are acts that harm, as `adverse.act_of` says of one."""
    match past.kind:
        case Kind.OPENING:
            return {Trigger.OPENING_DECLINED: _is(outcomes, Answer.DECLINE)}
        case Kind.DRAW:
            return {Trigger.DRAW_DECLINED: _is(outcomes, Answer.DECLINE)}
        case Kind.RESTORATION:
            is_kept = _is_kept(past, outcomes)
            is_withheld = _is(outcomes, Answer.STAGED) | _is(outcomes, Answer.OBSERVED)
            return {
                Trigger.WITHHELD: is_withheld & is_kept,
                Trigger.REDUCED: _is(outcomes, Answer.REDUCED) & is_kept,
            }
        case Kind.REVIEW:
            factor = outcomes.figures["factor_ppm"]
            is_less = (factor != NONE) & (factor < MILLION)
            return {
                Trigger.DECREASED: _is(outcomes, Answer.DECREASE) & is_less,
                Trigger.BLOCKED: _is(outcomes, Answer.BLOCK) & ~past.is_blocked,
            }
        case Kind.RELEASE:
            return {}


def last_days(past: Past, outcomes: Outcomes) -> Ints:
    """Return in how many days all of each repayment is back, as `restoration.plan` has it: 0 where nothing is withheld."""
    days = or_nothing(outcomes.figures["tranches_count"]) * or_nothing(outcomes.figures["interval_days"])
    is_withheld = _is_kept(past, outcomes) & ~_is(outcomes, Answer.AT_ONCE)
    return np.asarray(np.where(is_withheld, days, 0), np.int64)


def _is_kept(past: Past, outcomes: Outcomes) -> Truths:
    """Say where a share does not bring back all: rounded down, any part of a principal is less than all of it."""
    return (past.requested_minor > 0) & (or_nothing(outcomes.figures["share_ppm"]) < MILLION)


def _is_estimate(product: Product, past: Past, after: Outcomes) -> Truths:
    """Say which dates would be told as estimates; what is back at once has none."""
    is_named = np.zeros(past.count, np.bool_)
    for one in product.estimates:
        is_named |= np.asarray(after.conditions == one, np.bool_)
    return np.asarray(is_named & (last_days(past, after) > 0), np.bool_)


def _is(outcomes: Outcomes, answer: Answer) -> Truths:
    return np.asarray(outcomes.answers == ANSWERS.index(answer), np.bool_)
