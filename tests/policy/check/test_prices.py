"""No price goes over the ceiling unseen: not while late, not on another basis, not under a number of another day."""

from datetime import date
from decimal import Decimal

import pytest

from creditline.policy.check.finding import Finding, FindingCode
from creditline.policy.check.prices import CEILING, Costing, price_findings, yearly_costs
from creditline.policy.check.surroundings import Numbers, Surroundings
from creditline.policy.feel import read_cell, read_expression
from creditline.policy.table import Column, DecisionTable, HitPolicy, Input, LiteralExpression, Output, Policy, Rule

OTHER = LiteralExpression(name="dear_bp", kind="number", expression=read_expression("if x > 1 then 1000 else 3000"))


def a_policy(price: str, hit_policy: HitPolicy = HitPolicy.FIRST, rules: int = 1) -> Policy:
    table = DecisionTable(
        name="t",
        hit_policy=hit_policy,
        columns=(Column(label="x", expression=read_expression("x"), kind="number"),),
        outputs=(Output(name="apr_bp", kind="number"),),
        rules=(Rule(cells=(read_cell("-"),), outputs=(read_expression(price),)),) * rules,
    )
    inputs = tuple(Input(name=name, kind="number") for name in ("x", "rate_bp"))
    return Policy(name="small", inputs=inputs, decisions=(table, OTHER))


def found(policy: Policy, costing: Costing, *rates: int) -> list[Finding]:
    numbers = tuple(
        Numbers(day=date(2026, month, 1), currency="CNY", values={CEILING: 2400, "rate_bp": rate})
        for month, rate in enumerate(rates or (0,), start=1)
    )
    return list(price_findings(policy, Surroundings(numbers=numbers), costing))


@pytest.mark.parametrize(
    ("price", "costing", "told"),
    [
        ("1600", Costing(), None),
        ("1601", Costing(), "24.02 % simple while late"),
        ("1825", Costing(), "27.38 % simple while late"),
        ("1600", Costing(basis_days=360), "24.33 % simple while late"),
        ("1600", Costing(is_compound=True), "27.11 % effective while late"),
        ("2200", Costing(penalty_multiplier_bp=10_000), "24.60 % effective, compounded daily"),
        ("rate_bp", Costing(), None),
        ("2 * rate_bp", Costing(), None),
        ("dear_bp", Costing(), "30.00 % simple"),
        ("min(x, 1600)", Costing(), None),
        ("min(x, 1700)", Costing(), "25.50 % simple while late"),
        ("max(rate_bp, 1700)", Costing(), "25.50 % simple while late"),
        ("x", Costing(), "nothing shows"),
        ("x * 2", Costing(), "nothing shows"),
        ("null", Costing(), None),
    ],
)
def test_a_price_is_told_if_a_year_may_cost_too_much(price: str, costing: Costing, told: str | None) -> None:
    words = [one.words for one in found(a_policy(price), costing)]
    assert bool(words) == (told is not None)
    assert told is None or told in words[0]


def test_a_number_of_a_later_day_is_seen() -> None:
    (one,) = found(a_policy("rate_bp"), Costing(), 1500, 1700, 1600)
    assert one.code is FindingCode.PRICE_ABOVE_CEILING
    assert "from 2026-02-01 on" in one.words


def test_prices_that_are_summed_are_held_as_their_sum() -> None:
    assert found(a_policy("900", HitPolicy.COLLECT_SUM, rules=2), Costing())
    assert not found(a_policy("800", HitPolicy.COLLECT_SUM, rules=2), Costing())


def test_half_a_tenth_of_a_percent_a_day_and_half_as_much_again_is_over_a_quarter() -> None:
    costs = yearly_costs(Decimal(1825), Costing())
    assert round(costs["simple"] / 100, 2) == Decimal("18.25")
    assert round(costs["simple while late"] / 100, 1) == Decimal("27.4")
