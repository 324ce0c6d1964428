"""Evidence on the recorded book: outcomes of the lines themselves, an unpaid loan among them, and only matured ones."""

from datetime import timedelta

from creditline.decision.evidence import Bar, Evidence
from creditline.decision.matured import Horizon
from creditline.flows.evidence import Wanted, recorded_evidence
from creditline.flows.house import House
from tests.decision.a_product import a_product
from tests.flows.desk import Desk

DUE_DAYS = 366


async def found(desk: Desk, *, after: int, horizon_days: int = 120) -> Evidence:
    horizon = Horizon(days=horizon_days, late_days=90, known_at=desk.clock() + timedelta(days=after))
    wanted = Wanted(horizon=horizon, bar=Bar(least_cases=2), most=100)
    return await recorded_evidence(desk.db, House([a_product()]), a_product(), wanted=wanted)


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
