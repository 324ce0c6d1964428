"""Parameters have a value from a day on, and every mistake names file, parameter and date."""

from datetime import date
from decimal import Decimal

import pytest

from creditline.edge.products import load_product
from creditline.errors import Code, NotFound, PolicyInvalid
from creditline.policy.parameters import read_parameters

GOOD = """
[observation_days]
unit = "days"
why = "How long."
values = [{ from = 2026-01-01, value = 30, reference = "a" }, { from = 2026-07-01, value = 20, reference = "b" }]

[cap_minor.CNY]
unit = "minor units"
why = "At most."
values = [{ from = 2020-01-01, value = 200, reference = "law" }]

[cap_minor.TWD]
unit = "minor units"
why = "At most."
values = [{ from = 2020-01-01, value = 1000.5, reference = "law" }]
"""

WRONG = [
    ("[a", "this is no TOML"),
    ('[a]\nunit = "days"\nvalues = []', "it needs unit, why"),
    ('[a]\nunit = "d"\nwhy = "w"\nvalues = [{ from = "today", value = 1 }]', "is no dated value"),
    ('[a]\nunit = "d"\nwhy = "w"\nvalues = [{ from = 2026-01-01, value = true }]', "is no dated value"),
    (
        '[a]\nunit = "d"\nwhy = "w"\nvalues = [{ from = 2026-02-01, value = 1 }, { from = 2026-01-01, value = 2 }]',
        "its value from 2026-01-01 stands after the one from 2026-02-01",
    ),
]


def test_a_value_holds_from_its_day_until_the_next_one() -> None:
    parameters = read_parameters({"p.toml": GOOD})
    assert parameters.at(date(2026, 6, 30), currency="CNY")["observation_days"] == 30
    assert parameters.at(date(2026, 7, 1), currency="CNY")["observation_days"] == 20
    assert parameters.at(date(2026, 7, 1), currency="CNY")["cap_minor"] == 200
    assert parameters.at(date(2026, 7, 1), currency="TWD")["cap_minor"] == Decimal("1000.5")
    assert "cap_minor" not in parameters.at(date(2026, 7, 1), currency="USD")


def test_a_day_before_the_first_value_is_told_with_what_to_do() -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_parameters({"p.toml": GOOD}).at(date(2025, 12, 31), currency="CNY")
    assert refused.value.code is Code.PARAMETER_UNDATED
    assert refused.value.message == (
        "Parameter observation_days has no value on 2025-12-31: it starts on 2026-01-01. "
        "Give it an earlier date, or decide as of a later day."
    )


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_mistake_names_the_file_and_the_parameter(text: str, words: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_parameters({"numbers.toml": text})
    assert refused.value.message.startswith("numbers.toml")
    assert words in refused.value.message


def test_a_parameter_given_twice_and_one_that_is_not_there_are_told() -> None:
    with pytest.raises(PolicyInvalid, match="given twice"):
        read_parameters({"a.toml": GOOD, "b.toml": GOOD})
    with pytest.raises(NotFound) as unknown:
        read_parameters({"a.toml": GOOD}).one("nothing")
    assert unknown.value.code is Code.PARAMETER_UNKNOWN
    assert "observation_days" in unknown.value.message


def test_the_thresholds_on_frequency_and_surge_are_nobodys_facts() -> None:
    parameters = load_product("consumer_revolving").parameters
    for name in ("frequent_draws_30d_count", "surge_ratio"):
        why = parameters.one(name).why
        assert "lender's choice" in why
        assert "our data do not show" in why
