"""Recorded decisions are laid out once, with what was answered beside what was asked."""

from creditline.decision.outcome import Kind
from creditline.decision.past import ANSWERS, NONE, past_of, repeated
from creditline.decision.recorded import Recorded
from creditline.policy.columnar.vector import values_of
from tests.decision.a_product import a_product
from tests.decision.a_question import a_position, answer

PRODUCT = a_product()


def test_cases_stand_with_their_answers_figures_and_rules() -> None:
    cases = [answer(Kind.DRAW, position=a_position(requested=asked, available=50)) for asked in (10, 100)]
    (past,) = past_of(PRODUCT, [Recorded(decision=one, features=PRODUCT.features) for one in cases])
    assert (past.kind, past.count, past.requested_minor.tolist()) == (Kind.DRAW, 2, [10, 100])
    assert [ANSWERS[code] for code in past.before.answers] == [one.answer for one in cases]
    figures = [NONE if one.terms.amount_minor is None else one.terms.amount_minor for one in cases]
    assert past.before.figures["amount_minor"].tolist() == figures
    assert sum(past.rules_counts.values()) == sum(len(rows) for one in cases for _, rows in one.rules)
    assert not past.numbers.keys() & past.columns.keys()
    twice = repeated(past, 2)
    assert (twice.count, len(twice.ids)) == (4, 4)
    assert values_of(twice.columns["requested_minor"], 4) == [10, 100, 10, 100]
