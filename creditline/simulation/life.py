"""What somebody does with a line, step by step, told after each how the line stands; and what their lender bills them."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from creditline.clock import business_day, start_of
from creditline.decision.outcome import Answer
from creditline.events.catalogue import EvidenceVerified, StatementIssued
from creditline.ledger.line import Line
from creditline.restoration.course import Act, Step
from creditline.restoration.plan import Tranche
from creditline.simulation.assumed import Assumed
from creditline.simulation.people import Month, Person, Want

DEFAULT_MONTHS = 3
"""So many months late is default."""

FULL = 1.02
"""Who pays a bill in full pays this much of it, so that interest leaves nothing over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a borrower sees of the own line: its buckets, what waits, and how the last step was answered."""

    line: Line
    waits: tuple[Tranche, ...]
    answer: Answer | None = None


Life = Generator[Step, View, None]
"""Steps in the order of time, each sent how the line stands after it."""


class Mood(StrEnum):
    """How a month goes: as usual, under strain, or with nothing to pay from."""

    WELL = "well"
    STRAIN = "strain"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A bill as it was issued: when, how much of which limit, by how many months late, and what was paid by the next."""

    issued_at: datetime
    amount_minor: int
    granted_minor: int
    months_late: int
    paid_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """Somebody was told what brings limit back, and whether they did it; `is_proof` if it was to prove income."""

    told_at: datetime
    is_proof: bool
    is_followed: bool


@dataclass(slots=True, kw_only=True)
class Diary:
    """What is remembered of a life besides its course."""

    bills: list[Bill] = field(default_factory=list)
    advised: list[Advised] = field(default_factory=list)
    drawn_on: list[datetime] = field(default_factory=list)
    unmet_minor: int = 0
    default_at: datetime | None = None
    default_minor: int = 0


@dataclass(slots=True)
class _Mind:
    """Somebody under way."""

    person: Person
    assumed: Assumed
    diary: Diary
    seen: View
    mood: Mood = Mood.WELL
    due_minor: int = 0
    paid_minor: int = 0
    months_late: int = 0
    month: Month | None = None
    heeds_until_at: datetime | None = None
    proof_at: datetime | None = None
    has_proof: bool = False
    recent: list[datetime] = field(default_factory=list)


def life(person: Person, assumed: Assumed, diary: Diary, first: View) -> Life:
    """Live: bills, payments, purchases and what is done on advice, each at its instant."""
    mind = _Mind(person, assumed, diary, first)
    happens: list[tuple[datetime, Month | Want, bool]] = [(one.bill_at, one, True) for one in person.months]
    happens += [(one.pays_at, one, False) for one in person.months]
    happens += [(one.wanted_at, one, False) for one in person.wants]
    for at, what, is_bill in sorted(happens, key=lambda one: one[0]):
        if mind.proof_at is not None and mind.proof_at < at:
            mind.seen = yield _proof(mind)
        if isinstance(what, Want):
            step = _want(mind, what)
            if step is not None:
                mind.seen = yield step
                if mind.seen.answer is Answer.APPROVE:
                    mind.recent.append(at)
                    diary.drawn_on.append(at)
        elif is_bill:
            step = _bill(mind, what)
            mind.seen = yield step
            _go_on(mind, what)
        else:
            step = _pay(mind, what)
            if step is not None:
                mind.paid_minor += step.amount_minor
                mind.seen = yield step
                _be_advised(mind, step, what)


def _bill(mind: _Mind, month: Month) -> Step:
    """Issue a statement of the principal that is drawn; who paid less than the minimum since the last is a month later."""
    diary, line = mind.diary, mind.seen.line
    if diary.bills:
        last = diary.bills[-1]
        diary.bills[-1] = Bill(
            issued_at=last.issued_at, amount_minor=last.amount_minor, granted_minor=last.granted_minor,
            months_late=last.months_late, paid_minor=mind.paid_minor,
        )  # fmt: skip
    arrears_minor = max(0, mind.due_minor - mind.paid_minor)
    mind.months_late = mind.months_late + 1 if arrears_minor else 0
    mind.due_minor = min(line.drawn_minor, int(line.drawn_minor * mind.assumed.payment.minimum) + arrears_minor)
    mind.paid_minor = 0
    bill = Bill(
        issued_at=month.bill_at,
        amount_minor=line.drawn_minor,
        granted_minor=line.granted_minor,
        months_late=mind.months_late,
    )
    diary.bills.append(bill)
    if mind.months_late >= DEFAULT_MONTHS and diary.default_at is None:
        diary.default_at, diary.default_minor = month.bill_at, line.drawn_minor
    return Step(
        happens_at=month.bill_at,
        act=Act.FACT,
        number=StatementIssued.number,
        amount_minor=line.drawn_minor,
        code=mind.months_late,
    )


