"""The reckoning after a campaign: every acknowledgement on paper against the books, and the books against their laws."""

from collections import Counter
from uuid import UUID

from creditline.edge.products import load_product, offered
from creditline.flows.house import House
from creditline.flows.verify import verify, verify_replays
from creditline.ledger.allocation import Part
from creditline.store import loans
from creditline.store.connect import Database
from tests.faults.storm import Sent, Storm

REPLAYED_COUNT = 300
TAKEN = ("open", "draw", "authorise", "capture", "void", "repay")


async def reckon(db: Database, storm: Storm, *, since: int = 0) -> Counter[str]:
    """Hold the database against paper; return how requests ended from `since` on. Raise `AssertionError` naming what differs."""
    async with db.reading() as connection:
        rows = await connection.fetch("select id, kind, line, accepted_minor, excess_minor from request")
        facts = {str(row["id"]) for row in await connection.fetch("select id from event")}
        drawn = await connection.fetch("select id, drawn_minor, reserved_minor from line")
        parts = await loans.paid_parts(connection, [row["id"] for row in rows if row["kind"] == "repay"])
    booked = {str(row["id"]): row for row in rows}
    ended = Counter[str]()
    for place, request in enumerate(storm.sent):
        ended[_ended(request, booked.get(request.id))] += place >= since
    sent = {request.id for request in storm.sent}
    strangers = [row for row in rows if row["kind"] in TAKEN and str(row["id"]) not in sent]
    assert strangers == [], f"booked, and nobody sent them: {strangers[:3]}"
    assert storm.events.keys() <= facts, f"acknowledged events lost: {sorted(storm.events.keys() - facts)[:3]}"
    owed = Counter[UUID]()
    for row in rows:
        if row["kind"] in {"draw", "capture", "repay"}:
            # Interest runs up when a clock jumps ahead, and is paid before principal.
            beside = sum(minor for part, minor in parts.get(row["id"], {}).items() if part is not Part.PRINCIPAL)
            paid_minor = row["accepted_minor"] - beside
            owed[row["line"]] += -paid_minor if row["kind"] == "repay" else row["accepted_minor"]
    differing = {
        row["id"]: (row["drawn_minor"], owed[row["id"]]) for row in drawn if row["drawn_minor"] != owed[row["id"]]
    }
    assert differing == {}, f"owed otherwise than by what was taken: {differing}"
    found = await verify(db)
    assert found == [], found
    _, differing_replays = await verify_replays(
        db, House(load_product(name) for name in offered()), most=REPLAYED_COUNT
    )
    assert differing_replays == [], differing_replays
    return +ended


def _ended(request: Sent, row: object) -> str:
    """Return how a request ended, after holding it against its row."""
    if request.acknowledged is not None:
        assert row is not None, f"acknowledged and lost: {request}"
        said = request.acknowledged
        accepted = next(
            (said[name] for name in ("accepted_minor", "captured_minor", "amount_minor") if name in said), None
        )
        assert accepted in {None, row["accepted_minor"]}, f"acknowledged {accepted} of {request}, booked {row}"  # type: ignore[index]  # A row is read by name.
        return "acknowledged"
    if request.refused is not None:
        assert row is None, f"refused and booked: {request} {row}"
        return "refused"
    return "given up, booked" if row is not None else "given up, nothing booked"
