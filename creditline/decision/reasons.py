"""Why an answer is no better: the factors without which it would have been.

A factor is something plainly bad that a table or a scorecard reads. Its neutral is what a borrower without that trouble
would show. A factor is a reason only if the answer, decided again with the factor at its neutral, is better
(necessity; METHODS 3). Where several factors each hold the answer down, the smallest set found by taking them away one
after another is told, and each of that set is needed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from creditline.decision.outcome import Kind, Needs, Reason, Scores
from creditline.decision.product import Product
from creditline.decision.tables import BEST, Asked, Given, ask, rank
from creditline.policy.evaluate import tested
from creditline.policy.table import Value
from creditline.score.boosted import Booster, points_without
from creditline.score.calibrate import pd_ppm_at
from creditline.score.grade import grade_of_one
from creditline.score.reasons import Lost, points_lost, points_lost_boosted
from creditline.score.scorecard import Scorecard

MOST_REASONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A trouble by its code: the policy inputs that show it, each with its neutral, and the score families it costs."""

    code: str
    neutral: Mapping[str, Value]
    families: tuple[str, ...] = ()


FACTORS: tuple[Factor, ...] = (
    Factor(code="blocked", neutral={"is_blocked": False}),
    Factor(code="late", neutral={"months_late_last_count": 0}, families=("lateness",)),
    Factor(code="paid_little", neutral={}, families=("repayment",)),
    Factor(code="used_much", neutral={"utilisation_ratio": 0}, families=("utilisation",)),
    Factor(code="frequent_draws", neutral={"draws_1d_count": 0, "draws_30d_count": 0}),
    Factor(code="spending_surge", neutral={"spend_surge_ratio": 1}),
    Factor(code="small_limit", neutral={}, families=("limit",)),
    Factor(code="way_of_use", neutral={}, families=("activity",)),
)
"""Every factor that may be told, in the order in which equals are told."""

