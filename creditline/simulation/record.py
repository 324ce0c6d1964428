"""What a life came to, in whole numbers: one row a person, one column a figure, so that many lives are added up as arrays."""

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from creditline.clock import DAY, business_day
from creditline.decision.decide import given_by
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.restoration.condition import clauses_of
from creditline.restoration.course import Course, Standing, What
from creditline.restoration.plan import Tranche
from creditline.restoration.promise import Outcome, outcome_of
from creditline.restoration.underway import Decided
from creditline.simulation.assumed import Assumed
from creditline.simulation.life import Bill, Diary
from creditline.simulation.world import Lived

Rows = NDArray[np.int64]

ERRORS = ((0, "on_day"), (30, "by_30"), (60, "by_60"), (10_000, "later"))
"""Within how many days of the day first told an amount came back, and the name that has."""

FIELDS = (
    "at_once", "staged", "observed", "reduced",
    "told", "kept", "early", "late", "condition_failed", "held_back", "open",
    "parts", "error_on_day", "error_by_30", "error_by_60", "error_later", "error_never", "error_days",
    "withheld_minor_days", "repaid_minor", "drawn_minor", "unmet_minor", "draws", "declined",
    "is_default", "default_minor", "loss_minor",
    "looked", "nothing_helps", "advised", "followed", "worked_followed", "left", "worked_left",
)  # fmt: skip
"""The figures of a life, all whole numbers; amounts are minor units.

`held_back` are promises whose every clause held and whose amount was kept back all the same: a fault of the engine.
"""

MOMENTS = (
    "bills", "first_use_ppm", "firsts", "sixth_use_ppm", "sixths", "above_80", "no_use",
    "billed", "paid_all", "paid_little", "paid_nothing", "all_before", "all_again",
    "were_current", "fell_late", "were_late", "stayed_late", "months", "months_drawn",
)  # fmt: skip
"""What the moments are made of, counts but for uses of the limit in millionths."""

OF_MONTHS = 6
"""Moments are of the first bills of a life, as the data they are compared with."""

FULL_SHARE, LITTLE_SHARE = 0.99, 0.05


def record_of(lived: Lived, assumed: Assumed, *, until: datetime) -> list[int]:
    """Return the row of a life, in the order of FIELDS."""
    course, diary = lived.course, lived.diary
    found: Counter[str] = Counter()
    found.update(str(one.decision.answer) for one in course.decided if one.decision.kind is Kind.RESTORATION)
    _promises(found, course)
    _errors(found, course.decided, until=until)
    _money(found, lived, until=until)
    found["is_default"] = int(diary.default_at is not None)
    found["default_minor"] = diary.default_minor
    found["loss_minor"] = round(diary.default_minor * assumed.loss_given_default_ratio)
    found["unmet_minor"] = diary.unmet_minor
    _advice(found, diary, course, until=until)
    return [found[name] for name in FIELDS]


def _promises(found: Counter[str], course: Course) -> None:
    """Count what was told and what became of it, by the functions that count it for real."""
    for one in course.decided:
        found["told"] += len(one.promised)
        if one.ended is None:
            continue
        outcome = outcome_of(one.ended, one.decision)
        found[str(outcome)] += 1
        if outcome is Outcome.CONDITION_FAILED and _holds(course.standing, one.ended, one.decision):
            found["held_back"] += 1
    ended = sum(found[str(outcome)] for outcome in Outcome)
    found["open"] = found["told"] - ended


def _holds(standing: Standing, part: Tranche, decision: Decision) -> bool:
    """Say whether the reference finds that all clauses of a condition held, whatever was decided by another executor."""
    product = standing.editions[part.edition]
    return all(clause.holds for clause in clauses_of(product, part.condition, given_by(product, decision)))


def _errors(found: Counter[str], decided: Sequence[Decided], *, until: datetime) -> None:
    """Hold the day first told for each part against the day on which its amount came back."""
    first: dict[UUID, Tranche] = {}
    end_on = business_day(until)
    for one in decided:
        told = None if one.ended is None else first.pop(one.ended.id)
        if told is not None and one.decision.answer is Answer.RELEASED:
            days = (business_day(one.decision.as_of) - told.due_on).days
            found["parts"] += 1
            found["error_days"] += abs(days)
            found[f"error_{next(name for most, name in ERRORS if abs(days) <= most)}"] += 1
        first.update((part.id, told or part) for part in one.promised)
    overdue = [part for part in first.values() if part.due_on < end_on]
    found["parts"] += len(overdue)
    found["error_never"] += len(overdue)


