"""A module says what it is and fits in the head; so does a function, and nobody can swap its arguments by mistake."""

import ast
from collections.abc import Iterator, Mapping

MOST_MODULE_LINES = 400
MOST_FUNCTION_LINES = 60
MOST_PARAMETERS = 6
MOST_POSITIONAL = 4
COMMANDS = "creditline/edge/commands/"
"""A command's options are its parameters, and typer calls it by name."""

PAIRS = {"left", "right", "stored", "replayed", "own", "rest"}
"""Names that say on which side a value stands, so that two of one type cannot be mistaken."""

SHELL = {"self", "cls", "db", "clock", "house"}
"""What a flow or a statement works with, always first and always in this order: it counts as no parameter."""

ALLOWED: Mapping[tuple[str, str], str] = {
    (
        "creditline/money.py",
        "share_of",
    ): "an amount and its share, in the order they are said; their names carry the units",
    ("creditline/edge/demo.py", "rate"): "defaults of lines, as one says it",
    ("creditline/events/frames.py", "facts_of_arrays"): "one parameter a column",
    ("creditline/explanation/words.py", "say"): "a section and a key, as the words file is read",
    ("creditline/score/additive.py", "rounded"): "a number and its step",
    ("creditline/score/additive.py", "scaled"): "a number and its scale",
    ("creditline/score/calibrate.py", "logistic_regression"): "columns and target, as everywhere",
    ("creditline/score/measures.py", "wilson"): "bads of lines, as the formula is written",
    ("creditline/score/measures.py", "jeffreys"): "bads of lines, as the formula is written",
    ("creditline/score/scorecard.py", "places_of"): "wanted in given, both named by what they are",
    ("creditline/score/sealed.py", "invalid"): "what and why, in the order they are said",
    ("creditline/store/checks.py", "check"): "a statement and its law, the two columns of INVARIANTS",
}
"""Functions that break a rule on signatures, with the reason why they read better so."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(source: str) -> Iterator[Function]:
    """Yield every function and method of a module, nested ones too."""
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))


def without_a_sentence(source: str) -> list[str]:
    """Return what is wrong with a module's docstring."""
    said = ast.get_docstring(ast.parse(source))
    first = said.splitlines()[0] if said else ""
    return [] if first.endswith(".") else [f"its docstring begins {first!r}: begin with one sentence, on one line"]


def too_long(source: str) -> list[str]:
    """Return what is too long in a module. A docstring is no burden, so a function's own lines are counted without it."""
    lines = len(source.splitlines())
    wrong = [f"{lines} lines, at most {MOST_MODULE_LINES}"] if lines > MOST_MODULE_LINES else []
    for function in functions_of(source):
        length = function.body[-1].end_lineno or function.lineno
        length -= function.lineno - 1
        first = function.body[0]
        if ast.get_docstring(function) is not None and first.end_lineno is not None:
            length -= first.end_lineno - first.lineno + 1
        if length > MOST_FUNCTION_LINES:
            wrong.append(f"{function.name} has {length} lines, at most {MOST_FUNCTION_LINES}")
    return wrong


def is_an_endpoint(function: Function) -> bool:
    """Tell whether a router or a command line reads the signature, so that no caller of ours can mistake it."""
    called = [mark.func for mark in function.decorator_list if isinstance(mark, ast.Call)]
    verbs = {"get", "post", "put", "delete", "patch", "command", "callback", "websocket", "middleware"}
    return any(isinstance(mark, ast.Attribute) and mark.attr in verbs for mark in called)


def hard_to_call(source: str, *, allowed: frozenset[str] = frozenset()) -> list[str]:
    """Return the functions with too many parameters, or with positional ones that can be swapped unseen."""
    wrong = []
    for function in functions_of(source):
        if function.name in allowed or is_an_endpoint(function):
            continue
        given = [a for a in (*function.args.posonlyargs, *function.args.args) if a.arg not in SHELL]
        count = len(given) + sum(a.arg not in SHELL for a in function.args.kwonlyargs)
        if count > MOST_PARAMETERS:
            wrong.append(f"{function.name} takes {count} parameters, at most {MOST_PARAMETERS}")
        if function.name.startswith("_"):
            continue
        types = [ast.unparse(a.annotation) for a in given if a.annotation is not None and a.arg not in PAIRS]
        if len(given) > MOST_POSITIONAL:
            wrong.append(f"{function.name} takes {len(given)} positional parameters, at most {MOST_POSITIONAL}")
        elif len(types) > len(set(types)):
            wrong.append(f"{function.name} takes two positional parameters of one type: make the later keyword-only")
    return wrong


def test_every_module_begins_with_one_sentence(package: Mapping[str, str]) -> None:
    wrong = [f"{path}: {what}" for path, source in package.items() for what in without_a_sentence(source)]
    assert not wrong, "\n".join(wrong)


def test_no_module_and_no_function_is_too_long(package: Mapping[str, str]) -> None:
    wrong = [f"{path}: {what}" for path, source in package.items() for what in too_long(source)]
    assert not wrong, "\n".join(wrong)


def test_every_function_is_easy_to_call(package: Mapping[str, str]) -> None:
    wrong = []
    for path, source in package.items():
        if path.startswith(COMMANDS):
            continue
        names = frozenset(name for where, name in ALLOWED if where == path)
        wrong += [f"{path}: {what}" for what in hard_to_call(source, allowed=names)]
    assert not wrong, "\n".join(wrong)


def test_every_exception_names_a_function_that_needs_it(package: Mapping[str, str]) -> None:
    idle = [f"{path}: {name}" for path, name in ALLOWED if name not in str(hard_to_call(package.get(path, "")))]
    assert idle == []


def test_a_module_without_a_sentence_is_seen() -> None:
    assert without_a_sentence("x = 1")
    assert without_a_sentence('"""Money"""')
    assert not without_a_sentence('"""Money: never floats."""')


def test_a_long_module_and_a_long_function_are_seen() -> None:
    body = "    x = 1\n" * (MOST_FUNCTION_LINES - 1)
    assert not too_long(f"def f():\n{body}")
    assert not too_long(f'def f():\n    """{"Say." * 9}\n\n    More.\n    """\n{body}')
    assert too_long(f"def f():\n{body}    y = 2\n")
    assert too_long("x = 1\n" * (MOST_MODULE_LINES + 1))


def test_a_hard_call_is_seen() -> None:
    assert hard_to_call("def f(a: A, b: B, c: C, d: D, e: E): ...")
    assert hard_to_call("def f(a: int, b: int): ...")
    assert hard_to_call("def _f(a, *, b, c, d, e, f, g): ...")
    assert not hard_to_call("def f(a: int, *, b: int): ...")
    assert not hard_to_call("def f(sign: str, left: int, right: int): ...")
    assert not hard_to_call("class C:\n    async def f(self, db: D, clock: D, a: int, b: str): ...")
    assert not hard_to_call("@app.command()\ndef f(a: int, b: int, c: int, d: int): ...")
