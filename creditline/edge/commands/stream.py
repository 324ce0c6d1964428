"""The command that works on a stream: facts and requests in, decisions out."""

import asyncio
import signal
from contextlib import AsyncExitStack

from creditline.edge.commands.output import note, with_engine
from creditline.edge.engine import Engine
from creditline.edge.settings import read_settings
from creditline.errors import Code, NotFound


def stream() -> None:
    """Take events, draws and repayments from NATS JetStream, and tell it every decision, until stopped.

    CREDITLINE_NATS names the server; without it one is started here, from the stream extra.
    """
    try:
        from creditline.edge.nats.embedded import EmbeddedStream  # noqa: PLC0415  # Only this command needs the extra.
        from creditline.edge.nats.work import stream_on  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        raise NotFound(
            f"The stream extra is not installed ({missing.name}). Install it: pip install 'creditline[stream]'.",
            code=Code.CONFIGURATION_INVALID,
        ) from missing
    settings = read_settings()

    async def use(engine: Engine) -> None:
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        async with AsyncExitStack() as stack:
            address = settings.nats
            if address is None:
                address = (await stack.enter_async_context(EmbeddedStream(settings.home / "stream"))).url
            await stream_on(engine, address, stop, told=lambda url: note(f"Stream  {url}\nStop    Ctrl+C"))

    with_engine(use)


COMMANDS = (stream,)
