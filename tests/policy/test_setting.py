"""One number set anew: what was typed is held to its unit, day and name, and nothing else of the files changes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.errors import Conflict, CreditlineError, Malformed, NotFound
from creditline.policy.parameters import OVERLAY, read_parameters
from creditline.policy.setting import Setting, change_of, shown_name, with_change

TODAY = date(2026, 3, 2)
TEXT = """
[observation_days]
unit = "days"
why = "how long"
values = [{ from = 2005-01-01, value = 30, reference = "one statement" }, { from = 2026-09-01, value = 40, reference = "" }]

[use_ratio]
unit = "share of the limit"
why = "so much"
values = [{ from = 2005-01-01, value = 0.3, reference = "" }]

[cap_minor.CNY]
unit = "minor units of CNY"
why = "at most"
values = [{ from = 2005-01-01, value = 100, reference = "" }]
"""
FILES = {"parameters/all.toml": TEXT.encode(), "policy.dmn": b"rules"}
NUMBERS = read_parameters({"parameters/all.toml": TEXT})


def setting(name: str, value: str, since: date = TODAY) -> Setting:
    return Setting(name=name, value=value, since=since)


@pytest.mark.parametrize(
    ("name", "value", "kind", "says"),
    [
        ("watch_days", "45", NotFound, "observation_days"),
        ("cap_minor", "45", Malformed, "cap_minor.CNY"),
        ("cap_minor.TWD", "45", NotFound, "cap_minor"),
        ("observation_days", "45d", Malformed, "'45d' is no number"),
        ("observation_days", "1_0", Malformed, "no number"),
        ("observation_days", "٤٥", Malformed, "no number"),
        ("observation_days", "NaN", Malformed, "no number"),
        ("observation_days", "-1", Malformed, "from 0 to 3650"),
        ("observation_days", "4000", Malformed, "outside"),
        ("observation_days", "1e99999", Malformed, "outside"),
        ("observation_days", "30.5", Malformed, "whole days"),
        ("cap_minor.CNY", "100.50", Malformed, "whole minor"),
        ("use_ratio", "300000", Malformed, "outside"),
        ("use_ratio", "0.12345678901234567890123", Malformed, "more digits"),
        ("observation_days", "30.0", Conflict, "30 on 2026-03-02 already"),
    ],
)
def test_what_cannot_be_set_is_refused_and_says_what_could(
    name: str, value: str, kind: type[CreditlineError], says: str
) -> None:
    with pytest.raises(kind, match=says):
        change_of(NUMBERS, setting(name, value), today=TODAY, reference="x")


def test_the_past_is_never_set() -> None:
    with pytest.raises(Malformed, match="today, 2026-03-02"):
        change_of(NUMBERS, setting("observation_days", "45", date(2026, 3, 1)), today=TODAY, reference="x")


@given(
    st.sampled_from([("observation_days", 0, 3650), ("cap_minor.CNY", 0, 10**15)]),
    st.data(),
    st.dates(TODAY, date(2030, 1, 1)),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
)
def test_a_number_that_is_set_holds_from_its_day_until_the_next_one_and_all_else_stays(
    named: tuple[str, int, int], data: st.DataObject, since: date, reference: str
) -> None:
    name, least, most = named
    value = data.draw(st.integers(least, most))
    own = next(one for one in NUMBERS.all if shown_name(one) == name)
    if own.at(since) == value:
        return
    change = change_of(NUMBERS, setting(name, str(value), since), today=TODAY, reference=reference)
    files = with_change(FILES, NUMBERS, change)
    assert {key for key in files if files[key] != FILES.get(key)} == {OVERLAY}
    after = read_parameters({key: body.decode() for key, body in files.items() if key.startswith("parameters/")})
    upto = min((one.since for one in own.values if one.since > since), default=date.max)
    for one in NUMBERS.all:
        now = after.exactly(one.name, one.currency)
        for day in (TODAY, since, date(2026, 8, 31), date(2026, 9, 1), date(2035, 1, 1)):
            is_set = shown_name(one) == name and since <= day < upto
            assert now.at(day) == (value if is_set else one.at(day))
    again = with_change(files, after, change)
    assert again == files


def test_a_share_is_kept_exactly() -> None:
    change = change_of(NUMBERS, setting("use_ratio", "0.35"), today=TODAY, reference="x")
    assert change.dated.value == Decimal("0.35")
