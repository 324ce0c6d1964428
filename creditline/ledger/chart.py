"""The chart of accounts of one line: five limit accounts and the money accounts an accountant recognises.

Limit accounts hold permission, money accounts hold money; no transfer crosses between the two kinds. `GRANT` is where
all permission comes from: its balance is minus the granted limit, so the limit accounts always sum to zero, and so do
the money accounts. `CHART` is the whole chart as data: the code and the name a general ledger files each account under.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID


class Account(IntEnum):
    """Where a unit of permission or of money is. Numbers are stored: never renumbered, never reused.

    Below 10 is permission, from 10 on money: the database holds the two apart by number.
    """

    GRANT = 1
    HEADROOM = 2
    RESERVED = 3
    DRAWN = 4
    WITHHELD = 5
    RECEIVABLE = 11
    SETTLEMENT = 12
    MOVED_IN = 13
    INTEREST_RECEIVABLE = 14
    PENALTY_RECEIVABLE = 15
    FEE_RECEIVABLE = 16
    CREDIT_BALANCE = 21
    REFUND_CLEARING = 22
    SUSPENDED_INTEREST = 23
    INTEREST_INCOME = 31
    PENALTY_INCOME = 32
    FEE_INCOME = 33
    RECOVERY_INCOME = 34
    ROUNDING = 35
    WRITE_OFF_EXPENSE = 41
    WAIVER_EXPENSE = 42
    CHARGED_OFF = 91
    CHARGED_OFF_CONTRA = 92


class AccountKind(StrEnum):
    """What an account is to an accountant. Memo accounts stand outside the balance sheet, in pairs that cancel."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    MEMO = "memo"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTerms:
    """An account as a general ledger files it: a code that sorts by kind, a name, and what it is for."""

    account: Account
    code: str
    name: str
    kind: AccountKind
    why: str

    @property
    def is_debit(self) -> bool:
        """Whether its balance is shown positive when debits exceed credits."""
        return self.kind in {AccountKind.ASSET, AccountKind.EXPENSE, AccountKind.MEMO}


_ROWS = (
    # account, code, name, what it is for
    (Account.SETTLEMENT, "1010", "Settlement", "money on its way to or from the payer's bank"),
    (Account.RECEIVABLE, "1310", "Principal receivable", "what is drawn and not repaid"),
    (Account.INTEREST_RECEIVABLE, "1320", "Interest receivable", "interest accrued, not paid"),
    (Account.PENALTY_RECEIVABLE, "1330", "Penalty receivable", "penalty accrued, not paid"),
    (Account.FEE_RECEIVABLE, "1340", "Fees receivable", "fees charged, not paid"),
    (Account.CREDIT_BALANCE, "2010", "Credit balances", "paid beyond what was owed, and kept"),
    (Account.REFUND_CLEARING, "2020", "Refunds payable", "to be sent back, not yet sent"),
    (Account.SUSPENDED_INTEREST, "2030", "Interest in suspense", "accrued on what does not perform, no income until paid"),
    (Account.MOVED_IN, "2090", "Balances moved in", "what a line brought along from elsewhere"),
    (Account.INTEREST_INCOME, "4010", "Interest income", "interest earned"),
    (Account.PENALTY_INCOME, "4020", "Penalty income", "penalty earned"),
    (Account.FEE_INCOME, "4030", "Fee income", "fees earned"),
    (Account.RECOVERY_INCOME, "4040", "Recoveries", "paid after the debt was charged off"),
    (Account.ROUNDING, "4090", "Rounding differences", "daily accruals against what falls due, each rounded once"),
    (Account.WRITE_OFF_EXPENSE, "5010", "Charge-offs", "debt given up as lost"),
    (Account.WAIVER_EXPENSE, "5020", "Waivers", "debt forgiven by somebody with the authority"),
    (Account.GRANT, "9001", "Limit granted (contra)", "where permission comes from: minus the granted limit"),
    (Account.HEADROOM, "9002", "Limit free", "granted, and neither used nor kept back"),
    (Account.RESERVED, "9003", "Limit reserved", "held for draws that are not captured yet"),
    (Account.DRAWN, "9004", "Limit drawn", "used by principal that is owed"),
    (Account.WITHHELD, "9005", "Limit withheld", "repaid, and not restored yet"),
    (Account.CHARGED_OFF, "9101", "Claims charged off", "still owed by the borrower, no longer an asset"),
    (Account.CHARGED_OFF_CONTRA, "9102", "Claims charged off (contra)", "the other side of the claims charged off"),
)  # fmt: skip

_KIND_OF_DIGIT = {
    "1": AccountKind.ASSET,
    "2": AccountKind.LIABILITY,
    "4": AccountKind.INCOME,
    "5": AccountKind.EXPENSE,
    "9": AccountKind.MEMO,
}

CHART = tuple(
    AccountTerms(account=account, code=code, name=name, kind=_KIND_OF_DIGIT[code[0]], why=why)
    for account, code, name, why in _ROWS
)
"""Every account once, in the order of the codes; the first digit of a code is its kind."""

TERMS = {terms.account: terms for terms in CHART}
LIMIT_ACCOUNTS = tuple(account for account in Account if account < 10)
MONEY_ACCOUNTS = tuple(account for account in Account if account >= 10)


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
    ATTACH = "attach"
    DETACH = "detach"
    CLOSE = "close"
    REVERSE = "reverse"
    BACKDATE = "backdate"
    WAIVE = "waive"
    PAY_OUT = "pay_out"
    CHARGE_OFF = "charge_off"
    RECOVER = "recover"
    REDUCE = "reduce"


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
