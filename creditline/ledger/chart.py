"""The chart of accounts of one line: five limit accounts and three money accounts.

Limit accounts hold permission, money accounts hold money; no transfer crosses between the two kinds. `GRANT` is where
all permission comes from: its balance is minus the granted limit, so the five limit accounts always sum to zero, and
so do the three money accounts.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID


class Account(IntEnum):
    """Where a unit of permission or of money is. Numbers are stored: never renumbered, never reused."""

    GRANT = 1
    HEADROOM = 2
    RESERVED = 3
    DRAWN = 4
    WITHHELD = 5
    RECEIVABLE = 11
    SETTLEMENT = 12
    MOVED_IN = 13


LIMIT_ACCOUNTS = (Account.GRANT, Account.HEADROOM, Account.RESERVED, Account.DRAWN, Account.WITHHELD)
MONEY_ACCOUNTS = (Account.RECEIVABLE, Account.SETTLEMENT, Account.MOVED_IN)


class Movement(StrEnum):
    """Why a line changed: one per entry."""

    OPEN = "open"
    MOVE_IN = "move_in"
    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    EXPIRE = "expire"
    DRAW = "draw"
    REPAY = "repay"
    RELEASE = "release"
    INCREASE = "increase"
    DECREASE = "decrease"
    BLOCK = "block"
    UNBLOCK = "unblock"
    SELF_LIMIT = "self_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """An amount that left `credit` and came to `debit`; `(request, ordinal)` names it for ever."""

    request: UUID
    ordinal: int
    line: UUID
    debit: Account
    credit: Account
    amount_minor: int
    booked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The buckets of a line after one movement; `version` counts a line's entries from 1 and is their only order."""

    line: UUID
    version: int
    request: UUID
    movement: Movement
    granted_minor: int
    drawn_minor: int
    reserved_minor: int
    withheld_minor: int
    booked_at: datetime
