"""What goes over the wire, said once for people (descriptions, examples) and for programs (openapi.json).

All amounts are whole minor units of the currency beside them.
"""

from datetime import date, datetime
from math import isnan
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from creditline.decision.outcome import Answer, Decision, Kind, Needs
from creditline.errors import Code
from creditline.explanation.explain import Explanation
from creditline.explanation.words import Told
from creditline.ledger.chart import Entry, Transfer
from creditline.ledger.line import Bound, Line
from creditline.money import MAX_MINOR

EXAMPLE_ID = "0198c0de-0000-7000-8000-000000000001"
Id = Annotated[
    UUID, Field(description="A UUIDv7 you make for this request; the same one repeats it.", examples=[EXAMPLE_ID])
]
Amount = Annotated[int, Field(strict=True, description="Minor units: 1 or more.", examples=[120_000])]
Currency = Annotated[str, Field(min_length=3, max_length=3, description="ISO 4217.", examples=["CNY"])]
Borrower = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$", examples=["b-8812"])]
Yes = Annotated[bool, Field(strict=True)]
IsCut = Annotated[bool, Field(description="Whether the limit is lowered by it if its condition does not hold then.")]
Limit = Annotated[int, Field(strict=True, ge=0, le=MAX_MINOR, description="Minor units.", examples=[5_000_000])]
# No text in PostgreSQL holds a NUL.
Words = Annotated[str, Field(pattern=r"^[^\x00]*$")]


class Body(BaseModel):
    """What a caller sends: nothing unknown is passed over in silence."""

    model_config = ConfigDict(extra="forbid")


class OpenBody(Body):
    """Ask for a line; the id becomes the line's."""

    id: Id
    borrower: Borrower
    product: Annotated[str, Field(max_length=64, examples=["consumer_revolving"])]
    currency: Currency
    requested_minor: Amount
    is_moved: Annotated[Yes, Field(description="The line is moved here from elsewhere and keeps its limit.")] = False
    moved_balance_minor: Annotated[
        int, Field(strict=True, ge=0, le=MAX_MINOR, description="What was drawn on it elsewhere.")
    ] = 0
    contract_apr_bp: Annotated[
        int | None,
        Field(strict=True, ge=0, le=10_000, description="The rate of its contract elsewhere; null for ours."),
    ] = None


class DrawBody(Body):
    """Draw in one step, or reserve now and capture later."""

    id: Id
    amount_minor: Amount
    currency: Currency
    accepts_partial: Annotated[Yes, Field(description="Take what is available when the whole is not.")] = False
    authorise_only: Annotated[Yes, Field(description="Reserve now; capture, void or let it expire.")] = False


class RepayBody(Body):
    """Bring principal back."""

    id: Id
    amount_minor: Amount
    currency: Currency
    value_on: Annotated[
        date | None, Field(description="The day the money came, if that is over: it counts from then.")
    ] = None


class CaptureBody(Body):
    """Pay a reservation out, in whole (no amount) or in part."""

    id: Id
    currency: Currency
    amount_minor: Amount | None = None


class IdBody(Body):
    """A request that says nothing but its id."""

    id: Id


class Decided(Body):
    """What a person decided: under which id, by whom, and why."""

    id: Id
    authority: Annotated[Words, Field(max_length=64, description="Who decided it.", examples=["credit committee"])]
    reason: Annotated[Words, Field(max_length=200, description="Why.", examples=["annual review"])]


class LimitBody(Decided):
    """Set a limit."""

    granted_minor: Limit


class BlockBody(Decided):
    """Stop all draws, or lift the stop."""

    is_lifted: Annotated[Yes, Field(description="Lift the stop.")] = False


class ExtraBody(Decided):
    """Add to the standing limit until a moment, in the place of what was added before; 0 ends that now."""

    extra_minor: Limit
    until: AwareDatetime


class SelfLimitBody(Body):
    """The borrower's own lower cap on what may be owed; null lifts it."""

    id: Id
    self_limit_minor: Annotated[int, Field(strict=True)] | None


