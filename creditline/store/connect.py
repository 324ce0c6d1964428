"""The one place that speaks to the database: a pool of links, transactions on them, and statements in those.

A transaction either commits, or raises: `Unavailable` with `outcome_unknown` when the reply to its commit was lost, and
any other error only when nothing of it was recorded.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, urlsplit

import asyncpg

from creditline.errors import Broken, Code, CreditlineError, Malformed, Unavailable
from creditline.store.later import Later, insert_of
from creditline.store.translate import Stage, is_gone, quietly, translated

CONNECT_SECONDS = 10.0
WAIT_SECONDS = 30.0
STATEMENT_SECONDS = 300.0
COPY_SECONDS = 3600.0

SESSION = {
    "application_name": "creditline",
    # Commits we acknowledge are on the disk, whatever a server's own settings say.
    "synchronous_commit": "on",
    # A worker that stops inside a transaction, or waits for one that did, lets go.
    "idle_in_transaction_session_timeout": "15000",
    "lock_timeout": "10000",
    "timezone": "UTC",
    # Compiling costs more than our statements take.
    "jit": "off",
}


class Row(Protocol):
    """A row of an answer: values by column name or place."""

    def __getitem__(self, key: str | int, /) -> Any:
        """Return a column's value."""

    def __iter__(self) -> Iterator[Any]:
        """Go through the values in the order of the columns."""

    def keys(self) -> Iterable[str]:
        """Return the names of the columns."""


class Connection:
    """One link to the database, inside a transaction unless it came from `Database.alone`.

    Values are passed as `$1`, `$2` and so on, never written into the statement.
    """

    __slots__ = ("_later", "_link", "_stage")

    def __init__(self, link: Any, *, stage: Stage) -> None:
        self._link = link
        self._stage = stage
        self._later = Later()

    async def fetch(self, sql: str, *values: Any) -> list[Row]:
        """Return every row of the answer."""
        await self.send()
        with translated(self._stage, self._link):
            rows: list[Row] = await self._link.fetch(sql, *values)
            return rows

    async def fetchrow(self, sql: str, *values: Any) -> Row | None:
        """Return the first row of the answer, or None."""
        await self.send()
        with translated(self._stage, self._link):
            row: Row | None = await self._link.fetchrow(sql, *values)
            return row

    async def fetchval(self, sql: str, *values: Any) -> Any:
        """Return the first value of the first row of the answer, or None."""
        await self.send()
        with translated(self._stage, self._link):
            return await self._link.fetchval(sql, *values)

    async def execute(self, sql: str, *values: Any, limit_seconds: float | None = None) -> str:
        """Run a statement, or several if there are no values; return the last one's tag, such as `UPDATE 3`."""
        await self.send()
        with translated(self._stage, self._link):
            tag: str = await self._link.execute(sql, *values, timeout=limit_seconds)
            return tag

    async def stream(self, sql: str, *values: Any, ahead_count: int = 2_000) -> AsyncIterator[Row]:
        """Go through the rows of an answer by a cursor, so that memory holds `ahead_count` of them at most."""
        await self.send()
        with translated(self._stage, self._link):
            async for row in self._link.cursor(sql, *values, prefetch=ahead_count):
                yield row

    async def copy_records_to_table(
        self, table: str, *, records: Iterable[Sequence[Any]], columns: Sequence[str]
    ) -> None:
        """Add very many rows of one table at once; a constraint that fails refuses all of them."""
        await self.send()
        with translated(self._stage, self._link):
            await self._link.copy_records_to_table(table, records=records, columns=columns)

    async def copy_out(self, sql: str, *values: Any, told: Callable[[bytes], Awaitable[None]]) -> None:
        """Send the rows of an answer to `told` in the server's own binary form, in pieces cut anywhere; for very many rows."""
        await self.send()
        with translated(self._stage, self._link):
            await self._link.copy_from_query(
                sql.rstrip("; \n"), *values, output=told, format="binary", timeout=COPY_SECONDS
            )

    async def add(self, table: str, rows: Iterable[Sequence[Any]], *, columns: tuple[str, ...]) -> None:
        """Add rows of a table, each with all of its columns in their order, of which those named in `columns` are written.

        They go to the server with the next statement, or with the commit, and what is wrong with them is told there.
        """
        await self._put(table, rows, sql=insert_of(table, columns), is_insert=True)

    async def change(self, table: str, rows: Iterable[Sequence[Any]], *, by: str) -> None:
        """Change rows of a table `by` a statement that reads them whole as `$1`; it waits as what is added does."""
        await self._put(table, rows, sql=by, is_insert=False)

    async def send(self) -> None:
        """Send what waits; nobody needs to, who asks or commits."""
        if self._later:
            sql, values = self._later.take()
            with translated(self._stage, self._link):
                await self._link.execute(sql, *values)

    async def _put(self, table: str, rows: Iterable[Sequence[Any]], *, sql: str, is_insert: bool) -> None:
        if not self._later.takes(table, sql=sql, is_insert=is_insert):
            await self.send()
        self._later.put(table, rows, sql=sql)
        if self._stage is Stage.ALONE:
            await self.send()


