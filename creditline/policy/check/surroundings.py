"""What a policy is surrounded by: what its inputs may be, its numbers on every day, and what its answers are worth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from creditline.policy.check.domain import Domain
from creditline.policy.values import Number, Value

Worth = Callable[[str, Mapping[str, Value]], Mapping[str, tuple[Number, ...]]]
"""What the outputs of a table are worth to a borrower, by measure: of each, larger is better."""


def no_worth(_table: str, _outputs: Mapping[str, Value]) -> Mapping[str, tuple[Number, ...]]:
    """Return nothing: it is not known what answers are worth."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The parameters as they are from a day on, for lines of a currency."""

    day: date | None
    currency: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A direction that a table may go against, and why."""

    table: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the caller knows beyond the file.

    `inputs` are the names that somebody gives values to, None if that is not known; `numbers` one set for every day on
    which any changes; `worse` the direction, higher or lower, in which an input speaks against a borrower; `must_answer`
    the tables that may leave nothing without an answer.
    """

    domains: Mapping[str, Domain] = field(default_factory=dict)
    inputs: frozenset[str] | None = None
    numbers: tuple[Numbers, ...] = (Numbers(day=None, currency="", values={}),)
    worse: Mapping[str, str] = field(default_factory=dict)
    worth: Worth = no_worth
    must_answer: frozenset[str] = frozenset()
    allowed: tuple[Allowed, ...] = ()
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
