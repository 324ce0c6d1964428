"""The law of paying more: a larger repayment and the same charges never raise a probability and never cost release points.

The action is done to events, as the engine would see it: a repayment on the 20th of September, larger or new, and a
September statement lower by as much, not below nothing. A second law says that time alone never costs release points:
who repays everything and borrows nothing stays where that put them.
"""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from creditline.clock import DAY_US, to_us
from creditline.events.catalogue import DrawMade, LineOpened, RepaymentReceived, StatementIssued
from creditline.events.frames import Facts, facts_of_arrays
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile
from creditline.score.evaluate import NAMES
from tests.score.shipped import shipped, taiwan

Ints = NDArray[np.int64]

NOON_US = DAY_US // 2
AS_OF = datetime(2005, 10, 1, tzinfo=UTC)
STATEMENTS = [to_us(datetime(2005, month, 25, tzinfo=UTC)) + NOON_US for month in range(4, 10)]
REPAYMENTS = [to_us(datetime(2005, month, 20, tzinfo=UTC)) + NOON_US for month in range(4, 10)]
SEPTEMBER, AUGUST = 5, 4


def scores(facts: Facts, *, as_of_us: int) -> tuple[Ints, Ints, Ints]:
    """Return PD by the scorecard, PD by the booster, and release points of every borrower."""
    x = profile(facts, FEATURES, as_of_us=np.full(len(facts.borrowers), as_of_us, np.int64))
    cards = shipped()
    return (
        cards.scorecard.pd_ppm(cards.scorecard.points(x, NAMES)),
        cards.booster.pd_ppm(cards.booster.points(x, NAMES)),
        cards.release.points(x, NAMES),
    )


def owner_of(facts: Facts) -> Ints:
    return np.repeat(np.arange(len(facts.borrowers)), np.diff(facts.starts))


def statement_of(facts: Facts, month: int) -> Ints:
    """Return each borrower's bill of a month in minor units, 0 where there is none."""
    at = np.flatnonzero((facts.number == StatementIssued.number) & (facts.happened_us == STATEMENTS[month]))
    bills = np.zeros(len(facts.borrowers), np.int64)
    bills[owner_of(facts)[at]] = facts.amount_minor[at]
    return bills


def with_repayments(facts: Facts, more: Ints, *, at_us: int) -> Facts:
    """Return the facts with one more repayment of each borrower for whom `more` is above 0."""
    payers = np.flatnonzero(more > 0)
    same = np.full(len(payers), at_us)
    return facts_of_arrays(
        facts.borrowers,
        borrower_index=np.concatenate([owner_of(facts), payers]),
        number=np.concatenate([facts.number, np.full(len(payers), RepaymentReceived.number, np.uint8)]),
        happened_us=np.concatenate([facts.happened_us, same]),
        recorded_us=np.concatenate([facts.recorded_us, same]),
        amount_minor=np.concatenate([facts.amount_minor, more[payers]]),
        code=np.concatenate([facts.code, np.zeros(len(payers), np.int32)]),
    )


def with_larger(facts: Facts, more: Ints, *, month: int) -> Facts:
    """Return the facts with the month's repayment larger, or a new one of who made none."""
    at = np.flatnonzero((facts.number == RepaymentReceived.number) & (facts.happened_us == REPAYMENTS[month]))
    amounts, owners = facts.amount_minor.copy(), owner_of(facts)[at]
    amounts[at] += more[owners]
    left = more.copy()
    left[owners] = 0
    return with_repayments(replace(facts, amount_minor=amounts), left, at_us=REPAYMENTS[month])


def with_lower_bills(facts: Facts, less: Ints, *, months: range) -> Facts:
    """Return the facts with the statements of some months lower, not below nothing."""
    at = np.flatnonzero(
        (facts.number == StatementIssued.number) & np.isin(facts.happened_us, [STATEMENTS[month] for month in months])
    )
    amounts = facts.amount_minor.copy()
    amounts[at] = np.maximum(0, amounts[at] - less[owner_of(facts)[at]])
    return replace(facts, amount_minor=amounts)


def paying_more(facts: Facts, more: Ints, *, is_new: bool, month: int = SEPTEMBER) -> Facts:
    """Return the facts of borrowers who paid `more` in a month and charged the same, then and later."""
    paid = with_repayments(facts, more, at_us=REPAYMENTS[month]) if is_new else with_larger(facts, more, month=month)
    return with_lower_bills(paid, more, months=range(month, SEPTEMBER + 1))


def assert_no_worse(before: tuple[Ints, Ints, Ints], after: tuple[Ints, Ints, Ints]) -> None:
    assert int((after[0] > before[0]).sum()) == 0
    assert int((after[1] > before[1]).sum()) == 0
    assert int((after[2] < before[2]).sum()) == 0


@pytest.mark.slow
@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("share_percent", [1, 20, 50, 100, 300])
def test_paying_more_hurts_nobody_in_the_real_book(share_percent: int, is_new: bool) -> None:
    facts, _ = taiwan()
    more = statement_of(facts, AUGUST) * share_percent // 100
    assert (more > 0).mean() > 0.8
    before = scores(facts, as_of_us=to_us(AS_OF))
    after = scores(paying_more(facts, more, is_new=is_new), as_of_us=to_us(AS_OF))
    assert_no_worse(before, after)
    if share_percent == 20:
        assert (after[2] > before[2]).mean() > 0.02, "The action must be able to help, or the law says nothing."


