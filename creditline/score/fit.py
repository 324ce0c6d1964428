"""Fit the three artefacts from events, through the same profile kernel that decides. Needs the extra `fit`.

The recipe (`recipe.py`) says what may be read; a quarter of the borrowers is held out (`split.py`); calibrations use
only probabilities told by a fit that had not seen the line. The shipped artefacts are those of the other three quarters,
so that the held-out figures on their cards are figures of the very numbers that decide, and anybody can repeat them.
Fitting on everything afterwards would gain nothing: half of the lines rank as well as all (AUC .7815 against .7817).
"""

import importlib
import importlib.metadata
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditline.errors import Code, Malformed
from creditline.events.frames import Facts
from creditline.profile.catalogue import FEATURES, catalogue_version
from creditline.score import boosted, recipe, scorecard
from creditline.score.additive import Additive, decides_of, fit_additive
from creditline.score.artefacts import Artefacts
from creditline.score.boosted import CENTI, LEAVES_COUNT, SPLITS_COUNT, Booster, Read, Tree, booster_of
from creditline.score.calibrate import FACTOR, OFFSET, Floats, Ints, calibration, knots_of, probability
from creditline.score.evaluate import NAMES, features_of, figures, is_not_late, outcomes_of
from creditline.score.grade import MASTER_SCALE
from creditline.score.measures import auc, ece
from creditline.score.recipe import Chosen, column_of, worse_of
from creditline.score.scorecard import Scorecard, scorecard_of
from creditline.score.split import FOLDS_COUNT, REFITS_COUNT, fold_of, is_held_out, refit_of

SEED = 20051001
LEAST_BADS_COUNT = 500
"""Fewer defaults than this make cards that the next fit would not recognise."""

LEAST_MARGIN_POINTS = 5
MARGIN_DEVIATIONS = 1.65
NEAR_POINTS = 20
"""Refit moves are measured on lines so near to the middle of the book, where a cutoff would be."""

LIBRARIES = ("lightgbm", "optbinning", "numpy")

BINNING: Mapping[str, Any] = {"dtype": "numerical", "monotonic_trend": None, "max_n_bins": 8, "min_prebin_size": 0.04}
"""OptBinning proposes where to cut; the direction is kept by the regression, which sees all features together."""

ROUNDS_COUNT = 160
PAST_EVERY_VALUE = 1e18
BOOSTING: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "max_depth": boosted.DEPTH,
    "num_leaves": LEAVES_COUNT,
    "min_data_in_leaf": 100,
    "lambda_l2": 5.0,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "monotone_constraints_method": "advanced",
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": SEED,
    "verbosity": -1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the cards say of the lines: where from, as of when, the days until the outcome, and the day of the fit."""

    population: str
    as_of: datetime
    horizon_days: int
    currency: str
    fitted_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Rows to fit on or to measure on: the catalogue's features, the outcome, the fold and the refit of each."""

    x: Floats
    is_bad: Ints
    fold: Ints
    refit: Ints

    def where(self, chosen: NDArray[np.bool_]) -> "Lines":
        """Return the chosen rows."""
        return Lines(x=self.x[chosen], is_bad=self.is_bad[chosen], fold=self.fold[chosen], refit=self.refit[chosen])


def fit(facts: Facts, outcomes: Mapping[str, bool], *, about: About) -> Artefacts:
    """Fit scorecard, booster and release card on the borrowers of `facts` and measure them on those held out.

    Raises `Malformed` when the extra `fit` is not installed or when too few lines defaulted, `NotFound` when a borrower
    has no outcome.
    """
    for library in LIBRARIES:
        _training(library)
    lines = Lines(
        x=features_of(facts, as_of=about.as_of),
        is_bad=outcomes_of(facts, outcomes),
        fold=fold_of(facts.borrowers),
        refit=refit_of(facts.borrowers),
    )
    held_out = is_held_out(facts.borrowers)
    development, fresh = lines.where(~held_out), lines.where(held_out)
    _require_enough(development)
    return Artefacts(
        scorecard=_fit_scorecard(development, fresh, about),
        booster=_fit_booster(development, fresh, about),
        release=_fit_release(development, fresh, about),
    )


