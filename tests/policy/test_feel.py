"""FEEL is read as the standard says, and what is no FEEL is refused at its character."""

from decimal import Decimal

import pytest

from creditline.policy.evaluate import compute, holds
from creditline.policy.feel import MOST_DEPTH, FeelError, read_cell, read_expression
from creditline.policy.values import Value

SCOPE: dict[str, Value] = {"x": 7, "half": Decimal("0.5"), "name": "abc", "no": False, "unknown": None}

EXPRESSIONS: list[tuple[str, Value]] = [
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 - 4 - 3", 3),
    ("2 ** 3", 8),
    ("-x + 1", -6),
    ("x / 2", Decimal("3.5")),
    ("1 / 3", Decimal("0.3333333333333333333333333333333333")),
    ("x / 0", None),
    ("x + unknown", None),
    ('"a" + "b"', "ab"),
    ("if x > 5 then 1 else 2", 1),
    ("if unknown > 5 then 1 else 2", 2),
    ("x = 7 and not(no)", True),
    ("unknown = null", True),
    ("x = null", False),
    ("x != 7", False),
    ("unknown and false", False),
    ("unknown or true", True),
    ("unknown and true", None),
    ('x = "7"', None),
    ('x < "7"', None),
    ("min(3, x, half)", Decimal("0.5")),
    ("max(3)", 3),
    ("floor(-half)", -1),
    ("ceiling(half)", 1),
    ("abs(-x)", 7),
    ("round_half_up(2.5, 0)", 3),
    ("decimal(2.5, 0)", 2),
    ('days_between(date("2026-01-01"), date("2026-02-01"))', 31),
    ('date("2026-01-31") < date("2026-02-01")', True),
]

CELLS: list[tuple[str, Value, bool]] = [
    ("-", None, True),
    ("", 3, True),
    ("7", 7, True),
    ("7", None, False),
    ("null", None, True),
    ("null", 0, False),
    ("0, null", None, True),
    ("0, null", 0, True),
    ("> 5", 6, True),
    ("> 5", 5, False),
    ("> 5", None, False),
    (">= x", 7, True),
    ("[1..5]", 5, True),
    ("[1..5)", 5, False),
    ("(1..5]", 1, False),
    ("]1..5[", 3, True),
    ("1, 3, [5..7]", 6, True),
    ("not(1, 2)", 3, True),
    ("not(1, 2)", 2, False),
    # null equals nothing but null, so it is none of the named values; but it is neither above nor below anything.
    ('not("a")', None, True),
    ("not(> 5)", None, False),
    ('"a", "b"', "b", True),
    ("true", True, True),
    ("true", None, False),
    ("1", True, False),
    ("x + 1", 8, True),
]

REFUSED = [
    ("1 +", 4, "the end"),
    ("1 2", 3, "'2'"),
    ("(1", 3, "the end"),
    ("#", 1, "no part of FEEL"),
    ("foo(1)", 1, "no function"),
    ("abs(1, 2)", 1, "takes 1 to 1"),
    ('date("2026-02-30")', 1, "no date"),
    ("if 1 then 2", 12, "'else'"),
    ("then", 1, "a value"),
]


@pytest.mark.parametrize(("text", "value"), EXPRESSIONS)
def test_an_expression_has_the_value_the_standard_gives_it(text: str, value: Value) -> None:
    found = compute(read_expression(text), SCOPE)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("text", "value", "matches"), CELLS)
def test_a_cell_matches_what_it_says(text: str, value: Value, matches: bool) -> None:
    assert holds(read_cell(text), value, SCOPE) is matches


@pytest.mark.parametrize(("text", "at", "words"), REFUSED)
def test_what_is_no_feel_is_refused_at_its_character(text: str, at: int, words: str) -> None:
    with pytest.raises(FeelError) as refused:
        read_expression(text)
    assert refused.value.at == at
    assert words in str(refused.value)


def test_a_range_left_open_is_refused_in_a_cell() -> None:
    with pytest.raises(FeelError, match="'..'"):
        read_cell("[1]")


@pytest.mark.parametrize(
    "text",
    ["(" * 5_000, "-" * 5_000 + "1", "abs(" * 5_000, "if " * 5_000, "1" + " + 1" * 5_000, "a ** " * 5_000 + "a",
     "if a then 1 else " * 5_000 + "1", "not(" * 5_000, "[" * 5_000, '"' + "a" * 30_000 + '"', "9" * 30_000],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_text_is_refused_at_its_character(text: str) -> None:
    for read in (read_expression, read_cell):
        with pytest.raises(FeelError) as refused:
            read(text)
        assert 1 <= refused.value.at <= len(text) + 1


def test_the_deepest_text_that_is_read_is_also_evaluated() -> None:
    assert compute(read_expression("1" + " + 1" * MOST_DEPTH), {}) == MOST_DEPTH + 1
    assert compute(read_expression("(" * MOST_DEPTH + "1" + ")" * MOST_DEPTH), {}) == 1
    assert compute(read_expression("10 ** (10 ** 10)"), {}) is None
    assert compute(read_expression("10 ** 6000"), {}) == Decimal("1e6000")


def test_a_number_of_more_than_34_digits_is_rounded_as_it_is_read() -> None:
    wanted = Decimal(1234567890123456789012345678901235000)
    assert compute(read_expression("1234567890123456789012345678901234567"), {}) == wanted
    assert compute(read_expression("round_half_up(1234567890123456789012345678901234567, -1)"), {}) == wanted
