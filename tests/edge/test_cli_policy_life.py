"""Commands about the life of a policy: from a folder to in force and back, by two people."""

import json
from pathlib import Path

from creditline.clock import system_clock
from creditline.edge.commands import policy_life
from creditline.edge.commands.output import FOUND_STATUS
from creditline.errors import Code
from creditline.ids import new_id
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved

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
    assert branch.run("policy", "history", PRODUCT).table()[0] == ["at", "what", "edition", "by", "why", "told"]
    assert len(policy_life.COMMANDS) == 9


def test_an_edition_that_fails_a_gate_exits_3_until_two_people_let_it_through(branch: Terminal, tmp_path: Path) -> None:
    def approved(folder: Path, gate: str) -> str:
        (folder / "gates.toml").write_text(gate, encoding="utf-8")
        published = branch.run("policy", "publish", str(folder), *ANN, "--json")
        edition: str = json.loads(published.out)["version"]["edition"]
        # A draft is kept, and told at once which gate it would fail.
        assert published.status == (FOUND_STATUS if "It would not be activated now" in published.err else 0)
        branch.json("policy", "submit", PRODUCT, edition, *ANN)
        branch.json("policy", "approve", PRODUCT, edition, *BOB)
        return edition

    folder = tmp_path / "draft"
    before = branch.json("policy", "history", PRODUCT)["periods"][0]["edition"]
    branch.json("policy", "export", PRODUCT, before, "--to", str(folder))
    branch.json("policy", "activate", PRODUCT, approved(folder, "[answered_otherwise]\nmost_ppm = 0\n"), *ANN)
    open_moved(branch)
    open_gate = approved(folder, "[answered_otherwise]\nmost_ppm = 1000000\n")
    told = branch.run("policy", "gates", str(folder))
    assert (told.status, "FAIL  answered_otherwise" in told.out) == (FOUND_STATUS, True)
    failed = branch.run("policy", "activate", PRODUCT, open_gate, *ANN)
    assert (failed.status, failed.out) == (FOUND_STATUS, "")
    assert failed.err.startswith(f"creditline: {Code.GATE_FAILED}: ")
    for person in (ANN, BOB):
        branch.json("policy", "override", PRODUCT, open_gate, "answered_otherwise", *person)
    done = branch.json("policy", "activate", PRODUCT, open_gate, *ANN)
    assert done["deed"]["failed_gates"] == ["answered_otherwise"]