def _fit_scorecard(development: Lines, fresh: Lines, about: About) -> Scorecard:
    """Fit the card of the probability of default: bins, weights, scale, table, and its figures."""
    unseen = _told_unseen(development, lambda part, rest: _additive(part, recipe.SCORECARD).log_odds_bad(rest.x, NAMES))
    slope, shift = calibration(unseen, development.is_bad, is_beta=False)
    fitted = _additive(development, recipe.SCORECARD).scaled(slope, shift)
    shape = calibration(slope * unseen + shift, development.is_bad, is_beta=True)
    plain = scorecard_of("scorecard", decides_of(fitted, is_unknown_best=False), card={})
    least, most = scorecard.range_of(plain)
    decides = decides_of(fitted, is_unknown_best=False, knots=knots_of(shape, least_points=least, most_points=most))
    made = scorecard_of("scorecard", decides, card={})
    card = _card(about, development, fresh, made) | {
        "what": "Probability of default by an additive scorecard: cuts by OptBinning, logistic weights held to the "
        "declared direction of every feature, whole points.",
        "cross_validation": _across_folds(development, slope * unseen + shift, shape),
        "calibration": _calibration_words(shape),
        "settings": {"binning": dict(BINNING)},
    }
    return scorecard_of("scorecard", decides, card=card)


def _fit_booster(development: Lines, fresh: Lines, about: About) -> Booster:
    """Fit the booster: trees, scale, whole centi-points, table, and its figures."""
    unseen = _told_unseen(development, lambda part, rest: _margins(_train(part), rest))
    slope, shift = calibration(unseen, development.is_bad, is_beta=False)
    shape = calibration(slope * unseen + shift, development.is_bad, is_beta=True)
    trees = tuple(_tree(one["tree_structure"], slope) for one in _train(development).dump_model()["tree_info"])
    base = round(CENTI * (OFFSET - FACTOR * shift))
    plain = booster_of(_boosted_decides(base, _reads(development, None), trees, ()), card={})
    least, most = boosted.range_of(plain)
    knots = knots_of(shape, least_points=least, most_points=most)
    good = plain.points(development.x, NAMES)
    decides = _boosted_decides(base, _reads(development, good), trees, knots)
    made = booster_of(decides, card={})
    card = _card(about, development, fresh, made) | {
        "what": "Probability of default by shallow trees, held to the declared direction of every feature.",
        "cross_validation": _across_folds(development, slope * unseen + shift, shape),
        "calibration": _calibration_words(shape),
        "settings": {"boosting": dict(BOOSTING), "rounds_count": ROUNDS_COUNT},
    }
    return booster_of(decides, card=card)


def _fit_release(development: Lines, fresh: Lines, about: About) -> Scorecard:
    """Fit the card that release goes by, and measure how far its points move when it is fitted again."""
    fitted = _additive(development, recipe.RELEASE)
    made = scorecard_of("release", decides_of(fitted, is_unknown_best=True), card={})
    unseen = _told_unseen(development, lambda part, rest: _additive(part, recipe.RELEASE).log_odds_bad(rest.x, NAMES))
    points = made.points(development.x, NAMES)
    shares = (5, 25, 50, 75, 95)
    card = _card(about, development, fresh, made) | {
        "what": "When a repaid limit may come back: only what a borrower can act on and what is plainly bad; what is "
        "not known costs nothing, and neither does not using the line.",
        "cross_validation": _across_folds(development, unseen, None),
        "points_at_percentile": {str(share): int(np.percentile(points, share)) for share in shares},
        "refit": _refit_moves(development, fresh, made),
        "settings": {"binning": dict(BINNING)},
    }
    return scorecard_of("release", made.decides, card=card)


def _additive(lines: Lines, chosen: Sequence[Chosen]) -> Additive:
    """Fit an additive card on some lines with OptBinning's bins."""
    return fit_additive(lines.x, lines.is_bad, chosen, names=NAMES, edges=_edges)


