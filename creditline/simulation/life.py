"""What somebody does with a line, step by step, told after each how the line stands; and what their lender bills them."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from creditline.clock import DAY, business_day, start_of
from creditline.decision.outcome import Answer
from creditline.events.catalogue import AutopayEnabled, EvidenceVerified, StatementIssued
from creditline.ledger.line import Line
from creditline.restoration.advice import Advice, Help
from creditline.restoration.behaviour import Behaviour
from creditline.restoration.course import Act, Step
from creditline.restoration.doing import Doing
from creditline.restoration.plan import Tranche
from creditline.simulation.assumed import Assumed
from creditline.simulation.people import Month, Person, Want

DEFAULT_MONTHS = 3
"""So many months late is default."""

FULL = 1.02
"""Who pays a bill in full pays this much of it, so that interest leaves nothing over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a borrower sees of the own line: its buckets, what waits, how the last step was answered, and what is advised."""

    line: Line
    waits: tuple[Tranche, ...]
    answer: Answer | None = None
    advice: Advice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody looks what would help; it is sent with the view, and changes nothing."""

    happens_at: datetime


Life = Generator[Step | Look, View, None]
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
    """Somebody looked what would help, and was told something they can do, or was not (None); whether they did it.

    `by_on` is the day by which all of `parts`, what waited then, is told to be back, None where no day is certain.
    """

    told_at: datetime
    behaviours: tuple[Behaviour, ...] | None
    parts: tuple[UUID, ...]
    by_on: date | None
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
    calm_until_at: datetime | None = None
    todo: list[Step] = field(default_factory=list)


def life(person: Person, assumed: Assumed, diary: Diary, first: View) -> Life:
    """Live: bills, payments, purchases and what is done on advice, each at its instant."""
    mind = _Mind(person, assumed, diary, first)
    happens: list[tuple[datetime, Month | Want, bool]] = [(one.bill_at, one, True) for one in person.months]
    happens += [(one.pays_at, one, False) for one in person.months]
    happens += [(one.wanted_at, one, False) for one in person.wants]
    for at, what, is_bill in sorted(happens, key=lambda one: one[0]):
        while mind.todo and mind.todo[0].happens_at < at:
            planned = mind.todo.pop(0)
            mind.seen = yield planned
            mind.paid_minor += planned.amount_minor if planned.act is Act.REPAY else 0
        if isinstance(what, Want):
            step = _want(mind, what)
            if step is not None:
                mind.seen = yield step
                if mind.seen.answer is Answer.APPROVE:
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
                if _looks(mind, what):
                    mind.seen = yield Look(happens_at=step.happens_at)
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
    """Say whether somebody who heeds advice leaves a purchase, because they were told that a draw puts something off."""
    return mind.calm_until_at is not None and want.wanted_at < mind.calm_until_at


def _looks(mind: _Mind, month: Month) -> bool:
    """Say whether somebody wants to know what would help: not all that was repaid came back, and they take the time."""
    is_short = mind.seen.answer in {Answer.STAGED, Answer.OBSERVED, Answer.REDUCED} and bool(mind.seen.waits)
    return is_short and month.luck.looks < mind.assumed.advice.looks


def _be_advised(mind: _Mind, step: Step, month: Month) -> None:
    """Hear what brings the rest back, and do the first of it that can be afforded, or not."""
    advice, at = mind.seen.advice, step.happens_at
    helps = () if advice is None else advice.helps
    can = next((one for one in helps if _cost_minor(one) <= mind.person.income_minor), None)
    follows = can is not None and month.luck.follows < mind.assumed.advice.follows
    mind.diary.advised.append(
        Advised(
            told_at=at,
            behaviours=None if can is None else tuple(one.behaviour for one in can.doings),
            parts=tuple(one.id for one in mind.seen.waits),
            by_on=None if can is None else can.effect.all_back_on,
            is_followed=follows,
        )
    )
    if advice is None or can is None or not follows:
        return
    for doing in can.doings:
        _do(mind, doing, at=at)
    for told in advice.protects:
        mind.calm_until_at = start_of(told.doing.done_on) + DAY
    # Whoever does what is advised does not forget what is due meanwhile.
    mind.heeds_until_at = start_of(can.effect.all_back_on or business_day(at) + LONG) + DAY
    mind.todo.sort(key=lambda one: one.happens_at)


def _do(mind: _Mind, doing: Doing, *, at: datetime) -> None:
    """Plan what is to be done: money is paid an hour later, a proof handed in on its day; bills are paid as they come."""
    for one in doing.steps:
        match one.act, one.number:
            case Act.REPAY, _:
                mind.todo.append(replace(one, happens_at=at + timedelta(hours=1)))
            case Act.FACT, EvidenceVerified.number:
                on = start_of(doing.done_on) + timedelta(hours=8)
                income_minor = mind.person.income_minor
                mind.todo.append(replace(one, happens_at=max(on, at + timedelta(hours=1)), amount_minor=income_minor))
            case Act.FACT, AutopayEnabled.number:
                mind.todo.append(replace(one, happens_at=at + timedelta(hours=1)))
            case _:
                pass


def _cost_minor(help_: Help) -> int:
    """Return what somebody needs who does this: they are taken to have a month's income at hand."""
    return sum(doing.amount_minor or 0 for doing in help_.doings)


LONG = timedelta(days=90)
"""How long advice is heeded that names no day."""


def _withheld_share(line: Line) -> float:
    return line.withheld_minor / line.granted_minor if line.granted_minor else 0.0