class Database:
    """A pool of links to one database; close it when done, or use it in `async with`."""

    __slots__ = ("_pool", "where")

    def __init__(self, pool: Any, *, where: str) -> None:
        self._pool = pool
        self.where = where

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Commit what the block did, or nothing of it if it raises; READ COMMITTED.

        Raise as the module says. A block that is cancelled while its commit is under way leaves the outcome unknown.
        """
        async with self._within("begin") as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """Let the block read one unchanging state of the whole database; it cannot write."""
        async with self._within("begin isolation level repeatable read read only") as connection:
            yield connection

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Connection]:
        """Give a link on which every statement commits by itself, for what cannot be in a transaction."""
        link = await self._lend()
        try:
            yield Connection(link, stage=Stage.ALONE)
        finally:
            await self._take_back(link)

    async def close(self) -> None:
        """Close every link, after the transactions that are under way."""
        with translated(Stage.CONNECT):
            await self._pool.close()

    async def __aenter__(self) -> Self:
        """Use the pool in a block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it after the block."""
        await self.close()

    async def _lend(self) -> Any:
        """Take a link out of the pool, waiting for one to be free."""
        with translated(Stage.CONNECT):
            try:
                return await self._pool.acquire(timeout=WAIT_SECONDS)
            except TimeoutError as error:
                raise Unavailable(
                    f"No connection to {self.where} was free within {WAIT_SECONDS:.0f} seconds. Nothing was recorded. "
                    "Try again, or open a larger pool.",
                    code=Code.DATABASE_BUSY,
                ) from error

    async def _take_back(self, link: Any) -> None:
        """Put a link back; one that breaks on the way only costs a new one, as everything on it has been answered."""
        with quietly():
            await self._pool.release(link)

    async def _begun(self, begin: str) -> Any:
        """Lend a link on which a transaction has begun; one that was cut while it lay idle is replaced here, unseen."""
        spares_count = self._pool.get_max_size()
        while True:
            link = await self._lend()
            try:
                with translated(Stage.WORK, link):
                    await link.execute(begin)
            except BaseException as error:
                _end(link)
                await self._take_back(link)
                is_cut = isinstance(error, Unavailable) and error.code is Code.DATABASE_UNREACHABLE
                if not (spares_count and is_cut):
                    raise
                spares_count -= 1
            else:
                return link

    @asynccontextmanager
    async def _within(self, begin: str) -> AsyncIterator[Connection]:
        """Run the block between `begin` and a commit whose answer is looked at."""
        link = await self._begun(begin)
        try:
            try:
                connection = Connection(link, stage=Stage.WORK)
                yield connection
                await connection.send()
            except BaseException:
                await _roll_back(link)
                raise
            await _commit(link)
        finally:
            await self._take_back(link)


async def _commit(link: Any) -> None:
    """Commit, and look at the answer."""
    try:
        with translated(Stage.COMMIT, link):
            tag = await link.execute("commit")
    except BaseException as error:
        if not (isinstance(error, CreditlineError) and error.code is not Code.OUTCOME_UNKNOWN):
            _end(link)
        raise
    # The server answers the commit of a transaction that has failed with ROLLBACK, and calls that no error.
    if tag != "COMMIT":
        raise Broken(
            "A transaction was to be committed after one of its statements had failed. Nothing was recorded. This is a "
            "fault of the engine: keep this message and report it.",
            code=Code.INVARIANT_BROKEN,
        )


def _end(link: Any) -> None:
    """Break a link that can no longer be trusted, whereupon the server undoes what is not committed."""
    with quietly():
        link.terminate()


async def _roll_back(link: Any) -> None:
    """Undo the open transaction, by breaking the link if it does not answer."""
    is_undone = is_gone(link)
    try:
        if not is_undone:
            with quietly():
                await link.execute("rollback", timeout=CONNECT_SECONDS)
                is_undone = True
    finally:
        if not is_undone:
            _end(link)


async def connect(dsn: str, *, size: int = 10) -> Database:
    """Open a pool of up to `size` links to the database that `dsn` names, and prove that it answers.

    Raise `Unavailable` if it does not, `NotAllowed` if it refuses the user, `Malformed` if the address is not one.
    """
    where = _where(dsn)
    # Without a scheme the driver would fall back on the user's environment, and write the book into another database.
    if not dsn.startswith(("postgresql://", "postgres://")):
        raise Malformed(
            "The address of the database does not begin with postgresql://. Write it as "
            "postgresql://user:password@host:5432/database in CREDITLINE_DSN.",
            code=Code.CONFIGURATION_INVALID,
        )
    try:
        with translated(Stage.CONNECT):
            pool = await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=size,
                init=_prepare_link,
                reset=_keep_as_it_is,
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                # Statements are few and named, and a prepared one saves parsing and planning.
                statement_cache_size=1000,
                max_inactive_connection_lifetime=0,
                server_settings=SESSION,
            )
    except CreditlineError as error:
        raise type(error)(f"{where}: {error.message}", code=error.code) from error.__cause__
    return Database(pool, where=where)


def _where(dsn: str) -> str:
    """Return the database's name and host for messages, without the user and password."""
    try:
        parts = urlsplit(dsn)
        host = parts.hostname or parse_qs(parts.query).get("host", ["?"])[0]
        return f"Database {parts.path.lstrip('/') or '?'} at {host}"
    except ValueError:
        return "Database at an address that cannot be read"


async def _keep_as_it_is(_: Any) -> None:
    """Save the round trip that forgets a session's settings and locks after every use: ours never change."""


async def _prepare_link(link: Any) -> None:
    """Teach a new link the types whose text is what we store and compare."""
    await link.set_type_codec(
        "pg_snapshot", schema="pg_catalog", encoder=encode_snapshot, decoder=decode_snapshot, format="binary"
    )


def encode_snapshot(text: str) -> bytes:
    """Return the binary form of a snapshot `xmin:xmax:xid,xid`: a count, then 64-bit numbers."""
    lowest, highest, running = text.split(":")
    numbers = [int(number) for number in running.split(",") if number]
    return len(numbers).to_bytes(4) + b"".join(one.to_bytes(8) for one in (int(lowest), int(highest), *numbers))


def decode_snapshot(sent: bytes) -> str:
    """Return a snapshot's text, the inverse of `encode_snapshot`."""
    lowest, highest, *running = (int.from_bytes(sent[at : at + 8]) for at in range(4, len(sent), 8))
    return f"{lowest}:{highest}:{','.join(map(str, running))}"
