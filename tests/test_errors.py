"""Errors are one tree: each is either the caller's to mend, a moment's trouble, or our own bug."""

import re

import pytest

from creditline.errors import (
    Broken,
    Code,
    Conflict,
    CreditlineError,
    Malformed,
    NotAllowed,
    NotFound,
    PolicyInvalid,
    Refused,
    Unavailable,
)


@pytest.mark.parametrize("error", [Malformed, NotAllowed, NotFound, Conflict, PolicyInvalid])
def test_what_the_caller_can_mend_is_a_refusal(error: type[CreditlineError]) -> None:
    assert issubclass(error, Refused)


@pytest.mark.parametrize("error", [Unavailable, Broken])
def test_what_the_caller_cannot_mend_is_none(error: type[CreditlineError]) -> None:
    assert not issubclass(error, Refused)
    assert issubclass(error, CreditlineError)


def test_an_error_carries_a_sentence_and_a_code() -> None:
    error = NotAllowed("Nothing is owed on line 7.", code=Code.NOTHING_OWED)
    assert str(error) == error.message == "Nothing is owed on line 7."
    assert error.code is Code.NOTHING_OWED


def test_codes_are_stored_under_their_own_names_in_alphabetical_order() -> None:
    assert [code.value for code in Code] == [code.name.lower() for code in Code]
    words = [code.name.split("_") for code in Code]
    assert words == sorted(words)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", code.value) for code in Code)
