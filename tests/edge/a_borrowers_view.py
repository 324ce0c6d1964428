"""The API as a signed-in borrower meets it, and what must not be in anything they are answered with.

That is scores, rules, arms, editions, and the names of people of the house.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from creditline.clock import MovedClock, system_clock
from creditline.edge.api import create_app, mine
from creditline.edge.people import live
from creditline.edge.tokens import SignIn
from creditline.flows.publish import publish
from creditline.flows.vault import Vault
from creditline.store.connect import Database
from tests.edge.an_api import STARTS_AT, the_house

KEY, OLD_KEY = "k" * 40, "o" * 40
SIGN_IN = SignIn(keys=(KEY, OLD_KEY))

INSIDE = frozenset(
    {
        "approver",
        "arm",
        "author",
        "authority",
        "decided_by",
        "edition",
        "features",
        "grade",
        "officer",
        "pd_12m",
        "pd_ppm",
        "points",
        "policy",
        "release_points",
        "reviewer",
        "rules",
        "score",
        "scores",
    }
)


def inside_of(body: Any) -> list[str]:
    """Return the names in an answer that are of the inside."""
    return sorted(name for name in _names(body) if name in INSIDE)


def inside_of_shape(shape: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """Return the fields that are of the inside, of a shape of openapi.json and of all that it refers to."""
    found: set[str] = set()
    seen: set[str] = set()
    open_: list[Any] = [shape]
    while open_:
        match open_.pop():
            case dict() as one:
                found |= set(one.get("properties", {})) & INSIDE
                referred = one.get("$ref")
                if isinstance(referred, str) and referred not in seen:
                    seen.add(referred)
                    open_.append(document["components"]["schemas"][referred.rpartition("/")[2]])
                open_ += one.values()
            case list() as many:
                open_ += many
    return sorted(found)


def _names(body: Any) -> Iterator[str]:
    match body:
        case dict():
            for name, value in body.items():
                yield name
                yield from _names(value)
        case list():
            for one in body:
                yield from _names(one)


def bearer(borrower: str, **options: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {SIGN_IN.issue(borrower, at=system_clock(), **options)}"}


@asynccontextmanager
async def the_pages(db: Database, *, is_demo: bool = True, is_alone: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    clock = MovedClock(STARTS_AT)
    house = the_house()
    await publish(db, MovedClock(STARTS_AT - timedelta(days=365)), house)
    await live(db, house, until=STARTS_AT)
    pages = mine.Pages(sign_in=SIGN_IN, is_alone=is_alone, demo=clock if is_demo else None)
    app = create_app(db, clock, house, pages=pages, vault=lambda: Vault([b"h" * 32]))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url="http://pages", event_hooks={"response": [nothing_of_the_inside]}
        ) as http,
    ):
        yield http


async def nothing_of_the_inside(response: httpx.Response) -> None:
    """Hold every answer of these tests that a borrower reads to what may be in it."""
    if response.request.url.path.startswith("/v1/me"):
        await response.aread()
        assert inside_of(response.json()) == [], response.request.url.path


async def read(http: httpx.AsyncClient, path: str, borrower: str, **query: Any) -> Any:
    response = await http.get(path, headers=bearer(borrower), params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def own_line(http: httpx.AsyncClient, borrower: str) -> str:
    (line,) = (await read(http, "/v1/me", borrower))["lines"]
    return str(line["line"])
