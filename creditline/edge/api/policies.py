"""The life of policies over HTTP: published, submitted, approved, activated, rolled back, retired; and the history.

Who acts is what the caller says: the gateway before the engine has to see to it that nobody claims another's name.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from creditline.edge.api.shapes import Body, Id
from creditline.edge.api.state import Engine
from creditline.flows.govern import Done, Order, activate, files_of, govern, life_of, publish_draft, roll_back
from creditline.policy.gates import Gate
from creditline.policy.life import Act, Deed, Period, State, Version

ROUTES = APIRouter(tags=["policies"], prefix="/v1/policies/{product}")

Edition = Annotated[str, Field(description="The edition's hash, or enough of its beginning.", max_length=64)]


class ActBody(Body):
    """Who does it, and why; both stay on record."""

    id: Id
    actor: Annotated[str, Field(max_length=64, examples=["ann"])]
    reason: Annotated[str, Field(max_length=2000, examples=["longer observation after late payment"])]


class EditionBody(ActBody):
    """An act on one edition."""

    edition: Edition


class OverrideBody(EditionBody):
    """Let an edition through a gate it fails; that takes two people."""

    gate: Gate


class ActivateBody(EditionBody):
    """Put an approved edition in force."""

    starts_at: Annotated[AwareDatetime | None, Field(description="Now if left out; never in the past.")] = None
    ends_at: Annotated[AwareDatetime | None, Field(description="Without end if left out.")] = None


class RollbackBody(ActBody):
    """Go back in one step."""

    edition: Annotated[str, Field(description="The former one if left out.", max_length=64)] = ""


class PublishBody(ActBody):
    """A product as it should be: the edition it starts from, and the files that change."""

    edition: Edition
    files: Annotated[dict[str, str], Field(description="Text by path in the product's folder; the others stay.")]


class DeedView(BaseModel):
    """One act on record."""

    number: int
    edition: str
    act: Act
    actor: str
    reason: str
    recorded_at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    gate: Annotated[str | None, Field(description="The gate that an override lets through.")]
    failed_gates: Annotated[tuple[str, ...], Field(description="The gates that were failed and let through.")]
    arm: Annotated[str | None, Field(description="The arm that was stopped or started.")]
    detail: str | None


class VersionView(BaseModel):
    """An edition as its acts left it."""

    edition: str
    state: State
    author: str
    published_at: datetime
    approved_by: str | None


class PeriodView(BaseModel):
    """When an edition is in force, as known now; null is without beginning or end."""

    edition: str
    starts_at: datetime | None
    ends_at: datetime | None


class DoneView(BaseModel):
    """What was done, and the edition after it."""

    deed: DeedView
    version: VersionView
    is_repeated: bool


class LifeView(BaseModel):
    """A product's editions: who did what, what they are now, and when which is in force."""

    deeds: list[DeedView]
    editions: list[VersionView]
    periods: list[PeriodView]


class FilesView(BaseModel):
    """An edition's files as they were published."""

    version: VersionView
    files: Annotated[dict[str, str], Field(description="Text by path in the product's folder.")]


@ROUTES.get("/history")
async def read_history(product: str, engine: Engine) -> LifeView:
    """Read who did what to a product's editions, and which one is in force from when to when."""
    life = await life_of(engine.db, product)
    return LifeView(
        deeds=[_deed(one) for one in life.deeds],
        editions=[_version(one) for one in life.versions.values()],
        periods=[_period(one) for one in life.periods],
    )


@ROUTES.get("/editions/{edition}")
async def read_edition(product: str, edition: str, engine: Engine) -> FilesView:
    """Read an edition's files as they were published."""
    version, files = await files_of(engine.db, product, edition=edition)
    return FilesView(version=_version(version), files={name: body.decode() for name, body in files.items()})


@ROUTES.post("/publish", status_code=201)
async def publish(product: str, body: PublishBody, engine: Engine) -> DoneView:
    """Keep a product as a draft; it decides nothing before it is approved and activated."""
    _, files = await files_of(engine.db, product, edition=body.edition)
    changed = {**files, **{name: text.encode() for name, text in body.files.items()}}
    order = Order(id=body.id, product=product, actor=body.actor, reason=body.reason)
    return done_view(await publish_draft(engine.db, engine.clock, order=order, files=changed))


@ROUTES.post("/submit", status_code=201)
async def submit(product: str, body: EditionBody, engine: Engine) -> DoneView:
    """Hand a draft in for review."""
    return done_view(await govern(engine.db, engine.clock, order=_order(product, body), act=Act.SUBMIT))


@ROUTES.post("/approve", status_code=201)
async def approve(product: str, body: EditionBody, engine: Engine) -> DoneView:
    """Approve what is under review; nobody approves what they wrote or submitted."""
    return done_view(await govern(engine.db, engine.clock, order=_order(product, body), act=Act.APPROVE))


@ROUTES.post("/reject", status_code=201)
async def reject(product: str, body: EditionBody, engine: Engine) -> DoneView:
    """Send what is under review back to its author."""
    return done_view(await govern(engine.db, engine.clock, order=_order(product, body), act=Act.REJECT))


@ROUTES.post("/override", status_code=201)
async def override(product: str, body: OverrideBody, engine: Engine) -> DoneView:
    """Let an edition through a gate it fails; that takes two people, and both stay on record."""
    return done_view(await govern(engine.db, engine.clock, order=_order(product, body), act=Act.OVERRIDE))


@ROUTES.post("/activate", status_code=201)
async def activate_edition(product: str, body: ActivateBody, engine: Engine) -> DoneView:
    """Put an approved edition in force, from now or a later instant on; running servers follow by themselves."""
    return done_view(await activate(engine.db, engine.clock, order=_order(product, body)))


@ROUTES.post("/rollback", status_code=201)
async def rollback(product: str, body: RollbackBody, engine: Engine) -> DoneView:
    """Put the former edition in force again, now, in one step."""
    return done_view(await roll_back(engine.db, engine.clock, order=_order(product, body)))


@ROUTES.post("/retire", status_code=201)
async def retire(product: str, body: EditionBody, engine: Engine) -> DoneView:
    """Take an approved edition out of use for ever; one that is in force, or will be, cannot be."""
    return done_view(await govern(engine.db, engine.clock, order=_order(product, body), act=Act.RETIRE))


def _order(product: str, body: ActBody) -> Order:
    said: dict[str, Any] = body.model_dump()
    return Order(product=product, **said)


def _deed(deed: Deed) -> DeedView:
    return DeedView.model_validate(deed, from_attributes=True)


def _version(version: Version) -> VersionView:
    return VersionView.model_validate(version, from_attributes=True)


def _period(period: Period) -> PeriodView:
    return PeriodView.model_validate(period, from_attributes=True)


def done_view(done: Done) -> DoneView:
    """Return what was done as it is told."""
    return DoneView(deed=_deed(done.deed), version=_version(done.version), is_repeated=done.is_repeated)
