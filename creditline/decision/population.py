"""Many questions at once: features, scores and everything a table reads, in columns, as one decision would have them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditline.clock import DAY_US, business_day, from_us
from creditline.decision.decide import OPENED
from creditline.decision.product import Product
from creditline.decision.reopened import reopened_columns
from creditline.events.frames import Facts, at_rows
from creditline.policy.columnar.vector import Vector
from creditline.policy.values import Value
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile_and_sources
from creditline.score.grade import grade_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

CHUNK = 50_000
"""Of so many questions the facts are laid out at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """n questions to one table: `who` [n] is a place among borrowers, `as_of_us` [n] when; the rest is a `Position`, [n] each."""

    table: str
    currency: str
    who: Ints
    as_of_us: Ints
    granted_minor: Ints
    drawn_minor: Ints
    available_minor: Ints
    requested_minor: Ints
    is_blocked: Truths
    is_moved: Truths
    accepts_partial: Truths

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.who)

    def taken(self, rows: Ints) -> "Questions":
        """Return some of them, in the order of `rows`."""
        own: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        taken: dict[str, Any] = {
            name: value[rows] if isinstance(value, np.ndarray) else value for name, value in own.items()
        }
        return Questions(**taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """What is known as of n questions: features [n, catalogue] and how many sources [n]."""

    features: Floats
    sources_count: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Both scores of n questions, [n] each; where `is_scored` is false no line was ever seen, and the others mean nothing."""

    is_scored: Truths
    pd_ppm: Ints
    grade: Ints
    release_points: Ints


def views_of(product: Product, facts: Facts, questions: Questions) -> Iterator[Views]:
    """Go through questions in chunks of at most CHUNK, each as of its own instant: nothing later is seen.

    Sources are read as the product lets them be read.
    """
    asked = product.consents.asked
    for start in range(0, questions.count, CHUNK):
        who = questions.who[start : start + CHUNK]
        as_of_us = questions.as_of_us[start : start + CHUNK]
        features, sources = profile_and_sources(_repeated(facts, who), FEATURES, as_of_us=as_of_us, asked=asked)
        yield Views(features=features, sources_count=sources.sum(axis=1, dtype=np.int64))


def _repeated(facts: Facts, who: Ints) -> Facts:
    """Return the facts of borrowers in an order, as often as they are named."""
    starts, ends = facts.starts[who], facts.starts[who + 1]
    counts = ends - starts
    own = np.zeros(len(who) + 1, np.int64)
    np.cumsum(counts, out=own[1:])
    rows = np.arange(own[-1]) + np.repeat(starts - own[:-1], counts)
    return at_rows(facts, rows, borrowers=tuple(facts.borrowers[one] for one in who.tolist()), starts=own)


def scored_of(product: Product, features: Floats) -> Scored:
    """Score the features of many by a product's cards, as `decide.scores_of` does."""
    points = product.pd_card.points(features, product.features)
    pd_ppm = product.pd_card.pd_ppm(points)
    return Scored(
        is_scored=~np.isnan(features[:, product.features.index(OPENED)]),
        pd_ppm=pd_ppm,
        grade=grade_of(pd_ppm, product.pd_card.decides.grades),
        release_points=product.release_card.points(features, product.features),
    )


def columns_of(product: Product, questions: Questions, views: Views, scored: Scored) -> dict[str, Vector]:
    """Lay out what `decision.tables.given_of` gives one question, for all of them."""
    given: dict[str, Vector] = {name: _number(views.features[:, place]) for name, place in product.reads}
    given |= {
        name: _number(getattr(questions, name))
        for name in ("granted_minor", "drawn_minor", "available_minor", "requested_minor")
    }
    given |= {
        name: Vector(kind="boolean", values=getattr(questions, name))
        for name in ("is_blocked", "is_moved", "accepts_partial")
    }
    given["covered_sources_count"] = _number(views.sources_count)
    given["grade"] = _number(scored.grade.astype(np.int64), scored.is_scored)
    given["release_points"] = _number(scored.release_points, scored.is_scored)
    given |= reopened_columns(
        product.losing, questions.requested_minor, pd_ppm=scored.pd_ppm, is_scored=scored.is_scored
    )
    nothing = Vector(kind="null", values=np.zeros(questions.count, np.int8), known=np.zeros(questions.count, np.bool_))
    return {one.name: given.get(one.name, nothing) for one in product.policy.inputs}


def _number(values: NDArray[Any], known: Truths | None = None) -> Vector:
    if known is not None:
        values = np.where(known, values, 0)
    return Vector(kind="number", values=values, known=known)


def by_numbers(product: Product, questions: Questions) -> Iterator[tuple[Ints, Mapping[str, Value]]]:
    """Go through the questions by the product's numbers that hold on their day: rows, and the numbers.

    Those of a day before all numbers have a value are in no part.
    """
    days = questions.as_of_us // DAY_US
    starts = np.array([_day(one) for one in product.parameters.starts(questions.currency)], np.int64)
    period = np.searchsorted(starts, days, side="right") - 1
    for place in np.unique(period[period >= 0]).tolist():
        since = business_day(from_us(int(starts[place]) * DAY_US))
        yield np.flatnonzero(period == place), product.parameters.at(since, currency=questions.currency)


def _day(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()
