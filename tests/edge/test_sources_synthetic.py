"""The made book says that it is made, has the shape of the real one, and its borrowers live believable lives."""

import polars as pl
import pytest

from creditline.edge.sources.book import Book
from creditline.edge.sources.synthetic import MONTHS, made_book
from creditline.events.catalogue import DrawMade, LineOpened, OutcomeObserved, RepaymentReceived, StatementIssued
from creditline.events.frames import EVENT_SCHEMA
from tests.edge.a_source import told_as_events


@pytest.fixture(scope="module")
def book() -> Book:
    return made_book()


def test_it_says_that_it_is_made(book: Book) -> None:
    assert book.is_synthetic
    assert book.title.startswith("SYNTHETIC: 600 ")


def test_the_same_seed_makes_the_same_book_and_another_one_another(book: Book) -> None:
    assert made_book().events.equals(book.events)
    assert not made_book(seed=1).events.equals(book.events)


def test_it_has_the_shape_of_the_real_book(book: Book) -> None:
    assert book.events.schema == EVENT_SCHEMA
    rows = told_as_events(book.events)
    assert {row.borrower for row in rows} == set(book.defaults)
    assert len({row.id for row in rows}) == len(rows)
    counts = book.events["number"].value_counts().rows_by_key("number")
    assert counts[LineOpened.number] == counts[OutcomeObserved.number] == [(600,)]
    assert counts[StatementIssued.number] == [(600 * MONTHS,)]
    assert all(book.as_of > row.happened_at for row in rows if row.number != OutcomeObserved.number)
    assert all(row.happened_at < book.until for row in rows)


def test_what_is_owed_follows_from_what_is_drawn_and_repaid(book: Book) -> None:
    signs = {DrawMade.number: 1, RepaymentReceived.number: -1}
    for (_,), own in book.events.sort("happened_at").group_by(["borrower"]):
        owed = None
        for number, amount in own.select("number", "amount_minor").iter_rows():
            if number == StatementIssued.number:
                assert owed is None or owed == amount
                owed = amount
            elif number in signs and owed is not None:
                owed += signs[number] * amount


def test_who_fell_behind_defaults_more_often(book: Book) -> None:
    last = book.events.filter(number=StatementIssued.number).sort("happened_at").group_by("borrower").last()
    is_late = dict(last.select("borrower", pl.col("code") > 0).iter_rows())
    late = [bad for one, bad in book.defaults.items() if is_late[one]]
    rest = [bad for one, bad in book.defaults.items() if not is_late[one]]
    assert len(late) > 30
    assert sum(late) / len(late) > 2 * sum(rest) / len(rest) > 0
