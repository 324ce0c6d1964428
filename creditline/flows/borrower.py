"""Show what is known of a borrower: every feature with its meaning, and which sources are known at all."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from creditline.clock import Clock, to_us
from creditline.errors import Code, NotFound
from creditline.profile.catalogue import FEATURES
from creditline.profile.consent import unread_of
from creditline.profile.kernel import profile_and_sources
from creditline.profile.layout import SOURCES
from creditline.store import facts
from creditline.store.connect import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A feature with its value (None: not known), its source, which direction is worse, and why it is looked at."""

    name: str
    value: float | None
    source: str
    worse: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is known of a borrower as of an instant; `unread` are the sources that they do not let us read any more."""

    borrower: str
    as_of: datetime
    sources: dict[str, bool]
    unread: list[str]
    features: list[Seen]


async def picture_of(db: Database, clock: Clock, borrower: str) -> Picture:
    """Return what is known of a borrower now; raise `NotFound` for one nobody has heard of."""
    as_of = clock()
    async with db.reading() as connection:
        if not await facts.is_known(connection, borrower):
            raise NotFound(
                f"Borrower {borrower} is not known: no event and no line names it. Check the id, or send its events.",
                code=Code.BORROWER_UNKNOWN,
            )
        visible = await facts.facts(connection, [borrower], seen=await facts.snapshot(connection))
    as_of_us = np.array([to_us(as_of)])
    values, is_known = profile_and_sources(visible, FEATURES, as_of_us=as_of_us)
    (unread,) = unread_of(visible, as_of_us=as_of_us)
    return Picture(
        borrower=borrower,
        as_of=as_of,
        sources=dict(zip((str(source) for source in SOURCES), is_known[0].tolist(), strict=True)),
        unread=[str(source) for source, is_unread in zip(SOURCES, unread, strict=True) if is_unread],
        features=[
            Seen(
                name=feature.name,
                value=None if np.isnan(value) else float(value),
                source=feature.source,
                worse=feature.worse,
                why=feature.why,
            )
            for feature, value in zip(FEATURES, values[0], strict=True)
        ],
    )
