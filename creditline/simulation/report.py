"""What a simulation found, with intervals, beside what was measured and what is assumed."""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from creditline.money import MINOR_DIGITS
from creditline.score.measures import wilson
from creditline.simulation.people import person
from creditline.simulation.record import FIELDS, MOMENTS, Rows
from creditline.simulation.run import DRAFT, POLICY, Part, Plan

Z = 1.959963984540054
"""The normal quantile of a 95 % interval."""

INTERVALS = (
    "95 %, over people: sums and differences are normal by their spread over people, ratios of sums linearised, differences "
    "between policies of the same people paired; shares of counts are Wilson's."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval; None where there is nothing to divide by."""

    value: float | None
    low: float | None
    high: float | None


NOTHING = Estimate(value=None, low=None, high=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What was told and what became of it.

    `kept_ratio` is of those whose condition held, and anything below 1 is a fault of the engine; `kept_overall` of all that
    ended. `held_back_count` are those whose every clause held and that were kept back all the same.
    """

    told_count: int
    ended_count: int
    held_count: int
    kept_count: int
    kept_ratio: float | None
    kept_ratio_interval: Estimate
    condition_failed_count: int
    late_count: int
    held_back_count: int
    open_count: int
    kept_overall: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastError:
    """How far the day first told for a part was from the day its amount came back; shares of parts due by the end."""

    parts_count: int
    on_day: Estimate
    within_30_days: Estimate
    within_60_days: Estimate
    later: Estimate
    not_by_the_end: Estimate
    mean_days: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """How the engine's advice went: who looked, who was told something they could do, and for whom it came true.

    `followed_worked` is the share of those who did it who had everything back by the day that was told, `left_worked` that of
    those who could have and did not.
    """

    looked_count: int
    told_count: int
    followed_worked: Estimate
    left_worked: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One policy over everybody: answers to repayments, promises, delay and losses. Amounts are minor units a person.

    `good_delay_days` is how long a unit waited that somebody repaid who never defaults under any of the policies, and
    `good_withheld_minor_days` the amount times days such a person had withheld.
    """

    name: str
    edition: str
    answers: dict[str, int]
    promises: Promises
    error: ForecastError
    advice: Advice
    good_delay_days: Estimate
    good_withheld_minor_days: Estimate
    defaults_share: Estimate
    loss_minor: Estimate
    drawn_minor: Estimate
    unmet_minor: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """The policy less another one, for the same people: what it avoids in losses, and what it costs in days and draws."""

    name: str
    losses_avoided_minor: Estimate
    losses_avoided_total_minor: Estimate
    defaults_avoided: Estimate
    good_delay_more_minor_days: Estimate
    drawn_less_minor: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentFound:
    """A moment as it was measured and as it came out."""

    name: str
    unit: str
    use: str
    measured: float
    simulated: float | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a simulation found; `promises` are those of the policy, as in its arm."""

    people_count: int
    days: int
    seed: int
    currency: str
    starts_on: date
    product: str
    promises: Promises
    arms: tuple[Arm, ...]
    against: tuple[Against, ...]
    moments: tuple[MomentFound, ...]
    intervals: str
    assumptions: tuple[str, ...]


def report_of(plan: Plan, found: Part, *, product: str, editions: dict[str, str]) -> Report:
    """Put together what was found; `editions` names the policy of each arm."""
    is_good = np.logical_and.reduce([_column(rows, "is_default") == 0 for rows in found.rows.values()])
    arms = tuple(_arm(name, rows, is_good, edition=editions[name]) for name, rows in found.rows.items())
    tried = next(name for name in (DRAFT, POLICY) if name in found.rows)
    return Report(
        people_count=plan.people_count,
        days=plan.days,
        seed=plan.seed,
        currency=plan.assumed.currency,
        starts_on=plan.assumed.starts_on,
        product=product,
        promises=arms[0].promises,
        arms=arms,
        against=tuple(
            _against(name, found.rows[tried], rows, is_good) for name, rows in found.rows.items() if name != tried
        ),
        moments=_moments(plan, found),
        intervals=INTERVALS,
        assumptions=plan.assumed.words,
    )


def _arm(name: str, rows: Rows, is_good: NDArray[np.bool_], *, edition: str) -> Arm:
    good = rows[is_good]
    return Arm(
        name=name,
        edition=edition,
        answers={answer: int(_column(rows, answer).sum()) for answer in ("at_once", "staged", "observed", "reduced")},
        promises=_promises(rows),
        error=_error(rows),
        advice=_advice(rows),
        good_delay_days=_ratio(_column(good, "withheld_minor_days"), _column(good, "repaid_minor")),
        good_withheld_minor_days=_mean(_column(good, "withheld_minor_days")),
        defaults_share=_share(int(_column(rows, "is_default").sum()), len(rows)),
        loss_minor=_mean(_column(rows, "loss_minor")),
        drawn_minor=_mean(_column(rows, "drawn_minor")),
        unmet_minor=_mean(_column(rows, "unmet_minor")),
    )


def _promises(rows: Rows) -> Promises:
    kept, early, late, failed, held_back = (
        int(_column(rows, name).sum()) for name in ("kept", "early", "late", "condition_failed", "held_back")
    )
    good = kept + early
    held_count = good + late + held_back
    ended = good + late + failed
    kept_rows = _column(rows, "kept") + _column(rows, "early")
    return Promises(
        told_count=int(_column(rows, "told").sum()),
        ended_count=ended,
        held_count=held_count,
        kept_count=good,
        kept_ratio=good / held_count if held_count else None,
        kept_ratio_interval=_share(good, held_count),
        condition_failed_count=failed,
        late_count=late,
        held_back_count=held_back,
        open_count=int(_column(rows, "open").sum()),
        kept_overall=_ratio(kept_rows, kept_rows + _column(rows, "late") + _column(rows, "condition_failed")),
    )


def _error(rows: Rows) -> ForecastError:
    parts = _column(rows, "parts")
    back = parts - _column(rows, "error_never")
    return ForecastError(
        parts_count=int(parts.sum()),
        on_day=_ratio(_column(rows, "error_on_day"), parts),
        within_30_days=_ratio(_column(rows, "error_by_30"), parts),
        within_60_days=_ratio(_column(rows, "error_by_60"), parts),
        later=_ratio(_column(rows, "error_later"), parts),
        not_by_the_end=_ratio(_column(rows, "error_never"), parts),
        mean_days=_ratio(_column(rows, "error_days"), back),
    )


def _advice(rows: Rows) -> Advice:
    return Advice(
        looked_count=int(_column(rows, "looked").sum()),
        told_count=int(_column(rows, "advised").sum()),
        followed_worked=_ratio(_column(rows, "worked_followed"), _column(rows, "followed")),
        left_worked=_ratio(_column(rows, "worked_left"), _column(rows, "left")),
    )


def _against(name: str, own: Rows, other: Rows, is_good: NDArray[np.bool_]) -> Against:
    losses = _column(other, "loss_minor") - _column(own, "loss_minor")
    a_person = _mean(losses)
    delay = _column(own, "withheld_minor_days") - _column(other, "withheld_minor_days")
    return Against(
        name=name,
        losses_avoided_minor=a_person,
        losses_avoided_total_minor=_times(a_person, len(own)),
        defaults_avoided=_times(_mean(_column(other, "is_default") - _column(own, "is_default")), len(own)),
        good_delay_more_minor_days=_mean(delay[is_good]),
        drawn_less_minor=_mean(_column(other, "drawn_minor") - _column(own, "drawn_minor")),
    )


def _moments(plan: Plan, found: Part) -> tuple[MomentFound, ...]:
    total = dict(zip(MOMENTS, found.moments.sum(axis=0).tolist(), strict=True))
    minor = 10 ** MINOR_DIGITS[plan.assumed.currency]
    limits = np.array(
        [person(plan.assumed, seed=plan.seed, index=index).granted_minor for index in range(plan.people_count)]
    )
    gaps = found.gaps.copy()
    drawn_again = int(gaps.sum())

    def over(name: str, *, under: str, unit: float = 1.0) -> float | None:
        return total[name] / total[under] / unit if total[under] else None

    def gap_at(share: float) -> float | None:
        return float(np.searchsorted(np.cumsum(gaps), share * drawn_again)) if drawn_again else None

    simulated = {
        **{f"limit_p{place}": float(np.percentile(limits, place)) / minor for place in (5, 25, 50, 75, 95)},
        "utilisation_first": over("first_use_ppm", under="firsts", unit=1e6),
        "utilisation_sixth": over("sixth_use_ppm", under="sixths", unit=1e6),
        "use_above_80": over("above_80", under="sixths"),
        "use_none": over("no_use", under="sixths"),
        "pays_all": over("paid_all", under="billed"),
        "pays_little": over("paid_little", under="billed"),
        "pays_nothing": over("paid_nothing", under="billed"),
        "pays_all_again": over("all_again", under="all_before"),
        "falls_late": over("fell_late", under="were_current"),
        "stays_late": over("stayed_late", under="were_late"),
        "draws_in_month": over("months_drawn", under="months"),
        "gap_p25": gap_at(0.25),
        "gap_p50": gap_at(0.5),
        "gap_within_7": float(gaps[:8].sum()) / drawn_again if drawn_again else None,
    }
    return tuple(
        MomentFound(
            name=name, unit=one.unit, use=one.use, measured=one.value, simulated=simulated.get(name), source=one.source
        )
        for name, one in plan.assumed.moments.items()
    )


def _column(rows: Rows, name: str) -> Rows:
    return rows[:, FIELDS.index(name)]


def _mean(values: Rows) -> Estimate:
    """Return a mean over people."""
    if not len(values):
        return NOTHING
    spread = float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.inf
    return _around(float(values.mean()), spread)


def _ratio(over: Rows, under: Rows) -> Estimate:
    """Return a ratio of sums over people, its spread by the deviations of each person from it."""
    whole, count = float(under.sum()), len(under)
    if not whole:
        return NOTHING
    value = float(over.sum()) / whole
    off = over - value * under
    spread = math.sqrt(float((off**2).sum()) * count / (count - 1)) / whole if count > 1 else math.inf
    return _around(value, spread)


def _share(count: int, whole: int) -> Estimate:
    if not whole:
        return NOTHING
    low, high = wilson(count, whole)
    return Estimate(value=count / whole, low=low, high=high)


def _around(value: float, spread: float) -> Estimate:
    if math.isinf(spread):
        return Estimate(value=value, low=None, high=None)
    return Estimate(value=value, low=value - Z * spread, high=value + Z * spread)


def _times(one: Estimate, count: int) -> Estimate:
    if one.value is None:
        return one
    low, high = (None if end is None else end * count for end in (one.low, one.high))
    return Estimate(value=one.value * count, low=low, high=high)
