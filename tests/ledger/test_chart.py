"""The chart of accounts: five accounts of permission, the rest of money, under numbers that are stored for ever."""

import re
from importlib.resources import files

from creditline.ledger.chart import CHART, LIMIT_ACCOUNTS, MONEY_ACCOUNTS, TERMS, Account, AccountKind, Movement


def test_every_account_is_of_one_kind() -> None:
    assert set(LIMIT_ACCOUNTS) | set(MONEY_ACCOUNTS) == set(Account)
    assert not set(LIMIT_ACCOUNTS) & set(MONEY_ACCOUNTS)


def test_every_account_stands_once_in_the_chart_and_sorts_by_its_code() -> None:
    assert set(TERMS) == set(Account)
    assert len(CHART) == len(Account)
    codes = [terms.code for terms in CHART]
    assert codes == sorted(set(codes))
    assert len({terms.name for terms in CHART}) == len(CHART)


def test_the_first_digit_of_a_code_says_the_kind() -> None:
    first = {AccountKind.ASSET: "1", AccountKind.LIABILITY: "2", AccountKind.INCOME: "4", AccountKind.EXPENSE: "5", AccountKind.MEMO: "9"}  # fmt: skip
    assert all(terms.code[0] == first[terms.kind] for terms in CHART)
    assert all(TERMS[account].kind is AccountKind.MEMO for account in LIMIT_ACCOUNTS)


def test_what_the_house_has_is_shown_on_the_debit_side() -> None:
    shown = {terms.kind: terms.is_debit for terms in CHART}
    assert shown == {AccountKind.ASSET: True, AccountKind.LIABILITY: False, AccountKind.INCOME: False, AccountKind.EXPENSE: True, AccountKind.MEMO: True}  # fmt: skip


def test_the_database_knows_the_same_accounts() -> None:
    schema = (files("creditline.store") / "schema.sql").read_text()
    told = re.findall(r"(?:debit|credit) in \(([0-9, ]+)\)", schema)
    assert told == [", ".join(str(int(account)) for account in Account)] * 2


def test_the_kinds_are_told_apart_by_number_as_the_database_does() -> None:
    assert all(account < 10 for account in LIMIT_ACCOUNTS)
    assert all(account >= 10 for account in MONEY_ACCOUNTS)


def test_stored_numbers_and_texts_are_pinned() -> None:
    assert {account.name: account.value for account in Account} == {
        "GRANT": 1, "HEADROOM": 2, "RESERVED": 3, "DRAWN": 4, "WITHHELD": 5,
        "RECEIVABLE": 11, "SETTLEMENT": 12, "MOVED_IN": 13, "INTEREST_RECEIVABLE": 14, "PENALTY_RECEIVABLE": 15,
        "FEE_RECEIVABLE": 16, "CREDIT_BALANCE": 21, "REFUND_CLEARING": 22, "SUSPENDED_INTEREST": 23,
        "INTEREST_INCOME": 31, "PENALTY_INCOME": 32, "FEE_INCOME": 33, "RECOVERY_INCOME": 34, "ROUNDING": 35,
        "WRITE_OFF_EXPENSE": 41, "WAIVER_EXPENSE": 42, "CHARGED_OFF": 91, "CHARGED_OFF_CONTRA": 92,
    }  # fmt: skip
    assert [movement.value for movement in Movement] == [
        "open", "move_in", "authorise", "capture", "void", "expire", "draw", "repay", "release",
        "increase", "decrease", "block", "unblock", "self_limit",
        "attach", "detach", "close", "reverse", "backdate", "waive", "pay_out", "charge_off", "recover", "reduce",
    ]  # fmt: skip
