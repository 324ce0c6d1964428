"""The plans of the hot statements, pinned on a filled database: each id is looked up by an index, in one partition.

A plan is asked for as it will be used: prepared, and generic, so that no value helps the planner.
"""

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from creditline.store import decisions, facts, lines, requests

FILL = """
set session_replication_role = replica;
insert into event (id, number, borrower, happened_at, recorded_at, digest)
select uuidv7((n - 15000) * interval '50 minutes'), 1, 'b' || n % 5000, now(), now(), 'd' from generate_series(1, 30000) n;
insert into request
select uuidv7((n - 15000) * interval '50 minutes'), 'draw', uuidv7(), 'd', 1, 1, 0, now(), now() from generate_series(1, 30000) n;
insert into line
select uuidv7((n - 15000) * interval '50 minutes'), 'b' || n, 'p', 'CNY', 9, 0, 0, 0, null, null, 0, 1, now(), now()
from generate_series(1, 30000) n;
insert into line_entry select id, 1, uuidv7(), 'open', 9, 0, 0, 0, now() from line;
analyze event, request, line, line_entry;
"""

WANTED = [
    # statement                              table      scans that a plan may hold
    (lines.SQL["lock_lines"],                "line",    r"(Index|Bitmap Index|Bitmap Heap) Scan"),
    (lines.SQL["write_lines"],               "line",    r"Index Scan"),
    (requests.SQL["find_requests"],          "request", r"Index Scan"),
    (decisions.SQL["read_decisions"],        "decision", r"Index Scan"),
    (facts.SQL["facts_of_borrowers"],        "event",   r"(Index|Bitmap Index|Bitmap Heap) Scan"),
]  # fmt: skip


@pytest.fixture
async def filled(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    link = await asyncpg.connect(dsn)
    await link.execute(FILL)
    await link.execute("set session_replication_role = origin; set plan_cache_mode = force_generic_plan")
    yield link
    await link.close()


async def plan_of(link: asyncpg.Connection, sql: str, *values: str, analyze: bool = False) -> str:
    """Return the plan of a prepared statement, run once if `analyze`."""
    count = max(int(number) for number in re.findall(r"\$(\d+)", sql))
    await link.execute(f"prepare asked as {sql.rstrip(';')}")
    given = ", ".join(values or ["null"] * count)
    rows = await link.fetch(f"explain ({'analyze, timing off, ' if analyze else ''}costs off) execute asked({given})")
    await link.execute("deallocate asked")
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize(("sql", "table", "scans"), WANTED, ids=[table + "-" + sql[:12] for sql, table, _ in WANTED])
async def test_a_hot_statement_reads_by_index_alone(
    filled: asyncpg.Connection, sql: str, table: str, scans: str
) -> None:
    plan = await plan_of(filled, sql)
    found = re.findall(rf"(\w[\w ]* Scan) (?:using \w+ )?on {table}_\w+", plan)
    assert found, plan
    assert all(re.search(scans, one) for one in found), plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    ("sql", "of"), [(requests.SQL["find_requests"], "request"), (decisions.SQL["read_decisions"], "decision")]
)
async def test_an_id_is_looked_for_in_its_own_partition_only(filled: asyncpg.Connection, sql: str, of: str) -> None:
    plan = await plan_of(filled, sql, "array[uuidv7(), uuidv7(interval '1 minute')]", analyze=True)
    looked = [line for line in plan.splitlines() if f" on {of}_" in line and "never executed" not in line]
    assert len(looked) == 1, plan


@pytest.mark.parametrize("function", ["line_is_there", "request_is_there", "decision_is_there", "id_is_of_request"])
async def test_what_a_row_refers_to_is_never_looked_for_in_a_whole_table(
    filled: asyncpg.Connection, function: str
) -> None:
    settings = await filled.fetchval("select proconfig from pg_proc where proname = $1", function)
    assert settings == ["enable_seqscan=off"]
