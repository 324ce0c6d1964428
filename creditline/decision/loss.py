"""Expected loss and income of a year of what answers give out, with the interval that so many borrowers leave open.

An answer gives out a limit, a draw or a part of a repayment. Of a limit the credit conversion factor is owed at default; loss
is what is owed x PD x LGD. Intervals are about who is in the sample, borrower by borrower; that a PD is wrong they do not know.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditline.decision.answered import moved, or_nothing
from creditline.decision.losing import Losing
from creditline.decision.outcome import Kind
from creditline.decision.past import NONE, Outcomes, Past, Whole
from creditline.ledger.interest import ONE_BP
from creditline.money import MILLION
from creditline.score.rates import LEVEL, Interval, normal_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An expected amount of a year, as recorded and by the draft, and the 95 % interval of what it changes, in minor units."""

    kind: Kind
    measure: str
    currency: str
    before_minor: int
    after_minor: int
    change_low_minor: int
    change_high_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRate:
    """Expected loss of a year against what is given out in cases of one kind and currency, with its 95 % interval."""

    kind: Kind
    currency: str
    given_minor: int
    loss_minor: int
    rate: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What recorded cases gave out and what a draft gives out, case by case, and the rows that are answered otherwise."""

    past: Past
    after: Outcomes
    before_minor: Whole
    after_minor: Whole
    rows: Whole


def given_out(past: Past, outcomes: Outcomes) -> Whole:
    """Return what each answer gives out, in minor units: a limit, a draw, or what is back at once."""
    return next((amount for _, amount in moved(past, outcomes)), np.zeros(past.count, np.int64))


def lost_share(past: Past, losing: Losing) -> Floats:
    """Return the share of what each case is given that is expected to be lost in a year."""
    return np.asarray(_pd_ppm(past, losing) * _loss_a_ppm(past, losing), np.float64)


def _pd_ppm(past: Past, losing: Losing) -> Whole:
    return np.where(past.pd_ppm == NONE, losing.unscored_pd_ppm, past.pd_ppm)


def _loss_a_ppm(past: Past, losing: Losing) -> float:
    return owed_share(past, losing) * losing.lgd_ppm / MILLION / MILLION


def owed_share(past: Past, losing: Losing) -> float:
    """Return how much of what is given out is owed at default: all of a draw, of a limit what is used by then."""
    return 1.0 if past.kind is Kind.DRAW else losing.ccf_ppm / MILLION


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What is given out, and the share of it that counts: of all cases before, of those answered otherwise after.

    A share is a number times `scale`. Where the numbers are whole, sums are exact whatever the order they are added in.
    """

    given: Given
    measure: str
    before: Floats
    after: Floats
    scale: float = 1.0


