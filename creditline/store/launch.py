"""Start a PostgreSQL program as somebody it agrees to run as, and have it stopped when we are gone.

Run as a script (`python -I -S launch.py WAY ID PARENT PROGRAM ARGUMENT...`): it changes the process it runs in and then
becomes the program. WAY is one of

- `plain`: as the user we are; ID is not used.
- `namespace`: in a user namespace where we carry the number ID, although the files stay ours. PostgreSQL refuses to run
  as number 0; here nothing has to change its owner or mode, so a data folder below a private home works.
- `drop`: as the user ID, for machines that do not allow namespaces. Its files must belong to ID already.

PARENT is the process that must stay alive, or 0 for none. The kernel sends the program SIGINT when the thread that
started us ends, which PostgreSQL takes as an orderly stop: a killed owner leaves no server behind, and no other process
has to watch it.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

WAYS = ("plain", "namespace", "drop")
FAILED_STATUS = 125
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


def _call(name: str, *arguments: int) -> None:
    """Call a function of the C library, and raise `OSError` with its reason if it fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*(ctypes.c_ulong(argument) for argument in arguments)) != 0:
        reason = ctypes.get_errno()
        raise OSError(reason, os.strerror(reason), name)


def _enter_namespace(number: int) -> None:
    """Become `number` in a namespace of our own; outside of it we stay who we were."""
    user, group = os.geteuid(), os.getegid()
    _call("unshare", _CLONE_NEWUSER)
    # The kernel lets a process map its own group only after it has given up changing its list of groups.
    for name, text in (("setgroups", "deny"), ("uid_map", f"{number} {user} 1"), ("gid_map", f"{number} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123  # One call less to load.
            file.write(text)


def _drop_to(number: int, program: str) -> None:
    """Become the user `number` for good, and check that it can reach the program at all."""
    os.setgroups([])
    os.setgid(number)
    os.setuid(number)
    if not os.access(program, os.X_OK):
        raise PermissionError(13, f"user {number} cannot reach the program", program)


def _stop_with(parent: int) -> None:
    """Ask the kernel to stop us when our starter ends; a parent that is gone by now counts as ended."""
    if not sys.platform.startswith("linux"):
        return
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        raise ProcessLookupError(3, "the program that asked for this start has ended", str(parent))


def main(arguments: Sequence[str]) -> None:
    """Take the identity asked for, tie us to the parent, and become the program."""
    way, number, parent, *command = arguments
    try:
        if way == "namespace":
            _enter_namespace(int(number))
        elif way == "drop":
            _drop_to(int(number), command[0])
        # Changing who we are forgets this wish, so it comes last.
        if int(parent):
            _stop_with(int(parent))
        os.execv(command[0], command)  # noqa: S606  # The path is ours, and no shell is wanted.
    except OSError as error:
        sys.stderr.write(f"launch {way}: {error.strerror}: {error.filename or command[0]}\n")
        sys.exit(FAILED_STATUS)


if __name__ == "__main__":
    main(sys.argv[1:])
