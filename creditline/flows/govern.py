"""Govern: what people do to a product's editions, each act recorded with who, when and why.

The actor is a name that the caller vouches for: the engine has no accounts. Whoever stands before it (a gateway, a shell with
its own rights) has to see to it that nobody claims another's name.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day
from creditline.decision.product import pack, read_product, require_named, unpack
from creditline.errors import Broken, Code, Conflict, Malformed, NotFound
from creditline.explanation.offer import require_offerable
from creditline.flows import arms
from creditline.flows.gates import Measured, measured_gates, require_measurable
from creditline.flows.turn import moment_of
from creditline.ids import require_uuid7
from creditline.policy.gates import Failure, Gate, read_limits
from creditline.policy.life import (
    HOUSE,
    Act,
    Deed,
    Period,
    State,
    Version,
    fold,
    former,
    in_force,
    require_idle,
    require_let_through,
    require_possible,
    shown,
    version_named,
)
from creditline.store import decisions, policies
from creditline.store.connect import Connection, Database

MOST_NAME_LENGTH = 64
MOST_REASON_LENGTH = 2000


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody's act on an edition of a product: the caller's id for it, who it is, and why.

    `edition` is the hash or its beginning; a rollback may leave it out. `starts_at` and `ends_at` are an activation's (None:
    now, without end), `gate` is what an override lets through, `arm` what is stopped or started.
    """

    id: UUID
    product: str
    actor: str
    reason: str
    edition: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    gate: str | None = None
    arm: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An act on record, and the edition as it is after it."""

    deed: Deed
    version: Version
    is_repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A product's editions: their deeds in order, what they add up to, and the periods in force as known now."""

    deeds: tuple[Deed, ...]
    versions: Mapping[str, Version]
    periods: tuple[Period, ...]


async def publish_draft(
    db: Database, clock: Clock, *, order: Order, files: Mapping[str, bytes], origin: str | None = None
) -> Done:
    """Keep a product's files as a draft; `origin` is what is told of a life it had elsewhere.

    Raise `PolicyInvalid` if the files are named as none can be, no product, or one that may not be offered
    (`explanation.offer`), `Malformed` if they are another one's, `Conflict` if the very same edition has a life here already.
    """
    require_named(files)
    product = read_product(files)
    require_measurable(product, read_limits(files))
    # It takes up to a second of computing, during which others want to be answered.
    await asyncio.to_thread(require_offerable, product)
    laid = await arms.laid_out(product)
    if product.name != order.product:
        raise Malformed(
            f"The files are of product {product.name}, and {order.product} was named. Name the product they are of.",
            code=Code.MESSAGE_MALFORMED,
        )

    async def keep(connection: Connection, life: Life, deed: Deed) -> Deed:
        if before := life.versions.get(product.edition):
            raise Conflict(
                f"Edition {shown(product.edition)} of {product.name} was published before, by {before.author}, and is "
                f"{before.state}. Go on with it as it is.",
                code=Code.POLICY_STATE,
            )
        await decisions.put_edition(
            connection,
            edition=product.edition,
            product=product.name,
            body=pack(product.files),
            published_at=deed.recorded_at,
        )
        await arms.keep(connection, product, laid, at=deed.recorded_at)
        return replace(deed, edition=product.edition, detail=origin)

    return await carried_out(db, clock, msgspec.structs.replace(order, edition=product.edition), Act.PUBLISH, keep)


async def govern(db: Database, clock: Clock, *, order: Order, act: Act) -> Done:
    """Submit, approve, reject, override or retire an edition.

    Raise `NotFound` for an unknown edition, `Conflict` if its state does not allow the act, `NotAllowed` if it must be another
    person's.
    """

    async def judge(connection: Connection, life: Life, deed: Deed) -> Deed:
        version = version_named(life.versions, order.edition, product=order.product)
        require_possible(version, act, actor=deed.actor)
        if act is Act.RETIRE:
            run_by = await policies.run_by(connection, version.edition)
            require_idle(version, life.periods, run_by=run_by, now=deed.recorded_at)
        return replace(deed, edition=version.edition, gate=_gate(order) if act is Act.OVERRIDE else None)

    return await carried_out(db, clock, order, act, judge)


