"""Why not: the nearest rules of a row and the cells against them."""

from creditline.policy.columnar.plan import decide_many
from creditline.policy.columnar.why import why_not
from creditline.policy.why import Against, Near
from tests.policy.a_policy import small


def test_the_nearest_rules_come_first_with_the_cells_against_them() -> None:
    policy = small("FIRST", [("> p", "10"), ("-", "20"), ("[3..4], null", "30")])
    answers = decide_many(policy, "t", {"x": [5, 3]}, {"p": 6})
    assert why_not(answers, "t", row=0) == (
        Near(rule=1, against=(Against(column="x", value=5, cell="> p"),)),
        Near(rule=3, against=(Against(column="x", value=5, cell="[3..4], null"),)),
    )
    assert [near.rule for near in why_not(answers, "t", row=1)] == [1]
    assert why_not(answers, "t", row=0, most=1)[0].rule == 1
