"""What stands in a comment is for people: no banners, no code that was switched off, no task without an issue."""

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from pathlib import PurePosixPath

COMMENT_MARKS = {".py": "#", ".toml": "#", ".yml": "#", "": "#", ".sql": "--", ".ts": "//", ".tsx": "//", ".css": "/*"}
BANNER = r"[-=#*~_]{4,}"
TASK = re.compile(r"(\b([T]ODO|[F]IXME|[H]ACK)|(#|--|//) ?[X]XX)\b(?!\(#\d+\))")
"""Bracketed, so that the rule does not find itself. The last is a currency code too, so it counts in a comment only."""
CODE_SHAPES = (ast.Assign, ast.AugAssign, ast.Import, ast.ImportFrom, ast.Return, ast.Raise, ast.Assert, ast.Delete)


def banners(text: str, *, mark: str) -> list[str]:
    """Return the comment lines that are drawn instead of written."""
    drawn = re.compile(rf"^\s*{re.escape(mark)}+\s*{BANNER}|^\s*{re.escape(mark)}+.*\s{BANNER}\s*(\*/)?$")
    return [line.strip() for line in text.splitlines() if drawn.match(line)]


def tasks_without_an_issue(text: str) -> list[str]:
    """Return the lines that promise work and do not say under which issue: write the mark as in MARK(#12)."""
    return [line.strip() for line in text.splitlines() if TASK.search(line)]


def comments_of(source: str) -> list[str]:
    """Return the text of every comment of a Python module."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.string.lstrip("#").strip() for token in tokens if token.type == tokenize.COMMENT]


def is_code(comment: str) -> bool:
    """Tell whether a comment is a statement that was switched off, and not a sentence that happens to parse."""
    try:
        parsed = ast.parse(comment).body
    except SyntaxError:
        return False
    return any(
        isinstance(node, CODE_SHAPES) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await))
        for node in parsed
    )


def test_no_comment_is_a_banner(texts: Mapping[str, str]) -> None:
    wrong = []
    for path, text in texts.items():
        mark = COMMENT_MARKS.get(PurePosixPath(path).suffix)
        wrong += [f"{path}: {line}" for line in banners(text, mark=mark)] if mark else []
    assert not wrong, "\n".join(wrong)


def test_no_task_stands_in_the_code_without_an_issue(texts: Mapping[str, str]) -> None:
    written = {path: text for path, text in texts.items() if PurePosixPath(path).suffix in COMMENT_MARKS}
    wrong = [f"{path}: {line}" for path, text in written.items() for line in tasks_without_an_issue(text)]
    assert not wrong, "\n".join(wrong)


def test_no_code_is_switched_off(scripts: Mapping[str, str]) -> None:
    wrong = [f"{path}: # {said}" for path, source in scripts.items() for said in comments_of(source) if is_code(said)]
    assert not wrong, "\n".join(wrong)


def test_banners_are_seen() -> None:
    assert banners("x = 1\n# " + "-" * 10, mark="#")
    assert banners("    #" + "=" * 8 + " Draws", mark="#")
    assert banners("-- draws " + "-" * 8, mark="--")
    assert banners("/* " + "*" * 8 + " */", mark="/*")
    assert not banners("# A sentence - with a dash.\nx = '----'", mark="#")
    assert not banners("-- A sentence.\n--\n-- Another.", mark="--")


def test_tasks_are_seen() -> None:
    mark = "TO" + "DO"
    assert tasks_without_an_issue(f"# {mark}: later") == [f"# {mark}: later"]
    assert tasks_without_an_issue("x = 1  # " + "X" * 3) != []
    assert tasks_without_an_issue("currency = '" + "X" * 3 + "'") == []
    assert tasks_without_an_issue(f"# {mark}(#12): when umbrellas nest deeper.") == []


def test_code_that_was_switched_off_is_seen() -> None:
    assert [
        is_code(said) for said in comments_of("# x = draw(1)\n# return 3\n# post(entry)\ny = 1  # import os\n")
    ] == [True] * 4
    assert not any(
        is_code(said) for said in comments_of("# Orders, 1-9.\n# Why: locks are taken in id order.\n# noqa\n")
    )
