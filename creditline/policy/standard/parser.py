"""Read FEEL text into its tree, knowing the names in force: names may have spaces and signs in them.

Errors say at which character, counted from 1, and what was expected there. Nesting is bounded, so that hostile text is
refused and not followed.
"""

from collections.abc import Callable, Mapping

from creditline.policy.feel import FeelError, string_of
from creditline.policy.standard.cursor import KEYWORDS, Cursor, Vocabulary
from creditline.policy.standard.tree import (
    Against,
    Between,
    Bounds,
    Choice,
    Condition,
    Entries,
    Filter,
    InstanceOf,
    Invocation,
    Lambda,
    Listed,
    Literal,
    Loop,
    Name,
    Negative,
    Operation,
    Path,
    Quantified,
    Source,
    Tests,
    Tree,
    TypeName,
    Within,
    mentions,
)
from creditline.policy.standard.words import Names

_LEVELS = (("or",), ("and",), ("=", "!=", "<", "<=", ">", ">=", "between", "in"), ("+", "-"), ("*", "/"), ("**",))
_SUM = 3
INPUT = "?"


def read_expression(text: str, known: Vocabulary) -> Tree:
    """Read an expression; raise `FeelError` where it stops making sense."""
    at = Cursor(text, known)
    found = _expression(at)
    at.end()
    return found


def read_tests(text: str, known: Vocabulary) -> Tests:
    """Read the tests of a cell; an empty cell is anything."""
    if text.strip() in {"", "-"}:
        return Tests(tests=(), is_negated=False)
    at = Cursor(text, known.with_names([INPUT]))
    found = _cell(at)
    at.end()
    return found


def read_type(text: str, known: Vocabulary) -> TypeName:
    """Read the name of a type and its parts."""
    at = Cursor(text, known)
    found = at.type()
    at.end()
    return found


def _expression(at: Cursor, level: int = 0) -> Tree:
    """Read operators of this level and above, from left to right."""
    at.deeper()
    found = _binary(at, level)
    at.depth -= 1
    return found


def _binary(at: Cursor, level: int) -> Tree:
    """Read operands and the operators between them, by precedence climbing."""
    left = _unary(at)
    while at.now.kind in {"sign", "name"} and (own := _LEVEL.get(at.now.text, -1)) >= level:
        sign = at.now.text
        at.place += 1
        at.count()
        if sign == "between":
            low = _expression(at, _SUM)
            at.need("and")
            left = Between(value=left, low=low, high=_expression(at, _SUM))
        elif sign == "in":
            left = Within(value=left, tests=_in_tests(at))
        else:
            left = Operation(sign=sign, left=left, right=_expression(at, own + 1))
    return left


def _unary(at: Cursor) -> Tree:
    """Read a value with the signs before it."""
    if at.take("-"):
        at.deeper()
        found = Negative(of=_unary(at))
        at.depth -= 1
        return found
    return _postfix(at, _primary(at))


def _postfix(at: Cursor, of: Tree) -> Tree:
    """Read what follows a value: its members, filters, arguments and types."""
    while at.now.kind in {"sign", "name"}:
        if at.take("."):
            of = Path(of=of, name=at.member())
        elif at.is_next("[") and not at.ends_range() and at.take("["):
            at.frames.append(at.members)
            of = Filter(of=of, by=_expression(at))
            at.frames.pop()
            at.need("]")
        elif at.take("("):
            of = _arguments(at, of)
        elif at.is_next("instance") and at.tokens[at.place + 1].text == "of":
            at.place += 2
            of = InstanceOf(value=of, of=at.type())
        else:
            break
        at.count()
    return of


def _arguments(at: Cursor, function: Tree) -> Invocation:
    """Read the arguments of a function, given by place or by name."""
    arguments: list[Tree] = []
    names: list[str] = []
    while not at.take(")"):
        if arguments:
            at.need(",")
        if at.is_named():
            names.append(at.name_until(":"))
        arguments.append(_expression(at))
    if names and len(names) != len(arguments):
        raise FeelError("arguments are given all by name or all by place", at.now.at)
    return Invocation(function=function, arguments=tuple(arguments), names=tuple(names))


