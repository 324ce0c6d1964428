"""Recorded cases are allotted to the arm that decided them, and answered as they were; who is stopped decides nothing."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from creditline.decision.allotted import allotted
from creditline.decision.arms import Armed, decide_armed, files_of_arm, running
from creditline.decision.asked import ask
from creditline.decision.block import Block
from creditline.decision.outcome import Decision, Kind
from creditline.decision.product import read_product
from creditline.flows.gates import borrowers_in
from creditline.flows.snapshot import newest
from creditline.ids import id_from
from creditline.policy.strategy import CHAMPION
from creditline.store.connect import Database
from tests.decision.a_question import AS_OF, VALUES, a_position, a_question, known
from tests.flows.a_record import a_house, put
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


def decided(armed: Armed, count: int) -> list[Decision]:
    """Return decisions about twenty borrowers of whom anything may be known."""
    dice = Random(7)  # Cases for a test.
    found = []
    for place in range(count):
        kind = dice.choice([Kind.OPENING, Kind.DRAW, Kind.RESTORATION, Kind.REVIEW])
        life = {name: dice.choice(values) for name, values in VALUES.items()}
        question = a_question(
            kind, position=a_position(requested=dice.choice([1, 100, 400]), blocked=dice.random() < 0.2)
        )
        asked = replace(question, borrower=f"b{dice.randrange(20)}", id=id_from(f"case {place}", at=AS_OF))
        found.append(decide_armed(armed, asked, known(life)).decision)
    return found


@pytest.fixture
async def blocks(db: Database) -> tuple[Block, ...]:
    """Give decisions that were made under the strategy, as they are read for a gate."""
    house = await a_house(db, PRODUCT)
    await put(db, [replace(one, edition=PRODUCT.edition) for one in decided(ARMED, 200)])
    return await newest(db, house, product=PRODUCT.name, most=200)


async def test_cases_fall_into_the_arm_that_decided_them_and_are_answered_as_they_were(
    blocks: tuple[Block, ...],
) -> None:
    arms = {one.id: one.arm for one in decided(ARMED, 200)}
    parts = list(allotted(running(ARMED), ARMED.arms, blocks, on=DAY))
    assert sum(one.past.count for one in parts) == 200
    assert {one.arm for one in parts} == {CHAMPION, "longer", "longest"}
    for part in parts:
        assert {arms[one] for one in part.past.ids} == {part.arm}
        assert not ask(part.product, part.past).is_changed.any()
    assert len(borrowers_in(blocks)) == 20


async def test_an_arm_that_is_over_or_stopped_leaves_its_cases_to_the_champion(blocks: tuple[Block, ...]) -> None:
    def arms(armed: Armed, days: int = 0) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in allotted(running(armed), armed.arms, blocks, on=DAY + timedelta(days=days)):
            found[one.arm] = found.get(one.arm, 0) + one.past.count
        return found

    whole = arms(ARMED)
    assert arms(ARMED, 9) == {CHAMPION: whole[CHAMPION] + whole["longest"], "longer": whole["longer"]}
    stopped = arms(replace(ARMED, stopped=frozenset({"longer"})))
    assert stopped == {CHAMPION: whole[CHAMPION] + whole["longer"], "longest": whole["longest"]}
