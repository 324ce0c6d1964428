"""Move over the tokens of FEEL text and know the names in force; errors say at which character, counted from 1."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn

from creditline.policy.feel import FeelError, Token
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.words import Names, plain_name, tokens_of

MOST_DEPTH = 60
"""How deep an expression may be nested."""

MOST_OPERATORS = 2_000
"""How many operators an expression may hold."""

KEYWORDS = frozenset(
    ("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "instance", "null",
     "true", "false", "function")
)  # fmt: skip
TYPES = Names(
    [
        "Any", "Null", "number", "string", "boolean", "date", "time", "date and time", "dateTime", "list", "context", "range",
        "function", "days and time duration", "dayTimeDuration", "years and months duration", "yearMonthDuration",
    ]
)  # fmt: skip
MEMBERS = Names(["time offset", "start included", "end included"])
"""Members of several words that values have by themselves."""

_NEVER_FIRST = frozenset(
    (")", "]", "}", ",", ".", "=", "!=", "<", "<=", ">", ">=", "+", "*", "/", "**", "then", "else", "return", "satisfies",
     "and", "or", "instance", "in", "between")
)  # fmt: skip
_NAME_SIGNS = frozenset("./-'+*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The names in force, the innermost last; the members that values may have; and the types.

    `unknown` takes the functions that are called and that nothing in force names, each with its character.
    """

    frames: tuple[Names, ...] = (Names(),)
    members: Names
    types: Names
    unknown: list[tuple[str, int]] = field(default_factory=list)

    def with_names(self, names: Iterable[str]) -> "Vocabulary":
        """Return a vocabulary with more names in force."""
        return self.inside(Names(names))

    def inside(self, frame: Names) -> "Vocabulary":
        """Return a vocabulary with a further frame of names, which may grow."""
        return Vocabulary(frames=(*self.frames, frame), members=self.members, types=self.types, unknown=self.unknown)


class Cursor:
    """A place in the tokens of a text."""

    def __init__(self, text: str, known: Vocabulary) -> None:
        self.tokens = tokens_of(text)
        self.place = 0
        self.depth = 0
        self.operators = 0
        self.frames = list(known.frames)
        self.members = known.members
        self.types = known.types
        self.unknown = known.unknown

    @property
    def now(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.place]

    def fail(self, wanted: str) -> NoReturn:
        """Raise for what stands here instead of what was wanted."""
        found = f"{self.now.text!r}" if self.now.kind != "end" else "the end"
        raise FeelError(f"{wanted} was expected, and {found} found", self.now.at)

    def is_next(self, *texts: str) -> bool:
        """Tell whether the next token is one of these signs or words."""
        return self.now.kind in {"sign", "name"} and self.now.text in texts

    def take(self, *texts: str) -> bool:
        """Step over the next token if it is one of these signs or words."""
        is_it = self.is_next(*texts)
        self.place += is_it
        return is_it

    def need(self, text: str) -> None:
        """Step over the next token, which must be this one."""
        if not self.take(text):
            self.fail(f"{text!r}")

    def end(self) -> None:
        """Raise unless everything has been read."""
        if self.now.kind != "end":
            self.fail("the end, an operator or a comma")

    def deeper(self) -> None:
        """Count a level of nesting; raise past the last."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise FeelError(f"this is nested deeper than {MOST_DEPTH}", self.now.at)

    def count(self) -> None:
        """Count an operator; raise past the last."""
        self.operators += 1
        if self.operators > MOST_OPERATORS:
            raise FeelError(f"this has more than {MOST_OPERATORS} operators", self.now.at)

    def known(self) -> tuple[int, str]:
        """Return how many tokens the longest known name here has, and the name."""
        return max((frame.at(self.tokens, self.place) for frame in reversed(self.frames)), key=lambda one: one[0])

    def is_named(self) -> bool:
        """Look whether a name and a colon come next."""
        place = self.place
        while self.tokens[place].kind in {"name", "number"} or self.tokens[place].text in _NAME_SIGNS:
            place += 1
        return place > self.place and self.tokens[place].text == ":"

    def name_until(self, *ends: str) -> str:
        """Read a name of any words up to one of these, and step over it."""
        begin = self.place
        while not self.is_next(*ends):
            if self.now.kind not in {"name", "number"} and self.now.text not in _NAME_SIGNS:
                self.fail(f"a name and {ends[0]!r}")
            self.place += 1
        if self.place == begin:
            self.fail("a name")
        text = name_of(self.tokens[begin : self.place])
        self.place += 1
        return text

    def ends_range(self) -> bool:
        """Tell whether a bracket that opens is the end of a range, as in `[1..10[`: no condition can follow it."""
        after = self.tokens[self.place + 1]
        return after.kind == "end" or (after.kind in {"sign", "name"} and after.text in _NEVER_FIRST)

    def member(self) -> str:
        """Read the name of a member after its dot."""
        length, name = max(MEMBERS.at(self.tokens, self.place), self.members.at(self.tokens, self.place))
        if length == 0:
            if self.now.kind != "name":
                self.fail("the name of a member")
            length, name = 1, self.now.text
        self.place += length
        return name

    def type(self) -> TypeName:
        """Read the name of a type and its parts."""
        self.deeper()
        length, name = max(TYPES.at(self.tokens, self.place), self.types.at(self.tokens, self.place))
        if length == 0:
            if self.now.kind != "name":
                self.fail("a type")
            length, name = 1, self.now.text
        self.place += length
        while name not in TYPES and self.take("."):
            name += f".{self.now.text}"
            self.place += 1
        parts: list[tuple[str, TypeName]] = []
        if name in {"list", "range", "context", "function"} and self.take("<"):
            while not self.take(">"):
                if parts:
                    self.need(",")
                key = self.name_until(":") if name == "context" else ""
                parts.append((key, self.type()))
            if name == "function":
                self.need("->")
                parts.append(("", self.type()))
        self.depth -= 1
        return TypeName(name=name, parts=tuple(parts))


def name_of(tokens: list[Token]) -> str:
    """Return the name that tokens spell, with their spaces where the text has some."""
    text = ""
    end = tokens[0].at
    for token in tokens:
        text += (" " if token.at > end else "") + token.text
        end = token.at + len(token.text)
    return plain_name(text)
