"""A policy checked over HTTP: files that would replace a product's, and everything that is wrong with them."""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from creditline.edge.api.shapes import Body
from creditline.edge.api.state import Engine
from creditline.explanation.offer import Checked, check_files, with_recorded
from creditline.flows.recorded import recorded_cases
from creditline.policy.check.finding import FindingCode, Severity, told_of
from creditline.policy.examples import EXAMPLES_FILE

ROUTES = APIRouter(tags=["policies"])

MOST_CASES = 50_000

Literals = Annotated[dict[str, str] | None, Field(description="Inputs as FEEL literals.")]


class CheckBody(Body):
    """Files of a product as they would be; those left out stay as they are offered."""

    product: Annotated[str, Field(max_length=64, examples=["consumer_revolving"])]
    files: Annotated[
        dict[str, str],
        Field(description="Text by path in the product's folder.", examples=[{"policy.dmn": "<definitions .../>"}]),
    ] = Field(default_factory=dict)
    has_book: Annotated[bool, Field(strict=True, description="Count the recorded decisions each finding touches.")] = (
        False
    )
    most_cases: Annotated[int, Field(strict=True, ge=1, le=MOST_CASES, description="Of so many, the newest.")] = 10_000


class FindingView(BaseModel):
    """One thing that was found; rows and characters count from 1."""

    code: FindingCode
    severity: Severity
    table: str | None
    rows: tuple[int, ...]
    column: str | None
    character: int | None
    words: str
    witness: Literals
    against: Literals
    cases_count: Annotated[int | None, Field(description="Recorded decisions it touches; null if not counted.")]


class CheckedView(BaseModel):
    """Everything that was found, the worst first; a product that is not sound can be neither offered nor published."""

    is_sound: bool
    edition: str | None
    policy: Annotated[str | None, Field(description="The policy's sha256; null if it could not be read.")]
    recorded_count: Annotated[int | None, Field(description="How many decisions were looked at.")]
    findings: list[FindingView]


@ROUTES.post("/v1/policies:check")
async def check_policy(body: CheckBody, engine: Engine) -> CheckedView:
    """Check a product with some files replaced: mistakes, gaps, overlaps, units, prices, fairness, words, examples."""
    own = engine.house.product(body.product).files
    changed = {name: text.encode() for name, text in body.files.items() if name != EXAMPLES_FILE}
    examples = body.files.get(EXAMPLES_FILE, "")
    # It takes up to a second of computing, during which others want to be answered.
    checked = await asyncio.to_thread(check_files, {**own, **changed}, examples)
    if not body.has_book or checked.product is None:
        return _view(checked, None)
    recorded = await recorded_cases(engine.db, engine.house, product=body.product, most=body.most_cases)
    checked = await asyncio.to_thread(with_recorded, checked, recorded)
    return _view(checked, len(recorded))


def _view(checked: Checked, recorded_count: int | None) -> CheckedView:
    return CheckedView(
        is_sound=not checked.has_errors,
        edition=checked.product.edition if checked.product else None,
        policy=checked.policy.sha256 if checked.policy else None,
        recorded_count=recorded_count,
        findings=[FindingView(**told_of(one)) for one in checked.findings],
    )
