"""The section [loan] of a product: read whole, refused by the key that is wrong, and held against the ceiling."""

from typing import Any

import pytest

from creditline.decision.lending import FREE, read_lending
from creditline.decision.soundness import costing_of
from creditline.errors import PolicyInvalid
from creditline.ledger.allocation import Part
from creditline.ledger.interest import DayCount, Per
from creditline.ledger.terms import Excess, RepaymentKind
from tests.decision.a_product import a_product

LEAST: dict[str, Any] = {"kind": "any_day", "instalments_count": 12, "day_count": "act/365"}


def test_a_product_without_the_section_charges_nothing() -> None:
    assert read_lending(None) is FREE
    assert FREE.at_price(0).rate.figure_ppm == 0


def test_the_shipped_terms_are_read_as_they_are_written() -> None:
    lending = a_product().lending
    terms = lending.at_price(1_460)
    assert (terms.kind, terms.rate.figure_ppm, terms.grace_days) == (RepaymentKind.ANY_DAY, 146_000, 3)
    assert (terms.penalty_multiplier_bp, terms.excess) == (15_000, Excess.REFUSED)
    assert lending.order_at(0).groups[1] == (Part.PENALTY, Part.INTEREST)
    assert lending.order_at(91).groups[1] == (Part.PRINCIPAL,)


def test_a_daily_figure_is_rounded_down_for_the_borrower() -> None:
    lending = read_lending(LEAST | {"rate_per": "day", "day_count": "act/360"})
    rate = lending.at_price(1_801).rate
    assert (rate.per, rate.day_count, rate.figure_ppm) == (Per.DAY, DayCount.ACT_360, 500)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": "some_day"}, "loan.kind is 'some_day'"),
        ({"instalments_count": 0}, "loan.instalments_count is 0"),
        ({"instalments_count": True}, "loan.instalments_count is True"),
        ({"day_count": "act/366"}, "loan.day_count"),
        ({"penalty_multiplier": 0.5}, "loan.penalty_multiplier is 0.5"),
        ({"penalty_multiplier": 6}, "loan.penalty_multiplier is 6"),
        ({"compound": 1}, "loan.compound is 1"),
        ({"grace_days": -1}, "loan.grace_days is -1"),
        ({"excess": "kept"}, "loan.excess is 'kept'"),
        ({"penalty_multiplier_bp": 15_000}, "loan.penalty_multiplier_bp"),
        ({"allocation": {"default": [["fee"], ["interest"]]}}, "loan.allocation.default"),
        ({"allocation": {"bad": []}}, "loan.allocation.bad"),
        ({"classes": {"loss_days": 1}}, "loan.classes"),
        ({"classes": {"late_days": 1}}, "loan.classes.late_days"),
    ],
)
def test_what_is_wrong_is_named_with_its_value(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(PolicyInvalid, match=says):
        read_lending(LEAST | wrong)


def test_the_ceiling_is_held_against_the_terms_of_the_loans() -> None:
    costing = costing_of(a_product())
    assert (costing.basis_days, costing.penalty_multiplier_bp, costing.is_compound) == (365, 15_000, False)
