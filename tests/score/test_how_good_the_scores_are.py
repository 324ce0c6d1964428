"""The shipped artefacts on real lines that no fit has seen, and what their cards say of them."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from creditline.errors import Code, NotFound, PolicyInvalid
from creditline.events.frames import Facts
from creditline.money import MILLION
from creditline.profile.catalogue import FEATURES, catalogue_version
from creditline.score import recipe
from creditline.score.artefacts import SCORECARD_FILE, read_artefacts, write_artefacts
from creditline.score.calibrate import Floats, Ints
from creditline.score.evaluate import NAMES, evaluate, features_of, measured, outcomes_of
from creditline.score.measures import ece
from creditline.score.split import fold_of, is_held_out, refit_of
from tests.score.shipped import FOLDER, shipped, taiwan

PERSONAL = ("sex", "age_", "marriage", "education", "region", "withheld")


def held_out() -> tuple[Floats, Ints]:
    facts, outcomes = taiwan()
    x = features_of(facts, as_of=datetime.fromisoformat(shipped().scorecard.card["as_of"]))
    chosen = is_held_out(facts.borrowers)
    return x[chosen], outcomes_of(facts, outcomes)[chosen]


@pytest.mark.slow
def test_unseen_lines_are_ranked_above_the_bars_and_told_true_probabilities() -> None:
    found = measured(shipped(), *held_out())
    assert found["booster"]["auc"] >= 0.780
    assert found["scorecard"]["auc"] >= 0.765
    assert found["release"]["auc"] >= 0.750
    for name in ("booster", "scorecard"):
        assert found[name]["ece"] <= found[name]["ece_noise_p95"]
        assert found[name]["not_late"]["ece"] <= found[name]["not_late"]["ece_noise_p95"]


@pytest.mark.slow
def test_the_cards_say_what_is_found() -> None:
    found = measured(shipped(), *held_out())
    for name in ("scorecard", "booster", "release"):
        assert getattr(shipped(), name).card["held_out"] == found[name]


@pytest.mark.slow
def test_probabilities_are_true_by_half_of_the_book_too() -> None:
    x, is_bad = held_out()
    card = shipped().booster
    for half in (x[:, NAMES.index("granted_minor")] > 14_000_000, x[:, NAMES.index("utilisation_ratio")] > 0.3):
        pd = card.pd_ppm(card.points(x[half], NAMES)) / MILLION
        assert ece(np.asarray(pd, np.float64), is_bad[half]) < 0.03


@pytest.mark.slow
def test_a_folder_is_measured_as_its_artefacts_are() -> None:
    facts, outcomes = taiwan()
    few = Facts(
        borrowers=facts.borrowers[:500],
        starts=facts.starts[:501],
        **{name: getattr(facts, name) for name in ("number", "happened_us", "recorded_us", "amount_minor", "code")},
    )
    found = evaluate(FOLDER, few, outcomes)
    assert {name: own["lines"] for name, own in found.items()} == {"scorecard": 500, "booster": 500, "release": 500}
    assert set(found["scorecard"]) >= {"auc", "ks", "brier", "ece", "ece_noise_p95", "lines", "not_late"}
    with pytest.raises(NotFound, match=r"1 of 500 borrowers have no outcome, 'tw1' first"):
        evaluate(FOLDER, few, {one: False for one in facts.borrowers if one != "tw1"})


def test_a_book_where_nobody_defaulted_has_no_ranking() -> None:
    x = np.zeros((3, len(NAMES)))
    found = measured(shipped(), x, np.zeros(3, np.int64))
    assert found["booster"] == {"lines": 3, "bads": 0, "not_late": {"lines": 3, "bads": 0}}


def test_the_shipped_artefacts_read_the_catalogue_in_use_and_nothing_personal() -> None:
    for name, chosen in (("scorecard", recipe.SCORECARD), ("booster", recipe.BOOSTER), ("release", recipe.RELEASE)):
        artefact = getattr(shipped(), name)
        assert set(artefact.features) <= {one.name for one in chosen}
        assert set(artefact.features) <= set(NAMES)
        assert not [feature for feature in artefact.features if any(word in feature for word in PERSONAL)]


def test_release_reads_nothing_the_borrower_cannot_act_on() -> None:
    families = {bins.family for bins in shipped().release.decides.bins}
    assert families == {"lateness", "repayment", "utilisation"}
    assert all(bins.worse != "neither" for bins in shipped().release.decides.bins)
    assert all(bins.points_missing == bins.reference_points for bins in shipped().release.decides.bins)


def test_the_card_of_each_says_where_it_is_from() -> None:
    for card in (shipped().scorecard.card, shipped().booster.card, shipped().release.card):
        assert {
            "population",
            "as_of",
            "window_days",
            "horizon_days",
            "fitted_lines",
            "split",
            "held_out",
            "features",
        } <= set(card)
        assert {"seed", "libraries", "fitted_on", "cross_validation", "catalogue"} <= set(card)
        assert card["held_out"]["not_late"]["lines"] < card["held_out"]["lines"]
    assert shipped().release.card["refit"]["margin_points"] >= 5


def test_the_features_mean_what_they_did_when_the_cards_were_fitted() -> None:
    read = {name for card in (shipped().scorecard, shipped().booster, shipped().release) for name in card.features}
    known = {feature.name for feature in FEATURES}
    assert read <= known
    assert len(catalogue_version(FEATURES)) == len(shipped().scorecard.card["catalogue"])


def test_artefacts_lie_in_their_folder_as_they_were(tmp_path: Path) -> None:
    write_artefacts(shipped(), tmp_path / "new" / "folder")
    assert read_artefacts(tmp_path / "new" / "folder") == shipped()


def test_a_missing_or_torn_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"scorecard\.json cannot be read") as missing:
        read_artefacts(tmp_path)
    assert missing.value.code is Code.DATA_MISSING
    write_artefacts(shipped(), tmp_path)
    whole = (tmp_path / SCORECARD_FILE).read_bytes()
    (tmp_path / SCORECARD_FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PolicyInvalid, match="not a fitted artefact"):
        read_artefacts(tmp_path)


def test_who_is_held_out_never_changes() -> None:
    names = tuple(f"tw{number}" for number in range(1, 41))
    assert np.flatnonzero(is_held_out(names)).tolist() == [1, 5, 12, 14, 16, 19, 22, 23, 25, 30, 31]
    many = tuple(str(number) for number in range(8_000))
    assert abs(is_held_out(many).mean() - 0.25) < 0.02
    assert np.bincount(fold_of(many)).min() > 1_450
    assert np.bincount(refit_of(many)).min() > 1_200
