"""The chart of accounts: five accounts of permission, three of money, under numbers that are stored for ever."""

from creditline.ledger.chart import LIMIT_ACCOUNTS, MONEY_ACCOUNTS, Account, Movement


def test_every_account_is_of_one_kind() -> None:
    assert set(LIMIT_ACCOUNTS) | set(MONEY_ACCOUNTS) == set(Account)
    assert not set(LIMIT_ACCOUNTS) & set(MONEY_ACCOUNTS)


def test_the_kinds_are_told_apart_by_number_as_the_database_does() -> None:
    assert all(account < 10 for account in LIMIT_ACCOUNTS)
    assert all(account >= 10 for account in MONEY_ACCOUNTS)


def test_stored_numbers_and_texts_are_pinned() -> None:
    assert {account.name: account.value for account in Account} == {
        "GRANT": 1, "HEADROOM": 2, "RESERVED": 3, "DRAWN": 4, "WITHHELD": 5,
        "RECEIVABLE": 11, "SETTLEMENT": 12, "MOVED_IN": 13,
    }  # fmt: skip
    assert [movement.value for movement in Movement] == [
        "open", "move_in", "authorise", "capture", "void", "expire", "draw", "repay", "release",
        "increase", "decrease", "block", "unblock", "self_limit",
    ]  # fmt: skip
