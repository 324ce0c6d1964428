"""Write a note on a request for a human review: for colleagues, told to no borrower, and deciding nothing."""

from uuid import UUID

import msgspec

from creditline.clock import Clock
from creditline.errors import Code, Conflict, Malformed
from creditline.flows.appeal import MOST_WORDS_LENGTH, known_appeal
from creditline.flows.authority import require_words
from creditline.flows.turn import digest_of, moment_of
from creditline.ids import require_uuid7
from creditline.store import appeals, requests
from creditline.store.appeals import Note
from creditline.store.connect import Database


class NoteRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Write down what colleagues should know."""

    id: UUID
    review: UUID
    officer: str
    words: str


async def note(db: Database, clock: Clock, *, request: NoteRequest) -> Note:
    """Write a note down, whether the request waits or was answered; a repeat changes nothing.

    Raise `NotFound` for an unknown request, `Malformed` for no words, `Conflict` for an id that was used before.
    """
    require_words(authority=request.officer, reason="a note")
    require_uuid7(request.id, what="request id")
    is_readable = all(one.isprintable() or one in "\n\t" for one in request.words)
    if not request.words.strip() or len(request.words) > MOST_WORDS_LENGTH or not is_readable:
        raise Malformed(
            f"Write down what colleagues should know, in at most {MOST_WORDS_LENGTH} characters that can be read; what was "
            f"sent has {len(request.words)}.",
            code=Code.MESSAGE_MALFORMED,
        )
    async with db.transaction() as connection:
        await known_appeal(connection, request.review)
        await requests.hold(connection, [request.id])
        if before := await appeals.find_note(connection, request.id):
            if before.digest != digest_of(request):
                raise Conflict(
                    f"The id {request.id} was used before for another note. Make a new UUIDv7 for every new request.",
                    code=Code.ID_REUSED,
                )
            return before
        made = Note(
            id=request.id,
            review=request.review,
            officer=request.officer.strip(),
            words=request.words,
            digest=digest_of(request),
            noted_at=moment_of(clock()),
        )
        await appeals.note(connection, made)
        return made
