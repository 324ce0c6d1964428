"""`creditline policy prove`: an auditor's proof of a file or a product, its exit code, and a witness if there is one."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from creditline.edge.commands.policy_prove import DIFFERS_STATUS
from creditline.edge.products import load_product
from creditline.errors import Code
from creditline.policy.prove import compare
from creditline.policy.prove.compare import Told
from creditline.policy.prove.rows import Given
from creditline.policy.table import Policy
from tests.edge.a_terminal import Terminal
from tests.policy.a_policy import policy_file


def test_a_product_is_proved_decision_by_decision(terminal: Terminal) -> None:
    rows = terminal.run("policy", "prove", "consumer_revolving", "--rows", 60).table()
    assert rows[0] == ["decision", "rows", "tried", "columns", "verdict"]
    assert {row[-1] for row in rows[1:]} == {"agree"}
    told = terminal.json("policy", "prove", "consumer_revolving", "--rows", 60, "--decision", "grade_terms")
    assert told["is_agreed"] is True
    assert told["sha256"] == load_product("consumer_revolving").policy.sha256
    (proof,) = told["decisions"]
    assert (proof["is_exhaustive"], proof["combinations_count"], proof["difference"]) == (True, 20, None)


def test_a_file_alone_is_proved_with_its_parameters_as_inputs(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "policy.dmn"
    file.write_bytes(policy_file())
    told = terminal.json("policy", "prove", file, "--rows", 60, "--decision", "no_arrears_and_calm")
    assert "frequent_draws_30d_count" in told["decisions"][0]["points"]


def spoilt(_policy: Policy, _name: str, rows: Sequence[Given], _numbers: Given) -> list[Told]:
    """Answer nothing, whatever is asked."""
    return [((), ())] * len(rows)


def test_a_difference_exits_with_1_and_shows_the_witness(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "EXECUTORS", {"spoilt": spoilt})
    ran = terminal.run("policy", "prove", "consumer_revolving", "--rows", 60, "--decision", "grade_terms")
    assert ran.status == DIFFERS_STATUS == 1
    assert "DIFFER" in ran.out
    assert "grade = null" in ran.out
    assert "witness" in ran.err
    ran = terminal.run("policy", "prove", "consumer_revolving", "--rows", 60, "--decision", "grade_terms", "--json")
    assert (ran.status, json.loads(ran.out)["is_agreed"]) == (1, False)


def test_what_cannot_be_read_is_told(terminal: Terminal) -> None:
    terminal.run("policy", "prove", "gold").fails(Code.PRODUCT_UNKNOWN, says="gold")
    terminal.run("policy", "prove", "consumer_revolving", "--on", "soon").fails(Code.MESSAGE_MALFORMED, says="soon")
    terminal.run("policy", "prove", "consumer_revolving", "--decision", "x").fails(Code.POLICY_INVALID, says="draw")