@pytest.mark.slow
def test_paying_more_three_months_long_hurts_nobody_in_the_real_book() -> None:
    facts, _ = taiwan()
    paid = facts
    for month in (3, 4, 5):
        paid = paying_more(paid, statement_of(facts, month - 1) // 5, is_new=False, month=month)
    assert_no_worse(scores(facts, as_of_us=to_us(AS_OF)), scores(paid, as_of_us=to_us(AS_OF)))


@pytest.mark.slow
def test_time_alone_costs_nobody_release_points_in_the_real_book() -> None:
    facts, _ = taiwan()
    assert_time_is_kind(facts, days=range(1, 190, 7))


AMOUNTS = st.sampled_from([0, 1, 2, 5, 9, 10, 11, 40])
HISTORY = st.tuples(
    st.sampled_from([10, 40]),
    st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 3)), min_size=6, max_size=6),
)


def facts_of(borrowers: list[tuple[int, list[tuple[int, int, int, int]]]]) -> Facts:
    """Return facts of made-up borrowers: a limit, and six months of (drawn, repaid, billed, months late)."""
    rows: list[tuple[int, int, int, int, int]] = []
    for who, (granted, months) in enumerate(borrowers):
        rows.append((who, LineOpened.number, REPAYMENTS[0] - 19 * DAY_US, granted, 0))
        for month, (drawn, repaid, billed, late) in enumerate(months):
            rows.append((who, StatementIssued.number, STATEMENTS[month], billed, late))
            rows += [(who, DrawMade.number, REPAYMENTS[month] - 8 * DAY_US, drawn, 0)] * (drawn > 0)
            rows += [(who, RepaymentReceived.number, REPAYMENTS[month], repaid, 0)] * (repaid > 0)
    who, number, at, amount, code = np.array(rows, np.int64).T
    return facts_of_arrays(
        tuple(str(one) for one in range(len(borrowers))),
        borrower_index=who,
        number=number.astype(np.uint8),
        happened_us=at,
        recorded_us=at,
        amount_minor=amount * 100_000,
        code=code.astype(np.int32),
    )


@given(st.lists(HISTORY, min_size=1, max_size=20), st.sampled_from([1, 20, 100, 250]), st.booleans())
def test_paying_more_hurts_no_borrower_that_can_be_made_up(
    borrowers: list[tuple[int, list[tuple[int, int, int, int]]]], share_percent: int, is_new: bool
) -> None:
    facts = facts_of(borrowers)
    more = statement_of(facts, AUGUST) * share_percent // 100
    before = scores(facts, as_of_us=to_us(AS_OF))
    assert_no_worse(before, scores(paying_more(facts, more, is_new=is_new), as_of_us=to_us(AS_OF)))


@given(st.lists(HISTORY, min_size=1, max_size=20))
def test_time_alone_costs_no_borrower_that_can_be_made_up_release_points(
    borrowers: list[tuple[int, list[tuple[int, int, int, int]]]],
) -> None:
    assert_time_is_kind(facts_of(borrowers), days=range(1, 200, 3))


def assert_time_is_kind(facts: Facts, *, days: range) -> None:
    """Repay everything on the 5th of October and borrow nothing: release points never fall below where they then are."""
    repaid_us = to_us(AS_OF) + 4 * DAY_US + NOON_US
    owed = statement_of(facts, SEPTEMBER)
    repaid = with_repayments(facts, owed, at_us=repaid_us)
    later = repaid
    for month in range(10, 16):
        at = to_us(datetime(2005 + (month - 1) // 12, (month - 1) % 12 + 1, 25, tzinfo=UTC)) + NOON_US
        later = with_empty_bill(later, at_us=at)
    reached = release_points(repaid, as_of_us=repaid_us + 1)
    for day in days:
        assert int((release_points(later, as_of_us=repaid_us + 1 + day * DAY_US) < reached).sum()) == 0, day


def with_empty_bill(facts: Facts, *, at_us: int) -> Facts:
    """Return the facts with a statement of nothing, on time, for everybody."""
    n = len(facts.borrowers)
    return facts_of_arrays(
        facts.borrowers,
        borrower_index=np.concatenate([owner_of(facts), np.arange(n)]),
        number=np.concatenate([facts.number, np.full(n, StatementIssued.number, np.uint8)]),
        happened_us=np.concatenate([facts.happened_us, np.full(n, at_us)]),
        recorded_us=np.concatenate([facts.recorded_us, np.full(n, at_us)]),
        amount_minor=np.concatenate([facts.amount_minor, np.zeros(n, np.int64)]),
        code=np.concatenate([facts.code, np.zeros(n, np.int32)]),
    )


def release_points(facts: Facts, *, as_of_us: int) -> Ints:
    x = profile(facts, FEATURES, as_of_us=np.full(len(facts.borrowers), as_of_us, np.int64))
    return shipped().release.points(x, NAMES)
