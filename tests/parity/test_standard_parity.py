"""The whole language and the engine's own tables answer alike: a policy, written as DMN 1.3, is read by the standard's reader.

The two share no parser, tree or evaluator. What they may differ in is told in ADR 18.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.errors import PolicyInvalid
from creditline.policy.dmn import read_policy
from creditline.policy.evaluate import evaluate
from creditline.policy.standard.calendar import Day
from creditline.policy.standard.graph import answer
from creditline.policy.standard.model import Model
from creditline.policy.standard.read import read_model
from creditline.policy.standard.values import Value as Whole
from creditline.policy.table import Policy, Value, output_names
from creditline.policy.values import plain
from creditline.policy.write import write_policy
from tests.parity.test_policy_parity import CELLS, HITS, NUMBERS, OUTPUTS
from tests.policy.a_policy import policy_file, small

BOTH = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="all">
<inputData name="n"><variable name="n" typeRef="number"/></inputData>
<inputData name="s"><variable name="s" typeRef="string"/></inputData>
<inputData name="b"><variable name="b" typeRef="boolean"/></inputData>
<inputData name="d"><variable name="d" typeRef="date"/></inputData>
<decision name="two"><decisionTable hitPolicy="FIRST">
<input label="n"><inputExpression typeRef="number"><text>n</text></inputExpression></input>
<output name="low" typeRef="number"/><output name="word" typeRef="string"/>
<rule><inputEntry><text>&lt; 2</text></inputEntry><outputEntry><text>n * 2</text></outputEntry>
<outputEntry><text>"a\\n\\"b\\""</text></outputEntry></rule>
<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>-n ** 2</text></outputEntry>
<outputEntry><text>s + "c"</text></outputEntry></rule></decisionTable></decision>
<decision name="d0"><variable name="d0" typeRef="KIND"/><literalExpression><text>TEXT</text></literalExpression></decision>
</definitions>"""


def given_as(value: Value) -> Whole:
    """Return a value of the engine as one of the whole language."""
    match value:
        case bool() | str() | None:
            return value
        case date():
            return Day(value.year, value.month, value.day)
        case _:
            return Decimal(value)


def found_as(value: Whole) -> object:
    """Return a value of the whole language as one of the engine."""
    match value:
        case Decimal():
            return plain(value)
        case Day():
            return date(value.year, value.month, value.day)
        case _:
            return value


@lru_cache(maxsize=4)
def written(policy: Policy) -> Model:
    return read_model(write_policy(policy))


def assert_alike(policy: Policy, name: str, given: Mapping[str, Value]) -> None:
    whole = answer(written(policy), name, {one: given_as(value) for one, value in given.items()})
    found = whole.value if isinstance(whole.value, dict) else {name: whole.value}
    try:
        own = dict(evaluate(policy, name, given).outputs)
    except PolicyInvalid:
        # A table that is not unique is an error here, and null in the standard.
        assert whole.value is None
        return
    if whole.value is None:
        assert set(own.values()) == {None}
    else:
        assert [found_as(one) for one in found.values()] == list(own.values())


@given(
    hit=HITS,
    rules=st.lists(st.tuples(CELLS, OUTPUTS), min_size=1, max_size=5),
    values=st.lists(st.tuples(st.none() | NUMBERS, st.none() | NUMBERS), min_size=1, max_size=4),
)
def test_random_tables_are_answered_alike(
    hit: tuple[str, str],
    rules: list[tuple[str, str]],
    values: list[tuple[int | Decimal | None, int | Decimal | None]],
) -> None:
    policy = small(hit[0], rules, aggregation=hit[1])
    for x, p in values:
        assert_alike(policy, "t", {"x": x, "p": p})


ATOMS: dict[str, list[str]] = {
    "number": ["n", "0", "2.50", "two.low", "two_low", "10 ** 20", "null", "1234567890123456789012345678901234567"],
    "string": ["s", '"a"', '"\\n\\"\\\\"', "two.word", "null"],
    "boolean": ["b", "true", "null"],
    "date": ["d", 'date("2024-02-29")', "null"],
}
FORMS: dict[str, list[str]] = {
    "number": [
        "({0}) + {1}", "{0} - ({1})", "({0}) * ({1})", "({0}) / ({1})", "-{0}", "-({0}) ** 2", "abs({0})", "floor({0})",
        "min({0}, {1})", "max({0}, {1}, 1)", "decimal({0}, 1)", "round half up({0}, 40)", "round_half_up({0}, -1)",
        "ceiling({0})", 'days_between(d, date("2024-03-01"))',
    ],
    "string": ["({0}) + ({1})"],
    "boolean": ["({0}) and {1}", "({0}) or ({1})", "not({0})"],
    "date": [],
}  # fmt: skip


def trees(kind: str, depth: int) -> st.SearchStrategy[str]:
    """Return expressions of a kind, a few levels deep."""
    atoms = st.sampled_from(ATOMS[kind])
    if depth == 0:
        return atoms
    inner = trees(kind, depth - 1)
    forms = [st.builds(form.format, inner, inner) for form in FORMS[kind]]
    forms.append(st.builds("(if {} then {} else {})".format, trees("boolean", depth - 1), inner, inner))
    if kind == "boolean":
        signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
        for other in ("number", "string", "date"):
            side = trees(other, depth - 1)
            forms.append(st.builds("({}) {} ({})".format, side, signs, side))
    return st.one_of(atoms, *forms)


@given(
    kind=st.sampled_from(sorted(ATOMS)),
    choice=st.data(),
    n=st.none() | NUMBERS,
    s=st.sampled_from([None, "", "a"]),
    b=st.sampled_from([None, True, False]),
    d=st.sampled_from([None, date(2024, 2, 29), date(1999, 12, 31)]),
)
def test_random_expressions_of_the_scalar_core_are_answered_alike(
    kind: str, choice: st.DataObject, n: int | Decimal | None, s: str | None, b: bool | None, d: date | None
) -> None:
    text = choice.draw(trees(kind, 2)).replace("&", "&amp;").replace("<", "&lt;")
    policy = read_policy(BOTH.replace("KIND", kind).replace("TEXT", text).encode(), source="all.dmn")
    given: dict[str, Value] = {"n": n, "s": s, "b": b, "d": d}
    assert_alike(policy, "d0", given)
    assert_alike(policy, "two", given)


USUAL: dict[str, Value] = {"number": 2, "boolean": False, "string": "a", "date": date(2026, 1, 1)}


@settings(max_examples=30)
@given(st.data())
def test_the_product_s_policy_is_answered_alike(data: st.DataObject) -> None:
    given: dict[str, Value] = {
        one.name: data.draw(
            st.sampled_from([USUAL[one.kind], None, 0, 700_000] if one.kind == "number" else [USUAL[one.kind], None])
        )
        for one in PRODUCT.inputs
    }
    for decision in PRODUCT.decisions:
        assert_alike(PRODUCT, decision.name, given)


PRODUCT = read_policy(policy_file(), source="policy.dmn")


@pytest.mark.parametrize("decision", PRODUCT.decisions, ids=lambda one: one.name)
def test_a_written_decision_has_the_same_outputs(decision: object) -> None:
    again = read_policy(write_policy(PRODUCT), source="again.dmn")
    assert decision in again.decisions
    assert again.sha256 == PRODUCT.sha256
    assert {output_names(one) for one in again.decisions} == {output_names(one) for one in PRODUCT.decisions}
