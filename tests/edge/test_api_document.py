"""The OpenAPI document at the root of the project is the one the app serves; it is renewed by a variable, never by hand."""

import json
import os
from pathlib import Path

from creditline.clock import MovedClock
from creditline.edge.api import (
    OWN,
    advice,
    appeals,
    backtest,
    book,
    bulk,
    checks,
    consents,
    corrections,
    create_app,
    decisions,
    documents,
    drafts,
    events,
    evidence,
    examinations,
    forecast,
    gates,
    impact,
    limits,
    lines,
    loans,
    motions,
    notices,
    policies,
    promises,
    proofs,
    strategies,
    umbrellas,
)
from creditline.edge.api.gate import STREAMED
from creditline.edge.api.problem import STATUS
from creditline.edge.api.shapes import ProblemView
from creditline.edge.api.state import Parts
from creditline.store.connect import Database
from tests.edge.an_api import STARTS_AT, the_house

DOCUMENT = Path(__file__).parents[2] / "openapi.json"
RENEW = "CREDITLINE_RENEW_OPENAPI"


async def test_the_document_is_what_the_app_serves(shared_db: Database) -> None:
    app = create_app(shared_db, MovedClock(STARTS_AT), the_house())
    served = json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get(RENEW):
        DOCUMENT.write_text(served)
    assert DOCUMENT.read_text() == served, (
        f"openapi.json differs from the app. Set {RENEW}=1 and run this test to renew it."
    )


async def test_the_app_holds_the_parts_it_was_given(shared_db: Database) -> None:
    clock = MovedClock(STARTS_AT)
    house = the_house()
    held: Parts = create_app(shared_db, clock, house).state.parts
    assert (held.db, held.clock, held.house) == (shared_db, clock, house)


async def test_every_route_says_what_a_problem_looks_like(shared_db: Database) -> None:
    document = create_app(shared_db, MovedClock(STARTS_AT), the_house()).openapi()
    assert set(document["components"]["schemas"]["ProblemView"]["properties"]) == set(ProblemView.model_fields)
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            if path.startswith("/v1/") and path not in STREAMED:
                assert "application/problem+json" in told["responses"]["default"]["content"], (method, path)
    assert set(STATUS.values()) <= {400, 401, 403, 404, 409, 422, 429, 500, 503}


async def test_every_way_in_is_in_the_document(shared_db: Database) -> None:
    """A route that the document leaves out would be found by nobody."""
    document = create_app(shared_db, MovedClock(STARTS_AT), the_house()).openapi()
    parts = (
        lines,
        motions,
        limits,
        loans,
        corrections,
        umbrellas,
        promises,
        notices,
        appeals,
        forecast,
        advice,
        policies,
        strategies,
        decisions,
        documents,
        drafts,
        consents,
        checks,
        proofs,
        impact,
        evidence,
        examinations,
        gates,
        backtest,
        book,
    )
    paths = {getattr(route, "path", "") for part in parts for route in part.ROUTES.routes}
    paths |= {getattr(route, "path", "") for part in (*OWN, decisions.HEALTH) for route in part.routes}
    assert len(paths) >= 15
    streamed = {"/v1/events": events.DESCRIPTION, **bulk.DESCRIPTIONS}
    assert paths | streamed.keys() == document["paths"].keys()
    assert {path: document["paths"][path] for path in streamed} == streamed
    assert set(STREAMED) == streamed.keys()
