"""Commands about promises: a table of how many were kept, and what one line was told."""

from creditline.edge.commands import promises
from creditline.edge.commands.output import FOUND_STATUS
from creditline.errors import Code
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved


def test_promises_are_counted_told_and_broken_in_the_open(branch: Terminal) -> None:
    line = open_moved(branch)
    branch.json("limit", "block", line, "--by", "desk", "--reason", "fraud")
    branch.json("repay", line, "--amount", "50")
    (told,) = branch.json("promises", line)
    assert told["promise"]["kind"] == "estimate"
    head, row = branch.run("promises", line).table()
    assert (head[-1], row[4]) == ("in words", "open")
    assert "is expected back on" in row[-1]
    args = ("break-promise", line, told["promise"]["tranche"]["id"], "--reason", "law", "--author", "ann")
    branch.run(*args, "--approver", "ann", "--again-on", "2199-01-01").fails(Code.MESSAGE_MALFORMED)
    branch.run(*args, "--approver", "bo", "--again-on", "some day").fails(Code.MESSAGE_MALFORMED, says="no date")
    due = told["promise"]["tranche"]["due_on"]
    later = f"{int(due[:4]) + 1}{due[4:]}" if due[5:] != "02-29" else f"{int(due[:4]) + 1}-03-01"
    assert branch.json(*args, "--approver", "bo", "--again-on", later)["due_on"] == later
    (rate,) = branch.json("promises", "--by", "product")
    assert (rate["broken_count"], rate["open_count"], rate["kept_ratio"]) == (1, 1, 0.0)
    assert branch.run("promises").table()[0][:3] == ["product", "week", "reason"]
    assert (rate["held_count"], rate["low_ratio"]) == (1, 0.0)
    assert rate["high_ratio"] > 0.7
    failed = branch.run("promises", "--failed")
    assert failed.status == FOUND_STATUS
    assert "law" in failed.out
    assert promises.COMMANDS
