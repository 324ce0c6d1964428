"""Umbrellas: make one, set its limit, put it or a line under another, and see whole trees with their buckets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec

from creditline.clock import Clock
from creditline.errors import Code, Malformed, NotAllowed, NotFound
from creditline.events.event import Borrower
from creditline.flows.authority import require_words
from creditline.flows.turn import as_of_for, digest_of, moment_of, require_new, the_line
from creditline.ledger.book import Refusal, Stamp, seat
from creditline.ledger.chart import Movement
from creditline.ledger.line import Line
from creditline.ledger.umbrella import MOST_LEVELS, Tree, Umbrella, Use, moved, regranted, use_of, used
from creditline.money import MAX_MINOR, require_currency
from creditline.store import lines, requests, umbrellas
from creditline.store.connect import Connection, Database
from creditline.store.requests import Recorded

MOST_SLOTS = 64
"""In how many parts the room of one umbrella may lie."""


class UmbrellaRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make an umbrella for a borrower or a group; its id becomes the umbrella's.

    Fungible: its children share its room. Otherwise the allotment of each child is set aside for it. With a product, only
    lines of that product come directly under it. `slots_count` is how many draws may take of its room at one moment.
    """

    id: UUID
    holder: Borrower
    currency: str
    granted_minor: int
    authority: str
    reason: str
    parent: UUID | None = None
    product: str | None = None
    is_fungible: bool = True
    slots_count: int = 16


class UmbrellaLimitRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Set the limit of an umbrella, up or down."""

    id: UUID
    umbrella: UUID
    granted_minor: int
    authority: str
    reason: str


class UmbrellaMoveRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put an umbrella, with all that is under it, under another, or with None under none."""

    id: UUID
    umbrella: UUID
    parent: UUID | None
    authority: str
    reason: str


class SeatRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put a line under an umbrella, or with None under none."""

    id: UUID
    line: UUID
    umbrella: UUID | None
    authority: str
    reason: str


async def open_umbrella(db: Database, clock: Clock, *, request: UmbrellaRequest) -> Umbrella:
    """Make an umbrella; a repeat returns it as it now is. Raises `NotAllowed` where the one above has not the room."""
    require_words(authority=request.authority, reason=request.reason)
    _require_limit(request.granted_minor)
    require_currency(request.currency)
    if not 1 <= request.slots_count <= MOST_SLOTS:
        raise Malformed(
            f"The room of an umbrella lies in 1..{MOST_SLOTS} parts, not in {request.slots_count}.",
            code=Code.MESSAGE_MALFORMED,
        )
    async with _holding(db, request.id, request.parent) as (connection, tree, before):
        if require_new(_Asked(id=request.id, line=request.id), before, digest_of(request)):
            return tree.umbrellas[request.id]
        now = moment_of(clock())
        own = Umbrella(
            id=request.id,
            parent=None,
            holder=request.holder,
            product=request.product,
            currency=request.currency,
            granted_minor=request.granted_minor,
            is_fungible=request.is_fungible,
            slots_count=request.slots_count,
            version=1,
            opened_at=now,
            booked_at=now,
        )
        if request.parent is not None:
            _the_umbrella(tree, request.parent)
            alone = replace(tree, umbrellas={**tree.umbrellas, own.id: own})
            _require_made(moved(alone, own.id, under=request.parent), own, request.parent)
        own = replace(own, parent=request.parent)
        await _write(connection, own, Movement.OPEN, request, kind="umbrella_open")
        return own


async def limit_umbrella(db: Database, clock: Clock, *, request: UmbrellaLimitRequest) -> Umbrella:
    """Set an umbrella's limit; a cut below what its children share is shown, and falls as they repay."""
    require_words(authority=request.authority, reason=request.reason)
    _require_limit(request.granted_minor)
    async with _holding(db, request.id, request.umbrella) as (connection, tree, before):
        own = _the_umbrella(tree, request.umbrella)
        if require_new(_Asked(id=request.id, line=own.id), before, digest_of(request)):
            return own
        _require_made(regranted(tree, own.id, request.granted_minor), own, own.parent)
        movement = Movement.INCREASE if request.granted_minor >= own.granted_minor else Movement.DECREASE
        after = _next(own, clock, granted_minor=request.granted_minor, parent=own.parent)
        await _write(connection, after, movement, request, kind="umbrella_limit")
        return after


