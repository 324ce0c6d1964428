"""What the house rules are read over: every file that git keeps or would keep, as text."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def listed_by_git() -> list[str]:
    """Return the paths git tracks or would track, POSIX style and sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted(path for path in set(listed.stdout.split("\0")) if path and (ROOT / path).is_file())


@pytest.fixture(scope="session")
def root() -> Path:
    """Where the tree stands."""
    return ROOT


@pytest.fixture(scope="session")
def texts() -> Mapping[str, str]:
    """Every text file of the tree by its path; what is not UTF-8 is a picture or a font."""
    found = {}
    for path in listed_by_git():
        try:
            found[path] = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


@pytest.fixture(scope="session")
def package(texts: Mapping[str, str]) -> Mapping[str, str]:
    """The source of every module of the package by its path."""
    return {path: text for path, text in texts.items() if path.startswith("creditline/") and path.endswith(".py")}


@pytest.fixture(scope="session")
def scripts(texts: Mapping[str, str]) -> Mapping[str, str]:
    """The source of every Python file by its path: the package, its tests, its benchmarks."""
    return {path: text for path, text in texts.items() if path.endswith(".py")}
