"""Commands about umbrellas: a tree one can read, and JSON for programs."""

from creditline.edge.commands import umbrellas
from creditline.errors import Code
from tests.edge.a_terminal import Terminal
from tests.edge.test_cli_lines import open_moved

WORDS = ("--by", "credit committee", "--reason", "annual review")


def test_a_tree_is_made_filled_cut_moved_and_shown(branch: Terminal) -> None:
    group = branch.json("umbrella", "open", "acme-group", "--amount", "2,000", *WORDS)["asked"]
    acme = branch.json("umbrella", "open", "acme", "--amount", "900", "--under", group, *WORDS)["asked"]
    line = open_moved(branch)
    seated = branch.json("umbrella", "seat", line, "--under", acme, *WORDS)
    assert (seated["available_minor"], seated["bound"]) == (50_000, "umbrella")
    assert ["bound by", "umbrella"] in branch.run("line", line).table()
    cut = branch.run("umbrella", "limit", acme, "--amount", "300", *WORDS).table()
    assert [row[-1] for row in cut[1:]] == ["¥1,600.00", "-¥100.00"]
    assert [row[0] for row in cut] == ["holder", "acme-group", "▸ acme"]
    moved = branch.json("umbrella", "move", acme, *WORDS)
    assert [one["umbrella"]["id"] for one in moved["tree"]] == [acme]
    assert branch.json("umbrella", "show", group)["tree"][0]["headroom_minor"] == 200_000


def test_a_refusal_is_one_line(branch: Terminal) -> None:
    group = branch.json("umbrella", "open", "acme", "--amount", "1", "--apart", *WORDS)["asked"]
    branch.run("umbrella", "seat", open_moved(branch), "--under", group, *WORDS).fails(Code.OVERDRAWN, says="100")
    branch.run("umbrella", "open", "no name!", "--amount", "1", *WORDS).fails(Code.MESSAGE_MALFORMED)
    assert umbrellas.UMBRELLA.info.help
