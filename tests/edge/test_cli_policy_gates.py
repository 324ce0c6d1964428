"""`creditline policy fairness` and `gates`: groups from a file, kept on request, and honest words about the four fifths."""

from pathlib import Path

import pytest

from creditline.edge.commands.policy_gates import COMMANDS, read_groups
from creditline.errors import Malformed
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved

PRODUCT = "consumer_revolving"


def test_a_house_without_gates_says_so_and_groups_too_small_are_not_told(branch: Terminal, tmp_path: Path) -> None:
    open_moved(branch)
    ran = branch.run("policy", "gates", PRODUCT)
    assert (ran.status, "has no gates.toml" in ran.err) == (0, True)
    file = tmp_path / "groups.csv"
    file.write_text("borrower,age\nada,old\n", encoding="utf-8")
    told = branch.run("policy", "fairness", PRODUCT, "--groups", file, "--keep")
    assert (told.status, "no two groups with enough cases" in told.err) == (0, True)
    assert branch.json("policy", "fairness", PRODUCT) == []
    assert [one.__name__ for one in COMMANDS] == ["gates", "fairness"]


def test_groups_are_read_by_attribute_and_what_is_empty_is_not_known(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("borrower,age,region\nada,old,\nben, young ,north\n", encoding="utf-8")
    assert read_groups(file) == {"age": {"ada": "old", "ben": "young"}, "region": {"ben": "north"}}


@pytest.mark.parametrize("text", ["", "borrower\nada\n", "who,age\nada,old\n", "borrower,age\nada,old\nada,young\n"])
def test_what_does_not_say_who_is_of_which_group_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "groups.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Malformed):
        read_groups(file)


def test_keeping_needs_a_file(terminal: Terminal) -> None:
    assert terminal.run("policy", "fairness", "--keep").status == 2
