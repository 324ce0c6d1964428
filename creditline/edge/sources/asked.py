"""What a book with outcomes says of a product's rules: a repayment asked of every line on the last day of its history."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from creditline.clock import to_us
from creditline.decision.cases import Cases, with_numbers
from creditline.decision.evidence import Bar, Evidence, evidence_of
from creditline.decision.population import Floats, Questions, by_numbers, columns_of, scored_of, views_of
from creditline.decision.product import Product
from creditline.edge.sources.book import Book
from creditline.events.frames import Facts, facts_of_frame
from creditline.policy.values import Value
from creditline.profile.catalogue import FEATURES

NAMES = tuple(feature.name for feature in FEATURES)


def book_evidence(
    product: Product, book: Book, *, table: str, bar: Bar, numbers: Mapping[str, Value] | None = None
) -> Evidence:
    """Hold the rules of a table against a book: every line asks once, as of the end of its history, under that day's numbers.

    What is asked is the line as the history leaves it: its limit, what its last statement says is owed, and what it repaid in
    30 days.
    """
    borrowers = sorted(book.defaults)
    facts = facts_of_frame(book.events, borrowers)
    cases = _cases(product, facts, book, table)
    return evidence_of(
        product,
        [with_numbers(one, numbers or {}) for one in cases],
        population=(
            f"{book.title}, each asked for {table} as of {book.as_of:%Y-%m-%d}; bad is the default that the source tells by "
            f"{book.until:%Y-%m-%d}"
        ),
        bar=bar,
    )


def _cases(product: Product, facts: Facts, book: Book, table: str) -> list[Cases]:
    count = len(facts.borrowers)
    blank = np.zeros(count, np.bool_)
    nothing = np.zeros(count, np.int64)
    asked = Questions(
        table=table,
        currency=book.currency,
        who=np.arange(count),
        as_of_us=np.full(count, to_us(book.as_of), np.int64),
        granted_minor=nothing,
        drawn_minor=nothing,
        available_minor=nothing,
        requested_minor=nothing,
        is_blocked=blank,
        is_moved=blank,
        accepts_partial=blank,
    )
    is_bad = np.array([book.defaults[one] for one in facts.borrowers], np.bool_)
    found: list[Cases] = []
    done = 0
    for views in views_of(product, facts, asked):
        rows = np.arange(done, done + len(views.features))
        done += len(rows)
        part = _as_it_stands(asked.taken(rows), views.features)
        columns = columns_of(product, part, views, scored_of(product, views.features))
        for own, numbers in by_numbers(product, part):
            found.append(
                Cases(
                    table=table,
                    currency=book.currency,
                    numbers=numbers,
                    columns={name: one.taken(own) for name, one in columns.items() if name not in numbers},
                    count=len(own),
                    who=rows[own],
                    is_bad=is_bad[rows[own]],
                )
            )
    return found


def _as_it_stands(asked: Questions, features: Floats) -> Questions:
    """Return questions about lines as their history leaves them: the limit, what is owed, what was repaid in 30 days."""
    granted, owed, repaid = (
        np.nan_to_num(features[:, NAMES.index(name)]).astype(np.int64)
        for name in ("granted_minor", "statement_balance_minor", "repaid_30d_minor")
    )
    return replace(
        asked,
        granted_minor=granted,
        drawn_minor=owed,
        available_minor=np.maximum(granted - owed, 0),
        requested_minor=repaid,
    )
