"""What is expected of an amount that comes back: a formula in whole numbers, the same for one and for many."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.decision.decide import Known, decide, given_by, replay
from creditline.decision.losing import Losing
from creditline.decision.outcome import Answer, Kind, canonical
from creditline.decision.population import columns_of, scored_of, views_of
from creditline.decision.product import Product
from creditline.decision.reopened import LOSS, USED, reopened_columns, reopened_of
from creditline.decision.soundness import LINE, WORSE_OF_LINE, check_product
from creditline.events.catalogue import DrawMade, StatementIssued
from creditline.money import MAX_MINOR, MILLION
from creditline.policy.check.finding import Severity
from creditline.policy.columnar.plan import decide_many
from creditline.policy.columnar.vector import values_of, vector_of
from creditline.restoration.touch import touching
from tests.decision.a_product import a_product, changed
from tests.decision.a_question import a_position, a_question, borrowers, known
from tests.decision.test_population import facts_of, questions_of

HALF = Losing(lgd_ppm=500_000, ccf_ppm=800_000, unscored_pd_ppm=100_000)
PPM = st.integers(0, MILLION)
LOSING = st.builds(Losing, lgd_ppm=PPM, ccf_ppm=PPM, unscored_pd_ppm=PPM)


@pytest.mark.parametrize(
    ("requested", "pd_ppm", "used", "lost"),
    [
        (100_000, 50_000, 80_000, 2_000),
        (100_000, None, 80_000, 4_000),
        (100_000, 0, 80_000, 0),
        (1, MILLION, 0, 0),
        (0, 50_000, 0, 0),
    ],
)
def test_what_is_used_and_lost(requested: int, pd_ppm: int | None, used: int, lost: int) -> None:
    assert reopened_of(HALF, requested, pd_ppm=pd_ppm) == {USED: used, LOSS: lost}


def test_without_assumptions_nothing_is_expected() -> None:
    assert reopened_of(None, 100, pd_ppm=1) == {USED: None, LOSS: None}
    columns = reopened_columns(None, np.array([100]), pd_ppm=np.array([1]), is_scored=np.array([True]))
    assert [values_of(one, 1) for one in columns.values()] == [[None], [None]]


@given(LOSING, st.lists(st.tuples(st.integers(0, MAX_MINOR), st.none() | PPM), min_size=1, max_size=5))
def test_many_are_expected_what_each_is(losing: Losing, asked: list[tuple[int, int | None]]) -> None:
    amounts = np.array([amount for amount, _ in asked], np.int64)
    pd_ppm = np.array([0 if pd is None else pd for _, pd in asked], np.int64)
    is_scored = np.array([pd is not None for _, pd in asked])
    columns = reopened_columns(losing, amounts, pd_ppm=pd_ppm, is_scored=is_scored)
    for row, (amount, pd) in enumerate(asked):
        alone = reopened_of(losing, amount, pd_ppm=pd)
        assert {name: values_of(one, len(asked))[row] for name, one in columns.items()} == alone
        assert 0 <= (alone[LOSS] or 0) <= (alone[USED] or 0) <= amount


MARGIN = """<decision id="d_margin" name="reopened_margin_minor"><variable name="reopened_margin_minor" typeRef="number"/>
<literalExpression><text>floor(reopened_used_minor * grade_terms_apr_bp / 10000) - reopened_expected_loss_minor</text></literalExpression>
</decision>"""


def weighed(text: str) -> str:
    """Return rules that, in the place of the surge, bring half back of what is expected to cost more than it earns."""
    inputs = "".join(
        f'<inputData id="i_{name}" name="{name}"><variable name="{name}" typeRef="number"/></inputData>'
        for name in (USED, LOSS)
    )
    text = text.replace("<text>spend_surge_ratio</text>", "<text>reopened_margin_minor</text>")
    text = text.replace("&gt; surge_ratio", "&lt; 0").replace("<!-- Parameters", inputs + "<!-- Parameters", 1)
    return text.replace('<decision id="d_not_late"', MARGIN + '<decision id="d_not_late"', 1)


def weighing() -> Product:
    return changed({"policy.dmn": weighed})


def known_as(product: Product, pd_ppm: int) -> Known:
    """Return what is known of somebody of whom nothing speaks but how likely they are to default."""
    plain = known({"months_late_last_count": 0}, product=product)
    assert plain.scores is not None
    return replace(plain, scores=replace(plain.scores, pd_ppm=pd_ppm, release_points=700))


@pytest.mark.parametrize(("pd_ppm", "answer"), [(0, Answer.AT_ONCE), (900_000, Answer.STAGED)])
def test_a_rule_weighs_what_is_earned_against_what_is_lost(pd_ppm: int, answer: Answer) -> None:
    product = weighing()
    question = a_question(Kind.RESTORATION, position=a_position(requested=1_000_000))
    decision = decide(product, question, known_as(product, pd_ppm))
    assert decision.answer is answer
    given_now = given_by(product, decision)
    columns = {
        name: vector_of([given_now[name]]) for name in (one.name for one in product.policy.inputs) if name in given_now
    }
    numbers = product.parameters.at(decision.as_of.date(), currency="CNY")
    columns = {name: one for name, one in columns.items() if name not in numbers}
    many = decide_many(product.policy, "restoration", columns, numbers, count=1)
    assert values_of(many.outputs["answer"], 1)[0] == answer


@given(borrowers())
def test_what_was_weighed_replays_and_its_reasons_were_used(features: dict[str, float]) -> None:
    product = weighing()
    question = a_question(Kind.RESTORATION, position=a_position(requested=1_000_000))
    decision = decide(product, question, known(features, product=product))
    assert canonical(replay(product, decision)) == canonical(decision)


def test_it_is_checked_by_its_unit_and_its_direction_and_hears_what_the_score_reads() -> None:
    assert {USED, LOSS} <= LINE.keys()
    assert WORSE_OF_LINE[LOSS] == "higher"
    assert not [one for one in check_product(weighing()) if one.severity is Severity.ERROR]
    assert touching(a_product()) <= touching(weighing())


def test_the_whole_book_is_given_what_one_is() -> None:
    product = weighing()
    questions = questions_of([(0, 3), (1, 5), (2, 60)])
    (views,) = views_of(
        product, facts_of([(0, StatementIssued.number, 1, 5, 2), (1, DrawMade.number, 2, 9, 0)]), questions
    )
    scored = scored_of(product, views.features)
    columns = columns_of(product, questions, views, scored)
    for row in range(questions.count):
        pd_ppm = int(scored.pd_ppm[row]) if scored.is_scored[row] else None
        alone = reopened_of(product.losing, int(questions.requested_minor[row]), pd_ppm=pd_ppm)
        assert {name: values_of(columns[name], questions.count)[row] for name in (USED, LOSS)} == alone
