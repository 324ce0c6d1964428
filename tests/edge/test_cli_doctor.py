"""The doctor on the command line: what is there, what is wrong, and what to do, in words and for programs."""

import asyncio
import json

import asyncpg

from creditline.edge.commands import doctor
from creditline.flows.doctor import SETTINGS
from tests.edge.a_terminal import Terminal

UNSAFE = {"fsync", "full_page_writes"}
"""What the tests' own server goes without, because it need not survive."""


def test_doctor_tells_what_is_wrong_and_what_to_do(branch: Terminal) -> None:
    ill = branch.run("doctor", "--json")
    told = json.loads(ill.out)
    assert told["report"].keys() >= {"postgresql", "clock drift", "free disk", *(one.name for one in SETTINGS)}
    wrong = {one["name"]: one["words"] for one in told["wrong"]}
    assert wrong.keys() <= UNSAFE
    assert ill.status == (1 if wrong else 0)
    if wrong:
        assert "alter system set fsync = on; select pg_reload_conf()" in wrong["fsync"]
        shown = branch.run("doctor")
        assert "see WRONG above" in shown.err
        assert "WRONG" in shown.out
        assert "fsync is off. A crash of the machine can lose what was answered" in shown.out


def test_doctor_changes_nothing(terminal: Terminal, empty_dsn: str) -> None:
    terminal.set("CREDITLINE_DSN", empty_dsn)
    told = json.loads(terminal.run("doctor", "--json").out)
    assert told["report"]["tables"] == "none"

    async def tables_count() -> int:
        link = await asyncpg.connect(empty_dsn)
        counted: int = await link.fetchval("select count(*) from pg_class where relnamespace = 'public'::regnamespace")
        await link.close()
        return counted

    assert asyncio.run(tables_count()) == 0


def test_a_database_that_is_away_is_one_more_thing_that_is_wrong(terminal: Terminal) -> None:
    terminal.set("CREDITLINE_DSN", "postgresql://nobody@127.0.0.1:1/none")
    away = terminal.run("doctor", "--json")
    assert away.status == 1
    (wrong,) = json.loads(away.out)["wrong"]
    assert (wrong["name"], wrong["value"]) == ("database", "database_unreachable")
    assert (doctor.doctor,) == doctor.COMMANDS
