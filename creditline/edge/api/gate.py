"""The gate every request passes: it is given an id, its body is kept small, and no fault leaves without an answer."""

from uuid import uuid4

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creditline.edge.api.problem import problem, unexpected
from creditline.errors import Code
from creditline.profile.document import MOST_BYTES

MOST_BODY_BYTES = 65_536
"""No request of ours needs a tenth of it but those that bring files; what comes in bulk streams."""

MOST_FILES_BYTES = 4_194_304
WITH_FILES = {"/v1/policies": MOST_FILES_BYTES, "/v1/documents": MOST_BYTES, "/v1/me/documents": MOST_BYTES}
"""The most a request may bring to addresses that begin so."""

MOST_ID_LETTERS = 64
STREAMED = ("/v1/events", "/v1/draws:batch", "/v1/repayments:batch")
HEADER = "x-request-id"


class Gate:
    """What stands around the app; being plain ASGI it neither holds a streamed answer back nor swallows a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through under its id, the caller's or ours, and tell the id with the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.request_id = name = _name_of(request)
        is_started = False

        async def named(message: Message) -> None:
            nonlocal is_started
            if message["type"] == "http.response.start":
                is_started = True
                headers = MutableHeaders(scope=message)
                headers[HEADER] = name
                if scope["path"].startswith("/v1/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            await self._through(request, receive, named)
        except Exception as error:
            # Half an answer cannot be taken back: the server then breaks the connection, and the caller sees that.
            if is_started:
                raise
            await unexpected(request, error)(scope, receive, named)

    async def _through(self, request: Request, receive: Receive, send: Send) -> None:
        if request.url.path in STREAMED:
            await self._app(request.scope, receive, send)
            return
        body = bytearray()
        most = _most_bytes(request)
        has_more = _announced_bytes(request) <= most
        while has_more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            has_more = message.get("more_body", False) and len(body) <= most
        if max(len(body), _announced_bytes(request)) > most:
            await _too_large(request)(request.scope, receive, send)
            return
        await self._app(request.scope, _again(bytes(body), receive), send)


def _name_of(request: Request) -> str:
    """Return the id the caller gave, if it can stand in a header and a log, else one of ours."""
    given = request.headers.get(HEADER, "")
    is_fit = 0 < len(given) <= MOST_ID_LETTERS and given.isascii() and given.isprintable()
    return given if is_fit else str(uuid4())


def _most_bytes(request: Request) -> int:
    path = request.url.path
    return next((most for start, most in WITH_FILES.items() if path.startswith(start)), MOST_BODY_BYTES)


def _announced_bytes(request: Request) -> int:
    """Return the size a request says its body has, 0 if it does not say."""
    said = request.headers.get("content-length", "")
    return int(said) if said.isdecimal() else 0


def _too_large(request: Request) -> ASGIApp:
    detail = (
        f"The body is larger than {_most_bytes(request)} bytes, the most a request may have; nothing of it was read. "
        f"Send one request at a time, or any number of lines to {', '.join(STREAMED)}."
    )
    return problem(request, 413, code=Code.TOO_LARGE, title="Too Large", detail=detail)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what hands a body that was read to the next one who asks, and then goes on as before."""
    is_handed_on = False

    async def hand_on() -> Message:
        nonlocal is_handed_on
        if is_handed_on:
            return await receive()
        is_handed_on = True
        return {"type": "http.request", "body": body, "more_body": False}

    return hand_on
