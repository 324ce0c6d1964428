"""Who decided and why is said in words that can be read a year later."""

import pytest

from creditline.errors import Malformed
from creditline.flows.authority import MOST_AUTHORITY_LENGTH, MOST_REASON_LENGTH, require_words


@pytest.mark.parametrize("words", ["", "  ", "two\nlines", "nul \0", "x" * 201])
def test_words_that_say_nothing_or_cannot_be_kept_are_refused(words: str) -> None:
    with pytest.raises(Malformed, match="its reason in words"):
        require_words(authority="court", reason=words)
    with pytest.raises(Malformed, match="its authority in words"):
        require_words(authority=words, reason="fraud")


def test_the_longest_words_are_taken() -> None:
    require_words(authority="x" * MOST_AUTHORITY_LENGTH, reason="x" * MOST_REASON_LENGTH)
