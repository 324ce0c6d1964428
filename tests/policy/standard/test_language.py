"""The whole language means what the standard says: one row an expression, and the value as FEEL writes it.

What the conformance kit asks is asked there; these are the house's own examples, a few for each chapter of
the language: `creditline.policy.standard.tree`, `creditline.policy.standard.sequences`, `creditline.policy.standard.operators`,
`creditline.policy.standard.properties`; and for the functions that `creditline.policy.standard.signature` declares in
`creditline.policy.standard.strings`, `creditline.policy.standard.numbers`, `creditline.policy.standard.lists`,
`creditline.policy.standard.contexts`, `creditline.policy.standard.dates` and `creditline.policy.standard.intervals`.
"""

from decimal import Decimal

import pytest

from creditline.policy.feel import FeelError
from creditline.policy.standard.calendar import Day
from creditline.policy.standard.values import Value
from tests.policy.standard.an_expression import matches, said, value

MEANT: list[tuple[str, str]] = [
    # Names may have spaces and signs; the longest that is known is meant.
    ("monthly rate * 2", "1.0"),
    ("monthly   rate * 2", "1.0"),
    ("a+b", "3"),
    ("a + b", "3"),
    ("loans.sum drawn", "[10, 20]"),
    ("{sum due: 1, twice: sum due * 2}.twice", "2"),
    # Decimals of 34 digits.
    ("1/3", "0.3333333333333333333333333333333333"),
    ("0.1 + 0.2 = 0.3", "true"),
    ("2 ** 0.5 ** 2 > 1", "true"),
    ("-2 ** 2", "4"),
    ("1.5e3", "1500"),
    ("10 ** (10 ** 10)", "null"),
    # Null is a value, and nothing is ordered or added to it.
    ("unknown = null", "true"),
    ("unknown < 1", "null"),
    ("unknown + 1", "null"),
    ("false and unknown", "false"),
    ("unknown or true", "true"),
    ("not(unknown)", "null"),
    ('1 = "1"', "null"),
    # Lists, filters and paths.
    ("[1, 2, 3][item > 1]", "[2, 3]"),
    ("[1, 2, 3][-1]", "3"),
    ("[1, 2, 3][4]", "null"),
    ("loans[sum drawn > 10].grade", '["B"]'),
    ("loans[2].grade", '"B"'),
    ("5[1]", "5"),
    ("{a: {b: 1}}.a.b", "1"),
    ("unknown.a", "null"),
    # Loops.
    ("for i in 1..3 return i * i", "[1, 4, 9]"),
    ("for i in 3..1 return i", "[3, 2, 1]"),
    ("for i in [1..3) return i", "[1, 2]"),
    ("for i in [1, 2], j in [i, 10] return i * j", "[1, 10, 4, 20]"),
    ("for i in 1..4 return if i = 1 then 1 else i * partial[-1]", "[1, 2, 6, 24]"),
    ('for d in @"2026-01-30"..@"2026-02-01" return d.day', "[30, 31, 1]"),
    ("some i in [1, 2] satisfies i > 1", "true"),
    ("every i in [] satisfies i > 1", "true"),
    ("some i in unknown satisfies true", "null"),
    # Functions, by place and by name.
    ("(function(a: number, b: number) a - b)(b: 1, a: 3)", "2"),
    ('(function(a: number) a)("one")', "null"),
    ('(function(s: string) external {java: {class: "C"}})("x")', "null"),
    ('substring(string: "policy", start position: 3, length: 2)', '"li"'),
    ("sort([3, 1, 2], function(a, b) a > b)", "[3, 2, 1]"),
    ("abs(x - 10)", "3"),
    # Tests and ranges.
    ("x in (1, [5..8])", "true"),
    ("x in > 7", "false"),
    ("x between 1 and 7", "true"),
    ("[1..3].end", "3"),
    ("]1..3].start included", "false"),
    ("[1..3[ = [1..3)", "true"),
    ("x instance of number", "true"),
    ("[1, 2] instance of list<number>", "true"),
    ("{a: 1} instance of context<a: string>", "false"),
    ("[1..3] instance of range<number>", "true"),
    # Days, times and durations.
    ('date("2026-01-31") + duration("P1M")', "2026-02-28"),
    ('@"2026-03-01" - @"2026-02-01"', "P28D"),
    ('@"2026-01-31T23:00:00Z" + @"PT2H"', "2026-02-01T01:00:00Z"),
    ('time("10:00:00+02:00").time offset', "PT2H"),
    ('@"2026-06-01T12:00:00@Europe/Paris".time offset', "PT2H"),
    ('duration("P1DT30H").hours', "6"),
    ('duration("P26M").years', "2"),
    ('@"P1Y" < @"P13M"', "true"),
    ('years and months duration(@"2025-01-31", @"2026-01-30")', "P11M"),
    ("now()", "2026-01-31T12:00:00Z"),
    ("today()", "2026-01-31"),
    ('week of year(date("2026-01-01"))', "1"),
    ('day of week(date("2026-01-01"))', '"Thursday"'),
    ('month of year(date("2026-01-01"))', '"January"'),
    ('day of year(date("2026-02-01"))', "32"),
    ('is(@"10:00:00Z", @"10:00:00+00:00")', "true"),
    # Functions of each kind.
    ('string length("\\U01F600b")', "2"),
    ('upper case("é") + lower case("É")', '"Éé"'),
    ('substring before("a-b", "-") + substring after("a-b", "-")', '"ab"'),
    ('split("a;b", ";")', '["a", "b"]'),
    ('string join(["a", null, "b"], "+")', '"a+b"'),
    ('replace("abc", "(b)", "[$1]")', '"a[b]c"'),
    ('number("1 000,5", " ", ",")', "1000.5"),
    ("string([1.50, true, null, {a: [1..2]}])", '"[1.50, true, null, {a: [1..2]}]"'),
    ("round half up(-2.5, 0) + round half down(2.5, 0)", "-1"),
    ("decimal(2.5, 0) + floor(-1.5) + ceiling(1.2)", "2"),
    ("modulo(-7, 3)", "2"),
    ("mean([1, 2, 3]) + median([1, 9, 2]) + sum(1, 2)", "7"),
    ("stddev([2, 4, 7, 5])", "2.081665999466132735282297706979931"),
    ("mode([6, 1, 9, 6, 1])", "[1, 6]"),
    ("min([]) = null and max(1, 3) = 3", "true"),
    ("flatten([[1, [2]], 3])", "[1, 2, 3]"),
    ("distinct values([1, 2, 1]) = union([1], [2, 1])", "true"),
    ("insert before(remove([1, 2, 3], 2), 1, 0)", "[0, 1, 3]"),
    ("list replace([1, 2], function(a, b) a < b, 2)", "[2, 2]"),
    ("index of([1, 2, 1], 1)", "[1, 3]"),
    ("sublist([1, 2, 3], -2)", "[2, 3]"),
    ("all([true, null])", "null"),
    ("any([null, true])", "true"),
    ('get value({a: {b: 1}}, ["a", "b"])', "1"),
    ('context put({a: 1}, "b", 2)', "{a: 1, b: 2}"),
    ("context merge([{a: 1}, {a: 2}])", "{a: 2}"),
    ('context([{key: "a", value: 1}])', "{a: 1}"),
    ("get entries({a: 1})[1].key", '"a"'),
    ('range("[1..3]")', "[1..3]"),
    ("before([1..3], 4)", "true"),
    ("overlaps([1..3], [3..5])", "true"),
    ("meets([1..3], [3..5])", "true"),
    ("during(2, [1..3])", "true"),
    ("exp(log(1))", "1"),
    ("sqrt(-1)", "null"),
    ("even(4) and odd(-3)", "true"),
    ("1 /* one */ + // and\n 2", "3"),
]  # fmt: skip

