"""A database with debt from before there were loans is brought over: every line owes what it owed, and pays it as a loan."""

import shutil
from importlib.resources import as_file
from pathlib import Path

import pytest

from creditline.clock import MovedClock, business_day, system_clock
from creditline.flows.close import begin_closing
from creditline.flows.house import House
from creditline.flows.lending import owed
from creditline.flows.loans import settlement_of
from creditline.flows.verify import verify
from creditline.flows.verify_days import verify_days
from creditline.ledger.allocation import Part
from creditline.ledger.line import Line
from creditline.ledger.schedule import due_dates
from creditline.store import days
from creditline.store.connect import Database, connect
from creditline.store.migrate import STORE, migrate
from tests.decision.a_product import a_product
from tests.flows.desk import Desk
from tests.store.test_partitions import copied

FIRST_WITH_LOANS = "0009"


@pytest.mark.slow
async def test_debt_from_before_loans_becomes_one_loan_a_line_free_of_interest(
    db: Database, empty_dsn: str, tmp_path: Path
) -> None:
    desk = Desk(db, House([a_product()]))
    await desk.offer(a_product())
    owing, repaid, held = [await desk.open(borrower=name, amount_minor=100_000) for name in ("ada", "bob", "eve")]
    for line, amount_minor in ((owing, 40_000), (owing, 20_000), (repaid, 30_000)):
        await desk.draw(line, amount_minor)
    await desk.draw(held, 5_000, reserve=True)
    await desk.repay(owing, 10_000)
    await desk.repay(repaid, 30_000)
    async with db.transaction() as link:
        # An approval had no end then.
        await link.execute("delete from timer where kind = 'approval'")
    folder = tmp_path / "migrations"
    folder.mkdir()
    with as_file(STORE / "migrations") as all_of_them:
        for file in all_of_them.glob("*.sql"):
            if file.name < FIRST_WITH_LOANS:
                shutil.copy(file, folder)
        async with await connect(empty_dsn, size=3) as old:
            await migrate(old, folder=tmp_path)
            async with db.reading() as book, old.transaction() as link:
                await copied(book, link)
            assert (await migrate(old))[0] == int(FIRST_WITH_LOANS)
            assert await verify(old) == []
            await holds(Desk(old, desk.house), owing, free=[repaid, held])


async def holds(desk: Desk, owing: Line, *, free: list[Line]) -> None:
    """Require that a line owes 500.00 free of interest, and pays it like any other; that others owe nothing."""
    desk.clock = MovedClock(system_clock())
    lines, today = [owing.id, *(line.id for line in free)], business_day(desk.clock())
    async with desk.db.reading() as link:
        found = await owed(link, desk.house, lines)
        assert await days.suspended(link, lines) == {owing.id: (0, 0)}
    ((loan,),) = found.values()
    assert (loan.line, loan.outstanding_minor, loan.apr_bp, loan.drawn_on) == (owing.id, 50_000, 0, today)
    assert [(row.due_on, row.is_due) for row in loan.rows] == [(due_dates(today, 12)[-1], False)]
    await begin_closing(desk.db, desk.clock)
    assert (await settlement_of(desk.db, desk.clock, desk.house, line=owing.id)).amount_minor == 50_000
    paid = await desk.repay(owing, 20_000)
    assert (paid.parts[Part.PRINCIPAL], paid.line.drawn_minor) == (20_000, 30_000)
    await desk.draw(owing, 1_000)
    assert (await desk.repay(owing, 31_000)).line.drawn_minor == 0
    assert await verify(desk.db) == []
    assert (await verify_days(desk.db, desk.house))[1] == []
