"""Drafts over HTTP: one number set anew, an edition or a DMN file brought in; what editions say otherwise, and all numbers."""

import asyncio
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from creditline.edge.api.impact import View
from creditline.edge.api.policies import ActBody, DoneView, Edition, done_view
from creditline.edge.api.state import Engine
from creditline.errors import Code, Malformed
from creditline.flows.govern import Order, files_of
from creditline.flows.imports import import_edition, import_policy
from creditline.flows.parameters import parameters_at, set_parameter
from creditline.policy.diff import Change, ChangeKind, Part
from creditline.policy.differences import between, side
from creditline.policy.setting import Setting

ROUTES = APIRouter(tags=["policies"], prefix="/v1/policies/{product}")

Shown = Annotated[int | float, Field(description="In the number's own unit.")]


class SetBody(ActBody):
    """One number of a product, set anew from a day on."""

    name: Annotated[str, Field(max_length=128, examples=["observation_days", "granted_cap_minor.CNY"])]
    value: Annotated[str, Field(max_length=40, description="In its own unit.", examples=["45"])]
    since_on: Annotated[date, Field(description="Today or later.")]
    edition: Annotated[
        str, Field(max_length=64, description="The edition to change; the one in force if left out.")
    ] = ""


class ImportBody(ActBody):
    """Rules from elsewhere: all files of an edition, or a DMN file in the place of its policy; one of the two."""

    files: Annotated[dict[str, str] | None, Field(description="Text by path, as an edition is read.")] = None
    policy: Annotated[str | None, Field(description="DMN 1.1 to 1.5.")] = None
    edition: Annotated[
        str,
        Field(
            max_length=64,
            description="With files: the hash they must have. With a policy: in which edition's place; else the one in force.",
        ),
    ] = ""


class EditView(View):
    """One value that reads otherwise; null where there is nothing."""

    name: str
    before: str | None
    after: str | None


class ChangeView(View):
    """One part that is otherwise; rows count from 1."""

    kind: ChangeKind
    part: Part
    decision: str | None
    name: str | None
    file: str | None
    old_row: int | None
    new_row: int | None
    edits: list[EditView]
    words: str


class SetView(DoneView):
    """The draft, and what it changes; other drafts on their way take back what this one changes, or lose to it."""

    made_from: Annotated[str, Field(description="The edition it was made from.")]
    changes: list[ChangeView]
    open_drafts: list[str]


class DiffView(BaseModel):
    """What one edition says otherwise than another."""

    old: str
    new: str
    changes: list[ChangeView]


class NextView(BaseModel):
    """The value that follows by the same edition."""

    value: Shown
    since_on: date


class NumberView(BaseModel):
    """A number as it stood, and the edition that brought it."""

    name: str
    unit: str
    value: Shown
    since_on: date
    reference: str
    next: NextView | None
    edition: str
    brought_at: Annotated[datetime | None, Field(description="Null: always.")]
    actor: str
    reason: str
    approved_by: str | None


class NumbersView(BaseModel):
    """All numbers of a product at an instant."""

    edition: str
    as_of: datetime
    parameters: list[NumberView]


@ROUTES.post("/set", status_code=201)
async def set_number(product: str, body: SetBody, engine: Engine) -> SetView:
    """Keep an edition with one number changed as a draft, for another person to approve."""
    order = Order(id=body.id, product=product, actor=body.actor, reason=body.reason, edition=body.edition)
    setting = Setting(name=body.name, value=body.value, since=body.since_on)
    made = await set_parameter(engine.db, engine.clock, order=order, setting=setting)
    done = done_view(made.done)
    return SetView(
        deed=done.deed,
        version=done.version,
        is_repeated=done.is_repeated,
        made_from=made.made_from,
        changes=[_change(one) for one in made.changes],
        open_drafts=[one.edition for one in made.open_drafts],
    )


@ROUTES.get("/parameters")
async def read_numbers(
    product: str, engine: Engine, as_of: AwareDatetime | None = None, known_at: AwareDatetime | None = None
) -> NumbersView:
    """Read every number of a product as it stood at an instant, as known now or then, and who set it why."""
    moment = as_of or engine.clock()
    period, found = await parameters_at(engine.db, product, at=moment, known_at=known_at)
    return NumbersView(
        edition=period.edition,
        as_of=moment,
        parameters=[
            NumberView(
                name=one.name,
                unit=one.unit,
                value=_number(one.value),
                since_on=one.since,
                reference=one.reference,
                next=NextView(value=_number(one.next.value), since_on=one.next.since) if one.next else None,
                edition=one.edition,
                brought_at=one.brought_at,
                actor=one.by,
                reason=one.why,
                approved_by=one.approved_by,
            )
            for one in found
        ],
    )


@ROUTES.post("/import", status_code=201)
async def import_draft(product: str, body: ImportBody, engine: Engine) -> DoneView:
    """Keep what was written elsewhere as a draft: an exported edition byte for byte, or a DMN file as its policy."""
    if (body.files is None) == (body.policy is None):
        raise Malformed("An import brings either files or a policy. Give one of the two.", code=Code.MESSAGE_MALFORMED)
    order = Order(id=body.id, product=product, actor=body.actor, reason=body.reason)
    if body.policy is not None:
        order = Order(id=body.id, product=product, actor=body.actor, reason=body.reason, edition=body.edition)
        done, _ = await import_policy(engine.db, engine.clock, order=order, policy=body.policy.encode())
        return done_view(done)
    files = {name: text.encode() for name, text in (body.files or {}).items()}
    return done_view(await import_edition(engine.db, engine.clock, order=order, files=files, expected=body.edition))


@ROUTES.get("/diff")
async def diff_editions(product: str, old: Edition, new: Edition, engine: Engine) -> DiffView:
    """Read what one edition says otherwise than another: rules, numbers, arms, and every other file."""
    sides = [await files_of(engine.db, product, edition=one) for one in (old, new)]
    before, after = [await asyncio.to_thread(side, files) for _, files in sides]
    changes = await asyncio.to_thread(lambda: between(before, new=after))
    return DiffView(old=sides[0][0].edition, new=sides[1][0].edition, changes=[_change(one) for one in changes])


def _change(one: Change) -> ChangeView:
    return ChangeView(
        kind=one.kind,
        part=one.part,
        decision=one.decision,
        name=one.name,
        file=one.file,
        old_row=one.old_row,
        new_row=one.new_row,
        edits=[EditView.model_validate(edit) for edit in one.edits],
        words=f"{one.place}: {one.words}",
    )


def _number(value: object) -> int | float:
    return value if isinstance(value, int) else float(str(value))
