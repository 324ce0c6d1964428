"""FEEL, the scalar core, read into a tree: numbers, strings, booleans, dates and null (DMN 1.3, chapter 10).

An expression computes a value; a cell of a table is a unary test of its column's input. Names are single words and mean
inputs, parameters or other decisions. Errors say at which character, counted from 1, and what was expected there.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

import msgspec

from creditline.policy.values import EXACT


class Node(msgspec.Struct, frozen=True, tag=True):
    """A part of an expression."""


class Constant(Node, frozen=True, tag=True):
    """A literal: kind is number, string, boolean, date or null, text its one way of writing."""

    kind: str
    text: str


class Name(Node, frozen=True, tag=True):
    """An input, a parameter or another decision."""

    name: str


class Operation(Node, frozen=True, tag=True):
    """Two values and an operator: + - * / ** = != < <= > >= and or."""

    sign: str
    left: "Expression"
    right: "Expression"


class Negative(Node, frozen=True, tag=True):
    """A number with its sign turned."""

    of: "Expression"


class Choice(Node, frozen=True, tag=True):
    """One of two values: `if test then this else other`; a test that is not true chooses the other."""

    test: "Expression"
    this: "Expression"
    other: "Expression"


class Call(Node, frozen=True, tag=True):
    """A built-in function of values."""

    function: str
    arguments: tuple["Expression", ...]


Expression = Constant | Name | Operation | Negative | Choice | Call


class Against(Node, frozen=True, tag=True):
    """A test that compares the input with a value: sign is = < <= > or >=."""

    sign: str
    value: Expression


class Between(Node, frozen=True, tag=True):
    """A test that the input lies in a range, whose ends may or may not belong to it."""

    low: Expression
    high: Expression
    has_low: bool
    has_high: bool


class Cell(Node, frozen=True, tag=True):
    """The tests of a cell, one of which must hold, or none if negated; no tests at all is `-`, anything."""

    tests: tuple[Against | Between, ...]
    is_negated: bool
    text: str


FUNCTIONS = {
    "min": (1, 99),
    "max": (1, 99),
    "abs": (1, 1),
    "floor": (1, 1),
    "ceiling": (1, 1),
    "round_half_up": (2, 2),
    "decimal": (2, 2),
    "not": (1, 1),
    "days_between": (2, 2),
}
"""Built-in functions and how many arguments each takes; the words of a name may be apart by spaces too."""

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<string>\"(?:[^\"\\]|\\.)*\")|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>\.\.|\*\*|<=|>=|!=|[-+*/<>=()\[\],.])"
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
MOST_CHARACTERS = 20_000
"""How long an expression or cell may be."""

MOST_DEPTH = 60
"""How deep an expression may be nested, a chain of operators counted as nested to the left, as it is evaluated."""

LEVELS = (("or",), ("and",), ("=", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"), ("**",))
_WORDS = {"if", "then", "else", "and", "or", "true", "false", "null", "date", "not"}


class FeelError(ValueError):
    """Text that is no FEEL: `at` is the character, counted from 1."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text and where it stands."""

    kind: str
    text: str
    at: int


def read_expression(text: str) -> Expression:
    """Read an expression; raise `FeelError` where it stops making sense."""
    reader = _Reader(text)
    found = reader.expression(0)
    reader.end()
    return found


def read_cell(text: str) -> Cell:
    """Read a cell of a table: `-`, a list of tests, or `not(...)` of one; an empty cell is anything."""
    if text.strip() in {"", "-"}:
        return Cell(tests=(), is_negated=False, text="-")
    reader = _Reader(text)
    found = reader.cell()
    reader.end()
    return found


