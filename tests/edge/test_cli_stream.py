"""The command that works on a stream: it says where, waits for nobody who is not there, and stops when told."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from creditline.edge.commands.stream import COMMANDS
from creditline.errors import Code
from tests.edge.a_terminal import Terminal

pytestmark = pytest.mark.slow


def test_a_stream_that_is_not_there_is_said_in_words(branch: Terminal) -> None:
    branch.set("CREDITLINE_NATS", "nats://127.0.0.1:9")
    branch.run("stream").fails(Code.STREAM_UNREACHABLE, says="CREDITLINE_NATS")


def test_it_starts_a_stream_of_its_own_and_stops_when_told(dsn: str, tmp_path: Path) -> None:
    environment = {**os.environ, "CREDITLINE_DSN": dsn, "CREDITLINE_HOME": str(tmp_path)}
    environment.pop("CREDITLINE_NATS", None)
    called = [str(Path(sys.executable).with_name("creditline")), COMMANDS[0].__name__]
    with subprocess.Popen(called, env=environment, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        said = iter(program.stderr.readline, "")
        assert any("nats://127.0.0.1:" in line for line in said)
        assert any("Ctrl+C" in line for line in said)
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=60) == 0
