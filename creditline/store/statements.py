"""Statements by name: SQL lives in `<chapter>.sql`, beside the module that calls it.

A file is a row of blocks: `-- name: lock_lines`, then comment lines that say why it is written as it is, then the SQL
up to the next block. A statement without its why, an empty one and a name used twice are refused when the file is
loaded.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

from creditline.errors import Broken, Code

_NAME = re.compile(r"^-- name:(.*)$", re.MULTILINE)
_GOOD_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Statements(Mapping[str, str]):
    """The statements of one chapter by name; asking for one that is not there says which are."""

    __slots__ = ("_sql", "chapter")

    def __init__(self, chapter: str, sql: Mapping[str, str]) -> None:
        self.chapter = chapter
        self._sql = dict(sql)

    def __getitem__(self, name: str) -> str:
        """Return a statement's SQL; raise `Broken` naming those there are if it is not one of them."""
        try:
            return self._sql[name]
        except KeyError:
            raise Broken(
                f"{self.chapter}.sql has no statement {name}. It has {', '.join(sorted(self._sql)) or 'none'}.",
                code=Code.DATA_MISSING,
            ) from None

    def __contains__(self, name: object) -> bool:
        """Say whether there is a statement of that name."""
        return name in self._sql

    def __iter__(self) -> Iterator[str]:
        """Go through the names in the order of the file."""
        return iter(self._sql)

    def __len__(self) -> int:
        """Return how many statements there are."""
        return len(self._sql)


def statements(chapter: str) -> Statements:
    """Load `store/<chapter>.sql`; raise `Broken` if it is missing or not written as it should be."""
    file = files("creditline.store") / f"{chapter}.sql"
    if not file.is_file():
        raise Broken(f"creditline/store has no {chapter}.sql. Write it, or correct the name.", code=Code.DATA_MISSING)
    return parse(file.read_text(encoding="utf-8"), chapter=chapter)


def parse(text: str, *, chapter: str) -> Statements:
    """Read the blocks of a file; `chapter` names it in errors."""
    before, *parts = _NAME.split(text)
    if any(line.strip() and not line.startswith("--") for line in before.splitlines()):
        raise _wrong(chapter, "begins with SQL that has no name", "Put a line `-- name: ...` above it")
    found: dict[str, str] = {}
    for name, block in zip((part.strip() for part in parts[::2]), parts[1::2], strict=True):
        if not _GOOD_NAME.fullmatch(name):
            raise _wrong(chapter, f"has a statement named {name!r}", "Use small letters, digits and _")
        if name in found:
            raise _wrong(chapter, f"has two statements named {name}", "Rename or remove one")
        found[name] = _sql_of(chapter, name, block)
    return Statements(chapter, found)


def _sql_of(chapter: str, name: str, block: str) -> str:
    """Return a block's SQL without the comment that says why, which must be there."""
    lines = block.strip().splitlines()
    why = next((place for place, line in enumerate(lines) if not line.startswith("--")), len(lines))
    sql = "\n".join(lines[why:]).strip()
    if not any(line.lstrip("- ").strip() for line in lines[:why]):
        raise _wrong(chapter, f"does not say why {name} is there", "Add a comment between its name and its SQL")
    if not sql.rstrip("; \n"):
        raise _wrong(chapter, f"has no SQL under {name}", "Write it, or remove the name")
    return sql


def _wrong(chapter: str, what: str, remedy: str) -> Broken:
    return Broken(f"{chapter}.sql {what}. {remedy}.", code=Code.DATA_CORRUPT)
