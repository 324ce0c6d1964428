"""Human reviews over HTTP: a borrower asks for a person and reads how it stands; officers take what waits and answer it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from creditline.clock import business_day, working_days
from creditline.decision.adverse import Trigger
from creditline.decision.what_if import supposed_of
from creditline.edge.api.notices import Most
from creditline.edge.api.shapes import (
    Body,
    Borrower,
    DecisionView,
    Id,
    Limit,
    LineView,
    Words,
    decision_view,
    line_view,
)
from creditline.edge.api.state import Engine
from creditline.flows.appeal import (
    MOST_WORDS_LENGTH,
    AppealRequest,
    appeal_of,
    appeals_of,
    ask_for_review,
    queue,
    review_rates,
)
from creditline.flows.case import Case, case_of
from creditline.flows.note import NoteRequest, note
from creditline.flows.verdict import ChangeRequest, SecondRequest, UpholdRequest, change, second, uphold
from creditline.store.appeals import Appeal, AppealReason, Effect, Finding, Note, Second, State

ROUTES = APIRouter(tags=["human reviews"])


class AskBody(Body):
    """Ask for a person to look at an unfavourable act again."""

    id: Id
    act: Annotated[UUID, Field(description="The id of the notice: of the decision or request that did it.")]
    reason: AppealReason
    words: Annotated[Words, Field(max_length=MOST_WORDS_LENGTH, description="In the borrower's own words.")]
    language: Annotated[str, Field(max_length=8, description="In which the answer is wanted.", examples=["zh"])]


class AnswerBody(Body):
    """Let an act stand."""

    id: Id
    officer: Annotated[Words, Field(max_length=64, examples=["ann"])]
    reason: Annotated[Words, Field(max_length=200, description="Told to the borrower as it is.")]


class ChangeBody(AnswerBody):
    """Change what an act did: bring back what it withheld, lift the block, or set the limit that was cut."""

    promises: Annotated[tuple[UUID, ...], Field(description="Which of what is withheld comes back; all if empty.")] = ()
    granted_minor: Annotated[Limit | None, Field(description="The limit anew, where it was cut.")] = None


class NoteBody(Body):
    """Write down what colleagues should know."""

    id: Id
    officer: Annotated[Words, Field(max_length=64, examples=["ann"])]
    words: Annotated[Words, Field(max_length=MOST_WORDS_LENGTH, description="No borrower is told it.")]


class HumanReviewView(BaseModel):
    """A request for a human review and how it stands; nobody else reads the borrower's words."""

    review: UUID
    act: UUID
    trigger: Trigger
    line: UUID
    borrower: str
    reason: AppealReason
    words: str
    language: str
    priority: Annotated[int, Field(description="1 nothing can be drawn, 2 usual, 3 asks to understand.")]
    asked_at: datetime
    due_at: Annotated[datetime, Field(description="By when it is answered.")]
    is_overdue: bool
    working_days_left_count: Annotated[
        int, Field(description="Mondays to Fridays until it is due; negative once over.")
    ]
    state: Annotated[State, Field(description="Proposed: a change waits for a second person.")]
    officer: Annotated[str | None, Field(description="Who looked at it.")]
    approver: str | None
    outcome_reason: str | None
    effect: Effect | None
    amount_minor: int | None
    ended_at: datetime | None
    letter_notice: Annotated[UUID | None, Field(description="The notice whose letter tells the outcome.")]


class FindingView(BaseModel):
    """What an officer found, and what a second person said to it."""

    finding: UUID
    answer: Annotated[str, Field(examples=["uphold", "change"])]
    officer: str
    reason: str
    effect: Effect | None
    amount_minor: int
    needs_second: bool
    found_at: datetime
    second_answer: Annotated[str | None, Field(examples=["approve", "refuse"])]
    second_officer: str | None
    second_reason: str | None


class NoteView(BaseModel):
    """What an officer wrote down for colleagues."""

    note: UUID
    officer: str
    words: str
    noted_at: datetime


