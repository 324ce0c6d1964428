"""Who is in which arm: shares are hit, nobody moves when a share grows, and one is answered as many are."""

from collections import Counter
from datetime import date
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.money import MILLION
from creditline.policy.assignment import arm_of, point_of, shadows_of
from creditline.policy.strategy import CHAMPION, Strategy, moved
from tests.policy.a_strategy import DAY, a_shadow, a_strategy, an_arm

BORROWERS = [f"borrower {number}" for number in range(20_000)]


def names_of(strategy: Strategy, *, on: date = DAY, stopped: tuple[str, ...] = ()) -> list[str]:
    """Return the arm of every borrower."""
    arms = (arm_of(strategy, one, {}, on=on, stopped=stopped) for one in BORROWERS)
    return [CHAMPION if arm is None else arm.name for arm in arms]


def test_the_points_of_a_salt_are_these_for_ever() -> None:
    # Another program, or a later one, must put everybody where they were.
    assert (point_of("ada", salt="salt"), point_of("ada", salt="pepper")) == (48_007, 896_705)


@pytest.mark.parametrize("salt", ["a", "b", "c"])
def test_shares_are_hit_within_what_chance_allows(salt: str) -> None:
    strategy = a_strategy(an_arm("a", 50_000), an_arm("b", 300_000, days=60), salt=salt)
    counted = Counter(names_of(strategy))
    for name, share in (("a", 0.05), ("b", 0.3), (CHAMPION, 0.65)):
        spread = sqrt(len(BORROWERS) * share * (1 - share))
        # Beyond 4.5 standard deviations lies one trial in 150,000.
        assert abs(counted[name] - len(BORROWERS) * share) < 4.5 * spread, (name, counted)


SHARES = st.integers(0, 250_000)


@given(before=st.tuples(SHARES, SHARES, SHARES), after=st.tuples(SHARES, SHARES, SHARES))
def test_a_share_that_grows_in_its_room_takes_from_the_champion_alone(
    before: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    def strategy(shares: tuple[int, ...]) -> Strategy:
        arms = zip("abc", shares, strict=True)
        return a_strategy(*(an_arm(name, share, more="room_ppm = 250000\n") for name, share in arms))

    first, second = strategy(before), strategy(after)
    assert moved(first, after=second) == ()
    for subject in BORROWERS[:300]:
        was, now = (arm_of(one, subject, {}, on=DAY, stopped=()) for one in (first, second))
        assert was is None or now is None or was.name == now.name
        if was is not None and after["abc".index(was.name)] >= was.share_ppm:
            assert now is not None


def test_a_share_that_grows_over_its_room_is_found_to_move_borrowers() -> None:
    before = a_strategy(an_arm("a", 100_000), an_arm("b", 100_000))
    after = a_strategy(an_arm("a", 130_000), an_arm("b", 100_000))
    (one,) = moved(before, after=after)
    assert (one.before, one.after, one.ppm) == ("b", "a", 30_000)
    changed = Counter(zip(names_of(before), names_of(after), strict=True))["b", "a"]
    assert abs(changed / len(BORROWERS) - 0.03) < 0.006
    assert moved(before, after=a_strategy(an_arm("a", 130_000), an_arm("b", 100_000), salt="other")) == ()


def test_an_arm_that_is_stopped_or_not_on_its_days_leaves_its_borrowers_to_the_champion() -> None:
    strategy = a_strategy(
        an_arm("a", 500_000, more="from = 2026-05-01\nto = 2026-06-01\n"), an_arm("b", 500_000, days=60)
    )
    running = names_of(strategy)
    assert set(running) == {"a", "b"}
    for on, stopped in ((date(2026, 4, 30), ()), (date(2026, 6, 1), ()), (DAY, ("a",))):
        own = names_of(strategy, on=on, stopped=stopped)
        assert own == [CHAMPION if name == "a" else name for name in running]


def test_a_salt_draws_anew_and_independently() -> None:
    one, other = (names_of(a_strategy(an_arm("a", 500_000), salt=salt)) for salt in ("x", "y"))
    both = sum(first == second == "a" for first, second in zip(one, other, strict=True))
    assert abs(both / len(BORROWERS) - 0.25) < 0.015


def test_shadows_draw_their_share_by_themselves_and_beside_any_arm() -> None:
    strategy = a_strategy(an_arm("a", 500_000), a_shadow("half", more="share_ppm = 500000\n"), a_shadow("all"))
    seen = Counter(
        (names, tuple(one.name for one in shadows_of(strategy, subject, {}, on=DAY, stopped=())))
        for subject, names in zip(BORROWERS, names_of(strategy), strict=True)
    )
    assert len(seen) == 4
    assert all(abs(count / len(BORROWERS) - 0.25) < 0.015 for count in seen.values())
    assert all("all" in shadows for _, shadows in seen)
    assert shadows_of(strategy, "ada", {}, on=DAY, stopped=("all", "half")) == []


def test_nobody_is_out_of_the_million() -> None:
    assert all(0 <= point_of(one, salt="s") < MILLION for one in BORROWERS)
