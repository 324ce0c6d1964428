"""The command line as somebody at a terminal meets it: what is typed, what is printed, and the exit code."""

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from creditline.edge.cli import main
from creditline.errors import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command printed, and its exit code."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Return what was printed for programs; the command must have done its work."""
        assert self.status == 0, self.err
        return json.loads(self.out)

    def table(self) -> list[list[str]]:
        """Return the printed table's rows, cut at two spaces or more."""
        assert self.status == 0, self.err
        return [
            [cell.strip() for cell in row.split("  ") if cell.strip()] for row in self.out.splitlines() if row.strip()
        ]

    def fails(self, code: Code, *, says: str = "") -> str:
        """Require one line on stderr with a code, nothing on stdout, and exit 1."""
        assert (self.status, self.out) == (1, ""), self
        (told,) = self.err.splitlines()
        assert told.startswith(f"creditline: {code}: "), told
        assert says in told, told
        return told


class Terminal:
    """Types commands one after another, in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._patch = capsys, monkeypatch

    def set(self, name: str, value: object) -> None:
        """Set a variable of the environment."""
        self._patch.setenv(name, str(value))

    def run(self, *typed: object) -> Ran:
        """Type a command and read what it printed."""
        self._capsys.readouterr()
        self._patch.setattr(sys, "argv", ["creditline", *(str(word) for word in typed)])
        status = 0
        try:
            main()
        except SystemExit as left:
            status = left.code if isinstance(left.code, int) else int(left.code is not None)
        printed = self._capsys.readouterr()
        return Ran(status=status, out=printed.out, err=printed.err)

    def json(self, *typed: object) -> Any:
        """Type a command and read what it printed for programs."""
        return self.run(*typed, "--json").json()
