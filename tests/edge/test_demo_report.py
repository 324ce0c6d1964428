"""The main job on a made book: every figure it prints, counted again from the rows that were stored."""

import io
import socket
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from rich.console import Console

from creditline.clock import MovedClock
from creditline.decision.outcome import Answer
from creditline.edge.demo import SEPTEMBER_ENDS, Report, print_report, rate, replay_book, summary_of, the_book, verdict
from creditline.edge.demo_folder import REPLAYED_FILE
from creditline.edge.settings import read_settings
from creditline.edge.sources.synthetic import made_book
from creditline.errors import Code
from creditline.events.catalogue import BalanceMoved
from creditline.flows.publish import publish
from creditline.score.measures import wilson
from creditline.store import reports
from creditline.store.connect import Database
from creditline.store.embedded import EmbeddedServer
from tests.edge.a_terminal import Terminal
from tests.edge.an_api import the_house

LINES_COUNT = 120
Stored = Mapping[str, Any]


async def replayed(db: Database, heard: list[int] | None = None) -> Report:
    book = made_book(lines_count=LINES_COUNT)
    start = book.events["happened_at"].min()
    assert isinstance(start, datetime)
    await publish(db, MovedClock(start), the_house())
    return await replay_book(db, the_house(), book, told=(heard if heard is not None else []).append)


async def stored(db: Database, sql: str) -> list[Stored]:
    async with db.reading() as connection:
        return [dict(row) for row in await connection.fetch(sql)]


async def test_every_figure_is_what_the_stored_rows_say(db: Database) -> None:
    heard: list[int] = []
    report = await replayed(db, heard)
    figures, defaults = report.figures, report.book.defaults
    made = await stored(db, "select * from decision where kind = 'restoration' order by as_of, id")
    tranches = await stored(
        db, "select t.*, d.borrower, d.as_of, e.ended_at from tranche t join decision d on d.id = t.decision "
            "left join tranche_end e on e.tranche = t.id where d.kind = 'restoration'",
    )  # fmt: skip
    assert sum(heard) == len(report.book.events) - report.book.events.filter(number=BalanceMoved.number).height
    assert report.findings_count == 0

    answers = Counter(one["answer"] for one in made)
    assert len(answers) == 4, "The made book must show all four answers."
    assert {row["answer"]: row["repayments_count"] for row in figures.answers} == answers
    repaid = {answer: sum(one["requested_minor"] for one in made if one["answer"] == answer) for answer in answers}
    assert {row["answer"]: row["repaid_minor"] for row in figures.answers} == repaid
    assert {row["answer"]: row["at_once_minor"] for row in figures.answers}["observed"] == 0
    assert {row["answer"]: row["at_once_minor"] for row in figures.answers}["at_once"] == repaid["at_once"]

    last = {one["line"]: one for one in made}
    counted: dict[str, list[bool]] = defaultdict(list)
    by_rule: dict[int, list[bool]] = defaultdict(list)
    for one in last.values():
        counted[one["answer"]].append(defaults[one["borrower"]])
        rule = dict(zip(one["rule_tables"], one["rule_rows"], strict=True))["restoration"]
        by_rule[rule].append(defaults[one["borrower"]])
    assert {row["answer"]: (row["lines_count"], row["defaults_count"]) for row in figures.last_answers} == {
        answer: (len(found), sum(found)) for answer, found in counted.items()
    }
    assert {row["rule"]: (row["lines_count"], row["defaults_count"]) for row in figures.rules} == {
        rule: (len(found), sum(found)) for rule, found in by_rule.items()
    }

    for is_default in (True, False):
        (exposed,) = [row for row in figures.reopened if row["is_default"] is is_default]
        early = [one for one in made if one["as_of"] < SEPTEMBER_ENDS and defaults[one["borrower"]] is is_default]
        waits = [
            one["amount_minor"] for one in tranches
            if defaults[one["borrower"]] is is_default and one["as_of"] < SEPTEMBER_ENDS
            and (one["ended_at"] is None or one["ended_at"] >= SEPTEMBER_ENDS)
        ]  # fmt: skip
        assert exposed["lines_count"] == len({one["line"] for one in early})
        assert exposed["repaid_minor"] == sum(one["requested_minor"] for one in early)
        assert exposed["withheld_minor"] == sum(waits)
        (delayed,) = [row for row in figures.delays if row["is_default"] is is_default]
        parts = [one for one in tranches if defaults[one["borrower"]] is is_default]
        days = [((one["ended_at"] or SEPTEMBER_ENDS) - one["as_of"]).total_seconds() / 86400 for one in parts]
        assert delayed["delayed_minor"] == sum(one["amount_minor"] for one in parts)
        assert delayed["lines_count"] == len({one["line"] for one in parts})
        assert delayed["median_days"] == pytest.approx(median(days))


