"""Regular expressions as XPath defines them, matched in time that grows no faster than pattern times text.

A pattern becomes a short program; a matcher follows every way through it but never the same place of program and text
twice, so that no pattern is catastrophic. Only patterns that refer back to a group must remember what the groups held;
those are bounded by the steps of the work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from creditline.policy.standard.charsets import CharSet
from creditline.policy.standard.regex import MOST_INSTRUCTIONS, Node, PatternError, read_nodes
from creditline.policy.standard.work import Work


class Step(NamedTuple):
    """An instruction: char, start, end, save, back, split, jump or match; `to` and `other` are places or numbers."""

    kind: str
    to: int = 0
    other: int = 0
    chars: CharSet | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A program, how many groups it has, and the flags it was read with."""

    steps: tuple[Step, ...]
    groups: int
    flags: str
    has_back: bool

    def search(self, text: str, start: int, work: Work) -> tuple[int, ...] | None:
        """Return where the first match at or after a place begins and ends, and each group; -1 for a group not met."""
        seen: set[object] = set()
        for begin in range(start, len(text) + 1):
            found = self._match(text, begin, seen, work)
            if found is not None:
                return found
        return None

    def _match(self, text: str, begin: int, seen: set[object], work: Work) -> tuple[int, ...] | None:
        """Try a match that begins here: the ways through are tried in order, those not yet tried kept on a stack."""
        left: list[tuple[int, int, tuple[int, ...]]] = [(0, begin, (begin, -1, *(-1,) * (2 * self.groups)))]
        while left:
            at, place, saved = left.pop()
            while True:
                state: object = (at, place, saved) if self.has_back else (at, place)
                if state in seen:
                    break
                seen.add(state)
                work.spend()
                step = self.steps[at]
                match step.kind:
                    case "match":
                        return (saved[0], place, *saved[2:])
                    case "split":
                        left.append((step.other, place, saved))
                        at = step.to
                    case "jump":
                        at = step.to
                    case "save":
                        saved = (*saved[: step.to], place, *saved[step.to + 1 :])
                        at += 1
                    case _:
                        length = self._length(step, text, place, saved)
                        if length < 0:
                            break
                        at, place = at + 1, place + length
        return None

    def _length(self, step: Step, text: str, place: int, saved: tuple[int, ...]) -> int:
        """Return how many characters an instruction takes here, -1 if it does not hold."""
        match step.kind:
            case "char":
                return 1 if place < len(text) and step.chars is not None and step.chars(text[place]) else -1
            case "start":
                is_line = "m" in self.flags and 0 < place < len(text) and text[place - 1] == "\n"
                return 0 if place == 0 or is_line else -1
            case "end":
                is_line = "m" in self.flags and place < len(text) and text[place] == "\n"
                return 0 if place == len(text) or is_line else -1
            case _:
                held = text[saved[2 * step.to] : saved[2 * step.to + 1]] if saved[2 * step.to + 1] >= 0 else ""
                own = text[place : place + len(held)]
                is_same = own.casefold() == held.casefold() if "i" in self.flags else own == held
                return len(held) if is_same else -1


@lru_cache(maxsize=512)
def read_pattern(text: str, *, flags: str) -> Pattern | None:
    """Return a pattern, or None for what is no pattern or has flags there are not."""
    if set(flags) - set("smixq"):
        return None
    try:
        root, groups = read_nodes(text, flags=flags)
        steps: list[Step] = []
        _write(root, steps)
    except PatternError:
        return None
    steps.append(Step("match"))
    return Pattern(tuple(steps), groups, flags, any(step.kind == "back" for step in steps))


def _write(node: Node, steps: list[Step]) -> None:
    """Append the program of a node; raise `PatternError` if it grows too long."""
    if len(steps) > MOST_INSTRUCTIONS:
        raise PatternError("the pattern is too long")
    match node.kind:
        case "all":
            for part in node.parts:
                _write(part, steps)
        case "either":
            _write_either(node.parts, steps)
        case "group":
            if node.number:
                steps.append(Step("save", 2 * node.number))
            _write(node.parts[0], steps)
            if node.number:
                steps.append(Step("save", 2 * node.number + 1))
        case "repeat":
            _write_repeat(node, steps)
        case "char":
            steps.append(Step("char", chars=node.chars))
        case kind:
            steps.append(Step(kind, node.number))


def _write_either(parts: Sequence[Node], steps: list[Step]) -> None:
    ends = []
    for part in parts[:-1]:
        fork = len(steps)
        steps.append(Step("split"))
        _write(part, steps)
        ends.append(len(steps))
        steps.append(Step("jump"))
        steps[fork] = Step("split", fork + 1, len(steps))
    _write(parts[-1], steps)
    for end in ends:
        steps[end] = Step("jump", len(steps))


def _write_repeat(node: Node, steps: list[Step]) -> None:
    part = node.parts[0]
    for _ in range(node.least):
        _write(part, steps)
    if node.most is None:
        fork = len(steps)
        steps.append(Step("split"))
        _write(part, steps)
        steps.append(Step("jump", fork))
        steps[fork] = _fork(fork + 1, len(steps), is_lazy=node.is_lazy)
        return
    forks = []
    for _ in range(node.most - node.least):
        forks.append(len(steps))
        steps.append(Step("split"))
        _write(part, steps)
    for fork in forks:
        steps[fork] = _fork(fork + 1, len(steps), is_lazy=node.is_lazy)


def _fork(inside: int, after: int, *, is_lazy: bool) -> Step:
    return Step("split", after, inside) if is_lazy else Step("split", inside, after)


def replaced(pattern: Pattern, text: str, *, replacement: str, work: Work) -> str | None:
    """Return a text with every match replaced; None if the pattern matches nothing at all, or for a wrong replacement."""
    parts = _replacement(replacement, pattern)
    if parts is None or pattern.search("", 0, work) is not None:
        return None
    found, place, size = [], 0, 0
    while (match := pattern.search(text, place, work)) is not None:
        made = [text[place : match[0]]]
        for part in parts:
            if isinstance(part, str):
                made.append(part)
            elif match[2 * part + 1] >= 0:
                made.append(text[match[2 * part] : match[2 * part + 1]])
        found.extend(made)
        size += sum(map(len, made))
        work.fits(size)
        place = match[1] if match[1] > match[0] else match[1] + 1
    return "".join([*found, text[place:]])


def _replacement(text: str, pattern: Pattern) -> "list[str | int] | None":
    """Return a replacement as texts and numbers of groups, None if it is wrong."""
    if "q" in pattern.flags:
        return [text]
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        char, following = text[at], text[at + 1 : at + 2]
        if char == "\\":
            if following not in {"\\", "$"} or not following:
                return None
            parts.append(following)
            at += 2
        elif char == "$":
            if not (following.isascii() and following.isdigit()):
                return None
            number, at = int(following), at + 2
            while text[at : at + 1].isdigit() and number * 10 + int(text[at]) <= pattern.groups:
                number, at = number * 10 + int(text[at]), at + 1
            parts.append(number if number <= pattern.groups else "")
        else:
            parts.append(char)
            at += 1
    return parts


def split_by(pattern: Pattern, text: str, *, work: Work) -> tuple[str, ...] | None:
    """Return the parts of a text between matches; None if the pattern matches nothing at all."""
    if pattern.search("", 0, work) is not None:
        return None
    found, place = [], 0
    while (match := pattern.search(text, place, work)) is not None:
        found.append(text[place : match[0]])
        place = match[1]
    return (*found, text[place:])
