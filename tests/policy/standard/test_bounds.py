"""Whatever a stranger writes as FEEL ends soon, in little memory, as a value, as null, or as a refusal at its character."""

import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.policy.feel import FeelError
from creditline.policy.markup import MarkupError
from creditline.policy.standard import boxes
from creditline.policy.standard.graph import Outcome, answer
from creditline.policy.standard.parser import read_expression, read_tests
from creditline.policy.standard.read import read_model
from creditline.policy.standard.work import MOST_STEPS, Exhausted, Work
from tests.policy.standard.a_model import decision, literal, xml
from tests.policy.standard.an_expression import SCOPE, value, vocabulary

ENDLESS = "{f: function(n) f(n + 1), r: f(1)}.r"
DOUBLED = "(for i in 1..40 return if i = 1 then [1] else [partial[-1], partial[-1]])"
HOSTILE = [
    "10 ** (10 ** 10)",
    "{f: function(n) f(n), r: for i in 1..10**9 return 1}.r",
    "(10 ** 6000) ** 6000",
    "exp(10 ** 30)",
    "decimal(1, 6000) + floor(10 ** 6000)",
    "string(10 ** 6144)",
    "for i in 1..10**12 return i",
    "for i in 1..3000, j in 1..3000 return 1",
    "some i in 1..10**9 satisfies i < 0",
    'for i in 1..60 return if i = 1 then "0123456789" else partial[-1] + partial[-1]',
    "for i in 1..60 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
    DOUBLED,
    f"flatten({DOUBLED})",
    f"string({DOUBLED})",
    "string((for i in 1..40 return if i = 1 then {a: 1} else {a: partial[-1], b: partial[-1]})[-1])",
    f"{DOUBLED}[-1] = {DOUBLED}[-1]",
    f"{DOUBLED} instance of list<list<list<list<list<list<list<list<list<number>>>>>>>>>",
    f"{DOUBLED}[-1].a",
    f"{DOUBLED}[-1] in (1, {DOUBLED}[-1])",
    f"distinct values([{DOUBLED}[-1], {DOUBLED}[-1]])",
    "for i in 1..200 return if i = 1 then [1] else [partial[-1]]",
    "{a: for i in 1..40000 return i, r: for i in 1..100000 return reverse(a)}.r",
    "{a: for i in 1..40000 return i, r: for i in 1..100000 return remove(a, 1)}.r",
    '{a: string join(for i in 1..40000 return "a"), r: for i in 1..100000 return a + a}.r',
    "{a: for i in 1..1000 return {x: i, y: for i in 1..300 return i}, r: distinct values(a)}.r",
    "{a: for i in 1..100000 return {x: i}, r: for i in 1..1000 return a.x}.r",
    "for i in 1..1000000 return 1.1 ** 3.333",
    "for i in 1..1000000 return exp(1.1)",
    "{" + ", ".join("a" + " a" * words + ": 1" for words in range(300)) + ", z: [" + "a, " * 30_000 + "a]}",
    'matches(string join(for i in 1..5000 return "x"), "(x+x+)+y")',
    'matches(string join(for i in 1..400 return "x"), "(x*)(x*)(x*)\\1\\2\\3y")',
    'replace("aaaa", "a", string join(for i in 1..90000 return "b"))',
    'split(string join(for i in 1..9000 return "a;"), "(;|a)+")',
    "sort(for i in 1..3000 return 3000 - i, function(a, b) count(for i in 1..100 return i) > 0)",
    "distinct values(for i in 1..100000 return i)",
    "list contains(for i in 1..100000 return i, 0)",
    'context merge(for i in 1..100000 return {"a": i})',
    "append(for i in 1..100000 return i, 1)",
    "sum(for i in 1..100000 return 10 ** 6000)",
    'for d in @"0001-01-01"..@"9999-12-31" return d',
    'string(@"999999999-12-31" - @"-999999999-01-01")',
    'duration("P999999999999Y") + duration("P999999999999Y")',
    'number("' + "9" * 100_000 + '")',
    "-" * 5_000 + "1",
    "(" * 5_000 + "1" + ")" * 5_000,
    "[" * 5_000,
    "{a:" * 5_000,
    "if " * 5_000,
    "not(" * 5_000,
    "function(a) " * 5_000 + "a",
    "x" + ".a" * 5_000,
    "x" + "[1]" * 5_000,
    "x instance of " + "list<" * 5_000,
    " + ".join(["1"] * 50_000),
    " and ".join(["x"] * 1_900),
    "[" + ", ".join(["1"] * 60_000) + "]",
    "{" + ", ".join(f"name {n}: {n}" for n in range(9_000)) + "}",
    '"' + "a" * 190_000 + '"',
    '"' * 190_001,
    "/*" * 90_000,
    "a b " * 40_000,
    ENDLESS,
    ENDLESS.replace("f(n + 1)", "f(n + 1) + f(n + 1)"),
    ENDLESS.replace("f(n + 1)", "[1, 2][f(n + 1)]"),
    ENDLESS.replace("f(n + 1)", "for i in [1] return f(n + 1)"),
    ENDLESS.replace("f(n + 1)", "sort([1, 2], function(a, b) f(n + 1))"),
    "{f: function(g) g(g), r: f(f)}.r",
]  # fmt: skip


