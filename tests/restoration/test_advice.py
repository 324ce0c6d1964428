"""What is told to help does, what is told not to does nothing, and more borrowing is never advised."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from creditline.restoration.advice import Advice, Evidence, advise, dates_of
from creditline.restoration.behaviour import Behaviour, catalogue_of
from creditline.restoration.forecast import forecast
from creditline.restoration.standing import Act, Standing
from tests.restoration.a_standing import a_standing


def advised(standing: Standing) -> Advice:
    return advise(standing, catalogue_of(standing.product))


def behaviours(advice: Advice) -> list[tuple[Behaviour, ...]]:
    return [tuple(doing.behaviour for doing in one.doings) for one in advice.helps]


def test_paying_on_time_helps_who_is_late_because_a_rule_asks_for_it() -> None:
    advice = advised(a_standing(months_late=1))
    assert (advice.waiting_minor, advice.all_back_on, advice.is_only_time) == (20_000, None, False)
    (alone,) = [one for one in advice.helps if [doing.behaviour for doing in one.doings] == [Behaviour.PAY_ON_TIME]]
    assert (alone.evidence, alone.effect.earlier_minor, alone.effect.sooner_days) == (Evidence.RULE, 20_000, None)
    assert alone.effect.all_back_on == date(2026, 4, 30)


def test_two_things_together_are_told_where_they_do_more_than_either() -> None:
    """With income proved a statement on time brings everything back the same day; without, only the points forbid it."""
    advice = advised(a_standing(months_late=1))
    best = advice.helps[0]
    assert [doing.behaviour for doing in best.doings] == [Behaviour.PROVE_INCOME, Behaviour.PAY_ON_TIME]
    assert best.effect.all_back_on == date(2026, 3, 25)


def test_where_only_time_helps_that_is_said() -> None:
    advice = advised(a_standing())
    assert advice.is_only_time
    assert advice.helps == ()
    assert advice.all_back_on == date(2026, 4, 30)
    assert [one.doing.behaviour for one in advice.does_not_help] == [
        Behaviour.AUTOPAY_ON, Behaviour.PAY_EARLY, Behaviour.CHECK_OFTEN,
    ]  # fmt: skip


def test_where_nothing_is_certain_there_is_still_a_person() -> None:
    advice = advised(a_standing(is_blocked=True, condition="not_blocked"))
    assert (advice.helps, advice.all_back_on, advice.is_only_time, advice.has_route) == ((), None, False, True)


def test_a_line_on_which_nothing_waits_needs_no_advice() -> None:
    advice = advised(a_standing(withheld_minor=0))
    assert (advice.waiting_minor, advice.helps, advice.does_not_help, advice.is_only_time) == (0, (), (), False)


def test_not_drawing_is_told_where_one_more_draw_would_delay() -> None:
    advice = advised(a_standing(draws_count=6, condition="no_arrears_and_calm"))
    assert advice.protects == ()
    late_draws = replace(a_standing(draws_count=6, condition="no_arrears_and_calm"))
    soon = replace(late_draws, tranches=tuple(replace(one, due_on=date(2026, 3, 4)) for one in late_draws.tranches))
    (told,) = advised(soon).protects
    assert told.doing.behaviour is Behaviour.DRAW_NOTHING
    assert (told.effect.later_minor, told.effect.sooner_days) == (20_000, -30)


def test_what_rests_on_the_score_needs_the_margin() -> None:
    """Without points to spare an improvement could be gone after the next refit."""
    standing = a_standing(months_late=1)
    many = replace(catalogue_of(standing.product), margin_points=100)
    assert advise(standing, many).helps, "A rule needs no margin."


lines = st.fixed_dictionaries(
    {
        "months_late": st.sampled_from([0, 1, 2]),
        "draws_count": st.sampled_from([1, 6, 8]),
        "drawn_minor": st.sampled_from([0, 8, 40_000, 80_000]),
        "withheld_minor": st.sampled_from([0, 2, 20_000]),
        "billed_minor": st.sampled_from([0, 40_000, 95_000]),
        "condition": st.sampled_from(["no_arrears", "no_arrears_and_calm"]),
        "is_blocked": st.booleans(),
    }
)


@given(lines)
def test_advice_is_true_of_any_line(line: dict[str, Any]) -> None:
    standing = a_standing(**line)
    advice, until = advised(standing), standing.as_of + timedelta(days=365)
    base = dates_of(standing, forecast(standing, (), until=until))
    for one in advice.helps:
        own = dates_of(standing, forecast(standing, one.steps, until=until))
        assert all(here <= there for here, there in zip(own, base, strict=True))
        assert own != base
        assert all(step.act is not Act.DRAW for step in one.steps)
    for told in advice.does_not_help:
        assert dates_of(standing, forecast(standing, told.doing.steps, until=until)) == base
    assert len({one.doings for one in advice.helps}) == len(advice.helps)
    assert advice.has_route
