"""Each break point is tried, one unit to either side of it, null and others; what is compared with each other meets."""

from datetime import date
from decimal import Decimal

from creditline.policy.dmn import read_policy
from creditline.policy.prove.points import Points, decisions_of, points_of
from creditline.policy.table import Policy
from creditline.policy.values import Value
from tests.policy.a_policy import NAMESPACE, small


def tried(policy: Policy, numbers: dict[str, Value] | None = None) -> dict[str, Points]:
    return {one.name: one for one in points_of(policy, "t", numbers or {})}


def a_table(kind: str, column: str, cells: list[str], allowed: str = "") -> Policy:
    """Return a policy of one table `t` with a column over the input v of some kind."""
    escaped = [cell.replace("<", "&lt;") for cell in cells]
    rules = "".join(
        f"<rule><inputEntry><text>{cell}</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
        for cell in escaped
    )
    return read_policy(
        (
            f'<definitions xmlns="{NAMESPACE}" name="one">'
            f'<inputData name="v"><variable name="v" typeRef="{kind}"/></inputData>'
            '<decision name="t"><decisionTable hitPolicy="FIRST">'
            f'<input label="v"><inputExpression typeRef="{kind}"><text>{column}</text></inputExpression>{allowed}</input>'
            f'<output name="out" typeRef="number"/>{rules}</decisionTable></decision></definitions>'
        ).encode(),
        source="one.dmn",
    )


def test_a_number_is_tried_at_each_end_and_one_in_its_last_place_beside_it() -> None:
    (x,) = tried(small("FIRST", [("[2..5)", "1"), ("> 9.25", "2")])).values()
    assert x.near == (None, 1, 2, 3, 4, 5, 6, Decimal("9.24"), Decimal("9.25"), Decimal("9.26"))
    assert x.fine == tuple(point + step * Decimal("0.000001") for point in (2, 5, Decimal("9.25")) for step in (-1, 1))


def test_ends_computed_from_parameters_are_ends_and_parameters_are_no_inputs() -> None:
    points = tried(small("FIRST", [("> p + 1", "1")]), {"p": 10})
    assert {name: one.near for name, one in points.items()} == {"x": (None, 10, 11, 12)}


def test_inputs_that_are_compared_with_each_other_share_their_points() -> None:
    points = tried(small("FIRST", [("> p", "1"), ("7", "2"), ("-", "if p < 3 then 1 else 2")]))
    assert points["x"].near == points["p"].near == (None, 2, 3, 4, 6, 7, 8)


def test_words_days_and_truths_are_tried_with_others_beside_them() -> None:
    assert tried(a_table("string", "v", ['"a"', 'not("b")']))["v"].near == (None, "", "a", "another word", "b")
    assert tried(a_table("boolean", "v", ["true"]))["v"].near == (None, False, True)
    assert tried(a_table("date", "v", ['> date("2026-03-01")']))["v"].near == (
        None, date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2),
    )  # fmt: skip


def test_an_input_that_nothing_is_compared_with_has_points_of_its_own() -> None:
    (x,) = tried(small("FIRST", [("-", "x * 2")])).values()
    assert x.near == (None, -1, 0, Decimal("0.5"), 1, 7)


def test_the_ends_of_a_computed_column_are_tried_of_what_it_reads() -> None:
    assert tried(a_table("number", "v * 2", ["> 10"]))["v"].near == (None, 9, 10, 11)


def test_decisions_are_found_once_each() -> None:
    assert [one.name for one in decisions_of(small("FIRST", [("-", "1")]), "t")] == ["t"]
