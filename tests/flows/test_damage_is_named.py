"""Whatever is changed by hand in the books, with every guard switched off, a check of the whole database finds and names.

A line with a long life is damaged one row at a time: each bucket of each entry, each side of each transfer, and whatever
requests, reservations and promises say. Every damage is undone before the next.
"""

from uuid import UUID

import pytest

from creditline.flows.house import House
from creditline.flows.turn import one
from creditline.flows.verify import verify
from creditline.ledger.line import Line
from creditline.store import checks, lines
from creditline.store.checks import INVARIANTS, Finding
from creditline.store.connect import Connection, Database
from tests.decision.a_product import a_product
from tests.flows.desk import Desk

BUCKETS = ("granted_minor", "drawn_minor", "reserved_minor", "withheld_minor")

DAMAGES = [
    "update line set block_reason = 'by hand'",
    "update line set block_reason = null where block_reason is not null",
    "update line set self_limit_minor = 7",
    "update line set self_limit_minor = null",
    "update line set opened_at = opened_at - interval '1 day'",
    "update line set booked_at = booked_at + interval '1 day'",
    "update request set kind = 'review' where kind = 'block'",
    "update request set kind = 'draw' where kind = 'authorise'",
    "update request set accepted_minor = accepted_minor + 1 where kind = 'open'",
    "update request set accepted_minor = accepted_minor + 1 where kind = 'draw'",
    "update request set accepted_minor = accepted_minor + 1 where kind = 'authorise'",
    "update request set accepted_minor = accepted_minor + 1 where kind = 'capture'",
    "update request set accepted_minor = accepted_minor + 1 where kind = 'void'",
    "update request set accepted_minor = accepted_minor + 1 where kind = 'expire'",
    "update request set accepted_minor = accepted_minor + 1 where kind = 'release'",
    "update request set amount_minor = amount_minor + 1 where kind = 'capture'",
    "update request set amount_minor = amount_minor + 1 where kind = 'self_limit'",
    "update request set recorded_at = recorded_at + interval '1 day' where kind = 'repay'",
    "update request set line = id where kind = 'capture'",
    "update request set line = id where kind = 'review'",
    "delete from request where kind = 'capture'",
    "delete from request where kind = 'block'",
    "delete from request where kind = 'review'",
    "delete from request r where kind = 'draw' and accepted_minor = 0",
    "delete from decision where kind = 'restoration'",
    "update decision set answer = 'released' where answer = 'kept_back'",
    "update decision set answer = 'kept_back' where answer = 'released'",
    "update decision set requested_minor = requested_minor + 1 where kind = 'restoration'",
    "update decision set requested_minor = requested_minor + 1 where kind = 'release'",
    "update tranche set amount_minor = amount_minor + 1",
    "update tranche set ordinal = ordinal + 1",
    "update tranche set line = id",
    "update tranche set decision = id",
    "delete from tranche where id in (select tranche from tranche_end)",
    "update tranche_end set answer = case answer when 'released' then 'kept_back' else 'released' end",
    "update tranche_end set ended_at = ended_at + interval '1 second'",
    "update tranche_end set request = tranche",
    "delete from tranche_end",
    "update reservation set amount_minor = amount_minor + 1 where id in (select reservation from reservation_end)",
    "update reservation set line = id",
    "delete from reservation where id in (select reservation from reservation_end)",
    "update reservation_end set captured_minor = captured_minor + 1",
    "update reservation_end set movement = 'void' where movement = 'capture'",
    "update reservation_end set request = reservation",
    "delete from reservation_end",
    "delete from timer",
    "update policy_period set valid = tstzrange(now(), null)",
    "insert into transfer select request, ordinal + 100, line, debit, credit, amount_minor, booked_at from transfer where debit = 4",
    (
        "insert into transfer select id, 0, line, case kind when 'block' then 2 else 5 end, case kind when 'block' then 5 else 2 end, "
        "3, recorded_at from request where kind in ('block', 'unblock')"
    ),
]


