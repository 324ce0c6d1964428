"""A copy of a product's recorded decisions in memory, in columns, that follows the database.

Ids are their callers' and say nothing about when something was committed, so that a copy follows by transactions: each look
remembers which transactions it saw, and the next one reads what was made by all others that are visible by then. A decision never
changes, so that this is everything; erasing a borrower leaves the books as they are.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from creditline.decision.block import Block, is_apart, joined
from creditline.decision.laid import Numbering
from creditline.flows.house import House
from creditline.store import snapshot as store
from creditline.store.connect import Connection, Database
from creditline.store.snapshot import Moment, Read

Told = Callable[[int], None] | None

APART = 8
"""A block is joined with the next smaller one once that is more than a so-many-th of it: few blocks, and little copying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Decisions of a product as they stood at a moment; `count` and `checksum` are what the database must say of them too."""

    product: str
    moment: Moment | None = None
    blocks: tuple[Block, ...] = ()
    numbering: Numbering = field(default_factory=Numbering)
    count: int = 0
    checksum: int = 0

    @property
    def size_bytes(self) -> int:
        """How much memory its columns take."""
        return sum(one.size_bytes for one in self.blocks)


@dataclass(slots=True)
class Following:
    """The copies a program keeps, one a product; each is caught up when it is asked for."""

    held: dict[str, Snapshot] = field(default_factory=dict)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def snapshot(self, db: Database, house: House, *, product: str, told: Told = None) -> Snapshot:
        """Return a copy that holds everything that is committed by now; what it holds never changes under its reader."""
        async with self._locks.setdefault(product, asyncio.Lock()):
            before = self.held.get(product, Snapshot(product=product))
            self.held[product] = caught_up = await follow(db, house, before, told=told)
            return caught_up


async def follow(db: Database, house: House, before: Snapshot, *, told: Told = None) -> Snapshot:
    """Return a copy with what was committed since it was made.

    It is read whole where there was none, where a partition is gone, and where something comes that was held already: then the
    database was put back from a copy of its own, and its transactions mean nothing.
    """
    async with db.reading() as connection:
        now = await store.moment(connection)
        product, known = before.product, before.moment
        if known is not None and known.partitions <= now.partitions:
            reads = [await store.read(connection, product, since=known.seen, partitions=known.partitions, told=told)]
            if came := now.partitions - known.partitions:
                reads.append(await store.read(connection, product, partitions=came, told=told))
            blocks = await _named(connection, house, reads)
            if (added := await asyncio.to_thread(_with, before, blocks)) is not None:
                return _counted(replace(added, moment=now), reads)
        read = await store.read(connection, product, told=told)
        added = await asyncio.to_thread(_with, Snapshot(product=product), await _named(connection, house, [read]))
        assert added is not None
        return _counted(replace(added, moment=now), [read])


async def newest(db: Database, house: House, *, product: str, most: int, told: Told = None) -> tuple[Block, ...]:
    """Return the newest decisions of a product by their ids, at most so many, without keeping anything."""
    async with db.reading() as connection:
        read = await store.read(connection, product, most=most, told=told)
        blocks = await _named(connection, house, [read])
    found = await asyncio.to_thread(_with, Snapshot(product=product), blocks)
    return () if found is None else found.blocks


async def agrees(db: Database, snapshot: Snapshot) -> bool:
    """Say whether the database, asked for all its decisions at this moment, comes to what a copy comes to."""
    async with db.reading() as connection:
        return await store.sum_of(connection, snapshot.product) == (snapshot.count, snapshot.checksum)


def _counted(snapshot: Snapshot, reads: Sequence[Read]) -> Snapshot:
    count, checksum = snapshot.count, snapshot.checksum
    for one in reads:
        count, checksum = count + one.count, checksum ^ one.checksum
    return replace(snapshot, count=count, checksum=checksum)


async def _named(db: Connection, house: House, reads: Sequence[Read]) -> list[Block]:
    """Return what was read with its features named, as the edition that made it calls them."""
    return [
        replace(block, features=(await house.edition(db, edition)).features)
        for read in reads
        for edition, own in read.blocks.items()
        for block in own
    ]


def _with(before: Snapshot, came: Sequence[Block]) -> Snapshot | None:
    """Return a copy with blocks added; None if one of these decisions is held already."""
    held: dict[tuple[object, ...], list[Block]] = {}
    for block in before.blocks:
        held.setdefault(_shape(block), []).append(block)
    new: dict[tuple[object, ...], list[Block]] = {}
    for block in came:
        new.setdefault(_shape(block), []).append(block)
    numbering = before.numbering
    for shape, own in new.items():
        numbering, block = numbering.of(joined(own))
        known = held.setdefault(shape, [])
        if not is_apart(block, known):
            return None
        held[shape] = _compact([*known, block])
    return replace(before, blocks=tuple(block for own in held.values() for block in own), numbering=numbering)


def _shape(block: Block) -> tuple[object, ...]:
    return block.kind, block.currency, block.features


def _compact(blocks: list[Block]) -> list[Block]:
    """Join the last blocks, largest first, as long as one is not much smaller than the one before it."""
    while len(blocks) > 1 and blocks[-1].count * APART > blocks[-2].count:
        blocks[-2:] = [joined(blocks[-2:])]
    return blocks