SHORT_OF_LIMIT = Factor(code="short_of_limit", neutral={"available_minor": 0})
"""More was asked than is available. Its neutral is to have had as much as was asked: see `_shortage`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is needed to decide again: the rules, the table asked, and the borrower's features and scores.

    `unblocked_minor` is what would be available if the line were not blocked: a block hides it from the tables.
    """

    product: Product
    kind: Kind
    table: str
    features: tuple[float, ...]
    scores: Scores | None
    unblocked_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What each family of features cost on the card that grades and on the card that releases."""

    pd: Mapping[str, Lost]
    release: Mapping[str, Lost]


def reasons_of(case: Case, given: Given, asked: Asked) -> tuple[Reason, ...]:
    """Return at most four reasons, the one whose absence helps most first; none if nothing plainly bad was needed."""
    if rank(asked)[0] == BEST[case.kind]:
        return ()
    losses = losses_of(case)
    present = [factor for factor in (*FACTORS, *_shortage(case, given)) if _is_present(factor, given, losses)]
    now = rank(asked)
    asked_before: dict[tuple[str, ...], tuple[int, ...]] = {}

    def without(taken: Sequence[Factor]) -> tuple[int, ...]:
        codes = tuple(factor.code for factor in taken)
        if codes not in asked_before:
            mended = neutralised(case, given, taken, losses)
            asked_before[codes] = rank(ask(case.product, case.kind, case.table, mended))
        return asked_before[codes]

    needed = smallest_needed(present, better=lambda taken: without(taken) > now)
    needed.sort(key=lambda factor: without([factor]), reverse=True)
    return tuple(_reason(case, given, factor, losses) for factor in needed[:MOST_REASONS])


def smallest_needed(factors: Sequence[Factor], *, better: Callable[[Sequence[Factor]], bool]) -> list[Factor]:
    """Return the factors without which the answer is better, in the order given.

    These are all that each improve it alone, if any does; else a set that improves it together, smallest in that none
    of it can be spared (found by sparing one after another, so another such set may have fewer); else none, when not
    even all of them together improve it. `better` says whether the answer without some factors is better.
    """
    alone = [factor for factor in factors if better([factor])]
    if alone or not better(factors):
        return alone
    chosen = list(factors)
    for factor in factors:
        rest = [other for other in chosen if other is not factor]
        if better(rest):
            chosen = rest
    return chosen


def losses_of(case: Case) -> Losses:
    """Return what each family cost on either card; nothing where no score speaks."""
    if case.scores is None:
        return Losses(pd={}, release={})
    card, names = case.product.pd_card, case.product.features
    lost = points_lost_boosted if isinstance(card, Booster) else points_lost
    return Losses(
        pd={one.family: one for one in lost(card, case.features, names)},  # type: ignore[arg-type]
        release={one.family: one for one in points_lost(case.product.release_card, case.features, names)},
    )


def neutralised(case: Case, given: Given, taken: Sequence[Factor], losses: Losses) -> Given:
    """Return what the tables would have been given without some factors: inputs at neutral, points lost given back."""
    mended = dict(given)
    for factor in taken:
        mended.update({name: value for name, value in factor.neutral.items() if name in given})
    # Without the block the line would also show what it has left, unless that was too little and is mended itself.
    if given["is_blocked"] and not mended["is_blocked"] and mended["available_minor"] == given["available_minor"]:
        mended["available_minor"] = case.unblocked_minor
    if case.scores is None:
        return mended
    families = [family for factor in taken for family in factor.families]
    back = sum(losses.release[family].points for family in families if family in losses.release)
    mended["release_points"] = case.scores.release_points + back
    mended["grade"] = _grade_without(case, families, losses)
    return mended


def _grade_without(case: Case, families: Sequence[str], losses: Losses) -> int:
    """Return the grade with some families at their references."""
    assert case.scores is not None
    card = case.product.pd_card
    if isinstance(card, Scorecard):
        points = case.scores.points + sum(losses.pd[family].points for family in families if family in losses.pd)
    else:
        points = points_without(card, case.features, case.product.features, families)
    return grade_of_one(pd_ppm_at(card.decides.knots, points), card.decides.grades)


def _shortage(case: Case, given: Given) -> tuple[Factor, ...]:
    """Return the factor of having too little when more is asked than is there, with the amount asked as neutral."""
    asked, available = given["requested_minor"], given["available_minor"]
    if isinstance(asked, int) and isinstance(available, int) and asked > max(available, case.unblocked_minor):
        return (replace(SHORT_OF_LIMIT, neutral={"available_minor": asked}),)
    return ()


def _is_present(factor: Factor, given: Given, losses: Losses) -> bool:
    """Say whether a factor could matter at all: an input off its neutral, or points lost in one of its families."""
    off = any(given.get(name) not in (None, neutral) for name, neutral in factor.neutral.items())
    return off or any(family in losses.pd or family in losses.release for family in factor.families)


def _reason(case: Case, given: Given, factor: Factor, losses: Losses) -> Reason:
    """Say a factor with the borrower's own value and the threshold that mattered.

    A table's cell speaks first, with the number it compares with; a factor that only costs points speaks by the feature
    that cost most, with the nearest value that costs less.
    """
    for cell in tested(case.product.policy, case.table, given):
        if cell.input is not None and cell.input in factor.neutral and cell.value != factor.neutral[cell.input]:
            return Reason(
                code=factor.code,
                factor=cell.input,
                value=_number(cell.value),
                threshold=_number(cell.threshold),
                needs=next((needs for sign, needs in _REMEDY if cell.cell.startswith(sign)), Needs.OTHER),
            )
    for lost in (losses.release, losses.pd):
        for family in factor.families:
            if family in lost:
                return _cost(factor, lost[family])
    name = next(iter(factor.neutral))
    return Reason(code=factor.code, factor=name, value=_number(given.get(name)), threshold=None, needs=Needs.OTHER)


_REMEDY = ((">=", Needs.BELOW), (">", Needs.AT_MOST), ("<=", Needs.ABOVE), ("<", Needs.AT_LEAST))
"""What undoes a comparison that held a borrower down, the longer sign first."""


def _cost(factor: Factor, lost: Lost) -> Reason:
    """Say a factor by the points it cost; a scorecard's bins are closed below, open above."""
    better = lost.better_from
    is_high = better is not None and lost.value is not None and lost.value >= better
    needs = Needs.OTHER if better is None else Needs.BELOW if is_high else Needs.AT_LEAST
    return Reason(code=factor.code, factor=lost.feature, value=lost.value, threshold=better, needs=needs)


def _number(value: Value) -> float | None:
    """Return a number as told; yes is 1, and what is not a number is not told."""
    return float(value) if isinstance(value, int | float | Decimal) else None