def _go_on(mind: _Mind, month: Month) -> None:
    """Let a month begin, with what chance makes of it."""
    trouble, luck = mind.assumed.trouble, month.luck
    mind.month = month
    match mind.mood:
        case Mood.WELL:
            more = 1 + mind.assumed.response.trouble_more * _withheld_share(mind.seen.line)
            begins = trouble.begins * mind.person.frailty * more
            mind.mood = Mood.STRAIN if luck.trouble < begins else Mood.WELL
        case Mood.STRAIN:
            if luck.trouble < trouble.strain_ends:
                mind.mood = Mood.WELL
            elif luck.trouble < trouble.strain_ends + trouble.strain_worsens:
                mind.mood = Mood.NOTHING
        case Mood.NOTHING:
            mind.mood = Mood.WELL if luck.trouble < trouble.nothing_ends else Mood.NOTHING


def _pay(mind: _Mind, month: Month) -> Step | None:
    """Pay what the month leaves, if anything is owed and it is not forgotten."""
    line, luck, payment = mind.seen.line, month.luck, mind.assumed.payment
    if mind.month is not month or not line.drawn_minor or not mind.diary.bills[-1].amount_minor:
        return None
    bill_minor = mind.diary.bills[-1].amount_minor
    heeds = mind.heeds_until_at is not None and month.pays_at < mind.heeds_until_at
    match mind.mood:
        case Mood.NOTHING if luck.nothing < mind.assumed.trouble.pays_nothing:
            return None
        case Mood.WELL if luck.forgets < payment.forgets and not heeds:
            return None
        case Mood.WELL if luck.dips >= mind.assumed.income.dip:
            ratio = mind.person.habit * (1 + payment.varies * (2 * luck.pays - 1))
            amount_minor = bill_minor * (FULL if mind.person.habit >= 1 else min(ratio, FULL))
        case _:
            amount_minor = 0.0
    whole_minor = max(int(amount_minor), mind.due_minor + 1)
    return Step(happens_at=month.pays_at, act=Act.REPAY, amount_minor=whole_minor)


def _want(mind: _Mind, want: Want) -> Step | None:
    """Draw for a purchase, less the more of the limit is in use or withheld; what is left may be too little to bother."""
    line, assumed = mind.seen.line, mind.assumed
    usual = 1 if mind.mood is Mood.WELL else assumed.trouble.draws_times
    if want.chance * assumed.trouble.draws_times >= usual or not line.granted_minor:
        return None
    left = max(0.0, 1 - line.drawn_minor / line.granted_minor) ** assumed.purchases.distance_power
    held = 1 - assumed.response.draws_less * _withheld_share(line)
    wanted_minor = max(100, int(mind.person.wants_minor * want.size * left * held))
    amount_minor = min(wanted_minor, line.available_minor)
    if amount_minor < wanted_minor * assumed.response.least_worth or _stays_calm(mind, want):
        mind.diary.unmet_minor += wanted_minor
        return None
    mind.diary.unmet_minor += wanted_minor - amount_minor
    return Step(happens_at=want.wanted_at, act=Act.DRAW, amount_minor=amount_minor)


def _stays_calm(mind: _Mind, want: Want) -> bool:
    """Say whether somebody who heeds advice leaves a purchase, because one more draw this month would be too many."""
    if mind.heeds_until_at is None or want.wanted_at >= mind.heeds_until_at:
        return False
    month_ago = want.wanted_at - timedelta(days=30)
    mind.recent = [at for at in mind.recent if at > month_ago]
    return len(mind.recent) >= FEW_DRAWS


FEW_DRAWS = 6
"""Who heeds advice draws no more often in 30 days, whatever the product's own number is."""


def _be_advised(mind: _Mind, step: Step, month: Month) -> None:
    """Hear what brings the rest back: pay on time and draw seldom until its day, and prove income; do it, or not."""
    if mind.seen.answer not in {Answer.STAGED, Answer.OBSERVED} or not mind.seen.waits:
        return
    follows = month.luck.follows < mind.assumed.advice.follows
    is_proof = not mind.has_proof
    mind.diary.advised.append(Advised(told_at=step.happens_at, is_proof=is_proof, is_followed=follows))
    if not follows:
        return
    mind.heeds_until_at = max(start_of(one.due_on) for one in mind.seen.waits) + timedelta(days=1)
    if is_proof:
        mind.has_proof = True
        mind.proof_at = start_of(business_day(step.happens_at)) + timedelta(
            days=mind.assumed.advice.proof_days, hours=8
        )


def _proof(mind: _Mind) -> Step:
    """Hand in a proof of income, which is found genuine."""
    assert mind.proof_at is not None
    step = Step(
        happens_at=mind.proof_at, act=Act.FACT, number=EvidenceVerified.number, amount_minor=mind.person.income_minor
    )
    mind.proof_at = None
    return step


def _withheld_share(line: Line) -> float:
    return line.withheld_minor / line.granted_minor if line.granted_minor else 0.0
