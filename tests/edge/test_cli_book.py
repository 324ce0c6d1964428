"""Commands for an accountant: tables, JSON, CSV and Parquet of the same book."""

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

from creditline.edge.commands.book import BOOK
from creditline.errors import Code
from tests.edge.a_terminal import Terminal


@pytest.fixture
def line(branch: Terminal) -> str:
    """A line of 1,000.00 with 100.00 drawn, 40.00 of it repaid."""
    opened = branch.json("open", "ada", "--amount", "1000", "--moved")
    name: str = opened["line"]["id"]
    branch.json("draw", name, "--amount", "100")
    branch.json("repay", name, "--amount", "40")
    return name


@pytest.mark.usefixtures("line")
def test_a_trial_balance_is_balanced_and_says_where_money_is(branch: Terminal) -> None:
    told = branch.json("book", "trial-balance")
    assert told["is_balanced"]
    rows = {row["account"]: row for row in told["rows"]}
    assert (rows["1310"]["debit_minor"], rows["1310"]["credit_minor"], rows["1310"]["debit_balance_minor"]) == (
        10_000,
        4_000,
        6_000,
    )
    table = branch.run("book", "trial-balance").table()
    assert ["1310", "Principal receivable", "asset", "¥100.00", "¥40.00", "¥60.00", "¥0.00"] in table
    assert table[-1][:2] == ["CNY", "total"]
    assert branch.json("book", "trial-balance", "--as-of", "2020-01-01")["rows"] == []


def test_the_journal_and_the_statement_are_the_same_in_every_form(branch: Terminal, line: str, tmp_path: Path) -> None:
    told = branch.json("book", "journal")
    assert {row["kind"] for row in told} == {"open", "draw", "repay"}
    printed = list(csv.DictReader(io.StringIO(branch.run("book", "journal", "--csv").out)))
    assert [row["request"] for row in printed] == [row["request"] for row in told]
    shortened = branch.run("book", "journal", "--most", "2", "--json")
    assert len(json.loads(shortened.out)) == 2
    assert "Only the first 2 are shown" in shortened.err
    statement = branch.json("book", "statement", line)
    assert [row["owed_minor"] for row in statement["rows"]][:3] == [0, 10_000, 6_000]
    branch.run("book", "statement", line, "--out", tmp_path / "line.parquet")
    assert pl.read_parquet(tmp_path / "line.parquet")["owed_minor"].to_list() == [
        row["owed_minor"] for row in statement["rows"]
    ]
    assert branch.run("book", "statement", line).table()[2][:2] == [
        "2",
        branch.run("book", "statement", line).table()[2][1],
    ]


@pytest.mark.usefixtures("line")
def test_an_export_balances_and_says_the_same_twice(branch: Terminal, tmp_path: Path) -> None:
    for name in ("first.parquet", "second.parquet", "ledger.csv"):
        told = branch.run("book", "export", "--out", tmp_path / name)
        assert told.status == 0, told.err
    first, second = (pl.read_parquet(tmp_path / name) for name in ("first.parquet", "second.parquet"))
    assert first.equals(second)
    assert first["debit_minor"].sum() == first["credit_minor"].sum() > 0
    assert first["entry"].n_unique() * 2 == len(first) == len(pl.read_csv(tmp_path / "ledger.csv"))
    assert set(first["borrower"]) == {"ada"}
    branch.run("book", "export", "--out", tmp_path / "blind.parquet", "--no-borrower")
    assert set(pl.read_parquet(tmp_path / "blind.parquet")["borrower"]) == {""}


@pytest.mark.usefixtures("line")
def test_no_day_is_sealed_before_it_is_over(branch: Terminal) -> None:
    assert branch.json("book", "seal") == []
    assert branch.run("book", "seal").table()[-1] == ["no day is over"]
    branch.run("book", "seal", "--through", "2999-01-01").fails(Code.DAY_OPEN)


@pytest.mark.usefixtures("line")
def test_what_cannot_be_read_is_told(branch: Terminal) -> None:
    branch.run("book", "journal", "--since", "March").fails(Code.MESSAGE_MALFORMED, says="March")
    branch.run("book", "statement", "7").fails(Code.MESSAGE_MALFORMED)
    branch.run("book", "export", "--out", "book.xlsx").fails(Code.MESSAGE_MALFORMED, says=".parquet")


def test_the_help_lists_every_command(terminal: Terminal) -> None:
    told = terminal.run("book", "--help").out
    assert all(f" {command.name} " in told for command in BOOK.registered_commands)
