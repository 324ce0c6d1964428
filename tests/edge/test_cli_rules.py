"""Commands about rules, scores and data: a mistake is told with its place, a figure as a table or as JSON."""

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from creditline.edge.commands.rules import said
from creditline.edge.products import load_product
from creditline.errors import Code
from creditline.policy.table import DecisionTable
from tests.edge.a_terminal import Terminal

PRODUCT = "consumer_revolving"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a copy of the shipped product that may be spoiled."""
    with as_file(files("creditline.products") / PRODUCT) as home:
        shutil.copytree(home, tmp_path / PRODUCT)
    return tmp_path / PRODUCT


def test_tables_and_numbers_are_shown(terminal: Terminal) -> None:
    rows = terminal.run("policy", "show").table()
    assert any(row[0] == "restoration" for row in rows)
    assert any(row[0] == "release_pass_points" for row in rows)
    assert terminal.json("policy", "show")["edition"] == load_product(PRODUCT).edition
    terminal.run("policy", "show", "gold").fails(Code.PRODUCT_UNKNOWN, says="gold")


def test_a_table_is_asked_with_values_and_says_which_rule_answered(terminal: Terminal) -> None:
    inputs = {one.name for one in load_product(PRODUCT).policy.inputs}
    assert inputs
    terminal.run("policy", "decide", "restoration", "no_such_input=1").fails(
        Code.MESSAGE_MALFORMED, says="no_such_input"
    )
    terminal.run("policy", "decide", "no_such_table", f"{min(inputs)}=1").fails(
        Code.POLICY_INVALID, says="no_such_table"
    )
    answered = terminal.json("policy", "decide", "draw", "is_blocked=true")
    assert answered["outputs"]["answer"] == "decline"
    assert (
        dict(row[:2] for row in terminal.run("policy", "decide", "draw", "is_blocked=true").table())["answer"]
        == "decline"
    )


def test_why_another_rule_did_not_answer_is_told_cell_by_cell(terminal: Terminal) -> None:
    asked = ("policy", "decide", "draw", "is_blocked=true", "--why-not", 2)
    rows = [row for row in terminal.run(*asked).table() if row[0].startswith("not rule")]
    assert len(rows) == 2
    assert all("and the cell wants" in row[1] for row in rows)
    told = terminal.json(*asked)["why_not"]
    assert [row[0] for row in rows] == [f"not rule {one['rule']}" for one in told]
    assert "why_not" not in terminal.json("policy", "decide", "draw", "is_blocked=true")


def test_every_example_is_told_and_a_spoilt_one_fails(terminal: Terminal, folder: Path) -> None:
    rows = terminal.run("policy", "test").table()
    assert {row[0] for row in rows[1:-1]} == {"pass"}
    assert rows[-1] == ["in all", f"{len(rows) - 2} examples, 0 failed"]
    assert terminal.run("policy", "test", folder).status == 0
    examples = folder / "examples.toml"
    text = examples.read_text()
    examples.write_text(text.replace('"decline"', '"approve"', 1))
    failed = terminal.run("policy", "test", folder, "--json")
    assert failed.status == 3
    told = json.loads(failed.out)
    assert len(told["failed"]) >= 1
    assert sum(not one["has_passed"] for one in told["cases"]) == 1
    examples.unlink()
    assert terminal.json("policy", "test", folder)["cases"] == []


def test_data_that_is_not_there_is_told(terminal: Terminal, tmp_path: Path) -> None:
    terminal.set("CREDITLINE_DATA", tmp_path)
    assert set(terminal.json("data", "list").values()) == {"not there"}
    terminal.run("data", "get", "moon").fails(Code.DATA_MISSING, says="moon")
    card = files("creditline.products") / PRODUCT / "scorecard.json"
    with as_file(card) as path:
        terminal.run("score", "evaluate", "--card", path, "--data", tmp_path).fails(Code.DATA_MISSING, says="taiwan")
        (tmp_path / "taiwan").mkdir()
        (tmp_path / "taiwan" / "events.parquet").write_bytes(b"no parquet")
        assert terminal.run("score", "evaluate", "--card", path, "--data", tmp_path).status == 1
    assert terminal.run("score", "evaluate", "--card", tmp_path / "x.json", "--data", tmp_path).status == 2
    assert terminal.run("score", "fit", "--data", tmp_path, "--out", tmp_path / "out").status == 1


def test_a_rule_is_said_by_the_columns_it_tests() -> None:
    table = load_product(PRODUCT).policy.decision("restoration")
    assert isinstance(table, DecisionTable)
    words = [said(table, rule) for rule in table.rules]
    assert (words[0], words[-1]) == ("months late >= 3", "always")
    assert len(set(words)) == len(words)
