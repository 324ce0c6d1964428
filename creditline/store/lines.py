"""Lines and their books: lock, read, post."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from operator import attrgetter
from uuid import UUID

from creditline.ledger.book import Posting
from creditline.ledger.chart import Account, Entry, Movement, Transfer
from creditline.ledger.line import Line
from creditline.ledger.umbrella import Rooms
from creditline.store import umbrellas
from creditline.store.connect import Connection, Row
from creditline.store.statements import statements

SQL = statements("lines")

LINE_COLUMNS = (
    "id", "borrower", "product", "currency", "granted_minor", "drawn_minor", "reserved_minor", "withheld_minor",
    "self_limit_minor", "block_reason", "apr_bp", "version", "opened_at", "booked_at", "umbrella",
    "extra_minor", "extra_ends_at", "closed_at",
)  # fmt: skip
ENTRY_COLUMNS = (
    "line", "version", "request", "movement", "granted_minor", "drawn_minor", "reserved_minor", "withheld_minor",
    "booked_at",
)  # fmt: skip
TRANSFER_COLUMNS = ("request", "ordinal", "line", "debit", "credit", "amount_minor", "booked_at")

CORRECTIONS = frozenset({Movement.REVERSE, Movement.BACKDATE})
"""Movements after which more may be in use than is granted: what was repaid is owed again."""

_of_line, _of_entry, _of_transfer = (attrgetter(*names) for names in (LINE_COLUMNS, ENTRY_COLUMNS, TRANSFER_COLUMNS))
"""Lay records out in the order of their columns; a loop over the names takes several times as long."""


async def lock(db: Connection, lines: Sequence[UUID]) -> dict[UUID, Line]:
    """Lock and read lines, with what their umbrellas leave them; an unknown id is simply absent."""
    locked, rooms = await lock_for_draws(db, dict.fromkeys(lines, 0))
    return {line.id: rooms.under(line) for line in locked.values()}


async def lock_for_draws(
    db: Connection, wanted_minor: Mapping[UUID, int], *, is_exact: bool = False
) -> tuple[dict[UUID, Line], Rooms]:
    """Lock and read lines from which so much is wanted, and what their umbrellas leave free.

    What is read of umbrellas may be taken by others before this transaction takes it, which then fails: so where it is
    tight, or if `is_exact`, it is held as well. Lines first, then umbrellas from the leaves up: nobody waits in a ring.
    """
    locked = _by_id(await db.fetch(SQL["lock_lines"], sorted(wanted_minor)))
    wanted_under: Counter[UUID] = Counter()
    for line in locked.values():
        if line.umbrella is not None:
            wanted_under[line.umbrella] += wanted_minor[line.id]
    rooms = await umbrellas.rooms(db, wanted_under)
    if wanted_under and (is_exact or rooms.is_tight(wanted_under)):
        await umbrellas.lock_room(db, wanted_under)
        rooms = await umbrellas.rooms(db, wanted_under)
    return locked, rooms


async def read(db: Connection, lines: Sequence[UUID]) -> dict[UUID, Line]:
    """Read lines without locking, with what their umbrellas leave them; an unknown id is simply absent."""
    return await _with_rooms(db, await db.fetch(SQL["read_lines"], list(lines)))


async def of_borrower(db: Connection, borrower: str) -> list[Line]:
    """Return a borrower's lines, oldest first."""
    return list((await _with_rooms(db, await db.fetch(SQL["lines_of_borrower"], borrower))).values())


async def page(db: Connection, *, after: UUID, most: int) -> list[Line]:
    """Return up to `most` lines in id order after an id."""
    return list((await _with_rooms(db, await db.fetch(SQL["page_of_lines"], after, most))).values())


async def post(db: Connection, postings: Sequence[Sequence[Posting]]) -> None:
    """Write each line's postings in their order: line, entries and transfers, all lines of a batch together.

    `postings` holds, per line, the movements to post one after another; every one of them passes the guards, which look for
    the entry of a correction: such entries are there before their lines change.
    """
    flat = [posting for own in postings for posting in own]
    opened = [posting.line for posting in flat if posting.line.version == 1]
    if opened:
        await db.add("line", map(_of_line, opened), columns=LINE_COLUMNS)
    is_correction = any(posting.entry.movement in CORRECTIONS for posting in flat)
    if is_correction:
        await _add(db, flat)
        await db.send()
    for wave in zip_longest(*postings):
        moved = [posting.line for posting in wave if posting is not None and posting.line.version > 1]
        if moved:
            await db.change("line", map(_of_line, moved), by=SQL["write_lines"])
    if not is_correction:
        await _add(db, flat)


async def _add(db: Connection, postings: Sequence[Posting]) -> None:
    """Write the entries and the transfers of postings."""
    transfers = [_of_transfer(transfer) for posting in postings for transfer in posting.transfers]
    await db.add("line_entry", [_of_entry(posting.entry) for posting in postings], columns=ENTRY_COLUMNS)
    await db.add("transfer", transfers, columns=TRANSFER_COLUMNS)


async def transfer(db: Connection, transfers: Sequence[Transfer]) -> None:
    """Write money that moves no bucket of its line, and so leaves no entry."""
    await db.add("transfer", map(_of_transfer, transfers), columns=TRANSFER_COLUMNS)


async def entries(db: Connection, line: UUID) -> list[Entry]:
    """Return a line's entries in order."""
    rows = await db.fetch(SQL["entries_of_line"], line)
    return [Entry(**{**dict(row), "movement": Movement(row["movement"])}) for row in rows]


async def transfers(db: Connection, line: UUID) -> list[Transfer]:
    """Return a line's transfers in the order they were posted."""
    rows = await db.fetch(SQL["transfers_of_line"], line)
    return [Transfer(**{**dict(row), "debit": Account(row["debit"]), "credit": Account(row["credit"])}) for row in rows]


async def totals(db: Connection) -> list[Row]:
    """Return the book's totals, one row a product and currency."""
    return list(await db.fetch(SQL["book_totals"]))


async def _with_rooms(db: Connection, rows: Sequence[Row]) -> dict[UUID, Line]:
    """Return lines that know what their umbrellas leave them."""
    found = _by_id(rows)
    rooms = await umbrellas.rooms(db, {line.umbrella for line in found.values() if line.umbrella is not None})
    return {line.id: rooms.under(line) for line in found.values()}


def _by_id(rows: Sequence[Row]) -> dict[UUID, Line]:
    return {row["id"]: Line(**dict(row)) for row in rows}
