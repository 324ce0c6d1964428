"""Read a line for its borrower: buckets, what is withheld, why and until when, and how it came to be."""

from dataclasses import dataclass
from uuid import UUID

from creditline.decision.outcome import Decision
from creditline.explanation.explain import Explanation, explain
from creditline.flows.turn import the_line
from creditline.ledger.chart import Entry, Transfer
from creditline.ledger.line import Line
from creditline.store import decisions, due, lines, requests
from creditline.store.connect import Database
from creditline.store.requests import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How a line came to be as it is: entries and transfers in order, requests and decisions newest first."""

    entries: list[Entry]
    transfers: list[Transfer]
    requests: list[Recorded]
    decisions: list[Decision]


async def explain_line(db: Database, line: UUID) -> Explanation:
    """Return the explanation of a line as it stands; raise `NotFound` for an unknown line."""
    async with db.reading() as connection:
        found = the_line(await lines.read(connection, [line]), line)
        tranches = await due.open_of(connection, [line])
        held_by = await decisions.read(connection, list({tranche.decision for tranche in tranches}))
    return explain(found, tranches, held_by)


async def read_line(db: Database, line: UUID) -> Line:
    """Return a line as it stands; raise `NotFound` for an unknown one."""
    async with db.reading() as connection:
        return the_line(await lines.read(connection, [line]), line)


async def history_of(db: Database, line: UUID, *, most: int) -> History:
    """Return a line's history, with its latest `most` requests and decisions; raise `NotFound` for an unknown line."""
    async with db.reading() as connection:
        the_line(await lines.read(connection, [line]), line)
        return History(
            entries=await lines.entries(connection, line),
            transfers=await lines.transfers(connection, line),
            requests=await requests.of_line(connection, line, most=most),
            decisions=await decisions.of_line(connection, line, most=most),
        )


async def lines_of(db: Database, borrower: str) -> list[Line]:
    """Return a borrower's lines, oldest first."""
    async with db.reading() as connection:
        return await lines.of_borrower(connection, borrower)
