"""Repay: a payment meets what is owed; its principal goes to withheld, and the restoration decision says when it is back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day, just_after, start_of
from creditline.decision.arms import decide_armed
from creditline.decision.decide import Question, position_of, question_of
from creditline.decision.outcome import Decision, Kind
from creditline.decision.settle import Settled, settle
from creditline.errors import Broken, Code, CreditlineError, NotAllowed
from creditline.events.catalogue import RepaymentReceived
from creditline.events.row import EventRow, row_of
from creditline.flows import promises
from creditline.flows.backdate import dated_back, require_over
from creditline.flows.close import close_before
from creditline.flows.cut import cuts_of
from creditline.flows.house import House, Offer
from creditline.flows.known import known
from creditline.flows.lending import owed
from creditline.flows.notices import notify
from creditline.flows.turn import as_of_for, booking, digest_of, in_turns, require_money, require_new, the_line
from creditline.ledger.allocation import Part
from creditline.ledger.book import Posting, Refusal, Stamp, repay
from creditline.ledger.chart import Account
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.restoration.ending import carried_out
from creditline.restoration.plan import Plan, plan_of
from creditline.store import decisions, facts, lines, loans, requests, signals
from creditline.store.connect import Connection, Database
from creditline.store.requests import Recorded
from creditline.store.signals import Signal


class RepayRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Pay what is owed: fees, penalty and interest up to now, then principal, as the product orders it.

    More than is owed is taken only up to what is owed; the excess is refused unless the product keeps it (ADR 0005). With
    `value_on` it counts from that day, which may be over.
    """

    id: UUID
    line: UUID
    amount_minor: int
    currency: str
    value_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaid:
    """What was taken, for what, and what was not; the restoration decision of its principal, its plan, the line after it."""

    decision: Decision
    plan: Plan
    line: Line
    accepted_minor: int
    excess_minor: int
    parts: Mapping[Part, int]
    is_repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A repayment whose principal is in withheld, waiting for its decision."""

    request: RepayRequest
    posting: Posting
    settled: Settled
    dated_on: date | None = None

    @property
    def freed_minor(self) -> int:
        """How much limit it moved to withheld; of a payment dated back, with what it changes in those after it."""
        moved = self.posting.transfers
        return sum(one.amount_minor for one in moved if one.debit is Account.WITHHELD)

    @property
    def happened_at(self) -> datetime:
        """When it counts from."""
        if self.dated_on is None:
            return self.posting.entry.booked_at
        return max(start_of(self.dated_on), self.posting.line.opened_at)

    @property
    def borrower(self) -> str:
        """Whose line it is."""
        return self.posting.line.borrower

    @property
    def as_of(self) -> datetime:
        """The instant after the repayment, so that the decision counts it."""
        return just_after(self.posting.entry.booked_at)


Done = tuple[Taken, Decision, Plan, tuple[Posting, ...]]
"""A repayment, its decision, the plan of it, and what that moves at once."""


async def repay_lines(
    db: Database, clock: Clock, house: House, *, asked: Sequence[RepayRequest]
) -> list[Repaid | CreditlineError]:
    """Take repayments and decide their restoration, one outcome a request in its place."""

    async def turn(batch: Sequence[RepayRequest]) -> list[Repaid | CreditlineError]:
        async with booking(db, batch) as connection:
            return await _turn(connection, clock, house, batch)

    return await in_turns(asked, turn)


async def _turn(
    db: Connection, clock: Clock, house: House, batch: Sequence[RepayRequest]
) -> list[Repaid | CreditlineError]:
    locked = await lines.lock(db, [request.line for request in batch])
    before = await requests.find(db, [request.id for request in batch])
    now = clock()
    offer = await house.offer(db, now)
    seen = offer.seen
    await close_before(db, house, locked, now=now)
    owing = await owed(db, house, list(locked))
    gone = (
        await loans.charged_off(db, [one for one in locked if one not in owing]) if len(owing) < len(locked) else set()
    )
    outcomes: dict[UUID, Repaid | CreditlineError] = {}
    taken: list[Taken] = []
    for request in batch:
        try:
            if require_new(request, before, digest_of(request)) is None:
                line = the_line(locked, request.line)
                back = await _dated_back(db, house, offer, request, line, now=now)
                if back is None:
                    _require_kept(line, gone)
                taken.append(back or _take(offer, request, line, owing.get(line.id, ()), now=now))
        except CreditlineError as refused:
            outcomes[request.id] = refused
    repeated = [request for request in batch if request.id in before and request.id not in outcomes]
    outcomes.update(await _repeats(db, house, repeated, before, locked=locked))
    await facts.record(db, [_event(one) for one in taken])
    products = [offer.product(one.posting.line.product, one.as_of) for one in taken]
    knowns = await known(
        db,
        [(one.borrower, one.as_of, product) for one, product in zip(taken, products, strict=True)],
        seen=seen,
        own=[one.request.id for one in taken],
    )
    done: list[Done] = []
    made = [
        decide_armed(offer.armed(product), _question(one), what)
        for one, product, what in zip(taken, products, knowns, strict=True)
    ]
    for one, own in zip(taken, made, strict=True):
        decision = own.decision
        plan = plan_of(decision, law=own.product.law)
        moved = carried_out(one.posting.line, decision, plan, first_ordinal=len(one.posting.transfers))
        done.append((one, decision, plan, moved))
        outcomes[one.request.id] = Repaid(
            decision=decision,
            plan=plan,
            line=moved[-1].line if moved else one.posting.line,
            accepted_minor=one.settled.accepted_minor,
            excess_minor=one.settled.excess_minor,
            parts=one.settled.parts,
            is_repeated=False,
        )
    await _save(db, house, done, seen=seen)
    await decisions.record_shadows(db, made)
    return [outcomes[request.id] for request in batch]


async def _dated_back(
    db: Connection, house: House, offer: Offer, request: RepayRequest, line: Line, *, now: datetime
) -> Taken | None:
    """Take a repayment whose value date is over; None for any other."""
    if request.value_on is None:
        return None
    at = as_of_for(line, now)
    require_over(line, request.value_on, today=business_day(at))
    if request.value_on == business_day(at):
        return None
    require_money(line, request.amount_minor, request.currency, what="repayment")
    posting, settled = await dated_back(
        db,
        house,
        line,
        offer.product(line.product, at).lending,
        amount_minor=request.amount_minor,
        value_on=request.value_on,
        stamp=Stamp(request=request.id, booked_at=at),
    )
    return Taken(request=request, posting=posting, settled=settled, dated_on=request.value_on)


def _require_kept(line: Line, gone: set[UUID]) -> None:
    """Raise `NotAllowed` for a line whose debt was charged off: what comes in is a recovery, and frees no limit."""
    if line.id in gone:
        raise NotAllowed(
            f"What line {line.id} owes was charged off, so what is paid is a recovery. Book it as one.",
            code=Code.LINE_CHARGED_OFF,
        )


def _take(offer: Offer, request: RepayRequest, line: Line, owing: Sequence[Loan], *, now: datetime) -> Taken:
    """Meet a line's loans with a repayment, its principal moving to withheld; raise if nothing is owed."""
    require_money(line, request.amount_minor, request.currency, what="repayment")
    refused = NotAllowed(
        f"Nothing is owed on line {line.id}, so {request.amount_minor} cannot be taken. Return it to the payer.",
        code=Code.NOTHING_OWED,
    )
    if not owing:
        raise refused
    stamp = Stamp(request=request.id, booked_at=as_of_for(line, now))
    lending = offer.product(line.product, stamp.booked_at).lending
    settled = settle(lending, owing, request.amount_minor, on=business_day(stamp.booked_at))
    if not settled.changed:
        raise refused
    posting = _made(repay(line, settled.principal_minor, stamp=stamp, money=settled.money))
    return Taken(request=request, posting=posting, settled=settled)