def weighed_of(given: Given, losing: Losing) -> Iterator[Weighed]:
    """Go through expected loss and, of openings, income: only they name a price, which is paid for what is given and used."""
    past = given.past
    pd_ppm = _pd_ppm(past, losing).astype(np.float64)
    scale = _loss_a_ppm(past, losing)
    yield Weighed(given=given, measure="expected loss", before=pd_ppm, after=pd_ppm[given.rows], scale=scale)
    if past.kind is Kind.OPENING:
        yield Weighed(
            given=given,
            measure="interest income",
            before=or_nothing(past.before.figures["apr_bp"]).astype(np.float64),
            after=or_nothing(given.after.figures["apr_bp"][given.rows]).astype(np.float64),
            scale=owed_share(past, losing) / ONE_BP,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A total, by how much each borrower's part of it changes, and how many cases they have; [n] by the borrowers' numbers."""

    before: float
    change: Floats
    cases: Whole
    scale: float

    def plus(self, other: "Sum", *, less: "Sum | None" = None) -> "Sum":
        """Return the sum with another one added, and one taken away."""
        before, change, cases = other.before, _added(self.change, other.change), _added(self.cases, other.cases)
        if less is not None:
            before, change, cases = before - less.before, _added(change, -less.change), _added(cases, -less.cases)
        return Sum(before=self.before + before, change=change, cases=cases, scale=self.scale)


def _added(one: Any, other: Any) -> Any:
    """Add columns of which one may name more borrowers than the other."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    found = longer.copy()
    found[: len(shorter)] += shorter
    return found


def sum_of(weighed: Weighed) -> Sum:
    """Return what is given out by its shares."""
    given, rows = weighed.given, weighed.given.rows
    change = given.after_minor[rows] * weighed.after - given.before_minor[rows] * weighed.before[rows]
    return Sum(
        before=float((given.before_minor * weighed.before).sum()),
        change=np.asarray(np.bincount(given.past.who[rows], weights=change), np.float64),
        cases=_cases_by_borrower(given.past),
        scale=weighed.scale,
    )


def moved_sum(past: Past, rows: Whole, *, before_minor: Whole, after_minor: Whole) -> Sum:
    """Return by how much an amount changes, borrower by borrower; `rows` are the cases answered otherwise."""
    change = after_minor[rows] - before_minor[rows]
    return Sum(
        before=float(before_minor.sum()),
        change=np.asarray(np.bincount(past.who[rows], weights=change), np.float64),
        cases=_cases_by_borrower(past),
        scale=1.0,
    )


def _cases_by_borrower(past: Past) -> Whole:
    """Count the cases of each borrower, of a whole block once."""
    if past.block is None or past.rows is not None:
        return np.bincount(past.who)
    if "cases" not in past.block.memo:
        past.block.memo["cases"] = np.bincount(past.who)
    found: Whole = past.block.memo["cases"]
    return found


def changed(weighed: Iterable[Weighed]) -> tuple[Change, ...]:
    """Return totals by kind, measure and currency before and after, with the interval of what changes."""
    sums: dict[tuple[Kind, str, str], Sum] = {}
    for one in weighed:
        key = (one.given.past.kind, one.measure, one.given.past.currency)
        own = sum_of(one)
        sums[key] = sums[key].plus(own) if key in sums else own
    return tuple(change_of(key, own) for key, own in sorted(sums.items()))


def change_of(key: tuple[Kind, str, str], total: Sum) -> Change:
    """Return a total as it is told, with the interval that so many borrowers leave open."""
    kind, measure, currency = key
    change, before = float(total.change.sum()), total.before * total.scale
    groups = int(np.count_nonzero(total.cases))
    # Those whose answer stays differ from the mean too, each by the mean.
    apart = float((total.change**2).sum()) - change**2 / groups if groups else 0.0
    half = normal_quantile(LEVEL) * sqrt(max(0.0, apart) * groups / (groups - 1)) * total.scale if groups > 1 else 0.0
    change *= total.scale
    return Change(
        kind=kind,
        measure=measure,
        currency=currency,
        before_minor=round(before),
        after_minor=round(before + change),
        change_low_minor=floor(change - half),
        change_high_minor=ceil(change + half),
    )


def loss_rates(asked: Iterable[tuple[Past, Outcomes]], losing: Losing) -> Iterator[LossRate]:
    """Go through the kinds and currencies in which anything is given out: loss against it (a ratio, by linearisation)."""
    parts: dict[tuple[Kind, str], list[tuple[Whole, Whole, Floats]]] = {}
    for past, outcomes in asked:
        given = given_out(past, outcomes)
        own = (past.who, given, given * lost_share(past, losing))
        parts.setdefault((past.kind, past.currency), []).append(own)
    for (kind, currency), several in sorted(parts.items()):
        who = np.concatenate([one[0] for one in several])
        given_by = summed(who, np.concatenate([one[1] for one in several]))
        loss = summed(who, np.concatenate([one[2] for one in several]))
        total = float(given_by.sum())
        if total <= 0:
            continue
        rate = float(loss.sum()) / total
        half = normal_quantile(LEVEL) * _spread(loss - rate * given_by) / total
        yield LossRate(
            kind=kind,
            currency=currency,
            given_minor=int(total),
            loss_minor=round(float(loss.sum())),
            rate=Interval(at=rate, low=max(0.0, rate - half), high=rate + half),
        )


def summed(who: Whole, amounts: NDArray[np.int64] | Floats) -> Floats:
    """Return the sums of amounts by borrower, for the borrowers that occur."""
    if not len(who):
        return np.zeros(0)
    counts = np.bincount(who)
    return np.asarray(np.bincount(who, weights=amounts)[counts > 0], np.float64)


def _spread(apart: Floats) -> float:
    """Return the standard error of a total of which these are the parts' distances from what is expected."""
    groups = len(apart)
    return sqrt(groups / (groups - 1) * float((apart**2).sum())) if groups > 1 else 0.0
