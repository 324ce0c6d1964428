"""Commands about notices: the letter as it is printed, what is due, and a webhook fed from the shell."""

from creditline.edge.commands import notices
from creditline.errors import Code
from tests.edge.a_receiver import receiving
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved

NOBODY = "0190a5c4-7d2e-7c1b-9f35-0a1b2c3d4e5f"


def blocked(branch: Terminal) -> str:
    """Block a line; return the notice's id."""
    line = open_moved(branch)
    branch.json("limit", "block", line, "--by", "desk", "--reason", "fraud")
    (notice,) = branch.json("notices")
    return str(notice["act"])


def test_a_letter_is_printed_in_the_language_asked_for(branch: Terminal) -> None:
    act = blocked(branch)
    assert branch.run("letter", act).out.startswith("Your line is blocked\n")
    assert branch.run("letter", act, "--lang", "zh").out.startswith("您的额度已止付\n")
    told = branch.json("letter", act)
    assert (told["letter"]["why"], told["text"]) == (["fraud (decided by desk)"], branch.run("letter", act).out)
    branch.run("letter", act, "--lang", "fr").fails(Code.MESSAGE_MALFORMED, says="en, zh")
    branch.run("letter", NOBODY).fails(Code.NOTICE_UNKNOWN)
    branch.run("letter", "x").fails(Code.MESSAGE_MALFORMED, says="no UUID")


def test_what_is_due_is_listed_counted_and_told_by_hand(branch: Terminal) -> None:
    act = blocked(branch)
    head, row = branch.run("notices").table()
    assert (head[0], row[1:4]) == ("due at", [act, "blocked", "individual"])
    assert branch.run("notices", "--overdue").status == 0
    assert branch.run("notices", "count").table()[1] == ["blocked", "individual", "1", "0", "0", "1", "0", "0"]
    assert branch.json("notices", "told", act, "--way", "post", "--by", "mail room")["way"] == "post"
    assert "first time counts" in branch.run("notices", "told", act, "--way", "phone", "--by", "bo").err
    assert branch.json("notices") == []


def test_a_webhook_is_fed_from_the_shell(branch: Terminal) -> None:
    act = blocked(branch)
    branch.run("notices", "send").fails(Code.CONFIGURATION_INVALID, says="CREDITLINE_WEBHOOK_URL")
    with receiving(500) as receiver:
        branch.set("CREDITLINE_WEBHOOK_URL", receiver.url)
        branch.run("notices", "send").fails(Code.CONFIGURATION_INVALID, says="creditline notices secret")
        branch.set("CREDITLINE_WEBHOOK_SECRET", branch.run("notices", "secret").out.strip())
        refused = branch.run("notices", "send")
        assert (refused.status, "failed" in refused.out) == (3, True)
        assert branch.json("notices", "resend", act) == [act]
        (done,) = branch.json("notices", "send")
    assert (done["answer"], done["status"], len(receiver.got)) == ("delivered", 200, 2)
    assert [row[-2:] for row in branch.run("notices", "tries", act).table()[1:]][1] == ["delivered", "200"]
    assert branch.json("notices", "resend") == []
    branch.run("notices", "resend", NOBODY).fails(Code.NOTICE_UNKNOWN)
    assert notices.COMMANDS
