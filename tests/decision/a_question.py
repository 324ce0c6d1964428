"""Questions about borrowers of whom exactly this is known, for tests that need no database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from math import nan

import numpy as np
from hypothesis import strategies as st

from creditline.decision.decide import Known, Question, decide, known_of
from creditline.decision.outcome import Decision, Kind, Position
from creditline.decision.product import Product
from creditline.ids import id_from
from tests.decision.a_product import a_product

AS_OF = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = id_from("line", at=AS_OF)

VALUES: Mapping[str, tuple[float, ...]] = {
    "months_late_last_count": (nan, 0, 1, 2, 3),
    "late_ever_so_little_180d_count": (0, 1, 3),
    "pay_ratio": (nan, 0, 0.2, 0.79, 1.0),
    "utilisation_ratio": (nan, 0.1, 0.5, 0.89, 0.9, 1.2),
    "draws_1d_count": (0, 9, 10, 12),
    "draws_30d_count": (0, 6, 7, 12),
    "draws_90d_count": (0, 12),
    "spend_surge_ratio": (nan, 0, 1.5, 3.0, 3.1),
    "granted_minor": (50_000, 200_000),
    "evidence_income_valid_count": (0, 1),
    "days_on_book_count": (nan, 10, 179, 180, 400),
}
"""Values on and beside every break the tables and the small cards have."""


def a_position(*, requested: int = 100, available: int = 100, blocked: bool = False, partial: bool = False) -> Position:
    """Return a line of 1,000 of which `available` could be drawn if it is not blocked."""
    return Position(
        granted_minor=1_000,
        drawn_minor=1_000 - available,
        reserved_minor=0,
        withheld_minor=0,
        available_minor=0 if blocked else available,
        requested_minor=requested,
        is_blocked=blocked,
        accepts_partial=partial,
    )


def known(features: Mapping[str, float] | None = None, *, product: Product | None = None) -> Known:
    """Return what is known of a borrower with a line: these features, and nothing else but a day on the book."""
    own = product or a_product()
    values = {"days_on_book_count": 1.0, **(features or {})}
    row = [values.get(name, nan) for name in own.features]
    assert set(values) <= set(own.features)
    return known_of(own, np.array([row]), [1])[0]


def a_question(kind: Kind, *, position: Position | None = None, condition: str | None = None) -> Question:
    """Return a question about a line."""
    return Question(
        id=id_from(f"{kind}", at=AS_OF),
        kind=kind,
        borrower="ada",
        line=LINE,
        currency="CNY",
        as_of=AS_OF,
        position=position or a_position(),
        condition=condition,
    )


def answer(
    kind: Kind,
    features: Mapping[str, float] | None = None,
    *,
    position: Position | None = None,
    condition: str | None = None,
) -> Decision:
    """Return the decision about a borrower of whom these features are known."""
    return decide(a_product(), a_question(kind, position=position, condition=condition), known(features))


@cache
def borrowers() -> st.SearchStrategy[dict[str, float]]:
    """Return borrowers with any of the values above."""
    return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})


POSITIONS = st.builds(
    a_position,
    requested=st.sampled_from([1, 100, 400]),
    available=st.sampled_from([0, 1, 100, 1_000]),
    blocked=st.booleans(),
    partial=st.booleans(),
)
QUESTIONS = st.one_of(
    st.builds(
        a_question, st.sampled_from([Kind.OPENING, Kind.DRAW, Kind.RESTORATION, Kind.REVIEW]), position=POSITIONS
    ),
    st.builds(
        a_question,
        st.just(Kind.RELEASE),
        position=POSITIONS,
        condition=st.sampled_from(["not_blocked", "no_arrears", "no_arrears_and_calm"]),
    ),
)
