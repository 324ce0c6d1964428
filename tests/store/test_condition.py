"""The condition a database is in, read from the server itself."""

from creditline.store import condition
from creditline.store.connect import Database


async def test_the_server_tells_its_version_its_clock_and_its_links(db: Database) -> None:
    async with db.reading() as connection:
        server = await condition.server(connection)
        assert server.version_number >= 180_000
        assert server.links_count > 4
        assert server.is_ours
        values = await condition.settings(connection, ["lock_timeout", "jit", "no_such_setting"])
    assert values == {"lock_timeout": ("10000", "ms"), "jit": ("off", "")}
