"""Recorded: the newest decisions of a product with the names of their features, for those who ask what rules would touch."""

from collections.abc import Callable
from uuid import UUID

from creditline.decision.recorded import Recorded
from creditline.flows.house import House
from creditline.store import decisions
from creditline.store.connect import Database

LAST = UUID(int=(1 << 128) - 1)
PAGE = 2_000


async def recorded_cases(
    db: Database, house: House, *, product: str, most: int, told: Callable[[int], None] | None = None
) -> list[Recorded]:
    """Return up to `most` decisions of a product, newest first; `told` hears how many more were read."""
    found: list[Recorded] = []
    before = LAST
    while len(found) < most:
        async with db.reading() as connection:
            page = await decisions.latest(connection, product, before=before, most=min(PAGE, most - len(found)))
            for one in page:
                edition = await house.edition(connection, one.edition)
                found.append(Recorded(decision=one, features=edition.features))
        if not page:
            break
        before = page[-1].id
        if told:
            told(len(page))
    return found
