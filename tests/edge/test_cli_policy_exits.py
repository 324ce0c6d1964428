"""Every `creditline policy` command by its exit code: 0 with JSON for programs, 1 with one line of why, 2 for wrong usage."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from typer import Typer

from creditline.clock import system_clock
from creditline.edge.commands.policy_strategy import STRATEGY
from creditline.edge.commands.rules import POLICY
from creditline.errors import Code
from tests.edge.a_terminal import Terminal

PRODUCT = "consumer_revolving"
ANN = ("--by", "ann", "--reason", "as agreed")
BOB = ("--by", "bob", "--reason", "looked at it")
ARM = '\nname = "watch"\nsalt = "watch"\n[arms.longer]\nkind = "challenger"\nwhy = "x"\nshare_ppm = 1000\n'

MAY_FIND = {
    "test", "check", "evidence", "publish", "activate", "set", "import", "gates", "fairness", "guard",
}  # fmt: skip
"""The commands that say that they may exit 3; `impact` does if --at-most is given."""

REFUSED: dict[str, tuple[Sequence[str], Code]] = {
    "show": (("gold",), Code.PRODUCT_UNKNOWN),
    "decide": (("draw", "moon=1"), Code.MESSAGE_MALFORMED),
    "test": (("gold",), Code.PRODUCT_UNKNOWN),
    "check": (("gold",), Code.PRODUCT_UNKNOWN),
    "diff": ((PRODUCT, f"{PRODUCT}@00"), Code.EDITION_UNKNOWN),
    "backtest": ((PRODUCT, "--from", "soon"), Code.MESSAGE_MALFORMED),
    "evidence": ((PRODUCT, "--arm", "none"), Code.ARM_UNKNOWN),
    "impact": (("gold",), Code.PRODUCT_UNKNOWN),
    "prove": ((PRODUCT, "--decision", "moon"), Code.POLICY_INVALID),
    "publish": (("gold", *ANN), Code.PRODUCT_UNKNOWN),
    "submit": ((PRODUCT, "00", *ANN), Code.EDITION_UNKNOWN),
    "approve": ((PRODUCT, "00", *ANN), Code.EDITION_UNKNOWN),
    "reject": ((PRODUCT, "00", *ANN), Code.EDITION_UNKNOWN),
    "override": ((PRODUCT, "00", "luck", *ANN), Code.EDITION_UNKNOWN),
    "activate": ((PRODUCT, "00", *ANN), Code.EDITION_UNKNOWN),
    "rollback": ((PRODUCT, *ANN), Code.POLICY_STATE),
    "retire": ((PRODUCT, "00", *ANN), Code.EDITION_UNKNOWN),
    "history": (("gold",), Code.PRODUCT_UNKNOWN),
    "set": ((PRODUCT, "moon_days", "1", "--from", "2100-01-01", *ANN), Code.PARAMETER_UNKNOWN),
    "parameters": (("gold",), Code.PRODUCT_UNKNOWN),
    "import": ((".", *ANN), Code.MESSAGE_MALFORMED),
    "export": ((PRODUCT, "00", "--to", "never-made"), Code.EDITION_UNKNOWN),
    "gates": (("gold",), Code.PRODUCT_UNKNOWN),
    "fairness": (("gold",), Code.PRODUCT_UNKNOWN),
    "strategy show": (("gold",), Code.PRODUCT_UNKNOWN),
    "strategy stop": ((PRODUCT, "none", *ANN), Code.ARM_UNKNOWN),
    "strategy start": ((PRODUCT, "none", *ANN), Code.ARM_UNKNOWN),
    "strategy results": (("gold",), Code.PRODUCT_UNKNOWN),
    "strategy guard": (("gold",), Code.PRODUCT_UNKNOWN),
}
"""What each command is typed with to be refused, and the code it says."""


def commands(group: Typer, under: str = "") -> dict[str, str]:
    """Return the commands of a group with what their help says."""
    return {
        f"{under}{one.name or getattr(one.callback, '__name__', '')}": getattr(one.callback, "__doc__", "") or ""
        for one in group.registered_commands
    }


EVERY = commands(POLICY) | commands(STRATEGY, "strategy ")


def test_every_command_is_in_the_table_and_says_when_it_exits_3() -> None:
    assert EVERY.keys() == REFUSED.keys()
    assert {name.rpartition(" ")[2] for name, told in EVERY.items() if re.search(r"[Ee]xit 3", told)} == MAY_FIND


def test_what_is_refused_exits_1_and_says_why_on_one_line(branch: Terminal) -> None:
    branch.json("open", "ada", "--amount", "500", "--moved")
    for name, (typed, code) in REFUSED.items():
        branch.run("policy", *name.split(), *typed, "--json").fails(code)


def test_wrong_usage_exits_2_and_prints_nothing_to_stdout(branch: Terminal) -> None:
    for name in EVERY:
        ran = branch.run("policy", *name.split(), *REFUSED[name][0], "--moon")
        assert (ran.status, ran.out) == (2, ""), name
        assert "--moon" in ran.err


def test_what_is_done_exits_0_with_json_and_with_a_table(branch: Terminal, tmp_path: Path) -> None:
    today, folder = str(system_clock().date()), tmp_path / "out"
    branch.json("open", "ada", "--amount", "500", "--moved")
    first = branch.json("policy", "history", PRODUCT)["periods"][0]["edition"]
    seen: set[str] = set()

    def did(name: str, *typed: object) -> dict[str, dict[str, str]]:
        seen.add(name)
        found: dict[str, dict[str, str]] = branch.json("policy", *name.split(), *typed)
        return found

    for name, *typed in (
        ("show", PRODUCT), ("decide", "draw", "is_blocked=true"), ("test", PRODUCT), ("check", PRODUCT),
        ("diff", f"{PRODUCT}@", PRODUCT), ("backtest", PRODUCT), ("evidence", PRODUCT), ("impact", PRODUCT),
        ("prove", PRODUCT, "--decision", "draw", "--rows", "50"), ("history", PRODUCT), ("parameters", PRODUCT),
        ("gates", PRODUCT), ("fairness", PRODUCT),
    ):  # fmt: skip
        did(name, *typed)
        if name in {"backtest", "evidence", "impact", "prove", "test"}:
            continue
        table = branch.run("policy", *name.split(), *typed)
        assert (table.status, table.out.startswith(("{", "["))) == (0, False), name

    did("export", PRODUCT, first, "--to", folder)
    (folder / "strategies.toml").write_text(f"{ARM}parameters = {{ observation_days = 45 }}\n", encoding="utf-8")
    armed = did("publish", folder, *ANN)["version"]["edition"]
    (folder / "words.en.toml").write_text((folder / "words.en.toml").read_text(encoding="utf-8") + "\n# Ours.\n")
    did("import", folder, *ANN)
    number = did("set", PRODUCT, "recheck_days", "20", "--from", today, *ANN)["version"]["edition"]
    for edition in (armed, number):
        did("submit", PRODUCT, edition, *ANN)
    did("reject", PRODUCT, number, *BOB)
    did("approve", PRODUCT, armed, *BOB)
    did("override", PRODUCT, armed, "promises_kept", *BOB)
    did("activate", PRODUCT, armed, *BOB)
    did("strategy show", PRODUCT)
    did("strategy results", PRODUCT)
    did("strategy guard", PRODUCT)
    did("strategy stop", PRODUCT, "longer", *ANN)
    did("strategy start", PRODUCT, "longer", *BOB)
    did("rollback", PRODUCT, *ANN)
    assert json.dumps(did("retire", PRODUCT, armed, *ANN))
    assert seen == EVERY.keys()
