"""Umbrellas in the database: it keeps their room itself, refuses every hand, and its laws find what breaks it."""

from dataclasses import replace
from uuid import UUID

import pytest

from creditline.errors import Broken, CreditlineError
from creditline.ids import id_from
from creditline.ledger.book import seat
from creditline.ledger.chart import Movement
from creditline.ledger.line import Line
from creditline.ledger.umbrella import Umbrella
from creditline.store import checks, lines, umbrellas
from creditline.store.connect import Connection, Database
from tests.ledger.a_line import BOOKED_AT, OPENED_AT
from tests.store.a_book import a_new_line, drawing, opening, set_line, steps, write

GROUP, ACME, LINE = (id_from(name, at=OPENED_AT) for name in ("group", "acme", "line"))

BY_HAND = [
    # statement                                                                                     refusal
    ("update umbrella_slot set room_minor = room_minor + 1",                                        "nobody moves it by hand"),
    ("delete from umbrella_slot",                                                                   "nobody moves it by hand"),
    ("update umbrella set over_minor = 1, version = version + 1",                                   "every change is one entry"),
    ("update umbrella set level = 3, version = version + 1",                                        "every change is one entry"),
    ("update umbrella set granted_minor = 50",                                                      "every change is one entry"),
    ("update umbrella set is_fungible = false, version = version + 1",                              "cannot change whose it is, nor how it counts"),
    ("update umbrella set slots_count = 9, version = version + 1",                                  "cannot change whose it is, nor how it counts"),
    ("update umbrella set currency = 'EUR', version = version + 1",                                 "cannot change whose it is, nor how it counts"),
    (f"update umbrella set parent = '{ACME}', version = version + 1 where id = '{GROUP}'",          "would stand under itself"),
    (f"update umbrella set parent = id, version = version + 1 where id = '{GROUP}'",                "would stand under itself"),
    (f"update umbrella set granted_minor = 50, version = version + 1 where id = '{GROUP}'",         "has no entry that says the same"),
    ("delete from umbrella",                                                                        "umbrella is append-only"),
    ("insert into umbrella select gen_random_uuid(), null, 'a', null, 'CNY', 5, 4, true, 1, 0, 1, now(), now()", "within its limit"),
    (f"insert into umbrella select gen_random_uuid(), '{ACME}', 'a', null, 'EUR', 5, 0, true, 1, 0, 1, now(), now()", "another currency"),
]  # fmt: skip

BREAKS = [
    # by hand                                                                    law
    ("update umbrella_slot set room_minor = room_minor + 1 where slot = 0",      "an umbrella grants what is free of it and what is under it"),
    ("delete from umbrella_slot where slot = 1",                                 "an umbrella grants what is free of it and what is under it"),
    ("update umbrella set over_minor = 1, granted_minor = granted_minor - 1",    "an umbrella grants what is free of it and what is under it"),
    ("update line set drawn_minor = drawn_minor + 1",                            "an umbrella grants what is free of it and what is under it"),
    (f"update umbrella_slot set room_minor = room_minor + 1 where slot = 0 and umbrella = '{GROUP}'", "what is taken of an umbrella is what its lines use"),
    ("update umbrella set granted_minor = granted_minor + 1",                    "an umbrella is the fold of its entries, and a line stands where it was put"),
    ("update umbrella set version = 5",                                          "an umbrella is the fold of its entries, and a line stands where it was put"),
    ("update umbrella set level = 4",                                            "an umbrella is the fold of its entries, and a line stands where it was put"),
    ("delete from umbrella_entry",                                               "an umbrella is the fold of its entries, and a line stands where it was put"),
    ("update line set umbrella = null",                                          "an umbrella is the fold of its entries, and a line stands where it was put"),
    ("update line_seat set version = 3",                                         "an umbrella is the fold of its entries, and a line stands where it was put"),
    ("delete from line_seat",                                                    "an umbrella is the fold of its entries, and a line stands where it was put"),
    ("delete from umbrella_entry where version = 1",                             "what a request accepted is what its entries moved"),
]  # fmt: skip


def an_umbrella(own: UUID, *, granted: int, under: UUID | None = None) -> Umbrella:
    return Umbrella(
        id=own, parent=under, holder="acme", product=None, currency="CNY", granted_minor=granted, is_fungible=True,
        slots_count=2, version=1, opened_at=OPENED_AT, booked_at=OPENED_AT,
    )  # fmt: skip


