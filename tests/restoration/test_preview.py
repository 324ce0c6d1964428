"""What a draw or a repayment would do, before it is confirmed: cost to the minor unit, dates, and the most that delays nothing."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from creditline.decision.outcome import Answer
from creditline.ledger.allocation import Part
from creditline.restoration.preview import Due, dues_of, largest, preview_draw, preview_repayment
from tests.restoration.a_standing import a_standing


def test_a_draw_costs_what_its_loan_will_ask_for() -> None:
    told = preview_draw(a_standing(), 36_500)
    assert (told.answer, told.amount_minor, told.available_minor) == (Answer.APPROVE, 36_500, 3_500)
    assert told.dues == (Due(due_on=date(2027, 3, 2), principal_minor=36_500, interest_minor=3_285, fee_minor=0),)
    assert (told.interest_minor, told.fee_minor, told.apr_bp) == (3_285, 0, 900)
    assert told.all_in_ppm == 90_000, "A year of 9 % paid at its end."
    assert (told.effect.later_minor, told.largest_minor) == (0, 40_000)


def test_a_draw_that_would_be_declined_says_why_and_moves_nothing() -> None:
    told = preview_draw(a_standing(months_late=2), 1_000)
    assert (told.answer, told.reasons, told.available_minor, told.largest_minor) == (
        Answer.DECLINE,
        ("late",),
        40_000,
        0,
    )


def test_a_draw_that_would_delay_says_so() -> None:
    standing = a_standing(draws_count=6, condition="no_arrears_and_calm")
    soon = replace(standing, tranches=tuple(replace(one, due_on=date(2026, 3, 4)) for one in standing.tranches))
    told = preview_draw(soon, 100)
    assert (told.without_on, told.effect.all_back_on) == (date(2026, 3, 4), date(2026, 4, 3))
    assert (told.effect.later_minor, told.largest_minor) == (20_000, 0)


def test_a_repayment_says_what_it_meets_saves_and_brings_back() -> None:
    told = preview_repayment(a_standing(), 10_197)
    assert (told.accepted_minor, told.parts[Part.INTEREST], told.parts[Part.PRINCIPAL]) == (10_197, 197, 10_000)
    assert told.saved_minor == 851, "345 days of 9 % on 10,000."
    assert (told.answer, told.back_now_minor, told.tranches) == (Answer.AT_ONCE, 10_000, ())
    assert told.available_minor == 50_000
    assert told.largest_minor == 40_197


def test_a_repayment_that_is_held_back_says_until_when() -> None:
    told = preview_repayment(a_standing(months_late=1), 10_197)
    assert (told.answer, told.back_now_minor, told.reasons) == (Answer.OBSERVED, 0, ("late",))
    assert [(one.due_on, one.amount_minor) for one in told.tranches] == [(date(2026, 4, 1), 10_000)]


def test_where_nothing_is_owed_nothing_is_taken() -> None:
    told = preview_repayment(a_standing(drawn_minor=0), 500)
    assert (told.answer, told.accepted_minor, told.excess_minor, told.largest_minor) == (None, 0, 500, 0)


def test_what_is_late_is_asked_for_today() -> None:
    loan = a_standing().loans[0]
    today = date(2027, 3, 1)
    assert [due.due_on for due in dues_of(loan, today=today)] == [today]


@given(st.integers(0, 40), st.integers(0, 41))
def test_the_largest_that_delays_nothing_is_found(most: int, first_bad: int) -> None:
    expected = max((amount for amount in range(1, most + 1) if amount < first_bad), default=0)
    assert largest(most, lambda amount: amount >= first_bad) == expected
