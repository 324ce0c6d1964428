"""What every correction of a line's money shares: the history it changes, and how what comes of that is written.

A correction is a request like any other: its id makes a repeat harmless, somebody answers for it in words, and what it posts
is booked now, as the difference between the history with it and without it (ADR 28).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

import msgspec

from creditline.clock import Clock, business_day
from creditline.decision.lending import Lending
from creditline.decision.retold import Change, Deed, GivenUp, Paid, Waived, change_of, lent
from creditline.errors import Code, NotAllowed
from creditline.events.catalogue import DrawUndone
from creditline.events.event import Event
from creditline.events.row import row_of
from creditline.explanation.promised import told_undone
from creditline.flows.close import close_before
from creditline.flows.house import House
from creditline.flows.lending import read_loans
from creditline.flows.turn import as_of_for, digest_of, require_new, the_line
from creditline.ledger.allocation import Part
from creditline.ledger.book import Posting, Stamp
from creditline.ledger.chart import Transfer
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.restoration.plan import Tranche
from creditline.restoration.promise import Outcome, PromiseEnd
from creditline.store import corrections, due, facts, limits, lines, loans, promises, requests, signals
from creditline.store.connect import Connection, Row
from creditline.store.corrections import TakenBack
from creditline.store.requests import Recorded

MOST_LOANS = 1_000_000
"""All loans a line ever had."""


class Correction(Protocol):
    """What every correction says: under which id, of which line, by whom and why."""

    @property
    def id(self) -> UUID:
        """The caller's UUIDv7."""

    @property
    def line(self) -> UUID:
        """The line whose money is corrected."""

    @property
    def authority(self) -> str:
        """Who decided it, or which file of a bank said so."""

    @property
    def reason(self) -> str:
        """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A correction as it was carried out: the line after it, the request on record, and what it posted."""

    line: Line
    request: Recorded
    transfers: tuple[Transfer, ...]
    is_repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A line's money so far: its loans as last written, the deeds that made them, and the requests behind the deeds.

    `lending` is how the edition of the oldest loan lends, by which the line is classed, given up and recovered.
    """

    loans: tuple[Loan, ...]
    deeds: tuple[Deed, ...]
    requests: Mapping[UUID, Row]
    lending: Lending

    def change(self, deeds: Sequence[Deed], *, today: date) -> Change:
        """Return what has to be posted when these become the line's deeds."""
        return change_of(self.loans, before=self.deeds, after=deeds, today=today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a correction does: its kind, how much it asks for and comes to, its movement, and what follows from that.

    `taken` is what it takes back of other requests; `undone` are tranches that end with it.
    """

    kind: str
    amount_minor: int
    posting: Posting
    changed: tuple[Loan, ...] = ()
    taken: tuple[TakenBack, ...] = ()
    undone: tuple[Tranche, ...] = ()
    fact: type[Event] | None = None


async def begun(
    db: Connection, clock: Clock, house: House, request: Correction
) -> tuple[Line, Stamp, Corrected | None]:
    """Lock a line and close its days that are over; return it, when it is corrected, and what a repeat came to."""
    locked = await lines.lock(db, [request.line])
    line = the_line(locked, request.line)
    assert isinstance(request, msgspec.Struct)
    before = require_new(request, await requests.find(db, [request.id]), digest_of(request))
    if before is not None:
        posted = tuple(await corrections.transfers_of(db, [request.id]))
        stamp = Stamp(request=request.id, booked_at=before.recorded_at)
        return line, stamp, Corrected(line=line, request=before, transfers=posted, is_repeated=True)
    now = clock()
    await close_before(db, house, locked, now=now)
    return line, Stamp(request=request.id, booked_at=as_of_for(line, now)), None


async def past_of(db: Connection, house: House, line: UUID) -> Past:
    """Read a line's money so far; deeds that were undone are not among them. Raise `NotAllowed` if it never owed anything."""
    stored = await read_loans(db, house, await loans.rows_of_line(db, line, most=MOST_LOANS))
    if not stored:
        raise NotAllowed(
            f"Line {line} never owed anything, so there is nothing to correct. Check the line's id.",
            code=Code.NOTHING_OWED,
        )
    oldest = (await house.edition(db, min(stored, key=lambda loan: loan.drawn_on).edition)).lending
    by_id = {loan.id: loan for loan in stored}
    rows = await corrections.deeds_of(db, line)
    deeds: list[Deed] = []
    for row in rows:
        lending = (await house.edition(db, row["edition"].hex())).lending if row["kind"] in DECIDED else oldest
        deed = None if row["is_undone"] else _deed(row, by_id, lending)
        deeds += [] if deed is None else [deed]
    return Past(loans=tuple(stored), deeds=tuple(deeds), requests={row["id"]: row for row in rows}, lending=oldest)


DECIDED = frozenset({"repay", "backdate"})
"""Payments that are taken in the order of the edition that decided about their limit."""


def _deed(row: Row, stored: Mapping[UUID, Loan], lending: Lending) -> Deed | None:
    """Read one deed; a request that moved no money of its own is none."""
    own: dict[str, Any] = {
        "request": row["id"],
        "met_on": business_day(row["happened_at"]),
        "booked_at": row["recorded_at"],
    }
    match row["kind"]:
        case "open" | "draw" | "capture":
            return lent(stored[row["id"]], at=row["recorded_at"]) if row["id"] in stored else None
        case "waive":
            return Waived(**own, amount_minor=row["amount_minor"], part=Part(row["part"]), loan=row["loan"])
        case "charge_off":
            return GivenUp(**own, lending=lending)
        case kind:
            if not row["amount_minor"]:
                return None
            return Paid(**own, amount_minor=row["amount_minor"], lending=lending, is_recovery=kind == "recover")


async def write(db: Connection, house: House, request: Correction, made: Made) -> Corrected:
    """Write a correction and everything that follows from it."""
    posting, at, line = made.posting, made.posting.entry.booked_at, made.posting.line
    assert isinstance(request, msgspec.Struct)
    recorded = Recorded(
        id=request.id,
        kind=made.kind,
        line=line.id,
        digest=digest_of(request),
        amount_minor=made.amount_minor,
        accepted_minor=made.amount_minor,
        happened_at=at,
        recorded_at=at,
    )
    await requests.record(db, [recorded])
    await lines.post(db, [(posting,)])
    await loans.record(db, [(loan, request.id, at) for loan in made.changed])
    await limits.say(db, posting, authority=request.authority, reason=request.reason)
    await corrections.take_back(db, made.taken)
    await _undo(db, house, made, reason=request.reason)
    if made.fact is not None:
        told: dict[str, Any] = {
            "id": request.id,
            "borrower": line.borrower,
            "happened_at": at,
            "line": line.id,
            "amount_minor": made.amount_minor,
            "currency": line.currency,
        }
        await facts.record(db, [row_of(made.fact(**told), recorded_at=at)])
        if made.fact is DrawUndone and made.fact.number in house.heard():
            await signals.raise_of_borrower(db, line.borrower, since=at)
    return Corrected(line=line, request=recorded, transfers=posting.transfers, is_repeated=False)


async def _undo(db: Connection, house: House, made: Made, *, reason: str) -> None:
    """End promises whose repayment turned out to be none, and tell why."""
    request, at = made.posting.entry.request, made.posting.entry.booked_at
    await due.end(db, [(one.id, request, Outcome.UNDONE, at) for one in made.undone])
    await due.drop_timers(db, [one.id for one in made.undone])
    ended = []
    for one in made.undone:
        product = await house.edition(db, one.edition)
        ended.append(
            PromiseEnd(
                promise=one.id,
                outcome=Outcome.UNDONE,
                request=request,
                ended_at=at,
                told=told_undone(
                    product,
                    one,
                    currency=made.posting.line.currency,
                    reason=reason,
                    speaker=house.speaker(product),
                ),
            )
        )
    await promises.end(db, ended)
