"""The API in a process of its own, over a database that is there, with a house that stops nobody: `a_server.py DSN`.

It prints its address, and stops when its standard input is closed.
"""

import asyncio
import sys
from pathlib import Path

from creditline.clock import system_clock
from creditline.edge.engine import Engine, keep_loaded
from creditline.edge.server import serve_until_stopped
from creditline.edge.settings import read_settings
from creditline.store.connect import connect

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.a_book import busy_house  # The checkout is on the path only now.


async def main(dsn: str) -> None:
    """Serve until nobody listens any more."""
    settings = read_settings({"CREDITLINE_DSN": dsn, "CREDITLINE_PORT": "0", "HOME": "/"})
    stop = asyncio.Event()
    async with await connect(dsn, size=4) as db:
        engine = Engine(db=db, house=busy_house(), clock=system_clock)
        keep_loaded()
        asyncio.get_running_loop().add_reader(sys.stdin, stop.set)
        await serve_until_stopped(engine, settings, stop, work=False, told=lambda url: print(url, flush=True))


if __name__ == "__main__":
    try:
        import uvloop
    except ModuleNotFoundError:
        asyncio.run(main(sys.argv[1]))
    else:
        uvloop.run(main(sys.argv[1]))
