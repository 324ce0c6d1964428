"""What the end of a day makes known: a change of how late payment is, and nothing on any other day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from creditline.decision.lateness import bills_monthly, facts_ahead, facts_of, months_late
from creditline.errors import PolicyInvalid
from creditline.events.catalogue import Cured, FellOverdue, StatementIssued
from creditline.events.event import Event
from creditline.events.row import row_of
from creditline.ledger.asset_class import Bucket, ClassTerms
from creditline.ledger.close import DayClosed, Suspense, close_line
from creditline.ledger.day import line_day
from creditline.ledger.running import end_day
from tests.decision.a_product import a_product, changed
from tests.ledger.a_line import a_line
from tests.ledger.a_loan import DRAWN_ON, LINE, a_loan, some_terms

DUE_ON = date(2025, 2, 27)


def a_day(days_late: int) -> DayClosed:
    day = DUE_ON + timedelta(days=days_late)
    loan = end_day(a_loan(terms=some_terms(count=1)), day)
    return DayClosed(result=line_day(LINE, day, [loan], ClassTerms()), legs=(), late_minor=1_015_500)


@pytest.mark.parametrize(
    ("days_late", "before", "types", "months"),
    [
        (-1, Bucket.CURRENT, [], None),
        (0, Bucket.CURRENT, [], None),
        (1, Bucket.CURRENT, [FellOverdue, StatementIssued], 1),
        (2, Bucket.M1, [], None),
        (31, Bucket.M1, [StatementIssued], 2),
        (91, Bucket.M3, [StatementIssued], 4),
        (20, Bucket.CURRENT, [FellOverdue, StatementIssued], 1),  # A payment bounced that had hidden it.
        (5, Bucket.M4_PLUS, [StatementIssued], 1),  # The oldest was paid, and a later one is late.
        (0, Bucket.M2, [Cured, StatementIssued], 0),
    ],
)
def test_only_a_change_is_told(days_late: int, before: Bucket, types: list[type], months: int | None) -> None:
    told = facts_of(a_day(days_late), before, borrower="ada", currency="CNY")
    assert [type(event) for event in told] == types
    assert [event.months_late_count for event in told if isinstance(event, StatementIssued)] == (
        [] if months is None else [months]
    )
    assert {event.happened_at.date() for event in told} <= {DUE_ON + timedelta(days=days_late)}
    for event in told:
        row_of(event, recorded_at=event.happened_at)


def test_facts_of_a_day_always_bear_the_same_ids() -> None:
    once, again = (facts_of(a_day(1), Bucket.CURRENT, borrower="ada", currency="CNY") for _ in range(2))
    assert once == again
    assert len({event.id for event in once}) == 2


def test_what_fell_overdue_says_how_much_and_how_late() -> None:
    fell, statement = facts_of(a_day(20), Bucket.CURRENT, borrower="ada", currency="CNY")
    assert isinstance(fell, FellOverdue)
    assert isinstance(statement, StatementIssued)
    assert (fell.amount_minor, fell.overdue_days) == (1_015_500, 20)
    assert statement.amount_minor > fell.amount_minor
    assert a_day(20).result.day - DRAWN_ON == timedelta(days=51)


def test_every_bucket_is_so_many_months_late() -> None:
    assert [months_late(one) for one in Bucket] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("is_monthly", [False, True])
@pytest.mark.parametrize("since", [0, 1, 20, 40])
def test_what_is_ahead_is_what_every_day_would_say(since: int, is_monthly: bool) -> None:
    loans = [
        a_loan(terms=some_terms(count=3)),
        a_loan(5_000, some_terms(count=1), drawn_on=DRAWN_ON + timedelta(days=40), loan=LINE),
    ]
    first, last = DUE_ON + timedelta(days=since), DUE_ON + timedelta(days=200)
    before = Bucket.CURRENT
    daily: list[Event] = []
    closing = close_line(LINE, loans, since=first, through=last, suspense=Suspense(), classes=lambda _: ClassTerms())
    for day in closing.days:
        daily += facts_of(day, before, borrower="ada", currency="CNY", monthly=lambda _: is_monthly)
        before = day.result.bucket
    line = replace(a_line(), id=LINE, borrower="ada", currency="CNY")
    ahead = facts_ahead(
        line, loans, Bucket.CURRENT, span=(first, last), classes=lambda _: ClassTerms(), monthly=lambda _: is_monthly
    )
    assert list(ahead) == daily
    assert len(daily) >= 4


@pytest.mark.parametrize(
    ("day", "types"),
    [
        (date(2026, 3, 30), []),
        (date(2026, 3, 31), [StatementIssued]),
        (date(2026, 4, 1), []),
    ],
)
def test_where_months_are_billed_who_pays_is_told_what_is_owed_at_their_end(day: date, types: list[type]) -> None:
    closed = replace(a_day(-1), result=replace(a_day(-1).result, day=day))
    told = facts_of(closed, Bucket.CURRENT, borrower="ada", currency="CNY", monthly=lambda _: True)
    assert [type(event) for event in told] == types
    assert facts_of(closed, Bucket.CURRENT, borrower="ada", currency="CNY") == ()
    for event in told:
        assert isinstance(event, StatementIssued)
        assert (event.months_late_count, event.amount_minor) == (0, closed.result.owed_minor)
    nothing = replace(closed.result, principal_minor=0, interest_minor=0, penalty_minor=0, fee_minor=0)
    assert (
        facts_of(replace(closed, result=nothing), Bucket.CURRENT, borrower="a", currency="CNY", monthly=lambda _: True)
        == ()
    )


def test_a_product_says_plainly_whether_months_are_billed() -> None:
    assert not bills_monthly(a_product())
    assert bills_monthly(changed({"product.toml": lambda text: text.replace("monthly = false", "monthly = true")}))
    assert not bills_monthly(
        changed({"product.toml": lambda text: text.replace("[statements]\nmonthly = false\n", "")})
    )


@pytest.mark.parametrize("wrong", ["monthly = 1", "weekly = true"])
def test_what_is_no_yes_or_no_is_refused(wrong: str) -> None:
    with pytest.raises(PolicyInvalid, match="monthly = true or false"):
        bills_monthly(changed({"product.toml": lambda text: text.replace("monthly = false", wrong)}))
