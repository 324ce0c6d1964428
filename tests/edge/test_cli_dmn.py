"""DMN files of the whole language on the command line: shown, asked, written as 1.3."""

from pathlib import Path
from typing import get_args

import pytest

from creditline.edge.commands.dmn import KINDS
from creditline.errors import Code
from creditline.policy.standard.model import AnElement
from tests.edge.a_terminal import Terminal

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="{0}" name="{0}" id="{0}">'
RATES = f"""{HEAD.format("rates")}
  <decision id="base" name="base rate"><variable name="base rate" typeRef="number"/>
    <literalExpression><text>0.04</text></literalExpression></decision>
</definitions>"""
LOANS = f"""{HEAD.format("loans")}
  <import namespace="rates" name="rates" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>
  <inputData id="i" name="loans"><variable name="loans"/></inputData>
  <inputData id="d" name="bought on"><variable name="bought on" typeRef="date"/></inputData>
  <decision id="a" name="interest"><variable name="interest"/>
    <informationRequirement><requiredInput href="#i"/></informationRequirement>
    <informationRequirement><requiredDecision href="rates#base"/></informationRequirement>
    <literalExpression><text>sum(for one in loans return one.amount * (rates.base rate + one.margin))</text>
    </literalExpression></decision>
  <decision id="b" name="age"><variable name="age"/>
    <informationRequirement><requiredInput href="#d"/></informationRequirement>
    <literalExpression><text>(today() - bought on).days</text></literalExpression></decision>
  <decision id="c" name="both"><variable name="both"/>
    <literalExpression><text>{{a: [1, "x", null], b: true}}</text></literalExpression></decision>
  <decision id="e" name="endless"><variable name="endless"/>
    <literalExpression><text>count(for a in 1..10000, b in 1..10000 return a)</text></literalExpression></decision>
</definitions>"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "rates.dmn").write_text(RATES)
    found = tmp_path / "loans.dmn"
    found.write_text(LOANS)
    return found


def test_a_file_is_shown_with_what_of_it_can_be_a_policy(terminal: Terminal, file: Path) -> None:
    told = terminal.json("dmn", "show", file)
    assert told["problems"] == []
    kinds = {one["name"]: (one["kind"], one["not_a_policy"]) for one in told["elements"]}
    assert kinds["loans"] == ("input", None)
    assert kinds["interest"][1] is not None
    file.write_text(LOANS.replace("today() -", "today( -"))
    ran = terminal.run("dmn", "show", file)
    assert (ran.status, "age" in ran.out, "mistake" in ran.out) == (3, True, True)


def test_everything_a_model_may_have_has_a_word() -> None:
    assert set(get_args(AnElement)) == set(KINDS)


def test_a_question_is_answered_with_what_is_imported_from_beside(terminal: Terminal, file: Path) -> None:
    loans = "loans=[{amount: 100, margin: 0.01}, {amount: 50, margin: 0.02}]"
    assert terminal.json("dmn", "answer", file, "interest", loans) == {
        "kind": "number", "feel": "8.00", "value": "8.00",
    }  # fmt: skip
    rows = terminal.run("dmn", "answer", file, "age", 'bought on=@"2026-01-01"', "--at", "2026-01-31T09:00:00Z").table()
    assert rows == [["age", "30"]]
    assert terminal.json("dmn", "answer", file, "both")["value"] == {"a": ["1", "x", None], "b": True}


def test_what_cannot_be_answered_says_why(terminal: Terminal, file: Path) -> None:
    ask = ("dmn", "answer", file)
    terminal.run(*ask, "moon").fails(Code.POLICY_INVALID, says="both")
    terminal.run(*ask, "loans").fails(Code.POLICY_INVALID, says="interest")
    terminal.run(*ask, "endless").fails(Code.POLICY_INVALID, says="more steps")
    terminal.run(*ask, "both", "moon=1").fails(Code.MESSAGE_MALFORMED, says="bought on")
    terminal.run(*ask, "both", "loans").fails(Code.MESSAGE_MALFORMED, says="name=value")
    terminal.run(*ask, "age", "--at", "noon").fails(Code.MESSAGE_MALFORMED, says="noon")
    (file.parent / "rates.dmn").write_text("<moon")
    ran = terminal.run(*ask, "interest", "loans=[]")
    assert "rates.dmn is left out" in ran.err
    assert "there is no model 'rates'" in ran.err
    file.write_text("<moon")
    terminal.run(*ask, "both").fails(Code.POLICY_INVALID, says="loans.dmn")
    assert terminal.run("dmn", "show", file.parent / "gone.dmn").status == 2


def test_files_that_import_each_other_in_a_circle_are_read_and_told(terminal: Terminal, file: Path) -> None:
    back = '<import namespace="loans" name="loans" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    (file.parent / "rates.dmn").write_text(RATES.replace("  <decision", f"  {back}<decision", 1))
    assert terminal.json("dmn", "answer", file, "interest", "loans=[{amount: 100, margin: 0.01}]")["feel"] == "5.00"


def test_a_file_is_written_as_1_3_once(terminal: Terminal, file: Path, tmp_path: Path) -> None:
    to = tmp_path / "for-others.dmn"
    terminal.json("dmn", "write", file, "--to", to)
    assert "20191111" in to.read_text()
    assert terminal.json("dmn", "answer", to, "both") == terminal.json("dmn", "answer", file, "both")
    terminal.run("dmn", "write", file, "--to", to).fails(Code.MESSAGE_MALFORMED, says="for-others.dmn")
    file.write_text(LOANS.replace("<literalExpression>", "<conditional>", 1))
    terminal.run("dmn", "write", file, "--to", tmp_path / "x.dmn").fails(Code.POLICY_INVALID)
