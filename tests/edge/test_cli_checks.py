"""`creditline policy check`: everything that is wrong at once, with its place, and an exit code fit for CI."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from creditline.edge.commands.checks import cases
from creditline.edge.products import load_product
from creditline.errors import Code
from creditline.policy.check.finding import Finding, FindingCode, Severity, counted
from tests.edge.a_terminal import Ran, Terminal

PRODUCT = "consumer_revolving"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a copy of the shipped product that may be spoiled."""
    with as_file(files("creditline.products") / PRODUCT) as home:
        shutil.copytree(home, tmp_path / PRODUCT)
    return tmp_path / PRODUCT


def test_the_number_of_recorded_cases_is_told_where_it_was_counted() -> None:
    one = Finding(code=FindingCode.GAP, severity=Severity.NOTE, words="")
    assert cases(one) == ""
    assert cases(counted(one, 1200)) == " Recorded decisions it touches: 1,200."


def told_by(ran: Ran) -> list[list[str]]:
    """Return the rows of the findings, whatever the exit code."""
    return [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in ran.out.splitlines()]


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_the_shipped_product_has_no_error_and_no_warning(terminal: Terminal, folder: Path) -> None:
    for target in (PRODUCT, folder, folder / "policy.dmn"):
        told = terminal.json("policy", "check", target)
        assert told["sha256"] == load_product(PRODUCT).policy.sha256
        assert [one for one in told["findings"] if one["severity"] != "note"] == []
        assert terminal.run("policy", "check", target).status == 0
    assert terminal.run("policy", "check").status == 0


def test_all_mistakes_of_a_file_are_told_and_the_exit_is_3(terminal: Terminal, folder: Path) -> None:
    edit(folder / "policy.dmn", "[9..11]", "[9..11")
    edit(folder / "policy.dmn", "&gt;= 3", "&gt;= = 3")
    ran = terminal.run("policy", "check", folder / "policy.dmn")
    assert ran.status == 3
    places = {row[2] for row in told_by(ran) if len(row) > 2}
    assert {"grade_terms, row 3, grade, character 7", "review, row 1, months late, character 4"} <= places


def test_warnings_alone_exit_0_unless_asked_to_be_strict(terminal: Terminal, folder: Path) -> None:
    lone = folder.parent / "lone.dmn"
    shutil.copy(folder / "policy.dmn", lone)
    ran = terminal.run("policy", "check", lone)
    assert ran.status == 0
    assert any(row[0] == "warning" for row in told_by(ran))
    assert terminal.run("policy", "check", lone, "--strict").status == 3


def test_a_file_or_product_that_is_not_there_is_told(terminal: Terminal, folder: Path) -> None:
    assert terminal.run("policy", "check", folder / "none.dmn").status == 2
    terminal.run("policy", "check", "gold").fails(Code.PRODUCT_UNKNOWN, says="gold")


@pytest.mark.parametrize(
    ("file", "before", "after", "code"),
    [
        ("policy.dmn", "<text>1440</text>", "<text>1700</text>", "price_above_ceiling"),
        ("policy.dmn", "[12..14]", "[11..14]", "overlap"),
        ("policy.dmn", "[12..14]", "[13..14]", "gap"),
        ("policy.dmn", "&gt; frequent_draws_30d_count", "&lt;= frequent_draws_30d_count", "worse_is_answered_better"),
        ("policy.dmn", '"no_arrears_and_calm"<', '"no_arrears_or_calm"<', "output_not_allowed"),
        ("policy.dmn", ' name="no_arrears_and_calm"', ' name="no_arrears_or_calm"', "condition_unknown"),
        ("parameters/law.toml", 'value = 2400, reference = "CN', 'value = 1500, reference = "CN', "price_above_ceiling"),
        ("parameters/law.toml", "[granted_cap_minor.TWD]", "[other_cap_minor.TWD]", "parameter_undated"),
        ("parameters/limits.toml", "[velocity_draws_1d_count]", "[velocity_count]", "input_unknown"),
        ("parameters/restoration.toml", 'value = 30, reference = "one', 'value = 0, reference = "one', "terms_impossible"),
        ("words.zh.toml", "late = ", "lade = ", "words_missing"),
        ("examples.toml", "apr_bp = 720", "apr_bp = 721", "example_fails"),
        ("examples.toml", "apr_bp = 720", "apr_bp = = 720", "product_unreadable"),
        ("product.toml", "name =", "nome =", "product_unreadable"),
    ],
)  # fmt: skip
def test_a_product_that_may_not_be_offered_is_told_why(
    terminal: Terminal, folder: Path, file: str, before: str, after: str, code: str
) -> None:
    edit(folder / file, before, after)
    ran = terminal.run("policy", "check", folder)
    assert code in {row[1] for row in told_by(ran) if len(row) > 1}, ran
    assert ran.status == (0 if code == "gap" else 3)


def test_with_the_book_rules_nobody_was_answered_by_are_told(branch: Terminal, folder: Path) -> None:
    branch.json("open", "ada", "--amount", "500", "--moved")
    edit(folder / "policy.dmn", "[12..14]", "[13..14]")
    ran = branch.run("policy", "check", folder, "--book")
    assert ran.status == 0
    assert "Counted over the 1 newest recorded decisions." in ran.err
    rows = {(row[1], row[2]) for row in told_by(ran) if len(row) > 2}
    assert any(code == "rule_dead" and place.startswith("opening, rows") for code, place in rows)
    assert "Recorded decisions it touches: 0." in ran.out
    edit(folder / "policy.dmn", "[13..14]", "[13..14")
    assert "Nothing is counted" in branch.run("policy", "check", folder, "--book").err