def _edges(values: Floats, is_bad: Ints) -> Sequence[float]:
    """Return the edges OptBinning finds optimal for the known values of one feature."""
    binning = _training("optbinning").OptimalBinning(**BINNING)
    binning.fit(values, is_bad)
    return [float(edge) for edge in binning.splits]


def _train(lines: Lines) -> Any:
    """Train LightGBM on some lines, each feature held to its declared direction."""
    lightgbm = _training("lightgbm")
    direction = {"higher": 1, "lower": -1, "neither": 0}
    settings = {**BOOSTING, "monotone_constraints": [direction[worse_of(chosen)] for chosen in recipe.BOOSTER]}
    rows = lightgbm.Dataset(_read_by_booster(lines), lines.is_bad, params={"verbosity": -1})
    return lightgbm.train(settings, rows, ROUNDS_COUNT)


def _margins(trained: Any, lines: Lines) -> Floats:
    """Return the log odds bad:good that a trained booster tells."""
    return np.asarray(trained.predict(_read_by_booster(lines), raw_score=True, num_threads=1), np.float64)


def _read_by_booster(lines: Lines) -> Floats:
    """Return the columns the booster reads, in its order, an unknown put past every value on the side it counts as."""
    columns = np.column_stack([column_of(chosen, lines.x, NAMES) for chosen in recipe.BOOSTER])
    for at, chosen in enumerate(recipe.BOOSTER):
        columns[np.isnan(columns[:, at]), at] = PAST_EVERY_VALUE if chosen.is_unknown_best else -PAST_EVERY_VALUE
    return columns


def _tree(root: Mapping[str, Any], slope: float) -> Tree:
    """Return one of LightGBM's trees as a complete one whose leaves are centi-points; better is more."""
    features, thresholds = [0] * SPLITS_COUNT, [0.0] * SPLITS_COUNT
    leaves = [0] * LEAVES_COUNT

    def place(node: Mapping[str, Any], at: int) -> None:
        if at >= SPLITS_COUNT:
            leaves[at - SPLITS_COUNT] = -round(CENTI * FACTOR * slope * node["leaf_value"])
            return
        is_leaf = "split_feature" not in node
        if not is_leaf:
            features[at], thresholds[at] = node["split_feature"], float(node["threshold"])
        place(node if is_leaf else node["left_child"], 2 * at + 1)
        place(node if is_leaf else node["right_child"], 2 * at + 2)

    place(root, 0)
    return Tree(tuple(features), tuple(thresholds), tuple(leaves))


def _boosted_decides(base: int, reads: Sequence[Read], trees: Sequence[Tree], knots: Sequence[Any]) -> boosted.Decides:
    """Put the parts of a booster together."""
    return boosted.Decides(
        base_centi=base, reads=tuple(reads), trees=tuple(trees), knots=tuple(knots), grades=MASTER_SCALE
    )


def _reads(lines: Lines, points: Ints | None) -> list[Read]:
    """Return the booster's features; the reference of each is its median among the best quarter of `points`."""
    columns = _read_by_booster(lines)
    best = columns if points is None else columns[points >= np.percentile(points, 75)]
    found = []
    for chosen, values in zip(recipe.BOOSTER, best.T, strict=True):
        reference = None if chosen.is_unknown_best else float(np.median(values))
        unknown = "highest" if chosen.is_unknown_best else "lowest"
        found.append(
            Read(name=chosen.name, family=chosen.family, worse=worse_of(chosen), unknown=unknown, reference=reference)
        )
    return found


def _told_unseen(lines: Lines, tell: Any) -> Floats:
    """Return the log odds that a fit on the other folds tells of each line, float64[n]."""
    told = np.zeros(len(lines.is_bad))
    for fold in range(FOLDS_COUNT):
        inside = lines.fold == fold
        told[inside] = tell(lines.where(~inside), lines.where(inside))
    return told


def _across_folds(lines: Lines, log_odds: Floats, shape: Sequence[float] | None) -> dict[str, Any]:
    """Return the mean and the spread over the folds of what lines unseen by their fit were told."""
    folds = [lines.fold == fold for fold in range(FOLDS_COUNT)]
    found: dict[str, Any] = {"folds_count": FOLDS_COUNT}
    found["auc"] = _spread([auc(log_odds[fold], lines.is_bad[fold]) for fold in folds])
    if shape is not None:
        found["ece"] = _spread([ece(probability(shape, log_odds[fold]), lines.is_bad[fold]) for fold in folds])
    return found


