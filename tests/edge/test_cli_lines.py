"""Commands about one line: tables for people, JSON for programs, and an exit code that is true."""

from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from creditline.clock import system_clock
from creditline.edge.commands import lines, world
from creditline.edge.commands.output import minor
from creditline.errors import Code, Malformed
from creditline.ids import new_id
from tests.edge.a_terminal import Terminal


def open_moved(branch: Terminal, *, borrower: str = "b-8812") -> str:
    """Open a line of 1,000.00 that comes from elsewhere, with 400.00 drawn on it."""
    told = branch.json("open", borrower, "--amount", "1,000", "--moved", "--balance", "400.00")
    assert (told["line"]["granted_minor"], told["line"]["drawn_minor"]) == (100_000, 40_000)
    name: str = told["line"]["id"]
    return name


def test_a_line_is_opened_drawn_on_repaid_and_explained(branch: Terminal) -> None:
    line = open_moved(branch)
    drawn = branch.json("draw", line, "--amount", "100.50")
    assert (drawn["decision"]["answer"], drawn["line"]["drawn_minor"]) == ("approve", 50_050)
    repaid = branch.json("repay", line, "--amount", "600")
    assert (repaid["accepted_minor"], repaid["excess_minor"]) == (50_050, 9_950)
    assert branch.json("line", line)["available_minor"] == 100_000 - repaid["line"]["withheld_minor"]
    told = branch.json("explain", line)
    assert set(told) == {"explanation", "told"}
    assert told["explanation"]["line"] == line
    entries = branch.json("line", line, "--history")
    assert [one["movement"] for one in entries][:4] == ["open", "move_in", "draw", "repay"]


def test_people_read_tables_and_notes_stand_apart(branch: Terminal) -> None:
    line = open_moved(branch)
    shown = branch.run("line", line)
    assert ["granted", "¥1,000.00"] in shown.table()
    assert shown.err == ""
    repaid = branch.run("repay", line, "--amount", "500")
    assert "¥100.00 more than is owed was refused: return it to the payer." in repaid.err
    assert "refused" not in repaid.out
    english, chinese = branch.run("explain", line), branch.run("explain", line, "--language", "zh")
    assert english.out.splitlines()[0].endswith("can be drawn now.")
    assert "可用" in chinese.out
    assert branch.run("line", line, "--history").table()[1][:2] == ["1", "open"]


def test_a_decline_is_an_answer_with_its_reasons(branch: Terminal) -> None:
    line = open_moved(branch)
    declined = branch.run("draw", line, "--amount", "900")
    rows = dict(row for row in declined.table() if len(row) == 2)
    assert (declined.status, rows["answer"]) == (0, "declined")
    assert rows["why"] == "More was asked than is available (available limit: yours ¥600.00, needed ¥900.00 or more)"
    partly = branch.json("draw", line, "--amount", "900", "--partial")
    assert (partly["decision"]["answer"], partly["line"]["drawn_minor"]) == ("approve", 100_000)


def test_a_reservation_is_captured_in_part_or_voided(branch: Terminal) -> None:
    line = open_moved(branch)
    first, second = [branch.json("draw", line, "--amount", "100", "--authorise")["decision"]["id"] for _ in range(2)]
    assert branch.json("capture", line, first, "--amount", "60")["drawn_minor"] == 46_000
    after = branch.json("void", line, second)
    assert (after["reserved_minor"], after["drawn_minor"]) == (0, 46_000)
    branch.run("void", line, first).fails(Code.RESERVATION_ENDED)


def test_the_same_id_repeats_and_another_content_under_it_is_refused(branch: Terminal) -> None:
    line, own = open_moved(branch), new_id(system_clock())
    first, again = [branch.json("draw", line, "--amount", "10", "--id", own) for _ in range(2)]
    assert first["decision"] == again["decision"]
    assert again["line"]["drawn_minor"] == 41_000
    branch.run("draw", line, "--amount", "11", "--id", own).fails(Code.ID_REUSED, says=str(own))


@pytest.mark.parametrize("command", ["line", "explain", "review"])
def test_a_line_nobody_opened_is_told(branch: Terminal, command: str) -> None:
    nobody = new_id(system_clock())
    branch.run(command, nobody).fails(Code.LINE_UNKNOWN, says=str(nobody))


