"""Fitting: the same lines always give the same numbers, and what is trained is what is shipped."""

import importlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import ModuleType

import numpy as np
import pytest

from creditline.clock import DAY_US, to_us
from creditline.errors import Code, Malformed
from creditline.events.catalogue import DrawMade, LineOpened, RepaymentReceived, StatementIssued
from creditline.events.frames import Facts, facts_of_arrays
from creditline.score import fit as fitting
from creditline.score import recipe
from creditline.score.additive import bin_of, decides_of, fit_additive, rounded
from creditline.score.artefacts import Artefacts
from creditline.score.boosted import booster_of
from creditline.score.calibrate import FACTOR
from creditline.score.evaluate import NAMES, features_of
from creditline.score.fit import About, fit
from creditline.score.recipe import Chosen, worse_of
from creditline.score.scorecard import fault_of, scorecard_of

AS_OF = datetime(2005, 10, 1, tzinfo=UTC)
ABOUT = About(
    population="made up", as_of=AS_OF, horizon_days=30, currency="TWD", fitted_on=date(2026, 1, 1)
)  # fmt: skip
LINES_COUNT = 4_000


@pytest.fixture(scope="module")
def book() -> tuple[Facts, Mapping[str, bool]]:
    """Make up a book in which lateness, little repayment and much use are what goes before default."""
    pytest.importorskip("lightgbm")
    pytest.importorskip("optbinning")
    draw = np.random.default_rng(11)
    n, months = LINES_COUNT, 6
    who = np.tile(np.arange(n), months)
    month = np.repeat(np.arange(months), n)
    trouble = draw.random(n)
    granted = draw.integers(20, 400, n) * 100_000
    bill = (granted[who] * np.clip(trouble[who] + draw.normal(0, 0.2, n * months), 0.01, 1)).astype(np.int64)
    repaid = (bill * np.clip(1 - trouble[who] + draw.normal(0, 0.3, n * months), 0, 1)).astype(np.int64)
    late = np.where(draw.random(n * months) < trouble[who] / 3, 2, 0)
    day = to_us(datetime(2005, 4, 1, tzinfo=UTC)) + month * 30 * DAY_US
    parts = [
        (np.arange(n), LineOpened.number, np.full(n, day[0]), granted, np.zeros(n)),
        (who, DrawMade.number, day + 11 * DAY_US, np.maximum(bill // 3, 1), np.zeros(len(who))),
        (who[repaid > 0], RepaymentReceived.number, (day + 19 * DAY_US)[repaid > 0], repaid[repaid > 0], np.zeros((repaid > 0).sum())),
        (who, StatementIssued.number, day + 24 * DAY_US, bill, late),
    ]  # fmt: skip
    at = np.concatenate([part[2] for part in parts])
    facts = facts_of_arrays(
        [f"b{number}" for number in range(n)],
        borrower_index=np.concatenate([part[0] for part in parts]),
        number=np.concatenate([np.full(len(part[0]), part[1], np.uint8) for part in parts]),
        happened_us=at,
        recorded_us=at,
        amount_minor=np.concatenate([part[3] for part in parts]).astype(np.int64),
        code=np.concatenate([part[4] for part in parts]).astype(np.int32),
    )
    bad = draw.random(n) < trouble**2
    return facts, {f"b{number}": bool(bad[number]) for number in range(n)}


@pytest.fixture(scope="module")
def fitted(book: tuple[Facts, Mapping[str, bool]]) -> Artefacts:
    return fit(*book, about=ABOUT)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_was_fitted_holds_together_and_ranks(fitted: Artefacts) -> None:
    for card in (fitted.scorecard, fitted.release):
        assert fault_of(card) is None
    for artefact in (fitted.scorecard, fitted.booster, fitted.release):
        assert artefact.card["held_out"]["auc"] > 0.7
        assert artefact.card["fitted_lines"]["lines"] + artefact.card["held_out"]["lines"] == LINES_COUNT


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_fitting_again_gives_the_same_artefacts(book: tuple[Facts, Mapping[str, bool]], fitted: Artefacts) -> None:
    again = fit(*book, about=ABOUT)
    assert [one.sha256 for one in (again.scorecard, again.booster, again.release)] == [
        one.sha256 for one in (fitted.scorecard, fitted.booster, fitted.release)
    ]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_booster_told_is_the_booster_trained(book: tuple[Facts, Mapping[str, bool]]) -> None:
    x = features_of(book[0], as_of=AS_OF)
    is_bad = np.array([int(book[1][borrower]) for borrower in book[0].borrowers], np.int64)
    lines = fitting.Lines(x=x, is_bad=is_bad, fold=is_bad, refit=is_bad)
    trained = fitting._train(lines)
    trees = [fitting._tree(one["tree_structure"], 1.0) for one in trained.dump_model()["tree_info"]]
    reads = fitting._reads(lines, None)
    ours = booster_of(fitting._boosted_decides(0, reads, trees, ()), card={})
    with_unknown = x.copy()
    with_unknown[::7, NAMES.index("late_recency_days")] = np.nan
    theirs = -FACTOR * fitting._margins(
        trained, fitting.Lines(x=with_unknown, is_bad=is_bad, fold=is_bad, refit=is_bad)
    )
    assert np.max(np.abs(ours.points(with_unknown, NAMES) - theirs)) < 0.5 + 0.005 * len(trees)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_book_with_too_few_defaults_is_refused(book: tuple[Facts, Mapping[str, bool]]) -> None:
    calm = {borrower: number < 100 for number, borrower in enumerate(book[0].borrowers)}
    with pytest.raises(Malformed, match="At least 500 that did") as refused:
        fit(book[0], calm, about=ABOUT)
    assert refused.value.code is Code.CONFIGURATION_INVALID


def test_a_missing_training_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_there(name: str) -> ModuleType:
        raise ImportError(name)

    nobody = facts_of_arrays(
        [],
        borrower_index=np.zeros(0, np.int64),
        number=np.zeros(0, np.uint8),
        happened_us=np.zeros(0, np.int64),
        recorded_us=np.zeros(0, np.int64),
        amount_minor=np.zeros(0, np.int64),
        code=np.zeros(0, np.int32),
    )
    monkeypatch.setattr(importlib, "import_module", nothing_there)
    with pytest.raises(Malformed, match=r"needs lightgbm.*creditline\[fit\]") as refused:
        fit(nobody, {}, about=ABOUT)
    assert refused.value.code is Code.CONFIGURATION_INVALID


def test_a_step_against_the_declared_direction_is_left_out() -> None:
    draw = np.random.default_rng(5)
    values = draw.integers(0, 4, 3_000).astype(np.float64)
    # From 1 to 2 it gets better in these lines, though more is declared worse.
    rate = np.array([0.05, 0.4, 0.1, 0.6])[values.astype(int)]
    is_bad = (draw.random(len(values)) < rate).astype(np.int64)
    chosen = Chosen(name="late_statements_180d_count", family="lateness")
    made = fit_additive(values[:, None], is_bad, [chosen], names=(chosen.name,), edges=lambda *_: (0.5, 1.5, 2.5))
    card = scorecard_of("release", decides_of(made, is_unknown_best=True), card={})
    (bins,) = card.decides.bins
    assert bins.edges == (1.0, 3.0)
    assert bins.points[0] > bins.points[1] > bins.points[2] == 0
    assert fault_of(card) is None


def test_one_who_was_never_late_counts_as_late_longest_ago() -> None:
    draw = np.random.default_rng(5)
    days = draw.choice([10.0, 100.0, np.nan], 6_000)
    # The never late end worse than the late long ago in these lines; the card must not say so.
    rate = np.where(np.isnan(days), 0.3, np.where(days > 50, 0.1, 0.6))
    is_bad = (draw.random(len(days)) < rate).astype(np.int64)
    chosen = Chosen(name="late_recency_days", family="lateness", is_unknown_best=True)
    made = fit_additive(days[:, None], is_bad, [chosen], names=(chosen.name,), edges=lambda *_: (50.0,))
    (bins,) = decides_of(made, is_unknown_best=False).bins
    assert bins.points_missing >= max(bins.points)


@pytest.mark.parametrize(
    ("edge", "step", "said"), [(0.3217, 0.05, 0.3), (2.0, 1.0, 2.0), (8231.0, 0, 8200.0), (0.00022114, 0, 0.00022)]
)
def test_edges_are_rounded_so_that_they_can_be_said(edge: float, step: float, said: float) -> None:
    assert rounded(edge, step) == said


def test_the_unknown_has_the_bin_after_the_last() -> None:
    assert bin_of(np.array([np.nan, 0.0, 1.0, 9.0]), (1.0, 2.0)).tolist() == [3, 0, 1, 2]


def test_every_chosen_feature_has_a_direction_and_a_missing_one_is_named() -> None:
    for chosen in (*recipe.SCORECARD, *recipe.BOOSTER, *recipe.RELEASE):
        assert worse_of(chosen) in {"higher", "lower", "neither"}
    with pytest.raises(Exception, match="chooses no_such_count"):
        worse_of(Chosen(name="no_such_count", family="lateness"))


def test_about_is_told_an_instant_with_an_offset() -> None:
    assert ABOUT.as_of.utcoffset() == timedelta(0)
