"""Commands about consents: given, withdrawn and shown, each with its proof."""

from creditline.edge.commands import consent
from creditline.errors import Code
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved


def test_a_consent_is_given_withdrawn_and_shown(branch: Terminal) -> None:
    branch.run("consent", "show", "b-90").fails(Code.BORROWER_UNKNOWN, says="b-90")
    given = branch.json("consent", "give", "b-90", "income", "--channel", "phone", "--text", "2026-05")
    assert (given["source"], given["is_given"], given["text"], given["channel"]) == ("income", True, "2026-05", "phone")
    again = branch.json(
        "consent", "give", "b-90", "income", "--channel", "phone", "--text", "2026-05", "--id", given["id"]
    )
    assert again == given
    branch.run("consent", "withdraw", "b-90", "income", "--id", given["id"]).fails(Code.ID_REUSED)
    rows = branch.run("consent", "withdraw", "b-90", "income", "--language", "en").table()
    assert ["is_given", "False"] in rows
    told = branch.json("consent", "show", "b-90")
    income = next(one for one in told["sources"] if one["source"] == "income")
    assert (income["ground"], income["proof"]["language"], len(told["history"])) == ("withdrawn", "en", 2)
    assert len(income["proof"]["text"]) == 12, "The version of our own words."
    (row,) = [row for row in branch.run("consent", "show", "b-90").table() if row[0] == "income"]
    assert row[1:3] == ["no", "withdrawn"]
    assert branch.run("consent", "show", "b-90").table()[0] == list(consent.HEAD)
    branch.run("consent", "give", "b-90", "income", "--at", "yesterday").fails(Code.MESSAGE_MALFORMED, says="yesterday")
    branch.run("consent", "give", "b-90", "income", "--channel", "pigeon").fails(Code.MESSAGE_MALFORMED, says="pigeon")
    assert branch.json("consent", "preview", "b-90", "income") == [], "Without a line nothing can change."


def test_the_effect_is_shown_line_by_line_and_in_words(branch: Terminal) -> None:
    line = open_moved(branch, borrower="ada")
    table = branch.run("consent", "preview", "ada", "bureau", "--language", "en").table()
    assert [row[0] for row in table[1:]] == [line, line]
    assert [row[1] for row in table[1:]] == [
        "Nothing changes today: every answer stays the same.",
        "What you pay stays as it was agreed.",
    ]
    (told,) = branch.json("consent", "preview", "ada", "bureau", "--give")
    assert (told["is_given"], told["differences"]) == (True, [])
