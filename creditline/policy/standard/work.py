"""The bounds of an evaluation: how many steps it may take and how much it may make, the same on every machine."""

from dataclasses import dataclass

from creditline.policy.standard.calendar import Moment
from creditline.policy.standard.values import Range, Value

MOST_STEPS = 2_000_000
"""How many steps one decision may take: a second or so."""

MOST_SIZE = 1_000_000
"""How many characters a text, or members a list, may have."""

MOST_DEPTH = 100
"""How deep one value may wait for another: functions that call themselves, expressions inside expressions.

Python's own stack is never met: every level of ours takes at most seven of its frames, of which there are a thousand.
"""


_WEIGHTY = (str, tuple, dict, Range)


class Exhausted(Exception):
    """An evaluation reached a bound; its answer is null and says so."""


@dataclass(slots=True)
class Work:
    """What one evaluation has left, and the moment it is asked at (None where no clock is told)."""

    as_of: Moment | None = None
    steps_left: int = MOST_STEPS
    depth: int = 0

    def spend(self, steps: int = 1) -> None:
        """Count steps; raise `Exhausted` past the last."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise Exhausted("it takes more steps than an answer may")

    def enter(self) -> None:
        """Count a step and a level; raise `Exhausted` past the deepest."""
        self.steps_left -= 1
        self.depth += 1
        if self.steps_left < 0 or self.depth > MOST_DEPTH:
            self.spend()
            raise Exhausted(f"its values wait for each other more than {MOST_DEPTH} deep")

    def leave(self) -> None:
        """Leave a level."""
        self.depth -= 1

    def make(self, made: Value) -> None:
        """Count a text, list or context that was made; raise `Exhausted` if it is too large."""
        if isinstance(made, str | tuple | dict):
            self.fits(len(made))
            self.spend(len(made) // 16)

    def weigh(self, *values: Value) -> int:
        """Count what it takes to go through values to the last of their members, and return it.

        Raise `Exhausted` past a bound.

        A list may hold one list many times over, so that little memory is a great deal to go through: whoever compares,
        writes or types a value weighs it first.
        """
        level = [value for value in values if isinstance(value, _WEIGHTY)]
        weight = depth = 0
        while level:
            inner: list[Value] = []
            for one in level:
                match one:
                    case tuple():
                        inner.extend(one)
                    case dict():
                        inner.extend(one.values())
                    case Range():
                        inner.extend((one.low, one.high))
                    case str():
                        weight += len(one) // 64
                self.fits(len(inner))
            weight += len(inner)
            depth += 1
            if depth > MOST_DEPTH:
                raise Exhausted(f"a value of it is nested more than {MOST_DEPTH} deep")
            level = [value for value in inner if isinstance(value, _WEIGHTY)]
        self.spend(weight // 4)
        return weight

    def fits(self, size: int) -> None:
        """Raise `Exhausted` for a text or list that would be too large."""
        if size > MOST_SIZE:
            raise Exhausted(f"it makes a text or list of more than {MOST_SIZE} characters or members")