def _primary(at: Cursor) -> Tree:
    """Read a literal, a name, a bracket, or an expression that begins with a word."""
    token = at.now
    if token.kind == "name":
        length, name = at.known()
        if length > 1 or (length == 1 and token.text not in KEYWORDS):
            at.place += length
            return Name(name=name)
    if read := _BEGINNINGS.get(token.text if token.kind in {"sign", "name"} else token.kind):
        at.place += 1
        return read(at)
    if token.kind == "name" and token.text not in KEYWORDS:
        at.place += 1
        if at.is_next("("):
            at.unknown.append((token.text, token.at))
        return Name(name=token.text)
    return at.fail("a value")


def _literal(at: Cursor) -> Tree:
    """Return the literal just read."""
    token = at.tokens[at.place - 1]
    text = string_of(token) if token.kind == "string" else token.text
    return Literal(kind=_LITERALS.get(token.text, token.kind), text=text)


def _at_literal(at: Cursor) -> Tree:
    """Read a day, time or duration after its @."""
    if at.now.kind != "string":
        at.fail("a string")
    at.place += 1
    return Literal(kind="at", text=string_of(at.tokens[at.place - 1]))


def _bracket(at: Cursor) -> Tree:
    """Read what is in round brackets: a value, an open range, or a range without one end."""
    if at.is_next("<", "<=", ">", ">=", "=", "!="):
        found = _test(at)
        at.need(")")
        if isinstance(found, Against):
            is_equal = found.sign == "="
            return Bounds(low=found.value, high=found.value, has_low=is_equal, has_high=is_equal, sign=found.sign)
        return found
    inner = _expression(at)
    if at.take(".."):
        return _range_end(at, inner, has_low=False)
    at.need(")")
    return inner


def _square(at: Cursor) -> Tree:
    """Read a list, or a range that holds its lower end."""
    items: list[Tree] = []
    while not at.take("]"):
        if items:
            at.need(",")
        items.append(_expression(at))
        if len(items) == 1 and at.take(".."):
            return _range_end(at, items[0], has_low=True)
    return Listed(items=tuple(items))


def _open_range(at: Cursor) -> Tree:
    """Read a range that begins with a bracket turned outwards."""
    low = _expression(at)
    at.need("..")
    return _range_end(at, low, has_low=False)


def _range_end(at: Cursor, low: Tree, *, has_low: bool) -> Bounds:
    """Read the upper end of a range and the bracket after it."""
    high = _expression(at)
    has_high = at.is_next("]")
    if not at.take("]", "[", ")"):
        at.fail("']', ')' or '['")
    return Bounds(low=low, high=high, has_low=has_low, has_high=has_high)


def _context(at: Cursor) -> Tree:
    """Read a context; its entries are in force for those after them."""
    entries: dict[str, Tree] = {}
    names = Names()
    at.frames.append(names)
    while not at.take("}"):
        if entries:
            at.need(",")
        token = at.now
        if token.kind == "string":
            key = string_of(at.now)
            at.place += 1
            at.need(":")
        else:
            key = at.name_until(":")
        if key in entries:
            raise FeelError(f"the entry {key!r} is there twice", token.at)
        entries[key] = _expression(at)
        names.add(key)
        at.members.add(key)
    at.frames.pop()
    return Entries(entries=tuple(entries.items()))


def _choice(at: Cursor) -> Tree:
    """Read what follows `if`."""
    test = _expression(at)
    at.need("then")
    this = _expression(at)
    at.need("else")
    return Choice(test=test, this=this, other=_expression(at))


