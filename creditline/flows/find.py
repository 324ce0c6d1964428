"""Find what an id names, for people who were given one and do not know of what."""

from dataclasses import dataclass
from uuid import UUID

from creditline.store import appeals, decisions, due, lines, notices
from creditline.store.connect import Connection, Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What an id names: its kind, whose it is, and where to look; None where that says nothing."""

    kind: str
    borrower: str
    line: UUID | None = None
    decision: UUID | None = None
    review: UUID | None = None


async def find(db: Database, name: str) -> list[Thing]:
    """Return what an id names: a borrower by the lender's id, everything else by its UUID; nothing if it names none."""
    async with db.reading() as connection:
        found = [Thing(kind="borrower", borrower=name)] if await lines.of_borrower(connection, name) else []
        try:
            own = UUID(name)
        except ValueError:
            return found
        return [*found, *await _by_uuid(connection, own)]


async def _by_uuid(db: Connection, own: UUID) -> list[Thing]:
    """Return what a UUID names; a notice goes by the id of the act it is of."""
    if line := (await lines.read(db, [own])).get(own):
        return [Thing(kind="line", borrower=line.borrower, line=line.id)]
    if review := await appeals.read(db, own):
        return [Thing(kind="human_review", borrower=review.borrower, line=review.line, review=review.id)]
    if decision := (await decisions.read(db, [own])).get(own):
        return [Thing(kind="decision", borrower=decision.borrower, line=decision.line, decision=decision.id)]
    if standing := (await notices.read(db, [own])).get(own):
        return [Thing(kind="notice", borrower=standing.notice.borrower, line=standing.notice.line)]
    for tranche in await due.tranches(db, [own]):
        line = (await lines.read(db, [tranche.line]))[tranche.line]
        return [Thing(kind="promise", borrower=line.borrower, line=line.id, decision=tranche.decision)]
    return []
