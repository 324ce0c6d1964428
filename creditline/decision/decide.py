"""Decide: a question about a line, what is known of its borrower and a product's rules give one Decision.

One function answers everything that is asked, so a replay is the same call with what the record stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from creditline.clock import business_day
from creditline.decision.factors import Case
from creditline.decision.outcome import Answer, Decision, Kind, Position, Scores
from creditline.decision.product import Product
from creditline.decision.reasons import reasons_of
from creditline.decision.tables import TABLES, Given, ask, given_of, rank
from creditline.ledger.line import Line
from creditline.policy.strategy import CHAMPION
from creditline.score.grade import grade_of

OPENED = "days_on_book_count"
"""The feature that is missing exactly while nothing is known of any line of the borrower: then no score speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, about which line, as of when.

    `condition` names what a release must find true; `is_last` says that what does not come back then is cut.
    """

    id: UUID
    kind: Kind
    borrower: str
    line: UUID
    currency: str
    as_of: datetime
    position: Position
    condition: str | None = None
    is_last: bool = False


def position_of(line: Line, *, requested_minor: int, accepts_partial: bool = False) -> Position:
    """Return a line's buckets and what is asked of it, as a decision stores them."""
    return Position(
        granted_minor=line.granted_minor,
        drawn_minor=line.drawn_minor,
        reserved_minor=line.reserved_minor,
        withheld_minor=line.withheld_minor,
        available_minor=line.available_minor,
        requested_minor=requested_minor,
        is_blocked=line.is_blocked,
        accepts_partial=accepts_partial,
    )


def question_of(line: Line, kind: Kind, *, request: UUID, as_of: datetime, position: Position) -> Question:
    """Return what a request asks about a line that stands as `position` says."""
    return Question(
        id=request,
        kind=kind,
        borrower=line.borrower,
        line=line.id,
        currency=line.currency,
        as_of=as_of,
        position=position,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a borrower as of the question: features in catalogue order (NaN: not known), sources, scores."""

    features: tuple[float, ...]
    sources_count: int
    scores: Scores | None


def scores_of(product: Product, features: NDArray[np.float64]) -> list[Scores | None]:
    """Score many borrowers at once; features is [borrowers, catalogue]. None where no line has ever been seen."""
    points = product.pd_card.points(features, product.features)
    pd_ppm = product.pd_card.pd_ppm(points)
    grades = grade_of(pd_ppm, product.pd_card.decides.grades)
    release = product.release_card.points(features, product.features)
    is_new = np.isnan(features[:, product.features.index(OPENED)])
    columns = zip(is_new.tolist(), points.tolist(), pd_ppm.tolist(), grades.tolist(), release.tolist(), strict=True)
    return [None if new else Scores(points=p, pd_ppm=q, grade=g, release_points=r) for new, p, q, g, r in columns]


def known_of(product: Product, features: NDArray[np.float64], sources_count: Sequence[int]) -> list[Known]:
    """Join features, coverage and scores, one Known a row of `features` [borrowers, catalogue]."""
    scores = scores_of(product, features)
    rows = zip(features.tolist(), sources_count, scores, strict=True)
    return [Known(features=tuple(row), sources_count=int(count), scores=score) for row, count, score in rows]


def decide(
    product: Product, question: Question, known: Known, *, is_explained: bool = True, arm: str = CHAMPION
) -> Decision:
    """Answer one question by the product's rules; raise `Malformed` if the rules need something that is not given.

    Without `is_explained` the reasons are left out, which cost more than all the rest: for answers that nobody is told. `arm` is
    the one that the product is decided by.
    """
    numbers = product.parameters.at(business_day(question.as_of), currency=question.currency)
    given = given_of(
        product,
        question.position,
        features=known.features,
        sources_count=known.sources_count,
        scores=known.scores,
        numbers=numbers,
    )
    table = question.condition or TABLES[question.kind]
    asked = ask(product, question.kind, table, given)
    case = Case(
        product=product,
        kind=question.kind,
        table=table,
        given=given,
        now=rank(asked),
        features=known.features,
        scores=known.scores,
        unblocked_minor=unblocked_minor(question.position),
    )
    return Decision(
        id=question.id,
        kind=question.kind,
        borrower=question.borrower,
        line=question.line,
        product=product.name,
        currency=question.currency,
        as_of=question.as_of,
        edition=product.edition,
        catalogue=product.catalogue,
        features=known.features,
        sources_count=known.sources_count,
        position=question.position,
        scores=known.scores,
        rules=asked.rules,
        answer=Answer.CUT if question.is_last and asked.answer is Answer.KEPT_BACK else asked.answer,
        terms=asked.terms,
        reasons=reasons_of(case) if is_explained else (),
        arm=arm,
    )


def unblocked_minor(position: Position) -> int:
    """Return what would be available if the line were not blocked; the borrower's own cap is not in the record."""
    if not position.is_blocked:
        return position.available_minor
    in_use = position.drawn_minor + position.reserved_minor + position.withheld_minor
    return max(0, position.granted_minor - in_use)


def given_by(product: Product, decision: Decision) -> Given:
    """Return what the tables were given when a decision was made; `product` must be the edition the record names."""
    return given_of(
        product,
        decision.position,
        features=decision.features,
        sources_count=decision.sources_count,
        scores=decision.scores,
        numbers=product.parameters.at(business_day(decision.as_of), currency=decision.currency),
    )


def replay(product: Product, decision: Decision) -> Decision:
    """Decide again from what the record stored, scores included; `product` must be the edition the record names."""
    features = np.array([decision.features], dtype=np.float64)
    return decide(
        product, asked_in(decision), known_of(product, features, [decision.sources_count])[0], arm=decision.arm
    )


def asked_in(decision: Decision) -> Question:
    """Return what was asked when a decision was made."""
    return Question(
        id=decision.id,
        kind=decision.kind,
        borrower=decision.borrower,
        line=decision.line,
        currency=decision.currency,
        as_of=decision.as_of,
        position=decision.position,
        condition=decision.terms.condition if decision.kind is Kind.RELEASE else None,
        is_last=decision.answer is Answer.CUT,
    )
