"""One request and the whole book fall into the same arm, segments with nulls and decimals included."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from creditline.policy.assignment import arm_of, in_segment
from creditline.policy.columnar.arms import NOBODY, arms_of, segment_mask
from creditline.policy.evaluate import evaluate
from creditline.policy.strategy import segment_of
from creditline.policy.values import Value
from tests.policy.a_strategy import DAY, a_strategy, an_arm

SEGMENTS = (
    "grade >= 4",
    "grade != null and not(is_blocked)",
    "utilisation_ratio > 0.5 or grade = null",
    "requested_minor * 0.5 <= available_minor",
    "draws_30d_count > frequent_draws_30d_count",
    "if is_blocked then utilisation_ratio < 0.3 else pay_ratio / 3 > 0.1",
)  # fmt: skip
NUMBERS: dict[str, Value] = {"frequent_draws_30d_count": 6}

WHOLE = st.one_of(st.none(), st.integers(0, 12))
RATIO = st.one_of(
    st.none(), st.integers(0, 2), st.decimals("0", "2", places=3).map(lambda one: one + Decimal("0.0001"))
)
CASE = st.fixed_dictionaries(
    {
        "grade": WHOLE,
        "is_blocked": st.one_of(st.none(), st.booleans()),
        "utilisation_ratio": RATIO,
        "pay_ratio": RATIO,
        "requested_minor": WHOLE,
        "available_minor": WHOLE,
        "draws_30d_count": WHOLE,
    }
)


@given(
    segments=st.tuples(*[st.one_of(st.none(), st.sampled_from(SEGMENTS)) for _ in range(3)]),
    cases=st.lists(CASE, min_size=1, max_size=12),
    stopped=st.sets(st.sampled_from("abc")),
)
def test_one_case_and_many_are_in_the_same_arm(
    segments: tuple[str | None, ...], cases: list[dict[str, Value]], stopped: set[str]
) -> None:
    arms = (
        an_arm(name, 300_000, more="" if one is None else f"segment = '''{one}'''\n")
        for name, one in zip("abc", segments, strict=True)
    )
    strategy = a_strategy(*arms)
    subjects = [f"b{place}" for place in range(len(cases))]
    columns = {name: [case[name] for case in cases] for name in cases[0]}
    many = arms_of(strategy, subjects, columns, numbers=NUMBERS, on=DAY, stopped=stopped)
    for subject, case, place in zip(subjects, cases, many.tolist(), strict=True):
        one = arm_of(strategy, subject, {**NUMBERS, **case}, on=DAY, stopped=stopped)
        assert one == (None if place == NOBODY else strategy.challengers[place])
    for arm in strategy.arms:
        mask = segment_mask(strategy, arm, columns, numbers=NUMBERS, count=len(cases))
        for case, is_in in zip(cases, mask.tolist(), strict=True):
            given_all = {one.name: None for one in strategy.segments.policy.inputs} | NUMBERS | case
            if arm.segment is None:
                assert is_in
                continue
            name = segment_of(arm.name)
            reference = evaluate(strategy.segments.policy, name, given_all).outputs[name] is True
            assert is_in == reference == in_segment(strategy, arm, given_all)