def _question(taken: Taken) -> Question:
    line = taken.posting.line
    position = position_of(line, requested_minor=taken.freed_minor)
    return question_of(line, Kind.RESTORATION, request=taken.request.id, as_of=taken.as_of, position=position)


def _made(posting: Posting | Refusal) -> Posting:
    """Return a movement that cannot have been refused, because its amount was taken from the bucket itself."""
    if isinstance(posting, Refusal):
        raise Broken(f"A bucket lost {posting.code} what it was just seen to hold.", code=Code.INVARIANT_BROKEN)
    return posting


def _event(taken: Taken) -> EventRow:
    line, at = taken.posting.line, taken.posting.entry.booked_at
    received = RepaymentReceived(
        id=taken.request.id,
        borrower=line.borrower,
        happened_at=taken.happened_at,
        line=line.id,
        amount_minor=taken.settled.accepted_minor,
        currency=line.currency,
    )
    return row_of(received, recorded_at=at)


async def _save(db: Connection, house: House, done: Sequence[Done], *, seen: str) -> None:
    """Write everything a turn took and decided."""
    await requests.record(db, [_recorded(taken) for taken, _, _, _ in done])
    await lines.post(db, [(one.posting, *moved) for one, _, _, moved in done])
    await loans.record(
        db,
        [(loan, one.request.id, one.posting.entry.booked_at) for one, _, _, _ in done for loan in one.settled.changed],
    )
    decided = [decision for _, decision, _, _ in done]
    await decisions.record(db, decided, seen=seen)
    await notify(db, house, decided)
    await facts.record(db, [cut for *_, moved in done for cut in cuts_of(moved)])
    await promises.promise(db, house, [(decision, plan.tranches) for _, decision, plan, _ in done])
    # What waited before this payment may come back earlier for it.
    await signals.raise_of(
        db,
        [
            Signal(line=one.request.line, since=one.posting.entry.booked_at)
            for one, _, _, _ in done
            if one.posting.line.withheld_minor > one.settled.principal_minor
        ],
    )


def _recorded(taken: Taken) -> Recorded:
    at = taken.posting.entry.booked_at
    return Recorded(
        id=taken.request.id,
        kind="repay" if taken.dated_on is None else "backdate",
        line=taken.request.line,
        digest=digest_of(taken.request),
        amount_minor=taken.request.amount_minor,
        accepted_minor=taken.settled.accepted_minor,
        excess_minor=taken.settled.excess_minor,
        happened_at=taken.happened_at,
        recorded_at=at,
    )


async def _repeats(
    db: Connection,
    house: House,
    asked: Sequence[RepayRequest],
    before: dict[UUID, Recorded],
    *,
    locked: dict[UUID, Line],
) -> dict[UUID, Repaid]:
    """Answer repeats with what was taken and decided then."""
    if not asked:
        return {}
    decided = await decisions.read(db, [request.id for request in asked])
    laws = {one.edition: (await house.edition(db, one.edition)).law for one in decided.values()}
    parts = await loans.paid_parts(db, [request.id for request in asked])
    return {
        request.id: Repaid(
            decision=decided[request.id],
            plan=plan_of(decided[request.id], law=laws[decided[request.id].edition]),
            line=locked[request.line],
            accepted_minor=before[request.id].accepted_minor,
            excess_minor=before[request.id].excess_minor,
            parts={**dict.fromkeys(Part, 0), **parts.get(request.id, {})},
            is_repeated=True,
        )
        for request in asked
    }
