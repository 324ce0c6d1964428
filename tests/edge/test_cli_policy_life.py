"""Commands about the life of a policy: from a folder to in force and back, by two people."""

from pathlib import Path

from creditline.clock import system_clock
from creditline.edge.commands import policy_life
from creditline.errors import Code
from creditline.ids import new_id
from tests.edge.a_terminal import Terminal

PRODUCT = "consumer_revolving"
ANN = ("--by", "ann", "--reason", "longer observation")
BOB = ("--by", "bob", "--reason", "looked at it")


def test_an_edition_is_published_approved_activated_and_rolled_back(branch: Terminal, tmp_path: Path) -> None:
    before = branch.json("policy", "history", PRODUCT)["editions"][0]["edition"]
    folder = tmp_path / "draft"
    branch.json("policy", "export", PRODUCT, before[:12], "--to", str(folder))
    branch.run("policy", "export", PRODUCT, before, "--to", str(folder)).fails(Code.MESSAGE_MALFORMED, says="not empty")
    words = folder / "words.en.toml"
    words.write_text(words.read_text(encoding="utf-8") + "\n# A word of ours.\n", encoding="utf-8")

    request = str(new_id(system_clock()))
    draft = branch.json("policy", "publish", str(folder), *ANN, "--id", request)
    edition = draft["version"]["edition"]
    assert (draft["version"]["state"], edition != before) == ("draft", True)
    assert branch.json("policy", "publish", str(folder), *ANN, "--id", request)["is_repeated"]
    branch.run("policy", "activate", PRODUCT, edition, *ANN).fails(Code.POLICY_STATE, says="Submit it")
    branch.json("policy", "submit", PRODUCT, edition, *ANN)
    branch.run("policy", "approve", PRODUCT, edition, *ANN).fails(Code.SECOND_PERSON_NEEDED)
    branch.json("policy", "reject", PRODUCT, edition, *BOB)
    branch.json("policy", "submit", PRODUCT, edition, *ANN)
    branch.json("policy", "approve", PRODUCT, edition, *BOB)
    branch.run("policy", "activate", PRODUCT, edition, *ANN, "--from", "soon").fails(Code.MESSAGE_MALFORMED)
    assert branch.json("policy", "activate", PRODUCT, edition, *ANN)["deed"]["starts_at"]
    branch.run("policy", "retire", PRODUCT, edition, *BOB).fails(Code.POLICY_STATE, says="in force")
    assert branch.json("policy", "rollback", PRODUCT, *BOB)["deed"]["edition"] == before
    assert branch.json("policy", "retire", PRODUCT, edition, *BOB)["version"]["state"] == "retired"

    told = branch.json("policy", "history", PRODUCT)
    acts = ["found", "publish", "submit", "reject", "submit", "approve", "activate", "rollback", "retire"]
    assert [one["act"] for one in told["deeds"]] == acts
    assert branch.run("policy", "history", PRODUCT).table()[0] == ["at", "what", "edition", "by", "why"]
    assert len(policy_life.COMMANDS) == 9
