"""Restore: look again at every tranche that is due, and bring it back if its condition holds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from creditline.clock import Clock, business_day
from creditline.decision.decide import decide
from creditline.decision.outcome import Answer, Decision
from creditline.decision.product import Product
from creditline.flows import promises
from creditline.flows.cut import ask_again, carry_out, cuts_of, untold_until
from creditline.flows.house import House
from creditline.flows.known import known
from creditline.flows.notices import notify
from creditline.flows.turn import as_of_for
from creditline.ledger.book import Posting
from creditline.ledger.line import Line
from creditline.restoration.ending import ending_question, moved_by
from creditline.restoration.plan import Tranche, again
from creditline.restoration.terms import RECHECK
from creditline.store import decisions, due, facts, lines, requests
from creditline.store.connect import Connection, Database
from creditline.store.due import TimerKind
from creditline.store.requests import Recorded


async def restore_due(
    db: Database, clock: Clock, house: House, *, most: int = 500, only: Sequence[UUID] | None = None
) -> list[Decision]:
    """Decide up to `most` due tranches, or `only` those, by the edition each was promised under; returns the decisions.

    Safe to run in many workers at once: a tranche is claimed by one transaction and comes back if that fails.
    """
    async with db.transaction() as connection:
        claimed = await due.claim(connection, TimerKind.TRANCHE, as_of=clock(), most=most, only=only)
        locked = await lines.lock(connection, [tranche.line for tranche in await due.still_open(connection, claimed)])
        # Whoever held a line before us may have brought its tranche back earlier, or put it off.
        waiting = await due.still_open(connection, claimed)
        made: list[Decision] = []
        while waiting:
            turn = {tranche.line: tranche for tranche in reversed(waiting)}
            made += await look_again(connection, clock(), house, list(turn.values()), locked)
            waiting = [tranche for tranche in waiting if turn[tranche.line] is not tranche]
        return made


async def look_again(
    db: Connection, now: datetime, house: House, tranches: Sequence[Tranche], locked: dict[UUID, Line]
) -> list[Decision]:
    """Decide one tranche a line, save, and leave the lines as they then are in `locked`.

    What would be cut and was not told in the time that the law wants waits until it has been.
    """
    seen = await facts.snapshot(db)
    told = [await house.edition(db, tranche.edition) for tranche in tranches]
    as_of = [as_of_for(locked[tranche.line], now) for tranche in tranches]
    asked = [
        (locked[tranche.line].borrower, at, product) for tranche, at, product in zip(tranches, as_of, told, strict=True)
    ]
    knowns = await known(db, asked, seen=seen)
    arms = await decisions.arms_of(db, [tranche.decision for tranche in tranches])
    decided: list[Decision] = []
    looked_at: list[tuple[Tranche, Product]] = []
    postings: list[Posting] = []
    kept: list[tuple[Tranche, Decision]] = []
    for tranche, at, product, one in zip(tranches, as_of, told, knowns, strict=True):
        line = locked[tranche.line]
        decision = decide(product, ending_question(tranche, line, at), one, arm=arms[tranche.decision])
        if decision.answer is Answer.CUT and (later := await untold_until(db, tranche, product.law, at=at)):
            await due.set_timers(db, TimerKind.TRANCHE, [(tranche.id, later)])
            continue
        decided.append(decision)
        looked_at.append((tranche, product))
        posting = moved_by(line, decision)
        if posting is not None:
            postings.append(posting)
            locked[line.id] = posting.line
        else:
            kept.append((tranche, decision))
    reduced = await ask_again(db, house, kept, locked, now=now)
    followed = {
        tranche.id: _follower(tranche, decision, product)
        for (tranche, product), decision in zip(looked_at, decided, strict=True)
        if decision.answer is Answer.KEPT_BACK and tranche.id not in reduced
    }
    await requests.record(db, [_recorded(decision) for decision in decided])
    await lines.post(db, [(posting,) for posting in postings])
    await decisions.record(db, decided, seen=seen)
    # That a part is cut was told when that was decided; that it is about to be, by the decision that says so.
    is_told = {decision.id for tranche, decision in kept if tranche.id in reduced}
    await notify(db, house, [one for one in decided if one.id not in is_told])
    await facts.record(db, list(cuts_of(postings)))
    ended = [(tranche, decision) for (tranche, _), decision in zip(looked_at, decided, strict=True)]
    await promises.end(db, house, ended, followed=followed)
    await promises.promise(
        db,
        house,
        [(decision, [followed[tranche.id]]) for tranche, decision in ended if tranche.id in followed],
    )
    await carry_out(db, house, list(reduced.values()), locked)
    return [*decided, *(one.made.decision for one in reduced.values())]


def _follower(tranche: Tranche, decision: Decision, product: Product) -> Tranche:
    """Return the part in the place of one that is kept back, looked at again when the edition that told it says."""
    days = product.parameters.at(business_day(decision.as_of), currency=decision.currency)[RECHECK]
    return again(decision, tranche, in_days=int(days))


def _recorded(decision: Decision) -> Recorded:
    moved_minor = 0 if decision.answer is Answer.KEPT_BACK else decision.position.requested_minor
    return requests.by_itself(decision, kind="release", accepted_minor=moved_minor)
