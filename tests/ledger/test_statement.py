"""A statement's rows run on: each shows what the entries and transfers up to it left."""

from dataclasses import replace
from datetime import timedelta

from creditline.ledger import book
from creditline.ledger.book import Posting
from creditline.ledger.chart import Account, Transfer
from creditline.ledger.line import Line
from creditline.ledger.statement import statement_rows
from tests.ledger.a_line import BOOKED_AT, STAMP, a_line


def postings() -> list[Posting]:
    """Move 3 in with the opening, draw 4, repay 5 of which 2 come back at once."""
    stamps = [replace(STAMP, booked_at=BOOKED_AT + timedelta(minutes=minute)) for minute in (0, 0, 1, 2, 3)]
    done = [book.open_line(replace(a_line(), version=0), stamp=stamps[0])]
    moves = (book.move_in, book.draw, book.repay, book.release)
    for move, amount_minor, stamp in zip(moves, (3, 4, 5, 2), stamps[1:], strict=True):
        made = move(done[-1].line, amount_minor, stamp=stamp)
        assert isinstance(made, Posting)
        done.append(made)
    return done


def test_every_entry_shows_the_buckets_and_the_debt_after_it() -> None:
    done = postings()
    rows = statement_rows([one.entry for one in done], [leg for one in done for leg in one.transfers])
    assert [(row.drawn_minor, row.withheld_minor, row.headroom_minor) for row in rows] == [
        (0, 0, 10), (3, 0, 7), (7, 0, 3), (2, 5, 3), (2, 3, 5),
    ]  # fmt: skip
    assert [row.principal_minor for row in rows] == [0, 3, 7, 2, 2]
    assert [row.version for row in rows] == [1, 2, 3, 4, 5]


def test_interest_and_what_was_paid_too_much_stand_beside_the_principal() -> None:
    done = postings()
    line: Line = done[-1].line
    later = line.booked_at + timedelta(days=1)

    def leg(debit: Account, credit: Account, amount_minor: int) -> Transfer:
        return Transfer(
            request=STAMP.request,
            ordinal=0,
            line=line.id,
            debit=debit,
            credit=credit,
            amount_minor=amount_minor,
            booked_at=later,
        )

    accrued = replace(done[-1].entry, version=6, booked_at=later)
    more = [
        leg(Account.INTEREST_RECEIVABLE, Account.INTEREST_INCOME, 3),
        leg(Account.SETTLEMENT, Account.CREDIT_BALANCE, 4),
    ]
    rows = statement_rows(
        [*(one.entry for one in done), accrued], [*(own for one in done for own in one.transfers), *more]
    )
    assert (rows[-1].principal_minor, rows[-1].interest_minor, rows[-1].owed_minor, rows[-1].credit_minor) == (
        2,
        3,
        5,
        4,
    )
    assert rows[-2].interest_minor == 0
