"""The tables' history: numbered files, each applied once, in order, in a transaction of its own.

`create` makes a new database from `schema.sql`, `migrate` brings an old one up to date, `prepare` does whichever is
due. A test holds that both ways end in the same tables. Programs that start together wait for each other on a lock.
"""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from creditline.errors import Broken, Code, Conflict
from creditline.store.connect import Connection, Database
from creditline.store.statements import statements

SQL = statements("migrate")
STORE = files("creditline.store")

LIMIT_SECONDS = 24 * 3600.0
"""A migration may rewrite a large table, which takes longer than any other statement may."""

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered file: number from 1 without gaps, name, and what it does."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> bytes:
        """Return the hash of its text, by which a later change is noticed."""
        return hashlib.sha256(self.sql.encode()).digest()


def migrations(folder: Traversable = STORE) -> tuple[Migration, ...]:
    """Return the files of `folder/migrations` in order; raise `Broken` on a wrong name or number."""
    found = []
    for file in sorted((folder / "migrations").iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".sql"):
            continue
        match = _FILE_NAME.fullmatch(file.name)
        if match is None:
            raise _wrong(f"{file.name} is not a migration's name", "Name it like 0002_what_it_does.sql")
        # Reading as text makes the line ends the same wherever the files were checked out.
        found.append(Migration(number=int(match[1]), name=match[2], sql=file.read_text(encoding="utf-8")))
    numbers = [one.number for one in found]
    if numbers != list(range(1, len(numbers) + 1)):
        raise _wrong(f"The migrations are numbered {numbers}", "Number them from 1, each once and none left out")
    return tuple(found)


async def migrate(db: Database, *, folder: Traversable = STORE) -> tuple[int, ...]:
    """Apply what the database has not had yet; return the numbers applied, in order.

    Raise `Conflict` with `database_ahead` if it had migrations that this program does not know, and `Broken` if a file
    was changed after it was applied. What was applied before an error stays.
    """
    known = migrations(folder)
    done: list[int] = []
    while True:
        async with db.transaction() as connection:
            await connection.execute(SQL["lock_schema"], limit_seconds=LIMIT_SECONDS)
            await connection.execute(SQL["make_record"])
            due = _due(known, await _applied(connection), where=db.where)
            if not due:
                return tuple(done)
            await connection.execute(due[0].sql, limit_seconds=LIMIT_SECONDS)
            await _record(connection, due[0])
        done.append(due[0].number)


async def pending(db: Connection, *, where: str, folder: Traversable = STORE) -> tuple[Migration, ...]:
    """Return what a database of ours has not had yet, changing nothing; raise as `migrate` does."""
    return _due(migrations(folder), await _applied(db), where=where)


async def create(db: Database, *, folder: Traversable = STORE) -> None:
    """Make the tables of an empty database from `schema.sql`; raise `Conflict` if it is not empty."""
    async with db.transaction() as connection:
        await connection.execute(SQL["lock_schema"], limit_seconds=LIMIT_SECONDS)
        if await connection.fetchval(SQL["has_tables"]):
            raise Conflict(
                f"{db.where} has tables already. Bring it up to date instead, or name an empty database.",
                code=Code.CONFIGURATION_INVALID,
            )
        await connection.execute(SQL["make_record"])
        await connection.execute((folder / "schema.sql").read_text(encoding="utf-8"))
        for migration in migrations(folder):
            await _record(connection, migration)


async def prepare(db: Database, *, folder: Traversable = STORE) -> tuple[int, ...]:
    """Make the tables of a database that has none, or bring them up to date; return the migrations applied.

    Raise `Conflict` if it has tables that are not ours, and what `migrate` raises.
    """
    async with db.reading() as connection:
        is_empty = not await connection.fetchval(SQL["has_tables"])
        is_ours = await connection.fetchval(SQL["is_recorded"])
    if is_empty:
        try:
            await create(db, folder=folder)
        except Conflict:
            # Another program has made them since we looked.
            return await migrate(db, folder=folder)
        return ()
    if not is_ours:
        raise Conflict(
            f"{db.where} holds tables of another program. Name a database of its own for creditline.",
            code=Code.CONFIGURATION_INVALID,
        )
    return await migrate(db, folder=folder)


async def _applied(connection: Connection) -> dict[int, tuple[str, bytes]]:
    """Return the name and hash of each migration the database has had, by number."""
    return {row["number"]: (row["name"], row["sha256"]) for row in await connection.fetch(SQL["read_applied"])}


async def _record(connection: Connection, migration: Migration) -> None:
    """Note that a migration was applied."""
    await connection.execute(SQL["record_applied"], migration.number, migration.name, migration.sha256)


def _due(known: tuple[Migration, ...], applied: dict[int, tuple[str, bytes]], *, where: str) -> tuple[Migration, ...]:
    """Return the known migrations that were not applied, once history and files agree about the rest."""
    if ahead := sorted(applied.keys() - {one.number for one in known}):
        name, _ = applied[ahead[-1]]
        raise Conflict(
            f"{where} has had migration {ahead[-1]} ({name}), and this program knows {len(known)}. Run the version of "
            "creditline that wrote it, or a newer one.",
            code=Code.DATABASE_AHEAD,
        )
    for one in known:
        if one.number in applied and applied[one.number][1] != one.sha256:
            raise Broken(
                f"Migration {one.number} ({one.name}) was changed after {where} had it. Put the file back as it was, "
                "and write the change as a new migration.",
                code=Code.INVARIANT_BROKEN,
            )
    return tuple(one for one in known if one.number not in applied)


def _wrong(what: str, remedy: str) -> Broken:
    return Broken(f"{what}. {remedy}.", code=Code.DATA_CORRUPT)
