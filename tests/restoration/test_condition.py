"""A condition taken apart: clauses with thresholds and own values, which together say what the condition says."""

from hypothesis import given
from hypothesis import strategies as st

from creditline.policy.table import Value
from creditline.restoration.condition import Clause, Must, clauses_of, parts_of
from tests.decision.a_product import a_product, changed

USUAL: dict[str, Value] = {
    "is_blocked": False,
    "months_late_last_count": 0,
    "draws_30d_count": 2,
    "frequent_draws_30d_count": 6,
}


def test_clauses_carry_the_threshold_and_the_own_value() -> None:
    found = clauses_of(a_product(), "no_arrears_and_calm", USUAL | {"draws_30d_count": 9})
    assert found == (
        Clause(factor="is_blocked", must=Must.FALSE, value=None, threshold=None, holds=True),
        Clause(factor="months_late_last_count", must=Must.EQUAL, value=0, threshold=0, holds=True),
        Clause(factor="draws_30d_count", must=Must.AT_MOST, value=9, threshold=6, holds=False),
    )


def test_what_is_no_comparison_is_said_by_the_condition_itself() -> None:
    product = changed(
        {
            "policy.dmn": lambda text: text.replace(
                "no_arrears and (draws_30d_count = null or draws_30d_count &lt;= frequent_draws_30d_count)",
                "no_arrears and frequent_draws_30d_count &gt; draws_30d_count and (is_blocked or draws_30d_count &lt; 9)",
            )
        }
    )
    *_, turned, other = parts_of(product, "no_arrears_and_calm")
    assert (turned.factor, turned.must) == ("draws_30d_count", Must.BELOW)
    assert (other.factor, other.must) == ("no_arrears_and_calm", Must.OTHER)


@given(st.booleans(), st.none() | st.integers(0, 2), st.none() | st.integers(0, 9))
def test_a_condition_holds_iff_all_its_clauses_do(is_blocked: bool, months_late: int | None, draws: int | None) -> None:
    product = a_product()
    given_now = USUAL | {"is_blocked": is_blocked, "months_late_last_count": months_late, "draws_30d_count": draws}
    for condition in product.conditions:
        holds = product.compiled.decide(condition, given_now).outputs[condition] is True
        assert all(one.holds for one in clauses_of(product, condition, given_now)) == holds
