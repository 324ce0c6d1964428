"""The pages' own words: the same in both languages, with the same figures in them, and none that a screen asks for missing."""

import json
import re
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

import pytest

from creditline.decision.adverse import OUTCOMES, Trigger
from creditline.decision.factors import FACTORS, SHORT_OF_LIMIT
from creditline.decision.outcome import Answer, Kind, Needs
from creditline.edge.api.own_documents import DocumentState
from creditline.edge.api.own_shapes import Happened
from creditline.events.event import EvidenceKind
from creditline.profile.feature import Source
from creditline.restoration.promise import Outcome, PromiseKind
from creditline.store.appeals import AppealReason, State

WEB = Path(__file__).parents[2] / "web"
APPS = ("borrower", "console")
PLURAL = re.compile(r"_(zero|one|other)$")


def words(app: str, language: str) -> dict[str, str]:
    told: dict[str, str] = json.loads((WEB / app / "src" / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return told


def named(said: dict[str, str]) -> set[str]:
    return {PLURAL.sub("", key) for key in said}


@pytest.mark.parametrize("app", APPS)
def test_both_languages_say_the_same_things_with_the_same_figures(app: str) -> None:
    english, chinese = words(app, "en"), words(app, "zh")
    assert named(english) == named(chinese)
    for key in english.keys() & chinese.keys():
        figures = [set(re.findall(r"{{(\w+)}}", said[key])) - {"count"} for said in (english, chinese)]
        assert figures[0] == figures[1], key


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("app", APPS)
def test_every_word_that_a_screen_asks_for_is_there_and_no_other(app: str, language: str) -> None:
    sources = sorted([*(WEB / app / "src").rglob("*.ts*"), *(WEB / "shared").rglob("*.ts*")])
    screens = "".join(path.read_text(encoding="utf-8") for path in sources)
    asked = set(re.findall(r'(?<![\w.])t\(\s*"(\w+)"', screens)) | set(re.findall(r'\? "(\w+)" : "\w+"', screens))
    begun = set(re.findall(r"(?<![\w.])t\(\s*`(\w+)\$\{", screens))
    ended = set(re.findall(r"(?<![\w.])t\(\s*`\$\{\S+\}(\w+)`", screens))
    quoted = set(re.findall(r'"(\w+)"', screens))
    said = named(words(app, language))
    assert {key for key in re.findall(r'(?<![\w.])t\(\s*"(\w+)"', screens) if key not in said} == set()
    unasked = {
        key
        for key in said - asked - quoted
        if not f"{key}_".startswith(tuple(begun)) and not key.endswith(tuple(ended))
    }
    assert unasked == set(), "No screen says this any more."


@pytest.mark.parametrize("language", ["en", "zh"])
def test_officers_have_a_word_for_every_act_answer_outcome_and_request(language: str) -> None:
    said = words("console", language)
    acts = [one for one in Trigger if one not in OUTCOMES]
    schema = (files("creditline") / "store" / "schema.sql").read_text(encoding="utf-8")
    kinds = re.search(r"create table request \(.*?check \(kind in\s*\((.*?)\)\)", schema, re.DOTALL)
    timeline = (WEB / "console" / "src" / "parts" / "Timeline.tsx").read_text(encoding="utf-8")
    elsewhere = re.search(r"SAID_ELSEWHERE = \[(.*?)\]", timeline)
    assert kinds
    assert elsewhere
    told = set(re.findall(r"'(\w+)'", kinds[1])) - set(re.findall(r'"(\w+)"', elsewhere[1]))
    needed = {
        *(f"{begins}_{one}" for one in acts for begins in ("trigger", "why")),
        *(f"answer_{one}" for one in Answer),
        *(f"outcome_{one}" for one in Outcome),
        *(f"reason_{one}" for one in AppealReason),
        *(f"state_{one}" for one in State),
        *(f"decided_{one}" for one in Kind),
        *(f"factor_{one.code}" for one in (*FACTORS, SHORT_OF_LIMIT)),
        *(f"source_{one}" for one in Source),
        *(f"did_{one}" for one in told),
    }
    assert needed - said.keys() == set()


@pytest.mark.parametrize("app", APPS)
def test_what_the_build_runs_is_what_a_developer_runs(app: str) -> None:
    scripts = json.loads((WEB / app / "package.json").read_text(encoding="utf-8"))["scripts"]
    said = " && ".join(scripts.values())
    steps = re.findall(r'"../node_modules/([\w-]+)/bin', (WEB / "build.py").read_text(encoding="utf-8"))
    assert steps == ["openapi-typescript", "typescript", "vite"]
    for tool in ("openapi-typescript", "tsc --noEmit", "vite build"):
        assert tool in said


@pytest.mark.parametrize(
    ("prefix", "enum"),
    [
        ("trigger", Trigger),
        ("did", Happened),
        ("outcome", Outcome),
        ("firm", PromiseKind),
        ("needed", Needs),
        ("reason", AppealReason),
        ("review", State),
        ("paper", DocumentState),
        ("kind", EvidenceKind),
    ],
)
def test_everything_the_engine_may_answer_has_words_on_the_pages(prefix: str, enum: type[StrEnum]) -> None:
    for language in ("en", "zh"):
        assert {f"{prefix}_{one}" for one in enum} <= words("borrower", language).keys()
