"""The names that `creditline` itself offers are pinned with their signatures: a change there is seen, and is meant.

After a meant change write the new list with `TIDY_UPDATE=1 .venv/bin/python -m pytest tests/tidy`, and read the difference.
"""

import difflib
import enum
import importlib
import inspect
import os
from pathlib import Path
from types import ModuleType

PINNED = Path(__file__).with_name("public_names.txt")
MOST_NAMES = 40


def signature_of(thing: object) -> str:
    """Return how a thing is called, in one line; a value shows its type."""
    if isinstance(thing, type) and issubclass(thing, enum.Enum):
        return " enum " + " ".join(f"{member.name}={member.value!r}" for member in thing)
    if callable(thing):
        try:
            called = str(inspect.signature(thing))
        except ValueError:
            called = "(...)"
        kind = "class " if isinstance(thing, type) else "async " if inspect.iscoroutinefunction(thing) else ""
        return f" {kind}{called}"
    return f" {type(thing).__name__}"


def methods_of(thing: type) -> list[str]:
    """Return the public functions a class of ours defines itself, with their signatures."""
    if issubclass(thing, enum.Enum | BaseException):
        return []
    own = {name: value for name, value in vars(thing).items() if not name.startswith("_") and inspect.isfunction(value)}
    return [f".{name}{signature_of(value)}" for name, value in sorted(own.items())]


def promised(module: ModuleType) -> list[str]:
    """Return one line a public name, and one a public method of a public class."""
    lines = []
    for name in sorted(module.__all__):
        thing = getattr(module, name)
        lines.append(f"{name}{signature_of(thing)}")
        lines += [f"{name}{line}" for line in methods_of(thing)] if isinstance(thing, type) else []
    return lines


def test_the_public_names_are_the_pinned_ones() -> None:
    now = promised(importlib.import_module("creditline"))
    if os.environ.get("TIDY_UPDATE"):
        PINNED.write_text("\n".join(now) + "\n", encoding="utf-8")
    pinned = PINNED.read_text(encoding="utf-8").splitlines() if PINNED.exists() else []
    assert now == pinned, "\n".join(difflib.unified_diff(pinned, now, "pinned", "now", lineterm=""))


def test_the_public_names_are_few_and_each_is_there_once() -> None:
    names = importlib.import_module("creditline").__all__
    assert 0 < len(set(names)) == len(names) <= MOST_NAMES


def test_a_changed_signature_is_seen() -> None:
    first, second = ModuleType("first"), ModuleType("second")
    exec("__all__ = ['f']\ndef f(a: int) -> int: ...", vars(first))
    exec("__all__ = ['f']\ndef f(a: int, *, b: int) -> int: ...", vars(second))
    assert promised(first) == ["f (a: int) -> int"]
    assert promised(second) == ["f (a: int, *, b: int) -> int"]


def test_a_class_shows_its_fields_and_its_methods() -> None:
    module = ModuleType("module")
    exec(
        "class C:\n    def __init__(self, a: int) -> None: ...\n    def m(self) -> str: ...\n    def _p(self): ...",
        vars(module),
    )
    vars(module)["__all__"] = ["C"]
    assert promised(module) == ["C class (a: int) -> None", "C.m (self) -> str"]
