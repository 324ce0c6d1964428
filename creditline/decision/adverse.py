"""Unfavourable acts: what was done to a borrower that the law may want told, to whom it was done, and by when it is due."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from creditline.clock import business_day, start_of
from creditline.decision.jurisdiction import Jurisdiction, Rule
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
    REDUCED = "reduced"
    CHARGED_OFF = "charged_off"


class Scope(StrEnum):
    """Whom an act is about: this borrower, or everybody of a class alike."""

    INDIVIDUAL = "individual"
    CLASS = "class"


OUTCOMES = frozenset({Trigger.REVIEW_UPHELD, Trigger.REVIEW_CHANGED})
"""What is told as the answer to a request, by the time the request was due."""

IN_LAW = {Trigger.REDUCED: Trigger.DECREASED}
"""What the law calls an act, where its packs name it otherwise: limit that does not come back is limit that was cut."""

LEAD_DAYS = 1
"""Where the law wants a cut told so many days ahead, it may be told until the end of the day on which it was decided."""

NO_JURISDICTION = "no jurisdiction named"
NOTHING_WANTED = "no rule wants a notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something unfavourable that was done: the request that did it, what, to whom, when, and the factors it was told by.

    It takes effect after `wait_days` by its own rules, later where the law wants it told ahead.
    """

    id: UUID
    line: UUID
    borrower: str
    product: str
    edition: str
    trigger: Trigger
    scope: Scope
    acted_at: datetime
    factors: tuple[str, ...] = ()
    wait_days: int = 0


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
    is_of_class = trigger in {Trigger.WITHHELD, Trigger.REDUCED} and not decision.reasons
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
        wait_days=wait_days(decision),
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
        case Kind.RESTORATION, Answer.REDUCED if withheld_minor(decision):
            return Trigger.REDUCED
        case Kind.RELEASE, Answer.KEPT_BACK:
            return Trigger.OBSERVATION_EXTENDED
        case Kind.REVIEW, Answer.DECREASE if factor_ppm is not None and factor_ppm < MILLION:
            return Trigger.DECREASED
        case Kind.REVIEW, Answer.BLOCK if not decision.position.is_blocked:
            return Trigger.BLOCKED
        case _:
            return None


def withheld_minor(decision: Decision) -> int:
    """Return what a restoration decision does not bring back at once of a repayment's principal."""
    principal_minor = decision.position.requested_minor
    return principal_minor - share_of(principal_minor, decision.terms.share_ppm or 0)


def wait_days(decision: Decision) -> int:
    """Return after how many days a decision that reduces wants its cut to take effect; 0 for any other."""
    return decision.terms.interval_days or 0 if decision.answer is Answer.REDUCED else 0


def cut_on(decision: Decision, law: Jurisdiction | None) -> date:
    """Return the day on which what a decision does not bring back is cut: as its rule says, not before the law lets it."""
    return _effective_on(decision.as_of, wait_days(decision), law=law)


def ahead_days(law: Jurisdiction | None, *, day: date) -> int:
    """Return how many days before a cut that is decided on a day the law wants it told; 0 where it may be told after it.

    Whom it is about makes no difference, as that shows only when reasons are told.
    """
    ahead = [
        -(one.within_days or 0)
        for one in (law.notices if law else ())
        if any(one.holds(Trigger.DECREASED, scope=scope, day=day) for scope in Scope)
    ]
    return max(0, *ahead, 0)


def _effective_on(acted_at: datetime, days: int, *, law: Jurisdiction | None) -> date:
    """Return when a cut takes effect."""
    day = business_day(acted_at)
    ahead = ahead_days(law, day=day)
    return day + timedelta(days=max(days, ahead + LEAD_DAYS if ahead else 0))


def notice_of(act: Act, law: Jurisdiction | None) -> Notice:
    """Return what is to be told of an act: by the rule in force that day that wants it soonest, unless one exempts it.

    An exemption holds where reasons are told and all of them are of its factors. What is due ahead of a cut that was
    scheduled is due before the day on which it takes effect.
    """
    day, trigger = business_day(act.acted_at), IN_LAW.get(act.trigger, act.trigger)
    effect_at = start_of(_effective_on(act.acted_at, act.wait_days, law=law))
    due: tuple[datetime, str] | None = None
    ground = NO_JURISDICTION
    if law is not None:
        wanted = [
            one for one in law.notices if one.holds(trigger, scope=act.scope, day=day) and one.within_days is not None
        ]
        due = min(((_due_at(act, one, effect_at), one.id) for one in wanted), default=None)
        freed = [
            one.id
            for one in law.exempt
            if one.holds(trigger, scope=act.scope, day=day) and act.factors and one.factors >= {*act.factors}
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
        due_at=due[0] if due else None,
    )


def _due_at(act: Act, rule: Rule, effect_at: datetime) -> datetime:
    days = timedelta(days=rule.within_days or 0)
    return (effect_at if act.trigger is Trigger.REDUCED and days < timedelta(0) else act.acted_at) + days
