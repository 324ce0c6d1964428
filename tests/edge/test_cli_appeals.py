"""`creditline review`: a request from the shell through the queue to its answer; a line's id still reviews its limit."""

from creditline.edge.commands import appeals
from creditline.errors import Code
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved
from tests.edge.test_cli_notices import NOBODY, blocked


def borrower_of(branch: Terminal) -> str:
    (notice,) = branch.json("notices")
    return str(notice["borrower"])


def test_a_request_goes_through_the_queue_to_its_answer(branch: Terminal) -> None:
    act = blocked(branch)
    args = ("review", "request", act, "--borrower", borrower_of(branch), "--words", "It was not me.")
    review = branch.json(*args, "--reason", "facts_wrong", "--lang", "zh")["id"]
    branch.run(*args).fails(Code.REVIEW_OPEN, says=review)
    (row,) = branch.run("review", "queue").table()[1:]
    assert row[1:5] == ["1", review, "blocked", "facts_wrong"]
    assert branch.run("review", "queue", "--overdue").status == 0
    shown = branch.run("review", "show", review)
    assert "It was not me." in shown.out
    assert "Your line is blocked" in shown.out
    branch.run("review", "show", review, "--suppose", "pay_ratio=1").fails(Code.MESSAGE_MALFORMED, says="no decision")
    branch.run("review", "change", review, "--by", "ann", "--reason", "seen", "--limit", "5").fails(
        Code.MESSAGE_MALFORMED
    )
    done = branch.json("review", "change", review, "--by", "ann", "--reason", "the card was found")
    expected = ("proposed", None) if done["state"] == "proposed" else ("changed", done["letter"])
    assert (done["state"], done["letter"]) == expected
    if done["state"] == "proposed":
        branch.run("review", "approve", review, "--by", "ann", "--reason", "x").fails(Code.SECOND_PERSON_NEEDED)
        done = branch.json("review", "approve", review, "--by", "bo", "--reason", "seen too")
    assert branch.run("letter", done["letter"], "--lang", "zh").out.startswith("人工复核结果：变更原决定")
    assert branch.json("review", "rates")[0]["changed_count"] == 1
    branch.run("review", "uphold", review, "--by", "ann", "--reason", "x").fails(Code.REVIEW_ENDED)
    branch.run("review", "refuse", review, "--by", "bo", "--reason", "x").fails(Code.REVIEW_ENDED)
    branch.run("review", "show", NOBODY).fails(Code.REVIEW_UNKNOWN)
    assert {one.name for one in appeals.REVIEW.registered_commands if one.hidden} == {appeals.LINE}


def test_a_lines_id_in_the_place_of_a_command_reviews_its_limit(branch: Terminal) -> None:
    line = open_moved(branch)
    assert branch.json("review", line)["decision"]["kind"] == "review"
    branch.run("review", "queu").fails(Code.MESSAGE_MALFORMED, says="no UUID")
