"""Serve the borrower's pages and the officers' from the files that the build left beside this package, read once.

A path under /my/ or /console/ without a file ending is a page of its app and answers with its one document; a file that
is not there answers 404. Nothing is loaded from anywhere else, and the headers forbid it.
"""

import hashlib
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from creditline.edge.api.mine import Pages
from creditline.edge.api.problem import problem
from creditline.errors import Code

BUILT = files("creditline") / "edge" / "built" / "borrower"
CONSOLE = files("creditline") / "edge" / "built" / "console"
HOME = "/my/"
CONSOLE_HOME = "/console/"
DOCUMENT = "index.html"
FOREVER = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
HOW_TO_BUILD = """<!doctype html><html lang="en"><title>The pages are not built</title><h1>The pages are not built</h1>
<p>The API runs; its pages do not, as they were not built when this was set up.</p>
<p>In a checkout run <code>make pages</code>, which needs a registry of npm packages, and start again. A wheel of a release
brings them along.</p></html>"""


@dataclass(frozen=True, slots=True)
class Built:
    """A file of the pages, as it is sent: its bytes, also compressed if that is smaller, its type and its tag."""

    plain: bytes
    gzipped: bytes | None
    media: str
    tag: str


def read_built(folder: Traversable) -> dict[str, Built]:
    """Return the files of a build by their path under it; none if there is no build."""
    if not (folder / DOCUMENT).is_file():
        return {}
    raw = _read(folder)
    return {
        path: Built(
            plain=body,
            gzipped=raw.get(f"{path}.gz"),
            media=mimetypes.guess_type(path)[0] or "application/octet-stream",
            tag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        )
        for path, body in raw.items()
        if not path.endswith(".gz")
    }


def is_built() -> bool:
    """Say whether all pages were built where this package lies."""
    return (BUILT / DOCUMENT).is_file() and (CONSOLE / DOCUMENT).is_file()


def add_pages(app: FastAPI, pages: Pages) -> None:
    """Serve the borrower's pages under /my/; where they are alone, the root leads there."""
    _add(app, HOME, read_built(BUILT), headers_of(pages.frames))
    if pages.is_alone:
        _lead(app, "/", HOME)


def add_console(app: FastAPI) -> None:
    """Serve the officers' pages under /console/, in nobody's frame: whoever reaches the operators' API reaches them."""
    _add(app, CONSOLE_HOME, read_built(CONSOLE), headers_of(()))


def _add(app: FastAPI, home: str, built: Mapping[str, Built], headers: Mapping[str, str]) -> None:
    async def page(request: Request) -> Response:
        path = request.url.path.removeprefix(home)
        if not built:
            return HTMLResponse(HOW_TO_BUILD, status_code=503, headers=headers)
        found = built.get(path or DOCUMENT) or (built[DOCUMENT] if _is_page(path) else None)
        if found is None:
            detail = f"There is no file at {request.url.path}. Load the page again: it may have been renewed."
            return problem(request, 404, code=Code.MESSAGE_MALFORMED, title="Not Found", detail=detail)
        return _sent(
            request, found, {**headers, "cache-control": FOREVER if path.startswith("assets/") else ASKED_AGAIN}
        )

    app.add_route(f"{home}{{path:path}}", page, methods=["GET", "HEAD"], include_in_schema=False)
    _lead(app, home.rstrip("/"), home)


def _lead(app: FastAPI, path: str, home: str) -> None:
    async def to_home(_: Request) -> Response:
        return RedirectResponse(home, status_code=308)

    app.add_route(path, to_home, methods=["GET", "HEAD"], include_in_schema=False)


def headers_of(frames: Sequence[str]) -> dict[str, str]:
    """Return the headers that keep the pages to themselves: no foreign script, style, picture, frame or address."""
    own_frames = " ".join(frames) or "'none'"
    rules = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        f"frame-ancestors {own_frames}",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    return {
        "content-security-policy": "; ".join(rules),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "vary": "accept-encoding",
    }


def _is_page(path: str) -> bool:
    """Say whether a path is a page of the app: it names no file, as its last part has no ending."""
    return not path.startswith("assets/") and "." not in path.rpartition("/")[2]


def _sent(request: Request, found: Built, headers: Mapping[str, str]) -> Response:
    own = {**headers, "etag": found.tag}
    if request.headers.get("if-none-match") == found.tag:
        return Response(status_code=304, headers=own)
    body = found.plain
    if found.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body, own["content-encoding"] = found.gzipped, "gzip"
    return Response(body, media_type=found.media, headers=own)


def _read(folder: Traversable, under: str = "") -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for one in folder.iterdir():
        if one.is_dir():
            found |= _read(one, f"{under}{one.name}/")
        else:
            found[f"{under}{one.name}"] = one.read_bytes()
    return found