async def test_a_book_replayed_again_is_not_counted_twice(db: Database) -> None:
    first = summary_of(await replayed(db))
    again = summary_of(await replayed(db))
    for name in ("totals", "answers", "last_answers", "rules", "reopened", "delays", "findings_count"):
        assert again[name] == first[name], name


async def test_the_report_is_printed_whole_and_says_that_it_is_made(db: Database) -> None:
    report = await replayed(db)
    console = Console(width=140, record=True, file=io.StringIO())
    print_report(report, console)
    text = console.export_text()
    assert "SYNTHETIC" in text
    for row in report.figures.rules:
        assert f"{row['rule']}  {report.rules[row['rule'] - 1]}" in text
    for shown in report.shown:
        assert f"\n{shown.told.headline}\n" in text, "A headline is one line."
    assert {shown.picked for shown in report.shown} <= {Answer.AT_ONCE, Answer.STAGED, Answer.OBSERVED}
    assert any("一" <= sign <= "鿿" for sign in text)
    assert "nothing broken" in text


async def test_lines_to_show_hold_what_they_are_shown_for(db: Database) -> None:
    report = await replayed(db)
    async with db.reading() as connection:
        held = await reports.one_held_by(connection, "observed")
        nobody = await reports.one_held_by(connection, "observed", reasons=("no_such_reason",))
        free = await reports.one_at_once(connection)
        drawn = {
            row["id"]: row["withheld_minor"] for row in await connection.fetch("select id, withheld_minor from line")
        }
    assert nobody is None
    assert held is not None
    assert drawn[held] > 0
    assert free in {shown.line for shown in report.shown if shown.picked == "at_once"}


def test_rates_tell_apart_only_what_intervals_tell_apart() -> None:
    assert verdict((50, 100), (100, 1000)) == "riskier than the rest"
    assert verdict((1, 300), (300, 1000)) == "safer than the rest"
    assert verdict((1, 10), (100, 1000)) == "show no difference"
    assert verdict((0, 0), (1, 2)) == "nothing to compare"
    low, high = wilson(3, 40)
    assert rate(3, 40) == f"7.5 % [{100 * low:.1f}, {100 * high:.1f}]"
    assert rate(0, 0) == ""


def test_without_data_the_book_is_made_and_called_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    settings = read_settings({"CREDITLINE_DATA": str(tmp_path), "CREDITLINE_HOME": str(tmp_path)})
    book = the_book(settings, 40)
    assert (book.is_synthetic, len(book.defaults)) == (True, 40)
    assert book.title.startswith("SYNTHETIC")
    assert "synthetic" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_runs_starts_over_and_says_which_port_is_taken(terminal: Terminal, tmp_path: Path) -> None:
    terminal.set("CREDITLINE_DATA", tmp_path)
    with tempfile.TemporaryDirectory(prefix="cl") as home:
        terminal.set("CREDITLINE_HOME", home)
        first = terminal.json("demo", "--lines", "30", "--no-serve")
        assert first["findings_count"] == 0
        assert first["book"]["is_synthetic"] is True
        assert first["answers"] == terminal.json("demo", "--lines", "30", "--no-serve")["answers"]
        other = terminal.run("demo", "--lines", "20", "--no-serve")
        assert (other.status, "Starting over" in other.err) == (0, True)
        mark = Path(home) / "demo" / REPLAYED_FILE
        assert "first 20" in mark.read_text()
        # As a replay leaves it that is stopped before its end.
        mark.unlink()
        again = terminal.run("demo", "--lines", "20", "--no-serve")
        assert (again.status, "Starting over" in again.err, mark.is_file()) == (0, True, True)
        owner = EmbeddedServer(Path(home) / "demo" / "database")
        owner.start()
        try:
            busy = terminal.run("demo", "--fresh", "--lines", "20", "--no-serve")
        finally:
            owner.stop()
        assert (busy.status, f"creditline: {Code.DATABASE_BUSY}: " in busy.err, mark.is_file()) == (1, True, True)
        fresh = terminal.run("demo", "--fresh", "--lines", "30", "--no-serve")
        assert fresh.status == 0
        assert "✓ PostgreSQL started" in fresh.err
        assert "SYNTHETIC" in fresh.out
        with socket.create_server(("127.0.0.1", 0)) as taken:
            terminal.set("CREDITLINE_PORT", taken.getsockname()[1])
            ran = terminal.run("demo", "--lines", "30", "--serve")
        assert ran.status == 1
        assert f"creditline: {Code.CONFIGURATION_INVALID}: " in ran.err
        assert "CREDITLINE_PORT" in ran.err
