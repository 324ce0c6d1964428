"""The pages' own words: the same in both languages, with the same figures in them, and none that a screen asks for missing."""

import json
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "web" / "borrower" / "src"
PLURAL = re.compile(r"_(zero|one|other)$")


def words(language: str) -> dict[str, str]:
    told: dict[str, str] = json.loads((SOURCE / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return told


def named(said: dict[str, str]) -> set[str]:
    return {PLURAL.sub("", key) for key in said}


def test_both_languages_say_the_same_things_with_the_same_figures() -> None:
    english, chinese = words("en"), words("zh")
    assert named(english) == named(chinese)
    for key in english.keys() & chinese.keys():
        figures = [set(re.findall(r"{{(\w+)}}", said[key])) - {"count"} for said in (english, chinese)]
        assert figures[0] == figures[1], key


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_that_a_screen_asks_for_is_there_and_no_other(language: str) -> None:
    screens = "".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.ts*")))
    asked = set(re.findall(r'(?<![\w.])t\(\s*"(\w+)"', screens)) | set(re.findall(r'\? "(\w+)" : "\w+"', screens))
    begun = set(re.findall(r"(?<![\w.])t\(\s*`(\w+)\$\{", screens))
    ended = set(re.findall(r"(?<![\w.])t\(\s*`\$\{\S+\}(\w+)`", screens))
    quoted = set(re.findall(r'"(\w+)"', screens))
    said = named(words(language))
    assert {key for key in re.findall(r'(?<![\w.])t\(\s*"(\w+)"', screens) if key not in said} == set()
    unasked = {
        key
        for key in said - asked - quoted
        if not f"{key}_".startswith(tuple(begun)) and not key.endswith(tuple(ended))
    }
    assert unasked == set(), "No screen says this any more."


def test_what_the_build_runs_is_what_a_developer_runs() -> None:
    scripts = json.loads((SOURCE.parent / "package.json").read_text(encoding="utf-8"))["scripts"]
    said = " && ".join(scripts.values())
    steps = re.findall(r'"node_modules/([\w-]+)/bin', (SOURCE.parents[1] / "build.py").read_text(encoding="utf-8"))
    assert steps == ["openapi-typescript", "typescript", "vite"]
    for tool in ("openapi-typescript", "tsc --noEmit", "vite build"):
        assert tool in said
