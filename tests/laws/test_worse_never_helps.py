"""The law of monotony: what is declared worse never gets a better answer, whatever else is known of the borrower.

A feature is raised alone, or a score lowered alone; the answer may stay as it is or fall, in every table that looks at a
line again and again.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from math import isnan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from creditline.decision.decide import Question, decide
from creditline.decision.outcome import Decision, Kind, Position, Scores
from creditline.decision.product import Product
from creditline.decision.tables import Asked, ask, given_of, rank
from creditline.edge.products import load_product
from creditline.profile.catalogue import FEATURES
from tests.decision.a_product import a_product
from tests.decision.a_question import AS_OF, POSITIONS, QUESTIONS, VALUES, a_position, a_question, borrowers, known

DECLARED: Mapping[str, str] = {feature.name: feature.worse for feature in FEATURES}

ALLOWED: Mapping[tuple[Kind, str], str] = {
    (Kind.REVIEW, "utilisation_ratio"): "A limit that is hardly used needs no raise, so more use may bring one.",
    (Kind.OPENING, "days_on_book_count"): "A borrower with any history is scored, and a score may be worse than none.",
}
"""Where a table goes against a declaration, with the reason why."""


def worth(decision: Decision) -> tuple[int, ...]:
    return rank(Asked(answer=decision.answer, terms=decision.terms, rules=decision.rules))


@given(QUESTIONS, borrowers(), st.sampled_from(sorted(VALUES)), st.data())
def test_a_feature_that_gets_worse_alone_never_helps(
    question: Question, features: dict[str, float], name: str, data: st.DataObject
) -> None:
    assume(DECLARED[name] != "neither" and (question.kind, name) not in ALLOWED and not isnan(features[name]))
    rising = sorted(value for value in VALUES[name] if not isnan(value) and value >= features[name])
    falling = sorted(value for value in VALUES[name] if value <= features[name])
    worse = data.draw(st.sampled_from(rising if DECLARED[name] == "higher" else falling))
    before = worth(decide(a_product(), question, known(features)))
    after = worth(decide(a_product(), question, known({**features, name: worse})))
    assert after <= before


@given(POSITIONS, borrowers(), st.sampled_from([Kind.DRAW, Kind.RESTORATION, Kind.REVIEW]), st.data())
def test_fewer_release_points_or_a_worse_grade_never_help(
    position: Position, features: dict[str, float], kind: Kind, data: st.DataObject
) -> None:
    product, own = a_product(), known(features)
    numbers = product.parameters.at(AS_OF.date(), currency="CNY")
    points = data.draw(st.sampled_from([480, 539, 540, 599, 600, 640]))
    fewer = data.draw(st.sampled_from([480, 539, 540, 599, 600, 640]).filter(lambda value: value <= points))
    grade = data.draw(st.sampled_from([1, 14, 15, 21]))
    worse = data.draw(st.sampled_from([1, 14, 15, 21]).filter(lambda value: value >= grade))

    def answer(scores: Scores) -> tuple[int, ...]:
        given_now = given_of(product, position, features=own.features, sources_count=1, scores=scores, numbers=numbers)
        return rank(ask(product, kind, str(kind), given_now))

    before = answer(Scores(points=600, pd_ppm=1, grade=grade, release_points=points))
    after = answer(Scores(points=600, pd_ppm=1, grade=worse, release_points=fewer))
    assert after <= before


@given(borrowers(), st.sampled_from([Kind.DRAW, Kind.RESTORATION]), st.sampled_from([0, 1, 99, 100]))
def test_less_available_limit_never_helps(features: dict[str, float], kind: Kind, available: int) -> None:
    own = known(features)
    more = decide(a_product(), a_question(kind, position=a_position(available=100)), own)
    less = decide(a_product(), a_question(kind, position=a_position(available=available)), own)
    assert worth(less) <= worth(more)


@given(QUESTIONS, borrowers())
def test_a_block_never_helps(question: Question, features: dict[str, float]) -> None:
    assume(not question.position.is_blocked)
    blocked = replace(question, position=replace(question.position, is_blocked=True, available_minor=0))
    own = known(features)
    assert worth(decide(a_product(), blocked, own)) <= worth(decide(a_product(), question, own))


@cache
def shipped() -> Product:
    return load_product("consumer_revolving")


def breaks_of(product: Product, name: str) -> list[float]:
    """Return values on and beside every edge of the release card's bins, and some that the tables break at."""
    edges = {edge for bins in product.release_card.decides.bins if bins.name == name for edge in bins.edges}
    around = {edge - 1e-6 for edge in edges} | edges | {min(edges, default=0.0) - 1, max(edges, default=0.0) + 1}
    return sorted(around | {value for value in VALUES.get(name, ()) if not isnan(value)} | {0.0})


def read_by_release() -> list[str]:
    """Return the features with a direction that the shipped release card or the tables of a line read."""
    read = {*shipped().release_card.features, "months_late_last_count", "draws_1d_count", "draws_30d_count"}
    return sorted(name for name in {*read, "spend_surge_ratio"} if DECLARED[name] != "neither")


@given(st.data(), st.sampled_from([Kind.DRAW, Kind.RESTORATION]))
def test_the_shipped_release_card_and_tables_are_monotone_too(data: st.DataObject, kind: Kind) -> None:
    product = shipped()
    values = {name: data.draw(st.sampled_from(breaks_of(product, name)), label=name) for name in read_by_release()}
    name = data.draw(st.sampled_from(read_by_release()))
    sign = 1 if DECLARED[name] == "higher" else -1
    as_bad = [value for value in breaks_of(product, name) if sign * value >= sign * values[name]]
    worse = data.draw(st.sampled_from(as_bad))
    question = a_question(kind)
    before = worth(decide(product, question, known(values, product=product)))
    after = worth(decide(product, question, known({**values, name: worse}, product=product)))
    assert after <= before


@pytest.mark.parametrize(("kind", "name"), ALLOWED)
def test_every_exception_is_of_something_that_exists(kind: Kind, name: str) -> None:
    assert name in DECLARED
    assert kind in Kind
