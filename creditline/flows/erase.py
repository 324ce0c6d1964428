"""Everything held on a borrower: given out as it is, and, once nothing runs with them any more, made unreadable.

What a borrower consented to, and when they withdrew it, is proof that what was done was lawful: it stays, as facts do, by the
platform's own id and without a name.
"""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import msgspec

from creditline.clock import Clock
from creditline.errors import Code, Conflict, NotAllowed, NotFound
from creditline.flows.authority import require_words
from creditline.flows.consent import CONSENTS, proof_of
from creditline.flows.document import papers_of
from creditline.flows.turn import moment_of
from creditline.flows.vault import Vault
from creditline.ids import require_uuid7
from creditline.store import appeals, decisions, documents, facts, lines, loans, notices, promises
from creditline.store.connect import Connection, Database
from creditline.store.documents import Erasure

MOST = 100_000
"""How many of a kind a borrower may have and still be given out whole."""


class EraseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Destroy the key of a borrower who has no open line: by whom and why."""

    id: UUID
    borrower: str
    authority: str
    reason: str


async def erase_borrower(db: Database, clock: Clock, *, request: EraseRequest) -> Erasure:
    """Make unreadable, for good, what is sealed of a borrower; a repeat changes nothing. The books stay as they are.

    Raise `NotAllowed` while a line is open, `NotFound` if nothing is sealed, `Conflict` if the id was used otherwise.
    """
    require_uuid7(request.id, what="request id")
    require_words(authority=request.authority, reason=request.reason)
    async with db.transaction() as connection:
        if before := await documents.find_erasure(connection, request.id):
            if (before.borrower, before.authority, before.reason) != (
                request.borrower,
                request.authority,
                request.reason,
            ):
                raise Conflict(
                    f"The id {request.id} erased borrower {before.borrower} before. Make a new UUIDv7 for every new request.",
                    code=Code.ID_REUSED,
                )
            return before
        if await documents.key(connection, request.borrower, hold=True) is None:
            raise NotFound(
                f"Nothing is sealed of borrower {request.borrower}: nothing was handed in, or it was erased before.",
                code=Code.BORROWER_UNKNOWN,
            )
        held = [line for line in await lines.of_borrower(connection, request.borrower) if line.closed_at is None]
        if held:
            raise NotAllowed(
                f"Borrower {request.borrower} has line {held[0].id} open, and what it was decided on must stay readable. Close "
                "it first.",
                code=Code.LINE_IN_USE,
            )
        erasure = Erasure(
            request=request.id,
            borrower=request.borrower,
            authority=request.authority,
            reason=request.reason,
            erased_at=moment_of(clock()),
        )
        await documents.erase(connection, erasure)
        return erasure


async def held_on(db: Database, vault: Vault, borrower: str) -> AsyncIterator[tuple[str, object]]:
    """Give out everything held on a borrower, one record at a time with what it is: facts, documents, lines and theirs.

    Raise `NotFound` if nothing is. What a document says is among it, its own bytes are asked for by its id.
    """
    papers = await papers_of(db, vault, borrower, most=MOST)
    async with db.reading() as connection:
        known = await facts.of_borrower(connection, borrower)
        own = await lines.of_borrower(connection, borrower)
        if not (papers or known or own):
            raise NotFound(f"Nothing is held on borrower {borrower}.", code=Code.BORROWER_UNKNOWN)
        for fact in known:
            yield "fact", fact._asdict()
            if fact.number in CONSENTS:
                yield "consent", proof_of(fact)
        for paper in papers:
            yield "document", paper
        for notice in await notices.of(connection, borrower=borrower, most=MOST):
            yield "notice", notice
        for kind, record in await _reviews_of(connection, borrower):
            yield kind, record
        for line in own:
            yield "line", line
            for kind, records in await _of_line(connection, line.id):
                for one in records:
                    yield kind, one


async def _reviews_of(db: Connection, borrower: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for review in await appeals.of_borrower(db, borrower):
        found.append(("human_review", review))
        found += [("human_review_note", one) for one in await appeals.notes(db, review.id)]
    return found


async def _of_line(db: Connection, line: UUID) -> list[tuple[str, Sequence[object]]]:
    return [
        ("entry", await lines.entries(db, line)),
        ("transfer", await lines.transfers(db, line)),
        (
            "loan",
            [{name: loan[name] for name in loans.PLAIN} for loan in await loans.rows_of_line(db, line, most=MOST)],
        ),
        ("decision", await decisions.of_line(db, line, most=MOST)),
        ("promise", await promises.of_line(db, line, most=MOST)),
    ]
