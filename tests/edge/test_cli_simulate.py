"""`creditline simulate`: the same seed the same bytes, a draft beside the policy, and an exit code that tells of a broken word."""

import shutil
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from creditline.edge.commands import simulate as command
from creditline.edge.simulated import simulate
from creditline.simulation.report import Report
from tests.edge.a_terminal import Terminal

FEW = ("--people", 24, "--days", 120, "--seed", 3, "--processes", 1)


@pytest.fixture
def strict(tmp_path: Path) -> Path:
    """Give a copy of the shipped product whose pass mark nobody reaches."""
    with as_file(files("creditline.products") / "consumer_revolving") as home:
        shutil.copytree(home, tmp_path / "consumer_revolving")
    numbers = tmp_path / "consumer_revolving" / "parameters" / "restoration.toml"
    text = numbers.read_text(encoding="utf-8")
    assert "value = 540" in text
    numbers.write_text(text.replace("value = 540", "value = 900"), encoding="utf-8")
    return tmp_path / "consumer_revolving"


def test_the_report_is_told_to_programs(terminal: Terminal) -> None:
    told = terminal.json("simulate", *FEW)
    assert told["promises"]["kept_ratio"] == 1.0
    assert told["promises"] == told["arms"][0]["promises"]
    assert [arm["name"] for arm in told["arms"]] == ["policy", "at_once", "hold_30_days"]
    assert [one["name"] for one in told["against"]] == ["at_once", "hold_30_days"]
    assert told["assumptions"]
    assert {one["use"] for one in told["moments"]} == {"calibrates", "checks"}


def test_the_report_is_told_to_people_with_what_is_assumed(terminal: Terminal) -> None:
    ran = terminal.run("simulate", *FEW)
    assert ran.status == 0
    assert ran.err == ""
    for words in ("under these assumptions", "100 % of", "What is assumed", "measured", "checks", "Intervals: 95 %"):
        assert words in ran.out


def test_a_draft_is_tried_on_the_same_people(terminal: Terminal, strict: Path) -> None:
    """Under a pass mark that nobody reaches nothing scored comes back at once; the policy is what it is without a draft."""
    alone = terminal.json("simulate", *FEW)["arms"][0]
    policy, draft, *_ = terminal.json("simulate", *FEW, "--policy", strict)["arms"]
    assert {key: policy[key] for key in ("answers", "promises", "drawn_minor")} == {
        key: alone[key] for key in ("answers", "promises", "drawn_minor")
    }
    assert draft["answers"]["staged"] > policy["answers"]["staged"]
    assert draft["good_delay_days"]["value"] > policy["good_delay_days"]["value"]
    assert draft["edition"] != policy["edition"]


def test_one_person_for_a_day_is_a_report_of_nothing_and_no_error(terminal: Terminal) -> None:
    told = terminal.json("simulate", "--people", 1, "--days", 1)
    assert (told["promises"]["kept_ratio"], told["promises"]["told_count"]) == (None, 0)
    assert terminal.run("simulate", "--people", 1, "--days", 1).status == 0


def test_what_cannot_be_simulated_is_said(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal.run("simulate", "--days", 0).status == 2
    assert terminal.run("simulate", "--days", 366).status == 2
    assert terminal.run("simulate", *FEW, "--policy", "none.dmn").status == 2
    missing = terminal.run("simulate", *FEW, "--assumptions", tmp_path / "none.toml")
    assert (missing.status, "There is no file" in missing.err) == (1, True)
    (tmp_path / "wrong.toml").write_text("currency = 3")
    wrong = terminal.run("simulate", *FEW, "--assumptions", tmp_path / "wrong.toml")
    assert (wrong.status, "assumptions cannot be read" in wrong.err) == (1, True)


def test_a_broken_word_is_a_finding(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object, **more: object) -> Report:
        report = simulate(*given, **more)  # type: ignore[arg-type]
        arm = report.arms[0]
        return replace(report, arms=(replace(arm, promises=replace(arm.promises, kept_ratio=0.99)), *report.arms[1:]))

    monkeypatch.setattr(command, "simulate", broken)
    ran = terminal.run("simulate", *FEW)
    assert ran.status == 3
    assert "fault of the engine" in ran.err
