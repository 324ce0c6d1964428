"""Turn a restoration answer into what comes back now and the dated tranches of the rest."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from creditline.clock import business_day
from creditline.decision.adverse import cut_on
from creditline.decision.jurisdiction import Jurisdiction
from creditline.decision.outcome import Answer, Decision
from creditline.errors import Broken, Code
from creditline.ids import id_from
from creditline.money import MILLION, share_of, split

MOST_DAYS = 3_650
"""How far apart the days may lie that somebody is told."""

MOST_TRANCHES = 120
"""How many parts a repayment may come back in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranche:
    """A part of a repayment that is not back yet.

    It comes back on `due_on` if `condition`, a decision of the policy of `edition`, then holds. The edition pins what
    was told: whatever is published later, this condition is read as it was. If the condition does not hold, the part is
    looked at again later; or if `is_cut`, it never comes back, as the limit is lowered by it. `follows` is the part that
    was kept back before the rules answered so.
    """

    id: UUID
    line: UUID
    decision: UUID
    ordinal: int
    amount_minor: int
    due_on: date
    condition: str
    edition: str
    is_cut: bool = False
    follows: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a decision brings back: an amount now, and tranches; with what is cut now, exactly the principal repaid."""

    now_minor: int
    tranches: tuple[Tranche, ...]
    cut_minor: int = 0


def plan_of(decision: Decision, *, law: Jurisdiction | None = None) -> Plan:
    """Lay a restoration out in dates; every minor unit of the principal is in exactly one part.

    At once brings all back now. Staged brings `share_ppm` back now and the rest in equal tranches, one every
    `interval_days`. Observed brings nothing back before its single date. Reduced brings `share_ppm` back now; the rest is
    cut, now or when its rule and `law` let it be, if its condition does not hold by then. Raise `Broken` for terms that
    no calendar can keep; `restoration.terms` refuses a product whose rules give such.
    """
    principal_minor = decision.position.requested_minor
    terms = decision.terms
    match decision.answer:
        case Answer.AT_ONCE:
            return Plan(now_minor=principal_minor, tranches=())
        case Answer.STAGED | Answer.OBSERVED:
            _require_kept(decision)
            now_minor = share_of(principal_minor, terms.share_ppm or 0)
            return Plan(now_minor=now_minor, tranches=_tranches(decision, principal_minor - now_minor))
        case Answer.REDUCED:
            _require_kept(decision)
            now_minor = share_of(principal_minor, terms.share_ppm or 0)
            rest_minor, due_on = principal_minor - now_minor, cut_on(decision, law)
            if due_on == business_day(decision.as_of):
                return Plan(now_minor=now_minor, tranches=(), cut_minor=rest_minor)
            return Plan(now_minor=now_minor, tranches=_cuts(decision, rest_minor, due_on=due_on))
        case _:
            raise Broken(f"{decision.answer} is no answer to a repayment.", code=Code.INVARIANT_BROKEN)


def again(decision: Decision, tranche: Tranche, *, in_days: int) -> Tranche:
    """Return the tranche that follows one kept back: the same amount and condition, looked at again in some days.

    Raise `Broken` unless that is on a later day: what is due again at once would be looked at for ever.
    """
    if not 1 <= in_days <= MOST_DAYS:
        raise Broken(
            f"Tranche {tranche.id} is to be looked at again in {in_days} days. It must be 1 to {MOST_DAYS}; correct "
            "the product's recheck_days.",
            code=Code.INVARIANT_BROKEN,
        )
    return Tranche(
        id=id_from(f"{decision.id}/1", at=decision.as_of),
        line=tranche.line,
        decision=decision.id,
        ordinal=1,
        amount_minor=tranche.amount_minor,
        due_on=business_day(decision.as_of) + timedelta(days=in_days),
        condition=tranche.condition,
        edition=tranche.edition,
    )


def _require_kept(decision: Decision) -> None:
    """Raise `Broken` unless an answer that withholds says how much comes back when, and on what condition."""
    terms = decision.terms
    is_reduced = decision.answer is Answer.REDUCED
    is_kept = (
        0 <= (terms.share_ppm or 0) <= MILLION
        and (is_reduced or 1 <= (terms.tranches_count or 0) <= MOST_TRANCHES)
        and (0 if is_reduced else 1) <= (terms.interval_days or 0) <= MOST_DAYS
        and bool(terms.condition)
    )
    if not is_kept:
        raise Broken(
            f"Decision {decision.id} withholds {terms.tranches_count} parts {terms.interval_days} days apart, "
            f"{terms.share_ppm} ppm at once, on condition {terms.condition}. That is 1 to {MOST_TRANCHES} parts, 1 to "
            f"{MOST_DAYS} days, 0 to {MILLION} ppm and a named condition; have the restoration table checked.",
            code=Code.INVARIANT_BROKEN,
        )


def _cuts(decision: Decision, rest_minor: int, *, due_on: date) -> tuple[Tranche, ...]:
    """Return the one part that is cut on a day unless its condition then holds; none if nothing is left to cut."""
    if not rest_minor:
        return ()
    return (
        Tranche(
            id=id_from(f"{decision.id}/1", at=decision.as_of),
            line=decision.line,
            decision=decision.id,
            ordinal=1,
            amount_minor=rest_minor,
            due_on=due_on,
            condition=decision.terms.condition or "",
            edition=decision.edition,
            is_cut=True,
        ),
    )


def _tranches(decision: Decision, rest_minor: int) -> tuple[Tranche, ...]:
    """Split what is left evenly; parts too small to be a minor unit are left out, the last part takes the remainder."""
    count, interval_days = decision.terms.tranches_count or 0, decision.terms.interval_days or 0
    today = business_day(decision.as_of)
    dates = [today + timedelta(days=interval_days * (step + 1)) for step in range(count)]
    parts = [(due_on, part) for due_on, part in zip(dates, split(rest_minor, [1] * count), strict=True) if part]
    return tuple(
        Tranche(
            id=id_from(f"{decision.id}/{ordinal}", at=decision.as_of),
            line=decision.line,
            decision=decision.id,
            ordinal=ordinal,
            amount_minor=part,
            due_on=due_on,
            condition=decision.terms.condition or "",
            edition=decision.edition,
        )
        for ordinal, (due_on, part) in enumerate(parts, start=1)
    )
