"""Impact over HTTP: files that would replace a product's, and which recorded decisions they would answer otherwise."""

import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from creditline.decision.adverse import Scope, Trigger
from creditline.decision.outcome import Answer, Kind
from creditline.decision.product import read_product
from creditline.edge.api.shapes import Body
from creditline.edge.api.state import Engine
from creditline.flows.impact import impact_on_record
from creditline.flows.snapshot import newest

ROUTES = APIRouter(tags=["policies"])

MOST_CASES = 50_000


class DraftBody(Body):
    """A product with some files as they would be; those left out stay as they are offered."""

    product: Annotated[str, Field(max_length=64, examples=["consumer_revolving"])]
    files: Annotated[
        dict[str, str],
        Field(description="Text by path in the product's folder.", examples=[{"policy.dmn": "<definitions .../>"}]),
    ] = Field(default_factory=dict)

    def files_of(self, engine: Engine) -> dict[str, bytes]:
        """Return the product's files with some replaced."""
        own = engine.house.product(self.product).files
        return {**own, **{name: text.encode() for name, text in self.files.items()}}


class FilesBody(DraftBody):
    """A draft, and how many recorded decisions are read for it."""

    most_cases: Annotated[int, Field(strict=True, ge=1, le=MOST_CASES, description="Of so many, the newest.")] = 10_000


class ImpactBody(DraftBody):
    """A draft to be asked about recorded decisions: all of them, or the newest."""

    most_cases: Annotated[
        int | None, Field(strict=True, ge=1, description="Of so many, the newest; left out, of all there are.")
    ] = None


class View(BaseModel):
    """A part of an impact, as it was found."""

    model_config = ConfigDict(from_attributes=True)


class ShareView(View):
    """So many of so many, with the 95 % interval of the share."""

    count: int
    of_count: int
    share_ppm: int
    low_ppm: int
    high_ppm: int


class TransitionView(View):
    """How many went from one answer to another, or stayed (some with other numbers); null is an error of the draft."""

    kind: Kind
    before: Answer | None
    after: Answer | None
    count: int
    changed_count: int


class AmountView(View):
    """What the answers granted, drew, released at once or withheld in all, and the 95 % interval of what changes."""

    kind: Kind
    measure: str
    currency: str
    before_minor: int
    after_minor: int
    change_low_minor: int
    change_high_minor: int


class TurnedView(View):
    """Cases answered better or worse for the borrower; who is answered worse has to be told why."""

    kind: Kind
    better: ShareView
    worse: ShareView


class ChangeView(View):
    """Expected loss or interest income of a year, and the 95 % interval of its change over borrowers."""

    kind: Kind
    measure: str
    currency: str
    before_minor: int
    after_minor: int
    change_low_minor: int
    change_high_minor: int


class RuleHitsView(View):
    """How often a rule answered in the cases of an arm, as recorded and by the draft."""

    arm: str
    table: str
    rule: int
    before_count: int
    after_count: int


class SegmentView(View):
    """The cases of one kind and grade; grade 0 had no score."""

    kind: Kind
    grade: int
    changed: ShareView


class ArmView(View):
    """The cases that an arm of the draft answers, and how many were recorded in an arm of that name."""

    arm: str
    edition: str
    before_count: int
    changed: ShareView
    better: ShareView
    worse: ShareView


class DueView(View):
    """New acts of which the same is to be told: by which rule or exemption, and within how many days of the act, null for never.

    A scope of null is not known and makes no difference here. The bounds differ from the count where it is reckoned from some
    acts.
    """

    scope: Scope | None
    ground: str
    within_days: int | None
    count: int
    low_count: int
    high_count: int


class NewActsView(View):
    """Acts that harm, of one trigger: as recorded, by the draft, new and spared, and what would be due of the new ones."""

    kind: Kind
    trigger: Trigger
    before_count: int
    after_count: int
    newly: ShareView
    spared_count: int
    reasoned_count: int
    due: list[DueView]


class DatesView(View):
    """Repayments whose last part would be promised for a later or sooner day, by how firmly it would be told."""

    is_estimate: bool
    later: ShareView
    sooner: ShareView
    later_days_median: int
    later_days_90: int
    later_days_most: int


class OpenPromisesView(View):
    """Promises that are open now, by how firmly they were told; no publication moves one."""

    is_estimate: bool
    currency: str
    count: int
    amount_minor: int
    last_due_on: date
    editions_count: int


class ShownView(View):
    """One of the cases that are answered otherwise."""

    decision: UUID
    kind: Kind
    before: str
    after: str


class RowWiseView(View):
    """A decision that columns could not hold, and why; it was answered row by row."""

    decision: str
    reason: str


class ImpactView(View):
    """What a draft changes over a sample of recorded decisions; each case is answered as it stood then."""

    edition: str
    policy: str
    first_at: str | None
    last_at: str | None
    changed: ShareView
    transitions: list[TransitionView]
    turned: list[TurnedView]
    amounts: list[AmountView]
    changes: list[ChangeView]
    rules: list[RuleHitsView]
    segments: list[SegmentView]
    arms: list[ArmView]
    acts: list[NewActsView]
    dates: list[DatesView]
    promises: list[OpenPromisesView]
    asked_count: int
    shown: list[ShownView]
    row_wise: list[RowWiseView]


@ROUTES.post("/v1/policies:impact")
async def impact_of_policy(body: ImpactBody, engine: Engine) -> ImpactView:
    """Ask a product with some files replaced about recorded decisions: who would have been answered otherwise.

    The server keeps a copy of them in memory, which is caught up with the database first; the first question reads them all.
    """
    draft = await asyncio.to_thread(read_product, body.files_of(engine))
    if body.most_cases is None:
        blocks = (await engine.following.snapshot(engine.db, engine.house, product=body.product)).blocks
    else:
        blocks = await newest(engine.db, engine.house, product=body.product, most=body.most_cases)
    found = await impact_on_record(engine.db, engine.clock, engine.house, draft=draft, blocks=blocks)
    return ImpactView.model_validate(found)
