"""Sets of characters as patterns of XPath name them: classes, escapes, categories and blocks of Unicode."""

import unicodedata
from collections.abc import Callable, Mapping

CharSet = Callable[[str], bool]

BLOCKS: Mapping[str, tuple[int, int]] = {
    "Arabic": (0x0600, 0x06FF),
    "BasicLatin": (0x0000, 0x007F),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "Cyrillic": (0x0400, 0x04FF),
    "Devanagari": (0x0900, 0x097F),
    "GeneralPunctuation": (0x2000, 0x206F),
    "Greek": (0x0370, 0x03FF),
    "GreekandCoptic": (0x0370, 0x03FF),
    "HangulSyllables": (0xAC00, 0xD7AF),
    "Hebrew": (0x0590, 0x05FF),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "Thai": (0x0E00, 0x0E7F),
}
_CATEGORIES = frozenset(
    ("L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi",
     "Pf", "Po", "Z", "Zs", "Zl", "Zp", "S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn")
)  # fmt: skip


def one_of(text: str) -> CharSet:
    """Return the set of some characters."""
    members = frozenset(text)
    return lambda char: char in members


def spanning(low: str, *, high: str) -> CharSet:
    """Return the set of the characters from one to another."""
    return lambda char: low <= char <= high


def outside(inner: CharSet) -> CharSet:
    """Return the set of all other characters."""
    return lambda char: not inner(char)


def union(sets: list[CharSet]) -> CharSet:
    """Return the set of what any of some sets holds."""
    return lambda char: any(one(char) for one in sets)


def without(wide: CharSet, *, less: CharSet) -> CharSet:
    """Return a set less another."""
    return lambda char: wide(char) and not less(char)


def any_case(inner: CharSet) -> CharSet:
    """Return the set that does not tell capitals from small letters."""
    return lambda char: any(inner(one) for one in cases(char))


def cases(char: str) -> frozenset[str]:
    """Return a character with its capital and its small letter."""
    return frozenset(one for one in (char, char.lower(), char.upper(), char.casefold()) if len(one) == 1)


def named(name: str) -> CharSet | None:
    """Return the set of a category or block of Unicode, or None if there is none of this name."""
    if name.startswith("Is"):
        block = BLOCKS.get(name[2:].replace(" ", ""))
        return None if block is None else spanning(chr(block[0]), high=chr(block[1]))
    if name not in _CATEGORIES:
        return None
    return lambda char: unicodedata.category(char).startswith(name)


def _is_name_start(char: str) -> bool:
    return char in "_:" or unicodedata.category(char)[0] == "L"


def _is_name(char: str) -> bool:
    return _is_name_start(char) or char in "-.·" or unicodedata.category(char)[0] in "NM"


def _is_word(char: str) -> bool:
    return unicodedata.category(char)[0] not in "PZC"


def _is_digit(char: str) -> bool:
    return unicodedata.category(char) == "Nd"


ESCAPES: Mapping[str, CharSet] = {
    "s": one_of(" \t\n\r"),
    "d": _is_digit,
    "w": _is_word,
    "i": _is_name_start,
    "c": _is_name,
}
"""What backslash and a small letter mean; the capital means all others."""

SIGNS: Mapping[str, str] = {"n": "\n", "r": "\r", "t": "\t", **{sign: sign for sign in r"\|.-^?*+{}()[]$"}}
"""What backslash and another character stand for."""


def escaped(letter: str) -> CharSet | None:
    """Return the set that backslash and a letter mean, or None."""
    if letter in SIGNS:
        return one_of(SIGNS[letter])
    if letter in ESCAPES:
        return ESCAPES[letter]
    return outside(ESCAPES[letter.lower()]) if letter.lower() in ESCAPES and letter.isupper() else None
