"""Documents: a borrower hands one in and says what it says, an officer verifies or refuses it, and one day it expires.

What is handed in lies sealed under the borrower's key. What it proves becomes a fact, which the engine weighs like any
other: only that moves a limit, and only through the policy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day, start_of
from creditline.errors import Code, Conflict, Malformed, NotFound
from creditline.events.catalogue import EvidenceExpired, EvidenceRefused, EvidenceSubmitted, EvidenceVerified
from creditline.events.event import Event, EvidenceKind
from creditline.events.row import row_of
from creditline.flows.authority import require_words
from creditline.flows.turn import moment_of
from creditline.flows.vault import BorrowersKey, Vault
from creditline.ids import id_from, require_uuid7
from creditline.money import require_amount, require_currency
from creditline.profile.document import MOST_WAITING, Act, Document, Media, media_of, require_until
from creditline.store import documents, due, facts, signals
from creditline.store.connect import Connection, Database
from creditline.store.documents import Entry
from creditline.store.due import TimerKind

MOST_ISSUER_LENGTH = 120


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a document says, in its borrower's words: who issued it and when, and the amount a month it speaks of."""

    issuer: str
    issued_on: date
    amount_minor: int
    currency: str


class Submission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hand a document in; its id is the request's. `media` is what the sender calls it."""

    id: UUID
    borrower: str
    kind: EvidenceKind
    media: str
    content: bytes


class Correction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say what a document says, or say it better: what was said before stays on record."""

    id: UUID
    document: UUID
    words: Words


class Verification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Find a document true: the amount a month that was read in it, and until when it counts. By whom and why."""

    id: UUID
    document: UUID
    authority: str
    reason: str
    amount_minor: int
    currency: str
    expires_on: date


class Refusing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Find that a document proves nothing. By whom and why: the borrower is told the reason as it is."""

    id: UUID
    document: UUID
    authority: str
    reason: str


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a document back before it is judged: nobody looks at it any more."""

    id: UUID
    document: UUID


