"""Data folders for tests about the embedded server itself: each test gets a copy of one that was made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditline.store.embedded import EmbeddedServer

UNSAFE_BUT_FAST = {"fsync": "off"}


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose server has been started and stopped in good order."""
    server = EmbeddedServer(tmp_path_factory.mktemp("made") / "db", settings=UNSAFE_BUT_FAST)
    server.start()
    server.stop()
    return server.folder


@pytest.fixture
def folder(made_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it, which the test may damage; it goes at once, because forty of them fill a small disk."""
    yield Path(shutil.copytree(made_folder, tmp_path / "db"))
    shutil.rmtree(tmp_path / "db")
