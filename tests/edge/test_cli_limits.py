"""Commands about a line's limit: what a person decides is done, shown, and refused in words."""

import pytest

from creditline.clock import system_clock
from creditline.edge.commands import limits
from creditline.errors import Code
from creditline.ids import new_id
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved

WHO = ("--by", "committee", "--reason", "annual review")


def test_a_limit_is_set_and_added_to_until_a_date(branch: Terminal) -> None:
    line = open_moved(branch)
    assert branch.json("limit", "set", line, "--amount", "500", *WHO)["available_minor"] == 10_000
    added = branch.json("limit", "extra", line, "--amount", "50.50", "--until", "2099-01-31", *WHO)
    assert (added["granted_minor"], added["extra_ends_at"]) == (55_050, "2099-01-31T00:00:00Z")
    assert ["added until", "¥50.50 until 2099-01-31 00:00"] in branch.run("line", line).table()
    assert branch.json("limit", "extra", line, "--amount", "0", "--until", "2099-01-31", *WHO)["extra_minor"] == 0
    branch.run("limit", "extra", line, "--amount", "1", "--until", "2020-01-31", *WHO).fails(
        Code.MESSAGE_MALFORMED, says="Name a later moment"
    )


def test_a_block_stops_draws_until_it_is_lifted(branch: Terminal) -> None:
    line = open_moved(branch)
    who = ("--by", "desk", "--reason", "card [lost]")
    assert branch.json("limit", "block", line, *who)["block_reason"] == "card [lost]"
    assert ["blocked", "card [lost]"] in branch.run("line", line).table()
    assert branch.json("draw", line, "--amount", "1")["decision"]["answer"] == "decline"
    assert branch.json("limit", "block", line, *who, "--lift")["block_reason"] is None
    assert branch.json("review", line)["decision"]["kind"] == "review"


def test_a_line_in_use_is_not_closed(branch: Terminal) -> None:
    line = open_moved(branch)
    branch.run("limit", "close", line, *WHO).fails(Code.LINE_IN_USE, says="loans that are not paid")
    other = branch.json("open", "b-9001", "--amount", "1,000", "--moved")["line"]["id"]
    closed = branch.json("limit", "close", other, *WHO)
    assert (closed["granted_minor"], closed["closed_at"] is not None) == (0, True)
    branch.run("limit", "set", other, "--amount", "1", *WHO).fails(Code.LINE_CLOSED, says="Open a new line")


@pytest.mark.parametrize(
    "command", [one.callback.__name__.rstrip("_") for one in limits.LIMIT.registered_commands if one.callback]
)
def test_a_line_nobody_opened_is_told(branch: Terminal, command: str) -> None:
    nobody = new_id(system_clock())
    more = {"set": ("--amount", "1"), "extra": ("--amount", "1", "--until", "2099-01-31")}.get(command, ())
    branch.run("limit", command, nobody, *more, *WHO).fails(Code.LINE_UNKNOWN, says=str(nobody))
