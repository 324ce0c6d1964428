"""`creditline policy diff`: what changed between two products, in words, for programs, and line by line."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from creditline.edge.commands.diff import side_of, text_diff
from creditline.errors import Code
from tests.edge.a_terminal import Terminal

PRODUCT = "consumer_revolving"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """Give a copy of the shipped product with a dearer grade and a later number."""
    with as_file(files("creditline.products") / PRODUCT) as home:
        shutil.copytree(home, tmp_path / "draft")
    for name, before, after in (
        ("policy.dmn", "<text>1440</text>", "<text>1500</text>"),
        ("parameters/limits.toml", "[velocity_draws_1d_count]", "[velocity_draws_2d_count]"),
    ):
        file = tmp_path / "draft" / name
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after), encoding="utf-8")
    return tmp_path / "draft"


def test_rules_and_numbers_are_told_in_words(terminal: Terminal, draft: Path) -> None:
    rows = terminal.run("policy", "diff", PRODUCT, draft).table()
    assert ["grade_terms, rule 6", "apr_bp 1440 -> 1500"] in rows
    names = {row[0] for row in rows}
    assert {"parameter velocity_draws_1d_count", "parameter velocity_draws_2d_count"} <= names
    assert rows[-1] == ["in all", "3 changes"]
    told = terminal.json("policy", "diff", PRODUCT, draft)
    assert told["old"] != told["new"]
    assert told["changes"][0]["edits"] == [{"name": "apr_bp", "before": "1440", "after": "1500"}]


def test_a_file_is_compared_by_its_rules_alone(terminal: Terminal, draft: Path) -> None:
    told = terminal.json("policy", "diff", PRODUCT, draft / "policy.dmn")
    assert [one["part"] for one in told["changes"]] == ["rule"]
    assert terminal.json("policy", "diff", PRODUCT, PRODUCT)["changes"] == []


def test_the_lines_of_the_files_are_shown_as_text(terminal: Terminal, draft: Path) -> None:
    lines = terminal.json("policy", "diff", PRODUCT, draft, "--text")
    assert {"--- old/policy.dmn", "+++ new/policy.dmn"} <= set(lines)
    assert any(line.startswith("+") and "1500" in line for line in lines)
    assert list(text_diff(side_of(PRODUCT).files, new=side_of(PRODUCT).files)) == []


def test_a_side_that_is_not_there_is_told(terminal: Terminal, draft: Path) -> None:
    assert terminal.run("policy", "diff", PRODUCT, draft / "none.dmn").status == 2
    terminal.run("policy", "diff", PRODUCT, "gold").fails(Code.PRODUCT_UNKNOWN, says="gold")


def test_with_the_book_each_change_has_the_share_it_answers_otherwise(branch: Terminal, draft: Path) -> None:
    branch.json("open", "ada", "--amount", "500", "--moved")
    edit = draft / "parameters/limits.toml"
    edit.write_text(edit.read_text().replace("velocity_draws_2d_count", "velocity_draws_1d_count"))
    rows = branch.run("policy", "diff", PRODUCT, draft, "--book").table()
    assert ["grade_terms, rule 6", "apr_bp 1440 -> 1500", "0.0 % of 1 decisions"] in rows
    ran = branch.run("policy", "diff", PRODUCT, draft / "policy.dmn", "--book")
    assert "Nothing is counted" in ran.err
