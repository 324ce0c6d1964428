"""Explain a line: its four buckets, and for each withheld part why, when and under which condition it comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from creditline.clock import business_day
from creditline.decision.outcome import Answer, Decision, Reason
from creditline.ledger.line import Line
from creditline.restoration.plan import Tranche


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A withheld amount: what of it comes back on which dates, and the decision and reasons that hold it."""

    decision: UUID
    answer: Answer
    edition: str
    decided_on: date
    amount_minor: int
    reasons: tuple[Reason, ...]
    condition: str
    dates: tuple[tuple[date, int], ...]
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A line as its borrower may read it: buckets in minor units, the withheld one taken apart without remainder."""

    line: UUID
    borrower: str
    currency: str
    granted_minor: int
    drawn_minor: int
    reserved_minor: int
    withheld_minor: int
    available_minor: int
    block_reason: str | None
    parts: tuple[Part, ...]


def explain(line: Line, tranches: Sequence[Tranche], decisions: Mapping[UUID, Decision]) -> Explanation:
    """Take a line's withheld limit apart by the decision that holds each tranche; earliest date first."""
    held: dict[UUID, list[Tranche]] = {}
    for tranche in sorted(tranches, key=lambda one: (one.due_on, one.id)):
        held.setdefault(tranche.decision, []).append(tranche)
    return Explanation(
        line=line.id,
        borrower=line.borrower,
        currency=line.currency,
        granted_minor=line.granted_minor,
        drawn_minor=line.drawn_minor,
        reserved_minor=line.reserved_minor,
        withheld_minor=line.withheld_minor,
        available_minor=line.available_minor,
        block_reason=line.block_reason,
        parts=tuple(_part(decisions[decision], own) for decision, own in held.items()),
    )


def _part(decision: Decision, tranches: Sequence[Tranche]) -> Part:
    return Part(
        decision=decision.id,
        answer=decision.answer,
        edition=decision.edition,
        decided_on=business_day(decision.as_of),
        amount_minor=sum(tranche.amount_minor for tranche in tranches),
        reasons=decision.reasons,
        condition=tranches[0].condition,
        is_cut=tranches[0].is_cut,
        dates=tuple((tranche.due_on, tranche.amount_minor) for tranche in tranches),
    )
