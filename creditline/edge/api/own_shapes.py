"""What a borrower reads of their own line. No score, no probability and no name of a person of the house is in it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from creditline.decision.outcome import Answer, Needs
from creditline.edge.api.shapes import IsCut
from creditline.ledger.line import Bound
from creditline.restoration.promise import Outcome, PromiseKind


class State(StrEnum):
    """What a line's first page is about."""

    NEW = "new"
    ALL_BACK = "all_back"
    WAITING = "waiting"
    BEING_DECIDED = "being_decided"
    DELAYED = "delayed"
    OVERDUE = "overdue"
    BLOCKED = "blocked"
    CLOSED = "closed"


class OwnLineView(BaseModel):
    """A line as its borrower sees it; amounts are minor units, of which `digits` are decimals."""

    line: UUID
    product: str
    currency: str
    symbol: str
    digits: int
    granted_minor: int
    drawn_minor: int
    reserved_minor: int
    withheld_minor: int
    available_minor: int
    headroom_minor: int
    bound: Bound
    self_limit_minor: int | None
    extra_minor: int
    extra_ends_at: datetime | None
    apr_bp: int
    opened_on: date


class MeView(BaseModel):
    """Who is signed in, until when, what they may do, and their lines."""

    borrower: str
    expires_at: datetime
    today: Annotated[date, Field(description="The business day of the engine.")]
    may_draw: bool
    pay: Annotated[str | None, Field(description="The lender's own till, with {line}, {amount_minor} and {currency}.")]
    is_demo: Annotated[bool, Field(description="The clock can be moved, and repayments are taken as if paid.")]
    languages: list[str]
    lines: list[OwnLineView]


class WhyView(BaseModel):
    """A reason in words and figures: the own value, and the threshold that mattered."""

    code: str
    says: str
    factor: str
    value: float | None
    value_says: str | None
    threshold: float | None
    threshold_says: str | None
    needs: Needs


class ReturnView(BaseModel):
    """What comes back on a day: `kind` says how firmly, `condition` what must be true then."""

    promise: UUID
    due_on: date
    amount_minor: int
    kind: PromiseKind
    condition: str
    is_cut: IsCut
    failing: Annotated[
        list[str],
        Field(description="What of the condition does not hold, in words, if by that it would not come back."),
    ]


class HeldView(BaseModel):
    """A part that is withheld: by which decision, why, and when it comes back."""

    decision: UUID
    decided_on: date
    answer: Answer
    amount_minor: int
    why: list[WhyView]
    returns: list[ReturnView]


class OverdueView(BaseModel):
    """What is late: the oldest unpaid due date if a loan has one, or as many months as the last statement said."""

    amount_minor: int | None
    since_on: date | None
    months_count: int


class KeptView(BaseModel):
    """How many of the dates that this house told, and whose condition held, were met or beaten."""

    good_count: int
    held_count: int


class HomeView(BaseModel):
    """The first page: the buckets, what comes back next, why the rest does not, and what is due."""

    line: OwnLineView
    as_of: datetime
    today: Annotated[date, Field(description="The business day of the engine.")]
    state: State
    headline: str
    block_says: str | None
    held: list[HeldView]
    not_because: list[str]
    kept: KeptView | None
    overdue: OverdueView | None
    owed_minor: Annotated[int, Field(description="Principal, interest and fees, up to today.")]
    due_on: Annotated[date | None, Field(description="The next due date of a loan.")]


class Happened(StrEnum):
    """What a row of the record is."""

    OPENED = "opened"
    DRAWN = "drawn"
    RESERVED = "reserved"
    REPAID = "repaid"
    BACK = "back"
    KEPT_BACK = "kept_back"
    RAISED = "raised"
    LOWERED = "lowered"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    SELF_LIMIT = "self_limit"
    ENDED = "ended"
    CLOSED = "closed"
    REVIEW_ASKED = "review_asked"
    REVIEW_UPHELD = "review_upheld"
    REVIEW_CHANGED = "review_changed"
    CHARGED_OFF = "charged_off"


class RecordView(BaseModel):
    """One thing that happened on a line, and what could be drawn of its limit after it."""

    happened_at: datetime
    what: Happened
    amount_minor: Annotated[int, Field(description="Of the thing itself; 0 where it has none.")]
    back_minor: Annotated[int, Field(description="What of a repayment came back at once.")]
    free_minor: Annotated[int, Field(description="The limit that was free after it.")]


class OwnPromiseView(BaseModel):
    """A date that was told, as it was told, and what became of it."""

    promise: UUID
    told_on: date
    due_on: date
    amount_minor: int
    kind: PromiseKind
    says: str
    outcome: Outcome | None
    ended_on: date | None
    end_says: str | None
