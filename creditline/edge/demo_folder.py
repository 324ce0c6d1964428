"""The demo's folder: whose replay is in it, and whether that came to its end. One that was stopped cannot be gone on with."""

import shutil
from pathlib import Path

from creditline.edge.commands.output import note
from creditline.edge.settings import Settings
from creditline.store.embedded import EmbeddedServer

REPLAYED_FILE = "replayed"
"""Names the book whose replay came to its end."""


def make_ready(settings: Settings, *, title: str, is_fresh: bool) -> None:
    """Leave the folder as it is if this book was replayed in it to its end, and else make it empty.

    A replay closes the days it leaves behind, so that one that was stopped half-way refuses its own beginning. Raise
    `Unavailable` while another program has the database.
    """
    home = settings.home
    if not home.exists() or (_replayed(home) == title and not is_fresh):
        return
    EmbeddedServer(settings.database_folder).remove()
    shutil.rmtree(home, ignore_errors=True)
    if not is_fresh:
        note("  The demo that was here was stopped before its end, or was of another book. Starting over.")


def keep_replayed(home: Path, *, title: str) -> None:
    """Note that the replay of a book came to its end."""
    (home / REPLAYED_FILE).write_text(title, encoding="utf-8")


def _replayed(home: Path) -> str | None:
    file = home / REPLAYED_FILE
    return file.read_text(encoding="utf-8") if file.is_file() else None
