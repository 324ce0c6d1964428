"""Documents and what happened to them, sealed under their borrowers' keys; the keys, and how they end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from creditline.events.event import EvidenceKind
from creditline.profile.document import Act, Document, Media
from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("documents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened to a document; `sealed_words` is what it is said to say, sealed."""

    document: UUID
    version: int
    act: Act
    request: UUID
    digest: bytes
    author: str
    acted_at: datetime
    reason: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    expires_on: date | None = None
    sealed_words: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """That a borrower's key was destroyed: by whom, why and when."""

    request: UUID
    borrower: str
    authority: str
    reason: str
    erased_at: datetime


async def put_key(db: Connection, borrower: str, sealed: bytes, *, at: datetime) -> None:
    """Keep a borrower's key, unless there is one."""
    await db.execute(SQL["put_key"], borrower, sealed, at)


async def key(db: Connection, borrower: str, *, hold: bool = False) -> bytes | None:
    """Return a borrower's sealed key, None if there is none or it was destroyed; `hold` keeps others from it meanwhile."""
    sealed: bytes | None = await db.fetchval(SQL["hold_key" if hold else "read_key"], borrower)
    return sealed


async def erase(db: Connection, erasure: Erasure) -> None:
    """Destroy a borrower's key, and say so."""
    one = erasure
    await db.execute(SQL["put_erasure"], one.request, one.borrower, one.authority, one.reason, one.erased_at)
    await db.execute(SQL["destroy_key"], one.borrower)


async def find_erasure(db: Connection, request: UUID) -> Erasure | None:
    """Return what a request has erased, or None."""
    row = await db.fetchrow(SQL["find_erasure"], request)
    return None if row is None else Erasure(**{name: row[name] for name in row.keys()})  # noqa: SIM118


async def put(db: Connection, document: Document, *, sealed: bytes) -> None:
    """Keep a new document; its first entry follows."""
    own = document
    await db.execute(
        SQL["put_document"], own.id, own.borrower, own.kind, own.media, own.size_bytes, sealed, own.submitted_at
    )


async def put_entry(db: Connection, entry: Entry) -> None:
    """Write what happened to a document."""
    one = entry
    await db.execute(
        SQL["put_entry"], one.document, one.version, one.act, one.request, one.digest, one.author, one.reason,
        one.amount_minor, one.currency, one.expires_on, one.sealed_words, one.acted_at,
    )  # fmt: skip


async def find_entry(db: Connection, request: UUID) -> tuple[UUID, bytes] | None:
    """Return which document a request was about and its digest, or None if it is new."""
    row = await db.fetchrow(SQL["find_entry"], request)
    return None if row is None else (row["document"], row["digest"])


async def read(db: Connection, ids: Sequence[UUID]) -> dict[UUID, Document]:
    """Return documents as they stand; an unknown id is simply absent."""
    rows = await db.fetch(SQL["read_documents"], list(ids))
    return {
        row["id"]: Document(
            **{
                **dict(row),
                "kind": EvidenceKind(row["kind"]),
                "media": Media(row["media"]),
                "act": Act(row["act"]),
            }
        )
        for row in rows
    }


async def of_borrower(db: Connection, borrower: str, *, most: int) -> list[UUID]:
    """Return what a borrower handed in, newest first."""
    return [row["id"] for row in await db.fetch(SQL["ids_of_borrower"], borrower, most)]


async def waiting(db: Connection, *, most: int) -> list[UUID]:
    """Return what waits for an officer, the oldest first."""
    return [row["id"] for row in await db.fetch(SQL["ids_waiting"], most)]


async def waiting_count(db: Connection, borrower: str) -> int:
    """Return how many documents of a borrower wait for an officer."""
    count: int = await db.fetchval(SQL["count_waiting"], borrower)
    return count


async def content(db: Connection, document: UUID) -> bytes | None:
    """Return a document's sealed bytes, or None."""
    sealed: bytes | None = await db.fetchval(SQL["read_content"], document)
    return sealed


async def words(db: Connection, document: UUID) -> tuple[int, bytes] | None:
    """Return what a document was last said to say, sealed, with the version of that entry; None if nothing was said."""
    row = await db.fetchrow(SQL["read_words"], document)
    return None if row is None else (row["version"], row["sealed_words"])
