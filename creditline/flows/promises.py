"""Promises: record what is told and what became of it, read how many were kept, and break one in the open."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day
from creditline.decision.adverse import Trigger
from creditline.decision.outcome import Decision
from creditline.errors import Code, Conflict, Malformed
from creditline.explanation.promised import told_breach, told_end, told_promise
from creditline.flows.authority import require_words
from creditline.flows.house import House
from creditline.flows.notices import notify_by_hand
from creditline.flows.turn import as_of_for, digest_of, require_new, the_line
from creditline.ids import id_from
from creditline.ledger.line import Line
from creditline.restoration.plan import MOST_DAYS, Tranche
from creditline.restoration.promise import Outcome, PromiseEnd
from creditline.score.measures import wilson
from creditline.store import decisions, due, lines, promises, requests
from creditline.store.connect import Connection, Database
from creditline.store.promises import Breach, Count, Kept
from creditline.store.requests import Recorded

GROUPS = ("product", "week_on", "reason", "kind")
"""By what promises are counted, in the order in which they are told apart."""


class BreakRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a promise back: its amount comes back under the same condition on a later day, and everybody sees who said so."""

    id: UUID
    line: UUID
    promise: UUID
    again_on: date
    author: str
    approver: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How promises of one group went; a group that is not told apart is None.

    `kept_ratio` is of those that were due and whose condition held: kept or early, of these and those late or broken. None
    while there are none.
    """

    product: str | None
    week_on: date | None
    reason: str | None
    kind: str | None
    told_count: int
    kept_count: int
    early_count: int
    late_count: int
    broken_count: int
    condition_failed_count: int
    undone_count: int
    open_count: int

    @property
    def held_count(self) -> int:
        """How many promises were due and found their condition true."""
        return self.kept_count + self.early_count + self.late_count + self.broken_count

    @property
    def kept_ratio(self) -> float | None:
        """Which share of the promises whose condition held was kept."""
        return (self.kept_count + self.early_count) / self.held_count if self.held_count else None

    @property
    def low_ratio(self) -> float | None:
        """The lower end of the 95 % interval of the share (Wilson)."""
        return wilson(self.kept_count + self.early_count, self.held_count)[0] if self.held_count else None

    @property
    def high_ratio(self) -> float | None:
        """The upper end of the 95 % interval of the share (Wilson)."""
        return wilson(self.kept_count + self.early_count, self.held_count)[1] if self.held_count else None


async def promise(db: Connection, house: House, told: Sequence[tuple[Decision, Sequence[Tranche]]]) -> None:
    """Record the tranches that decisions keep back and the promises made of them, with the words that tell them."""
    made = [(decision, tranche) for decision, tranches in told for tranche in tranches]
    if not made:
        return
    await due.record(db, [tranche for _, tranche in made])
    told_now = []
    for decision, tranche in made:
        product = await house.edition(db, decision.edition)
        told_now.append(told_promise(product, decision, tranche, speaker=house.speaker(product)))
    await promises.record(db, told_now)


async def end(
    db: Connection, house: House, ended: Sequence[tuple[Tranche, Decision]], *, followed: dict[UUID, Tranche]
) -> None:
    """Record how tranches ended and what became of their promises; `followed` is what takes the place of one kept back."""
    await due.end(db, [(tranche.id, one.id, one.answer, one.as_of) for tranche, one in ended])
    told_now = []
    for tranche, decision in ended:
        product = await house.edition(db, decision.edition)
        again = followed.get(tranche.id)
        told_now.append(
            told_end(
                product,
                decision,
                tranche,
                again_on=None if again is None else again.due_on,
                speaker=house.speaker(product),
            )
        )
    await promises.end(db, told_now)


async def promises_of(db: Database, line: UUID, *, most: int) -> tuple[Line, list[Kept]]:
    """Return a line and its latest promises, newest first; raise `NotFound` for an unknown line."""
    async with db.reading() as connection:
        found = the_line(await lines.read(connection, [line]), line)
        return found, await promises.of_line(connection, line, most=most)


async def failed_promises(db: Database, *, most: int) -> list[tuple[Kept, str, str]]:
    """Return promises that were late or broken, those that failed last first, each with its borrower and currency."""
    async with db.reading() as connection:
        found = await promises.failed(connection, most=most)
        of = await lines.read(connection, [one.promise.tranche.line for one in found])
        owners = [of[one.promise.tranche.line] for one in found]
        return [(one, owner.borrower, owner.currency) for one, owner in zip(found, owners, strict=True)]


async def rates(db: Database, *, by: Sequence[str]) -> list[Rate]:
    """Return how promises went, told apart by some of GROUPS; one row in all for none of them."""
    unknown = [name for name in by if name not in GROUPS]
    if unknown:
        raise Malformed(
            f"Promises are not told apart by {', '.join(unknown)}. Choose from {', '.join(GROUPS)}.",
            code=Code.MESSAGE_MALFORMED,
        )
    async with db.reading() as connection:
        counted = await promises.counts(connection)
    return rates_of(counted, by=by)


def rates_of(counted: Sequence[Count], *, by: Sequence[str]) -> list[Rate]:
    """Add counts up over everything that is not told apart, the groups in their order."""
    names = [field.name for field in fields(Count) if field.name.endswith("_count")]
    sums: dict[tuple[object, ...], dict[str, int]] = {}
    for one in counted:
        key = tuple(getattr(one, name) if name in by else None for name in GROUPS)
        own = sums.setdefault(key, dict.fromkeys(names, 0))
        for name in names:
            own[name] += getattr(one, name)
    return [
        Rate(product=product, week_on=week_on, reason=reason, kind=kind, **own)  # type: ignore[arg-type]  # As GROUPS says.
        for (product, week_on, reason, kind), own in sorted(sums.items(), key=lambda item: tuple(map(str, item[0])))
    ]


async def break_promise(db: Database, clock: Clock, house: House, *, request: BreakRequest) -> Tranche:
    """Put a promise off to a later day, with a reason, an approver and a notice; it counts as broken for ever.

    Returns what takes its place; a repeat returns the same. Raise `Malformed` for a day that is no later or one person
    in both parts, `Conflict` for a promise that is not open.
    """
    require_words(authority=request.author, reason=request.reason)
    require_words(authority=request.approver, reason=request.reason)
    if request.author.strip() == request.approver.strip():
        raise Malformed(
            f"{request.author} cannot approve what {request.author} decides. Name another approver.",
            code=Code.MESSAGE_MALFORMED,
        )
    async with db.transaction() as connection:
        line = the_line(await lines.lock(connection, [request.line]), request.line)
        if before := require_new(request, await requests.find(connection, [request.id]), digest_of(request)):
            return (await due.tranches(connection, [_follower_id(before)]))[0]
        told = next(iter(await due.still_open(connection, [request.promise])), None)
        if told is None or told.line != line.id:
            raise Conflict(
                f"Promise {request.promise} is not open on line {line.id}: it was kept, broken, or never made. Read the "
                "line's promises.",
                code=Code.PROMISE_ENDED,
            )
        at = as_of_for(line, clock())
        latest_on = business_day(at) + timedelta(days=MOST_DAYS)
        if not max(told.due_on, business_day(at)) < request.again_on <= latest_on:
            raise Malformed(
                f"The new day {request.again_on} must be after {max(told.due_on, business_day(at))}, and {latest_on} at the "
                "latest. What comes earlier breaks no promise.",
                code=Code.MESSAGE_MALFORMED,
            )
        recorded = Recorded(
            id=request.id,
            kind="break",
            line=line.id,
            digest=digest_of(request),
            amount_minor=told.amount_minor,
            accepted_minor=0,
            happened_at=at,
            recorded_at=at,
        )
        follower = replace(told, id=_follower_id(recorded), due_on=request.again_on)
        await requests.record(connection, [recorded])
        await _break(connection, house, request, line, told=told, follower=follower)
        await notify_by_hand(connection, house, line, request=request.id, at=at, trigger=Trigger.PROMISE_BROKEN)
        return follower


async def _break(
    db: Connection, house: House, request: BreakRequest, line: Line, *, told: Tranche, follower: Tranche
) -> None:
    """Record the end of what was told, what takes its place, and who answers for it."""
    decision = (await decisions.read(db, [told.decision]))[told.decision]
    product = await house.edition(db, told.edition)
    speaker = house.speaker(product)
    at = (await requests.find(db, [request.id]))[request.id].recorded_at
    notice = told_breach(
        product, told, currency=line.currency, reason=request.reason, again_on=follower.due_on, speaker=speaker
    )
    ended = PromiseEnd(promise=told.id, outcome=Outcome.BROKEN, request=request.id, ended_at=at, told=notice)
    instead = replace(told_promise(product, decision, follower, speaker=speaker), told_at=at)
    await due.end(db, [(told.id, request.id, Outcome.BROKEN, at)])
    await due.drop_timers(db, [told.id])
    await due.record(db, [follower])
    await promises.record(db, [instead])
    await promises.end(db, [ended])
    await promises.breach(
        db,
        [
            Breach(
                promise=told.id,
                follower=follower.id,
                author=request.author,
                approver=request.approver,
                reason=request.reason,
                notice_at=at,
            )
        ],
    )


def _follower_id(request: Recorded) -> UUID:
    return id_from(f"instead/{request.id}", at=request.recorded_at)
