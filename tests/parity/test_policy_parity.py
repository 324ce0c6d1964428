"""Every executor of a policy gives the reference's answer, nulls, decimals and break points included.

An executor is a module and its name here.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from itertools import product as every

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.edge.products import load_product
from creditline.errors import PolicyInvalid
from creditline.policy.columnar.answers import answer_at
from creditline.policy.columnar.plan import decide_many
from creditline.policy.compiled import MOST_SEEN, compile_policy
from creditline.policy.evaluate import evaluate
from creditline.policy.table import Answer, Policy, Value
from tests.policy.a_policy import small

Execute = Callable[[Policy, str, Mapping[str, Value]], Answer]

EXECUTORS: dict[str, Execute] = {
    "compiled": lambda policy, name, given: compile_policy(policy, frozenset({"p"})).decide(name, given),
    "columnar": lambda policy, name, given: in_columns(policy, name, given, frozenset()),
    "columnar, p a parameter": lambda policy, name, given: in_columns(policy, name, given, frozenset({"p"})),
}


def in_columns(policy: Policy, name: str, given: Mapping[str, Value], parameters: frozenset[str]) -> Answer:
    """Answer one row as the second of two, so that a value for all rows and a value a row are both met."""
    columns = {one: [None, value] for one, value in given.items() if one not in parameters}
    numbers = {one: value for one, value in given.items() if one in parameters}
    return answer_at(decide_many(policy, name, columns, numbers), 1)


NUMBERS = st.one_of(st.integers(-2, 4), st.decimals("-2", "4", places=2, allow_nan=False), st.just(Decimal("1.000001")))
ENDS = st.sampled_from(["-1", "0", "1", "1.5", "2", "1 / 3", "p", "p + 1", "p / 3", "x", "null"])
TESTS = st.one_of(
    st.builds(lambda sign, end: f"{sign} {end}", st.sampled_from(["<", "<=", ">", ">=", "="]), ENDS),
    st.builds(lambda low, high, a, b: f"{a}{low}..{high}{b}", ENDS, ENDS, st.sampled_from("[("), st.sampled_from("])")),
    ENDS,
)
CELLS = st.one_of(
    st.just("-"),
    st.lists(TESTS, min_size=1, max_size=3).map(", ".join),
    st.lists(TESTS, min_size=1, max_size=2).map(lambda tests: f"not({', '.join(tests)})"),
)
HITS = st.sampled_from(
    [
        ("UNIQUE", ""),
        ("ANY", ""),
        ("FIRST", ""),
        ("COLLECT", "SUM"),
        ("COLLECT", "MIN"),
        ("COLLECT", "MAX"),
        ("COLLECT", "COUNT"),
    ]
)
OUTPUTS = st.sampled_from(
    [
        "1", "2.5", "x + p", "null", "if x > p then x else p", "x / p", "floor(x / p)", "ceiling(x / 3)", "x * p * 1.25 / 8",
        "round_half_up(x / 3, 2)", "round_half_up(x * 100, -1)", "decimal(x * p, 1)", "min(x, p, 1)", "abs(-x)", "x ** 2",
        "if x / p > 0.5 then 1 else 2", "if x = p or not(x < 0) and p != null then x else null",
    ]
)  # fmt: skip


def asked(execute: Execute, policy: Policy, given: Mapping[str, Value]) -> Answer | str:
    """Return an answer, or the words of an error, so that errors are compared too."""
    try:
        return execute(policy, "t", given)
    except PolicyInvalid as invalid:
        return invalid.message


@pytest.mark.parametrize("executor", EXECUTORS)
@given(
    hit=HITS,
    rules=st.lists(st.tuples(CELLS, OUTPUTS), min_size=1, max_size=5),
    values=st.lists(st.tuples(st.none() | NUMBERS, st.none() | NUMBERS), min_size=1, max_size=6),
)
def test_random_tables_are_answered_alike(
    executor: str,
    hit: tuple[str, str],
    rules: list[tuple[str, str]],
    values: list[tuple[int | Decimal | None, int | Decimal | None]],
) -> None:
    policy = small(hit[0], rules, aggregation=hit[1])
    for x, p in values:
        given: dict[str, Value] = {"x": x, "p": p}
        assert asked(EXECUTORS[executor], policy, given) == asked(evaluate, policy, given)


def test_the_products_policy_is_answered_alike_around_each_of_its_break_points() -> None:
    product = load_product("consumer_revolving")
    numbers = product.parameters.at(date(2026, 1, 1), currency="CNY")
    usual: dict[str, Value] = {one.name: None for one in product.policy.inputs}
    usual |= {
        **numbers,
        "requested_minor": 100,
        "available_minor": 50,
        "granted_minor": 100,
        "drawn_minor": 50,
        "covered_sources_count": 1,
    }
    whole: list[Value] = [None, 0, 1, 2, 3]
    points: list[Value] = [
        None,
        *(numbers[name] + step for name in ("release_pass_points", "release_veto_points") for step in (-1, 0, 1)),
    ]
    truth: list[Value] = [None, True, False]
    tried = 0
    tables: dict[str, dict[str, list[Value]]] = {
        "restoration": {
            "is_blocked": truth,
            "months_late_last_count": whole,
            "release_points": points,
            "draws_30d_count": [None, 5, 6, 7],
            "spend_surge_ratio": [None, 3, Decimal("3.000001")],
            "evidence_income_valid_count": [None, 0, 1],
        },
        "draw": {
            "is_blocked": truth,
            "months_late_last_count": whole,
            "available_minor": [0, 99, 100, 101],
            "accepts_partial": truth,
            "draws_1d_count": [None, 9, 10, 11],
        },
        "opening": {
            "is_moved": truth,
            "grade": [None, *range(1, 22)],
            "covered_sources_count": [None, 0, 1],
            "requested_minor": [1, 10**9],
        },
        "review": {
            "months_late_last_count": [None, 0, 1, 2, 3, 4],
            "evidence_income_valid_count": [None, 0, 1],
            "grade": [None, 14, 15],
            "utilisation_ratio": [None, Decimal("0.3"), Decimal("0.299999")],
            "days_on_book_count": [None, 179, 180],
        },
        "no_arrears_and_calm": {
            "is_blocked": truth,
            "months_late_last_count": whole,
            "draws_30d_count": [None, 5, 6, 7],
        },
    }
    for table, over in tables.items():
        for row in every(*over.values()):
            given = usual | dict(zip(over, row, strict=True))
            assert product.compiled.decide(table, given) == evaluate(product.policy, table, given), given
            tried += 1
        rows = list(every(*over.values()))
        columns = usual | {name: [row[at] for row in rows] for at, name in enumerate(over)}
        answers = decide_many(
            product.policy, table, {name: columns[name] for name in usual.keys() - numbers.keys()}, numbers
        )
        assert answers.row_wise == ()
        for place, row in enumerate(rows):
            given = usual | dict(zip(over, row, strict=True))
            assert answer_at(answers, place) == evaluate(product.policy, table, given), given
    assert tried > 4_000


def test_more_numbers_than_a_column_remembers_are_answered_alike() -> None:
    policy = small("FIRST", [("[10..900)", "1"), ("> 1500", "2"), ("null", "3"), ("-", "4")])
    compiled = compile_policy(policy)
    for _ in range(2):
        for x in (*range(3 * MOST_SEEN), None, *(Decimal(at) / 8 for at in range(79, 83))):
            given: dict[str, Value] = {"x": x, "p": None}
            assert compiled.decide("t", given) == evaluate(policy, "t", given), x