def _spread(values: Sequence[float]) -> dict[str, float]:
    """Return mean and standard deviation."""
    return {"mean": round(float(np.mean(values)), 5), "sd": round(float(np.std(values, ddof=1)), 5)}


def _refit_moves(development: Lines, fresh: Lines, made: Scorecard) -> dict[str, Any]:
    """Fit the release card again without each sixth of its lines, and say how far points of held-out lines move."""
    here = made.points(fresh.x, NAMES)
    near = np.abs(here - np.median(here)) <= NEAR_POINTS
    moves, crossed = [], []
    for refit in range(REFITS_COUNT):
        again = _additive(development.where(development.refit != refit), recipe.RELEASE)
        other = scorecard_of("release", decides_of(again, is_unknown_best=True), card={})
        there = other.points(fresh.x, NAMES)
        moves.append(there[near] - here[near])
        crossed.append(float(np.mean((here >= np.median(here)) != (there >= np.median(here)))))
    deviation = float(np.std(np.concatenate(moves)))
    return {
        "refits_count": REFITS_COUNT,
        "shared_share": round(1 - 1 / REFITS_COUNT, 3),
        "move_sd_points": round(deviation, 2),
        "flipped_at_median_share": round(float(np.mean(crossed)), 4),
        "margin_points": max(LEAST_MARGIN_POINTS, math.ceil(MARGIN_DEVIATIONS * deviation)),
    }


def _card(about: About, development: Lines, fresh: Lines, made: Scorecard | Booster) -> dict[str, Any]:
    """Return what every card says: the lines, the split, the held-out figures, the features, the versions."""
    calm = is_not_late(fresh.x)
    told = made.decides.bins if isinstance(made.decides, scorecard.Decides) else made.decides.reads
    return {
        "population": about.population,
        "currency": about.currency,
        "as_of": about.as_of.isoformat(),
        "window_days": 180,
        "horizon_days": about.horizon_days,
        "fitted_on": about.fitted_on.isoformat(),
        "fitted_lines": {"lines": len(development.is_bad), "bads": int(development.is_bad.sum())},
        "split": "One borrower in four, by the hash of the id, is held out; the artefact is the fit on the others.",
        "held_out": {
            **figures(made, fresh.x, fresh.is_bad),
            "not_late": figures(made, fresh.x[calm], fresh.is_bad[calm]),
        },
        "features": [{"name": one.name, "family": one.family, "worse": one.worse} for one in told],
        "catalogue": catalogue_version(FEATURES),
        "scale": "600 points are odds of 30:1, 20 points double them.",
        "seed": SEED,
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def _calibration_words(shape: Sequence[float]) -> dict[str, Any]:
    """Say how points became probabilities."""
    how = "beta" if len(shape) == 3 else "logistic"
    return {"how": f"{how}, on log odds told across folds", "shape": [round(one, 6) for one in shape]}


def _require_enough(lines: Lines) -> None:
    """Raise `Malformed` when too few lines ended badly, or too few well, to fit anything that lasts."""
    bads = int(lines.is_bad.sum())
    if min(bads, len(lines.is_bad) - bads) < LEAST_BADS_COUNT:
        raise Malformed(
            f"{bads} of {len(lines.is_bad)} lines to fit on defaulted. At least {LEAST_BADS_COUNT} that did and as "
            "many that did not are needed; bring a larger book or a longer period.",
            code=Code.CONFIGURATION_INVALID,
        )


def _training(library: str) -> Any:
    """Return a training library; raise `Malformed` naming the extra when it is not installed."""
    try:
        return importlib.import_module(library)
    except ImportError as missing:
        raise Malformed(
            f"Fitting needs {library}, which is not installed. Install the extra: pip install 'creditline[fit]'.",
            code=Code.CONFIGURATION_INVALID,
        ) from missing
