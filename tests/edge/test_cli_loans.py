"""Commands about loans: what a line owes of every draw, and what settles it today."""

from creditline.edge.commands import loans
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved


def test_a_line_shows_its_loans_and_is_settled(branch: Terminal) -> None:
    line = open_moved(branch)
    (loan,) = branch.json("loans", line)
    assert (loan["outstanding_minor"], loan["state"]) == (40_000, "open")
    head, row = branch.run("loans", line).table()
    assert (head[0], row[1]) == ("drawn on", "open")
    assert branch.json("settle", line)["amount_minor"] == 40_000
    assert branch.run("settle", line).table()[0][0] == "to pay"
    branch.json("repay", line, "--amount", "400.00")
    assert branch.json("loans", line)[0]["state"] == "closed"
    assert loans.COMMANDS
