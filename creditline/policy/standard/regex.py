"""Read a regular expression of XPath into its parts; what XPath does not allow is refused."""

from dataclasses import dataclass

from creditline.policy.standard import charsets
from creditline.policy.standard.charsets import CharSet

MOST_INSTRUCTIONS = 5_000
"""How long a pattern may be, its repetitions written out."""

MOST_GROUPS = 30
"""How deep groups may be nested."""


class PatternError(ValueError):
    """Text that is no regular expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of a pattern: all, either, group, repeat, char, start, end or back; `number` is a group's."""

    kind: str
    parts: "tuple[Node, ...]" = ()
    number: int = 0
    least: int = 0
    most: int | None = None
    is_lazy: bool = False
    chars: CharSet | None = None


def read_nodes(text: str, *, flags: str) -> tuple[Node, int]:
    """Return the parts of a pattern and how many groups it has; raise `PatternError`."""
    if len(text) > MOST_INSTRUCTIONS:
        raise PatternError("the pattern is too long")
    if "q" in flags:
        parts = tuple(Node(kind="char", chars=_case(charsets.one_of(char), flags)) for char in text)
        return Node(kind="all", parts=parts), 0
    reader = _Reader(_unspaced(text) if "x" in flags else text, flags)
    root = reader.either()
    if reader.now:
        raise PatternError(f"{reader.now!r} closes nothing")
    return root, reader.groups


def _unspaced(text: str) -> str:
    """Return a pattern without the blanks outside of its classes."""
    found, depth, at = "", 0, 0
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text) and text[at + 1] not in " \t\n\r":
            found += text[at : at + 2]
            at += 2
            continue
        depth += (char == "[") - (char == "]" and depth > 0)
        found += "" if char in " \t\n\r" and depth == 0 else char
        at += 1
    return found


def _case(chars: CharSet, flags: str) -> CharSet:
    return charsets.any_case(chars) if "i" in flags else chars


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str, flags: str) -> None:
        self.text, self.flags = text, flags
        self.place = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.depth = 0

    @property
    def now(self) -> str:
        return self.text[self.place : self.place + 1]

    def take(self, text: str) -> bool:
        is_it = self.text.startswith(text, self.place)
        self.place += len(text) * is_it
        return is_it

    def step(self) -> str:
        char = self.now
        if not char:
            raise PatternError("the pattern ends too early")
        self.place += 1
        return char

    def either(self) -> Node:
        parts = [self.all()]
        while self.take("|"):
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else Node(kind="either", parts=tuple(parts))

    def all(self) -> Node:
        parts = []
        while self.now and self.now not in "|)":
            parts.append(self.repeat(self.atom()))
        return Node(kind="all", parts=tuple(parts))

    def repeat(self, part: Node) -> Node:
        """Read a quantifier, lazy with another `?`."""
        bounds: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if self.now and self.now in bounds:
            least, most = bounds[self.step()]
        elif self.take("{"):
            least, most = self.counts()
        else:
            return part
        is_lazy = self.take("?")
        return Node(kind="repeat", parts=(part,), least=least, most=most, is_lazy=is_lazy)

    def counts(self) -> tuple[int, int | None]:
        least = self.count()
        most: int | None = least
        if self.take(","):
            most = None if self.now == "}" else self.count()
        if not self.take("}") or (most is not None and most < least):
            raise PatternError("a quantifier is {n}, {n,} or {n,m}")
        return least, most

    def count(self) -> int:
        begin = self.place
        while self.now and self.now in "0123456789":
            self.place += 1
        if not 0 < self.place - begin <= 4:
            raise PatternError("a quantifier's number has one to four digits")
        return int(self.text[begin : self.place])

    def atom(self) -> Node:
        """Read a character, a class, an anchor, a group or a reference back to one."""
        char = self.step()
        match char:
            case "^":
                return Node(kind="start")
            case "$":
                return Node(kind="end")
            case "(":
                return self.group()
            case "\\" if self.now and self.now in "123456789":
                return self.back()
            case "." if "s" in self.flags:
                return Node(kind="char", chars=lambda _: True)
            case ".":
                return Node(kind="char", chars=charsets.outside(charsets.one_of("\n\r")))
            case "[":
                return Node(kind="char", chars=self.char_class())
            case "\\":
                return Node(kind="char", chars=_case(self.escape(), self.flags))
            case "*" | "+" | "?" | "{" | "}" | "]":
                raise PatternError(f"{char!r} must be written \\{char}")
            case _:
                return Node(kind="char", chars=_case(charsets.one_of(char), self.flags))

    def group(self) -> Node:
        self.depth += 1
        if self.depth > MOST_GROUPS:
            raise PatternError("groups are nested too deep")
        number = 0
        if self.take("?"):
            if not self.take(":"):
                raise PatternError("a group begins with ( or (?:")
        else:
            self.groups += 1
            number = self.groups
        inner = self.either()
        if not self.take(")"):
            raise PatternError("a group is not closed")
        self.closed.add(number)
        self.depth -= 1
        return Node(kind="group", parts=(inner,), number=number)

    def back(self) -> Node:
        """Read a reference to a group that is closed, of as many digits as there are groups."""
        number = int(self.step())
        while self.now.isdigit() and number * 10 + int(self.now) <= self.groups:
            number = number * 10 + int(self.step())
        if number not in self.closed:
            raise PatternError(f"there is no group {number} before")
        return Node(kind="back", number=number)

    def escape(self) -> CharSet:
        char = self.step()
        if char in "pP":
            if not self.take("{"):
                raise PatternError("a category is written \\p{...}")
            end = self.text.find("}", self.place)
            found = charsets.named(self.text[self.place : end]) if end >= 0 else None
            self.place = end + 1
        else:
            found = charsets.escaped(char)
        if found is None:
            raise PatternError(f"\\{char} means nothing")
        return charsets.outside(found) if char == "P" else found

    def char_class(self) -> CharSet:
        """Read a class up to its bracket, with what is subtracted from it."""
        self.depth += 1
        if self.depth > MOST_GROUPS:
            raise PatternError("classes are nested too deep")
        is_outside = self.take("^")
        sets: list[CharSet] = []
        less: CharSet | None = None
        while not self.take("]"):
            if sets and self.text.startswith("-[", self.place):
                self.place += 2
                less = self.char_class()
                if not self.take("]"):
                    raise PatternError("a subtraction ends its class")
                break
            sets.append(self.members(is_first=not sets))
        if not sets:
            raise PatternError("a class is empty")
        self.depth -= 1
        found = _case(charsets.union(sets), self.flags)
        found = charsets.outside(found) if is_outside else found
        return found if less is None else charsets.without(found, less=less)

    def members(self, *, is_first: bool) -> CharSet:
        """Read one character of a class, or a range of them."""
        char = self.step()
        if char == "[":
            raise PatternError("'[' must be written \\[ in a class")
        if char == "-" and not is_first and self.now != "]":
            raise PatternError("'-' must be written \\- inside a class")
        if char == "\\":
            if self.now not in charsets.SIGNS:
                return self.escape()
            char = charsets.SIGNS[self.step()]
        if self.now == "-" and self.text[self.place + 1 : self.place + 2] not in {"]", "[", ""}:
            self.place += 1
            high = self.step()
            if high == "\\":
                high = charsets.SIGNS.get(self.step(), "")
            if high < char:
                raise PatternError(f"the range {char}-{high} is empty")
            return charsets.spanning(char, high=high)
        return charsets.one_of(char)
