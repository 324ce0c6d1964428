"""What a draw or a repayment would do, told before it is confirmed: dates, cost, and how much delays nothing.

Everything is run by the engine and nothing is kept. The largest amount is found by halving: a larger draw leaves every
feature of the catalogue the same or worse, and a worse value is never answered better (held by the checks of a policy and
by tests/laws), so that what delays something is everything from one amount on.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from creditline.clock import business_day
from creditline.decision.outcome import Answer
from creditline.decision.settle import new_loan, settle
from creditline.errors import Malformed
from creditline.events.catalogue import EvidenceVerified
from creditline.events.event import EvidenceKind
from creditline.ids import id_from
from creditline.ledger.allocation import Part, Turn
from creditline.ledger.cost import yearly_rate
from creditline.ledger.loan import Loan
from creditline.ledger.payment import claims_of, pay, quote_settlement
from creditline.ledger.running import accrue
from creditline.money import MILLION
from creditline.restoration.advice import NEVER, Dates, Effect, dates_of, effect_of
from creditline.restoration.course import Act, Event, Standing, Step, What
from creditline.restoration.forecast import Forecast, forecast
from creditline.restoration.plan import Tranche

AHEAD = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What one day asks for: principal, interest with any penalty, and fees."""

    due_on: date
    principal_minor: int
    interest_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a loan costs if it is repaid as agreed; `all_in_ppm` is the effective annual rate of all that is paid, if any."""

    interest_minor: int
    fee_minor: int
    all_in_ppm: int | None
    dues: tuple[Due, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawPreview:
    """What a draw would do: the answer and its reasons, what it costs if it is repaid as agreed, and what it delays.

    `all_in_ppm` is the effective annual rate of all that is paid, None where there is none. `all_back_on` is when all that
    waits today is back with it, `without_on` without it. `largest_minor` is the most that could be drawn now and would put
    nothing off.
    """

    amount_minor: int
    answer: Answer
    reasons: tuple[str, ...]
    without_on: date | None
    effect: Effect
    interest_minor: int
    fee_minor: int
    apr_bp: int
    all_in_ppm: int | None
    dues: tuple[Due, ...]
    available_minor: int
    largest_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepayPreview:
    """What a repayment would do: what it meets, what of it comes back at once and when the rest, and what it saves.

    `cut_minor` is what does not come back, as the limit would be lowered by it at once.

    `answer` is None if nothing of it can be taken. `saved_minor` is the interest and penalty that would be owed more
    without it if everything else were paid as agreed. `largest_minor` is the most that could be paid now and would put
    nothing off.
    """

    accepted_minor: int
    excess_minor: int
    parts: dict[Part, int]
    saved_minor: int
    answer: Answer | None
    reasons: tuple[str, ...]
    back_now_minor: int
    cut_minor: int
    tranches: tuple[Tranche, ...]
    without_on: date | None
    effect: Effect
    available_minor: int
    largest_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A part that waits: when it is back by itself and when with a proof, None for not within a year."""

    amount_minor: int
    without_on: date | None
    with_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPreview:
    """What a proof would do, were it verified on a day: to every part that waits, the earliest first."""

    verified_on: date
    without_on: date | None
    effect: Effect
    parts: tuple[Moved, ...]


def preview_proof(standing: Standing, kind: EvidenceKind, amount_minor: int, *, at: datetime) -> ProofPreview:
    """Run a proof that is found true at an instant; `amount_minor` is what it says a month."""
    code = tuple(EvidenceKind).index(kind)
    step = Step(happens_at=at, act=Act.FACT, number=EvidenceVerified.number, amount_minor=amount_minor, code=code)
    base = dates_of(standing, _run(standing, (), is_explained=False))
    dates = dates_of(standing, _run(standing, (step,), is_explained=False))
    amounts = (tranche.amount_minor for tranche in standing.tranches)
    return ProofPreview(
        verified_on=business_day(at),
        without_on=effect_of(standing, base, base=base).all_back_on,
        effect=effect_of(standing, dates, base=base),
        parts=tuple(
            Moved(amount_minor=minor, without_on=_told(without_on), with_on=_told(with_on))
            for without_on, with_on, minor in sorted(zip(base, dates, amounts, strict=True))
        ),
    )


def preview_draw(standing: Standing, amount_minor: int) -> DrawPreview:
    """Run a draw now."""
    base, ran = _run(standing, ()), _run(standing, _drawing(standing, amount_minor))
    event = _event(ran, What.DRAWN, What.REFUSED)
    cost = cost_of(_loan(standing, amount_minor))

    def delays(least_minor: int) -> bool:
        tried = _run(standing, _drawing(standing, least_minor), is_explained=False)
        is_drawn = any(one.what is What.DRAWN and one.amount_minor == least_minor for one in tried.events)
        return not is_drawn or _is_later(dates_of(standing, tried), dates_of(standing, base))

    return DrawPreview(
        amount_minor=amount_minor,
        answer=event.answer or Answer.DECLINE,
        reasons=tuple(reason.code for reason in event.reasons),
        without_on=_without(standing, base),
        effect=effect_of(standing, dates_of(standing, ran), base=dates_of(standing, base)),
        interest_minor=cost.interest_minor,
        fee_minor=cost.fee_minor,
        apr_bp=standing.line.apr_bp,
        all_in_ppm=cost.all_in_ppm,
        dues=cost.dues,
        available_minor=event.line.available_minor,
        largest_minor=largest(standing.line.available_minor, delays),
    )


