"""The API as its callers meet it: the real app over a real database, a clock that stands still, requests and answers.

Leaving it checks that whatever was sent, no law of the database is broken.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import msgspec

from creditline.clock import Clock, MovedClock
from creditline.decision.product import Product
from creditline.edge.api import create_app
from creditline.edge.products import load_product, offered
from creditline.errors import Code
from creditline.flows.house import House
from creditline.flows.publish import publish
from creditline.flows.vault import Vault
from creditline.flows.verify import verify
from creditline.ids import id_from
from creditline.store.connect import Database

STARTS_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOBODY = id_from("nobody", at=STARTS_AT)
PRODUCT = "consumer_revolving"
JSON = {"content-type": "application/json"}
Said = dict[str, Any]


@cache
def shipped() -> tuple[Product, ...]:
    """Return everything the package ships."""
    return tuple(load_product(name) for name in offered())


def the_house() -> House:
    """Return a new house that brings along everything the package ships."""
    return House(shipped())


class Api:
    """A caller of the API with ids of its own."""

    def __init__(self, http: httpx.AsyncClient, *, db: Database, clock: MovedClock, app: Any = None) -> None:
        self.http, self.db, self.clock, self.app = http, db, clock, app
        self._ids_count = 0

    def next_id(self) -> str:
        """Return an id that was not used before, the same in every run."""
        self._ids_count += 1
        return str(id_from(f"api {self._ids_count}", at=self.clock()))

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Ask for something."""
        return await self.http.get(path, **options)

    async def read(self, path: str, **options: Any) -> Any:
        """Ask for something that is there."""
        response = await self.get(path, **options)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, **body: Any) -> httpx.Response:
        """Send a request under a new id, or the one that is given."""
        return await self.http.post(path, json={"id": self.next_id(), **body})

    async def tell(self, *events: Said) -> list[Said]:
        """Send events; return the verdicts."""
        body = b"\n".join(msgspec.json.encode(event) for event in events)
        return verdicts(await self.http.post("/v1/events", content=body))

    def salary(self, borrower: str = "ada", **changes: Any) -> Said:
        """Return an event of income, which makes its borrower somebody of whom something is known."""
        return {
            "type": "income.received",
            "id": self.next_id(),
            "borrower": borrower,
            "happened_at": (self.clock() - timedelta(days=1)).isoformat(),
            "amount_minor": 800_000,
            "currency": "CNY",
            "source": "salary",
            **changes,
        }

    async def statement(self, line: Said, *, months_late: int = 0) -> None:
        """Tell of a statement of what is owed, a minute from now, and let another minute pass."""
        self.clock.move_to(self.clock() + timedelta(minutes=1))
        issued = {
            "type": "statement.issued",
            "id": self.next_id(),
            "borrower": line["borrower"],
            "happened_at": self.clock().isoformat(),
            "line": line["line"],
            "amount_minor": (await self.line(line))["drawn_minor"],
            "currency": line["currency"],
            "months_late_count": months_late,
        }
        (verdict,) = await self.tell(issued)
        assert verdict["verdict"] == "accepted", verdict
        self.clock.move_to(self.clock() + timedelta(minutes=1))

    async def opening(self, *, borrower: str = "ada", **changes: Any) -> httpx.Response:
        """Ask for a line."""
        asked = {"borrower": borrower, "product": PRODUCT, "currency": "CNY", "requested_minor": 100_000}
        return await self.post("/v1/lines", **asked | changes)

    async def open(self, *, borrower: str = "ada", **changes: Any) -> Said:
        """Open a line for somebody who earns."""
        await self.tell(self.salary(borrower))
        response = await self.opening(borrower=borrower, **changes)
        assert response.status_code == 201, response.text
        line: Said = response.json()["line"]
        assert line["granted_minor"] == 100_000
        return line

    async def draw(self, line: Said, amount_minor: Any, **changes: Any) -> httpx.Response:
        """Ask for money."""
        asked = {"amount_minor": amount_minor, "currency": line["currency"]}
        return await self.post(f"/v1/lines/{line['line']}/draws", **asked | changes)

    async def repay(self, line: Said, amount_minor: Any, **changes: Any) -> httpx.Response:
        """Bring money back."""
        asked = {"amount_minor": amount_minor, "currency": line["currency"]}
        return await self.post(f"/v1/lines/{line['line']}/repayments", **asked | changes)

    async def line(self, line: Said) -> Said:
        """Return a line as it stands now."""
        found: Said = await self.read(f"/v1/lines/{line['line']}")
        return found


@asynccontextmanager
async def an_api(db: Database, *, clock: Clock | None = None, served: Database | None = None) -> AsyncIterator[Api]:
    """Start the app on a database, by links of its own if `served` has them; hold what was done against the laws."""
    moved = MovedClock(STARTS_AT)
    house = the_house()
    await publish(db, moved, house)
    app = create_app(served or db, clock or moved, house, vault=lambda: Vault([b"h" * 32]))
    # The server under test answers even when it fails; what it raises besides is for its log.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        yield Api(http, db=db, clock=moved, app=app)
    assert await verify(db) == []


def verdicts(response: httpx.Response) -> list[Said]:
    """Return the verdicts of an answer, one a line."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    return [msgspec.json.decode(line) for line in response.content.splitlines()]


def problem(response: httpx.Response, status: int, code: Code, *, says: str | Sequence[str] = ()) -> Said:
    """Return an answer that must be a problem of this status and code, whose detail says certain words."""
    told: Said = response.json()
    assert (response.status_code, told["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert told["type"] == f"urn:creditline:problem:{code}"
    assert (told["status"], told["instance"]) == (status, response.request.url.raw_path.partition(b"?")[0].decode())
    assert told["request_id"] == response.headers["x-request-id"]
    for words in [says] if isinstance(says, str) else says:
        assert words in told["detail"], told["detail"]
    return told


def buckets(line: Said) -> dict[str, int]:
    """Return what a line's amounts are, by bucket, leaving out those that are 0."""
    names = ("granted", "drawn", "reserved", "withheld", "available")
    return {name: line[f"{name}_minor"] for name in names if line[f"{name}_minor"]}


async def in_pieces(count: int, piece: bytes = b" " * 1024) -> AsyncIterator[bytes]:
    """Go through a body whose size nobody says."""
    for _ in range(count):
        yield piece
