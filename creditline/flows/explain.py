"""Read a line for its borrower: buckets, what is withheld, why and until when."""

from uuid import UUID

from creditline.explanation.explain import Explanation, explain
from creditline.flows.turn import the_line
from creditline.ledger.line import Line
from creditline.store import decisions, due, lines
from creditline.store.connect import Database


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
