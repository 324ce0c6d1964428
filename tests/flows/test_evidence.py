"""Evidence on the recorded book: outcomes of the lines themselves, an unpaid loan among them, and only matured ones."""

from datetime import timedelta

import pytest

from creditline.decision.evidence import Bar, Evidence
from creditline.decision.matured import Horizon
from creditline.decision.product import Product
from creditline.errors import NotFound
from creditline.flows.evidence import Wanted, recorded_evidence
from creditline.flows.house import House
from creditline.policy.strategy import CHAMPION
from tests.decision.a_product import RESTORATION, a_product, changed
from tests.flows.desk import Desk
from tests.flows.test_arms import HALF, others, who
from tests.policy.a_strategy import with_strategy

DUE_DAYS = 366


async def found(desk: Desk, *, after: int, horizon_days: int = 120) -> Evidence:
    horizon = Horizon(days=horizon_days, late_days=90, known_at=desk.clock() + timedelta(days=after))
    wanted = Wanted(horizon=horizon, bar=Bar(least_cases=2), most=100)
    return (await recorded_evidence(desk.db, House([a_product()]), a_product(), wanted=wanted)).evidence


async def test_a_line_that_falls_late_after_its_decision_is_bad_and_its_neighbour_is_not(desk: Desk) -> None:
    lines = [await desk.open(borrower=name) for name in ("ada", "ben")]
    for line in lines:
        await desk.draw(line, 50_000)
    asked_at = desk.clock()
    desk.clock.move_to(asked_at + timedelta(days=100))
    await desk.statement(lines[0], months_late=3)
    desk.clock.move_to(asked_at)
    early = await found(desk, after=60)
    assert (early.cases_count, early.left_out) == (0, {"the horizon is not over": 4})
    evidence = await found(desk, after=130)
    assert (evidence.cases_count, evidence.borrowers_count, evidence.bad_count) == (4, 2, 2)
    assert {(one.table, one.hits_count) for one in evidence.rules} == {("opening", 2), ("draw", 2)}
    assert "90 days past due" in evidence.population


async def test_a_loan_nobody_pays_makes_its_line_bad_once_that_was_plain(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    before = await found(desk, after=DUE_DAYS + 82, horizon_days=DUE_DAYS + 80)
    assert (before.cases_count, before.bad_count) == (2, 0)
    after = await found(desk, after=DUE_DAYS + 97, horizon_days=DUE_DAYS + 95)
    assert (after.cases_count, after.bad_count) == (2, 2)


async def test_nothing_becomes_of_what_was_declined(desk: Desk) -> None:
    await desk.opens(desk.opening())
    evidence = await found(desk, after=200)
    assert list(evidence.left_out) == ["no line was opened, so that nothing became of it"]


async def test_decisions_of_an_arm_are_looked_at_by_what_it_runs_and_may_be_shown_alone(desk: Desk) -> None:
    """The arm counts more draws as frequent, so that the same borrowers are answered by another rule in it."""
    name, (before, after) = "frequent_draws_30d_count", (6, 1)
    assert f"[{name}]" in a_product().files[RESTORATION].decode()
    arm = f'[arms.wary]\nkind = "challenger"\nwhy = "x"\nshare_ppm = {HALF}\nparameters = {{ {name} = {after} }}\n'
    product = with_strategy(arm)
    await desk.offer(product)
    inside, outside = who(count=2), others(count=3)
    for borrower in (*inside, *outside):
        line = await desk.open(borrower=borrower)
        for _ in range(before - 1):
            await desk.draw(line, 1_000)
        await desk.repay(line, 3_000)

    async def rules(wanted_arm: str | None, draft: Product = product) -> tuple[dict[int, int], Evidence]:
        horizon = Horizon(days=120, late_days=90, known_at=desk.clock() + timedelta(days=200))
        wanted = Wanted(horizon=horizon, bar=Bar(least_cases=2), most=1_000, arm=wanted_arm)
        held = await recorded_evidence(desk.db, House([a_product()]), draft, wanted=wanted)
        own = {one.rule: one.hits_count for one in held.evidence.rules if one.table == "restoration"}
        return own, held.evidence

    every, evidence = await rules(None)
    champion, _ = await rules(CHAMPION)
    wary, alone = await rules("wary")
    assert (champion.keys() & wary.keys(), sum(champion.values()), sum(wary.values())) == (set(), 3, 2)
    assert every == champion | wary
    assert (evidence.arms[CHAMPION] * 2, alone.arm, set(alone.arms)) == (evidence.arms["wary"] * 3, "wary", {"wary"})
    assert evidence.borrowers_count == 5
    # A draft without the arm looks at its decisions by the edition that made them.
    assert (await rules("wary", a_product()))[0] == wary
    with pytest.raises(NotFound, match="There are champion, wary"):
        await rules("none")

    other = changed({"policy.dmn": lambda text: text.replace("<text>1440</text>", "<text>1500</text>")})
    found, evidence = await rules(None, other)
    assert found == champion
    (left,) = [count for why, count in evidence.left_out.items() if "other rules, in arm wary" in why]
    assert left == alone.arms["wary"]
