"""Corrections from the shell: what each posts is printed, and what cannot be is refused in words."""

from creditline.clock import system_clock
from creditline.edge.commands import corrections
from creditline.errors import Code
from creditline.ids import new_id
from creditline.store.checks import INVARIANTS
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved

WHO = ("--by", "ann", "--reason", "R01 no funds")


def test_a_repayment_that_bounced_is_undone_and_explained_in_the_statement(branch: Terminal) -> None:
    line = open_moved(branch)
    repaid = branch.json("repay", line, "--amount", "100")["decision"]["id"]
    done = branch.run("correct", "reverse", line, repaid, "--cause", "bounced", *WHO)
    assert ["1310 Principal receivable", "1010 Settlement", "¥100.00"] in done.table()
    branch.run("correct", "reverse", line, repaid, "--cause", "bounced", *WHO).fails(
        Code.CORRECTED_BEFORE, says="is not taken again"
    )
    shown = branch.run("book", "statement", line).out
    assert "bounce by ann: R01 no funds" in shown
    verified = branch.json("verify", "--replay", "9", "--histories", "9")
    assert (verified["findings"], len(verified["laws"])) == ([], len(INVARIANTS) + 2)


def test_what_is_not_owed_is_not_forgiven_given_up_or_recovered(branch: Terminal) -> None:
    line = open_moved(branch)
    amount = ("--amount", "1")
    for command, code in (
        (("waive", line, "--part", "interest", "--role", "team lead", *amount), Code.NOTHING_OWED),
        (("waive", line, "--part", "interest", "--role", "lead", *amount), Code.MANDATE_EXCEEDED),
        (("pay-out", line), Code.NOTHING_OWED),
        (("charge-off", line), Code.LINE_PERFORMS),
        (("recover", line, *amount), Code.NOTHING_OWED),
        (("reverse", line, str(new_id(system_clock())), "--cause", "mistaken"), Code.REQUEST_UNKNOWN),
    ):
        branch.run("correct", *command, *WHO).fails(code)


def test_every_correction_is_tried_here() -> None:
    names = {one.name for one in corrections.CORRECT.registered_commands}
    assert names == {"reverse", "waive", "pay-out", "charge-off", "recover"}
