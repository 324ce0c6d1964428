"""What the tests of the edge are given."""

import pytest

from tests.edge.a_terminal import Terminal


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Give a terminal whose commands need no database."""
    monkeypatch.setenv("COLUMNS", "200")
    return Terminal(capsys, monkeypatch)


@pytest.fixture
def branch(terminal: Terminal, dsn: str) -> Terminal:
    """Give a terminal whose commands share a new database."""
    terminal.set("CREDITLINE_DSN", dsn)
    return terminal
