"""Names come from the story of credit; a name that fits anything is refused, and a number's name ends with its unit."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

EMPTY = {"base", "common", "core", "handler", "helper", "helpers", "info", "manager", "misc"}
EMPTY |= {"processor", "service", "util", "utils"}
NAMED_FILES = {".py", ".sql", ".ts", ".tsx", ".css"}
VAGUE_TIMES = {"date", "datetime", "dt", "time", "timestamp", "ts"}
UNITS = {"minor", "ppm", "bp", "days", "count", "ratio", "at", "on"}
TIME_TYPES = {"datetime": "_at", "Instant": "_at", "date": "_on"}
TIME_NAMES = {"as_of", "day", "now", "since", "until"}


def words_of(name: str) -> set[str]:
    """Return the words of a snake_case, kebab-case or CamelCase name, in small letters."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)}


def empty_words_of_a_path(path: str) -> set[str]:
    """Return the words of a path that say nothing; `data` says nothing of a module either."""
    return {word for part in PurePosixPath(path).with_suffix("").parts for word in words_of(part)} & (EMPTY | {"data"})


def empty_names(source: str) -> list[str]:
    """Return the functions and classes of a module whose names say nothing."""
    named = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [
        node.name for node in ast.walk(ast.parse(source)) if isinstance(node, named) and words_of(node.name) & EMPTY
    ]


def fields_of(source: str) -> Iterator[tuple[str, str, str]]:
    """Yield class, field and annotation of every annotated field."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    yield node.name, field.target.id, ast.unparse(field.annotation)


def vague_times(source: str) -> list[str]:
    """Return the fields that hold a time and do not say which, or not in the house's form."""
    wrong = []
    for owner, field, annotation in fields_of(source):
        ending = TIME_TYPES.get(annotation.removesuffix(" | None"))
        is_said = ending is None or field.endswith(ending) or field in TIME_NAMES
        if field in VAGUE_TIMES or not is_said:
            wrong.append(f"{owner}.{field}: {annotation}")
    return wrong


def without_unit(names: list[str]) -> list[str]:
    """Return the names that do not end with a unit."""
    return [name for name in names if name.rpartition("_")[2] not in UNITS]


def test_no_file_has_an_empty_name(texts: Mapping[str, str]) -> None:
    named = [path for path in texts if PurePosixPath(path).suffix in NAMED_FILES]
    wrong = {path: found for path in named if (found := empty_words_of_a_path(path))}
    assert not wrong, "\n".join(f"{path}: {names}" for path, names in wrong.items())


def test_no_function_or_class_has_an_empty_name(package: Mapping[str, str]) -> None:
    wrong = {path: found for path, source in package.items() if (found := empty_names(source))}
    assert not wrong, "\n".join(f"{path}: {names}" for path, names in wrong.items())


def test_every_field_that_holds_a_time_says_which(package: Mapping[str, str]) -> None:
    wrong = {path: found for path, source in package.items() if (found := vague_times(source))}
    assert not wrong, "\n".join(f"{path}: {names}" for path, names in wrong.items())


def test_every_feature_ends_with_its_unit() -> None:
    from creditline.profile.catalogue import FEATURES  # noqa: PLC0415 - the other rules must hold without it

    assert len(FEATURES) > 0
    assert without_unit([feature.name for feature in FEATURES]) == []


def test_empty_names_are_seen() -> None:
    assert empty_words_of_a_path("creditline/ledger/line_utils.py") == {"utils"}
    assert empty_words_of_a_path("creditline/core/line.py") == {"core"}
    assert empty_words_of_a_path("creditline/data.py") == {"data"}
    assert empty_words_of_a_path("creditline/score/scorecard.py") == set()
    assert empty_names("class LineManager: ...\ndef base_rate(): ...\ndef database(): ...") == [
        "LineManager",
        "base_rate",
    ]
    assert empty_names("class HTTPHandler: ...") == ["HTTPHandler"]


def test_vague_times_are_seen() -> None:
    assert vague_times("class A:\n    timestamp: int") == ["A.timestamp: int"]
    assert vague_times("class A:\n    opened: datetime | None") == ["A.opened: datetime | None"]
    assert vague_times("class A:\n    due_at: date") == ["A.due_at: date"]
    assert vague_times("class A:\n    due_on: date | None = None\n    as_of: datetime\n    paid_at: Instant") == []


def test_a_feature_without_a_unit_is_seen() -> None:
    assert without_unit(["draws_30d_count", "late_days", "late_often"]) == ["late_often"]
