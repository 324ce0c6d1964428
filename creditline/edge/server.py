"""Serve the API in this process, with the worker beside it, until told to stop."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Iterator

import uvicorn

from creditline.edge.api import create_app
from creditline.edge.api.mine import Pages
from creditline.edge.engine import Engine
from creditline.edge.settings import Settings
from creditline.edge.tokens import SignIn
from creditline.edge.webhook import deliver_on, read_webhook
from creditline.edge.worker import work_on
from creditline.errors import Broken, Code, CreditlineError, Malformed, NotAllowed, Unavailable

BACKLOG_COUNT = 2048
GRACE_SECONDS = 20
"""How long requests under way may take once the server was told to stop."""


class _Server(uvicorn.Server):
    """A server that leaves signals to the program around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: the command that serves has its own."""
        yield


async def serve_until_stopped(
    engine: Engine,
    settings: Settings,
    stop: asyncio.Event,
    *,
    work: bool = True,
    pages: Pages | None = None,
    told: Callable[[str], None] | None = None,
) -> None:
    """Serve until `stop` is set; requests under way are answered first, for GRACE_SECONDS at most.

    Where settings name a webhook, notices are sent there, unless nothing is worked on.

    `told` hears the address once it listens. Raises `Malformed`, `NotAllowed` or `Unavailable` if it cannot listen there.
    `pages` is how the borrowers' pages are served, by the settings if left out; `told` hears the address once it
    listens. Raises `Malformed`, `NotAllowed` or `Unavailable` if it cannot listen there.
    """
    hook = read_webhook(settings.webhook, secrets=settings.webhook_secrets) if settings.webhook and work else None
    with listening(settings) as listener:
        if told is not None:
            host, port = listener.getsockname()[:2]
            told(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
        app = create_app(engine.db, engine.clock, engine.house, pages=pages or pages_by(settings), vault=engine.vault)
        config = uvicorn.Config(
            app,
            loop="none",
            http="httptools",
            log_level="warning",
            lifespan="on",
            server_header=False,
            backlog=BACKLOG_COUNT,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        server = _Server(config)
        serving = asyncio.create_task(_serve(server, listener))
        tasks = [serving, asyncio.create_task(work_on(engine, stop))] if work else [serving]
        if hook is not None:
            tasks.append(asyncio.create_task(deliver_on(engine, hook, stop)))
        waiting = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.set()
            server.should_exit = True
            # What was taken is answered, and whoever sends more on an open connection is told to come back.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(app.state.parts.drain(), timeout=GRACE_SECONDS)
            outcomes = await asyncio.gather(*tasks, waiting, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


def pages_by(settings: Settings, *, is_alone: bool = False) -> Pages:
    """Return how the borrowers' pages are served by the settings; `is_alone` serves nothing else."""
    return Pages(
        sign_in=SignIn(keys=settings.pages_keys),
        frames=settings.pages_frames,
        pay=settings.pages_pay,
        is_alone=is_alone,
    )


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve on a socket that listens already; a server that fails to start says so by an error, not by leaving."""
    try:
        await server.serve(sockets=[listener])
    except SystemExit as left:
        raise Broken(
            "The API could not start; the log above says why. Mend that, then start again.", code=Code.INVARIANT_BROKEN
        ) from left


@contextlib.contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """Listen where the settings say, before anything else is started, so that a taken port is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG_COUNT)
    except OSError as error:
        raise _refused(error, settings) from error
    with listener:
        yield listener


def _refused(error: OSError, settings: Settings) -> CreditlineError:
    """Return what the system's refusal to listen means, and what to do."""
    where = f"{settings.host} port {settings.port}"
    if error.errno in {errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN}:
        return Malformed(
            f"The API cannot listen on {where}: this machine has no such address. Set CREDITLINE_HOST to one it has, "
            "such as 127.0.0.1, or 0.0.0.0 for all.",
            code=Code.CONFIGURATION_INVALID,
        )
    if error.errno == errno.EADDRINUSE:
        return Unavailable(
            f"The API cannot listen on {where}: another program does. Stop that one, or set CREDITLINE_PORT to a free "
            "port.",
            code=Code.CONFIGURATION_INVALID,
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return NotAllowed(
            f"The API may not listen on {where}: the system keeps it for others. Set CREDITLINE_PORT to one from 1024 on.",
            code=Code.USER_FORBIDDEN,
        )
    return Unavailable(f"The API cannot listen on {where}: {error.strerror}.", code=Code.CONFIGURATION_INVALID)