Judgement = Verification | Refusing


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document as it stands, and what it was last said to say; None if nothing was, or the borrower is erased."""

    document: Document
    words: Words | None
    is_erased: bool = False


async def submit(db: Database, clock: Clock, vault: Vault, *, request: Submission) -> Paper:
    """Take a document in, sealed; the same one again changes nothing.

    Raise `Malformed` if it is nothing that can be taken, `Conflict` if its id was used for another or too many wait.
    """
    require_uuid7(request.id, what="document's id")
    _require_name(request.borrower)
    media = media_of(request.content, said=request.media)
    now = moment_of(clock())
    async with db.transaction() as connection:
        await documents.put_key(connection, request.borrower, vault.new_key(request.borrower), at=now)
        key = await _key(connection, vault, request.borrower, hold=True)
        digest = key.digest(msgspec.msgpack.encode(request))
        if await _is_repeated(connection, request.id, digest):
            return await _paper(connection, vault, request.id)
        if await documents.waiting_count(connection, request.borrower) >= MOST_WAITING:
            raise Conflict(
                f"{MOST_WAITING} documents of borrower {request.borrower} wait to be looked at already. Withdraw one, or wait "
                "for the answer.",
                code=Code.DOCUMENTS_TOO_MANY,
            )
        document = Document(
            id=request.id,
            borrower=request.borrower,
            kind=request.kind,
            media=media,
            size_bytes=len(request.content),
            submitted_at=now,
            version=1,
            act=Act.SUBMITTED,
            acted_at=now,
            author=request.borrower,
        )
        await documents.put(connection, document, sealed=key.seal(request.content, about=str(document.id)))
        await documents.put_entry(connection, _entry(document, request=request.id, digest=digest))
        await _tell(connection, document, EvidenceSubmitted)
        return Paper(document=document, words=None)


async def correct(db: Database, clock: Clock, vault: Vault, *, request: Correction) -> Paper:
    """Let a borrower say what a document says; raise `Conflict` once an officer has judged it."""
    said = request.words
    require_amount(said.amount_minor, what="amount a month")
    require_currency(said.currency)
    if not said.issuer.strip() or len(said.issuer) > MOST_ISSUER_LENGTH or not said.issuer.isprintable():
        raise Malformed(
            f"Who issued the document is 1 to {MOST_ISSUER_LENGTH} characters on one line.", code=Code.MESSAGE_MALFORMED
        )

    def then(document: Document, key: BorrowersKey, at: datetime) -> tuple[Document, bytes | None]:
        after = replace(
            document, version=document.version + 1, act=Act.CORRECTED, acted_at=at, author=document.borrower
        )
        return after, key.seal(msgspec.json.encode(said), about=f"{document.id}/{after.version}")

    return await _act(db, clock, vault, request=request, then=then)


async def withdraw(db: Database, clock: Clock, vault: Vault, *, request: Withdrawal) -> Paper:
    """Take a document back for its borrower; raise `Conflict` once an officer has judged it."""

    def then(document: Document, _: BorrowersKey, at: datetime) -> tuple[Document, bytes | None]:
        version, author = document.version + 1, document.borrower
        return replace(document, version=version, act=Act.WITHDRAWN, acted_at=at, author=author), None

    return await _act(db, clock, vault, request=request, then=then)


async def judge(db: Database, clock: Clock, vault: Vault, *, request: Judgement) -> Paper:
    """Let an officer verify or refuse a document; what is verified is a fact from now until it expires.

    Raise `Malformed` without words, amount or a day it counts until, `Conflict` if it was judged before.
    """
    require_words(authority=request.authority, reason=request.reason)
    if isinstance(request, Verification):
        require_amount(request.amount_minor, what="amount a month")
        require_currency(request.currency)
        require_until(request.expires_on, today=business_day(clock()))

    def then(document: Document, _: BorrowersKey, at: datetime) -> tuple[Document, bytes | None]:
        after = replace(
            document,
            version=document.version + 1,
            act=Act.REFUSED,
            acted_at=at,
            author=request.authority,
            reason=request.reason,
        )
        if isinstance(request, Verification):
            after = replace(
                after,
                act=Act.VERIFIED,
                amount_minor=request.amount_minor,
                currency=request.currency,
                expires_on=request.expires_on,
            )
        return after, None

    return await _act(db, clock, vault, request=request, then=then)


async def expire_documents(db: Database, clock: Clock, *, most: int = 200, only: Sequence[UUID] | None = None) -> int:
    """Let documents whose time is over count no more; returns how many timers rang. Safe in many workers."""
    async with db.transaction() as connection:
        claimed = await due.claim(connection, TimerKind.DOCUMENT, as_of=clock(), most=most, only=only)
        for document in (await documents.read(connection, claimed)).values():
            at = moment_of(clock())
            after = replace(document, version=document.version + 1, act=Act.EXPIRED, acted_at=at, author="creditline")
            request = id_from(f"expired/{document.id}", at=at)
            await documents.put_entry(connection, _entry(after, request=request, digest=b"expired", reason=None))
            await _tell(connection, after, EvidenceExpired, id=request)
        return len(claimed)


async def paper(db: Database, vault: Vault, document: UUID) -> Paper:
    """Return a document and what it is said to say; raise `NotFound` if there is none."""
    async with db.reading() as connection:
        return await _paper(connection, vault, document)


async def papers_of(db: Database, vault: Vault, borrower: str, *, most: int = 200) -> list[Paper]:
    """Return what a borrower handed in, newest first."""
    async with db.reading() as connection:
        ids = await documents.of_borrower(connection, borrower, most=most)
        return [await _paper(connection, vault, one) for one in ids]


async def papers_waiting(db: Database, vault: Vault, *, most: int = 200) -> list[Paper]:
    """Return what waits for an officer, the oldest first."""
    async with db.reading() as connection:
        return [await _paper(connection, vault, one) for one in await documents.waiting(connection, most=most)]


async def content_of(db: Database, vault: Vault, document: UUID) -> tuple[Media, bytes]:
    """Return a document's own bytes.

    Raise `NotFound` if there is none or its borrower was erased, `Conflict` if it was withdrawn.
    """
    async with db.reading() as connection:
        found = await _document(connection, document)
        if found.act is Act.WITHDRAWN:
            raise Conflict(
                f"Document {document} was withdrawn by its borrower: nobody may look at it. Ask for a new one.",
                code=Code.DOCUMENT_ENDED,
            )
        key = await _key(connection, vault, found.borrower)
        sealed = await documents.content(connection, document)
        assert sealed is not None
        return found.media, key.unseal(sealed, about=str(document))


async def _act(
    db: Database,
    clock: Clock,
    vault: Vault,
    *,
    request: Correction | Judgement | Withdrawal,
    then: Callable[[Document, BorrowersKey, datetime], tuple[Document, bytes | None]],
) -> Paper:
    """Carry out what happens to a document, once."""
    require_uuid7(request.id, what="request id")
    async with db.transaction() as connection:
        found = await _document(connection, request.document)
        key = await _key(connection, vault, found.borrower, hold=True)
        digest = key.digest(msgspec.msgpack.encode(request))
        if not await _is_repeated(connection, request.id, digest):
            document = await _document(connection, request.document)
            after, sealed = then(document, key, moment_of(clock()))
            document.require(after.act)
            entry = _entry(after, request=request.id, digest=digest, sealed_words=sealed)
            await documents.put_entry(connection, entry)
            if after.act is Act.VERIFIED:
                assert after.expires_on is not None
                await due.set_timers(connection, TimerKind.DOCUMENT, [(after.id, start_of(after.expires_on))])
                proved = {"amount_minor": after.amount_minor, "currency": after.currency}
                await _tell(connection, after, EvidenceVerified, id=request.id, **proved)
            elif after.act is Act.REFUSED:
                await _tell(connection, after, EvidenceRefused, id=request.id)
        return await _paper(connection, vault, request.document)


def _entry(document: Document, *, request: UUID, digest: bytes, **said: Any) -> Entry:
    told: dict[str, Any] = {"reason": document.reason, **said}
    if document.act is Act.VERIFIED:
        told |= {name: getattr(document, name) for name in ("amount_minor", "currency", "expires_on")}
    return Entry(
        document=document.id,
        version=document.version,
        act=document.act,
        request=request,
        digest=digest,
        author=document.author,
        acted_at=document.acted_at,
        **told,
    )


async def _tell(db: Connection, document: Document, kind: type[Event], **more: Any) -> None:
    """Record what happened to a document as a fact about its borrower."""
    told: dict[str, Any] = {
        "id": document.id,
        "borrower": document.borrower,
        "happened_at": document.acted_at,
        "document": str(document.id),
        "kind": document.kind,
        **more,
    }
    await facts.record(db, [row_of(kind(**told), recorded_at=document.acted_at)])
    await signals.raise_of_borrower(db, document.borrower, since=document.acted_at)


async def _is_repeated(db: Connection, request: UUID, digest: bytes) -> bool:
    """Say whether a request was carried out before; raise `Conflict` if its id was used for something else."""
    before = await documents.find_entry(db, request)
    if before is not None and before[1] != digest:
        raise Conflict(
            f"The id {request} was used before for something else, about document {before[0]}. Make a new UUIDv7 for every "
            "new request, and repeat one only with the same content.",
            code=Code.ID_REUSED,
        )
    return before is not None


async def _document(db: Connection, document: UUID) -> Document:
    found = await documents.read(db, [document])
    if document not in found:
        raise NotFound(f"There is no document {document}. Copy its id from the list.", code=Code.DOCUMENT_UNKNOWN)
    return found[document]


async def _key(db: Connection, vault: Vault, borrower: str, *, hold: bool = False) -> BorrowersKey:
    sealed = await documents.key(db, borrower, hold=hold)
    if sealed is None:
        raise NotFound(
            f"What borrower {borrower} handed in was erased: its key was destroyed, and nobody can read it again.",
            code=Code.DOCUMENT_ERASED,
        )
    return vault.opened(sealed, borrower=borrower)


async def _paper(db: Connection, vault: Vault, document: UUID) -> Paper:
    found = await _document(db, document)
    sealed = await documents.key(db, found.borrower)
    if sealed is None:
        return Paper(document=found, words=None, is_erased=True)
    said = await documents.words(db, document)
    if said is None:
        return Paper(document=found, words=None)
    version, words = said
    read = vault.opened(sealed, borrower=found.borrower).unseal(words, about=f"{document}/{version}")
    return Paper(document=found, words=msgspec.json.decode(read, type=Words))


def _require_name(borrower: str) -> None:
    if not 1 <= len(borrower) <= 64 or not borrower.isprintable():
        raise Malformed("A borrower's name is 1 to 64 characters on one line.", code=Code.MESSAGE_MALFORMED)
