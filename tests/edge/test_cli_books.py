"""Commands about the books: what is due, what replays, what is broken, and whether all is there."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg
import pytest

from creditline.clock import system_clock
from creditline.edge.commands import books
from creditline.errors import Code
from creditline.ids import new_id
from tests.edge.a_terminal import Terminal


def test_each_command_is_typed_by_its_name() -> None:
    assert [command.__name__ for command in books.COMMANDS] == ["work", "replay", "verify"]


def damage(dsn: str, sql: str) -> None:
    """Change the database as nobody but its superuser can, past every guard."""

    async def run() -> None:
        link = await asyncpg.connect(dsn)
        await link.execute(f"set session_replication_role = replica; {sql}")
        await link.close()

    asyncio.run(run())


def drawn(branch: Terminal) -> str:
    told = branch.json("open", "ada", "--amount", "500", "--moved")
    name: str = branch.json("draw", told["line"]["id"], "--amount", "10")["decision"]["id"]
    return name


def test_a_decision_replays_equal_and_a_changed_record_is_found(branch: Terminal, dsn: str) -> None:
    decision = drawn(branch)
    assert branch.json("replay", decision) == {
        "decision": decision, "is_equal": True, "record_difference": None, "facts_difference": None,
    }  # fmt: skip
    assert ["stored inputs", "same result, byte for byte"] in branch.run("replay", decision).table()
    damage(dsn, f"update decision set amount_minor = 999 where id = '{decision}'")
    changed = branch.run("replay", decision, "--json")
    told = json.loads(changed.out)
    assert (changed.status, told["is_equal"]) == (3, False)
    assert "999" in told["record_difference"]
    branch.run("replay", new_id(system_clock())).fails(Code.DECISION_UNKNOWN)
    branch.run("replay", "7").fails(Code.MESSAGE_MALFORMED)


def test_verify_names_the_law_that_is_broken_and_where(branch: Terminal, dsn: str) -> None:
    drawn(branch)
    whole = branch.run("verify", "--replay", "10")
    assert whole.status == 0
    assert all(row[-1] in {"holds", "law"} for row in whole.table()), whole.out
    assert "2 decisions were decided again." in whole.err
    damage(dsn, "update line set drawn_minor = drawn_minor + 1")
    broken = branch.run("verify")
    assert broken.status == 3
    assert re.search(r"\d broken", broken.out)
    told = branch.run("verify", "--json")
    assert told.status == 3
    findings = json.loads(told.out)["findings"]
    assert findings
    assert all(one["law"] and one["subject"] and one["words"] for one in findings)


def test_work_does_what_is_due_once(branch: Terminal, dsn: str) -> None:
    assert branch.run("work", "--once").table() == [["what", "count"], ["nothing was due", "0"]]
    line = branch.json("open", "ada", "--amount", "500", "--moved")["line"]["id"]
    assert branch.json("draw", line, "--amount", "10", "--authorise")["line"]["reserved_minor"] == 1_000
    damage(dsn, "update timer set due_at = due_at - interval '30 days'; "
                "update reservation set expires_at = expires_at - interval '30 days'")  # fmt: skip
    assert branch.json("work", "--once") == {"expired": 1}
    assert branch.json("line", line)["reserved_minor"] == 0


def test_what_the_environment_says_wrong_is_told(terminal: Terminal) -> None:
    for name, value in (("CREDITLINE_PORT", "http"), ("CREDITLINE_POOL", "0"), ("CREDITLINE_DSN", "mysql://x")):
        terminal.set(name, value)
        terminal.run("line", new_id(system_clock())).fails(Code.CONFIGURATION_INVALID, says=name)
        terminal.set(name, "")


@pytest.mark.slow
def test_the_program_brings_its_own_database_and_ctrl_c_stops_both() -> None:
    with tempfile.TemporaryDirectory(prefix="cl") as home:
        environment = {**os.environ, "CREDITLINE_HOME": home, "CREDITLINE_PORT": "0", "CREDITLINE_DSN": ""}
        typed = [sys.executable, "-m", "creditline.edge.cli"]
        with subprocess.Popen(
            [*typed, "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as serving:
            assert serving.stderr is not None
            assert re.match(r"API +http://127\.0\.0\.1:\d+/docs", serving.stderr.readline())
            try:
                other = subprocess.run(
                    [*typed, "work", "--once"], env=environment, capture_output=True, text=True, check=False, timeout=60
                )
                assert (other.returncode, other.stdout) == (1, "")
                assert other.stderr.startswith(f"creditline: {Code.DATABASE_BUSY}: ")
                serving.send_signal(signal.SIGINT)
                assert serving.wait(30) == 0
            finally:
                serving.kill()
        assert not (Path(home) / "database" / "data" / "postmaster.pid").exists()
