"""The copy of recorded decisions in memory says, row for row, what the database says, whoever writes meanwhile."""

import asyncio
import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import numpy as np

from creditline.clock import to_us
from creditline.decision.block import Block, Ids
from creditline.decision.outcome import Decision, Kind
from creditline.decision.past import ANSWERS, NONE
from creditline.errors import CreditlineError
from creditline.flows.house import House
from creditline.flows.snapshot import Following, Snapshot, agrees, follow
from creditline.ids import id_from, new_id
from creditline.store import decisions, partitions
from creditline.store.connect import Database
from tests.decision.a_product import a_product
from tests.flows.a_record import unguarded
from tests.flows.desk import STARTS_AT, Desk
from tests.store.a_decision import a_decision, plain

PRODUCT = a_product()
EMPTY = Snapshot(product=PRODUCT.name)


def rows_of(snapshot: Snapshot) -> list[str]:
    """Return everything a copy holds of each decision, in the order of ids."""
    return sorted(str(row) for block in snapshot.blocks for row in _rows(block))


def _rows(block: Block) -> Iterator[tuple[object, ...]]:
    assert sorted(Ids(block.ids), key=lambda one: one.int) == list(Ids(block.ids))
    for row, (own, line) in enumerate(zip(Ids(block.ids), Ids(block.lines), strict=True)):
        words = block.words[int(block.said[row])]
        yield (
            own, line, block.kind, block.currency, block.borrowers[row], int(block.as_of_us[row]),
            [int(getattr(block, name)[row]) for name in ("granted_minor", "drawn_minor", "available_minor", "requested_minor")],
            [bool(getattr(block, name)[row]) for name in ("is_blocked", "is_moved", "accepts_partial")],
            int(block.sources_count[row]), int(block.grades[row]), int(block.pd_ppm[row]), int(block.release_points[row]),
            ANSWERS[int(block.answers[row])], [int(column[row]) for column in block.figures.values()],
            words.edition, words.arm, words.condition, words.rules, words.factors,
            [_exact(float(column[row])) for column in block.known],
        )  # fmt: skip


def told(made: Sequence[Decision]) -> list[str]:
    """Return the same of decisions as they are recorded."""
    return sorted(str(_told(one)) for one in made if one.kind is not Kind.RELEASE)


def _told(one: Decision) -> tuple[object, ...]:
    position, scores, terms = one.position, one.scores, one.terms
    figures = (
        terms.amount_minor, terms.apr_bp, terms.share_ppm, terms.tranches_count, terms.interval_days, terms.factor_ppm,
    )  # fmt: skip
    return (
        one.id, one.line, one.kind, one.currency, one.borrower, to_us(one.as_of),
        [position.granted_minor, position.drawn_minor, position.available_minor, position.requested_minor],
        [position.is_blocked, position.is_moved, position.accepts_partial],
        one.sources_count, scores.grade if scores else 0, scores.pd_ppm if scores else NONE, scores.release_points if scores else 0,
        one.answer, [NONE if figure is None else figure for figure in figures],
        one.edition, one.arm, terms.condition, tuple((table, row) for table, rows in one.rules for row in rows),
        tuple(reason.factor for reason in one.reasons), [_exact(one) for one in one.features],
    )  # fmt: skip


def _exact(value: float) -> str:
    return "nan" if math.isnan(value) else value.hex()


async def all_of(db: Database) -> list[Decision]:
    async with db.reading() as connection:
        return await decisions.latest(connection, PRODUCT.name, before=UUID(int=(1 << 128) - 1), most=1_000_000)


async def held_to_the_database(db: Database, snapshot: Snapshot) -> None:
    """Check a copy of everything against each decision as it is read, and against the sums of the database."""
    made = await all_of(db)
    assert rows_of(snapshot) == told(made)
    assert snapshot.count == sum(one.kind is not Kind.RELEASE for one in made)
    assert await agrees(db, snapshot)


async def test_a_copy_holds_what_was_decided_and_follows(desk: Desk) -> None:
    following = Following()
    empty = await following.snapshot(desk.db, desk.house, product=PRODUCT.name)
    assert (empty.blocks, empty.count, empty.checksum) == ((), 0, 0)
    line = await desk.open()
    other = await desk.open(borrower="ben")
    for amount in (10, 20, 7_000_000, 30):
        desk.clock.move_to(desk.clock() + timedelta(minutes=1))
        await desk.draws(desk.drawing(line, amount), desk.drawing(other, amount + 1))
        await held_to_the_database(desk.db, await following.snapshot(desk.db, desk.house, product=PRODUCT.name))
    await desk.repay(line, 10)
    caught_up = await following.snapshot(desk.db, desk.house, product=PRODUCT.name)
    await held_to_the_database(desk.db, caught_up)
    assert (empty.blocks, empty.count) == ((), 0)
    assert rows_of(caught_up) == rows_of(await follow(desk.db, desk.house, EMPTY))
    assert {block.kind for block in caught_up.blocks} == {Kind.OPENING, Kind.DRAW, Kind.RESTORATION}
    assert all(block.features == PRODUCT.features for block in caught_up.blocks)
    assert caught_up.size_bytes > 0


