"""The errors of the driver, the server and the system, said as ours: the one place that knows theirs.

A broken link reaches us as an error of any of the three, so what became of a commit is decided by elimination: what is
no proof of a rollback is an unknown outcome.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

import asyncpg

from creditline.errors import Broken, Code, CreditlineError, Malformed, NotAllowed, Unavailable

DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class Stage(Enum):
    """What was being done when an error came, which is what it proves."""

    CONNECT = "nothing was sent"
    WORK = "inside a transaction that was not yet committed"
    COMMIT = "the commit was sent"
    ALONE = "a statement outside a transaction, which commits by itself"


_AGAIN = "Nothing was recorded. Send it again, with the same id."
_FAULT = "Nothing was recorded. This is a fault of the engine: keep this message and report it."
_LESS = "Nothing was recorded. Ask for less, raise its limit, or wait until something is repaid and back."
_GUARD = f"A guard of the database refused what we wrote. {_FAULT}"

_BY_STATE: dict[str, tuple[type[CreditlineError], Code, str]] = {
    "25006": (Malformed, Code.CONFIGURATION_INVALID, "The database can only be read here. Name its primary server."),
    "25P03": (Unavailable, Code.DATABASE_BUSY, f"The transaction was idle too long. {_AGAIN}"),
    "3D000": (Malformed, Code.CONFIGURATION_INVALID, "The server has no such database. Create it or correct its name."),
    "40001": (Unavailable, Code.DATABASE_BUSY, f"Another transaction changed the same rows. {_AGAIN}"),
    "40P01": (Unavailable, Code.DATABASE_BUSY, f"Two transactions waited for each other. {_AGAIN}"),
    "42501": (NotAllowed, Code.USER_FORBIDDEN, "The database's user lacks a right. Grant it, or use another user."),
    "53100": (Unavailable, Code.DISK_FULL, f"The database's disk is full. Free some space. {_AGAIN}"),
    "53200": (Unavailable, Code.MEMORY_SHORT, f"The database is short of memory. {_AGAIN}"),
    "53300": (Unavailable, Code.DATABASE_BUSY, "The database has no connection left. Try again, or open fewer."),
    "55P03": (Unavailable, Code.DATABASE_BUSY, f"A lock was not free in time. {_AGAIN}"),
    "57014": (Unavailable, Code.DATABASE_BUSY, f"The statement took too long and was stopped. {_AGAIN}"),
    "57P03": (Unavailable, Code.DATABASE_UNREACHABLE, "The database is starting or stopping. Try again in a moment."),
    "CL001": (Unavailable, Code.CLOCK_BEHIND, f"The books of that day are closed. Set the clock right. {_AGAIN}"),
    "CL002": (NotAllowed, Code.OVERDRAWN, f"An umbrella has not the room. {_LESS}"),
    "P0001": (Broken, Code.INVARIANT_BROKEN, _GUARD),
    "XX001": (Broken, Code.DATA_CORRUPT, "The database found damaged data. Stop writing, and restore a backup."),
    "XX002": (Broken, Code.DATA_CORRUPT, "The database found a damaged index. Stop writing, and REINDEX it."),
}
"""What a state of SQL means for the caller, by the whole state (PostgreSQL 18, appendix A)."""

_BY_CLASS: dict[str, tuple[type[CreditlineError], Code, str]] = {
    "23": (Broken, Code.INVARIANT_BROKEN, f"A constraint of the database refused what we wrote. {_FAULT}"),
    "28": (NotAllowed, Code.USER_FORBIDDEN, "The database refused the user or password. Correct CREDITLINE_DSN."),
    "53": (Unavailable, Code.DATABASE_BUSY, f"The database has used up what it may use. {_AGAIN}"),
    "58": (Unavailable, Code.DATABASE_UNREACHABLE, f"The database cannot use its files. Read its log. {_AGAIN}"),
    "CL": (Broken, Code.INVARIANT_BROKEN, _GUARD),
}
"""What a class of states means, for those that are not in `_BY_STATE`; CL is for guards of our own."""


@contextmanager
def translated(stage: Stage, link: Any = None) -> Iterator[None]:
    """Let only our errors out of a block that speaks to the driver over `link`."""
    try:
        yield
    except (*DRIVER_ERRORS, ValueError) as error:
        raise translation(error, stage=stage, is_lost=link is not None and is_gone(link)) from error


@contextmanager
def quietly() -> Iterator[None]:
    """Pass over the driver's errors where no outcome depends on them."""
    try:
        yield
    except DRIVER_ERRORS:
        return


def is_gone(link: Any) -> bool:
    """Say whether a link is broken; the pool takes a broken one back at once, and then refuses even this question."""
    try:
        return bool(link.is_closed())
    except asyncpg.InterfaceError:
        return True


def translation(error: Exception, *, stage: Stage, is_lost: bool) -> CreditlineError:
    """Return what an error of the driver or the system means; `is_lost` says that the link is gone."""
    said, state = _said(error), _state(error)
    is_lost = is_lost or _is_of_link(error)
    # Only an answer of the server that ends no session proves that the transaction was rolled back.
    is_proven = isinstance(error, asyncpg.PostgresError) and getattr(error, "severity_en", None) == "ERROR"
    if not is_proven and (stage is Stage.COMMIT or (stage is Stage.ALONE and is_lost)):
        return Unavailable(
            "The reply to a commit was lost, so it may be recorded or not. Send it again with the same id: what is "
            f"recorded is then answered, not repeated. ({said})",
            code=Code.OUTCOME_UNKNOWN,
        )
    known = _BY_STATE.get(state) or _BY_CLASS.get(state[:2])
    if "No space left on device" in said and state[:2] in {"53", "58"}:
        known = _BY_STATE["53100"]
    if known is not None:
        kind, code, words = known
        return kind(f"{words} ({said})", code=code)
    if stage is Stage.CONNECT and isinstance(error, ValueError):
        return Malformed(
            f"The address of the database cannot be read: {said}. Write it as "
            "postgresql://user:password@host:5432/database in CREDITLINE_DSN.",
            code=Code.CONFIGURATION_INVALID,
        )
    if isinstance(error, TimeoutError) and stage is not Stage.CONNECT:
        return Unavailable(f"The database did not answer in time. {_AGAIN}", code=Code.DATABASE_BUSY)
    if stage is Stage.CONNECT or is_lost:
        return Unavailable(
            f"The database cannot be reached. Look whether it runs. {_AGAIN} ({said})", code=Code.DATABASE_UNREACHABLE
        )
    return Broken(f"The database refused a statement of ours. {_FAULT} ({said})", code=Code.INVARIANT_BROKEN)


def _is_of_link(error: Exception) -> bool:
    """Say whether an error is one of a broken link, in any of the shapes it comes in."""
    is_ended = isinstance(error, asyncpg.PostgresError) and (_state(error)[:2] == "08" or _state(error)[:4] == "57P0")
    return is_ended or isinstance(error, OSError | asyncpg.ConnectionDoesNotExistError)


def _state(error: BaseException) -> str:
    """Return the state the server gave, also where the driver hides it behind an error of its own."""
    cause = error.__cause__
    if isinstance(error, asyncpg.ConnectionDoesNotExistError) and cause is not None:
        return _state(cause)
    return str(getattr(error, "sqlstate", None) or "")


def _said(error: Exception) -> str:
    """Return an error's own words with what names its place: the constraint, the state."""
    words = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    place, state = getattr(error, "constraint_name", None), _state(error)
    return words + (f", constraint {place}" if place else "") + (f", SQLSTATE {state}" if state else "")
