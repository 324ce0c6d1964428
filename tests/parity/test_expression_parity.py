"""Expressions of every shape mean the same on every executor: random trees of operators, functions and choices, over nulls."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.policy.dmn import read_policy
from creditline.policy.prove.compare import EXECUTORS, Contest
from creditline.policy.table import Policy, Value
from tests.policy.a_policy import NAMESPACE

KINDS = {"x": "number", "p": "number", "w": "string", "b": "boolean", "d": "date"}
PLACES = st.sampled_from(["0", "1", "2", "-1", "p"])


def numbers_over(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return numbers made of smaller ones."""
    return st.one_of(
        st.builds(
            lambda sign, a, b: f"({a} {sign} {b})", st.sampled_from(["+", "-", "*", "/", "+", "-", "*"]), inner, inner
        ),
        st.builds(lambda a: f"(-{a})", inner),
        st.builds(lambda word, a, b: f"{word}({a}, {b})", st.sampled_from(["min", "max"]), inner, inner),
        st.builds(lambda word, a: f"{word}({a})", st.sampled_from(["abs", "floor", "ceiling"]), inner),
        st.builds(lambda word, a, n: f"{word}({a}, {n})", st.sampled_from(["round_half_up", "decimal"]), inner, PLACES),
        st.builds(lambda test, a, b: f"(if {test} then {a} else {b})", truths_over(inner), inner, inner),
    )


def truths_over(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return truths about numbers, words and days, joined and turned."""
    order = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
    plain = st.one_of(
        st.builds(lambda sign, a, b: f"{a} {sign} {b}", order, inner, inner),
        st.sampled_from(
            [
                "b",
                "x = null",
                "b = null",
                'w = "a"',
                "w != null",
                'w < "b"',
                "b != true",
                "w = x",
                'd > date("2026-03-01")',
                'd = date("2026-03-01")',
                'days_between(d, date("2026-03-01")) > p',
            ]
        ),
    )
    return st.one_of(
        plain,
        st.builds(lambda a: f"not({a})", plain),
        st.builds(lambda sign, a, b: f"({a} {sign} {b})", st.sampled_from(["and", "or"]), plain, plain),
    )


LEAVES = st.sampled_from(["x", "p", "x", "p", "0", "1", "2.5", "0.01", "null", "100"])
NUMBERS = st.recursive(LEAVES, numbers_over, max_leaves=6)
VALUES = st.none() | st.integers(-3, 5) | st.decimals("-3", "5", places=2, allow_nan=False).map(Decimal.normalize)
ROWS = st.fixed_dictionaries(
    {
        "x": VALUES,
        "p": VALUES,
        "w": st.sampled_from([None, "a", "b"]),
        "b": st.sampled_from([None, True, False]),
        "d": st.sampled_from([None, date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 5)]),
    }
)


def policy_of(expression: str, kind: str) -> Policy:
    """Return a policy of one expression, and of a table whose column is the expression and whose cells read it."""
    text = expression.replace("<", "&lt;")
    inputs = "".join(
        f'<inputData name="{n}"><variable name="{n}" typeRef="{k}"/></inputData>' for n, k in KINDS.items()
    )
    cells = ("true", "not(false)", "null") if kind == "boolean" else ("&lt; 1", "[1..p]", "not(x)")
    rules = "".join(
        f"<rule><inputEntry><text>{cell}</text></inputEntry><outputEntry><text>{at}</text></outputEntry></rule>"
        for at, cell in enumerate(cells)
    )
    return read_policy(
        (
            f'<definitions xmlns="{NAMESPACE}" name="one">{inputs}'
            f'<decision name="t"><variable name="t" typeRef="{kind}"/><literalExpression><text>{text}</text></literalExpression></decision>'
            f'<decision name="of_t"><decisionTable hitPolicy="COLLECT" aggregation="SUM">'
            f'<input label="t"><inputExpression typeRef="{kind}"><text>{text}</text></inputExpression></input>'
            f'<output name="out" typeRef="number"/>{rules}</decisionTable></decision></definitions>'
        ).encode(),
        source="one.dmn",
    )


@settings(max_examples=60)
@given(expression=NUMBERS.map(lambda text: (text, "number")) | truths_over(NUMBERS).map(lambda text: (text, "boolean")),
       rows=st.lists(ROWS, min_size=1, max_size=6))  # fmt: skip
def test_random_expressions_are_answered_alike(expression: tuple[str, str], rows: list[Mapping[str, Value]]) -> None:
    policy = policy_of(*expression)
    for name in ("t", "of_t"):
        contest = Contest(policy=policy, name=name, numbers={}, executors=EXECUTORS)
        assert contest.difference(rows) is None, expression
