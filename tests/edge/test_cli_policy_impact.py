"""`creditline policy impact`: the sample, who is answered otherwise, and an exit code fit for CI."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from creditline.decision.shares import share_of_cases
from creditline.edge.commands.policy_impact import percent
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved

PRODUCT = "consumer_revolving"


@pytest.fixture
def harsh(tmp_path: Path) -> Path:
    """Give a copy of the shipped policy that approves no draw."""
    with as_file(files("creditline.products") / PRODUCT) as home:
        shutil.copytree(home, tmp_path / PRODUCT)
    file = tmp_path / PRODUCT / "policy.dmn"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace('<text>"approve"</text></outputEntry>', '<text>"decline"</text></outputEntry>'), encoding="utf-8"
    )
    return file


def test_the_same_rules_change_nothing_and_others_are_told_case_by_case(branch: Terminal, harsh: Path) -> None:
    open_moved(branch)
    same = branch.json("policy", "impact", PRODUCT)
    assert (same["changed"]["count"], same["changed"]["of_count"]) == (0, 1)
    assert branch.run("policy", "impact", PRODUCT, "--at-most", 0).status == 0
    told = branch.run("policy", "impact", harsh).table()
    assert [row[0] for row in told[1:4]] == ["sample", "answer", "amount"]
    assert "opening: approve -> decline" in told[2]
    ran = branch.run("policy", "impact", harsh, "--at-most", 50)
    assert ran.status == 3
    assert "at most 50" in ran.err


def test_what_is_no_draft_is_wrong_usage(terminal: Terminal) -> None:
    assert terminal.run("policy", "impact", "none.dmn").status == 2


def test_a_share_is_told_with_its_interval() -> None:
    assert percent(share_of_cases(50, of_count=100)) == "50, 50.00 % [40.38, 59.62]"