class WithheldView(BaseModel):
    """Something that is still withheld by the act, and can be brought back."""

    promise: UUID
    amount_minor: int
    due_on: date
    condition: str


class DifferenceView(BaseModel):
    """One thing a decision says, and what it would have said."""

    what: str
    was: str
    would_be: str


class CaseView(BaseModel):
    """A case file: the request, what was told, the decision and its replay, what is withheld, what was found."""

    review: HumanReviewView
    letters: Annotated[dict[str, str], Field(description="What was told of the act, by language.")]
    decision: DecisionView | None
    features: dict[str, float]
    is_replayed_equal: Annotated[
        bool | None, Field(description="Decided again from its record and its facts, byte for byte.")
    ]
    line: LineView | None
    withheld: list[WithheldView]
    findings: list[FindingView]
    notes: list[NoteView]
    alone_minor: Annotated[int, Field(description="What one officer may change alone.")]
    most_minor: Annotated[int, Field(description="What two may; more, nobody may on a review.")]
    supposed: DecisionView | None
    differences: list[DifferenceView]


class ReviewRateView(BaseModel):
    """What became of requests about one product's acts of one kind and leading reason."""

    product: str
    trigger: Trigger
    leading: str
    asked_count: int
    upheld_count: int
    changed_count: int
    open_count: int
    late_count: int


@ROUTES.post("/v1/borrowers/{borrower}/human-reviews", status_code=201)
async def ask_for_a_person(borrower: Borrower, body: AskBody, engine: Engine, response: Response) -> HumanReviewView:
    """Ask for a person to look at an act again. A repeat answers 200 with how it stands."""
    asked = AppealRequest(borrower=borrower, **body.model_dump())
    found, is_repeated = await ask_for_review(engine.db, engine.clock, engine.house, request=asked)
    response.status_code = 200 if is_repeated else 201
    return review_view(found, engine.clock())


@ROUTES.get("/v1/borrowers/{borrower}/human-reviews")
async def read_reviews_of_a_borrower(borrower: Borrower, engine: Engine) -> list[HumanReviewView]:
    """Read what a borrower asked a person to look at, newest first."""
    return [review_view(one, engine.clock()) for one in await appeals_of(engine.db, borrower)]


@ROUTES.get("/v1/borrowers/{borrower}/human-reviews/{review}")
async def read_a_review_of_a_borrower(borrower: Borrower, review: UUID, engine: Engine) -> HumanReviewView:
    """Read how one of a borrower's requests stands; another's is not found."""
    return review_view(await appeal_of(engine.db, review, borrower=borrower), engine.clock())


@ROUTES.get("/v1/human-reviews")
async def read_the_queue(engine: Engine, is_overdue: bool = False, most: Most = 100) -> list[HumanReviewView]:  # noqa: FBT001, FBT002
    """Read what waits for a person: what is overdue first, then by priority, then by when it is due."""
    found = await queue(engine.db, engine.clock, is_overdue=is_overdue, most=most)
    return [review_view(one, engine.clock()) for one in found]


@ROUTES.get("/v1/human-reviews:rates")
async def read_review_rates(engine: Engine) -> list[ReviewRateView]:
    """Read what became of requests, by product, act and leading reason: which rules people put right."""
    found = await review_rates(engine.db, engine.clock)
    return [ReviewRateView.model_validate(one, from_attributes=True) for one in found]


@ROUTES.get("/v1/human-reviews/{review}")
async def read_a_case(
    review: UUID,
    engine: Engine,
    suppose: Annotated[
        list[str] | None, Query(description="name=value of a feature, empty for not known.", examples=[["pay_ratio=1"]])
    ] = None,
) -> CaseView:
    """Read a case file; `suppose` asks the decision again with some values otherwise."""
    found = await case_of(engine.db, engine.clock, engine.house, review, supposing=supposed_of(suppose or ()))
    return case_view(found, engine.clock())


