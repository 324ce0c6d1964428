"""Built-in functions of texts, counted in characters of Unicode."""

from decimal import Decimal

from creditline.policy.standard.patterns import Pattern, read_pattern, replaced, split_by
from creditline.policy.standard.signature import BuiltIn
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.values import Value
from creditline.policy.standard.work import Work

STRING, NUMBER, BOOLEAN = TypeName(name="string"), TypeName(name="number"), TypeName(name="boolean")


def _substring(text: str, start: Decimal, length: Decimal | None = None) -> Value:
    """Return characters from a place counted from 1, or from the end if negative."""
    first = int(start)
    if first == 0 or abs(first) > len(text):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    if length is None:
        return text[begin:]
    return text[begin : begin + int(length)] if length >= 1 else None


def _before(text: str, match: str) -> Value:
    found = text.find(match)
    return text[:found] if found > 0 else ""


def _after(text: str, match: str) -> Value:
    found = text.find(match)
    return text[found + len(match) :] if found >= 0 else ""


def _pattern(text: str, flags: str | None) -> Pattern | None:
    return read_pattern(text, flags=flags or "")


def _matches(text: str, pattern: str, flags: str | None = None, *, work: Work) -> Value:
    found = _pattern(pattern, flags)
    return None if found is None else found.search(text, 0, work) is not None


def _replace(text: str, pattern: str, replacement: str, flags: str | None = None, *, work: Work) -> Value:
    found = _pattern(pattern, flags)
    return None if found is None else replaced(found, text, replacement=replacement, work=work)


def _split(text: str, delimiter: str, *, work: Work) -> Value:
    found = _pattern(delimiter, "")
    return None if found is None else split_by(found, text, work=work)


def _join(items: tuple[Value, ...], delimiter: str | None = None, *, work: Work) -> Value:
    """Return texts joined; members that are null are left out."""
    texts = [one for one in items if isinstance(one, str)]
    if len(texts) != sum(one is not None for one in items):
        return None
    work.fits(sum(map(len, texts)) + len(texts) * len(delimiter or ""))
    return (delimiter or "").join(texts)


def _upper(text: str, *, work: Work) -> Value:
    work.make(text)
    return text.upper()


def _lower(text: str, *, work: Work) -> Value:
    work.make(text)
    return text.lower()


def _length(text: str) -> Value:
    return Decimal(len(text))


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn("substring", "string: string, start position: number, length: number?", _substring, STRING),
    BuiltIn("string length", "string: string", _length, NUMBER),
    BuiltIn("upper case", "string: string", _upper, STRING, wants_work=True),
    BuiltIn("lower case", "string: string", _lower, STRING, wants_work=True),
    BuiltIn("substring before", "string: string, match: string", _before, STRING),
    BuiltIn("substring after", "string: string, match: string", _after, STRING),
    BuiltIn("contains", "string: string, match: string", lambda text, match: match in text, BOOLEAN),
    BuiltIn("starts with", "string: string, match: string", lambda text, match: text.startswith(match), BOOLEAN),
    BuiltIn("ends with", "string: string, match: string", lambda text, match: text.endswith(match), BOOLEAN),
    BuiltIn("matches", "input: string, pattern: string, flags: string??", _matches, BOOLEAN, wants_work=True),
    BuiltIn(
        "replace",
        "input: string, pattern: string, replacement: string, flags: string??",
        _replace,
        STRING,
        wants_work=True,
    ),
    BuiltIn("split", "string: string, delimiter: string", _split, wants_work=True),
    BuiltIn("string join", "list: list, delimiter: string??", _join, STRING, wants_work=True),
)