async def move_umbrella(db: Database, clock: Clock, *, request: UmbrellaMoveRequest) -> Umbrella:
    """Put an umbrella under another or under none; refused where that would close a ring or there is no room."""
    require_words(authority=request.authority, reason=request.reason)
    async with _holding(db, request.id, request.umbrella, request.parent) as (connection, tree, before):
        own = _the_umbrella(tree, request.umbrella)
        if require_new(_Asked(id=request.id, line=own.id), before, digest_of(request)):
            return own
        if request.parent is not None:
            _the_umbrella(tree, request.parent)
        _require_made(moved(tree, own.id, under=request.parent), own, request.parent)
        movement = Movement.DETACH if request.parent is None else Movement.ATTACH
        after = _next(own, clock, granted_minor=own.granted_minor, parent=request.parent)
        await _write(connection, after, movement, request, kind=movement)
        return after


async def seat_line(db: Database, clock: Clock, *, request: SeatRequest) -> Line:
    """Put a line under an umbrella or under none, with what it uses; a repeat returns the line as it now is."""
    require_words(authority=request.authority, reason=request.reason)
    async with db.transaction() as connection:
        await umbrellas.hold(connection)
        line = the_line(await lines.lock(connection, [request.line]), request.line)
        if require_new(request, await requests.find(connection, [request.id]), digest_of(request)):
            return line
        places = [one for one in (line.umbrella, request.umbrella) if one is not None]
        await umbrellas.lock_room(connection, places)
        tree = await umbrellas.trees(connection, places)
        if request.umbrella is not None:
            _require_fit(tree, line, _the_umbrella(tree, request.umbrella))
        posting = seat(line, request.umbrella, stamp=Stamp(request=request.id, booked_at=as_of_for(line, clock())))
        await requests.record(connection, [_recorded(request, line.id, posting.entry.movement, posting.line.booked_at)])
        await lines.post(connection, [(posting,)])
        await umbrellas.seat(connection, posting, authority=request.authority, reason=request.reason)
        return (await lines.read(connection, [line.id]))[line.id]


async def tree_of(db: Database, umbrella: UUID) -> Tree:
    """Return the whole tree an umbrella stands in; raise `NotFound` for an unknown one."""
    async with db.reading() as connection:
        tree = await umbrellas.trees(connection, [umbrella])
    _the_umbrella(tree, umbrella)
    return tree