class LineView(BaseModel):
    """A line and its buckets: granted = headroom + drawn + reserved + withheld."""

    line: UUID
    borrower: str
    product: str
    currency: str
    granted_minor: int
    drawn_minor: int
    reserved_minor: int
    withheld_minor: int
    headroom_minor: Annotated[int, Field(description="Negative after a cut below use, or after a repayment bounced.")]
    over_minor: Annotated[
        int, Field(description="By how much use exceeds the limit: until it is repaid, nothing can be drawn.")
    ]
    available_minor: Annotated[int, Field(description="What can be drawn now; never negative.")]
    bound: Annotated[Bound, Field(description="Which cap that figure comes from.")]
    umbrella: Annotated[UUID | None, Field(description="The umbrella the line stands under.")]
    room_minor: Annotated[int | None, Field(description="What the tightest umbrella over it leaves, if one binds.")]
    room_under: Annotated[UUID | None, Field(description="Which umbrella that is.")]
    self_limit_minor: int | None
    extra_minor: Annotated[int, Field(description="How much of what is granted was added until a moment.")]
    extra_ends_at: datetime | None
    block_reason: str | None
    closed_at: datetime | None
    apr_bp: Annotated[int, Field(description="Contract rate a year, in basis points.")]
    version: int
    opened_at: datetime
    booked_at: datetime


class ReasonView(BaseModel):
    """A factor the answer turned on, with the borrower's own value and the threshold that mattered."""

    code: str
    factor: str
    value: float | None
    threshold: float | None
    needs: Needs


class DecisionView(BaseModel):
    """A decision as it was recorded."""

    id: UUID
    kind: Kind
    borrower: str
    line: UUID
    as_of: datetime
    answer: Answer
    amount_minor: int | None
    share_ppm: int | None
    tranches_count: int | None
    interval_days: int | None
    condition: str | None
    apr_bp: int | None
    requested_minor: int
    grade: int | None
    pd_ppm: int | None
    points: int | None
    release_points: int | None
    rules: dict[str, list[int]]
    reasons: list[ReasonView]
    edition: Annotated[str, Field(description="sha256 of the product it was decided by.")]
    arm: Annotated[str, Field(description="The arm of a strategy that decided; `champion` if none did.")]
    features: dict[str, float] | None = None


class OpenedView(BaseModel):
    """What became of a request to open."""

    decision: DecisionView
    line: LineView | None
    is_repeated: bool


class DrawnView(BaseModel):
    """What became of a draw: the amount paid out or reserved, 0 when it was not approved."""

    decision: DecisionView
    amount_minor: int
    expires_at: datetime | None
    line: LineView
    is_repeated: bool


class TrancheView(BaseModel):
    """A part that comes back later, if its condition then holds."""

    amount_minor: int
    due_on: date
    condition: str
    is_cut: IsCut


class RepaidView(BaseModel):
    """What was taken of a repayment, what was refused, and when its limit comes back."""

    decision: DecisionView
    accepted_minor: int
    excess_minor: Annotated[int, Field(description="More than was owed: not taken, to be returned to the payer.")]
    fee_minor: Annotated[int, Field(description="What of it paid fees: no limit comes back for it.")]
    penalty_minor: Annotated[int, Field(description="What of it paid penalty interest.")]
    interest_minor: Annotated[int, Field(description="What of it paid interest.")]
    principal_minor: Annotated[int, Field(description="What of it paid principal: only this frees the limit.")]
    back_now_minor: int
    cut_minor: Annotated[int, Field(description="What of it does not come back: the limit was lowered by it.")]
    tranches: list[TrancheView]
    line: LineView
    is_repeated: bool


class ReviewedView(BaseModel):
    """What a review decided."""

    decision: DecisionView
    line: LineView
    is_repeated: bool


class EndedView(BaseModel):
    """How a reservation ended."""

    reservation: UUID
    how: str
    captured_minor: int
    line: LineView


class PartView(BaseModel):
    """A withheld part: why and when."""

    amount_minor: int
    decision: UUID
    answer: Answer
    decided_on: date
    reasons: list[ReasonView]
    why: list[str]
    condition: str
    dates: list[TrancheView]
    when: list[str]


