"""What the database itself refuses, whatever program or hand writes: a table of statements, each with its refusal."""

import re

import pytest

from creditline.errors import Broken
from creditline.ledger.line import Line
from creditline.store.connect import Database
from tests.store.a_book import (
    a_book,
    blocking,
    capping,
    drawing,
    granting,
    repaying,
    set_line,
)
from tests.store.a_decision import one_row_everywhere

USED = [drawing(6), repaying(2)]
"""Leaves 10 granted, 4 drawn, 2 withheld."""

LINES_BY_HAND = [
    # assignment                                    refusal
    ("drawn_minor = 9",                             "would be overdrawn: 11 in use of 10 granted"),
    ("reserved_minor = 5",                          "would be overdrawn: 11 in use of 10 granted"),
    ("withheld_minor = 7",                          "would be overdrawn: 11 in use of 10 granted"),
    ("granted_minor = 5, drawn_minor = 5",          "would be overdrawn: 7 in use of 5 granted"),
    ("drawn_minor = -1",                            "line_drawn_minor_check"),
    ("reserved_minor = -1",                         "line_reserved_minor_check"),
    ("withheld_minor = -1",                         "line_withheld_minor_check"),
    ("granted_minor = -1, drawn_minor = 0, withheld_minor = 0", "line_granted_minor_check"),
    ("self_limit_minor = -1",                       "line_self_limit_minor_check"),
    ("borrower = 'eve'",                            "cannot change whose it is"),
    ("product = 'other'",                           "cannot change whose it is"),
    ("currency = 'EUR'",                            "cannot change whose it is"),
    ("opened_at = now()",                           "cannot change whose it is"),
    ("id = '019cae6b-6600-7c21-9b1a-4ac623516a66'", "cannot change whose it is"),
    ("apr_bp = 10001",                              "line_apr_bp_check"),
    ("self_limit_minor = 4, drawn_minor = 5",       "would pass its own cap: 5 owed of 4"),
]  # fmt: skip

WITHOUT_ITS_ENTRY = [
    # statement                                                        refusal
    ("update line set drawn_minor = 5, version = version + 1",         "has no entry that says the same"),
    ("update line set drawn_minor = 5",                                "goes from version 3 to 3"),
    ("update line set drawn_minor = 5, version = version + 2",         "goes from version 3 to 5"),
    ("update line set drawn_minor = 5, version = version - 1",         "goes from version 3 to 2"),
    ("delete from line",                                               "line is append-only"),
    ("truncate line cascade",                                          "is append-only"),
    ("truncate line",                                                  "line is append-only"),
    ("truncate line_0",                                                "line is append-only"),
    # A cut to nothing with everything owed is allowed, but not without its entry.
    ("update line set granted_minor = 0, version = version + 1",       "has no entry that says the same"),
]  # fmt: skip

TRANSFER = (
    "insert into transfer select (select id from request limit 1), 99, id, {debit}, {credit}, {amount}, now() from line"
)

TRANSFERS = [
    # debit credit amount  refusal
    (4,     12,    1,      "transfer_check"),
    (11,    2,     1,      "transfer_check"),
    (4,     4,     1,      "transfer_check"),
    (4,     2,     0,      "transfer_amount_minor_check"),
    (4,     2,     -1,     "transfer_amount_minor_check"),
]  # fmt: skip

APPEND_ONLY = (
    "edition", "event", "request", "line_entry", "transfer", "reservation", "reservation_end", "decision", "tranche",
    "tranche_end", "umbrella_entry", "line_seat", "line_word", "line_extra", "promise", "promise_end", "promise_breach",
    "policy_event", "loan_entry", "correction", "waiver",
)  # fmt: skip


async def written(db: Database, statement: str, *, line: Line | None = None) -> None:
    """Commit a statement, or an assignment to a line with the entry that agrees with it."""
    async with db.transaction() as connection:
        if line is None:
            await connection.execute(statement)
        else:
            await set_line(connection, line.id, statement)


async def refused(db: Database, statement: str, *, line: Line | None = None) -> str:
    """Try to commit a statement and return what was said when it was refused."""
    with pytest.raises(Broken) as refusal:
        await written(db, statement, line=line)
    return refusal.value.message


async def test_no_statement_can_make_a_line_impossible(db: Database, subtests: pytest.Subtests) -> None:
    line = await a_book(db, *USED)
    for assignments, refusal in LINES_BY_HAND:
        with subtests.test(assignments):
            assert refusal in await refused(db, assignments, line=line)


async def test_a_line_changes_by_one_entry_at_a_time(db: Database, subtests: pytest.Subtests) -> None:
    await a_book(db, *USED)
    for statement, refusal in WITHOUT_ITS_ENTRY:
        with subtests.test(statement):
            assert refusal in await refused(db, statement)


