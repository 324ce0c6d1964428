"""The commands that say what would help, and what a draw or a repayment would do."""

from creditline.edge.commands import advice
from creditline.errors import Code
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved


def test_actions_and_previews_are_told_at_a_terminal(branch: Terminal) -> None:
    line = open_moved(branch)
    branch.json("limit", "block", line, "--by", "desk", "--reason", "fraud")
    branch.json("repay", line, "--amount", "50")
    table = branch.run("actions", line).table()
    assert table[0][0] == "now"
    assert table[-1][0] == "always"
    assert {row[0] for row in table[1:]} >= {"does not help", "always"}
    told = branch.json("actions", line, "--language", "zh")
    assert (told["line"], told["is_only_time"], told["advice"]["helps"]) == (line, False, [])
    rows = dict(row for row in branch.run("preview", "draw", line, "10").table() if len(row) == 2)
    assert rows["answer"] == "decline"
    assert branch.json("preview", "draw", line, "10")["reasons"] == ["blocked"]
    rows = dict(row for row in branch.run("preview", "repay", line, "10").table() if len(row) == 2)
    assert rows["answer"] == "observed"
    assert branch.json("preview", "repay", line, "10")["back_now_minor"] == 0
    branch.run("preview", "draw", line, "ten").fails(Code.MESSAGE_MALFORMED, says="ten")
    assert advice.COMMANDS