async def activate(db: Database, clock: Clock, *, order: Order) -> Done:
    """Put an approved edition in force from now or a later instant on, until another takes its place or `ends_at` comes.

    Raise `NotAllowed` if it fails a gate of the edition in force, unless two people let it through that gate.
    """
    failed = await _failed(db, clock, order)

    async def judge(connection: Connection, life: Life, deed: Deed) -> Deed:
        version = version_named(life.versions, order.edition, product=order.product)
        require_possible(version, Act.ACTIVATE, actor=deed.actor)
        starts_at = order.starts_at or deed.recorded_at
        if starts_at < deed.recorded_at:
            raise Malformed(
                f"An edition is in force from {deed.recorded_at.isoformat()} (now) at the earliest, not from "
                f"{starts_at.isoformat()}: what was decided until now was decided by another one.",
                code=Code.MESSAGE_MALFORMED,
            )
        if order.ends_at is not None and order.ends_at <= starts_at:
            raise Malformed(
                f"The period ends at {order.ends_at.isoformat()}, before it starts at {starts_at.isoformat()}.",
                code=Code.MESSAGE_MALFORMED,
            )
        require_let_through(version, failed)
        before = in_force(life.periods, starts_at)
        await arms.require_activatable(
            connection, version.edition, life.versions, before=None if before is None else before.edition
        )
        return replace(
            deed,
            edition=version.edition,
            starts_at=starts_at,
            ends_at=order.ends_at,
            failed_gates=tuple(one.gate for one in failed),
            detail="; ".join(one.words for one in failed) or None,
        )

    return await carried_out(db, clock, order, Act.ACTIVATE, judge)


async def _failed(db: Database, clock: Clock, order: Order) -> tuple[Failure, ...]:
    """Measure an edition by the limits of the one it follows; one that cannot be activated anyway is not measured."""
    version, files = await files_of(db, order.product, edition=order.edition)
    if version.state is not State.APPROVED:
        return ()
    measured = await gates_measured(db, clock, product=order.product, files=files, starts_at=order.starts_at)
    return tuple(one.failure for one in measured if one.failure)


async def gates_ahead(db: Database, clock: Clock, *, product: str, files: Mapping[str, bytes]) -> tuple[Failure, ...]:
    """Return the gates of the edition in force that other files of a product would fail now; none if none is in force."""
    return tuple(one.failure for one in await gates_measured(db, clock, product=product, files=files) if one.failure)


async def gates_measured(
    db: Database, clock: Clock, *, product: str, files: Mapping[str, bytes], starts_at: datetime | None = None
) -> tuple[Measured, ...]:
    """Measure files of a product by every gate of the edition in force, as they would hold from now or a later instant on."""
    before = await in_force_at(db, product, valid_at=clock())
    if before is None:
        return ()
    _, current = await files_of(db, product, edition=before.edition)
    return await measured_gates(db, files, current=current, on=business_day(starts_at or clock()))


async def roll_back(db: Database, clock: Clock, *, order: Order) -> Done:
    """Put the former edition, or the one that is named, in force again from now on; what was planned for later is dropped.

    It was approved and in force before, so that no gate stands in the way of an emergency; the reason stays on record.
    """

    async def judge(_: Connection, life: Life, deed: Deed) -> Deed:
        now, name = deed.recorded_at, order.edition
        if not name and (before := former(life.periods, now)):
            name = before.edition
        current = in_force(life.periods, now)
        begun = {one.edition for one in life.periods if one.starts_at is None or one.starts_at <= now}
        version = version_named(life.versions, name, product=order.product) if name else None
        if version is None or version.edition not in begun or (current and current.edition == version.edition):
            raise Conflict(
                f"There is nothing of {order.product} to go back to: no other edition was in force before. Activate an "
                "approved one instead.",
                code=Code.POLICY_STATE,
            )
        require_possible(version, Act.ROLLBACK, actor=deed.actor)
        return replace(deed, edition=version.edition, starts_at=now)

    return await carried_out(db, clock, order, Act.ROLLBACK, judge)


async def life_of(db: Database, product: str) -> Life:
    """Return a product's life; raise `NotFound` if it has none here."""
    async with db.reading() as connection:
        return await _life(connection, product)