@pytest.mark.parametrize(
    ("typed", "code", "says"),
    [
        (("--amount", "0"), Code.AMOUNT_NOT_POSITIVE, "0"),
        (("--amount=-5",), Code.AMOUNT_NOT_POSITIVE, "-500"),
        (("--amount", "99999999999999999999"), Code.AMOUNT_TOO_LARGE, "9999"),
        (("--amount", "1,5"), Code.MESSAGE_MALFORMED, "1,200.50"),
        (("--amount", "1e3"), Code.MESSAGE_MALFORMED, "1e3"),
        (("--amount", "1.005"), Code.MESSAGE_MALFORMED, "3 decimals"),
        (("--amount", "5", "--currency", "EUR"), Code.CURRENCY_WRONG, "CNY"),
        (("--amount", "5", "--currency", "XXQ"), Code.CURRENCY_UNKNOWN, "XXQ"),
        (("--amount", "5", "--id", "7"), Code.MESSAGE_MALFORMED, "UUID"),
        (("--amount", "5", "--id", str(uuid4())), Code.ID_NOT_UUID7, "UUIDv7"),
    ],
)
def test_what_cannot_be_an_amount_is_refused_and_changes_nothing(
    branch: Terminal, typed: tuple[str, ...], code: Code, says: str
) -> None:
    line = open_moved(branch)
    for command in ("draw", "repay"):
        branch.run(command, line, *typed).fails(code, says=says)
    assert branch.json("line", line)["drawn_minor"] == 40_000


def test_what_no_line_can_be_opened_for_is_told(branch: Terminal) -> None:
    branch.run("open", "not an id", "--amount", "5").fails(Code.MESSAGE_MALFORMED, says="not an id")
    branch.run("open", "ada", "--amount", "5", "--product", "gold").fails(Code.PRODUCT_UNKNOWN, says="gold")
    branch.run("open", "ada", "--amount", "5", "--balance", "3").fails(Code.MESSAGE_MALFORMED)
    line = open_moved(branch)
    branch.run("explain", line, "--language", "fr").fails(Code.PRODUCT_UNKNOWN, says="en, zh")
    branch.run("line", "12").fails(Code.MESSAGE_MALFORMED, says="UUID")


def test_wrong_usage_is_told_with_exit_2(terminal: Terminal) -> None:
    for typed in (("draw",), ("draw", "x"), ("fly",), ("draw", "x", "--amount")):
        ran = terminal.run(*typed)
        assert (ran.status, ran.out) == (2, "")
        assert "Usage" in ran.err or "Error" in ran.err
    assert all(command.__name__ in terminal.run("--help").out for command in lines.COMMANDS)


@pytest.mark.parametrize(
    ("typed", "currency", "is_minor"),
    [("1200.50", "CNY", 120_050), ("1,200.5", "CNY", 120_050), ("7", "JPY", 7), ("0.01", "CNY", 1), ("3.0", "JPY", 3)],
)
def test_amounts_are_read_exactly(typed: str, currency: str, is_minor: int) -> None:
    assert minor(typed, currency) == is_minor


@pytest.mark.parametrize("typed", ["", " 5", "1.200,50", "5.", ".5", "1,20", "٣", "NaN", "1" * 50])
def test_what_could_be_read_in_two_ways_is_refused(typed: str) -> None:
    with pytest.raises(Malformed):
        minor(typed, "CNY")


def test_facts_are_taken_in_from_a_file_and_named_when_malformed(branch: Terminal, tmp_path: Path) -> None:
    salary = {
        "type": "income.received", "id": str(new_id(system_clock())), "borrower": "ada", "amount_minor": 5,
        "happened_at": "2026-01-05T00:00:00Z", "currency": "CNY", "source": "salary",
    }  # fmt: skip
    file = tmp_path / "facts.ndjson"
    file.write_bytes(b"\n".join([msgspec.json.encode(salary), b"{", msgspec.json.encode(salary)]))
    ran = branch.run("ingest", file)
    assert ran.status == 3
    assert [row[:2] for row in [line.split() for line in ran.out.splitlines()][:3]] == [
        ["accepted", "1"], ["repeated", "1"], ["malformed", "1"],
    ]  # fmt: skip
    assert "facts.ndjson line 2" in ran.out
    told = branch.run("ingest", file, "--json")
    assert (told.status, msgspec.json.decode(told.out)["malformed"][0]["line"]) == (3, 2)
    assert branch.run("ingest", tmp_path / "none.ndjson").status == 2
    damaged = tmp_path / "facts.parquet"
    damaged.write_bytes(b"PAR1 no such thing")
    branch.run("ingest", damaged).fails(Code.DATA_CORRUPT, says="facts.parquet")


def test_of_many_malformed_lines_the_first_are_shown_and_all_are_told(branch: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "facts.ndjson"
    file.write_bytes(b"{\n" * (world.MOST_TOLD + 5))
    shown = branch.run("ingest", file)
    assert shown.out.count("message_malformed") == world.MOST_TOLD
    assert "5 more malformed lines are told with --json." in shown.err
    assert len(msgspec.json.decode(branch.run("ingest", file, "--json").out)["malformed"]) == world.MOST_TOLD + 5
