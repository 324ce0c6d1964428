"""Ask for a person: a borrower's request to have an unfavourable act looked at again, its clock, and who waits for whom.

The review that rules make of a line's limit is another thing (`flows.review`); this one is a human review (人工复核).
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day
from creditline.decision.adverse import OUTCOMES, Notice, Trigger
from creditline.errors import Code, Conflict, Malformed, NotFound
from creditline.explanation.letter import letter_languages
from creditline.flows.house import House
from creditline.flows.turn import digest_of, moment_of
from creditline.ids import require_uuid7
from creditline.store import appeals, notices, requests
from creditline.store.appeals import Appeal, AppealReason, Raised, Rate
from creditline.store.connect import Connection, Database

MOST_WORDS_LENGTH = 2_000
USUAL_DAYS = 30
"""Within how many days a person answers where no jurisdiction says so."""

URGENT = frozenset({Trigger.BLOCKED, Trigger.CLOSED})


class AppealRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a person to look at an unfavourable act again: why, and in the borrower's own words."""

    id: UUID
    borrower: str
    act: UUID
    reason: AppealReason
    words: str
    language: str


async def ask_for_review(db: Database, clock: Clock, house: House, *, request: AppealRequest) -> tuple[Appeal, bool]:
    """Put a request into the queue; returns it, and whether it was there before.

    Raise `NotFound` for an act that was not done to this borrower, `Conflict` while another request about it waits.
    """
    _require_words(request.words)
    require_uuid7(request.id, what="request id")
    async with db.transaction() as connection:
        await requests.hold(connection, [request.act])
        if before := await appeals.read(connection, request.id):
            _require_same(before, request)
            return before, True
        standing = (await notices.read(connection, [request.act])).get(request.act)
        if standing is None or standing.notice.borrower != request.borrower or standing.notice.trigger in OUTCOMES:
            raise NotFound(
                f"Borrower {request.borrower} has no notice {request.act} that a person could look at again. Read the "
                "borrower's notices.",
                code=Code.NOTICE_UNKNOWN,
            )
        if waiting := await appeals.open_about(connection, request.act):
            raise Conflict(
                f"Request {waiting} about {request.act} waits for a person already. Wait for its answer.",
                code=Code.REVIEW_OPEN,
            )
        await appeals.raise_(connection, await _raised(connection, clock, house, request, standing.notice))
        made = await appeals.read(connection, request.id)
        assert made is not None
        return made, False


async def _raised(db: Connection, clock: Clock, house: House, request: AppealRequest, notice: Notice) -> Raised:
    lawful = house.lawful(await house.edition(db, notice.edition))
    languages = letter_languages(lawful) or lawful.languages
    if request.language not in languages:
        raise Malformed(
            f"Nobody here answers in {request.language!r}. Choose one of {', '.join(languages)}.",
            code=Code.MESSAGE_MALFORMED,
        )
    at = moment_of(clock())
    days = lawful.law.review_days(business_day(at)) if lawful.law else None
    return Raised(
        id=request.id,
        act=request.act,
        line=notice.line,
        borrower=request.borrower,
        reason=request.reason,
        words=request.words,
        language=request.language,
        priority=priority_of(notice.trigger, request.reason),
        digest=digest_of(request),
        asked_at=at,
        due_at=at + timedelta(days=days or USUAL_DAYS),
    )


def priority_of(trigger: Trigger, reason: AppealReason) -> int:
    """Return how soon a request is looked at among those of one day: 1 nothing can be drawn, 2 usual, 3 asks to understand."""
    if reason is AppealReason.NOT_UNDERSTOOD:
        return 3
    return 1 if trigger in URGENT else 2


async def appeal_of(db: Database, review: UUID, *, borrower: str | None = None) -> Appeal:
    """Return a request and how it stands; raise `NotFound` for an unknown one, or one of another borrower."""
    async with db.reading() as connection:
        return await known_appeal(connection, review, borrower=borrower)


async def known_appeal(db: Connection, review: UUID, *, borrower: str | None = None) -> Appeal:
    """Return a request and how it stands; raise `NotFound` for an unknown one, or one of another borrower."""
    found = await appeals.read(db, review)
    if found is None or borrower not in {None, found.borrower}:
        raise NotFound(f"There is no request {review} for a human review.", code=Code.REVIEW_UNKNOWN)
    return found


async def appeals_of(db: Database, borrower: str) -> list[Appeal]:
    """Return a borrower's requests, newest first."""
    async with db.reading() as connection:
        return await appeals.of_borrower(connection, borrower)


async def queue(db: Database, clock: Clock, *, is_overdue: bool, most: int) -> Sequence[Appeal]:
    """Return what waits for a person: what is overdue first, then by priority, then by when it is due."""
    async with db.reading() as connection:
        return await appeals.waiting(connection, at=clock(), is_overdue=is_overdue, most=most)


async def review_rates(db: Database, clock: Clock) -> list[Rate]:
    """Return what became of requests, by product, act and leading reason: which rules people put right."""
    async with db.reading() as connection:
        return await appeals.rates(connection, at=clock())


def _require_words(words: str) -> None:
    is_readable = all(one.isprintable() or one in "\n\t" for one in words)
    if not words.strip() or len(words) > MOST_WORDS_LENGTH or not is_readable:
        raise Malformed(
            f"Say in your own words what a person should look at, in at most {MOST_WORDS_LENGTH} characters that can be "
            f"read; what was sent has {len(words)}.",
            code=Code.MESSAGE_MALFORMED,
        )


def _require_same(before: Appeal, request: AppealRequest) -> None:
    if before.digest != digest_of(request):
        raise Conflict(
            f"The id {request.id} was used before for another request, about {before.act}. Make a new UUIDv7 for every new "
            "request.",
            code=Code.ID_REUSED,
        )
