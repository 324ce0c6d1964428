"""Expected loss and income of a year of what answers give out, with the interval that so many borrowers leave open.

An answer gives out a limit, a draw or a part of a repayment. Of a limit the credit conversion factor is owed at default; loss
is what is owed x PD x LGD. Intervals are about who is in the sample, borrower by borrower; that a PD is wrong they do not know.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt

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
    pd_ppm = np.where(past.pd_ppm == NONE, losing.unscored_pd_ppm, past.pd_ppm)
    return np.asarray(pd_ppm * (owed_share(past, losing) * losing.lgd_ppm / MILLION / MILLION), np.float64)


def owed_share(past: Past, losing: Losing) -> float:
    """Return how much of what is given out is owed at default: all of a draw, of a limit what is used by then."""
    return 1.0 if past.kind is Kind.DRAW else losing.ccf_ppm / MILLION


def changes_of(given: Iterable[Given], losing: Losing) -> tuple[Change, ...]:
    """Return expected loss by kind and currency, and income of openings, as recorded and by the draft.

    Only openings name a price: income is a year's interest on what they give out and is used.
    """
    weighed: list[Weighed] = []
    for one in given:
        share = lost_share(one.past, losing)
        weighed.append(Weighed(given=one, measure="expected loss", before=share, after=share[one.rows]))
        if one.past.kind is Kind.OPENING:
            used = owed_share(one.past, losing) / ONE_BP
            price = (or_nothing(one.past.before.figures["apr_bp"]) * used).astype(np.float64)
            new = (or_nothing(one.after.figures["apr_bp"][one.rows]) * used).astype(np.float64)
            weighed.append(Weighed(given=one, measure="interest income", before=price, after=new))
    return changed(weighed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What is given out, and the share of it that counts: of all cases before, of those answered otherwise after."""

    given: Given
    measure: str
    before: Floats
    after: Floats


def changed(weighed: Iterable[Weighed]) -> tuple[Change, ...]:
    """Return totals by kind, measure and currency before and after, with the interval of what changes."""
    parts: dict[tuple[Kind, str, str], list[_Part]] = {}
    for one in weighed:
        key = (one.given.past.kind, one.measure, one.given.past.currency)
        parts.setdefault(key, []).append(_part(one.given, one.before, after_share=one.after))
    return tuple(_change(key, own) for key, own in sorted(parts.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A total, and by how much it changes for whom; `everybody` is who has a case at all."""

    before: float
    change: Floats
    who: Whole
    everybody: Whole


def _part(given: Given, before_share: Floats, *, after_share: Floats) -> _Part:
    """Return shares of what is given out; the second are of the rows that are answered otherwise."""
    rows = given.rows
    return _Part(
        before=float((given.before_minor * before_share).sum()),
        change=given.after_minor[rows] * after_share - given.before_minor[rows] * before_share[rows],
        who=given.past.who[rows],
        everybody=given.past.who,
    )


def _change(key: tuple[Kind, str, str], parts: Sequence[_Part]) -> Change:
    kind, measure, currency = key
    by_borrower = summed(np.concatenate([one.who for one in parts]), np.concatenate([one.change for one in parts]))
    change, before = float(by_borrower.sum()), sum(one.before for one in parts)
    groups = np.count_nonzero(sum(np.bincount(one.everybody, minlength=_most(parts)) for one in parts))
    # Those whose answer stays differ from the mean too, each by the mean.
    apart = float((by_borrower**2).sum()) - change**2 / groups if groups else 0.0
    half = normal_quantile(LEVEL) * sqrt(max(0.0, apart) * groups / (groups - 1)) if groups > 1 else 0.0
    return Change(
        kind=kind,
        measure=measure,
        currency=currency,
        before_minor=round(before),
        after_minor=round(before + change),
        change_low_minor=floor(change - half),
        change_high_minor=ceil(change + half),
    )


def _most(parts: Sequence[_Part]) -> int:
    return max(int(one.everybody.max(initial=0)) for one in parts) + 1


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
