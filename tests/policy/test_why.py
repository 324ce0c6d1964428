"""Why not, for one row: the nearest rules and the cells against them, the same as of a row among many."""

from creditline.edge.products import load_product
from creditline.policy.columnar import why as columnar
from creditline.policy.columnar.plan import decide_many
from creditline.policy.evaluate import evaluate
from creditline.policy.table import DecisionTable, Value
from creditline.policy.why import Against, Near, nearest, why_not
from tests.policy.a_policy import small


def test_the_fewest_cells_against_come_first_and_rules_that_matched_are_left_out() -> None:
    policy = small("FIRST", [("> p", "10"), ("-", "20"), ("[3..4], null", "30")])
    given: dict[str, Value] = {"x": 5, "p": 6}
    assert why_not(policy, "t", given) == (
        Near(rule=1, against=(Against(column="x", value=5, cell="> p"),)),
        Near(rule=3, against=(Against(column="x", value=5, cell="[3..4], null"),)),
    )
    table = policy.decision("t")
    assert isinstance(table, DecisionTable)
    assert nearest(table, given, most=1) == why_not(policy, "t", given, most=1)


def test_a_table_that_requires_others_is_explained_alike_in_one_row_and_in_many() -> None:
    product = load_product("consumer_revolving")
    numbers = product.parameters.at(product.parameters.all[0].values[-1].since, currency="CNY")
    given: dict[str, Value] = {one.name: None for one in product.policy.inputs}
    given |= numbers
    given |= {"grade": 3, "is_moved": False, "requested_minor": 10}
    answers = decide_many(product.policy, "opening", {name: [value] for name, value in given.items()}, numbers)
    one = why_not(product.policy, "opening", given, most=99)
    assert one == columnar.why_not(answers, "opening", row=0, most=99)
    (matched,) = evaluate(product.policy, "opening", given).rules[-1][1]
    assert matched not in {near.rule for near in one}
    assert one


def test_an_expression_has_no_rules() -> None:
    product = load_product("consumer_revolving")
    assert why_not(product.policy, "not_blocked", {"is_blocked": True}) == ()