def _loop(at: Cursor) -> Tree:
    """Read what follows `for`."""
    at.frames.append(Names())
    sources = _sources(at)
    at.need("return")
    at.frames[-1].add("partial")
    body = _expression(at)
    at.frames.pop()
    return Loop(sources=sources, body=body, has_partial=mentions(body, "partial"))


def _quantified(at: Cursor) -> Tree:
    """Read what follows `some` or `every`."""
    is_every = at.tokens[at.place - 1].text == "every"
    at.frames.append(Names())
    sources = _sources(at)
    at.need("satisfies")
    body = _expression(at)
    at.frames.pop()
    return Quantified(is_every=is_every, sources=sources, body=body)


def _sources(at: Cursor) -> tuple[Source, ...]:
    """Read the variables of a loop and what they go through."""
    found: list[Source] = []
    while not found or at.take(","):
        name = at.name_until("in")
        over = _expression(at)
        until = _expression(at) if at.take("..") else None
        found.append(Source(name=name, over=over, until=until))
        at.frames[-1].add(name)
    return tuple(found)


def _lambda(at: Cursor) -> Tree:
    """Read what follows `function`: parameters with their types, and a body."""
    at.need("(")
    parameters: list[tuple[str, TypeName | None]] = []
    while not at.take(")"):
        if parameters:
            at.need(",")
        name = at.name_until(":", ",", ")")
        has_type = at.tokens[at.place - 1].text == ":"
        if not has_type:
            at.place -= 1
        parameters.append((name, at.type() if has_type else None))
    if at.take(":"):
        at.type()
    is_external = at.take("external")
    at.frames.append(Names(name for name, _ in parameters))
    body = _expression(at)
    at.frames.pop()
    return Lambda(parameters=tuple(parameters), body=body, is_external=is_external)


def _in_tests(at: Cursor) -> tuple[Tree, ...]:
    """Read what follows `in`: one test, or several in brackets."""
    if not at.take("("):
        return (_test(at),)
    tests = [_test(at)]
    if at.take(".."):
        return (_range_end(at, tests[0], has_low=False),)
    while at.take(","):
        tests.append(_test(at))
    at.need(")")
    return tuple(tests)


def _test(at: Cursor) -> Tree:
    """Read a test: a comparison with the value under test, or an expression."""
    for sign in ("<=", ">=", "<", ">", "=", "!="):
        if at.take(sign):
            value = _expression(at, _SUM)
            return _ordering(sign, value)
    found = _expression(at)
    return Condition(of=found) if mentions(found, INPUT) else found


def _cell(at: Cursor) -> Tests:
    """Read the tests of a cell."""
    is_negated = at.now.text == "not" and at.tokens[1].text == "("
    if is_negated:
        at.place = 2
    tests = [_test(at)]
    while at.take(","):
        tests.append(_test(at))
    if is_negated:
        at.need(")")
    return Tests(tests=tuple(tests), is_negated=is_negated)


_BEGINNINGS: Mapping[str, Callable[[Cursor], Tree]] = {
    "number": _literal,
    "string": _literal,
    "true": _literal,
    "false": _literal,
    "null": _literal,
    "@": _at_literal,
    "(": _bracket,
    "[": _square,
    "]": _open_range,
    "{": _context,
    "if": _choice,
    "for": _loop,
    "some": _quantified,
    "every": _quantified,
    "function": _lambda,
}
_LITERALS = {"true": "boolean", "false": "boolean", "null": "null"}
_LEVEL = {sign: level for level, signs in enumerate(_LEVELS) for sign in signs}


def _ordering(sign: str, value: Tree) -> Tree:
    """Return a comparison of the value under test as what it is: a range, or an equality."""
    match sign:
        case "<" | "<=":
            return Bounds(low=None, high=value, has_low=False, has_high=sign == "<=")
        case ">" | ">=":
            return Bounds(low=value, high=None, has_low=sign == ">=", has_high=False)
        case _:
            return Against(sign=sign, value=value)
