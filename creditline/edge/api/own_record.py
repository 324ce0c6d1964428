"""A line's record as its borrower reads it: what happened, newest first, and what was free after it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from creditline.edge.api.own_shapes import Happened, RecordView
from creditline.flows.explain import History
from creditline.ledger.chart import Entry, Movement
from creditline.store.appeals import Appeal, State

WHAT: Mapping[Movement, Happened] = {
    Movement.OPEN: Happened.OPENED,
    Movement.AUTHORISE: Happened.RESERVED,
    Movement.CAPTURE: Happened.DRAWN,
    Movement.DRAW: Happened.DRAWN,
    Movement.VOID: Happened.ENDED,
    Movement.EXPIRE: Happened.ENDED,
    Movement.REPAY: Happened.REPAID,
    Movement.RELEASE: Happened.BACK,
    Movement.INCREASE: Happened.RAISED,
    Movement.DECREASE: Happened.LOWERED,
    Movement.REDUCE: Happened.LOWERED,
    Movement.BLOCK: Happened.BLOCKED,
    Movement.UNBLOCK: Happened.UNBLOCKED,
    Movement.SELF_LIMIT: Happened.SELF_LIMIT,
    Movement.CLOSE: Happened.CLOSED,
    Movement.CHARGE_OFF: Happened.CHARGED_OFF,
}
"""Movements a borrower is told of; what an umbrella does above a line is the house's own business."""


def record_of(history: History, reviews: Sequence[Appeal] = ()) -> list[RecordView]:
    """Return what happened on a line, newest first; what came back with a repayment is told with it.

    `reviews` are the requests for a person about this line: that they were asked, and what was found.
    """
    paid = {one.id: one.accepted_minor for one in history.requests if one.kind == "repay"}
    rows: list[RecordView] = []
    before: Entry | None = None
    last_paid: UUID | None = None
    for entry in history.entries:
        what = WHAT.get(entry.movement)
        if what is Happened.BACK and last_paid == entry.request:
            rows[-1] = rows[-1].model_copy(
                update={"back_minor": _moved_minor(entry, before), "free_minor": _free_minor(entry)}
            )
        elif what is not None:
            amount_minor = _moved_minor(entry, before)
            if what is Happened.REPAID:
                amount_minor = paid.get(entry.request, amount_minor)
            rows.append(
                RecordView(
                    happened_at=entry.booked_at,
                    what=what,
                    amount_minor=amount_minor,
                    back_minor=0,
                    free_minor=_free_minor(entry),
                )
            )
        last_paid = entry.request if what is Happened.REPAID else None
        before = entry
    # What a person changed stands above the finding that changed it: the finding came first.
    rows = sorted([*_reviewed(reviews, rows), *rows], key=lambda row: row.happened_at)
    return rows[::-1]


def _reviewed(reviews: Sequence[Appeal], rows: Sequence[RecordView]) -> Iterator[RecordView]:
    """Go through the requests for a person, each when it was asked and when it was answered."""
    for one in reviews:
        yield _row(Happened.REVIEW_ASKED, one.asked_at, 0, rows)
        if one.ended_at is not None:
            what = Happened.REVIEW_CHANGED if one.state is State.CHANGED else Happened.REVIEW_UPHELD
            yield _row(what, one.ended_at, one.amount_minor or 0, rows)


def _row(what: Happened, at: datetime, amount_minor: int, rows: Sequence[RecordView]) -> RecordView:
    """Return something that moved nothing itself, with what was free by then."""
    before = [row.free_minor for row in rows if row.happened_at < at]
    free_minor = before[-1] if before else 0
    return RecordView(happened_at=at, what=what, amount_minor=amount_minor, back_minor=0, free_minor=free_minor)


def _free_minor(entry: Entry) -> int:
    return entry.granted_minor - entry.drawn_minor - entry.reserved_minor - entry.withheld_minor


def _moved_minor(entry: Entry, before: Entry | None) -> int:
    """Return the amount an entry moved: of the bucket that its movement is about."""
    names = {
        Movement.OPEN: "granted_minor",
        Movement.INCREASE: "granted_minor",
        Movement.DECREASE: "granted_minor",
        Movement.REDUCE: "granted_minor",
        Movement.CLOSE: "granted_minor",
        Movement.AUTHORISE: "reserved_minor",
        Movement.VOID: "reserved_minor",
        Movement.EXPIRE: "reserved_minor",
        Movement.CAPTURE: "drawn_minor",
        Movement.DRAW: "drawn_minor",
        Movement.REPAY: "drawn_minor",
        Movement.CHARGE_OFF: "drawn_minor",
        Movement.RELEASE: "withheld_minor",
    }
    name = names.get(entry.movement)
    if name is None:
        return 0
    after_minor: int = getattr(entry, name)
    before_minor: int = getattr(before, name) if before else 0
    return abs(after_minor - before_minor)