async def files_of(db: Database, product: str, *, edition: str) -> tuple[Version, dict[str, bytes]]:
    """Return an edition and its files as they were published; raise `NotFound` if there is no such edition."""
    async with db.reading() as connection:
        version = version_named((await _life(connection, product)).versions, edition, product=product)
        body = await decisions.read_edition(connection, version.edition)
    if body is None:
        raise Broken(f"Edition {version.edition} has a life and is not stored.", code=Code.INVARIANT_BROKEN)
    return version, dict(unpack(body))


async def in_force_at(
    db: Database, product: str, *, valid_at: datetime, known_at: datetime | None = None
) -> Period | None:
    """Return what was in force at an instant, as known now or as it was known at another; None if nothing was."""
    async with db.reading() as connection:
        return in_force(await policies.periods(connection, product, known_at=known_at), valid_at)


async def _life(db: Connection, product: str) -> Life:
    deeds = tuple(await policies.deeds(db, product))
    if not deeds:
        known = ", ".join(await policies.products(db)) or "none"
        raise NotFound(
            f"There is no product {product!r} with editions here. There are: {known}.", code=Code.PRODUCT_UNKNOWN
        )
    return Life(deeds=deeds, versions=fold(deeds), periods=tuple(await policies.periods(db, product)))


Judge = Callable[[Connection, Life, Deed], Awaitable[Deed]]


async def carried_out(
    db: Database, clock: Clock, order: Order, act: Act, judge: Judge, *, is_house: bool = False
) -> Done:
    """Judge an act by the life it would follow, and record it; a repeat is answered with what was done.

    `is_house` says that the engine acts by itself.
    """
    require_said(order, is_house=is_house)
    async with db.transaction() as connection:
        await policies.lock(connection)
        if before := await policies.deed(connection, order.id):
            return await _repeated(connection, order, act, before)
        deeds = tuple(await policies.deeds(connection, order.product))
        if not deeds and act is not Act.PUBLISH:
            await _life(connection, order.product)
        periods = tuple(await policies.periods(connection, order.product))
        now = moment_of(clock())
        blank = Deed(
            number=0,
            id=order.id,
            product=order.product,
            edition=order.edition,
            act=act,
            actor=order.actor.strip(),
            reason=order.reason.strip(),
            recorded_at=now,
        )
        deed = await judge(connection, Life(deeds=deeds, versions=fold(deeds), periods=periods), blank)
        deed = replace(deed, number=await policies.record(connection, deed))
        if deed.starts_at is not None:
            period = Period(
                product=deed.product,
                edition=deed.edition,
                starts_at=deed.starts_at,
                ends_at=deed.ends_at,
                opened_by=deed.number,
            )
            await policies.put_in_force(connection, period, now=now)
        return Done(deed=deed, version=fold((*deeds, deed))[deed.edition], is_repeated=False)


async def _repeated(db: Connection, order: Order, act: Act, before: Deed) -> Done:
    same = (act, order.product, order.actor.strip(), order.reason.strip(), order.arm)
    is_same = (
        before.act,
        before.product,
        before.actor,
        before.reason,
        before.arm,
    ) == same and before.edition.startswith(order.edition)
    if not is_same:
        raise Conflict(
            f"The id {order.id} was used before, when {before.actor} did {before.act} to edition {shown(before.edition)}. Make a "
            "new UUIDv7 for every new act.",
            code=Code.ID_REUSED,
        )
    return Done(deed=before, version=(await _life(db, before.product)).versions[before.edition], is_repeated=True)


def _gate(order: Order) -> Gate:
    if order.gate not in set(Gate):
        raise Malformed(f"There is no gate {order.gate!r}. Name one of {', '.join(Gate)}.", code=Code.MESSAGE_MALFORMED)
    return Gate(order.gate)


def require_said(order: Order, *, is_house: bool = False) -> None:
    """Raise `Malformed` unless an act says who does it and why."""
    require_uuid7(order.id, what="id of the act")
    for what, text, most in (("a name", order.actor, MOST_NAME_LENGTH), ("a reason", order.reason, MOST_REASON_LENGTH)):
        if not text.strip() or len(text) > most or not text.isprintable():
            raise Malformed(
                f"An act on a policy needs {what} on one line, 1 to {most} characters; it was {text[:40]!r}.",
                code=Code.MESSAGE_MALFORMED,
            )
    if order.actor.strip().casefold() == HOUSE and not is_house:
        raise Malformed(
            f"{HOUSE} is the name of what the engine does by itself. Give the name of a person.",
            code=Code.MESSAGE_MALFORMED,
        )