async def lines_under(db: Database, umbrella: UUID, *, after: UUID, most: int) -> list[Line]:
    """Return a page of the lines directly under an umbrella, in id order after an id."""
    async with db.reading() as connection:
        _the_umbrella(await umbrellas.trees(connection, [umbrella]), umbrella)
        found = await umbrellas.lines_under(connection, umbrella, after=after, most=most)
        return list((await lines.read(connection, found)).values())


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request about an umbrella, for what asks about its id and what it is about."""

    id: UUID
    line: UUID


@asynccontextmanager
async def _holding(
    db: Database, request: UUID, *concerned: UUID | None
) -> AsyncIterator[tuple[Connection, Tree, dict[UUID, Recorded]]]:
    """Open a transaction in which nobody else changes umbrellas or takes room of these, with their trees as they stand."""
    async with db.transaction() as connection:
        await umbrellas.hold(connection)
        before = await requests.find(connection, [request])
        places = {one for one in (request, *concerned) if one is not None}
        await umbrellas.lock_room(connection, places)
        yield connection, await umbrellas.trees(connection, places), before


def _the_umbrella(tree: Tree, umbrella: UUID) -> Umbrella:
    if umbrella not in tree.umbrellas:
        raise NotFound(f"There is no umbrella {umbrella}. Make it first, or check the id.", code=Code.UMBRELLA_UNKNOWN)
    return tree.umbrellas[umbrella]


def _require_limit(granted_minor: int) -> None:
    if not 0 <= granted_minor <= MAX_MINOR:
        raise Malformed(
            f"The limit of an umbrella is 0..{MAX_MINOR} minor units; it was {granted_minor}.",
            code=Code.AMOUNT_NOT_POSITIVE if granted_minor < 0 else Code.AMOUNT_TOO_LARGE,
        )


def _require_fit(tree: Tree, line: Line, umbrella: Umbrella) -> None:
    """Raise `NotAllowed` unless a line is of the umbrella's currency and product, and there is room for what it uses."""
    if line.currency != umbrella.currency:
        raise NotAllowed(
            f"Line {line.id} is kept in {line.currency}, and umbrella {umbrella.id} in {umbrella.currency}. Put it under "
            "one of its own currency.",
            code=Code.CURRENCY_WRONG,
        )
    if umbrella.product not in {None, line.product}:
        raise NotAllowed(
            f"Line {line.id} is a {line.product}, and umbrella {umbrella.id} is only for {umbrella.product}. Put it under "
            "another one.",
            code=Code.PRODUCT_WRONG,
        )
    if line.umbrella is not None:
        before = use_of([line], is_fungible=tree.umbrellas[line.umbrella].is_fungible)
        less = Use(
            drawn_minor=-before.drawn_minor,
            reserved_minor=-before.reserved_minor,
            withheld_minor=-before.withheld_minor,
            weight_minor=-before.weight_minor,
        )
        out = used(tree, line.umbrella, less)
        assert isinstance(out, Tree)
        tree = out
    _require_made(used(tree, umbrella.id, use_of([line], is_fungible=umbrella.is_fungible)), umbrella, umbrella.id)


def _require_made(after: Tree | Refusal, own: Umbrella, above: UUID | None) -> None:
    """Raise `NotAllowed` for a movement the tree refused."""
    if not isinstance(after, Refusal):
        return
    match after.code:
        case Code.UMBRELLA_CYCLE:
            words = (
                f"Umbrella {own.id} cannot be put under {above}, which stands under it, or would make more than "
                f"{MOST_LEVELS} levels. Choose another place for it."
            )
        case Code.CURRENCY_WRONG:
            words = (
                f"Umbrella {own.id} is kept in {own.currency}, and umbrella {above} in another currency. Choose one of "
                "the same."
            )
        case _:
            words = (
                f"An umbrella at or over {above or own.id} cannot carry this: {after.most_minor} is the figure it stands "
                "at. Raise its limit, lower what is set aside, or wait until something is repaid and back."
            )
    raise NotAllowed(words, code=after.code)


def _next(own: Umbrella, clock: Clock, *, granted_minor: int, parent: UUID | None) -> Umbrella:
    """Return an umbrella after a change, booked after everything before it."""
    now = max(moment_of(clock()), own.booked_at)
    return replace(own, granted_minor=granted_minor, parent=parent, version=own.version + 1, booked_at=now)


async def _write(
    db: Connection,
    after: Umbrella,
    movement: Movement,
    request: UmbrellaRequest | UmbrellaLimitRequest | UmbrellaMoveRequest,
    *,
    kind: str,
) -> None:
    await requests.record(db, [_recorded(request, after.id, kind, after.booked_at)])
    await umbrellas.post(db, after, movement, request=request.id, authority=request.authority, reason=request.reason)


def _recorded(
    request: UmbrellaRequest | UmbrellaLimitRequest | UmbrellaMoveRequest | SeatRequest,
    subject: UUID,
    kind: str,
    at: datetime,
) -> Recorded:
    return Recorded(
        id=request.id,
        kind=kind,
        line=subject,
        digest=digest_of(request),
        amount_minor=getattr(request, "granted_minor", None),
        accepted_minor=0,
        happened_at=at,
        recorded_at=at,
    )