STEPS = 200_000
"""A tenth of what an answer may take: time grows with the steps, and so a tenth of its time is enough to see it."""


def tried(text: str, steps: int = STEPS) -> Outcome:
    """Answer a decision that is this expression."""
    return answer(read_model(xml(decision(literal(text)))), "d", {"x": None}, most_steps_count=steps)


def test_the_most_that_an_answer_takes_is_seconds() -> None:
    begun = time.process_time()
    assert "steps" in tried("for i in 1..10**12 return i", MOST_STEPS).problem
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_a_hostile_expression_ends_soon(text: str) -> None:
    begun = time.process_time()
    tried(text)
    assert time.process_time() - begun < 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ENDLESS, "deep"),
        ("count(for i in 1..10**9 return i)", "steps"),
        ('string join(for i in 1..60 return if i = 1 then "0123456789" else partial[-1] + partial[-1])', "characters"),
        ("{f: function(g) g(g), r: f(f)}.r", "deep"),
    ],
)
def test_what_is_given_up_says_so(text: str, words: str) -> None:
    outcome = tried(text)
    assert outcome.value is None
    assert words in outcome.problem


def test_a_bound_is_the_same_wherever_it_is_met() -> None:
    """Python's own depth depends on who calls; ours does not."""

    def deeper(levels: int) -> Outcome:
        return deeper(levels - 1) if levels else tried(ENDLESS)

    assert deeper(0) == deeper(150)


def test_memory_stays_small() -> None:
    tracemalloc.start()
    tried("for i in 1..10**12 return i")
    tried("for i in 1..60 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])")
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 100 * 2**20


def refused(text: str, read: Callable[[], object]) -> None:
    """Hold a reading to its word: it succeeds, or says at which character of the text it fails."""
    try:
        read()
    except FeelError as wrong:
        if not 1 <= wrong.at <= len(text) + 1:
            pytest.fail(f"{text!r} is refused at character {wrong.at}")


WORDS = [
    "1", "0", "x", "unknown", "loans", "monthly rate", '"a"', "true", "null", "+", "-", "*", "/", "**", "(", ")", "[", "]",
    "{", "}", ",", ":", ".", "..", "=", "<", ">=", "and", "or", "if", "then", "else", "for", "in", "return", "some",
    "every", "satisfies", "i", "partial", "item", "function", "?", "not", "between", "instance of", "list", "number", "@",
    '"P1D"', '"2026-01-01"', "date", "duration", "string", "sum", "count", "sort", "sublist", "matches", "replace",
    '"(a*)*"', "10", "context", "grade", "range", "min", "is", "before", "flatten", "a", "b", "1.5e6000", "split",
]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_any_words_are_a_value_or_a_refusal(words: list[str]) -> None:
    text = " ".join(words)
    with suppress(Exhausted):
        refused(text, lambda: value(text, {**SCOPE, "i": None, "partial": ()}, work=Work(steps_left=20_000)))


@settings(max_examples=300)
@given(st.text(max_size=30))
def test_any_text_is_a_tree_or_a_refusal(text: str) -> None:
    refused(text, lambda: read_expression(text, vocabulary()))
    refused(text, lambda: read_tests(text, vocabulary()))


ATOMS = ["1", "-3", "0.5", '"ab"', "true", "null", "x", "[1, 2, 3]", "[]", "{a: 1}", '@"2026-01-31"', '@"P1M"', '@"PT1H"',
         '@"10:00:00Z"', '@"2026-01-31T10:00:00"', "[1..5]", "(> 3)", "(!= 3)", "function(a) a", "function(a, b) a < b",
         "abs", "loans", '"(a|b)*"', '"$1"', "10 ** 30", '["a", "b"]']  # fmt: skip


@settings(max_examples=400)
@given(st.data())
def test_every_function_takes_any_values(data: st.DataObject) -> None:
    from creditline.policy.standard.catalogue import BY_NAME  # noqa: PLC0415 - only this asks for the names

    name = data.draw(st.sampled_from(sorted(BY_NAME)))
    arguments = data.draw(st.lists(st.sampled_from(ATOMS), max_size=4))
    value(f"{name}({', '.join(arguments)})")


@settings(max_examples=300)
@given(
    st.sampled_from(ATOMS),
    st.sampled_from(["+", "-", "*", "/", "**", "=", "!=", "<", ">=", "and", "or", "in"]),
    st.sampled_from(ATOMS),
)
def test_every_operator_takes_any_values(left: str, sign: str, right: str) -> None:
    value(f"{left} {sign} {right}")


def test_a_model_of_endless_expressions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "MOST_CHARACTERS", 1_000)
    rows = "".join(decision(literal("x + 1"), name=f"d{at}") for at in range(300))
    with pytest.raises(MarkupError, match="more than 1000 characters in all"):
        read_model(xml(rows))
