"""A decision taken apart over HTTP, for officers: its replay, what if, the facts behind each value; and what an id names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from creditline.decision.what_if import supposed_of
from creditline.edge.api.notices import Most
from creditline.edge.api.promises import PromiseView, promise_view
from creditline.edge.api.shapes import Borrower, DecisionView, TrancheView, decision_view
from creditline.edge.api.state import Engine
from creditline.events.row import EventRow, event_of
from creditline.explanation.promised import words_under
from creditline.explanation.words import tell_reason
from creditline.flows.examine import Examined, Side, Supposing, examine, facts_about, facts_behind
from creditline.flows.find import find

ROUTES = APIRouter(tags=["decisions"])


class View(BaseModel):
    """A part of an examination, as it was found."""

    model_config = ConfigDict(from_attributes=True)


class ValueView(View):
    """One feature as it was known, and as supposed, with what it pulled on the score that was read."""

    name: str
    source: str
    why: Annotated[str, Field(description="Why it is looked at.")]
    is_read: Annotated[bool, Field(description="Whether the rules or the score read it.")]
    then: float | None
    supposed: float | None
    pull_points: Annotated[
        int | None, Field(description="Against the best value; null where the score does not read it.")
    ]
    supposed_pull_points: int | None
    facts_count: Annotated[int | None, Field(description="From how many facts it was folded; null if it was not read.")]


class SaidView(View):
    """An answer and its reasons in the product's words."""

    answer: str
    reasons: list[str]


class PlanView(View):
    """What comes back now, and what later; `cut_minor` is what does not, as the limit is lowered by it now."""

    now_minor: int
    cut_minor: int
    tranches: list[TrancheView]


class SideView(View):
    """A decision as it was, or as it would have been, with its plan and its words by language."""

    decision: DecisionView
    policy: Annotated[str, Field(description="sha256 of the rules.")]
    plan: PlanView | None
    said: dict[str, SaidView]


class LetterPartsView(View):
    """What was told in a letter, part by part."""

    title: str
    what: list[str]
    why: list[str]
    when: list[str]
    do: str


class MismatchView(View):
    """Something that was told otherwise than it was used."""

    where: str
    told: str
    used: str


class ExaminationView(View):
    """A decision taken apart."""

    is_replayed_equal: bool
    record_difference: str | None
    facts_difference: str | None
    currency: str
    then: SideView
    supposed: SideView | None
    card: Annotated[str | None, Field(description="The score that the table read.", examples=["release_points"])]
    values: list[ValueView]
    letters: Annotated[dict[str, LetterPartsView], Field(description="What was told, by language; none if no letter.")]
    promises: list[PromiseView]
    mismatches: Annotated[
        list[MismatchView], Field(description="Where what was told is not what was used; none: it matches.")
    ]


class FactView(View):
    """An event that a decision saw."""

    id: UUID
    type: Annotated[str, Field(examples=["draw.made"])]
    happened_at: datetime
    recorded_at: datetime
    amount_minor: int | None
    currency: str | None
    more: Annotated[dict[str, str], Field(description="What else it says.")]


class ThingView(View):
    """What an id names, and whose it is."""

    kind: Annotated[str, Field(examples=["borrower", "line", "decision", "human_review", "promise", "notice"])]
    borrower: str
    line: UUID | None
    decision: UUID | None
    review: UUID | None


@ROUTES.get("/v1/decisions/{decision}/examination")
async def examine_a_decision(
    decision: UUID,
    engine: Engine,
    suppose: Annotated[
        list[str] | None, Query(description="name=value of a feature, empty for not known.", examples=[["pay_ratio=1"]])
    ] = None,
    without: Annotated[list[UUID] | None, Query(description="Events it saw, taken as if they had not been.")] = None,
    edition: Annotated[str | None, Query(max_length=64, description="Asked by another edition of the product.")] = None,
    is_now: Annotated[bool, Query(description="Asked now, from what is known now.")] = False,  # noqa: FBT002
) -> ExaminationView:
    """Take a decision apart: replayed, value by value, what was told of it, beside what would have been; nothing changes."""
    supposing = Supposing(
        values=supposed_of(suppose or ()), without=frozenset(without or ()), edition=edition, is_now=is_now
    )
    return _view(await examine(engine.db, engine.clock, engine.house, decision, supposing=supposing))


@ROUTES.get("/v1/decisions/{decision}/facts")
async def read_facts(
    decision: UUID,
    engine: Engine,
    feature: Annotated[str | None, Query(max_length=64, description="Only those it was folded from.")] = None,
    most: Most = 200,
) -> list[FactView]:
    """Read the facts that a decision saw, newest first, or those behind one of its values."""
    _, found = await facts_behind(engine.db, decision, feature=feature)
    return [_fact(row) for row in found[:most]]


@ROUTES.get("/v1/borrowers/{borrower}/facts")
async def read_facts_of_a_borrower(borrower: Borrower, engine: Engine, most: Most = 200) -> list[FactView]:
    """Read the facts on record about a borrower, newest first."""
    return [_fact(row) for row in (await facts_about(engine.db, borrower))[:most]]


@ROUTES.get("/v1/find")
async def find_by_id(
    engine: Engine,
    id: Annotated[str, Query(max_length=64, description="Of whatever it may be.")],  # noqa: A002
) -> list[ThingView]:
    """Say what an id names: a borrower, a line, a decision, a human review, a promise or a notice; nothing if none."""
    return [ThingView.model_validate(one) for one in await find(engine.db, id.strip())]


def _view(found: Examined) -> ExaminationView:
    names = ("name", "source", "why", "is_read", "then", "supposed", "pull_points", "supposed_pull_points")
    return ExaminationView(
        is_replayed_equal=found.replay.is_equal,
        record_difference=found.replay.record_difference,
        facts_difference=found.replay.facts_difference,
        currency=found.then.decision.currency,
        then=_side(found.then),
        supposed=_side(found.supposed) if found.supposed else None,
        card=found.card,
        values=[
            ValueView(facts_count=found.counts.get(one.name), **{name: getattr(one, name) for name in names})
            for one in found.values
        ],
        letters={one.language: LetterPartsView.model_validate(one) for one in found.letters},
        promises=[promise_view(one) for one in found.promises],
        mismatches=[MismatchView.model_validate(one) for one in found.mismatches],
    )


def _side(side: Side) -> SideView:
    decision, product = side.decision, side.product
    return SideView(
        decision=decision_view(decision),
        policy=product.policy.sha256,
        plan=None
        if side.plan is None
        else PlanView(
            now_minor=side.plan.now_minor,
            cut_minor=side.plan.cut_minor,
            tranches=[TrancheView.model_validate(one, from_attributes=True) for one in side.plan.tranches],
        ),
        said={
            language: SaidView(
                answer=words.say("answer", decision.answer),
                reasons=[tell_reason(one, decision.currency, words) for one in decision.reasons],
            )
            for language in product.languages
            for words in (words_under(product, language, speaker=product),)
        },
    )


def _fact(row: EventRow) -> FactView:
    said: Mapping[str, Any] = msgspec.to_builtins(event_of(row))
    plain = {"id", "type", "borrower", "happened_at", "amount_minor", "currency"}
    return FactView(
        id=row.id,
        type=said["type"],
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        amount_minor=row.amount_minor,
        currency=row.currency,
        more={name: str(value) for name, value in said.items() if name not in plain and value is not None},
    )
