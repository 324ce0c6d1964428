"""The pages that guide send nobody to a file that is gone, and name each thing once."""

import re
from collections import Counter
from pathlib import Path

import pytest

from creditline.events.catalogue import EVENT_TYPES
from creditline.profile.catalogue import FEATURES

GUIDES = ("CONTRIBUTING.md", "MAP.md", "docs/adr/README.md")

TASK = re.compile(r"^\| ([^|]+?) \| (.+) \|$", re.MULTILINE)
PLACE = re.compile(r"`((?:creditline|docs|tests|web)/[\w./-]*)`")


def lost_places(page: str, root: Path) -> list[str]:
    """Return the files and folders that a page names and that are not there."""
    return [place for place in PLACE.findall(page) if not (root / place).exists()]


def repeated_tasks(page: str) -> list[str]:
    """Return what a page tells of in more than one row of its tables."""
    seen = Counter(task for task, _ in TASK.findall(page))
    return [task for task, count in seen.items() if count > 1 and set(task) != {"-"}]


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_names_what_is_there_and_each_thing_once(root: Path, name: str) -> None:
    page = (root / name).read_text()
    assert lost_places(page, root) == []
    assert repeated_tasks(page) == []
    assert len(TASK.findall(page)) > 20


def test_the_front_page_counts_what_there_is(root: Path) -> None:
    page = (root / "README.md").read_text()
    assert f"| {len(EVENT_TYPES)} types: " in page
    assert f"| {len(FEATURES)} features in " in page


def test_a_lost_place_and_a_repeated_task_are_seen(tmp_path: Path) -> None:
    page = "| to | open |\n|---|---|\n| add a gate | `creditline/gone.py` |\n| add a gate | `make demo` |\n"
    assert lost_places(page, tmp_path) == ["creditline/gone.py"]
    assert repeated_tasks(page) == ["add a gate"]