class ExplanationView(BaseModel):
    """Why is my limit not back: the four buckets, and the withheld one taken apart."""

    line: LineView
    language: str
    headline: str
    parts: list[PartView]


class RequestView(BaseModel):
    """A command that was carried out on a line, under the id its caller made."""

    id: UUID
    kind: str
    amount_minor: int | None
    accepted_minor: int
    excess_minor: int
    recorded_at: datetime


class HistoryView(BaseModel):
    """How a line came to be as it is: entries and transfers in order, requests and decisions newest first."""

    entries: list[Entry]
    transfers: list[Transfer]
    requests: list[RequestView]
    decisions: list[DecisionView]


class ProductView(BaseModel):
    """A product on offer, and the edition it decides by now."""

    name: str
    currencies: tuple[str, ...]
    languages: tuple[str, ...]
    edition: Annotated[str, Field(description="sha256 of the product's folder.")]
    policy: Annotated[str, Field(description="sha256 of its rules.")]


class HealthView(BaseModel):
    """How the program is."""

    status: Annotated[str, Field(examples=["live", "ready"])]


class ProblemView(BaseModel):
    """What went wrong, and what to do (RFC 9457)."""

    type: Annotated[str, Field(examples=["urn:creditline:problem:line_unknown"])]
    title: str
    status: int
    code: Annotated[Code, Field(description="Stable: decide by it, not by the words.")]
    detail: Annotated[str, Field(description="What is wrong, with values, and what to do.")]
    instance: Annotated[str, Field(description="The path that was asked.")]
    request_id: Annotated[str, Field(description="Finds the request in the log; also in the header x-request-id.")]


class ReplayView(BaseModel):
    """A decision decided again: equal, or the first difference."""

    decision: UUID
    is_equal: bool
    record_difference: str | None
    facts_difference: str | None


def line_view(line: Line) -> LineView:
    """Return a line as the wire shows it."""
    fields = {name: getattr(line, name) for name in LineView.model_fields if name != "line"}
    return LineView(line=line.id, **fields)


def decision_view(decision: Decision, names: tuple[str, ...] | None = None) -> DecisionView:
    """Return a decision as the wire shows it, with the features that were known if their names are given."""
    scores, terms = decision.scores, decision.terms
    return DecisionView(
        id=decision.id,
        kind=decision.kind,
        borrower=decision.borrower,
        line=decision.line,
        as_of=decision.as_of,
        answer=decision.answer,
        amount_minor=terms.amount_minor,
        share_ppm=terms.share_ppm,
        tranches_count=terms.tranches_count,
        interval_days=terms.interval_days,
        condition=terms.condition,
        apr_bp=terms.apr_bp,
        requested_minor=decision.position.requested_minor,
        grade=scores.grade if scores else None,
        pd_ppm=scores.pd_ppm if scores else None,
        points=scores.points if scores else None,
        release_points=scores.release_points if scores else None,
        rules={table: list(rows) for table, rows in decision.rules},
        reasons=[ReasonView.model_validate(one, from_attributes=True) for one in decision.reasons],
        edition=decision.edition,
        arm=decision.arm,
        features=None
        if names is None
        else {name: value for name, value in zip(names, decision.features, strict=True) if not isnan(value)},
    )


def explanation_view(explanation: Explanation, line: Line, told: Told) -> ExplanationView:
    """Return an explanation in figures and in words, part by part."""
    return ExplanationView(
        line=line_view(line),
        language=told.language,
        headline=told.headline,
        parts=[
            PartView(
                amount_minor=part.amount_minor,
                decision=part.decision,
                answer=part.answer,
                decided_on=part.decided_on,
                reasons=[ReasonView.model_validate(one, from_attributes=True) for one in part.reasons],
                why=list(words.why),
                condition=part.condition,
                dates=[
                    TrancheView(amount_minor=amount_minor, due_on=due_on, condition=part.condition, is_cut=part.is_cut)
                    for due_on, amount_minor in part.dates
                ],
                when=list(words.when),
            )
            for part, words in zip(explanation.parts, told.parts, strict=True)
        ],
    )
