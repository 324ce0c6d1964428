"""The artefacts the product ships, and the real lines they were fitted on where those are at hand."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from creditline.edge.sources.taiwan import read_taiwan
from creditline.events.frames import Facts, facts_of_frame
from creditline.score.artefacts import Artefacts, read_artefacts

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "creditline" / "products" / "consumer_revolving"
DATA = Path(os.environ.get("CREDITLINE_DATA", ROOT.parent / "shared" / "data"))


@cache
def shipped() -> Artefacts:
    return read_artefacts(FOLDER)


@cache
def taiwan() -> tuple[Facts, Mapping[str, bool]]:
    """Read the real lines, or skip the test that asks for them."""
    if not (DATA / "taiwan").is_dir():
        pytest.skip(
            f"The real lines are not at hand: {DATA.name}/taiwan is missing; name its folder in CREDITLINE_DATA."
        )
    book = read_taiwan(DATA)
    return facts_of_frame(book.events, sorted(book.defaults)), book.defaults