@ROUTES.post("/v1/human-reviews/{review}/notes", status_code=201)
async def write_a_note(review: UUID, body: NoteBody, engine: Engine) -> NoteView:
    """Write down what colleagues should know: no borrower is told it, and it decides nothing."""
    return _note_view(await note(engine.db, engine.clock, request=NoteRequest(review=review, **body.model_dump())))


@ROUTES.post("/v1/human-reviews/{review}/uphold")
async def uphold_an_act(review: UUID, body: AnswerBody, engine: Engine) -> HumanReviewView:
    """Let an act stand, and tell the borrower so with the reason."""
    asked = UpholdRequest(review=review, **body.model_dump())
    return review_view(await uphold(engine.db, engine.clock, engine.house, request=asked), engine.clock())


@ROUTES.post("/v1/human-reviews/{review}/change")
async def change_an_act(review: UUID, body: ChangeBody, engine: Engine) -> HumanReviewView:
    """Change what an act did, at once within the officer's mandate, else once a second person approves."""
    asked = ChangeRequest(review=review, **body.model_dump())
    return review_view(await change(engine.db, engine.clock, engine.house, request=asked), engine.clock())


@ROUTES.post("/v1/human-reviews/{review}/approve")
async def approve_a_change(review: UUID, body: AnswerBody, engine: Engine) -> HumanReviewView:
    """Approve a change as the second person; it is made in the same transaction."""
    asked = SecondRequest(review=review, **body.model_dump())
    return review_view(await second(engine.db, engine.clock, engine.house, request=asked), engine.clock())


@ROUTES.post("/v1/human-reviews/{review}/refuse")
async def refuse_a_change(review: UUID, body: AnswerBody, engine: Engine) -> HumanReviewView:
    """Refuse a change as the second person; the request waits again."""
    asked = SecondRequest(review=review, is_refused=True, **body.model_dump())
    return review_view(await second(engine.db, engine.clock, engine.house, request=asked), engine.clock())


def review_view(appeal: Appeal, now: datetime) -> HumanReviewView:
    """Return a request as the wire shows it."""
    names = {*HumanReviewView.model_fields} - {"review", "is_overdue", "working_days_left_count", "letter_notice"}
    return HumanReviewView(
        review=appeal.id,
        is_overdue=appeal.is_overdue(now),
        working_days_left_count=working_days(after=business_day(now), until=business_day(appeal.due_at)),
        letter_notice=appeal.letter,
        **{name: getattr(appeal, name) for name in names},
    )


def case_view(case: Case, now: datetime) -> CaseView:
    """Return a case file as the wire shows it."""
    return CaseView(
        review=review_view(case.appeal, now),
        letters={one.language: one.text for one in case.letters},
        decision=decision_view(case.decision) if case.decision else None,
        features=dict(case.features),
        is_replayed_equal=case.replay.is_equal if case.replay else None,
        line=line_view(case.line) if case.line else None,
        withheld=[
            WithheldView(promise=one.id, amount_minor=one.amount_minor, due_on=one.due_on, condition=one.condition)
            for one in case.withheld
        ],
        findings=[_finding_view(finding, said) for finding, said in case.findings],
        notes=[_note_view(one) for one in case.notes],
        alone_minor=case.mandate.alone_minor,
        most_minor=case.mandate.most_minor,
        supposed=decision_view(case.supposed) if case.supposed else None,
        differences=[DifferenceView.model_validate(one, from_attributes=True) for one in case.differences],
    )


def _note_view(one: Note) -> NoteView:
    return NoteView(note=one.id, officer=one.officer, words=one.words, noted_at=one.noted_at)


def _finding_view(finding: Finding, said: Second | None) -> FindingView:
    names = ("answer", "officer", "reason", "effect", "amount_minor", "needs_second", "found_at")
    return FindingView(
        finding=finding.id,
        second_answer=said.answer if said else None,
        second_officer=said.officer if said else None,
        second_reason=said.reason if said else None,
        **{name: getattr(finding, name) for name in names},
    )
