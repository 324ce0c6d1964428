"""Turn what the engine knows of a line into what its borrower reads, in the language they chose."""

from creditline.clock import business_day
from creditline.decision.outcome import Needs, Reason
from creditline.decision.reasons import MOST_REASONS
from creditline.edge.api.own_shapes import (
    HeldView,
    HomeView,
    KeptView,
    OverdueView,
    OwnLineView,
    OwnPromiseView,
    ReturnView,
    State,
    WhyView,
)
from creditline.explanation.explain import Part
from creditline.explanation.promised import tell_clauses
from creditline.explanation.words import Words, figures, tell, words_of
from creditline.flows.home import Home
from creditline.ledger.allocation import Part as OwedPart
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.money import MINOR_DIGITS, SYMBOLS
from creditline.restoration.plan import Tranche
from creditline.restoration.promise import PromiseKind
from creditline.store.promises import Kept as KeptPromise


def line_view(line: Line) -> OwnLineView:
    """Return a line as its borrower sees it."""
    names = ("granted", "drawn", "reserved", "withheld", "available", "headroom", "self_limit", "extra")
    return OwnLineView(
        line=line.id,
        product=line.product,
        currency=line.currency,
        symbol=SYMBOLS[line.currency],
        digits=MINOR_DIGITS[line.currency],
        bound=line.bound,
        extra_ends_at=line.extra_ends_at,
        apr_bp=line.apr_bp,
        opened_on=business_day(line.opened_at),
        **{f"{name}_minor": getattr(line, f"{name}_minor") for name in names},
    )


def home_view(home: Home, words: Words, *, kept: KeptView | None) -> HomeView:
    """Return the first page of a line."""
    today = business_day(home.as_of)
    late = overdue(home)
    owed_minor = sum(_owed_minor(loan) for loan in home.loans)
    due = [loan.running_row.due_on for loan in home.loans if loan.running_row]
    return HomeView(
        line=line_view(home.line),
        as_of=home.as_of,
        today=today,
        state=state_of(home),
        headline=tell(home.explanation, words).headline,
        block_says=words.say("reason", "blocked") if home.line.block_reason else None,
        held=[_held(part, home, words) for part in home.explanation.parts],
        not_because=not_because(home, words),
        kept=kept,
        overdue=late,
        owed_minor=owed_minor,
        due_on=min(due, default=None),
    )


def state_of(home: Home) -> State:
    """Return what the first page is about: what bars the borrower most comes first."""
    line, today = home.line, business_day(home.as_of)
    days = [tranche.due_on for tranche in home.tranches]
    if line.closed_at is not None:
        return State.CLOSED
    if line.block_reason is not None:
        return State.BLOCKED
    if overdue(home) is not None:
        return State.OVERDUE
    # A part is looked at in the first moments of its day: one that is still there the day after is our delay.
    if days and min(days) < today:
        return State.DELAYED
    if days and min(days) == today:
        return State.BEING_DECIDED
    if line.withheld_minor:
        return State.WAITING
    return State.ALL_BACK if line.version > 1 else State.NEW


def overdue(home: Home) -> OverdueView | None:
    """Return what is late by the loans of the line, or else by the last statement; None if nothing is."""
    since = [loan.unpaid_since_on for loan in home.loans if loan.unpaid_since_on]
    if since:
        amount_minor = sum(_due_minor(loan) for loan in home.loans)
        return OverdueView(amount_minor=amount_minor, since_on=min(since), months_count=home.months_late_count)
    if home.months_late_count:
        return OverdueView(amount_minor=None, since_on=None, months_count=home.months_late_count)
    return None


def not_because(home: Home, words: Words) -> list[str]:
    """Return what the newest withholding did not turn on, in the words the product has for it.

    A reason is told if the answer would have been better without it, so one that is not told did not matter; where four
    are told there may be more, and then nothing is ruled out but what is not there at all.
    """
    if not home.explanation.parts:
        return []
    told = {reason.code for part in home.explanation.parts for reason in part.reasons}
    is_whole = all(len(part.reasons) < MOST_REASONS for part in home.explanation.parts)
    ruled_out = []
    for code, says in words.sections.get("not_because", {}).items():
        is_absent = {
            "late": overdue(home) is None,
            "blocked": home.line.block_reason is None,
        }.get(code, is_whole)
        if code not in told and is_absent:
            ruled_out.append(says)
    return ruled_out


def promise_view(kept: KeptPromise, language: str) -> OwnPromiseView:
    """Return a promise in the words that were shown, or in another language's if it was not told in this one."""
    promise, end = kept.promise, kept.end
    return OwnPromiseView(
        promise=promise.tranche.id,
        told_on=business_day(promise.told_at),
        due_on=promise.tranche.due_on,
        amount_minor=promise.tranche.amount_minor,
        kind=promise.kind,
        says=_in(promise.told.by_language, language),
        outcome=end.outcome if end else None,
        ended_on=business_day(end.ended_at) if end else None,
        end_says=_in(end.told.by_language, language) if end else None,
    )


def why_view(reason: Reason, currency: str, words: Words) -> WhyView:
    """Return a reason with its figures written, if it has both."""
    value_says = threshold_says = None
    if reason.value is not None and reason.threshold is not None and reason.needs is not Needs.OTHER:
        value_says, threshold_says = figures(
            reason.factor, value=reason.value, threshold=reason.threshold, currency=currency
        )
    return WhyView(
        code=reason.code,
        says=words.say("reason", reason.code),
        factor=words.sections["factor"].get(reason.factor, reason.factor),
        value=reason.value,
        value_says=value_says,
        threshold=reason.threshold,
        threshold_says=threshold_says,
        needs=reason.needs,
    )


def _held(part: Part, home: Home, words: Words) -> HeldView:
    own = [tranche for tranche in home.tranches if tranche.decision == part.decision]
    edition = home.editions[part.edition]
    told = words_of(edition, words.language) if words.language in edition.languages else words
    return HeldView(
        decision=part.decision,
        decided_on=part.decided_on,
        answer=part.answer,
        amount_minor=part.amount_minor,
        why=[why_view(reason, home.line.currency, words) for reason in part.reasons],
        returns=[_return(tranche, home, told) for tranche in own],
    )


def _return(tranche: Tranche, home: Home, words: Words) -> ReturnView:
    is_estimate = tranche.condition in home.editions[tranche.edition].estimates
    return ReturnView(
        promise=tranche.id,
        due_on=tranche.due_on,
        amount_minor=tranche.amount_minor,
        kind=PromiseKind.ESTIMATE if is_estimate else PromiseKind.COMMITMENT,
        condition=words.say("condition", tranche.condition),
        is_cut=tranche.is_cut,
        failing=tell_clauses(home.failing[tranche.id], words, currency=home.line.currency),
    )


def _owed_minor(loan: Loan) -> int:
    return loan.outstanding_minor + _charged_minor(loan) + loan.accrued_interest_minor + loan.accrued_penalty_minor


def _due_minor(loan: Loan) -> int:
    """Return what of a loan should have been paid by now."""
    return loan.overdue_minor + _charged_minor(loan) + loan.accrued_penalty_minor if loan.unpaid_since_on else 0


def _charged_minor(loan: Loan) -> int:
    parts = (OwedPart.FEE, OwedPart.PENALTY, OwedPart.INTEREST)
    return sum(loan.charged_minor(part) - loan.paid_minor(part) for part in parts)


def _in(told: dict[str, str], language: str) -> str:
    return told.get(language) or next(iter(told.values()), "")
