"""A product is refused, in words, if it gives a number that no promise can be made of."""

import re
from collections.abc import Callable

import pytest

from creditline.edge.products import load_product
from creditline.errors import Code, PolicyInvalid
from creditline.restoration.terms import check_terms
from tests.decision.a_product import RESTORATION, a_product, changed


def number(name: str, value: str) -> dict[str, Callable[[str], str]]:
    """Return the edit that gives a parameter of restoration another value."""
    return {
        RESTORATION: lambda text: re.sub(rf"(\[{name}\][^\[]*\[[^\[]*?value = )\d+", rf"\g<1>{value}", text, count=1)
    }


def rule(before: str, after: str) -> dict[str, Callable[[str], str]]:
    """Return the edit that gives a rule of the policy another output."""
    return {"policy.dmn": lambda text: text.replace(f"<text>{before}</text>", f"<text>{after}</text>", 1)}


PROVED = "<inputEntry><text>1</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text>"


def test_a_way_back_that_is_no_score_must_be_there() -> None:
    """Income that is proved brings everything back whatever the points are; asked for points as well, it is a score again."""
    check_terms(a_product())
    scored = changed(
        {
            "policy.dmn": lambda text: text.replace(
                PROVED, PROVED.replace("<text>-</text>", "<text>&gt;= 500</text>", 1), 1
            )
        }
    )
    with pytest.raises(PolicyInvalid, match="at once but by a score"):
        check_terms(scored)


STAGED = '"staged"</text></outputEntry><outputEntry><text>300000</text></outputEntry><outputEntry><text>3</text></outputEntry><outputEntry><text>stage_interval_days'

TABLE = [
    (number("recheck_days", "0"), "parameter recheck_days is 0 from 2005-01-01 on"),
    (number("recheck_days", "-1"), "parameter recheck_days is -1 from"),
    (number("recheck_days", "30.5"), "parameter recheck_days is 30.5 from"),
    (number("recheck_days", "1000000000"), "parameter recheck_days is 1000000000 from"),
    (number("observation_days", "0"), "parameter observation_days is 0 from"),
    (number("stage_interval_days", "-30"), "parameter stage_interval_days is -30 from"),
    (number("recheck_days", "nan"), "no dated value"),
    (number("recheck_days", "inf"), "no dated value"),
    (number("recheck_days", "-inf"), "no dated value"),
    ({RESTORATION: lambda text: text.replace("[recheck_days]", "[recheck_span]")}, "there is no parameter recheck_days"),
    (rule(STAGED, STAGED.replace("stage_interval_days", "0")), "row 9 gives interval_days 0. It must be a whole number of days"),
    (rule(STAGED, STAGED.replace("stage_interval_days", "-5")), "row 9 gives interval_days -5"),
    (rule(STAGED, STAGED.replace("stage_interval_days", "4000")), "row 9 gives interval_days 4000"),
    (rule(STAGED, STAGED.replace("stage_interval_days", "surge_ratio * 0")), None),
    (rule(STAGED, STAGED.replace("stage_interval_days", "if is_blocked then 30 else 0")), "row 9 gives interval_days 0"),
    (rule(STAGED, STAGED.replace("stage_interval_days", "null")), "row 9 gives interval_days null"),
    (rule(STAGED, STAGED.replace(">3<", ">0<")), "row 9 gives tranches_count 0. It must be a whole number of parts, 1 to 120"),
    (rule(STAGED, STAGED.replace(">3<", ">1000000000<")), "row 9 gives tranches_count 1000000000"),
    (rule(STAGED, STAGED.replace(">3<", ">2.5<")), "row 9 gives tranches_count 2.5"),
    (rule(STAGED, STAGED.replace("300000", "1000001")), "row 9 gives share_ppm 1000001. It must be a share"),
    (rule(STAGED, STAGED.replace("300000", "-1")), "row 9 gives share_ppm -1"),
    (rule("observation_days", "0"), "row 2 gives interval_days 0"),
    ({"product.toml": lambda text: text.replace("= 4320", "= 0")}, "reservation_minutes makes 0:00:00"),
    ({"product.toml": lambda text: text.replace("= 4320", "= -1")}, "at most 365 days"),
    ({"product.toml": lambda text: text.replace("= 4320", "= 99999999")}, "at most 365 days"),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "words"), TABLE)
def test_a_number_no_calendar_can_keep_is_refused_in_words(
    edits: dict[str, Callable[[str], str]], words: str | None
) -> None:
    if words is None:
        # What a rule computes shows only when it is asked, and is refused then.
        check_terms(changed(edits))
        return
    with pytest.raises(PolicyInvalid, match=re.escape(words)) as refused:
        check_terms(changed(edits))
    assert refused.value.code is Code.POLICY_INVALID


def test_the_shipped_product_and_the_one_of_tests_keep_their_promises() -> None:
    check_terms(load_product("consumer_revolving"))
    check_terms(a_product())
