"""Writes that wait: what a transaction adds and changes goes to the server together, with whatever it asks next.

A round trip and a statement a table is what a small batch costs most, so that rows of many tables become one statement
with a part each. No part sees what another part does, which is why a table has one part at a time: whoever would be the
second sends the first.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

Row = Sequence[Any]


class Later:
    """What a transaction has said and not yet sent, by table, in the order in which it was said."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: dict[str, tuple[str, list[Row]]] = {}

    def __bool__(self) -> bool:
        """Say whether anything waits."""
        return bool(self._parts)

    def takes(self, table: str, *, sql: str, is_insert: bool) -> bool:
        """Say whether a write can wait with the others: rows that are added, beside more of them, or the first of its table."""
        waiting = self._parts.get(table)
        return waiting is None or (is_insert and waiting[0] == sql)

    def put(self, table: str, rows: Iterable[Row], *, sql: str) -> None:
        """Let a write wait that can; its statement reads `$1`, an array of the table's rows."""
        if added := list(rows):
            self._parts.setdefault(table, (sql, []))[1].extend(added)

    def take(self) -> tuple[str, list[list[Row]]]:
        """Return one statement of everything that waits, with its values; nothing waits any more."""
        parts = list(self._parts.values())
        self._parts.clear()
        return joined(tuple(sql for sql, _ in parts)), [rows for _, rows in parts]


@lru_cache(maxsize=256)
def insert_of(table: str, columns: tuple[str, ...]) -> str:
    """Return the statement that adds rows of a table; those of its columns that are not named take their defaults."""
    named = ", ".join(columns)
    own = ", ".join(f"new.{column}" for column in columns)
    # The type is shown, not named: the server has a type `line` of its own. Names are those of our own tables.
    rows = f"coalesce($1, array(select own from {table} own where false))"  # noqa: S608
    return f"insert into {table} ({named}) select {own} from unnest({rows}) as new"  # noqa: S608


@lru_cache(maxsize=256)
def joined(parts: tuple[str, ...]) -> str:
    """Return statements that each read `$1` as the parts of one that reads `$1`, `$2` and so on."""
    if len(parts) == 1:
        return parts[0]
    numbered = (
        f"part_{place} as ({sql.rstrip('; ').replace('$1', f'${place}')})" for place, sql in enumerate(parts, start=1)
    )
    return f"with {', '.join(numbered)} select"
