import ast
from importlib.resources import files

import asyncpg
import pytest

from creditline.errors import Broken, Code
from creditline.store.statements import parse, statements

STORE = files("creditline.store")
CHAPTERS = sorted(
    file.name.removesuffix(".sql")
    for file in STORE.iterdir()
    if file.name.endswith(".sql") and file.name != "schema.sql"
)

TWO = """-- Rows of the book.

-- name: first_one
-- It is asked most often,
-- and therefore stands first.
select 1
-- A comment inside stays where it is.
from line;

-- name: second_one
-- The other one.
select 2;
"""


def unused_and_unknown(chapter: str, source: str) -> tuple[set[str], set[str]]:
    """Compare a file of statements with the module that calls them: what nobody asks for, and what is not there."""
    found = statements(chapter)
    tree = ast.parse(source)
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    asked = {
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "SQL"
        and isinstance(node.slice, ast.Constant)
    }
    return {name for name in found if name not in said}, {str(name) for name in asked} - set(found)


def test_statements_are_found_by_name_in_the_order_of_the_file() -> None:
    found = parse(TWO, chapter="book")
    assert dict(found) == {
        "first_one": "select 1\n-- A comment inside stays where it is.\nfrom line;",
        "second_one": "select 2;",
    }
    assert (list(found), len(found), "first_one" in found, "third_one" in found) == (
        ["first_one", "second_one"],
        2,
        True,
        False,
    )


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(
        Broken, match=r"book\.sql has no statement third_one\. It has first_one, second_one\."
    ) as refused:
        parse(TWO, chapter="book")["third_one"]
    assert refused.value.code is Code.DATA_MISSING


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("-- name: one\nselect 1;", "does not say why one is there"),
        ("-- name: one\n--\nselect 1;", "does not say why one is there"),
        ("-- name: one\n-- Why.\n", "has no SQL under one"),
        ("-- name: one\n-- Why.\n;\n", "has no SQL under one"),
        ("-- name: one\n-- Why.\nselect 1;\n-- name: one\n-- Why.\nselect 2;", "has two statements named one"),
        ("-- name: One\n-- Why.\nselect 1;", "has a statement named 'One'"),
        ("-- name:\n-- Why.\nselect 1;", "has a statement named ''"),
        ("select 0;\n-- name: one\n-- Why.\nselect 1;", "begins with SQL that has no name"),
    ],
)
def test_a_file_that_is_not_written_as_it_should_be_is_refused(text: str, told: str) -> None:
    with pytest.raises(Broken) as refused:
        parse(text, chapter="book")
    assert told in refused.value.message


def test_a_chapter_without_a_file_is_refused() -> None:
    with pytest.raises(Broken, match=r"has no nowhere\.sql"):
        statements("nowhere")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_statement_is_asked_for_and_every_one_asked_for_is_there(chapter: str) -> None:
    assert unused_and_unknown(chapter, (STORE / f"{chapter}.py").read_text()) == (set(), set())


def test_unused_and_unknown_statements_are_seen() -> None:
    assert unused_and_unknown("lines", 'SQL["lock_lines"]; SQL["lock_rows"]; other["lock_other"]')[1] == {"lock_rows"}
    assert "read_lines" in unused_and_unknown("lines", 'SQL["lock_lines"]')[0]
    assert "lock_lines" not in unused_and_unknown("lines", 'SQL["lock_lines"]')[0]


@pytest.mark.store
@pytest.mark.parametrize("chapter", CHAPTERS)
async def test_the_server_understands_every_statement(dsn: str, chapter: str) -> None:
    """Preparing finds what no type checker does: a wrong column, a missing cast, a word too many."""
    link = await asyncpg.connect(dsn)
    try:
        await link.execute("begin")
        for name, sql in statements(chapter).items():
            try:
                # Without values a name may stand for several statements, whose tables are there for those below.
                await (link.prepare(sql) if "$1" in sql else link.execute(sql))
            except asyncpg.PostgresError as error:
                pytest.fail(f"{chapter}.sql, {name}: {error}")
    finally:
        await link.close()