CELLS: list[tuple[str, Value, bool]] = [
    ("-", None, True),
    ("", Decimal(1), True),
    ("< 5, > 9", Decimal(10), True),
    ("not(1, 2)", Decimal(2), False),
    ("? > 5 and even(?)", Decimal(6), True),
    ("even(?)", Decimal(7), False),
    ("x", Decimal(7), True),
    ("> unknown", Decimal(7), False),
    ("[unknown..9]", Decimal(7), False),
    ("null", None, True),
    ('"a", "b"', "b", True),
    ('!= "a"', "b", True),
    ("[1, 2]", Decimal(2), True),
    ("list contains(?, 1)", (Decimal(1),), True),
    ("-5", Decimal(-5), True),
    ('< @"2026-02-01"', Day(2026, 1, 1), True),
]

REFUSED: list[tuple[str, int, str]] = [
    ("1 +", 4, "the end"),
    ("(1", 3, "')'"),
    ("[1..2", 6, "']'"),
    ("if x then 1", 12, "'else'"),
    ("#", 1, "no part of FEEL"),
    ("for i in [1] retrun i", 14, "'return'"),
    ("f(a: 1, 2)", 11, "all by name"),
    ("{a: 1, a: 2}", 8, "there twice"),
    ("x instance of", 14, "a type"),
    ("1 2", 3, "'2'"),
]


@pytest.mark.parametrize(("text", "wanted"), MEANT)
def test_an_expression_means_what_the_standard_says(text: str, wanted: str) -> None:
    assert said(text) == wanted


@pytest.mark.parametrize(("cell", "given", "wanted"), CELLS)
def test_a_cell_matches_what_it_says(cell: str, given: Value, wanted: bool) -> None:
    assert matches(cell, given) is wanted


@pytest.mark.parametrize(("text", "at", "words"), REFUSED)
def test_what_is_no_feel_is_refused_at_its_character(text: str, at: int, words: str) -> None:
    with pytest.raises(FeelError) as refused:
        value(text)
    assert (refused.value.at, words in str(refused.value)) == (at, True), str(refused.value)


def test_a_range_with_an_end_that_is_null_is_decided_by_the_other() -> None:
    assert matches("not([unknown..-1])", Decimal(0))
    assert not matches("[unknown..-1]", Decimal(0))
    assert not matches("not([unknown..1])", Decimal(0))
    assert not matches("[unknown..1]", Decimal(0))
