"""Expected loss and income: by hand for a few cases, with intervals that hold as often as they say."""

from dataclasses import replace

import numpy as np
import pytest

from creditline.decision.answered import moved
from creditline.decision.impact import answered, impact_of
from creditline.decision.losing import Losing, losing_in, read_losing
from creditline.decision.loss import Given, changed, given_out, loss_rates, lost_share, summed, weighed_of
from creditline.decision.outcome import Kind
from creditline.decision.past import NONE, Past
from creditline.errors import PolicyInvalid
from tests.decision.a_question import a_position, answer
from tests.decision.test_impact import PRODUCT, edited, past

LOSING = Losing(lgd_ppm=500_000, ccf_ppm=800_000, unscored_pd_ppm=100_000)
OPENINGS = [answer(Kind.OPENING, {}, position=a_position(requested=asked)) for asked in (1_000, 2_000, 4_000)]


def lost(own: Past) -> list[float]:
    share = lost_share(own, LOSING)
    return [float(one) for one in given_out(own, own.before) * share]


def test_loss_is_what_is_owed_at_default_times_pd_times_lgd() -> None:
    (own,) = past(PRODUCT, OPENINGS)
    given = given_out(own, own.before)
    assert given.tolist() == [1_000, 2_000, 4_000]
    unscored = replace(own, pd_ppm=np.full(3, NONE))
    assert lost(unscored) == pytest.approx([40, 80, 160])
    scored = replace(own, pd_ppm=np.array([20_000, 0, NONE]))
    assert lost(scored) == pytest.approx([8, 0, 160])


def test_of_a_draw_all_is_owed_and_of_a_repayment_what_is_back_at_once() -> None:
    (drawn,) = past(PRODUCT, [answer(Kind.DRAW, {}, position=a_position(requested=50, available=50))])
    assert lost(replace(drawn, pd_ppm=np.array([100_000]))) == [2.5]
    (repaid,) = past(PRODUCT, [answer(Kind.RESTORATION, {}, position=a_position(requested=60))])
    back = dict(moved(repaid, repaid.before))["released at once"]
    assert given_out(repaid, repaid.before).tolist() == back.tolist()


def test_what_a_draft_changes_is_told_with_its_interval_and_currency() -> None:
    draft = edited("min(requested_minor, floor(", "min(2 * requested_minor, floor(")
    laid = past(draft, OPENINGS)
    loss, income = impact_of(replace(draft, losing=LOSING), laid).changes
    assert (loss.kind, loss.measure, loss.currency) == (Kind.OPENING, "expected loss", "CNY")
    assert loss.after_minor == pytest.approx(2 * loss.before_minor, abs=1)
    assert loss.before_minor > 0
    assert loss.change_low_minor <= loss.after_minor - loss.before_minor <= loss.change_high_minor
    assert income.measure == "interest income"
    assert income.after_minor == pytest.approx(2 * income.before_minor, abs=1)
    impact = impact_of(draft, laid)
    assert impact_of(replace(draft, losing=None), laid).changes == ()
    (turned,) = impact.turned
    assert (turned.better.count, turned.worse.count) == (3, 0)


def test_the_interval_of_a_change_is_that_of_its_borrowers() -> None:
    (own,) = past(PRODUCT, OPENINGS)
    after = replace(own.before, figures={**own.before.figures, "amount_minor": np.array([1_000, 5_000, 4_500])})
    laid = replace(own, pd_ppm=np.full(3, 1_000_000), who=np.array([0, 1, 1]))
    given = Given(
        past=laid,
        after=after,
        before_minor=given_out(laid, laid.before),
        after_minor=given_out(laid, after),
        rows=np.array([1, 2]),
    )
    loss = changed(weighed_of(given, LOSING))[0]
    # Of two borrowers one changes by 3,500 x 0.4 = 1,400 and the other by nothing: a spread of 1,400 x sqrt(2) / sqrt(2).
    assert loss.after_minor - loss.before_minor == 1_400
    assert (loss.change_low_minor, loss.change_high_minor) == (-1_344, 4_144)


def test_nothing_given_out_has_no_rate() -> None:
    draft = edited("min(requested_minor, floor(", "min(0, floor(")
    assert list(loss_rates(answered(draft, past(draft, OPENINGS)), LOSING)) == []


def test_the_interval_of_a_rate_holds_as_often_as_it_says() -> None:
    (own,) = past(PRODUCT, OPENINGS)
    dice = np.random.default_rng(3)
    pd = dice.choice([5_000, 50_000, 300_000], size=20_000)
    given = dice.integers(1, 9, size=20_000) * 1_000
    truth = 0.8 * 0.5 * (pd * given).sum() / 1e6 / given.sum()
    held = 0
    for _ in range(400):
        rows = dice.integers(0, 20_000, size=300)
        figures = {**own.before.figures, "amount_minor": given[rows]}
        before = replace(
            own.before,
            answers=np.repeat(own.before.answers[:1], 300),
            figures=figures,
            conditions=np.empty(300, np.object_),
        )
        sample = replace(own, pd_ppm=pd[rows], who=np.arange(300), count=300, before=before)
        (rate,) = loss_rates([(sample, before)], LOSING)
        held += rate.rate.low <= truth <= rate.rate.high
    assert 0.92 <= held / 400 <= 0.98


def test_sums_are_by_borrower_and_leave_nobody_else_in() -> None:
    assert summed(np.array([3, 1, 3]), np.array([1, 2, 4])).tolist() == [2, 5]
    assert summed(np.empty(0, np.int64), np.empty(0, np.int64)).tolist() == []


@pytest.mark.parametrize("section", [{}, {"lgd_ppm": 1, "ccf_ppm": 1, "unscored_pd_ppm": 1, "luck": 1},
                                     {"lgd_ppm": True, "ccf_ppm": 1, "unscored_pd_ppm": 1},
                                     {"lgd_ppm": 1_000_001, "ccf_ppm": 1, "unscored_pd_ppm": 1}])  # fmt: skip
def test_a_wrong_section_is_refused(section: dict[str, object]) -> None:
    with pytest.raises(PolicyInvalid, match="is wrong in"):
        read_losing(section)


def test_a_product_may_say_nothing_of_losses_and_the_shipped_one_does() -> None:
    assert read_losing(None) is None
    assert losing_in(PRODUCT.files) == PRODUCT.losing is not None
