"""Advice and previews over HTTP: what would help, and what a draw or a repayment would do; nothing is stored."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, Field

from creditline.decision.outcome import Answer
from creditline.edge.api.lines import words_asked
from creditline.edge.api.shapes import Amount, Body, IsCut
from creditline.edge.api.state import Engine
from creditline.explanation.advised import (
    tell_advice,
    tell_doing,
    tell_help,
    tell_protection,
    tell_route,
    tell_useless,
)
from creditline.flows.advice import advice_of, draw_preview, repay_preview
from creditline.ledger.allocation import Part
from creditline.restoration.advice import Evidence
from creditline.restoration.behaviour import Behaviour, catalogue_of
from creditline.restoration.doing import Doing
from creditline.restoration.preview import Due

ROUTES = APIRouter(tags=["lines"])

AllBackOn = Annotated[
    date | None,
    Field(description="From when nothing that waits now waits any more; null if that is not within a year."),
]


class DoingView(BaseModel):
    """Something a borrower can do."""

    action: Behaviour
    effort: Annotated[int, Field(description="1 is a touch, 5 is a sacrifice.")]
    done_on: date
    amount_minor: Annotated[int | None, Field(description="What is paid, if anything is.")]
    told: str


class HelpView(BaseModel):
    """What helps, one thing or two together, with what it does to what waits now."""

    doings: list[DoingView]
    all_back_on: AllBackOn
    sooner_days: Annotated[int | None, Field(description="Null if not all is back with it or without it.")]
    earlier_minor: Annotated[int, Field(description="How much comes back on an earlier day.")]
    evidence: Annotated[Evidence, Field(description="A rule asks for it, or only the score credits it.")]
    told: str


class ProtectionView(BaseModel):
    """What keeps the dates as they are, and what it would cost not to do it."""

    doing: DoingView
    all_back_on: AllBackOn
    later_days: int | None
    later_minor: int
    told: str


class UselessView(BaseModel):
    """What people believe in and what changes nothing: the date with it is the date without it."""

    doing: DoingView
    all_back_on: AllBackOn
    told: str


class RouteView(BaseModel):
    """The way that is no score: there for everybody, at any time."""

    action: Behaviour
    told: str


class OwnActionsView(BaseModel):
    """What waits, when it is back by itself, what helps, what protects that, and what does not help."""

    line: UUID
    as_of: datetime
    currency: str
    waiting_minor: int
    all_back_on: AllBackOn
    told: Annotated[str | None, Field(description="One sentence; null for an edition that lists no actions.")]
    helps: list[HelpView]
    protects: list[ProtectionView]
    does_not_help: list[UselessView]
    is_only_time: Annotated[bool, Field(description="Something waits, and nothing but time brings it back sooner.")]
    route: RouteView | None


class ActionsView(OwnActionsView):
    """The same for whoever runs the house: with the edition it was found by."""

    edition: str


class PreviewBody(Body):
    """An amount to try."""

    amount_minor: Amount


class DrawPreviewView(BaseModel):
    """What a draw would do, if it were made now."""

    line: UUID
    currency: str
    amount_minor: int
    answer: Answer
    reasons: list[str]
    all_back_on_without: AllBackOn
    all_back_on: AllBackOn
    later_minor: Annotated[int, Field(description="How much of what waits now would come back later.")]
    interest_minor: Annotated[int, Field(description="In all, if it is repaid as agreed.")]
    fee_minor: int
    to_repay_minor: int
    apr_bp: int
    all_in_ppm: Annotated[int | None, Field(description="The effective annual rate of everything that is paid.")]
    dues: list[Due]
    available_minor: Annotated[int, Field(description="After it.")]
    largest_minor: Annotated[int, Field(description="The most that could be drawn now and would put nothing off.")]


class PartView(BaseModel):
    """A part that comes back later."""

    due_on: date
    amount_minor: int
    condition: str
    is_cut: IsCut


class RepayPreviewView(BaseModel):
    """What a repayment would do, if it were made now."""

    line: UUID
    currency: str
    amount_minor: int
    accepted_minor: int
    excess_minor: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fee_minor: int
    interest_saved_minor: Annotated[int, Field(description="Against paying as agreed.")]
    answer: Annotated[Answer | None, Field(description="Null if nothing is owed.")]
    reasons: list[str]
    back_now_minor: int
    cut_minor: Annotated[int, Field(description="What would not come back: the limit would be lowered by it at once.")]
    tranches: list[PartView]
    all_back_on_without: AllBackOn
    all_back_on: AllBackOn
    available_minor: Annotated[int, Field(description="After it.")]
    largest_minor: Annotated[int, Field(description="The most that could be paid now and would put nothing off.")]


@ROUTES.get("/v1/lines/{line}/actions")
async def read_actions(
    line: UUID,
    engine: Engine,
    language: Annotated[str | None, Query(examples=["en", "zh"])] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> ActionsView:
    """Say what would bring repaid limit back sooner, what would put it off, and what people believe in and does nothing."""
    standing, advice = await advice_of(engine.db, engine.clock, engine.house, line=line)
    words, currency = words_asked(standing.product, language, accepted=accept_language), standing.line.currency
    catalogue = catalogue_of(standing.product)

    def view(doing: Doing) -> DoingView:
        return DoingView(
            action=doing.behaviour,
            effort=doing.effort,
            done_on=doing.done_on,
            amount_minor=doing.amount_minor,
            told=tell_doing(doing, words, currency=currency),
        )

    return ActionsView(
        line=line,
        as_of=standing.as_of,
        edition=standing.product.edition,
        currency=currency,
        waiting_minor=advice.waiting_minor,
        all_back_on=advice.all_back_on,
        told=tell_advice(advice, words, catalogue=catalogue, currency=currency) if catalogue.listed else None,
        helps=[
            HelpView(
                doings=[view(doing) for doing in one.doings],
                all_back_on=one.effect.all_back_on,
                sooner_days=one.effect.sooner_days,
                earlier_minor=one.effect.earlier_minor,
                evidence=one.evidence,
                told=tell_help(one, words, currency=currency),
            )
            for one in advice.helps
        ],
        protects=[
            ProtectionView(
                doing=view(one.doing),
                all_back_on=one.effect.all_back_on,
                later_days=None if one.effect.sooner_days is None else -one.effect.sooner_days,
                later_minor=one.effect.later_minor,
                told=tell_protection(one, words, currency=currency),
            )
            for one in advice.protects
        ],
        does_not_help=[
            UselessView(
                doing=view(one.doing),
                all_back_on=one.effect.all_back_on,
                told=tell_useless(one, words, currency=currency),
            )
            for one in advice.does_not_help
        ],
        is_only_time=advice.is_only_time,
        route=RouteView(action=Behaviour.ASK_A_PERSON, told=tell_route(words)[1]) if advice.has_route else None,
    )


@ROUTES.post("/v1/lines/{line}/previews/draw")
async def preview_a_draw(line: UUID, body: PreviewBody, engine: Engine) -> DrawPreviewView:
    """Say what a draw would do before it is made: the answer, the cost, what it puts off, and how much puts nothing off."""
    standing, told = await draw_preview(
        engine.db, engine.clock, engine.house, line=line, amount_minor=body.amount_minor
    )
    return DrawPreviewView(
        line=line,
        currency=standing.line.currency,
        amount_minor=told.amount_minor,
        answer=told.answer,
        reasons=list(told.reasons),
        all_back_on_without=told.without_on,
        all_back_on=told.effect.all_back_on,
        later_minor=told.effect.later_minor,
        interest_minor=told.interest_minor,
        fee_minor=told.fee_minor,
        to_repay_minor=told.amount_minor + told.interest_minor + told.fee_minor,
        apr_bp=told.apr_bp,
        all_in_ppm=told.all_in_ppm,
        dues=list(told.dues),
        available_minor=told.available_minor,
        largest_minor=told.largest_minor,
    )


@ROUTES.post("/v1/lines/{line}/previews/repayment")
async def preview_a_repayment(line: UUID, body: PreviewBody, engine: Engine) -> RepayPreviewView:
    """Say what a repayment would do before it is made: what it meets and saves, what comes back at once and what when."""
    standing, told = await repay_preview(
        engine.db, engine.clock, engine.house, line=line, amount_minor=body.amount_minor
    )
    return RepayPreviewView(
        line=line,
        currency=standing.line.currency,
        amount_minor=body.amount_minor,
        accepted_minor=told.accepted_minor,
        excess_minor=told.excess_minor,
        principal_minor=told.parts[Part.PRINCIPAL],
        interest_minor=told.parts[Part.INTEREST],
        penalty_minor=told.parts[Part.PENALTY],
        fee_minor=told.parts[Part.FEE],
        interest_saved_minor=told.saved_minor,
        answer=told.answer,
        reasons=list(told.reasons),
        back_now_minor=told.back_now_minor,
        cut_minor=told.cut_minor,
        tranches=[PartView.model_validate(one, from_attributes=True) for one in told.tranches],
        all_back_on_without=told.without_on,
        all_back_on=told.effect.all_back_on,
        available_minor=told.available_minor,
        largest_minor=told.largest_minor,
    )
