"""The conformance kit of DMN: its cases read, answered by the reference, and compared with what they expect."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from xml.etree.ElementTree import Element

from creditline.policy.markup import read_markup
from creditline.policy.standard.calendar import Clock, Day, Moment, read_clock, read_day, read_duration, read_moment
from creditline.policy.standard.graph import answer
from creditline.policy.standard.imports import read_with_imports
from creditline.policy.standard.model import Model
from creditline.policy.standard.read import namespace_of
from creditline.policy.standard.values import Value, equals

KIT = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NEAR = Decimal("1e-8")
"""How near a number must be to the expected one, which the kit writes with as many digits as its authors had."""

AS_OF = Moment(Day(2026, 1, 1), Clock(0, 0))
LEVELS = ("compliance-level-2", "compliance-level-3")


@dataclass(frozen=True, slots=True)
class Result:
    """How a case went: `detail` is empty or says what was expected and what found."""

    folder: str
    file: str
    case: str
    is_passed: bool
    is_null: bool
    detail: str

    @property
    def level(self) -> str:
        return self.folder.partition("/")[0]

    @property
    def row(self) -> tuple[str, str, str, str, str]:
        """The case as the kit's table has it."""
        return self.folder, self.file, self.case, "SUCCESS" if self.is_passed else "ERROR", self.detail


@dataclass(frozen=True)
class Folder:
    """A folder of the kit: one model or several that import each other, and files of cases."""

    path: Path
    rewrite: Callable[[bytes], bytes] = bytes
    """What is done to a document before it is read."""

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """The models by file name."""
        texts = {path.name: self.rewrite(path.read_bytes()) for path in sorted(self.path.glob("*.dmn"))}
        beside = {namespace_of(text): text for text in texts.values()}
        return {name: read_with_imports(text, beside=beside) for name, text in texts.items()}

    def results(self) -> Iterator[Result]:
        """Run every case."""
        name = f"{self.path.parent.name}/{self.path.name}"
        for path in sorted(self.path.glob("*-test-*.xml")):
            root = read_markup(path.read_bytes())
            model = self.models[(root.findtext(f"{KIT}modelName") or "").strip()]
            for case in root.findall(f"{KIT}testCase"):
                yield run(model, case, folder=name, file=path.stem)


def folders(kit: Path) -> list[Folder]:
    """Return the folders of both levels, in order."""
    return [Folder(path) for level in LEVELS for path in sorted((kit / level).iterdir()) if path.is_dir()]


def run(model: Model, case: Element, *, folder: str, file: str) -> Result:
    """Run a case: every result it asks for must be as expected."""
    given: dict[str, Value] = {}
    for one in case.findall(f"{KIT}inputNode"):
        namespace = one.get("namespace")
        given[f"{namespace}#{one.get('name')}" if namespace else one.get("name", "")] = value_of(one)
    wrong, is_null = [], True
    service = case.get("invocableName") if case.get("type") == "decisionService" else None
    for result in case.findall(f"{KIT}resultNode"):
        inner = result.find(f"{KIT}expected")
        expected = None if inner is None else value_of(inner)
        name = result.get("name", "")
        outcome = answer(model, service or name, given, as_of=AS_OF)
        found = outcome.value
        if service and isinstance(found, dict) and name in found:
            found = found[name]
        is_null = is_null and expected is None
        if not is_same(found, expected):
            wrong.append(f"{name}: expected {said(expected)}, found {said(found)}{outcome.problem}")
    return Result(folder, file, case.get("id", ""), not wrong, is_null, "; ".join(wrong))


def said(value: Value) -> str:
    """Return a value on one line."""
    return " ".join(repr(value).split())[:300]


def value_of(element: Element) -> Value:
    """Return the value of an element that holds a value, components or a list."""
    if element.get(f"{XSI}nil") == "true":
        return None
    components = element.findall(f"{KIT}component")
    if components:
        return {one.get("name", ""): value_of(one) for one in components}
    items = element.find(f"{KIT}list")
    if items is not None:
        if items.get(f"{XSI}nil") == "true":
            return None
        return tuple(value_of(one) for one in items.findall(f"{KIT}item"))
    value = element.find(f"{KIT}value")
    if value is None or value.get(f"{XSI}nil") == "true":
        return None
    return _read(value.get(f"{XSI}type", "").rpartition(":")[2], value.text or "")


def _read(kind: str, text: str) -> Value:
    match kind:
        case "decimal" | "double" | "integer" | "int":
            return Decimal(text.strip())
        case "boolean":
            return text.strip() in {"true", "1"}
        case "date":
            return read_day(text.strip())
        case "time":
            return read_clock(text.strip())
        case "dateTime":
            return read_moment(text.strip())
        case "duration":
            return read_duration(text.strip())
        case _:
            return text


def is_same(left: Value, right: Value) -> bool:
    """Tell whether a value is as expected: numbers nearly, all else exactly."""
    match left, right:
        case (Decimal(), Decimal()):
            return abs(left - right) <= NEAR
        case (tuple(), tuple()):
            return len(left) == len(right) and all(is_same(*pair) for pair in zip(left, right, strict=True))
        case (dict(), dict()):
            return left.keys() == right.keys() and all(is_same(value, right[key]) for key, value in left.items())
        case _:
            return equals(left, right) is True


def write_table(results: list[Result], path: Path) -> None:
    """Write the kit's result table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(one.row for one in results)
