"""Nobody of the fixed population is answered otherwise by accident: the answers are pinned, and renewed on purpose."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.answers.population import ASKED, LINES_COUNT, answers
from tests.answers.run import change_of, differences, report

PINNED = Path(__file__).with_name("pinned.json")
RENEW = "CREDITLINE_RENEW_ANSWERS"


def summary() -> dict[str, int]:
    """Return how many of the population get each answer for each first reason."""
    told = Counter(f"{one['asked']}: {one['answer']}, {(one['reasons'] or ['no reason'])[0]}" for one in answers())
    return dict(sorted(told.items()))


def test_the_population_is_answered_as_pinned() -> None:
    found = summary()
    assert sum(found.values()) == LINES_COUNT * len(ASKED)
    assert len({name.split(",")[0] for name in found}) >= 8, "The population must meet more of the rules."
    if os.environ.get(RENEW):
        PINNED.write_text(json.dumps(found, indent=1) + "\n")
    assert json.loads(PINNED.read_text()) == found, (
        "Somebody is answered otherwise. `make answers` shows who and why. If that is meant, say so in CHANGELOG under "
        f'"Answers that change", and run this test with {RENEW}=1.'
    )


def test_answers_are_the_same_each_time() -> None:
    assert list(answers()) == list(answers())


def test_differences_name_who_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    old = {"borrower": "ada", "asked": "draw", "answer": "approve", "terms": {}, "reasons": []}
    new = old | {"answer": "decline", "reasons": ["late"]}
    other = old | {"borrower": "bob"}
    pairs = differences([old, other], [new, other])
    assert pairs == [(old, new)]
    assert change_of(*pairs[0]) == ("draw", "approve", "decline", "late")
    assert change_of(None, new) == ("draw", "not asked", "decline", "late")
    assert change_of(old, old | {"terms": {"days": 3}})[3] == "terms or reasons"
    report(pairs, 2, "main")
    assert "1 differ" in capsys.readouterr().out
