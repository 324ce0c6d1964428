"""A module has its test, an error its status, a code its use: what is added is added everywhere it must be."""

import ast
import importlib
import re
from collections.abc import Iterable, Mapping

from creditline import errors
from creditline.errors import Code, CreditlineError

TESTED_BY: Mapping[str, str] = {}
"""Modules that no test imports by name, each with the tests that reach all of it another way and why they must."""

ALLOWED_CLOCKS = {"creditline/clock.py"}
PURE = ("decision", "events", "explanation", "ledger", "policy", "profile", "restoration", "score")


def module_name(path: str) -> str:
    """Return the dotted name of a module from its path."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def has_code(source: str) -> bool:
    """Tell whether a module holds more than its docstring, imports and the list of its names."""
    quiet = (ast.Import, ast.ImportFrom)
    for node in ast.parse(source).body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_list = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        if not (isinstance(node, quiet) or is_text or is_list):
            return True
    return False


def imported_by(source: str) -> set[str]:
    """Return every dotted name a module imports; `from a import b` may mean the module `a.b`, so it counts as both."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def reached_by(tests: Iterable[str], package: Mapping[str, str]) -> set[str]:
    """Return the dotted names that tests import or write out, and where a folder's own names come from."""
    reached: set[str] = set()
    for source in tests:
        reached |= imported_by(source) | set(re.findall(r"\bcreditline(?:\.\w+)+", source))
    for path, source in package.items():
        folder = module_name(path)
        for node in ast.parse(source).body if path.endswith("/__init__.py") else ():
            if isinstance(node, ast.ImportFrom) and any(
                f"{folder}.{alias.asname or alias.name}" in reached for alias in node.names
            ):
                reached.add(node.module or "")
    return reached


def untested(package: Mapping[str, str], tests: Mapping[str, str]) -> list[str]:
    """Return the modules with code that no test reaches by name."""
    reached = reached_by(tests.values(), package)
    return [name for path, source in package.items() if has_code(source) and (name := module_name(path)) not in reached]


def unused_codes(sources: list[str], statements: list[str]) -> list[str]:
    """Return the codes that no module raises or answers with, and that no SQL names by their stored text."""
    raised = {name for source in sources for name in re.findall(r"\bCode\.([A-Z][A-Z0-9_]*)\b", source)}
    named = {text for statement in statements for text in re.findall(r"'([a-z0-9_]+)'", statement)}
    return [code.name for code in Code if code.name not in raised and code.value not in named]


def leaves(root: type[CreditlineError]) -> set[type[CreditlineError]]:
    """Return the errors that are raised: those that stand for no others."""
    below = root.__subclasses__()
    return {leaf for error in below for leaf in leaves(error)} if below else {root}


def drawn_statuses(drawing: str) -> dict[str, int]:
    """Return the statuses in the tree at the top of `errors.py`."""
    return {name: int(status) for name, status in re.findall(r"\b([A-Z]\w+) (\d{3})\b", drawing)}


def asks_the_time(source: str) -> list[str]:
    """Return the calls of a module that ask the machine for the time."""
    asked = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "system_clock"}
    called = [ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [name for name in called if any(name == known or name.endswith(f".{known}") for known in asked)]


def test_every_module_has_a_test(package: Mapping[str, str], scripts: Mapping[str, str]) -> None:
    tests = {path: source for path, source in scripts.items() if path.startswith("tests/") and "/tidy/" not in path}
    wrong = [name for name in untested(package, tests) if name not in TESTED_BY]
    assert not wrong, "No test imports:\n" + "\n".join(wrong)


def test_every_exception_names_a_module_that_no_test_imports(
    package: Mapping[str, str], scripts: Mapping[str, str]
) -> None:
    tests = {path: source for path, source in scripts.items() if path.startswith("tests/") and "/tidy/" not in path}
    assert set(TESTED_BY) - set(untested(package, tests)) == set()


def test_every_error_has_the_status_that_is_drawn() -> None:
    status: Mapping[type[CreditlineError], int] = importlib.import_module("creditline.edge.api.problem").STATUS
    drawn = drawn_statuses(errors.__doc__ or "")
    assert {error.__name__ for error in leaves(CreditlineError)} == set(drawn)
    for error in leaves(CreditlineError):
        assert status.get(error) == drawn[error.__name__], error.__name__


def test_no_error_is_born_outside_the_tree(package: Mapping[str, str]) -> None:
    known = {error.__name__ for error in leaves(CreditlineError)} | {"CreditlineError", "Refused"}
    wrong = []
    for path, source in package.items():
        born = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
        wrong += [
            f"{path}: {node.name}"
            for node in born
            if known & {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        ]
    assert [line for line in wrong if not line.startswith("creditline/errors.py: ")] == []


def test_only_errors_with_a_status_are_raised(package: Mapping[str, str]) -> None:
    raised = re.compile(r"\braise (?:errors\.)?(CreditlineError|Refused)\(")
    assert [path for path, source in package.items() if raised.search(source)] == []


def test_every_code_is_used(texts: Mapping[str, str], package: Mapping[str, str]) -> None:
    sources = [source for path, source in package.items() if path != "creditline/errors.py"]
    statements = [text for path, text in texts.items() if path.startswith("creditline/") and path.endswith(".sql")]
    wrong = unused_codes(sources, statements)
    assert not wrong, "No code of ours ever gives:\n" + "\n".join(wrong)


def test_the_core_never_asks_the_time(package: Mapping[str, str]) -> None:
    core = {path: source for path, source in package.items() if path.count("/") == 1 or path.split("/")[1] in PURE}
    assert {
        path: asks_the_time(source) for path, source in core.items() if asks_the_time(source)
    }.keys() <= ALLOWED_CLOCKS


def test_a_module_without_a_test_is_seen() -> None:
    package = {
        "creditline/a/__init__.py": '"""A."""\nfrom creditline.a.one import f\n__all__ = ["f"]',
        "creditline/a/one.py": "def f(): ...",
        "creditline/a/two.py": "def g(): ...",
    }
    assert untested(package, {"tests/a/test_a.py": "from creditline.a import f"}) == ["creditline.a.two"]
    assert untested(package, {"tests/a/test_a.py": "from creditline.a import one, two"}) == []
    assert untested(package, {"tests/a/test_a.py": "RUN = '-m creditline.a.two'"}) == ["creditline.a.one"]
    assert untested(package, {"tests/a/test_a.py": "import creditline"}) == ["creditline.a.one", "creditline.a.two"]


def test_an_unused_code_is_seen() -> None:
    first = next(iter(Code))
    everything = [f"Code.{code.name}" for code in Code]
    assert unused_codes(everything, []) == []
    assert unused_codes(everything[1:], []) == [first.name]
    assert unused_codes(everything[1:], [f"RETURN '{first.value}';"]) == []


def test_a_status_that_is_not_drawn_is_seen() -> None:
    drawn = drawn_statuses("Refused   the caller can mend it\n  Malformed 400 · NotFound 404\nBroken 500   our bug")
    assert drawn == {"Malformed": 400, "NotFound": 404, "Broken": 500}


def test_a_core_that_asks_the_time_is_seen() -> None:
    assert asks_the_time("x = datetime.now(UTC)") == ["datetime.now"]
    assert asks_the_time("x = datetime.date.today()") == ["datetime.date.today"]
    assert asks_the_time("x = as_of.date()\ny = clock()") == []
