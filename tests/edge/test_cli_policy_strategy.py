"""Commands about strategies: a folder with arms goes live, is looked at, and an arm is stopped and started."""

from pathlib import Path

from creditline.edge.commands.policy_strategy import STRATEGY
from creditline.errors import Code
from tests.edge.a_terminal import Terminal
from tests.policy.a_strategy import a_shadow, a_text, an_arm

PRODUCT = "consumer_revolving"
ANN = ("--by", "ann", "--reason", "worse by 4 points")
BOB = ("--by", "bob", "--reason", "looked at it")


def go_live(branch: Terminal, folder: Path, *arms: str) -> str:
    """Have the product in force with a strategy; return its edition."""
    before = branch.json("policy", "history", PRODUCT)["periods"][0]["edition"]
    branch.json("policy", "export", PRODUCT, before, "--to", str(folder))
    (folder / "strategies.toml").write_text(a_text(*arms), encoding="utf-8")
    edition: str = branch.json("policy", "publish", str(folder), *ANN)["version"]["edition"]
    branch.json("policy", "submit", PRODUCT, edition, *ANN)
    branch.json("policy", "approve", PRODUCT, edition, *BOB)
    branch.json("policy", "activate", PRODUCT, edition, *BOB)
    return edition


def test_arms_go_live_are_shown_stopped_and_started(branch: Terminal, tmp_path: Path) -> None:
    branch.run("policy", "strategy", "show", PRODUCT).fails(Code.STRATEGY_UNKNOWN, says="strategies.toml")
    more = 'segment = "grade >= 4"\nfrom = 2020-01-01\n'
    edition = go_live(branch, tmp_path / "draft", an_arm("longer", 200_000, more=more), a_shadow("look"))
    head, champion, longer, look = branch.run("policy", "strategy", "show", PRODUCT).table()
    assert head == ["arm", "kind", "share", "runs", "for", "days", "is"]
    assert (champion[:4], longer[:3], look[:3]) == (
        ["champion", "champion", "80.00 %", edition[:12]],
        ["longer", "challenger", "20.00 %"],
        ["look", "shadow", "100.00 %"],
    )
    branch.json("policy", "strategy", "stop", PRODUCT, "longer", *ANN)
    branch.run("policy", "strategy", "start", PRODUCT, "longer", *ANN).fails(Code.SECOND_PERSON_NEEDED)
    assert branch.json("policy", "strategy", "show", PRODUCT)["arms"][0]["state"] == "stopped"
    assert "stopped by ann: worse by 4 points" in branch.run("policy", "strategy", "show", PRODUCT).out
    assert branch.json("policy", "strategy", "start", PRODUCT, "longer", *BOB)["deed"]["act"] == "start_arm"
    assert {one.name for one in STRATEGY.registered_commands} == {"show", "results", "guard", "stop", "start"}
    (result,) = branch.json("policy", "strategy", "results", PRODUCT)["arms"]
    assert (result["arm"], result["own"]["count"], result["balance"]["is_off"]) == ("longer", 0, False)
    table = branch.run("policy", "strategy", "results", PRODUCT).table()
    assert table[1][:2] == ["longer", "answered"]
    assert branch.json("policy", "strategy", "guard", PRODUCT) == {"stopped": []}
    branch.run("policy", "strategy", "stop", PRODUCT, "gold", *ANN).fails(Code.ARM_UNKNOWN, says="It has longer, look")
