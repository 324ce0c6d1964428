"""The tree installs and runs anywhere: locks hold hashes and no addresses, and nothing names a registry or a folder."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REGISTRY = re.compile(r"(pypi|pythonhosted|npmjs|npmmirror|yarnpkg|crates|debian)[.](org|com|io)")
MACHINE = re.compile(r"(?<![\w.~$)}\]>*])/(work|root|tmp|opt/\w+|home/\w+|Users/\w+|private/var)(?=/|\b(?![-.\w]))")
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(\[[\w,-]+\])?==\S+")

ALLOWED: Mapping[str, str] = {"LICENSE": "the text of the Apache licence names its own address"}
"""Files that may name an address or a folder, with the reason why."""


def unlocked(lock: str) -> list[str]:
    """Return what is wrong in a lock file: a requirement that is not one exact version with hashes, or an address."""
    wrong = [
        f"an address or a folder: {line}" for line in lock.splitlines() if re.search(r"://|^-|\s@\s|(?<!\w)/\w", line)
    ]
    requirements = [block for block in re.split(r"\n(?=\S)", lock) if not block.startswith("#")]
    for block in requirements:
        first = block.splitlines()[0] if block.strip() else ""
        if not PINNED.match(first):
            wrong.append(f"no exact version: {first}")
        elif not re.search(r"--hash=sha256:[0-9a-f]{64}\b", block):
            wrong.append(f"no hash: {first}")
    return wrong


def unmet(lock: str, wanted: list[str]) -> list[str]:
    """Return the requirements that no version in the lock meets."""
    pins = re.findall(r"^([a-z0-9][\w.-]*)(?:\[[\w,-]+\])?==([^\s;\\]+)", lock, re.MULTILINE)
    asked = [Requirement(line) for line in wanted]
    return [
        str(requirement)
        for requirement in asked
        if not any(
            canonicalize_name(requirement.name) == name and requirement.specifier.contains(version, prereleases=True)
            for name, version in pins
        )
    ]


def named_places(text: str) -> list[str]:
    """Return the lines that name a package registry's host or a folder of somebody's machine."""
    return [line.strip() for line in text.splitlines() if REGISTRY.search(line) or MACHINE.search(line)]


def test_every_lock_holds_hashes_and_no_address(texts: Mapping[str, str]) -> None:
    locks = {path: text for path, text in texts.items() if path.startswith("requirements/") or path == "web/node.txt"}
    assert {
        "web/node.txt",
        "requirements/install.txt",
        "requirements/runtime.txt",
        "requirements/dev.txt",
    } <= locks.keys()
    wrong = [f"{path}: {what}" for path, text in locks.items() for what in unlocked(text)]
    assert not wrong, "\n".join(wrong)


def test_the_smaller_locks_agree_with_the_largest(texts: Mapping[str, str]) -> None:
    pins = {
        path: set(re.findall(r"^[a-z0-9].*==\S+", text, re.MULTILINE))
        for path, text in texts.items()
        if path.startswith("requirements/")
    }
    assert {path: sorted(found - pins["requirements/dev.txt"]) for path, found in pins.items()} == {
        path: [] for path in pins
    }


def test_every_requirement_of_the_project_is_locked(texts: Mapping[str, str]) -> None:
    project = tomllib.loads(texts["pyproject.toml"])
    asked = {
        "requirements/runtime.txt": project["project"]["dependencies"],
        "requirements/fit.txt": project["project"]["optional-dependencies"]["fit"],
        "requirements/dev.txt": project["project"]["optional-dependencies"]["dev"],
        "requirements/install.txt": project["dependency-groups"]["install"],
        "web/node.txt": project["dependency-groups"]["web"],
    }
    wrong = [f"{path}: {what}" for path, wanted in asked.items() for what in unmet(texts[path], wanted)]
    assert not wrong, "Run `make lock`:\n" + "\n".join(wrong)


def test_what_the_engine_needs_has_no_training_library_in_it(texts: Mapping[str, str]) -> None:
    needed = set(re.findall(r"^([a-z0-9][\w-]*)==", texts["requirements/runtime.txt"], re.MULTILINE))
    assert (
        needed
        & {"lightgbm", "optbinning", "ortools", "pandas", "pytest", "scikit-learn", "scipy", "duckdb", "zen-engine"}
        == set()
    )
    assert {"asyncpg", "numpy", "polars"} <= needed


def test_no_file_names_a_registry_or_a_machine(texts: Mapping[str, str]) -> None:
    wrong = [
        f"{path}: {line[:160]}" for path, text in texts.items() if path not in ALLOWED for line in named_places(text)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_loose_lock_is_seen() -> None:
    hashed = f"    --hash=sha256:{'0' * 64}"
    assert unlocked(f"# Made.\nnumpy==2.4.6 ; python_version < '3.12' \\\n{hashed}\n    # via creditline\n") == []
    assert unlocked("numpy==2.4.6\n") == ["no hash: numpy==2.4.6"]
    assert unlocked(f"numpy>=2 \\\n{hashed}\n") == ["no exact version: numpy>=2 \\"]
    assert len(unlocked(f"--index-url https://example.org\nnumpy==2.4.6 \\\n{hashed}\n")) == 2
    assert len(unlocked(f"numpy==2.4.6 \\\n{hashed}\n    # via -r /srv/in.txt\n")) == 1


def test_a_stale_lock_is_seen() -> None:
    assert unmet("numpy==2.4.6 \\\n", ["numpy>=2.2"]) == []
    assert unmet("numpy==2.4.6 \\\n", ["numpy>=2.5", "Polars>=2"]) == ["numpy>=2.5", "Polars>=2"]


def test_places_are_seen() -> None:
    folder = str(PurePosixPath("/") / "work" / "main")
    assert named_places(f"cd {folder}") == [f"cd {folder}"]
    assert named_places(f'open("{folder.replace("work", "tmp")}")') != []
    assert named_places("/".join(["https:", "", "registry." + "npmjs" + ".org", "x"])) != []
    assert named_places("GET /lines/{line}/work/items\nflows/work.py\nthe /rootless mode\n$HOME/tmp/x") == []
