"""A promise: a date that was told, what must be true on it, and what became of it.

Each tranche is told as one. It is a commitment unless the product lists its condition among those it can only estimate. A
promise is kept if its amount came back on its day, or earlier; whether it does is read from the edition it was told by.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from creditline.clock import business_day
from creditline.decision.outcome import Answer, Decision
from creditline.decision.product import Product
from creditline.errors import Broken, Code
from creditline.restoration.plan import Tranche

NO_REASON = "none"
"""The reason of a promise whose decision told none."""


class PromiseKind(StrEnum):
    """How firmly a date is told."""

    ESTIMATE = "estimate"
    COMMITMENT = "commitment"


class Outcome(StrEnum):
    """What became of a promise.

    Only LATE and BROKEN count against us: when a condition failed, nothing was due, and the borrower is told which; nor was
    it when the repayment itself turned out to be none.
    """

    KEPT = "kept"
    EARLY = "early"
    LATE = "late"
    CONDITION_FAILED = "condition_failed"
    BROKEN = "broken"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Words as they were shown, by language."""

    languages: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def by_language(self) -> dict[str, str]:
        """The words of each language."""
        return dict(zip(self.languages, self.words, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A tranche as it was told: how firmly, under which product, for which leading reason, when, and in which words."""

    tranche: Tranche
    kind: PromiseKind
    product: str
    reason: str
    told_at: datetime
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseEnd:
    """What became of the promise of a tranche, by which request, and the words in which that was told."""

    promise: UUID
    outcome: Outcome
    request: UUID
    ended_at: datetime
    told: Told


def promise_of(product: Product, decision: Decision, tranche: Tranche, *, told: Told) -> Promise:
    """Return the promise that a decision made of a tranche."""
    is_estimate = tranche.condition in product.estimates
    return Promise(
        tranche=tranche,
        kind=PromiseKind.ESTIMATE if is_estimate else PromiseKind.COMMITMENT,
        product=product.name,
        reason=decision.reasons[0].code if decision.reasons else NO_REASON,
        told_at=decision.as_of,
        told=told,
    )


def outcome_of(tranche: Tranche, decision: Decision) -> Outcome:
    """Return what became of a promise by the decision that ended its tranche."""
    match decision.answer:
        case Answer.RELEASED:
            return released_on(tranche, business_day(decision.as_of))
        case Answer.KEPT_BACK | Answer.CUT:
            return Outcome.CONDITION_FAILED
        case _:
            raise Broken(f"{decision.answer} ends no promise.", code=Code.INVARIANT_BROKEN)


def released_on(tranche: Tranche, day: date) -> Outcome:
    """Return what became of a promise whose amount came back on a day."""
    if day < tranche.due_on:
        return Outcome.EARLY
    return Outcome.KEPT if day == tranche.due_on else Outcome.LATE
