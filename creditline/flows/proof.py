"""Proofs beside what waits: what one would bring back before it is handed in, and what one brought back once it was verified."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from creditline.clock import Clock
from creditline.events.event import EvidenceKind
from creditline.flows.document import Paper
from creditline.flows.forecast import standing_of
from creditline.flows.house import House
from creditline.flows.signals import signal_id
from creditline.flows.turn import require_money
from creditline.profile.document import Act
from creditline.restoration.course import Standing
from creditline.restoration.preview import ProofPreview, preview_proof
from creditline.restoration.promise import Outcome
from creditline.store import lines, promises, requests
from creditline.store.connect import Connection, Database

JUDGED_WITHIN = timedelta(days=1)
"""How soon a proof is supposed to be verified where its effect is shown before."""

ONE_TURN = timedelta(seconds=1)
"""Within what a signal brings back all that it does: one transaction, whose instants follow each other by microseconds."""

MOST = 1000


async def proof_preview(
    db: Database, clock: Clock, house: House, *, line: UUID, kind: EvidenceKind, amount_minor: int
) -> tuple[Standing, ProofPreview]:
    """Return what a proof of so much a month would do to what waits, were it verified tomorrow; nothing is written.

    Raise `NotFound` for an unknown line, `Malformed` for what is no amount.
    """
    standing = await standing_of(db, clock, house, line=line)
    require_money(standing.line, amount_minor, standing.line.currency, what="proof")
    at = standing.as_of + JUDGED_WITHIN
    return standing, await asyncio.to_thread(preview_proof, standing, kind, amount_minor, at=at)


async def brought_back(db: Database, papers: Sequence[Paper]) -> dict[UUID, dict[UUID, int]]:
    """Return what each document that counts brought back before its day when it was verified: minor units by line, by document.

    That is what came back with the decision of which its verification was the news: the id of that decision says so.
    """
    found: dict[UUID, dict[UUID, int]] = {}
    async with db.reading() as connection:
        for document in (one.document for one in papers if one.document.act is Act.VERIFIED):
            for line in await lines.of_borrower(connection, document.borrower):
                amount_minor = await _released_minor(connection, line.id, since=document.acted_at)
                if amount_minor:
                    found.setdefault(document.id, {})[line.id] = amount_minor
    return found


async def _released_minor(db: Connection, line: UUID, *, since: datetime) -> int:
    """Return what came back early with the decision that news of an instant was the reason for, 0 if there was none."""
    made_at = [
        one.happened_at
        for one in await requests.of_line(db, line, most=MOST)
        if one.kind == "signal" and one.id == signal_id(line, since, at=one.happened_at)
    ]
    if not made_at:
        return 0
    return sum(
        one.promise.tranche.amount_minor
        for one in await promises.of_line(db, line, most=MOST)
        if one.end and one.end.outcome is Outcome.EARLY and made_at[0] <= one.end.ended_at < made_at[0] + ONE_TURN
    )