async def a_tree(db: Database) -> Line:
    """Write a group of 20 over an umbrella of 8 over a line of 10 of which 4 are drawn."""
    done = steps(a_new_line(), opening, lambda line, at: seat(line, ACME, stamp=at), drawing(4))
    async with db.transaction() as connection:
        await put(connection, an_umbrella(GROUP, granted=20))
        await put(connection, an_umbrella(ACME, granted=8, under=GROUP))
        await write(connection, done)
        await umbrellas.seat(connection, done[1], authority="desk", reason="test")
    return done[-1].line


async def put(db: Connection, own: Umbrella, *, movement: Movement = Movement.OPEN) -> None:
    request = id_from(f"{own.id} {own.version}", at=BOOKED_AT)
    kind = "umbrella_open" if movement is Movement.OPEN else "umbrella_limit"
    await db.execute(
        "insert into request (id, kind, line, digest, accepted_minor, happened_at, recorded_at) values ($1, $2, $3, 'd', 0, $4, $4)",
        request, kind, own.id, BOOKED_AT,
    )  # fmt: skip
    await umbrellas.post(db, own, movement, request=request, authority="desk", reason="test")


async def rooms(db: Database) -> dict[UUID, int]:
    async with db.reading() as connection:
        found = await umbrellas.rooms(connection, [ACME])
    return {cap.umbrella: cap.headroom_minor for cap in found.paths[ACME]}


async def test_what_a_line_takes_its_umbrellas_lose_whoever_writes_it(db: Database) -> None:
    line = await a_tree(db)
    assert await rooms(db) == {ACME: 4, GROUP: 16}
    async with db.transaction() as connection:
        await set_line(connection, line.id, "drawn_minor = 8")
    assert await rooms(db) == {ACME: 0, GROUP: 12}
    with pytest.raises(CreditlineError, match="would be overdrawn: 1 asked for, 0 left"):
        async with db.transaction() as connection:
            await set_line(connection, line.id, "drawn_minor = 9")
    assert (await lines_now(db))[0].room_minor == 0


async def lines_now(db: Database) -> list[Line]:
    async with db.reading() as connection:
        return list((await lines.read(connection, [LINE])).values())


async def test_no_hand_changes_an_umbrella_past_its_books(db: Database, subtests: pytest.Subtests) -> None:
    await a_tree(db)
    for statement, refusal in BY_HAND:
        with subtests.test(statement), pytest.raises(Broken, match=refusal):
            async with db.transaction() as connection:
                await connection.execute(statement)
    assert await rooms(db) == {ACME: 4, GROUP: 16}


async def test_a_cut_is_over_the_limit_until_the_line_uses_less(db: Database) -> None:
    line = await a_tree(db)
    async with db.transaction() as connection:
        cut = replace(an_umbrella(ACME, granted=1, under=GROUP), version=2, booked_at=BOOKED_AT)
        await put(connection, cut, movement=Movement.DECREASE)
    assert await rooms(db) == {ACME: -3, GROUP: 16}
    async with db.transaction() as connection:
        await set_line(connection, line.id, "drawn_minor = 2")
    assert await rooms(db) == {ACME: -1, GROUP: 18}
    async with db.transaction() as connection:
        await set_line(connection, line.id, "drawn_minor = 0")
    assert await rooms(db) == {ACME: 1, GROUP: 20}


async def found(db: Connection) -> list[str]:
    return [one.law for statement, law in checks.INVARIANTS for one in await checks.check(db, statement, law, most=5)]


UMBRELLA_LAWS = [law for statement, law in checks.INVARIANTS if statement.startswith("umbrellas_")]


@pytest.mark.parametrize(("by_hand", "law"), BREAKS)
async def test_what_breaks_an_umbrella_is_found(db: Database, by_hand: str, law: str) -> None:
    await a_tree(db)
    async with db.reading() as connection:
        assert not set(await found(connection)) & set(UMBRELLA_LAWS)
    async with db.alone() as connection:
        await connection.execute("begin; set local session_replication_role = replica")
        await connection.execute(by_hand)
        broken = await found(connection)
        await connection.execute("rollback")
    assert law in broken


async def test_trees_and_lines_are_read_whole_and_in_pages(db: Database) -> None:
    await a_tree(db)
    async with db.transaction() as connection:
        await umbrellas.hold(connection)
        await umbrellas.lock_room(connection, [ACME])
        tree = await umbrellas.trees(connection, [ACME])
        assert [own.id for own in tree.in_order()] == [GROUP, ACME]
        assert tree.uses[ACME].drawn_minor == 4
        assert await umbrellas.lines_under(connection, ACME, after=UUID(int=0), most=9) == [LINE]
        assert await umbrellas.lines_under(connection, ACME, after=LINE, most=9) == []
        assert (await umbrellas.trees(connection, [LINE])).umbrellas == {}
