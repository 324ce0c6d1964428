"""How a batch of requests is carried out: in turns of distinct lines, each turn one transaction.

A request that cannot be carried out is a value in its place in the list, so that it never fails its neighbours. A
request seen before is answered with what became of it; the same id with other content is a conflict.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from creditline.errors import Broken, Code, Conflict, CreditlineError, Malformed, NotFound, Unavailable
from creditline.ids import require_uuid7
from creditline.ledger.line import Line
from creditline.money import require_amount
from creditline.store import requests as store
from creditline.store.connect import Connection, Database
from creditline.store.requests import Recorded

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far behind a line's last entry the machine's clock may be before it is taken for broken."""

LAST_YEAR = 2200
"""A clock that says a later year is broken."""


class Request(Protocol):
    """What every request says: the caller's id and the line it is about."""

    @property
    def id(self) -> UUID:
        """The caller's UUIDv7."""

    @property
    def line(self) -> UUID:
        """The line it is about."""


R = TypeVar("R", bound=Request)
Done = TypeVar("Done")


async def in_turns(
    requests: Sequence[R], carry_out: Callable[[Sequence[R]], Awaitable[Sequence[Done | CreditlineError]]]
) -> list[Done | CreditlineError]:
    """Carry out requests so that no turn has two of one line, and each line's requests keep their order.

    A turn that fails as a whole is carried out again request by request, so that what is wrong stays with the one it is
    wrong with. When the database is away, the requests of that turn and of those after it are told so; what was answered
    before stays answered.
    """
    outcomes: dict[int, Done | CreditlineError] = {}
    waiting = list(enumerate(requests))
    while waiting:
        turn: list[tuple[int, R]] = []
        later: list[tuple[int, R]] = []
        lines: set[UUID] = set()
        ids: set[UUID] = set()
        for place, request in waiting:
            is_first = request.line not in lines and request.id not in ids
            (turn if is_first else later).append((place, request))
            lines.add(request.line)
            ids.add(request.id)
        try:
            done = await _carried_out([request for _, request in turn], carry_out)
        except Unavailable as away:
            outcomes.update((place, away) for place, _ in waiting)
            break
        outcomes.update(zip((place for place, _ in turn), done, strict=True))
        waiting = later
    return [outcomes[place] for place in range(len(requests))]


async def _carried_out(
    batch: Sequence[R], carry_out: Callable[[Sequence[R]], Awaitable[Sequence[Done | CreditlineError]]]
) -> Sequence[Done | CreditlineError]:
    """Carry out a turn, or each of its requests by itself if it fails; raise `Unavailable` if nothing of it was done.

    One alone is tried again too: what failed may be that its id was used at the same moment for another line, and is a
    plain conflict the second time.
    """
    try:
        return await carry_out(batch)
    except Unavailable:
        raise
    except Exception as failed:  # noqa: BLE001  # It shows again below, beside the request it is wrong with.
        if len(batch) == 1 and not isinstance(failed, Broken):
            return [_told(batch[0], failed)]
    outcomes: list[Done | CreditlineError] = []
    for place, request in enumerate(batch):
        try:
            outcomes += await carry_out([request])
        except Unavailable as away:
            if len(batch) == 1:
                raise
            return [*outcomes, *([away] * (len(batch) - place))]
        except Exception as failed:  # noqa: BLE001  # It is told in its place: what is booked beside it must be told too.
            outcomes.append(_told(request, failed))
    return outcomes


def _told(request: Request, failed: Exception) -> CreditlineError:
    """Return what failed a request as one of our errors, with what it was as the cause if none of them tells it."""
    if isinstance(failed, CreditlineError):
        return failed
    broken = Broken(
        f"Request {request.id} about line {request.line} failed in a way that nobody foresaw "
        f"({type(failed).__name__}: {failed}). Nothing of it was booked. This is a fault of the engine: keep this message "
        "and report it.",
        code=Code.INVARIANT_BROKEN,
    )
    broken.__cause__ = failed
    return broken


@asynccontextmanager
async def booking(db: Database, requests: Sequence[Request]) -> AsyncIterator[Connection]:
    """Open the transaction that books some requests.

    Raise `Conflict` if it failed because an event that was sent to us bears the id of one of them: what a request books
    is a fact under its own id.
    """
    try:
        async with db.transaction() as connection:
            yield connection
    except Broken as failed:
        async with db.reading() as connection:
            borne = await store.borne_by_events(connection, [request.id for request in requests])
        if not borne:
            raise
        raise Conflict(
            f"The id {borne[0]} is on record as an event that was sent here, so no request can bear it. Nothing was "
            "booked. Make a new UUIDv7 for every new request.",
            code=Code.ID_REUSED,
        ) from failed


def one(outcomes: Sequence[Done | CreditlineError]) -> Done:
    """Return the only outcome of a batch of one, or raise what it says."""
    (outcome,) = outcomes
    if isinstance(outcome, CreditlineError):
        raise outcome
    return outcome


def digest_of(request: msgspec.Struct) -> bytes:
    """Return what tells a repeat from another content under the same id."""
    return hashlib.sha256(msgspec.json.encode(request)).digest()[:16]


def moment_of(now: datetime) -> datetime:
    """Return what a clock says, in UTC; raise `Unavailable` if no machine can mean it.

    The last instant there is would be stored as infinity, and its line could never be read again.
    """
    if now.year > LAST_YEAR:
        raise Unavailable(
            f"The clock says {now.isoformat()}. Set it right and send the request again with the same id; nothing was "
            "booked.",
            code=Code.CONFIGURATION_INVALID,
        )
    return now.astimezone(UTC)


def as_of_for(line: Line, now: datetime) -> datetime:
    """Return the instant a line is decided as of, in UTC: now, and always after its last entry.

    Raises `Unavailable` when the clock is behind the books by more than the tolerance, or says no time at all.
    """
    now = moment_of(now)
    if line.booked_at - now > CLOCK_TOLERANCE:
        raise Unavailable(
            f"The clock says {now.isoformat()}, and line {line.id} was last booked at {line.booked_at.isoformat()}. "
            "Set the clock right and send the request again with the same id; nothing was booked.",
            code=Code.CLOCK_BEHIND,
        )
    return line.after_last(now)


def the_line(lines: dict[UUID, Line], line: UUID) -> Line:
    """Return a line that was read, or raise that there is none."""
    if line not in lines:
        raise NotFound(f"There is no line {line}. Open it first, or check the id.", code=Code.LINE_UNKNOWN)
    return lines[line]


def require_money(line: Line, amount_minor: int, currency: str, *, what: str) -> None:
    """Raise `Malformed` unless an amount is positive, not too large and in the line's currency."""
    require_amount(amount_minor, what=what)
    if currency != line.currency:
        raise Malformed(
            f"The {what} is in {currency}, and line {line.id} is kept in {line.currency}. Send it in {line.currency}.",
            code=Code.CURRENCY_WRONG,
        )


def require_new(request: Request, recorded: dict[UUID, Recorded], digest: bytes) -> Recorded | None:
    """Return what became of a repeated request, None for a new one; raise if the id was used for something else."""
    require_uuid7(request.id, what="request id")
    before = recorded.get(request.id)
    if before is not None and before.digest != digest:
        raise Conflict(
            f"The id {request.id} was used before for another request, a {before.kind} on line {before.line}. "
            "Make a new UUIDv7 for every new request, and repeat one only with the same content.",
            code=Code.ID_REUSED,
        )
    return before
