"""Take facts in: each line of a chunk is accepted, repeated or malformed, and none ever costs another.

A chunk is one transaction. Its verdicts are returned after the commit, so whatever was called accepted is on the disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from creditline.clock import Clock
from creditline.errors import Code
from creditline.events.intake import Judged, Read, Verdict, malformed, read_line
from creditline.events.row import EventRow
from creditline.flows.house import House
from creditline.store import facts
from creditline.store.connect import Database

CHUNK = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many lines met which verdict."""

    accepted: int = 0
    repeated: int = 0
    malformed: int = 0

    def plus(self, judged: Sequence[Judged]) -> "Tally":
        """Return the tally with more verdicts counted."""
        of = [one.verdict for one in judged]
        return Tally(
            accepted=self.accepted + of.count(Verdict.ACCEPTED),
            repeated=self.repeated + of.count(Verdict.REPEATED),
            malformed=self.malformed + of.count(Verdict.MALFORMED),
        )


async def ingest(db: Database, clock: Clock, house: House, *, lines: Sequence[tuple[int, bytes]]) -> list[Judged]:
    """Take numbered lines of JSON in; return the verdict on each, in their order."""
    return await ingest_read(db, house, read=read_lines(lines, now=clock()))


def read_lines(lines: Sequence[tuple[int, bytes]], *, now: datetime) -> list[Read | Judged]:
    """Read numbered lines of JSON; `now` stamps when their events were learned of."""
    return [read_line(line, text, now=now) for line, text in lines]


async def ingest_read(db: Database, house: House, *, read: Sequence[Read | Judged]) -> list[Judged]:
    """Take lines in that were read already; return the verdict on each, in their order."""
    by_line = {one.line: one for one in read if isinstance(one, Judged)}
    good = [(one.line, one.row) for one in read if isinstance(one, Read)]
    by_line |= {one.line: one for one in await ingest_rows(db, house, rows=good)}
    return [by_line[one.line] for one in read]


async def ingest_rows(db: Database, house: House, *, rows: Sequence[tuple[int, EventRow]]) -> list[Judged]:
    """Take numbered events in; an id on record with other content is malformed, with the same content repeated.

    Lines on which something waits, and that one of the events may bring back earlier, are decided again by the worker.
    """
    if not rows:
        return []
    async with db.transaction() as connection:
        taken = await facts.take(connection, [row for _, row in rows])
        heard = house.heard()
        if any(row.number in heard for _, row in rows):
            await facts.signal_taken(connection, heard)
    judged: list[Judged] = []
    new = set(taken.new)
    for place, (line, row) in enumerate(rows):
        if place in taken.differing:
            judged.append(
                malformed(
                    line,
                    Code.ID_REUSED,
                    f"The id {row.id} is on record for another event. Make a new UUIDv7 for every new event.",
                    row.id,
                )
            )
        elif row.id in new:
            new.discard(row.id)
            judged.append(Judged(line=line, verdict=Verdict.ACCEPTED, id=row.id))
        else:
            judged.append(Judged(line=line, verdict=Verdict.REPEATED, id=row.id))
    return judged
