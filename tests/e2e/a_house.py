"""A server as the demo's, in a process of its own: made people, a clock that is moved, and a key the tests sign by.

Run as a program it serves until it is told to stop; its first line on stdout is its address.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from creditline.clock import MovedClock, system_clock
from creditline.edge.api.mine import Pages
from creditline.edge.engine import running
from creditline.edge.people import ASKING, PEOPLE, Person, live
from creditline.edge.server import serve_until_stopped
from creditline.edge.settings import read_settings
from creditline.edge.tokens import SignIn, link

TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
SIGN_IN = SignIn(keys=("e" * 40,))

NEW = Person(borrower="new", story="has a line and has not used it", granted_minor=1_000_000, steps=())
OFTEN = tuple((days, "draw", 300_000) for days in (38, 36, 35, 34, 33, 32, 31))
DUE = Person(borrower="due", story="was told today", granted_minor=3_000_000, steps=(*OFTEN, (29, "repay", 1_000_000)))
REN = Person(
    borrower="ren",
    story="was three months late: what was repaid is cut unless a statement shows nothing late",
    granted_minor=2_000_000,
    steps=((150, "draw", 1_000_000), (60, "statement", 3), (3, "repay", 300_000)),
)
TAO = Person(
    borrower="tao",
    story="was told a day that is over",
    granted_minor=3_000_000,
    steps=(*OFTEN, (29, "repay", 1_000_000)),
)


def token_of(borrower: str, **options: bool) -> str:
    """Return a token that the server takes."""
    return SIGN_IN.issue(borrower, at=system_clock(), lasts=timedelta(minutes=50), **options)


def link_of(base: str, borrower: str, page: str = "") -> str:
    """Return the address that opens a page signed in."""
    return link(base, token=token_of(borrower)).replace("/my/#", f"/my/{page}#")


@contextmanager
def a_house() -> Iterator[str]:
    """Run the server; yield its address."""
    with tempfile.TemporaryDirectory(prefix="cl") as home:
        environment = {**os.environ, "CREDITLINE_HOME": home, "CREDITLINE_PORT": "0", "PYTHONPATH": str(Path.cwd())}
        environment.pop("CREDITLINE_DSN", None)
        command = [sys.executable, "-m", "tests.e2e.a_house"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as serving:
            try:
                assert serving.stdout is not None
                base = serving.stdout.readline().strip()
                assert base.startswith("http"), "The server did not start; its stderr says why."
                yield base
            finally:
                serving.send_signal(signal.SIGTERM)


async def _serve() -> None:
    settings = read_settings()
    clock = MovedClock(TODAY)
    async with running(settings, clock=MovedClock(TODAY - timedelta(days=300))) as engine:
        await live(engine.db, engine.house, until=TODAY, people=(*PEOPLE, *ASKING, NEW, REN))
        # Nobody works from here on, so that what is due on these days stays due until a test moves the clock.
        await live(engine.db, engine.house, until=TODAY - timedelta(days=1), people=(DUE,))
        await live(engine.db, engine.house, until=TODAY - timedelta(days=5), people=(TAO,))
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await serve_until_stopped(
            replace(engine, clock=clock),
            settings,
            stop,
            work=False,
            pages=Pages(sign_in=SIGN_IN, demo=clock),
            told=lambda base: print(base, flush=True),  # noqa: T201
        )


if __name__ == "__main__":
    asyncio.run(_serve())
