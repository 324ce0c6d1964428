"""Restore: look again at every tranche that is due, and bring it back if its condition holds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from creditline.clock import Clock, business_day
from creditline.decision.decide import Question, decide, position_of, question_of
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.flows import promises
from creditline.flows.house import House
from creditline.flows.known import known
from creditline.flows.notices import notify
from creditline.flows.turn import as_of_for
from creditline.ids import id_from
from creditline.ledger.book import Posting, Stamp, release
from creditline.ledger.line import Line
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
    """Decide one tranche a line, save, and leave the lines as they then are in `locked`."""
    seen = await facts.snapshot(db)
    told = [await house.edition(db, tranche.edition) for tranche in tranches]
    as_of = [as_of_for(locked[tranche.line], now) for tranche in tranches]
    asked = [
        (locked[tranche.line].borrower, at, product) for tranche, at, product in zip(tranches, as_of, told, strict=True)
    ]
    knowns = await known(db, asked, seen=seen)
    arms = await decisions.arms_of(db, [tranche.decision for tranche in tranches])
    decided: list[Decision] = []
    postings: list[Posting] = []
    followed: dict[UUID, Tranche] = {}
    for tranche, at, product, one in zip(tranches, as_of, told, knowns, strict=True):
        line = locked[tranche.line]
        decision = decide(product, release_question(tranche, line, at), one, arm=arms[tranche.decision])
        decided.append(decision)
        if decision.answer is Answer.RELEASED:
            posting = release(line, tranche.amount_minor, stamp=Stamp(request=decision.id, booked_at=at))
            assert isinstance(posting, Posting)
            postings.append(posting)
            locked[line.id] = posting.line
        else:
            days = product.parameters.at(business_day(at), currency=line.currency)[RECHECK]
            followed[tranche.id] = again(decision, tranche, in_days=int(days))
    await requests.record(db, [_recorded(decision) for decision in decided])
    await lines.post(db, [(posting,) for posting in postings])
    await decisions.record(db, decided, seen=seen)
    await notify(db, house, decided)
    await promises.end(db, house, list(zip(tranches, decided, strict=True)), followed=followed)
    await promises.promise(
        db,
        house,
        [
            (decision, [followed[tranche.id]])
            for tranche, decision in zip(tranches, decided, strict=True)
            if tranche.id in followed
        ],
    )
    return decided


def release_question(tranche: Tranche, line: Line, as_of: datetime) -> Question:
    """Return the question whether a tranche may come back."""
    return question_of(
        line,
        Kind.RELEASE,
        request=id_from(f"release/{tranche.id}", at=as_of),
        as_of=as_of,
        position=position_of(line, requested_minor=tranche.amount_minor),
        condition=tranche.condition,
    )


def _recorded(decision: Decision) -> Recorded:
    return Recorded(
        id=decision.id,
        kind="release",
        line=decision.line,
        digest=decision.id.bytes,
        amount_minor=decision.position.requested_minor,
        accepted_minor=decision.position.requested_minor if decision.answer is Answer.RELEASED else 0,
        happened_at=decision.as_of,
        recorded_at=decision.as_of,
    )