@pytest.fixture
async def worn(db: Database) -> Line:
    """A line that has lived through every movement there is, beside another that was moved here."""
    desk = Desk(db, House([a_product()]))
    await desk.offer(a_product())
    moved = desk.opening(borrower="bob", amount_minor=50_000)
    brought = type(moved)(
        id=moved.id, borrower="bob", product=moved.product, currency="CNY", requested_minor=50_000,
        is_moved=True, moved_balance_minor=60_000,
    )  # fmt: skip
    assert one(await desk.opens(brought)).line is not None
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 60_000)
    await desk.draw(line, 90_000)
    captured, voided, _ = [await desk.draw(line, amount, reserve=True) for amount in (1_000, 2_000, 3_000)]
    await desk.capture(desk.capturing(captured, amount_minor=400))
    await desk.void(desk.voiding(voided))
    await desk.wait(days=4)
    await desk.draw(line, 500, reserve=True)
    await desk.statement(line, months_late=2)
    await desk.repay(line, 20_000)
    await desk.review(line)
    await desk.control(desk.blocking(line, "fraud"))
    await desk.control(desk.blocking(line, None))
    await desk.control(desk.capping(line, 70_000))
    await desk.wait(days=61)
    await desk.statement(line)
    await desk.wait(days=31)
    await desk.statement(line, months_late=1)
    await desk.repay(line, 5_000)
    await desk.control(desk.blocking(line, "moved abroad"))
    assert await verify(db) == []
    return await desk.line(line)


async def found_after(connection: Connection, damage: str, *values: object) -> list[Finding]:
    """Return what the check finds after a damage, which is then undone."""
    await connection.execute("begin")
    await connection.execute("set local session_replication_role = replica")
    tag = await connection.execute(damage, *values)
    assert not tag.endswith(" 0"), f"{damage} damages nothing."
    found = [one for statement, law in INVARIANTS for one in await checks.check(connection, statement, law, most=9)]
    await connection.execute("rollback")
    return found


def names(found: list[Finding], *who: UUID) -> bool:
    """Say whether some finding names one of these, and says something of it."""
    return any(str(one) in finding.subject + finding.words and finding.words for finding in found for one in who)


@pytest.mark.slow
async def test_every_bucket_and_date_of_every_entry_is_checked_against_the_one_before(db: Database, worn: Line) -> None:
    async with db.reading() as reading:
        entries = await lines.entries(reading, worn.id)
    assert len({entry.movement for entry in entries}) == 12
    unseen = []
    async with db.alone() as connection:
        for entry in entries:
            row = f"line = '{entry.line}' and version = {entry.version}"
            changes = [f"{bucket} = {bucket} + 1" for bucket in BUCKETS]
            changes += [
                "booked_at = booked_at + interval '40 days'",
                "version = 99",
                "movement = 'other'",
                "request = line",
            ]
            for change in changes:
                if change == "request = line" and entry.version == 1:
                    continue
                found = await found_after(connection, f"update line_entry set {change} where {row}")
                law_broken = names(found, entry.line, entry.request)
                unseen += [] if law_broken else [f"{entry.version} {entry.movement}: {change}"]
            found = await found_after(connection, f"delete from line_entry where {row}")
            unseen += [] if names(found, entry.line) else [f"{entry.version}: deleted"]
    assert unseen == []


@pytest.mark.slow
async def test_a_damage_in_the_middle_is_named_by_its_version(db: Database, worn: Line) -> None:
    async with db.alone() as connection:
        found = await found_after(
            connection,
            "update line_entry set drawn_minor = drawn_minor + 1 where line = $1 and version = 4",
            worn.id,
        )
    steps = [one for one in found if one.law == "every entry follows from the one before it"]
    assert {one.subject for one in steps} == {str(worn.id)}
    assert [one.words.split(",")[0] for one in steps] == ["version 4 after 3", "version 5 after 4"]


@pytest.mark.slow
async def test_every_side_of_every_transfer_is_checked_against_its_entry(db: Database, worn: Line) -> None:
    async with db.reading() as reading:
        transfers = await lines.transfers(reading, worn.id)
    assert len(transfers) == 24
    unseen = []
    async with db.alone() as connection:
        for transfer in transfers:
            row = f"request = '{transfer.request}' and ordinal = {transfer.ordinal}"
            lowest = 1 if transfer.debit < 10 else 11
            other = next(
                account for account in range(lowest, lowest + 3) if account not in (transfer.debit, transfer.credit)
            )
            for change in (
                "amount_minor = amount_minor + 1",
                "debit = credit, credit = debit",
                f"debit = {other}",
                f"credit = {other}",
                "ordinal = 99",
                "booked_at = booked_at + interval '1 second'",
                "line = request",
            ):
                if change == "line = request" and transfer.request == transfer.line:
                    continue
                found = await found_after(connection, f"update transfer set {change} where {row}")
                unseen += [] if names(found, transfer.line, transfer.request) else [f"{transfer}: {change}"]
            found = await found_after(connection, f"delete from transfer where {row}")
            unseen += [] if names(found, transfer.line) else [f"{transfer}: deleted"]
    assert unseen == []


@pytest.mark.slow
async def test_every_other_damage_is_found(db: Database, worn: Line) -> None:
    assert worn.is_blocked
    async with db.alone() as connection:
        unseen = [damage for damage in DAMAGES if not await found_after(connection, damage)]
    assert unseen == []
