"""What every chapter's tests share: how hard the laws are tried, and a real PostgreSQL with a database a test.

One server is started a run (or the one CREDITLINE_DSN names is used), one template database is made from schema.sql, and
`db` is a copy of it that the test may fill and break as it likes. The server of the run does not wait for the disk; tests
about what survives start their own.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from urllib.parse import urlsplit

import pytest
from hypothesis import settings

from creditline.store.connect import Database, connect
from creditline.store.embedded import EmbeddedServer
from creditline.store.migrate import create

settings.register_profile("fast", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("search", max_examples=5_000, deadline=None)
settings.load_profile("fast")

_NAMES = (f"test_{os.getpid()}_{number}" for number in count())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL by the fixtures it asks for, so that nobody has to remember it."""
    for item in items:
        if "server_dsn" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.store)


@pytest.fixture(scope="session")
def server_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of the run's server, at a database that tests leave alone."""
    if given := os.environ.get("CREDITLINE_DSN"):
        yield given
        return
    server = EmbeddedServer(tmp_path_factory.mktemp("postgres"), settings={"fsync": "off", "full_page_writes": "off"})
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
async def server(server_dsn: str) -> AsyncIterator[Database]:
    """Yield links to the run's server on which databases are made and dropped."""
    async with await connect(server_dsn, size=2) as links:
        yield links


@pytest.fixture(scope="session")
async def template(server: Database, server_dsn: str) -> AsyncIterator[str]:
    """Yield the name of the database that every test's is a copy of."""
    async with _database(server) as name:
        async with await connect(_at(server_dsn, name), size=1) as made:
            await create(made)
        yield name


@pytest.fixture
async def empty_dsn(server: Database, server_dsn: str) -> AsyncIterator[str]:
    """Yield the address of a new database without tables."""
    async with _database(server) as name:
        yield _at(server_dsn, name)


@pytest.fixture
async def dsn(server: Database, server_dsn: str, template: str) -> AsyncIterator[str]:
    """Yield the address of a new database with every table and no rows."""
    async with _database(server, template=template) as name:
        yield _at(server_dsn, name)


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """Yield links to a new database with every table and no rows."""
    async with await connect(dsn, size=4) as links:
        yield links


@pytest.fixture(scope="module")
async def shared_db(server: Database, server_dsn: str, template: str) -> AsyncIterator[Database]:
    """Yield links to a new database that the tests of one module share, as what they ask is refused and changes nothing."""
    async with _database(server, template=template) as name, await connect(_at(server_dsn, name), size=4) as links:
        yield links


@asynccontextmanager
async def _database(server: Database, *, template: str = "template1") -> AsyncIterator[str]:
    """Make a database, and drop it afterwards with whatever is still using it."""
    name = next(_NAMES)
    async with server.alone() as link:
        # Copying the files takes a quarter of the time that writing them to the log takes.
        await link.execute(f"create database {name} template {template} strategy file_copy")
    yield name
    async with server.alone() as link:
        await link.execute(f"drop database {name} with (force)")


def _at(dsn: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlsplit(dsn)._replace(path=f"/{name}").geturl()
