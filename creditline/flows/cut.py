"""What was kept back is asked about again, where the rules in force may answer that it does not come back; and what a cut tells.

The promise of the day is over when this is asked, as its condition did not hold: what was told is kept. What the rules then
answer is an act of its own, with reasons and a notice, and is carried out as that of a repayment.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from creditline.clock import business_day, start_of
from creditline.decision.adverse import LEAD_DAYS, ahead_days
from creditline.decision.arms import Decided, decide_armed
from creditline.decision.jurisdiction import Jurisdiction
from creditline.decision.outcome import Answer, Decision
from creditline.events.catalogue import LimitChanged
from creditline.events.row import EventRow, row_of
from creditline.flows import promises
from creditline.flows.house import House
from creditline.flows.known import known
from creditline.flows.notices import notify
from creditline.ids import id_from
from creditline.ledger.book import Posting
from creditline.ledger.chart import Movement
from creditline.ledger.line import Line
from creditline.restoration.ending import again_question, carried_out, reduces
from creditline.restoration.plan import Tranche, plan_of
from creditline.store import decisions, facts, lines, notices, requests
from creditline.store.connect import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """A part that was kept back and does not come back: the decision that says so, and the snapshot it was made from."""

    tranche: Tranche
    made: Decided
    seen: str


async def ask_again(
    db: Connection,
    house: House,
    kept: Sequence[tuple[Tranche, Decision]],
    locked: Mapping[UUID, Line],
    *,
    now: datetime,
) -> dict[UUID, Reduced]:
    """Ask the rules in force about parts that were just kept back; return those that they reduce, by the parts' ids."""
    if not kept:
        return {}
    offer = await house.offer(db, now)
    asked = []
    for tranche, decision in kept:
        product = offer.product(locked[tranche.line].product, decision.as_of)
        if any(map(reduces, offer.armed(product).products)):
            asked.append((tranche, locked[tranche.line], decision.as_of, product))
    if not asked:
        return {}
    knowns = await known(db, [(line.borrower, at, product) for _, line, at, product in asked], seen=offer.seen)
    reduced: dict[UUID, Reduced] = {}
    for (tranche, line, at, product), one in zip(asked, knowns, strict=True):
        made = decide_armed(offer.armed(product), again_question(tranche, line, at), one)
        if made.decision.answer is Answer.REDUCED:
            reduced[tranche.id] = Reduced(tranche=tranche, made=made, seen=offer.seen)
    return reduced


async def carry_out(db: Connection, house: House, reduced: Sequence[Reduced], locked: dict[UUID, Line]) -> None:
    """Write decisions that reduce what was kept back, what they move at once, and the dates they tell."""
    if not reduced:
        return
    moved: list[tuple[Posting, ...]] = []
    told: list[tuple[Decision, Sequence[Tranche]]] = []
    for one in reduced:
        decision = one.made.decision
        plan = plan_of(decision, law=one.made.product.law)
        own = carried_out(locked[decision.line], decision, plan)
        locked[decision.line] = own[-1].line if own else locked[decision.line]
        moved.append(own)
        told.append((decision, [replace(part, follows=one.tranche.id) for part in plan.tranches]))
    await requests.record(db, [requests.by_itself(one.made.decision, kind="again") for one in reduced])
    await lines.post(db, moved)
    await decisions.record(db, [one.made.decision for one in reduced], seen=reduced[0].seen)
    await decisions.record_shadows(db, [one.made for one in reduced])
    await facts.record(db, [cut for own in moved for cut in cuts_of(own)])
    await notify(db, house, [one.made.decision for one in reduced])
    await promises.promise(db, house, told)


async def untold_until(db: Connection, tranche: Tranche, law: Jurisdiction | None, *, at: datetime) -> datetime | None:
    """Return when to look again at a part that may not be cut yet, as its notice came too late or never; None if it may be.

    Where the law wants a cut told some days ahead, they are counted from the day on which it was told.
    """
    notice = (await notices.read(db, [tranche.decision])).get(tranche.decision)
    ahead = ahead_days(law, day=business_day(notice.notice.acted_at)) if notice is not None else 0
    if notice is None or notice.notice.due_at is None or not ahead:
        return None
    if notice.told_at is None:
        return start_of(business_day(at) + timedelta(days=1))
    first = start_of(business_day(notice.told_at) + timedelta(days=ahead + LEAD_DAYS))
    return first if first > at else None


def cuts_of(moved: Sequence[Posting]) -> Iterator[EventRow]:
    """Go through the facts of those movements that cut a limit, each under an id of its own."""
    for posting in moved:
        if posting.entry.movement is Movement.REDUCE:
            line, at = posting.line, posting.entry.booked_at
            changed = LimitChanged(
                id=id_from(f"cut/{posting.entry.request}", at=at),
                borrower=line.borrower,
                happened_at=at,
                line=line.id,
                amount_minor=line.granted_minor,
                currency=line.currency,
            )
            yield row_of(changed, recorded_at=at)
