"""How the arms of a strategy do: rates beside the champion's, how far they lie apart, and how long it takes to know.

Who is compared is a borrower (or a line, as the strategy says), once, in the arm of the first answer: by intention to treat. A
difference has Newcombe's interval (`score.rates`); a stop rule looks at its near end, one-sided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, erfc, sqrt
from statistics import NormalDist

from creditline.decision.outcome import Answer
from creditline.money import MILLION
from creditline.policy.strategy import Measure, StopRule, Trial
from creditline.score.rates import Sample, difference_of, rate_of

FALSE_ALARM = 0.001
"""Below this chance the shares of a sample are taken for wrong: such a look is taken again and again."""

LEAST_EXPECTED = 5
"""A sample's shares are not judged before so many are expected on each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who is compared: when first answered, what of, and since when bad; None of what did not happen.

    `has_line` says that there is a line which can turn bad at all.
    """

    name: str
    first_at: datetime
    asked: Answer | None
    restored: Answer | None
    has_line: bool
    bad_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """So many subjects, and what became of them.

    Of those asked for a line or money, how many were approved; of repayments, how many were held back; of those watched for
    the whole horizon, how many turned bad.
    """

    count: int
    asked_count: int
    approved_count: int
    restored_count: int
    withheld_count: int
    matured_count: int
    bad_count: int

    def of(self, measure: Measure) -> Sample:
        """Return the hits and cases of a measure that is a share."""
        match measure:
            case Measure.BAD_RATE | Measure.LOSS:
                return Sample(hits=self.bad_count, count=self.matured_count)
            case Measure.APPROVAL_RATE:
                return Sample(hits=self.approved_count, count=self.asked_count)
            case Measure.WITHHELD_RATE:
                return Sample(hits=self.withheld_count, count=self.restored_count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A share in an arm and at the champion, and by how much the arm's is higher with its 95 % interval, in ppm."""

    measure: Measure
    arm_ppm: int
    champion_ppm: int
    apart_ppm: int
    low_ppm: int
    high_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Whether as many are in the arm as its share says: who was counted, and the chance of being so far off or farther."""

    arm_count: int
    champion_count: int
    expected_ppm: int
    p: float
    is_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many subjects of the arm are needed, how many are there and come a day, and in how many days enough have matured.

    `days` is None while nothing tells it: nobody comes, or nobody has turned bad at the champion.
    """

    needed_count: int | None
    a_day: float
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one arm does beside the champion's borrowers of the same days and segment; `fired` says which stop rules hold and why.

    `crossed_count` were answered by both, and are left out of both. `owed_minor` is what the bad of the arm owe, by currency.
    """

    arm: str
    since: datetime
    until: datetime
    own: Counts
    champion: Counts
    crossed_count: int
    differences: tuple[Difference, ...]
    balance: Balance
    waiting: Waiting
    owed_minor: Mapping[str, int]
    fired: tuple[str, ...]


def counts_of(subjects: Sequence[Subject], *, trial: Trial, now: datetime) -> Counts:
    """Count subjects; who is watched for less than the horizon has no outcome yet."""
    horizon = timedelta(days=trial.horizon_days)
    matured = [one for one in subjects if one.has_line and one.first_at + horizon <= now]
    asked = [one.asked for one in subjects if one.asked is not None]
    restored = [one.restored for one in subjects if one.restored is not None]
    return Counts(
        count=len(subjects),
        asked_count=len(asked),
        approved_count=asked.count(Answer.APPROVE),
        restored_count=len(restored),
        withheld_count=len(restored) - restored.count(Answer.AT_ONCE),
        matured_count=len(matured),
        bad_count=sum(one.bad_at is not None and one.bad_at <= one.first_at + horizon for one in matured),
    )


def difference(measure: Measure, own: Counts, *, than: Counts) -> Difference | None:
    """Return how far a share of an arm lies from the champion's; None while one side has no case."""
    one, other = own.of(measure), than.of(measure)
    if not one.count or not other.count:
        return None
    apart = difference_of(one, than=other)
    return Difference(
        measure=measure,
        arm_ppm=_ppm(rate_of(one).at),
        champion_ppm=_ppm(rate_of(other).at),
        apart_ppm=_ppm(apart.at),
        low_ppm=_ppm(apart.low),
        high_ppm=_ppm(apart.high),
    )