async def test_a_blocked_line_cannot_owe_more(db: Database, subtests: pytest.Subtests) -> None:
    line = await a_book(db, *USED, blocking("fraud"))
    for assignments in ("drawn_minor = 5", "reserved_minor = 1"):
        with subtests.test(assignments):
            assert "is blocked: fraud" in await refused(db, assignments, line=line)
    await written(db, "drawn_minor = 3, withheld_minor = 3", line=line)


async def test_a_line_cannot_be_blocked_and_owe_more_in_one_step(db: Database) -> None:
    line = await a_book(db, *USED)
    assert "is blocked: fraud" in await refused(db, "block_reason = 'fraud', drawn_minor = 5", line=line)


async def test_a_line_over_its_own_cap_may_owe_less_and_not_more(db: Database) -> None:
    line = await a_book(db, *USED, capping(1))
    assert "would pass its own cap" in await refused(db, "reserved_minor = 1", line=line)
    await written(db, "drawn_minor = 3, withheld_minor = 3", line=line)


async def test_a_cut_below_use_is_allowed_and_use_then_only_falls(db: Database) -> None:
    line = await a_book(db, *USED, granting(1))
    assert line.headroom_minor == -5
    assert "would be overdrawn: 7 in use of 1 granted" in await refused(db, "drawn_minor = 5", line=line)
    for fall in ("drawn_minor = 3, withheld_minor = 3", "withheld_minor = 0", "drawn_minor = 0"):
        await written(db, fall, line=line)


async def test_a_line_begins_with_nothing_in_use(db: Database, subtests: pytest.Subtests) -> None:
    await a_book(db)
    copied = (
        "insert into line select '019cae6b-6600-7c21-9b1a-4ac623516a66', borrower, product, currency, granted_minor, {}"
    )
    rest = "self_limit_minor, block_reason, apr_bp, {}, opened_at, booked_at from line"
    for buckets, version in (("1, 0, 0", 1), ("0, 1, 0", 1), ("0, 0, 1", 1), ("0, 0, 0", 2)):
        with subtests.test(buckets, version=version):
            statement = f"{copied.format(buckets)}, {rest.format(version)}"
            assert "must begin at version 1 with nothing in use" in await refused(db, statement)
    with subtests.test("no entry"):
        statement = f"{copied.format('0, 0, 0')}, {rest.format(1)}"
        assert "has no entry that says the same" in await refused(db, statement)


async def test_permission_never_turns_into_money_and_nothing_moves_nowhere(
    db: Database, subtests: pytest.Subtests
) -> None:
    await a_book(db)
    for debit, credit, amount, refusal in TRANSFERS:
        with subtests.test(debit=debit, credit=credit, amount=amount):
            assert refusal in await refused(db, TRANSFER.format(debit=debit, credit=credit, amount=amount))


async def test_an_entry_and_a_transfer_are_written_once(db: Database) -> None:
    await a_book(db)
    assert re.search(r"line_entry_\d_pkey", await refused(db, "insert into line_entry select * from line_entry"))
    assert re.search(r"transfer_\w+_pkey", await refused(db, "insert into transfer select * from transfer"))
    assert re.search(r"request_\w+_pkey", await refused(db, "insert into request select * from request"))


async def test_nothing_that_was_written_is_changed_or_forgotten(db: Database, subtests: pytest.Subtests) -> None:
    """Each table's first column is set to itself, so that only the guard can object."""
    line = await a_book(db, *USED)
    async with db.transaction() as connection:
        await one_row_everywhere(connection, line)
    async with db.reading() as connection:
        first = {
            row["table_name"]: row["column_name"]
            for row in await connection.fetch(
                "select table_name, column_name from information_schema.columns "
                "where table_schema = 'public' and ordinal_position = 1"
            )
        }
    for table in APPEND_ONLY:
        column = first[table]
        for statement in (
            f"update {table} set {column} = {column}",
            f"delete from {table}",
            f"truncate {table} cascade",
        ):
            with subtests.test(statement):
                assert re.search(r"\w+ is append-only", await refused(db, statement))


async def test_only_lines_timers_and_what_is_known_or_waits_to_be_told_can_change(db: Database) -> None:
    async with db.reading() as connection:
        tables = await connection.fetch(
            "select relname from pg_class "
            "where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace"
        )
    changing = {row["relname"] for row in tables} - set(APPEND_ONLY)
    assert {"line", "timer", "policy_period"} <= changing
    sealed = {
        "closed_day",
        "day_seal",
        "day_seal_sum",
        "daily_close",
        "line_day",
        "notice",
        "notice_end",
        "notice_try",
        "human_review",
        "human_review_finding",
        "human_review_answer",
        "edition_arm",
        "shadow",
        "human_review_end",
        "human_review_note",
        "document",
        "document_entry",
        "erasure",
    }
    """Guarded like the others, which tests of their own show."""
    known = {"line", "timer", "policy_period", "migration", "umbrella", "umbrella_slot", "outlet", "outbox", "loan"} | {
        "line_close",
        "notice_outbox",
        "signal",
        "fairness_group",
        "borrower_key",
    }
    assert changing - sealed <= known
