"""The engine over HTTP: a FastAPI app around the flows, its documentation served from here."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import as_file, files

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from creditline.clock import Clock
from creditline.edge.api import decisions, events, lines, motions
from creditline.edge.api.problem import add_handlers
from creditline.edge.api.state import Parts
from creditline.flows.house import House
from creditline.ids import new_id
from creditline.store.connect import Database

VERSION = "1"
DESCRIPTION = """
An open credit-line engine. Every request carries an id that you make (UUIDv7): sending it again repeats nothing and answers
with what became of it. A decline is an answer, not an error. Errors are problems (RFC 9457) with a stable `code`.
"""


def create_app(db: Database, clock: Clock, house: House) -> FastAPI:
    """Return the app around a ready database, a clock and the products that are offered."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with as_file(files("fastapi_swagger") / "resources") as assets:
            app.mount("/docs/assets", StaticFiles(directory=assets), name="assets")
            yield

    app = FastAPI(
        title="creditline", version=VERSION, description=DESCRIPTION, docs_url=None, redoc_url=None, lifespan=lifespan
    )
    app.state.parts = Parts(db=db, clock=clock, house=house)
    add_handlers(app)
    for routes in (lines.ROUTES, motions.ROUTES, decisions.ROUTES):
        app.include_router(routes)
    app.add_route("/v1/events", events.take_events, methods=["POST"])
    _add_documentation(app)

    @app.middleware("http")
    async def name_request(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        """Give every request an id, the caller's or ours, and tell it."""
        given = request.headers.get("x-request-id", "")
        request.state.request_id = given if 0 < len(given) <= 64 and given.isprintable() else str(new_id(clock()))
        response = await call(request)
        response.headers["x-request-id"] = request.state.request_id
        return response

    return app


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

    schema = app.openapi

    def with_events() -> dict[str, object]:
        """Describe the bulk route too, which is plain Starlette."""
        described = schema()
        described["paths"].setdefault("/v1/events", events.DESCRIPTION)
        return described

    app.openapi = with_events  # type: ignore[method-assign]
