"""Serve the API in this process, with the worker beside it, until told to stop."""

import asyncio

import uvicorn

from creditline.edge.api import create_app
from creditline.edge.engine import Engine
from creditline.edge.settings import Settings
from creditline.edge.worker import work_on


class _Server(uvicorn.Server):
    """A server that leaves signals to the program around it."""

    def install_signal_handlers(self) -> None:
        """Do nothing: the command that serves has its own."""


async def serve_until_stopped(engine: Engine, settings: Settings, stop: asyncio.Event, *, work: bool = True) -> None:
    """Serve until `stop` is set; requests under way are answered first."""
    app = create_app(engine.db, engine.clock, engine.house)
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, loop="none", http="httptools", log_level="warning", lifespan="on"
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    working = asyncio.create_task(work_on(engine, stop)) if work else None
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    server.should_exit = True
    await serving
    if working:
        await working
