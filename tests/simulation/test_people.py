import numpy as np
import pytest

from creditline.errors import Malformed
from creditline.simulation.assumed import read_assumed
from creditline.simulation.people import LUCKS, person
from tests.simulation.a_population import assumed, some


def test_a_person_is_the_same_whoever_else_is_there() -> None:
    assert some(3) == some(9)[:3]


def test_another_seed_is_other_people() -> None:
    assert some(3)[2] != some(3, seed=2)[2]


def test_limits_lie_where_they_were_measured() -> None:
    limits = np.array([one.granted_minor / 100 for one in some(2_000)])
    moments = assumed().moments
    for place in (5, 50, 95):
        assert np.percentile(limits, place) == pytest.approx(moments[f"limit_p{place}"].value, rel=0.15)


def test_nobody_comes_with_more_drawn_than_granted() -> None:
    assert all(0 <= one.moved_minor <= one.granted_minor for one in some(500))


def test_bills_come_every_thirty_days_and_are_paid_before_the_next() -> None:
    for one in some(20):
        for month, following in zip(one.months, one.months[1:], strict=False):
            assert (following.bill_at - month.bill_at).days == 30
            assert month.bill_at < month.pays_at < following.bill_at


def test_every_luck_is_a_chance() -> None:
    lucks = [getattr(month.luck, name) for one in some(50) for month in one.months for name in LUCKS]
    assert min(lucks) >= 0
    assert max(lucks) < 1
    assert np.mean(lucks) == pytest.approx(0.5, abs=0.03)


def test_the_shares_of_kinds_are_as_assumed() -> None:
    kinds = [one.kind for one in some(2_000)]
    for name, kind in assumed().kinds.items():
        assert kinds.count(name) / len(kinds) == pytest.approx(kind.share, abs=0.04)


def test_shares_of_kinds_add_up_to_everybody() -> None:
    assert sum(kind.share for kind in assumed().kinds.values()) == pytest.approx(1)


def test_half_of_the_moments_is_held_out() -> None:
    uses = [one.use for one in assumed().moments.values()]
    assert set(uses) == {"calibrates", "checks"}
    assert abs(uses.count("calibrates") - uses.count("checks")) <= 2


def test_a_file_of_assumptions_that_lacks_something_says_what() -> None:
    with pytest.raises(Malformed, match="words"):
        read_assumed('currency = "TWD"\nstarts_on = 2005-04-01\nloss_given_default_ratio = 0.6')


def test_a_person_of_no_purchases_lives_on() -> None:
    """A gamma rate may come out as good as nothing."""
    assert person(assumed(), seed=1, index=4_000).months
