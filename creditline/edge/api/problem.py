"""Errors over HTTP: one map from our tree to statuses, and one shape for all (RFC 9457, application/problem+json)."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from creditline.errors import (
    Broken,
    Busy,
    Code,
    Conflict,
    CreditlineError,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PolicyInvalid,
    Refused,
    Unavailable,
)

STATUS: Mapping[type[CreditlineError], int] = {
    CreditlineError: 500,
    Refused: 400,
    Malformed: 400,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    PolicyInvalid: 422,
    Unavailable: 503,
    Busy: 429,
    Broken: 500,
}
"""The status of each kind of error; `tests/tidy` checks that none is missing."""

FAULT = "This is a fault of the engine. Send the request again with the same id; report the request_id if it stays."
AGAIN = "Send the request again with the same id: what is recorded is then answered, not repeated."

OF_THE_HOUSE: Mapping[Code, str] = {
    Code.CONFIGURATION_INVALID: f"The engine is not set up as it must be, and its log says how. {AGAIN}",
    Code.DATABASE_AHEAD: f"The engine is older than its database, and its log says so. {AGAIN}",
    Code.DATABASE_BUSY: f"The database is busy. Nothing was recorded. {AGAIN}",
    Code.DATABASE_UNREACHABLE: f"The database cannot be reached. Nothing was recorded. {AGAIN}",
    Code.DISK_FULL: f"The database's disk is full. Nothing was recorded. {AGAIN}",
    Code.MEMORY_SHORT: f"The database is short of memory. Nothing was recorded. {AGAIN}",
    Code.OUTCOME_UNKNOWN: f"The reply to a commit was lost, so it may be recorded or not. {AGAIN}",
    Code.USER_FORBIDDEN: f"The engine is not set up as it must be, and its log says how. {AGAIN}",
}
"""What callers are told about troubles of the house, which they cannot mend: no names of hosts, users or tables."""

RETRY_SECONDS = "1"
MEDIA = "application/problem+json"
LOG = logging.getLogger("creditline.api")


def problem(
    request: Request, status: int, *, code: str, title: str, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return the answer that tells an error; `request_id` finds it in the log."""
    body = {
        "type": f"urn:creditline:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": quote(request.scope["path"], safe="/:"),
        "request_id": getattr(request.state, "request_id", None),
    }
    wait = {"Retry-After": RETRY_SECONDS} if status in {429, 503} else {}
    sign_in = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(body, status_code=status, media_type=MEDIA, headers={**(headers or {}), **wait, **sign_in})


def of_ours(request: Request, error: CreditlineError) -> JSONResponse:
    """Return the answer that tells an error of ours; what is not the caller's to mend is logged in full."""
    status, detail = told(error)
    if status >= 500:
        LOG.error("%s %s: %s", getattr(request.state, "request_id", "-"), error.code, error.message)
    title = Unavailable.__name__ if status == 503 else type(error).__name__
    return problem(request, status, code=error.code, title=title, detail=detail)


def told(error: CreditlineError) -> tuple[int, str]:
    """Return the status of an error, and the words a caller is told."""
    if error.code in OF_THE_HOUSE:
        return 503, OF_THE_HOUSE[error.code]
    status = STATUS[type(error)]
    return status, FAULT if status == 500 else error.message


def unexpected(request: Request, error: Exception) -> JSONResponse:
    """Return the answer to a fault nobody foresaw; only the log says what it was."""
    LOG.error("%s failed", getattr(request.state, "request_id", "-"), exc_info=error)
    return problem(request, 500, code=Code.INVARIANT_BROKEN, title="Broken", detail=FAULT)


def add_handlers(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""
    app.add_exception_handler(CreditlineError, _ours)
    app.add_exception_handler(RequestValidationError, _misshapen)
    app.add_exception_handler(HTTPException, _http)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CreditlineError)
    return of_ours(request, error)


async def _misshapen(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    is_of_body = any(one["loc"][0] == "body" for one in error.errors())
    if is_of_body and media != "application/json":
        detail = f"The body came as {media or 'no media type at all'}. Send JSON, with Content-Type: application/json."
        return problem(request, 415, code=Code.MESSAGE_MALFORMED, title="Unsupported Media Type", detail=detail)
    detail = "; ".join(_said(one) for one in error.errors())
    words = f"{detail}. Mend the request and send it again."
    return problem(request, 400, code=Code.MESSAGE_MALFORMED, title="Malformed", detail=words)


def _said(one: Mapping[str, Any]) -> str:
    """Say one fault of a body, path or query in words, with the place it is at."""
    place: Sequence[Any] = one["loc"]
    where = ".".join(str(part) for part in place[1:]) or str(place[0])
    match one["type"]:
        case "missing":
            return f"{where} is missing"
        case "extra_forbidden":
            return f"{where} is not known here"
        case "json_invalid":
            return f"the body is no JSON ({one.get('ctx', {}).get('error', 'it cannot be read')})"
        case _:
            return f"{where}: {one['msg'][:1].lower()}{one['msg'][1:]}, and it was {_shown(one.get('input'))}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        detail = f"There is nothing at {request.url.path}. See /docs for what there is."
    elif error.status_code == 400:
        detail = "The body cannot be read: it is no UTF-8, or nests too deeply, or holds too long a number. Send one JSON object."
    else:
        detail = f"{error.detail}: {request.method} {request.url.path}. See /docs for how it is called."
    title = str(error.detail)
    return problem(
        request, error.status_code, code=Code.MESSAGE_MALFORMED, title=title, detail=detail, headers=error.headers
    )