def fired_by(rule: StopRule, own: Counts, *, than: Counts, owed_minor: Mapping[str, int]) -> str | None:
    """Say why a rule stops an arm, or return None if it does not."""
    if rule.measure is Measure.LOSS:
        owed = owed_minor.get(rule.currency, 0)
        if owed <= rule.most_minor:
            return None
        return (
            f"loss: bad borrowers of the arm owe {owed} {rule.currency} minor, at most {rule.most_minor} was set aside"
        )
    one, other = own.of(rule.measure), than.of(rule.measure)
    if min(one.count, other.count) < rule.least_count:
        return None
    # One-sided at p is two-sided at 2 p; less approval is worse, of the others more.
    apart = difference_of(one, than=other, level=max(0.0, 1 - 2 * rule.p))
    sign = -1 if rule.measure is Measure.APPROVAL_RATE else 1
    near = min(sign * apart.low, sign * apart.high)
    if near * MILLION <= rule.worse_by_ppm:
        return None
    return (
        f"{rule.measure}: {100 * one.rate:.2f} % of {one.count:.0f} against the champion's {100 * other.rate:.2f} % of "
        f"{other.count:.0f}, worse by more than {rule.worse_by_ppm / 10_000:.2f} points at p < {rule.p:g}"
    )


def balance_of(arm_count: int, *, champion_count: int, arm_ppm: int, champion_ppm: int) -> Balance:
    """Hold the sizes of an arm and the champion against their shares: chi-squared with one degree of freedom."""
    total = arm_count + champion_count
    expected = arm_ppm / (arm_ppm + champion_ppm) if arm_ppm + champion_ppm else 0.0
    p = 1.0
    if min(expected, 1 - expected) * total >= LEAST_EXPECTED:
        squared = (arm_count - expected * total) ** 2 / (total * expected * (1 - expected))
        p = erfc(sqrt(squared / 2))
    return Balance(
        arm_count=arm_count,
        champion_count=champion_count,
        expected_ppm=_ppm(expected),
        p=p,
        is_off=p < FALSE_ALARM,
    )


def needed_count(base: float, trial: Trial, *, champions_each: float = 1.0) -> int | None:
    """Return how many subjects an arm needs to show the trial's change of a bad rate; None where there is nothing to change.

    Two proportions with their own variances, two-sided; `champions_each` are the champion's subjects for one of the arm.
    """
    changed = base * (1 + trial.detect_ppm / MILLION)
    if not 0 < base < changed < 1 or champions_each <= 0:
        return None
    quantile = NormalDist().inv_cdf
    both = quantile(1 - trial.alpha / 2) + quantile(trial.power)
    spread = changed * (1 - changed) + base * (1 - base) / champions_each
    return ceil(both**2 * spread / (changed - base) ** 2)


def waiting_of(own: Sequence[Subject], champion: Counts, *, trial: Trial, since: datetime, now: datetime) -> Waiting:
    """Return how long it takes until the arm has what it needs, if as many come a day as came so far."""
    with_line = sorted(one.first_at for one in own if one.has_line)
    days_gone = max((now - since) / timedelta(days=1), 1.0)
    a_day = len(with_line) / days_gone
    bad = champion.of(Measure.BAD_RATE)
    each = champion.count / len(own) if own else 0.0
    needed = needed_count(bad.rate, trial, champions_each=each) if bad.count else None
    if needed is None or not a_day:
        return Waiting(needed_count=needed, a_day=a_day, days=None)
    if len(with_line) >= needed:
        ready_at = with_line[needed - 1] + timedelta(days=trial.horizon_days)
        return Waiting(needed_count=needed, a_day=a_day, days=max(0, ceil((ready_at - now) / timedelta(days=1))))
    to_come = ceil((needed - len(with_line)) / a_day)
    return Waiting(needed_count=needed, a_day=a_day, days=to_come + trial.horizon_days)


def _ppm(share: float) -> int:
    return round(share * MILLION)