async def test_another_product_is_another_copy(desk: Desk) -> None:
    await desk.open()
    assert (await follow(desk.db, desk.house, Snapshot(product="gold"))).count == 0


def cases(dice: Random, count: int) -> list[Decision]:
    """Return decisions as no policy would make them: any kind, with and without what may be missing, ids of any time."""
    made = []
    for _ in range(count):
        at = STARTS_AT + timedelta(days=dice.randrange(-40, 40))
        one = replace(
            a_decision(),
            id=new_id(at),
            kind=dice.choice(list(Kind)),
            borrower=dice.choice(("ada", "ben", "阿达", "x" * 64)),
            edition=PRODUCT.edition,
            catalogue=PRODUCT.catalogue,
            features=tuple(
                dice.choice((math.nan, 0.0, -0.0, 1.0, 0.1, 2048.0, 65504.0, 1e300)) for _ in PRODUCT.features
            ),
            as_of=at,
        )
        made.append(replace(plain(one), features=one.features) if dice.random() < 0.3 else one)
    return made


async def test_nothing_is_lost_or_doubled_whoever_commits_when(db: Database, house: House) -> None:
    """Writers begin in one order and commit in another, some not at all, while a reader follows them."""
    dice = Random(4)
    is_done = asyncio.Event()

    async def write(seed: int) -> None:
        own = Random(seed)
        for _ in range(6):
            with suppress(CreditlineError):
                async with db.transaction() as link:
                    await unguarded(link)
                    for _ in range(own.randrange(1, 3)):
                        await decisions.record(link, cases(own, own.randrange(1, 6)), seen="1:1:")
                        await link.send()
                        await asyncio.sleep(own.random() * 0.02)
                    if own.random() < 0.2:
                        await link.execute("select 1 / 0")

    async def look() -> Snapshot:
        held, before = EMPTY, 0
        while not is_done.is_set():
            held = await follow(db, house, held)
            assert held.count >= before
            before = held.count
            await asyncio.sleep(dice.random() * 0.01)
        return held

    looking = asyncio.create_task(look())
    for _ in range(3):
        await asyncio.gather(*(write(dice.randrange(1_000_000)) for _ in range(3)))
    is_done.set()
    held = await follow(db, house, await looking)
    assert held.count > 50
    await held_to_the_database(db, held)
    assert rows_of(held) == rows_of(await follow(db, house, EMPTY))


async def test_a_transaction_that_began_first_and_ends_last_is_not_missed(db: Database, house: House) -> None:
    async with db.transaction() as slow:
        await unguarded(slow)
        await decisions.record(slow, cases(Random(1), 3), seen="1:1:")
        await slow.send()
        async with db.transaction() as fast:
            await unguarded(fast)
            await decisions.record(fast, cases(Random(2), 3), seen="1:1:")
        held = await follow(db, house, EMPTY)
        await held_to_the_database(db, held)
    caught_up = await follow(db, house, held)
    assert caught_up.count > held.count
    await held_to_the_database(db, caught_up)


async def test_a_partition_that_leaves_and_comes_back_does_so_in_the_copy(db: Database, house: House) -> None:
    async with db.transaction() as link:
        await partitions.make_coming(link, as_of=STARTS_AT)
        await unguarded(link)
        await decisions.record(link, cases(Random(3), 60), seen="1:1:")
    held = await follow(db, house, EMPTY)
    async with db.transaction() as link:
        name, bounds = await link.fetchrow(
            "select d.tableoid::regclass::text, pg_get_expr(c.relpartbound, c.oid) from decision d "
            "join pg_class c on c.oid = d.tableoid where pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT' group by 1, 2 order by 1 limit 1"
        ) or ("", "")
        await link.execute(f"alter table decision detach partition {name}")
    less = await follow(db, house, held)
    assert less.count < held.count
    await held_to_the_database(db, less)
    async with db.transaction() as link:
        await link.execute(f"alter table decision attach partition {name} {bounds}")
    again = await follow(db, house, less)
    await held_to_the_database(db, again)
    assert rows_of(again) == rows_of(held)


async def test_a_database_put_back_from_a_copy_of_its_own_is_read_anew(db: Database, house: House) -> None:
    """Its decisions carry transactions of another server, which may be yet to come here."""
    async with db.transaction() as link:
        await unguarded(link)
        await decisions.record(link, cases(Random(5), 5), seen="1:1:")
        await link.send()
        await link.execute("update decision set txid = '999999999'")
    held = await follow(db, house, EMPTY)
    again = await follow(db, house, held)
    await held_to_the_database(db, again)


def test_an_id_made_of_halves_is_the_id() -> None:
    one = id_from("x", at=STARTS_AT)
    ids = Ids(np.array([[one.int >> 64, one.int & ((1 << 64) - 1)]], np.uint64))
    assert (list(ids), ids[0], len(ids), list(ids[:0])) == ([one], one, 1, [])
