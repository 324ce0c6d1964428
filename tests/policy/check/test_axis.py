"""An axis is cut where rules change, tells its parts as people say them, and knows what lies between two numbers."""

from datetime import date
from decimal import Decimal

import pytest

from creditline.policy.check.axis import Span, listed_bins, ordered_bins, place, spans_in_words
from creditline.policy.check.domain import Domain
from creditline.policy.feel import read_cell
from creditline.policy.values import Value

GRADE = Domain(kind="number", least=1, most=21, is_whole=True)
RATIO = Domain(kind="number")
DAY = Domain(kind="date", is_nullable=False)


def values(*cells: str, domain: Domain) -> list[tuple[int, Value]]:
    return [(one.mask, one.values[0]) for one in ordered_bins([[read_cell(cell) for cell in cells]], domain)]


def test_whole_numbers_have_no_bin_between_neighbours() -> None:
    assert values("[1..8]", "[9..11]", domain=GRADE) == [(1, 1), (2, 9), (0, 12), (0, None)]


def test_other_numbers_have_one() -> None:
    found = values("[1..8]", "(8..9]", domain=RATIO)
    assert found == [(0, 0), (1, 1), (2, Decimal("8.5")), (0, 10), (0, None)]


def test_days_are_whole() -> None:
    found = values('< date("2026-01-02")', '> date("2026-01-01")', domain=DAY)
    assert found == [(1, date(2025, 12, 31)), (2, date(2026, 1, 2))]


def test_extra_break_points_cut_where_no_rule_changes() -> None:
    cells = [[read_cell("-")]]
    assert len(ordered_bins(cells, GRADE)) == 2
    assert [one.values for one in ordered_bins(cells, GRADE, [5])] == [(1,), (5,), (6,), (None,)]


def test_a_list_has_a_bin_for_each_value_for_others_and_for_missing() -> None:
    found = listed_bins([[read_cell('"p"'), read_cell('not("p")')]], Domain(kind="string"))
    assert [(one.mask, one.words) for one in found] == [(1, '"p"'), (2, "any other"), (2, "missing")]
    closed = listed_bins([[read_cell('"p"')]], Domain(kind="string", allowed=("p", "q"), is_nullable=False))
    assert [(one.mask, one.words) for one in closed] == [(1, '"p"'), (0, '"q"')]


def span(low: Value, high: Value, ends: str = "[]") -> Span:
    return Span(low=low, high=high, has_low=ends[0] == "[", has_high=ends[1] == "]")


@pytest.mark.parametrize(
    ("domain", "spans", "words"),
    [
        (GRADE, [span(14, 14), span(14, 17, "()"), span(17, 17)], "x 14 to 17"),
        (GRADE, [span(None, 3, "()"), span(21, None, "()")], "x <= 2 or >= 22"),
        (GRADE, [span(3, 5, "()")], "x = 4"),
        (GRADE, [span(3, 3), span(4, 4)], "x 3 to 4"),
        (RATIO, [span(3, 3), span(4, 4)], "x = 3 or = 4"),
        (RATIO, [span(Decimal("0.5"), None, "()")], "x > 0.5"),
        (RATIO, [span(Decimal("0.5"), 2, "[)")], "x >= 0.5 and < 2"),
        (RATIO, [span(None, None)], "x any"),
    ],
)
def test_parts_of_an_axis_are_told_as_people_say_them(domain: Domain, spans: list[Span], words: str) -> None:
    assert spans_in_words("x", spans, domain) == words


def test_places_between_numbers() -> None:
    assert [place([1, 3], at, is_whole=True) for at in range(5)] == [0, 1, 2, 3, 4]
    assert place([1, 2], 2, is_whole=True) is None
    assert place([1, 2], 2, is_whole=False) == Decimal("1.5")
    assert place([Decimal("1.5")], 1, is_whole=True) is None
    assert place([], 0, is_whole=True) == 0
