"""Recorded cases are dealt out to the arm that decides them, whatever they were: each once, and answered as it would be."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from creditline.decision.arms import Armed, decide_armed, files_of_arm
from creditline.decision.asked import ask
from creditline.decision.dealt import dealt
from creditline.decision.outcome import Kind
from creditline.decision.product import read_product
from creditline.decision.recorded import Recorded
from creditline.ids import id_from
from creditline.policy.strategy import CHAMPION
from tests.decision.a_product import a_product
from tests.decision.a_question import AS_OF, QUESTIONS, a_question, borrowers, known
from tests.policy.a_strategy import a_shadow, an_arm, with_strategy

DAY = AS_OF.date()
PRODUCT = with_strategy(
    an_arm("longer", 300_000, more='segment = "months_late_last_count >= 1"\n'),
    an_arm("longest", 400_000, days=90, more=f"to = {DAY + timedelta(days=9)}\n"),
    a_shadow("looks"),
)
assert PRODUCT.strategy is not None
ARMED = Armed(
    product=PRODUCT,
    arms={one.name: read_product(files_of_arm(PRODUCT, one)) for one in PRODUCT.strategy.arms},
)
NAMES = st.sampled_from([f"b{place}" for place in range(20)])


def recorded(cases: Sequence[tuple[str, object, object]], armed: Armed) -> list[Recorded]:
    """Return cases as decided and stored, under ids of their own."""
    found = []
    for place, (name, question, life) in enumerate(cases):
        asked = replace(question, borrower=name, id=id_from(f"case {place}", at=AS_OF))  # type: ignore[type-var]  # A strategy drew a question.
        decided = decide_armed(armed, asked, known(life))  # type: ignore[arg-type]
        found.append(Recorded(decision=decided.decision, features=PRODUCT.features))
    return found


@given(st.lists(st.tuples(NAMES, QUESTIONS, borrowers()), min_size=1, max_size=12))
def test_cases_fall_into_the_arm_that_decided_them_and_are_answered_as_they_were(
    cases: list[tuple[str, object, object]],
) -> None:
    own = recorded(cases, ARMED)
    parts = dealt(ARMED, own, on=DAY)
    assert sum(past.count for one in parts for past in one.past) == sum(
        one.decision.kind is not Kind.RELEASE for one in own
    )
    arms = {one.decision.id: one.decision.arm for one in own}
    numbers: dict[str, set[int]] = {}
    for part in parts:
        for past in part.past:
            assert {arms[one] for one in past.ids} == {part.arm}
            assert not ask(part.product, past).is_changed.any()
            for name, number in zip(past.borrowers, past.who.tolist(), strict=True):
                numbers.setdefault(name, set()).add(number)
    assert all(len(own) == 1 for own in numbers.values())
    assert len({min(own) for own in numbers.values()}) == len(numbers)


def test_an_arm_that_is_over_or_stopped_leaves_its_cases_to_the_champion() -> None:
    life = {"months_late_last_count": 1.0}
    cases = [(f"b{place}", a_question(Kind.RESTORATION), life) for place in range(60)]
    own = recorded(cases, Armed(product=a_product()))
    assert {one.decision.arm for one in own} == {CHAMPION}

    def arms(armed: Armed, days: int = 0) -> set[str]:
        return {one.arm for one in dealt(armed, own, on=DAY + timedelta(days=days))}

    assert arms(ARMED) == {CHAMPION, "longer", "longest"}
    assert arms(ARMED, 9) == {CHAMPION, "longer"}
    assert arms(replace(ARMED, stopped=frozenset({"longer"}))) == {CHAMPION, "longest"}
    assert arms(Armed(product=a_product())) == {CHAMPION}
