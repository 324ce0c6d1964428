"""Who belongs to which group: supplied to watch over fairness, and read by nothing that scores or decides."""

from collections.abc import Collection, Mapping
from datetime import datetime

from creditline.store.connect import Connection
from creditline.store.statements import statements

SQL = statements("fairness")

Groups = Mapping[str, Mapping[str, str]]
"""By attribute, the group of each borrower."""


async def put(db: Connection, given: Groups, *, supplied_at: datetime) -> None:
    """Keep the groups of some attributes instead of what was known of them; an attribute without members is forgotten."""
    for attribute, members in given.items():
        await db.execute(SQL["forget_groups"], attribute)
        await db.execute(SQL["put_groups"], attribute, list(members), list(members.values()), supplied_at)


async def groups(db: Connection, borrowers: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the groups of borrowers, by attribute."""
    found: dict[str, dict[str, str]] = {}
    for row in await db.fetch(SQL["groups_of"], list(borrowers)):
        found.setdefault(row["attribute"], {})[row["borrower"]] = row["name"]
    return found
