"""Groups for watching over fairness: supplied whole by attribute, and forgotten as easily."""

from datetime import UTC, datetime

from creditline.store import fairness
from creditline.store.connect import Database

AT = datetime(2026, 3, 1, tzinfo=UTC)


async def test_groups_of_an_attribute_replace_what_was_known_of_it(db: Database) -> None:
    async with db.transaction() as connection:
        await fairness.put(
            connection, {"age": {"ada": "old", "ben": "young"}, "region": {"ada": "north"}}, supplied_at=AT
        )
        await fairness.put(connection, {"age": {"ada": "young"}}, supplied_at=AT)
        assert await fairness.groups(connection, ["ada", "ben"]) == {
            "age": {"ada": "young"},
            "region": {"ada": "north"},
        }
        await fairness.put(connection, {"age": {}, "region": {}}, supplied_at=AT)
        assert await fairness.groups(connection, ["ada"]) == {}
