"""The whole standard as an executor of a proof: it agrees with the engine, and finds what another executor spoils."""

import pytest

from creditline.policy.prove import standard
from creditline.policy.prove.compare import Contest
from creditline.policy.prove.rows import Given
from creditline.policy.prove.standard import MOST_ROWS, by_standard
from creditline.policy.standard.model import Model
from creditline.policy.standard.read import read_model
from creditline.policy.table import Policy
from creditline.policy.write import write_policy
from tests.policy.a_policy import small


def contest(policy: Policy) -> Contest:
    return Contest(policy=policy, name=policy.decisions[0].name, numbers={}, executors={"standard": by_standard})


@pytest.mark.parametrize("hit_policy", ["FIRST", "UNIQUE", "ANY", "COLLECT"])
def test_the_standard_agrees_and_an_error_of_ours_is_null_there(hit_policy: str) -> None:
    aggregation = "SUM" if hit_policy == "COLLECT" else ""
    policy = small(hit_policy, [("&gt;= 1", "10"), ("&gt;= 2", "20")], aggregation=aggregation)
    assert contest(policy).difference(rows_of(policy)) is None


def test_another_answer_of_the_standard_is_a_difference_with_its_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = small("FIRST", [("&gt;= 1", "10")])
    other = small("FIRST", [("&gt;= 1", "11")])

    def spoilt(_: Policy) -> Model:
        return read_model(write_policy(other))

    monkeypatch.setattr(standard, "_written", spoilt)
    found = contest(policy).difference(rows_of(policy))
    assert found is not None
    assert "10" in found.answers["reference"]
    assert "11" in found.answers["standard"]


def test_of_many_rows_some_are_asked_and_all_are_told() -> None:
    policy = small("FIRST", [("&gt;= 1", "10")])
    rows = rows_of(policy) * MOST_ROWS
    assert len(by_standard(policy, policy.decisions[0].name, rows, {})) == len(rows)


def rows_of(policy: Policy) -> list[Given]:
    return [{one.name: value for one in policy.inputs} for value in (None, 0, 1, 2)]
