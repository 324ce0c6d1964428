"""`creditline policy evidence`: a line a rule, what is left out on stderr, and the folder that keeps what was found."""

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from creditline.decision.evidence import EVIDENCE_FILE, Figure
from creditline.edge.commands.policy_evidence import numbers_of, percent, points
from creditline.errors import Malformed
from tests.edge.a_source import a_line, write_lines
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved

PRODUCT = "consumer_revolving"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a copy of the shipped product."""
    with as_file(files("creditline.products") / PRODUCT) as home:
        shutil.copytree(home, tmp_path / PRODUCT)
    return tmp_path / PRODUCT


def test_the_recorded_book_is_told_with_what_is_left_out(branch: Terminal) -> None:
    open_moved(branch)
    ran = branch.run("policy", "evidence")
    assert ran.status == 0
    assert "Left out: 1, the horizon is not over." in ran.err
    told = branch.json("policy", "evidence", PRODUCT, "--known-at", "2100-01-01T00:00Z")
    assert [(one["table"], one["hits_count"], one["verdict"]) for one in told["rules"]] == [("opening", 1, "not shown")]


def test_a_source_is_asked_and_the_folder_keeps_what_was_found(
    terminal: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    late = {"PAY_0": "2", "BILL_AMT1": "9000", "default.payment.next.month": "1"}
    lines = [a_line(number, **(late if number % 3 == 0 else {})) for number in range(1, 400)]
    write_lines(tmp_path / "taiwan" / "data.csv", lines)
    monkeypatch.setenv("CREDITLINE_DATA", str(tmp_path))
    told = terminal.json("policy", "evidence", folder, "--source", "taiwan", "--write", folder)
    assert told["cases_count"] == 399
    assert (told["rules"][0]["rule"], told["rules"][0]["hits_count"], told["rules"][0]["bad"]["at_ppm"]) == (
        3,
        133,
        10**6,
    )
    assert json.loads((folder / EVIDENCE_FILE).read_text(encoding="utf-8")) == told
    shown = terminal.run("policy", "show", folder)
    assert "266 hits, bad 0.0 % against 100.0 %, supported" in shown.out
    edited = folder / "policy.dmn"
    edited.write_text(edited.read_text(encoding="utf-8").replace("500000", "400000"), encoding="utf-8")
    assert "of another policy" in terminal.run("policy", "show", folder).err


def test_what_is_no_source_table_or_number_is_refused(terminal: Terminal) -> None:
    assert terminal.run("policy", "evidence", "--source", "moon").status == 2
    assert terminal.run("policy", "evidence", "--source", "taiwan", "--table", "moon").status == 2
    for wrong in ("draws", "draws=", "draws=x", "draws=nan"):
        with pytest.raises(Malformed, match="is no number"):
            numbers_of([wrong])


def test_figures_are_told_with_their_intervals() -> None:
    figure = Figure(at_ppm=-7_000, low_ppm=-25_000, high_ppm=13_000)
    assert points(figure) == "-0.7 [-2.5, +1.3]"
    assert percent(Figure(at_ppm=109_000, low_ppm=95_000, high_ppm=123_000)) == "10.9 % [9.5, 12.3]"