def _money(found: Counter[str], lived: Lived, *, until: datetime) -> None:
    """Add up what was drawn and repaid, and the limit that was withheld times the days it was."""
    withheld_minor, since = 0, lived.person.opened_at
    held = 0
    for event in lived.course.events:
        held += withheld_minor * ((event.happens_at - since) // timedelta(seconds=1))
        withheld_minor, since = event.line.withheld_minor, event.happens_at
        match event.what:
            case What.DRAWN:
                found["drawn_minor"] += event.amount_minor
                found["draws"] += 1
            case What.REPAID:
                found["repaid_minor"] += event.amount_minor
            case What.REFUSED if event.answer is not None:
                found["declined"] += 1
            case _:
                pass
    held += withheld_minor * ((until - since) // timedelta(seconds=1))
    found["withheld_minor_days"] = held // (DAY // timedelta(seconds=1))


def _advice(found: Counter[str], diary: Diary, course: Course, *, until: datetime) -> None:
    """Compare those who did what they were told with those who could have: the same advice, apart by chance alone.

    It worked if everything that waited came back by the day that was told. What is not due by the end counts nowhere.
    """
    back = {one.origin: business_day(one.happens_at) for one in course.events if one.what is What.RELEASED}
    for told in diary.advised:
        found["looked"] += 1
        found["nothing_helps"] += told.behaviours is None
        found["advised"] += told.behaviours is not None
        if told.by_on is None or told.by_on >= business_day(until):
            continue
        ends = [back.get(course.origins.get(part, part)) for part in told.parts]
        works = all(day is not None and day <= told.by_on for day in ends)
        found["followed" if told.is_followed else "left"] += 1
        found["worked_followed" if told.is_followed else "worked_left"] += works


def moments_of(lived: Lived) -> list[int]:
    """Return what a life adds to the moments, in the order of MOMENTS."""
    found: Counter[str] = Counter()
    bills = lived.diary.bills[:OF_MONTHS]
    found["bills"] = len(bills)
    for name, whole, place in (("first_use_ppm", "firsts", 0), ("sixth_use_ppm", "sixths", OF_MONTHS - 1)):
        if place < len(bills):
            found[name] = round(1e6 * bills[place].amount_minor / bills[place].granted_minor)
            found[whole] = 1
    if len(bills) == OF_MONTHS:
        found["above_80"] = int(found["sixth_use_ppm"] > 800_000)
        found["no_use"] = int(found["sixth_use_ppm"] <= 10_000)
    for before, bill in itertools.pairwise(bills):
        _payment(found, before)
        if before.amount_minor and bill.amount_minor and _paid_share(before) >= FULL_SHARE and len(bills) > 1:
            found["all_before"] += bill is not bills[-1]
            found["all_again"] += bill is not bills[-1] and _paid_share(bill) >= FULL_SHARE
        was, now = before.months_late > 0, bill.months_late > 0
        found["were_late" if was else "were_current"] += 1
        found["stayed_late"] += was and now
        found["fell_late"] += now and not was
        found["months"] += 1
        found["months_drawn"] += any(before.issued_at < at <= bill.issued_at for at in lived.diary.drawn_on)
    return [int(found[name]) for name in MOMENTS]


def _payment(found: Counter[str], bill: Bill) -> None:
    if not bill.amount_minor:
        return
    share = _paid_share(bill)
    found["billed"] += 1
    found["paid_all"] += share >= FULL_SHARE
    found["paid_little"] += share <= LITTLE_SHARE
    found["paid_nothing"] += not bill.paid_minor


def _paid_share(bill: Bill) -> float:
    return bill.paid_minor / bill.amount_minor


def gaps_of(lived: Lived) -> list[int]:
    """Return the whole days between the days on which somebody drew, as the days between purchases are counted."""
    days = sorted({business_day(at) for at in lived.diary.drawn_on})
    return [(after - before).days for before, after in itertools.pairwise(days)]
