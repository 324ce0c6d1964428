"""The book over HTTP: trial balance, journal, a line's statement."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from creditline.edge.api.shapes import LineView, line_view
from creditline.edge.api.state import Engine
from creditline.edge.closer import BATCH
from creditline.flows.book import BalanceRow, journal_page, statement_of, trial_balance
from creditline.flows.close import begin_closing, close_days
from creditline.flows.days import BookDay, book_at, days_of
from creditline.ledger.chart import TERMS
from creditline.ledger.day import LineDay
from creditline.ledger.journal import Posted
from creditline.ledger.statement import StatementRow

ROUTES = APIRouter(tags=["book"])

Since = Annotated[date | None, Query(description="The first day it was booked on.", examples=["2026-03-01"])]
Through = Annotated[date | None, Query(description="The last day it was booked on.", examples=["2026-03-31"])]


class TrialBalanceView(BaseModel):
    """What was booked on every account up to and with a day, by currency; both sides are equal in every currency."""

    as_of: date
    is_balanced: bool
    rows: list[BalanceRow]


class PostedView(BaseModel):
    """A transfer: the amount left the credited account for the debited one."""

    entry: Annotated[str, Field(description="request/ordinal: its name for ever.")]
    kind: Annotated[str, Field(description="The request that caused it.", examples=["draw"])]
    line: UUID
    borrower: str
    product: str
    currency: str
    debit: Annotated[str, Field(description="Code of the debited account.", examples=["1310"])]
    debit_name: str
    credit: Annotated[str, Field(description="Code of the credited account.", examples=["1010"])]
    credit_name: str
    amount_minor: int
    happened_at: Annotated[datetime, Field(description="Its value date.")]
    booked_at: datetime


class JournalView(BaseModel):
    """A page of the journal; `next` is where the following one begins, null after the last."""

    rows: list[PostedView]
    next: str | None


class StatementView(BaseModel):
    """A line's entries with the buckets and balances after each."""

    line: LineView
    first_on: date
    last_on: date
    rows: list[StatementRow]


class DayClosedView(BaseModel):
    """How many days of lines were closed now, and how many lines others held all the time or could not be closed."""

    day: date
    line_days_count: int
    left_count: int


@ROUTES.get("/v1/book/trial-balance")
async def read_trial_balance(
    engine: Engine,
    as_of: Annotated[date | None, Query(description="Its last day; today if left out.")] = None,
) -> TrialBalanceView:
    """Read the sums of every account up to and with a day."""
    told = await trial_balance(engine.db, engine.clock, as_of=as_of)
    return TrialBalanceView(as_of=told.as_of, is_balanced=told.is_balanced, rows=told.rows)


@ROUTES.get("/v1/book/journal")
async def read_journal(
    engine: Engine,
    since: Since = None,
    through: Through = None,
    after: Annotated[str | None, Query(max_length=60, description="The `next` of the page before.")] = None,
    most: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> JournalView:
    """Read transfers in the order they were booked, a page at a time."""
    found = await journal_page(engine.db, since=since, through=through, after=after, most=most)
    return JournalView(rows=[_view(one) for one in found], next=found[-1].id if len(found) == most else None)


@ROUTES.get("/v1/book/classes")
async def read_classes(
    engine: Engine,
    as_of: Annotated[date | None, Query(description="A closed day; the last one if left out.")] = None,
) -> BookDay:
    """Read the book at the end of a closed day by class, bucket and stage."""
    return await book_at(engine.db, engine.clock, day=as_of)


@ROUTES.get("/v1/lines/{line}/days")
async def read_days(
    line: UUID,
    engine: Engine,
    through: Annotated[date | None, Query(description="The last day; the newest closed one if left out.")] = None,
    most: Annotated[int, Query(ge=1, le=1000)] = 31,
) -> list[LineDay]:
    """Read how a line stood at the end of its closed days, newest first."""
    return await days_of(engine.db, engine.clock, line=line, through=through, most=most)


@ROUTES.post("/v1/days/{day}:close")
async def close_a_day(day: date, engine: Engine) -> DayClosedView:
    """Close every day up to one that is over, of every line; what is closed already stays as it is.

    The worker does so by itself. A large book takes its time: give it again when the answer does not come, it goes on
    where it was.
    """
    await begin_closing(engine.db, engine.clock)
    run = await close_days(engine.db, engine.clock, engine.house, through=day, most=BATCH)
    return DayClosedView(day=day, line_days_count=run.line_days_count, left_count=run.left_count)


@ROUTES.get("/v1/lines/{line}/statement")
async def read_statement(line: UUID, engine: Engine, since: Since = None, through: Through = None) -> StatementView:
    """Read a line's entries with running buckets and balances."""
    told = await statement_of(engine.db, line, since=since, through=through)
    return StatementView(line=line_view(told.line), first_on=told.first_on, last_on=told.last_on, rows=told.rows)


def _view(posted: Posted) -> PostedView:
    debit, credit = TERMS[posted.debit], TERMS[posted.credit]
    kept = {name: value for name, value in asdict(posted).items() if name in PostedView.model_fields}
    return PostedView(
        **kept
        | {
            "entry": posted.id,
            "debit": debit.code,
            "debit_name": debit.name,
            "credit": credit.code,
            "credit_name": credit.name,
        }
    )
