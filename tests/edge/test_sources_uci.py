"""Fetching from the public home: against a real server on this machine that answers well, badly, slowly, or not at all."""

import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from creditline.edge.sources import uci
from creditline.edge.sources.taiwan import read_taiwan
from creditline.edge.sources.uci import LINES_COUNT, PATH, download_taiwan
from creditline.errors import Code, Unavailable
from tests.edge.a_source import a_line, numbered

Answer = Callable[[BaseHTTPRequestHandler], None]


def the_set(lines_count: int = LINES_COUNT) -> bytes:
    """Return a file like the public one, with numbered columns and as many lines."""
    first = numbered(a_line(1))
    rest = ",".join(list(first.values())[1:])
    lines = "".join(f"{number},{rest}\n" for number in range(1, lines_count + 1))
    return (",".join(first) + "\n" + lines).encode()


WHOLE = the_set()


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve one answer to whatever is asked; yield the server's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            """Say nothing: a test's output is pytest's."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def sends(body: bytes, *, status: int = 200, promised: int | None = None) -> Answer:
    """Return an answer with a body, of which more may be promised than is sent."""

    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(status)
        asked.send_header("Content-Length", str(len(body) if promised is None else promised))
        asked.end_headers()
        asked.wfile.write(body)

    return answer


def breaks_off(asked: BaseHTTPRequestHandler) -> None:
    """Send a part, then reset the connection."""
    sends(WHOLE[:100_000], promised=len(WHOLE))(asked)
    asked.wfile.flush()
    asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    asked.connection.close()


def babbles(asked: BaseHTTPRequestHandler) -> None:
    """Answer with what is no HTTP."""
    asked.wfile.write(b"220 mail.example.org ESMTP\r\n\r\n")


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "taiwan").glob("*"))


def test_the_set_is_fetched_whole_and_can_be_read(tmp_path: Path) -> None:
    asked: list[str] = []
    told: list[int] = []

    def answer(one: BaseHTTPRequestHandler) -> None:
        asked.append(one.path)
        sends(WHOLE)(one)

    with serving(answer) as home:
        path = download_taiwan(tmp_path / "new" / "data", home=home, told=told.append)
    assert path.read_bytes() == WHOLE
    assert asked == [PATH]
    assert sum(told) == len(WHOLE)
    assert left_in(tmp_path / "new" / "data") == ["data.csv"]
    assert path.stat().st_mode & 0o777 == 0o644
    assert len(read_taiwan(tmp_path / "new" / "data").defaults) == LINES_COUNT


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (sends(b"", status=404), "it answered 404 Not Found"),
        (sends(b"", status=503), "it answered 503 Service Unavailable"),
        (sends(WHOLE[:-1000], promised=len(WHOLE)), "bytes"),
        (sends(the_set(29_999)), "it sent 29999 lines, and the set has 30000"),
        (sends(b"<html><body>Moved</body></html>\n"), "what it sent is not the set"),
        (sends(b""), "what it sent is not the set"),
        (breaks_off, "reset"),
        (babbles, "220 mail.example.org"),
    ],
    ids=["not found", "busy", "cut", "a line short", "a web page", "nothing", "reset", "no HTTP"],
)
def test_what_is_not_the_whole_set_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, answer: Answer, words: str
) -> None:
    (tmp_path / "taiwan").mkdir()
    (tmp_path / "taiwan" / "data.csv").write_text("what was there before")
    with serving(answer) as home, pytest.raises(Unavailable) as failed:
        download_taiwan(tmp_path, home=home)
    assert words in failed.value.message
    assert "Try again later, or put the file" in failed.value.message
    assert failed.value.code is Code.DATA_MISSING
    assert left_in(tmp_path) == ["data.csv"]
    assert (tmp_path / "taiwan" / "data.csv").read_text() == "what was there before"


def test_a_home_that_falls_silent_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uci, "TIMEOUT_SECONDS", 0.2)
    over = threading.Event()

    def falls_silent(asked: BaseHTTPRequestHandler) -> None:
        sends(WHOLE[:1000], promised=len(WHOLE))(asked)
        asked.wfile.flush()
        over.wait(10)

    with serving(falls_silent) as home:
        try:
            with pytest.raises(Unavailable, match="silent"):
                download_taiwan(tmp_path, home=home)
        finally:
            over.set()
    assert left_in(tmp_path) == []


def test_a_home_that_is_not_there_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable, match="Connection refused"):
        download_taiwan(tmp_path, home=f"http://127.0.0.1:{port}")
    assert left_in(tmp_path) == []


def test_a_disk_that_takes_no_more_is_told_and_left_as_it_was(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The kernel then refuses to write on, as a full disk does; Python leaves the signal that goes with it ignored.
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN
    with serving(sends(WHOLE)) as home:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        try:
            with pytest.raises(Unavailable, match="cannot be written: File too large") as full:
                download_taiwan(tmp_path, home=home)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert full.value.code is Code.DISK_FULL
    assert left_in(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taiwan").write_text("a file")
    with pytest.raises(Unavailable, match="cannot be written: File exists. Make room there, or name another folder"):
        download_taiwan(tmp_path)
