"""A fixed population and what it is answered: a made book, each line asked four questions, decided in memory.

Run as a program it prints one answer a line as JSON, so that two versions of the engine can be laid side by side.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from creditline.clock import to_us
from creditline.decision.decide import Question, decide, known_of
from creditline.decision.outcome import Kind, Position
from creditline.edge.products import load_product
from creditline.edge.sources.synthetic import made_book
from creditline.events.frames import facts_of_frame
from creditline.ids import id_from
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile_and_sources

LINES_COUNT = 600
PRODUCT = "consumer_revolving"
ASKED = (Kind.OPENING, Kind.DRAW, Kind.RESTORATION, Kind.REVIEW)


def answers() -> Iterator[dict[str, Any]]:
    """Go through the answers: who, what was asked, the answer, its terms, and the codes of its reasons in order."""
    product = load_product(PRODUCT)
    book = made_book(lines_count=LINES_COUNT)
    facts = facts_of_frame(book.events, sorted(book.defaults))
    instants = np.full(len(facts.borrowers), to_us(book.as_of), np.int64)
    features, sources = profile_and_sources(facts, FEATURES, as_of_us=instants)
    granted_minor = np.nan_to_num(features[:, product.features.index("granted_minor")]).astype(np.int64)
    knowns = known_of(product, features, sources.sum(axis=1).tolist())
    for borrower, known, granted in zip(facts.borrowers, knowns, granted_minor.tolist(), strict=True):
        for kind in ASKED:
            question = Question(
                id=id_from(f"{kind} of {borrower}", at=book.as_of),
                kind=kind,
                borrower=borrower,
                line=id_from(borrower, at=book.as_of),
                currency=book.currency,
                as_of=book.as_of,
                position=half_drawn(granted),
            )
            decision = decide(product, question, known)
            yield {
                "borrower": borrower,
                "asked": kind.value,
                "answer": decision.answer.value,
                "terms": {name: value for name, value in asdict(decision.terms).items() if value is not None},
                "reasons": [reason.code for reason in decision.reasons],
            }


def half_drawn(granted_minor: int) -> Position:
    """Return a line of which half is drawn, and of which a tenth is asked for or brought back."""
    half = granted_minor // 2
    return Position(
        granted_minor=granted_minor,
        drawn_minor=half,
        reserved_minor=0,
        withheld_minor=0,
        available_minor=granted_minor - half,
        requested_minor=granted_minor // 10,
    )


if __name__ == "__main__":
    for answer in answers():
        sys.stdout.write(json.dumps(answer, sort_keys=True, default=str) + "\n")
