"""The shipped product is sound, and what surrounds a policy is what the engine really gives its tables."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import ceil

import pytest

from creditline.decision.product import read_product
from creditline.decision.soundness import LINE, WORSE_OF_LINE, check_product, costing_of, numbers_of, surroundings_of
from creditline.decision.tables import given_of
from creditline.edge.products import load_product
from creditline.ledger.cost import calendar_year_ppm, effective_year
from creditline.ledger.interest import DayCount, Rate
from creditline.policy.check.finding import FindingCode, Severity
from creditline.policy.check.prices import WHOLE_BP, Costing, yearly_costs
from creditline.policy.parameters import read_parameters
from tests.decision.a_question import a_position

PRODUCT = load_product("consumer_revolving")


def test_the_shipped_product_has_nothing_but_what_it_allows_itself() -> None:
    found = check_product(PRODUCT)
    assert {one.severity for one in found} <= {Severity.NOTE}
    assert {one.code for one in found} <= {FindingCode.WORSE_IS_ANSWERED_BETTER}


def test_what_is_known_of_a_line_is_what_its_tables_are_given() -> None:
    given = given_of(
        PRODUCT, a_position(), features=[0.0] * len(PRODUCT.features), sources_count=1, scores=None, numbers={}
    )
    read = {name for name, _ in PRODUCT.reads}
    assert given.keys() - read == LINE.keys() - read
    assert WORSE_OF_LINE.keys() <= LINE.keys()


def test_numbers_are_taken_on_every_day_on_which_one_changes() -> None:
    text = """
    [a_days]
    unit = "days"
    why = "a"
    values = [{ from = 2026-01-01, value = 1 }, { from = 2026-03-01, value = 2 }]
    [b_minor.CNY]
    unit = "minor"
    why = "b"
    values = [{ from = 2026-02-01, value = 7 }]
    """
    found = numbers_of(read_parameters({"a.toml": text}), ("CNY", "TWD"))
    assert [(one.day, one.currency, dict(one.values)) for one in found] == [
        (date(2026, 2, 1), "CNY", {"a_days": 1, "b_minor": 7}),
        (date(2026, 3, 1), "CNY", {"a_days": 2, "b_minor": 7}),
        (date(2026, 1, 1), "TWD", {"a_days": 1}),
        (date(2026, 3, 1), "TWD", {"a_days": 2}),
    ]


def test_the_loans_of_a_product_say_what_late_payment_costs() -> None:
    dear = replace(PRODUCT.lending.terms, penalty_multiplier_bp=20_000)
    product = replace(PRODUCT, lending=replace(PRODUCT.lending, terms=dear))
    assert costing_of(product).penalty_multiplier_bp == 20_000
    assert FindingCode.PRICE_ABOVE_CEILING in {one.code for one in check_product(product)}


def test_features_have_the_values_they_can_have() -> None:
    domains = surroundings_of(PRODUCT).domains
    assert domains["evidence_income_valid_count"].most == 1
    assert domains["spend_surge_ratio"].is_whole is False
    assert domains["granted_minor"].is_nullable is False


def test_a_table_that_is_kinder_to_a_worse_grade_is_told_with_both_cases() -> None:
    text = PRODUCT.files["policy.dmn"].replace(b"<text>900</text>", b"<text>1090</text>")
    found = [
        one
        for one in check_product(read_product({**PRODUCT.files, "policy.dmn": text}))
        if one.code is FindingCode.WORSE_IS_ANSWERED_BETTER and one.table == "grade_terms"
    ]
    assert [(one.witness, one.against) for one in found] == [({"grade": 9}, {"grade": 12})]
    assert "9 gives apr_bp 1090 by rule 3 and 12 gives apr_bp 1080 by rule 4" in found[0].words


@pytest.mark.parametrize("day_count", [DayCount.ACT_365, DayCount.ACT_360])
@pytest.mark.parametrize("rate_bp", [1, 720, 1600, 1825, 9999])
def test_what_a_price_costs_is_what_the_ledger_says_a_loan_costs(rate_bp: int, day_count: DayCount) -> None:
    rate = Rate(figure_ppm=rate_bp * 100, day_count=day_count)
    costs = yearly_costs(rate_bp, Costing(basis_days=day_count.year_days))
    late_ppm = calendar_year_ppm(rate, multiplier_bp=15_000)
    assert ceil(100 * round(costs["simple"], 12)) == calendar_year_ppm(rate)
    assert ceil(100 * round(costs["simple while late"], 12)) == late_ppm
    assert abs(costs["effective, compounded daily"] / WHOLE_BP - effective_year(rate)) < Decimal("1e-12")
