"""Verify: hold the whole database against its laws, reading only, and say what is wrong and where."""

from collections.abc import Callable
from uuid import UUID

from creditline.flows.house import House
from creditline.flows.replay import replayed
from creditline.store import checks, decisions
from creditline.store.checks import Finding
from creditline.store.connect import Database

FIRST = UUID(int=0)
PAGE = 500
REPLAY = "a decision replays byte for byte"


async def verify(db: Database, *, most: int = 20, told: Callable[[str, int], None] | None = None) -> list[Finding]:
    """Return what breaks a law, up to `most` findings each; `told` hears each law and its count as it is checked."""
    found: list[Finding] = []
    async with db.reading() as connection:
        for statement, law in checks.INVARIANTS:
            own = await checks.check(connection, statement, law, most=most)
            found += own
            if told:
                told(law, len(own))
    return found


async def verify_replays(
    db: Database, house: House, *, most: int | None = None, told: Callable[[int], None] | None = None
) -> tuple[int, list[Finding]]:
    """Replay decisions, all or the first `most` in id order; return how many, and those that differ."""
    found: list[Finding] = []
    count, after = 0, FIRST
    while most is None or count < most:
        async with db.reading() as connection:
            page = await decisions.page_sealed(connection, after=after, most=min(PAGE, (most or count + PAGE) - count))
            for stored, sealed, seen in page:
                one = await replayed(connection, house, stored, sealed, seen)
                words = one.record_difference or one.facts_difference
                if words:
                    found.append(Finding(law=REPLAY, subject=str(stored.id), words=words))
        if not page:
            break
        count, after = count + len(page), page[-1][0].id
        if told:
            told(count)
    return count, found
