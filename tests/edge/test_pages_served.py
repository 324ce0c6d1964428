"""The pages as files: what is sent with which headers, what is missing, and how much the first load weighs."""

import gzip
import re
from collections.abc import AsyncIterator
from importlib.resources.abc import Traversable
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from creditline.clock import MovedClock
from creditline.edge.api import create_app, pages
from creditline.edge.api.mine import Pages
from creditline.errors import Code
from creditline.store.connect import Database
from tests.edge.an_api import STARTS_AT, the_house

REALLY_BUILT, REALLY_CONSOLE = pages.BUILT, pages.CONSOLE
OFFICERS = "<!doctype html><title>The officers' pages</title>"
DOCUMENT = '<!doctype html><script type="module" src="/my/assets/app-1.js"></script>'


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, console = tmp_path / "borrower", tmp_path / "console"
    (own / "assets").mkdir(parents=True)
    (own / "index.html").write_text(DOCUMENT)
    (own / "assets" / "app-1.js").write_text("1;" * 500)
    (own / "assets" / "app-1.js.gz").write_bytes(gzip.compress(b"1;" * 500, mtime=0))
    (console / "assets").mkdir(parents=True)
    (console / "index.html").write_text(OFFICERS)
    (console / "assets" / "queue-1.js").write_text("2;")
    monkeypatch.setattr(pages, "BUILT", own)
    monkeypatch.setattr(pages, "CONSOLE", console)


def client_of(db: Database, own: Pages | None = None) -> httpx.AsyncClient:
    app = create_app(db, MovedClock(STARTS_AT), the_house(), pages=own)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pages")


@pytest.fixture
async def client(shared_db: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(shared_db, Pages(frames=("https://app.lender.example",))) as ready:
        yield ready


@pytest.mark.parametrize("path", ["/my/", "/my/record", "/my/promises", "/my/anything/deeper"])
async def test_every_page_is_the_one_document_and_is_asked_for_again(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.text) == (200, DOCUMENT)
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["cache-control"] == "no-cache"
    again = await client.get(path, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/my/assets/gone-2.js", "/my/assets/", "/my/missing.png", "/my/assets/..%2findex.html", "/my/app-1.js.gz"]
)
async def test_a_file_that_is_not_there_is_not_the_document(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.json()["code"]) == (404, Code.MESSAGE_MALFORMED)


async def test_files_are_kept_for_good_and_sent_compressed_to_whoever_takes_that(client: httpx.AsyncClient) -> None:
    squeezed = await client.get("/my/assets/app-1.js", headers={"accept-encoding": "gzip"})
    assert (squeezed.headers["content-encoding"], squeezed.text) == ("gzip", "1;" * 500)
    assert squeezed.headers["cache-control"] == pages.FOREVER
    assert squeezed.headers["content-type"].startswith("text/javascript")
    plain = await client.get("/my/assets/app-1.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "accept-encoding"


async def test_the_headers_let_nothing_in_from_elsewhere(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/my/")).headers
    rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert rules["frame-ancestors"] == "https://app.lender.example"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


async def test_the_address_without_a_slash_leads_to_the_pages(client: httpx.AsyncClient) -> None:
    assert (await client.get("/my")).headers["location"] == "/my/"


async def test_pages_that_were_not_built_say_how_to_and_the_api_runs(
    shared_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "BUILT", tmp_path / "nowhere")
    assert not pages.is_built()
    async with client_of(shared_db) as client:
        response = await client.get("/my/")
        assert response.status_code == 503
        assert "make pages" in response.text
        assert (await client.get("/health")).status_code == 200


async def test_officers_have_pages_of_their_own_in_nobodys_frame(client: httpx.AsyncClient) -> None:
    for path in ("/console/", "/console/queue", "/console/customers/b-8812"):
        response = await client.get(path)
        assert (response.status_code, response.text) == (200, OFFICERS)
        own = response.headers["content-security-policy"]
        theirs = (await client.get("/my/")).headers["content-security-policy"]
        assert own == theirs.replace("frame-ancestors https://app.lender.example", "frame-ancestors 'none'")
    assert (await client.get("/console")).headers["location"] == "/console/"
    assert (await client.get("/console/assets/queue-1.js")).text == "2;"


async def test_a_server_for_borrowers_alone_has_nothing_of_the_officers(shared_db: Database) -> None:
    async with client_of(shared_db, Pages(is_alone=True)) as client:
        for path in ("/console", "/console/", "/console/queue", "/console/assets/queue-1.js", "/my/assets/queue-1.js"):
            response = await client.get(path, headers={"authorization": f"Bearer {'x' * 40}"})
            assert response.status_code == 404, path
        for path in ("/v1/find?id=a", "/v1/human-reviews", "/v1/promises:failed", f"/v1/decisions/{UUID(int=1)}/facts"):
            assert (await client.get(path)).status_code == 404, path


@pytest.mark.parametrize(("home", "folder"), [("/my/", REALLY_BUILT), ("/console/", REALLY_CONSOLE)])
def test_the_first_load_weighs_less_than_150_kb_and_loads_nothing_from_elsewhere(
    home: str, folder: Traversable
) -> None:
    built = pages.read_built(folder)
    if not built:
        pytest.skip("The pages are not built: run `make pages`, which needs a registry of npm packages.")
    document = built[pages.DOCUMENT].plain.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', document)
    assert len(loaded) >= 3
    assert all(path.startswith(home) for path in loaded)
    names = [pages.DOCUMENT, *(path.removeprefix(home) for path in loaded)]
    weights = {name: len(built[name].gzipped or built[name].plain) for name in names}
    assert sum(weights.values()) < 150_000, weights
    for name, one in built.items():
        addresses = set(re.findall(rb"https?://[\w.-]+", one.plain)) - {b"http://www.w3.org"}
        foreign = {
            one for one in addresses if not one.endswith((b"react.dev", b"localhost", b"i18next.com", b"locize.com"))
        }
        assert not foreign, f"{name} names {foreign}"
