"""Unfavourable acts: what was done to a borrower that the law may want told, to whom it was done, and by when it is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from creditline.clock import business_day
from creditline.decision.jurisdiction import Jurisdiction
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.money import MILLION, share_of


class Trigger(StrEnum):
    """What was done, or what became of a review that was asked for because of it."""

    OPENING_DECLINED = "opening_declined"
    DRAW_DECLINED = "draw_declined"
    WITHHELD = "withheld"
    OBSERVATION_EXTENDED = "observation_extended"
    DECREASED = "decreased"
    BLOCKED = "blocked"
    CLOSED = "closed"
    PROMISE_BROKEN = "promise_broken"
    REVIEW_UPHELD = "review_upheld"
    REVIEW_CHANGED = "review_changed"


class Scope(StrEnum):
    """Whom an act is about: this borrower, or everybody of a class alike."""

    INDIVIDUAL = "individual"
    CLASS = "class"


OUTCOMES = frozenset({Trigger.REVIEW_UPHELD, Trigger.REVIEW_CHANGED})
"""What is told as the answer to a request, by the time the request was due."""

NO_JURISDICTION = "no jurisdiction named"
NOTHING_WANTED = "no rule wants a notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something unfavourable that was done: the request that did it, what, to whom, when, and the factors it was told by."""

    id: UUID
    line: UUID
    borrower: str
    product: str
    edition: str
    trigger: Trigger
    scope: Scope
    acted_at: datetime
    factors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be told of an act: by when, by which rule of which law; `due_at` is None where no law wants it told.

    `ground` is the rule's id, or why there is none.
    """

    act: UUID
    line: UUID
    borrower: str
    product: str
    edition: str
    trigger: Trigger
    scope: Scope
    acted_at: datetime
    jurisdiction: str
    ground: str
    due_at: datetime | None


def act_of(decision: Decision) -> Act | None:
    """Return the unfavourable act that a decision is, or None.

    It is about a class where no fact of the borrower was found without which the answer would have been better: what is
    withheld without a reason is withheld from everybody.
    """
    trigger = _trigger(decision)
    if trigger is None:
        return None
    is_of_class = trigger is Trigger.WITHHELD and not decision.reasons
    return Act(
        id=decision.id,
        line=decision.line,
        borrower=decision.borrower,
        product=decision.product,
        edition=decision.edition,
        trigger=trigger,
        scope=Scope.CLASS if is_of_class else Scope.INDIVIDUAL,
        acted_at=decision.as_of,
        factors=tuple(reason.factor for reason in decision.reasons),
    )


def _trigger(decision: Decision) -> Trigger | None:
    factor_ppm = decision.terms.factor_ppm
    match decision.kind, decision.answer:
        case Kind.OPENING, Answer.DECLINE:
            return Trigger.OPENING_DECLINED
        case Kind.DRAW, Answer.DECLINE:
            return Trigger.DRAW_DECLINED
        case Kind.RESTORATION, Answer.STAGED | Answer.OBSERVED if withheld_minor(decision):
            return Trigger.WITHHELD
        case Kind.RELEASE, Answer.KEPT_BACK:
            return Trigger.OBSERVATION_EXTENDED
        case Kind.REVIEW, Answer.DECREASE if factor_ppm is not None and factor_ppm < MILLION:
            return Trigger.DECREASED
        case Kind.REVIEW, Answer.BLOCK if not decision.position.is_blocked:
            return Trigger.BLOCKED
        case _:
            return None


def withheld_minor(decision: Decision) -> int:
    """Return what a restoration decision leaves withheld of a repayment's principal."""
    principal_minor = decision.position.requested_minor
    return principal_minor - share_of(principal_minor, decision.terms.share_ppm or 0)


def notice_of(act: Act, law: Jurisdiction | None) -> Notice:
    """Return what is to be told of an act: by the rule in force that day that wants it soonest, unless one exempts it.

    An exemption holds where reasons are told and all of them are of its factors.
    """
    day = business_day(act.acted_at)
    due: tuple[int, str] | None = None
    ground = NO_JURISDICTION
    if law is not None:
        wanted = [
            one
            for one in law.notices
            if one.holds(act.trigger, scope=act.scope, day=day) and one.within_days is not None
        ]
        due = min(((one.within_days or 0, one.id) for one in wanted), default=None)
        freed = [
            one.id
            for one in law.exempt
            if one.holds(act.trigger, scope=act.scope, day=day) and act.factors and one.factors >= {*act.factors}
        ]
        due = None if freed else due
        ground = freed[0] if freed else due[1] if due else NOTHING_WANTED
    return Notice(
        act=act.id,
        line=act.line,
        borrower=act.borrower,
        product=act.product,
        edition=act.edition,
        trigger=act.trigger,
        scope=act.scope,
        acted_at=act.acted_at,
        jurisdiction=law.name if law else "",
        ground=ground,
        due_at=act.acted_at + timedelta(days=due[0]) if due else None,
    )
