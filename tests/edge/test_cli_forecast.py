"""The command that looks ahead: a table of what comes back when, and JSON for programs."""

from datetime import UTC, datetime, timedelta

from creditline.edge.commands import forecast
from creditline.errors import Code
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved


def test_a_line_is_looked_at_ahead(branch: Terminal) -> None:
    line = open_moved(branch)
    branch.json("limit", "block", line, "--by", "desk", "--reason", "fraud")
    branch.json("repay", line, "--amount", "50")
    later = (datetime.now(UTC) + timedelta(days=3)).date()
    table = branch.run("forecast", line, "--days", "40", "--repay", f"{later}:20", "--statement", f"{later}:0").table()
    assert table[0] == ["if", "on", "what", "amount", "withheld", "available"]
    assert {row[0] for row in table[1:]} == {"nothing new", "supposed"}
    assert sorted({row[2] for row in table[1:]} & {"kept back", "repaid"}) == ["kept back", "repaid"]
    assert branch.json("forecast", line)["baseline"]["all_back_on"] is None
    branch.run("forecast", line, "--draw", "tomorrow:5").fails(Code.MESSAGE_MALFORMED, says="2026-12-03")
    branch.run("forecast", line, "--statement", f"{later}:x").fails(Code.MESSAGE_MALFORMED, says="months")
    assert forecast.COMMANDS
