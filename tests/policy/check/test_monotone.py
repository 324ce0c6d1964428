"""Worse is answered better if and only if trying all pairs of inputs finds such a pair; each pair told is one."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.errors import PolicyInvalid
from creditline.policy.check.finding import FindingCode, Severity
from creditline.policy.check.monotone import monotone_findings
from creditline.policy.check.surroundings import Allowed, Surroundings
from creditline.policy.evaluate import evaluate
from creditline.policy.table import HitPolicy, Policy, Value
from creditline.policy.values import Number
from tests.policy.check.a_table import DOMAINS, VALUES, a_table, every_input, laid, tables

EVERYTHING = list(every_input(tuple(DOMAINS)))


def worth(_table: str, outputs: Mapping[str, Value]) -> Mapping[str, tuple[Number, ...]]:
    value = outputs["out"]
    return {"out": (value,)} if isinstance(value, int) else {}


def answer(policy: Policy, own: Mapping[str, Value]) -> Number | None:
    try:
        value = evaluate(policy, "t", own).outputs["out"]
    except PolicyInvalid:
        return None
    return value if isinstance(value, int) else None


def pairs_of(policy: Policy, *, name: str, worse: str) -> bool:
    """Say whether any two inputs that differ in one name alone are answered better for being worse."""
    answers = {tuple(own.items()): answer(policy, own) for own in EVERYTHING}
    for own in EVERYTHING:
        here = answers[tuple(own.items())]
        for value in VALUES[name]:
            mine = own[name]
            if value is None or mine is None or here is None or value == mine:
                continue
            is_worse = (value > mine) == (worse == "higher")  # type: ignore[operator]  # They are of one kind.
            there = answers[tuple({**own, name: value}.items())]
            if is_worse and there is not None and there > here:
                return True
    return False


@given(
    tables([HitPolicy.FIRST, HitPolicy.COLLECT_SUM]), st.sampled_from(["n", "b"]), st.sampled_from(["higher", "lower"])
)
@settings(max_examples=60, deadline=None)
def test_a_pair_is_found_if_and_only_if_there_is_one(policy: Policy, name: str, worse: str) -> None:
    own = laid(policy)
    if any(name in one.names and len(one.names) > 1 for one in own.dimensions):
        return
    found = list(monotone_findings(own, Surroundings(worse={name: worse}, worth=worth)))
    is_tested = any(name in one.names for one in own.dimensions)
    assert bool(found) == (is_tested and pairs_of(policy, name=name, worse=worse))
    for one in found:
        assert one.witness is not None
        assert one.against is not None
        assert {other for other in one.witness if one.witness[other] != one.against[other]} == {name}
        before, after = (answer(policy, own.filled(case)) for case in (one.witness, one.against))
        assert before is not None
        assert after is not None
        assert after > before


GROWING = a_table(HitPolicy.FIRST, ("m",), [("< 2",), ("-",)], ["1", "2"])


def test_a_pair_is_told_in_words() -> None:
    (one,) = monotone_findings(laid(GROWING), Surroundings(worse={"m": "higher"}, worth=worth))
    assert one.code is FindingCode.WORSE_IS_ANSWERED_BETTER
    assert one.severity is Severity.WARNING
    assert one.rows == (1, 2)
    assert "A worse m is answered better: 0 gives out 1 by rule 1 and 2 gives out 2 by rule 2." in one.words


def test_a_direction_that_a_product_may_go_against_is_a_note_with_its_reason() -> None:
    known = Surroundings(worse={"m": "higher"}, worth=worth, allowed=(Allowed(table="t", name="m", why="so it is"),))
    (one,) = monotone_findings(laid(GROWING), known)
    assert one.severity is Severity.NOTE
    assert one.words.endswith("Allowed: so it is")


def test_the_other_direction_is_fine() -> None:
    assert not list(monotone_findings(laid(GROWING), Surroundings(worse={"m": "lower"}, worth=worth)))
