"""Umbrellas: what they leave free, their trees, and the entries of their changes."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import fields
from uuid import UUID

from creditline.ledger.book import Posting
from creditline.ledger.chart import Movement
from creditline.ledger.umbrella import NO_ROOMS, Cap, Rooms, Tree, Umbrella, Use
from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("umbrellas")


async def rooms(db: Connection, umbrellas: Collection[UUID]) -> Rooms:
    """Return what is left of these umbrellas and of those over them; costs nothing where there are none."""
    if not umbrellas:
        return NO_ROOMS
    paths: defaultdict[UUID, list[Cap]] = defaultdict(list)
    for row in await db.fetch(SQL["caps_over"], list(umbrellas)):
        cap = Cap(umbrella=row["umbrella"], headroom_minor=row["headroom_minor"], is_charged=row["is_charged"])
        paths[row["start"]].append(cap)
    return Rooms(paths=dict(paths))


async def lock_room(db: Connection, umbrellas: Collection[UUID]) -> None:
    """Let nobody else take room of these umbrellas, or of those over them, before this transaction has ended."""
    await db.execute(SQL["lock_room"], sorted(umbrellas))


async def hold(db: Connection) -> None:
    """Let nobody else change the shape or limits of umbrellas before this transaction has ended."""
    await db.execute(SQL["hold_trees"])


async def trees(db: Connection, umbrellas: Collection[UUID]) -> Tree:
    """Return the whole trees that these umbrellas stand in; one that is unknown is simply absent."""
    roots = [row["id"] for row in await db.fetch(SQL["roots_of"], list(umbrellas))]
    found = [Umbrella(**dict(row)) for row in await db.fetch(SQL["umbrellas_under"], roots)]
    rows = await db.fetch(SQL["uses_under"], [own.id for own in found])
    names = [field.name for field in fields(Use)]
    return Tree(
        umbrellas={own.id: own for own in found},
        uses={row["umbrella"]: Use(**{name: row[name] for name in names}) for row in rows},
    )


async def lines_under(db: Connection, umbrella: UUID, *, after: UUID, most: int) -> list[UUID]:
    """Return up to `most` ids of the lines directly under an umbrella, in order, after an id."""
    return [row["id"] for row in await db.fetch(SQL["lines_directly_under"], umbrella, after, most)]


async def post(
    db: Connection, umbrella: Umbrella, movement: Movement, *, request: UUID, authority: str, reason: str
) -> None:
    """Write an umbrella as it is after a movement, with its entry; the database refuses what there is no room for."""
    own = umbrella
    if movement is Movement.OPEN:
        await db.execute(
            SQL["write_umbrella"], own.id, own.parent, own.holder, own.product, own.currency, own.granted_minor,
            own.is_fungible, own.slots_count, own.opened_at,
        )  # fmt: skip
    else:
        await db.execute(SQL["change_umbrella"], own.id, own.parent, own.granted_minor, own.version, own.booked_at)
    await db.execute(
        SQL["write_umbrella_entry"], own.id, own.version, request, movement, own.parent, own.granted_minor, authority,
        reason, own.booked_at,
    )  # fmt: skip


async def seat(db: Connection, posting: Posting, *, authority: str, reason: str) -> None:
    """Say by whom and why a line was put under another umbrella or under none; the line itself is posted beside it."""
    line, entry = posting.line, posting.entry
    await db.execute(SQL["write_seat"], line.id, line.version, entry.request, line.umbrella, authority, reason)
