"""Cut FEEL text into words, numbers, strings and signs, each with its character; and know names of several words."""

import re
from collections.abc import Iterable
from functools import lru_cache

from creditline.policy.feel import FeelError, Token

MOST_CHARACTERS = 200_000
"""How long an expression may be."""

_START = (
    "A-Z_a-z?\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_SPACE = r"[\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]"
_TOKEN = re.compile(
    rf"(?P<space>{_SPACE}+|//[^\n]*|/\*.*?\*/)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r'|(?P<string>"(?:[^"\\]|\\.)*")'
    rf"|(?P<name>[{_START}][{_START}0-9\u00b7\u0300-\u036f\u203f-\u2040]*)"
    r"|(?P<sign>\.\.|\*\*|<=|>=|!=|->|[-+*/<>=()\[\]{},.:@'])",
    re.DOTALL,
)


def tokens_of(text: str) -> list[Token]:
    """Cut text into tokens, of which the last is the end; raise `FeelError` for what is no part of FEEL."""
    if len(text) > MOST_CHARACTERS:
        raise FeelError(f"{len(text)} characters are too many for an expression, at most {MOST_CHARACTERS}", 1)
    found: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise FeelError(f"{text[place]!r} is no part of FEEL", place + 1)
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup or "", match.group(), place + 1))
        place = match.end()
    return [*found, Token("end", "", len(text) + 1)]


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """Return the tokens a name is made of, so that it is known however it is spaced; () if it can be no name."""
    try:
        return tuple(token.text for token in tokens_of(name)[:-1])
    except FeelError:
        return ()


def plain_name(name: str) -> str:
    """Return a name with one space between its words."""
    return " ".join(name.split())


class Names:
    """Names in force, as a tree of their words; the longest that fits is meant."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.first = _Word()
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Put a name in force."""
        words = words_of(name)
        if not words:
            return
        at = self.first
        for word in words:
            at = at.following.setdefault(word, _Word())
        at.name = name

    def at(self, tokens: list[Token], place: int) -> tuple[int, str]:
        """Return how many tokens the longest name here has, and the name; 0 if there is none."""
        found, at, here = (0, ""), self.first, place
        while here < len(tokens) and (following := at.following.get(tokens[here].text)) is not None:
            at, here = following, here + 1
            if at.name:
                found = here - place, at.name
        return found

    def __contains__(self, name: str) -> bool:
        words = words_of(name)
        return bool(words) and self.at([Token("name", word, 0) for word in words], 0)[0] == len(words)


class _Word:
    """A word of a name: the words that may follow it, and the name that ends with it."""

    __slots__ = ("following", "name")

    def __init__(self) -> None:
        self.following: dict[str, _Word] = {}
        self.name = ""