def preview_repayment(standing: Standing, amount_minor: int) -> RepayPreview:
    """Run a repayment now."""
    today = business_day(standing.line.after_last(standing.as_of))
    settled = settle(standing.product.lending, standing.loans, amount_minor, on=today)
    base, ran = _run(standing, ()), _run(standing, _repaying(standing, amount_minor))
    event = _event(ran, What.REPAID, What.REFUSED)
    is_taken = event.what is What.REPAID
    back_now = [one for one in ran.events if one.what is What.RELEASED and one.origin is None]
    after = {loan.id: loan for loan in settled.changed}
    owed_minor = sum(quote_settlement(loan, on=today).amount_minor for loan in standing.loans)

    def delays(least_minor: int) -> bool:
        tried = _run(standing, _repaying(standing, least_minor), is_explained=False)
        return _is_later(dates_of(standing, tried), dates_of(standing, base))

    return RepayPreview(
        accepted_minor=settled.accepted_minor if is_taken else 0,
        excess_minor=settled.excess_minor if is_taken else amount_minor,
        parts=settled.parts,
        saved_minor=_charged_minor(standing.loans, today=today)
        - _charged_minor((after.get(loan.id, loan) for loan in standing.loans), today=today)
        - sum(amount_minor for part, amount_minor in settled.parts.items() if part is not Part.PRINCIPAL),
        answer=event.answer if is_taken else None,
        reasons=tuple(reason.code for reason in event.reasons),
        back_now_minor=sum(one.amount_minor for one in back_now),
        cut_minor=sum(one.amount_minor for one in ran.events if one.what is What.CUT and one.origin is None),
        tranches=event.promised,
        without_on=_without(standing, base),
        effect=effect_of(standing, dates_of(standing, ran), base=dates_of(standing, base)),
        available_minor=(back_now[-1] if back_now else event).line.available_minor,
        largest_minor=largest(owed_minor, delays),
    )


def largest(most_minor: int, delays: Callable[[int], bool]) -> int:
    """Return the largest amount up to one that delays nothing, 0 if the smallest does; what delays, delays from there on."""
    if most_minor <= 0 or delays(1):
        return 0
    if not delays(most_minor):
        return most_minor
    good_minor, bad_minor = 1, most_minor
    while bad_minor - good_minor > 1:
        middle_minor = (good_minor + bad_minor) // 2
        if delays(middle_minor):
            bad_minor = middle_minor
        else:
            good_minor = middle_minor
    return good_minor


def _run(standing: Standing, steps: Sequence[Step], *, is_explained: bool = True) -> Forecast:
    return forecast(standing, steps, until=standing.as_of + AHEAD, is_explained=is_explained)


def _drawing(standing: Standing, amount_minor: int) -> tuple[Step, ...]:
    return (Step(happens_at=standing.as_of, act=Act.DRAW, amount_minor=amount_minor),)


def _repaying(standing: Standing, amount_minor: int) -> tuple[Step, ...]:
    return (Step(happens_at=standing.as_of, act=Act.REPAY, amount_minor=amount_minor),)


def _event(ran: Forecast, *whats: What) -> Event:
    return next(event for event in ran.events if event.what in whats)


def _without(standing: Standing, base: Forecast) -> date | None:
    dates = dates_of(standing, base)
    return effect_of(standing, dates, base=dates).all_back_on


def _told(day: date) -> date | None:
    return None if day == NEVER else day


def _is_later(dates: Dates, base: Dates) -> bool:
    return any(own > other for own, other in zip(dates, base, strict=True))


def _loan(standing: Standing, amount_minor: int) -> Loan:
    at = standing.line.after_last(standing.as_of)
    own = id_from("preview", at=at)
    return new_loan(standing.product, standing.line, loan=own, amount_minor=amount_minor, at=at)


def cost_of(loan: Loan) -> Cost:
    """Return what a loan costs from the day it was drawn, if everything is paid on its day."""
    dues = dues_of(loan, today=loan.drawn_on)
    flows = [(loan.drawn_on, loan.principal_minor)]
    flows += [(due.due_on, -due.principal_minor - due.interest_minor - due.fee_minor) for due in dues]
    return Cost(
        interest_minor=sum(due.interest_minor for due in dues),
        fee_minor=loan.fee_minor,
        all_in_ppm=_all_in_ppm(flows),
        dues=dues,
    )


def dues_of(loan: Loan, *, today: date) -> tuple[Due, ...]:
    """Return what a loan still asks for if everything is paid on its day, and what is late today."""
    dues: list[Due] = []
    for day in sorted({max(row.due_on, today) for row in loan.rows}):
        reached = accrue(loan, through_on=day)
        claims = [claim for claim in claims_of(reached) if claim.turn is Turn.DUE]
        amount_minor = sum(claim.amount_minor for claim in claims)
        if amount_minor:
            parts = {part: sum(one.amount_minor for one in claims if one.part is part) for part in Part}
            charged_minor = parts[Part.INTEREST] + parts[Part.PENALTY]
            due = Due(
                due_on=day,
                principal_minor=parts[Part.PRINCIPAL],
                interest_minor=charged_minor,
                fee_minor=parts[Part.FEE],
            )
            dues.append(due)
            loan, _ = pay(reached, amount_minor, on=day)
    return tuple(dues)


def _charged_minor(loans: Iterable[Loan], *, today: date) -> int:
    """Return all that loans still ask for besides principal."""
    return sum(due.interest_minor + due.fee_minor for loan in loans for due in dues_of(loan, today=today))


def _all_in_ppm(flows: Sequence[tuple[date, int]]) -> int | None:
    """Return the effective annual rate of dated payments, to the nearest part per million; None where none does it."""
    try:
        return round(yearly_rate(flows) * MILLION)
    except Malformed:
        return None
