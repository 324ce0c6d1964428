"""The engine over HTTP: a FastAPI app around the flows, its documentation served from here."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import as_file, files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from creditline.clock import Clock
from creditline.edge.api import (
    advice,
    appeals,
    backtest,
    book,
    bulk,
    checks,
    consents,
    corrections,
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
    me,
    motions,
    notices,
    own_advice,
    own_consents,
    own_courses,
    own_documents,
    own_letters,
    own_motions,
    own_reviews,
    policies,
    promises,
    proofs,
    strategies,
    umbrellas,
)
from creditline.edge.api.gate import Gate
from creditline.edge.api.mine import Pages
from creditline.edge.api.pages import add_console, add_pages
from creditline.edge.api.problem import MEDIA, add_handlers
from creditline.edge.api.shapes import ProblemView
from creditline.edge.api.state import parts
from creditline.flows.house import House
from creditline.flows.vault import Vault
from creditline.store.connect import Database

VERSION = "1"
DESCRIPTION = """
An open credit-line engine. Every request carries an id that you make (UUIDv7): sending it again repeats nothing and answers
with what became of it. A decline is an answer, not an error. Errors are problems (RFC 9457) with a stable `code`.
"""

PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem: what went wrong, and what to do.",
        "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemView"}}},
    }
}

OWN = (
    me.ROUTES,
    own_advice.ROUTES,
    own_consents.ROUTES,
    own_courses.ROUTES,
    own_documents.ROUTES,
    own_letters.ROUTES,
    own_motions.ROUTES,
    own_reviews.ROUTES,
)
"""What borrowers ask: a test goes through all of it, for what must not reach them and for whom it lets in."""


def create_app(
    db: Database, clock: Clock, house: House, *, pages: Pages | None = None, vault: Callable[[], Vault] | None = None
) -> FastAPI:
    """Return the app around a ready database, a clock and the products that are offered.

    `pages` says how borrowers sign in; without it none can. If they are alone, nothing else is served: see docs/pages.md.
    `vault` takes documents in.
    """
    pages = pages or Pages()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with as_file(files("fastapi_swagger") / "resources") as assets:
            app.mount("/docs/assets", StaticFiles(directory=assets), name="assets")
            yield
            await app.state.parts.drain()

    app = FastAPI(
        title="creditline",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,
        openapi_url=None if pages.is_alone else "/openapi.json",
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.parts = parts(db, clock, house, vault=vault)
    app.state.pages = pages
    add_handlers(app)
    app.add_middleware(Gate)
    add_pages(app, pages)
    for routes in (*OWN, decisions.HEALTH):
        app.include_router(routes, responses=PROBLEM)
    if not pages.is_alone:
        _add_operations(app)
    return app


def _add_operations(app: FastAPI) -> None:
    """Add what the lender's own systems call, and its documentation."""
    for routes in (
        lines.ROUTES,
        motions.ROUTES,
        loans.ROUTES,
        corrections.ROUTES,
        limits.ROUTES,
        umbrellas.ROUTES,
        promises.ROUTES,
        notices.ROUTES,
        appeals.ROUTES,
        forecast.ROUTES,
        advice.ROUTES,
        policies.ROUTES,
        drafts.ROUTES,
        strategies.ROUTES,
        decisions.ROUTES,
        examinations.ROUTES,
        checks.ROUTES,
        proofs.ROUTES,
        evidence.ROUTES,
        documents.ROUTES,
        consents.ROUTES,
        impact.ROUTES,
        gates.ROUTES,
        backtest.ROUTES,
        book.ROUTES,
    ):
        app.include_router(routes, responses=PROBLEM)
    app.add_route("/v1/events", events.take_events, methods=["POST"])
    app.add_route("/v1/draws:batch", bulk.draw_batch, methods=["POST"])
    app.add_route("/v1/repayments:batch", bulk.repay_batch, methods=["POST"])
    add_console(app)
    _add_documentation(app)
    _describe(app)


def _add_documentation(app: FastAPI) -> None:
    """Serve the page that documents the API, from our own files: it works without the internet."""

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="creditline API",
            swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css",
            swagger_favicon_url="/docs/assets/favicon-32x32.png",
        )


def _describe(app: FastAPI) -> None:
    """Describe what FastAPI cannot know: the bulk routes, which are plain Starlette, and how errors look."""
    schema = app.openapi

    def described() -> dict[str, Any]:
        told = schema()
        for path, description in {"/v1/events": events.DESCRIPTION, **bulk.DESCRIPTIONS}.items():
            told["paths"].setdefault(path, description)
        shape = ProblemView.model_json_schema(ref_template="#/components/schemas/{model}")
        told["components"]["schemas"] |= {**shape.pop("$defs"), "ProblemView": shape}
        return told

    app.openapi = described  # type: ignore[method-assign]  # The framework's own way to tell more.