class _Reader:
    """Reads tokens from left to right, one ahead."""

    def __init__(self, text: str) -> None:
        if len(text) > MOST_CHARACTERS:
            raise FeelError(f"{len(text)} characters are too many for an expression, at most {MOST_CHARACTERS}", 1)
        self.text = text
        self.tokens = list(_tokens(text))
        self.place = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def fail(self, wanted: str) -> NoReturn:
        found = f"{self.now.text!r}" if self.now.kind != "end" else "the end"
        raise FeelError(f"{wanted} was expected, and {found} found", self.now.at)

    def take(self, *texts: str) -> bool:
        """Step over the next token if it is one of these signs or words."""
        if self.now.kind in {"sign", "name"} and self.now.text in texts:
            self.place += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            self.fail(f"{text!r}")

    def end(self) -> None:
        if self.now.kind != "end":
            self.fail("the end, an operator or a comma")

    def deeper(self) -> None:
        """Count a level of nesting; raise past the last."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise FeelError(f"this is nested deeper than {MOST_DEPTH}", self.now.at)

    def cell(self) -> Cell:
        """Read the tests of a cell."""
        is_negated = self.now.text == "not" and self.tokens[self.place + 1].text == "("
        if is_negated:
            self.place += 2
        tests = [self.test()]
        while self.take(","):
            tests.append(self.test())
        if is_negated:
            self.need(")")
        return Cell(tests=tuple(tests), is_negated=is_negated, text=" ".join(self.text.split()))

    def test(self) -> Against | Between:
        """Read one test: a comparison, a range, or a value to equal."""
        for sign in ("<=", ">=", "<", ">", "="):
            if self.take(sign):
                return Against(sign=sign, value=self.expression(3))
        if self.now.text in {"[", "]"} or (self.now.text == "(" and self._is_range()):
            opening = self.now.text
            self.place += 1
            low = self.expression(3)
            self.need("..")
            high = self.expression(3)
            closing = self.now.text
            if not self.take("]", "[", ")"):
                self.fail("']' or ')'")
            return Between(low=low, high=high, has_low=opening == "[", has_high=closing == "]")
        return Against(sign="=", value=self.expression(0))

    def _is_range(self) -> bool:
        """Look whether a bracket opens a range: `..` comes before it closes."""
        depth = 0
        for token in self.tokens[self.place :]:
            depth += (token.text in "([") - (token.text in ")]") if token.kind == "sign" and len(token.text) == 1 else 0
            if token.text == ".." and depth == 1:
                return True
            if depth == 0:
                return False
        return False

    def expression(self, level: int) -> Expression:
        """Read operators of this level and above, from left to right."""
        if level == 0 and self.take("if"):
            self.deeper()
            test = self.expression(0)
            self.need("then")
            this = self.expression(0)
            self.need("else")
            other = self.expression(0)
            self.depth -= 1
            return Choice(test=test, this=this, other=other)
        if level == len(LEVELS):
            return self.atom()
        depth = self.depth
        left = self.expression(level + 1)
        while self.now.kind in {"sign", "name"} and self.now.text in LEVELS[level]:
            sign = self.now.text
            self.place += 1
            self.deeper()
            left = Operation(sign=sign, left=left, right=self.expression(level + 1))
        self.depth = depth
        return left

    def atom(self) -> Expression:
        """Read a literal, a name, a call, something in brackets, or its negative."""
        token = self.now
        if token.kind == "end" or (
            token.kind == "name" and token.text in _WORDS - {"true", "false", "null", "date", "not"}
        ):
            self.fail("a value")
        self.place += 1
        match token.kind:
            case "number":
                return Constant(kind="number", text=f"{EXACT.create_decimal(token.text).normalize(EXACT):f}")
            case "string":
                return Constant(kind="string", text=string_of(token))
            case "name" if (function := self.function()) is not None:
                return self.call(function)
            case "name" if token.text in {"true", "false"}:
                return Constant(kind="boolean", text=token.text)
            case "name":
                return Constant(kind="null", text="null") if token.text == "null" else self.name(token)
        if token.text not in {"-", "("}:
            self.place -= 1
            self.fail("a value")
        self.deeper()
        if token.text == "-":
            inner: Expression = Negative(of=self.expression(len(LEVELS)))
        else:
            inner = self.expression(0)
            self.need(")")
        self.depth -= 1
        return inner

    def function(self) -> Token | None:
        """Return the name of a function, its words apart by spaces or underscores, if a call has begun with it."""
        first, place = self.tokens[self.place - 1], self.place
        if first.text in {"true", "false", "null"}:
            return None
        name = first.text
        while self.tokens[place].kind == "name":
            name += f"_{self.tokens[place].text}"
            place += 1
        if self.tokens[place].text != "(" or (place > self.place and name not in FUNCTIONS):
            return None
        self.place = place
        return Token("name", name, first.at)

    def name(self, first: Token) -> Name:
        """Return a name; one of several outputs of a table may be written `table.output`."""
        if not self.take("."):
            return Name(name=first.text)
        output = self.now
        if output.kind != "name":
            self.fail("the name of an output")
        self.place += 1
        return Name(name=f"{first.text}_{output.text}")

    def call(self, name: Token) -> Expression:
        """Read the arguments of a function; a date is a literal."""
        self.need("(")
        self.deeper()
        arguments: list[Expression] = []
        if not self.take(")"):
            arguments.append(self.expression(0))
            while self.take(","):
                arguments.append(self.expression(0))
            self.need(")")
        self.depth -= 1
        if name.text == "date":
            return _day(arguments, name.at)
        least, most = FUNCTIONS.get(name.text, (-1, -1))
        if least < 0:
            raise FeelError(f"{name.text!r} is no function we have ({', '.join(sorted(FUNCTIONS))}, date)", name.at)
        if not least <= len(arguments) <= most:
            raise FeelError(f"{name.text} takes {least} to {most} arguments, not {len(arguments)}", name.at)
        return Call(function=name.text, arguments=tuple(arguments))


def string_of(token: Token) -> str:
    """Return what a string literal says; raise `FeelError` for an escape there is not."""

    def said(match: re.Match[str]) -> str:
        what = match[1]
        if len(what) > 1:
            number = int(what[1:], 16)
            if number > 0x10FFFF:
                raise FeelError(f"\\{what} is no character", token.at + match.start())
            return chr(number)
        return _ESCAPED.get(what, match[0])

    text = _ESCAPE.sub(said, token.text[1:-1])
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _day(arguments: list[Expression], at: int) -> Constant:
    """Return a date literal."""
    match arguments:
        case [Constant(kind="string", text=text)]:
            try:
                return Constant(kind="date", text=date.fromisoformat(text).isoformat())
            except ValueError as wrong:
                raise FeelError(f"{text!r} is no date, such as 2026-01-31", at) from wrong
        case _:
            raise FeelError('a date is written date("2026-01-31")', at)


def _tokens(text: str) -> list[Token]:
    """Cut text into words and signs; the last token is the end."""
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
