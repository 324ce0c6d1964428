"""A decision taken apart at a terminal: what it was, what it would have been, and whether it is the same."""

from creditline.edge.commands import examine
from creditline.errors import Code
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved


def test_a_decision_is_taken_apart_and_asked_again_otherwise(branch: Terminal) -> None:
    line = open_moved(branch)
    branch.json("limit", "block", line, "--by", "desk", "--reason", "fraud")
    decision = branch.json("repay", line, "--amount", "50")["decision"]["id"]
    told = branch.json("examine", decision)
    assert (told["supposed"], told["record_difference"], told["mismatches"]) == (None, None, [])
    table = branch.run("examine", decision).table()
    assert ["replay", "equal, byte for byte"] in table
    assert ["told", "matches the reasons used"] in table
    other = branch.json("examine", decision, "--suppose", "is_blocked=0", "--now")
    assert other["supposed"]["answer"] != told["decision"]["answer"]
    assert "what if" in branch.run("examine", decision, "--suppose", "is_blocked=0", "--lang", "zh").out
    branch.run("examine", decision, "--without", "0198c0de-0000-7000-8000-000000000001").fails(
        Code.MESSAGE_MALFORMED, says="was not among"
    )
    branch.run("examine", decision, "--edition", "abc").fails(Code.EDITION_UNKNOWN)
    branch.run("examine", "abc").fails(Code.MESSAGE_MALFORMED, says="no UUID")
    assert examine.COMMANDS
