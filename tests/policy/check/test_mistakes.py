"""All mistakes of a file are told with their place, in one go."""

import pytest

from creditline.policy.check.finding import FindingCode
from creditline.policy.check.mistakes import MOST_MISTAKES, read_all
from tests.policy.a_policy import policy_file

Edit = tuple[str, str]


def read_with(*edits: Edit) -> list[tuple[str, str, str]]:
    """Return code, place and words of the mistakes that edits of the shipped policy make."""
    text = policy_file().decode()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return [(one.code, one.place, one.words) for one in read_all(text.encode(), source="policy.dmn").mistakes]


@pytest.mark.parametrize(
    ("edit", "code", "place", "words"),
    [
        (("[9..11]", "[9..11"), FindingCode.SYNTAX, "grade_terms, row 3, grade, character 7", "']' or ')' was expected"),
        (("<text>1440</text>", '<text>"dear"</text>'), FindingCode.TYPE, "grade_terms, row 6, apr_bp", "'dear'"),
        (('"block"</text></outputEntry>', '"ban"</text></outputEntry>'), FindingCode.OUTPUT_NOT_ALLOWED, "review, row 1, answer", "none of its allowed values"),
        (("&lt; release_veto_points</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry>", "&lt; veto</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry>"), FindingCode.NAME_UNKNOWN, "restoration, row 5, release points", "veto is no input"),
        (("not(is_blocked)</text>", "not(is_blocked</text>"), FindingCode.SYNTAX, "not_blocked, character 15", "expected"),
        (('<inputExpression typeRef="boolean"><text>is_moved<', '<inputExpression typeRef="boolean"><text>is_move<'), FindingCode.NAME_UNKNOWN, "opening, moved here", "is_move is no input"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(edit: Edit, code: str, place: str, words: str) -> None:
    (found,) = read_with(edit)
    assert found[:2] == (code, place)
    assert words in found[2]


def test_all_mistakes_are_told_and_not_only_the_first() -> None:
    found = read_with(
        ("[9..11]", "[9..11"), ("&gt;= 3", "&gt;= = 3"), ("release_pass_points, null", "pass_points, null")
    )
    assert len(found) == 6
    assert {place.split(",")[0] for _, place, _ in found} == {"grade_terms", "review", "restoration"}


def test_a_file_that_is_no_policy_is_one_mistake() -> None:
    for text in (b"", b"<definitions", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        read = read_all(text, source="policy.dmn")
        assert read.policy is None
        assert [one.code for one in read.mistakes] == [FindingCode.TABLE_UNREADABLE]


def test_the_search_ends_at_its_bound() -> None:
    text = policy_file().decode().replace("<inputEntry><text>-<", "<inputEntry><text>((<")
    assert len(read_all(text.encode(), source="policy.dmn").mistakes) <= MOST_MISTAKES


def test_a_sound_file_has_none() -> None:
    read = read_all(policy_file(), source="policy.dmn")
    assert read.policy is not None
    assert read.mistakes == ()
