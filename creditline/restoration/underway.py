"""A line under way: where it is, what happened to it so far, and what it asks before it goes on."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from creditline.decision.decide import Known
from creditline.decision.outcome import Answer, Decision, Reason
from creditline.decision.product import Product
from creditline.events.frames import Facts
from creditline.ledger.asset_class import Bucket
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.restoration.condition import Clause
from creditline.restoration.plan import Tranche
from creditline.restoration.standing import Reserved, Standing, What

T = TypeVar("T")
Lens = Callable[[Product, Known, datetime], Known]
"""How what is known is seen before it is decided about: as it is, or as it must also stand a test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happens at one instant, how much of it, the line after it, and what held the rest back.

    `answer` is that of a decision; `clauses` are those of a condition that failed, `again_on` when it is looked at again.
    `origin` is the waiting part that was decided about, by the id it had before it was ever put off; `promised` are the
    parts in which a repayment comes back later.
    """

    happens_at: datetime
    what: What
    amount_minor: int
    line: Line
    answer: Answer | None = None
    reasons: tuple[Reason, ...] = ()
    clauses: tuple[Clause, ...] = ()
    again_on: date | None = None
    origin: UUID | None = None
    promised: tuple[Tranche, ...] = ()


class Need(NamedTuple):
    """What a line under way asks before it goes on: what is known of the borrower of some facts as of an instant."""

    product: Product
    facts: Facts
    as_of: datetime


class Decided(NamedTuple):
    """A decision that was made: the part it ended, if one was due, and those it promised."""

    decision: Decision
    ended: Tranche | None
    promised: tuple[Tranche, ...]


Asking = Generator[Need, Known, T]
"""A line that goes on when it is told what it asks: one alone is answered at once, many are answered together."""


@dataclass(slots=True)
class Course:
    """A line under way; every change of it is here. Without `is_explained` no reasons are told, which cost the most.

    Through a `lens` every decision sees what is known otherwise than it is: to try what an answer rests on.
    """

    standing: Standing
    line: Line
    loans: tuple[Loan, ...]
    facts: Facts
    tranches: list[Tranche]
    reserved: list[Reserved]
    seen: dict[tuple[str, datetime], Known]
    closing: tuple[date, Bucket] | None
    is_explained: bool = True
    lens: Lens | None = None
    events: list[Event] = field(default_factory=list)
    origins: dict[UUID, UUID] = field(default_factory=dict)
    decided: list[Decided] = field(default_factory=list)

    def origin(self, tranche: Tranche) -> UUID:
        """Return the part that this one follows, itself if it follows none."""
        return self.origins.get(tranche.id, tranche.id)


def begin(standing: Standing, *, is_explained: bool = True, lens: Lens | None = None) -> Course:
    """Return a line at its start."""
    return Course(
        standing,
        standing.line,
        standing.loans,
        standing.facts,
        list(standing.tranches),
        sorted(standing.reserved, key=_expiry),
        standing.seen,
        standing.closing,
        is_explained,
        lens,
    )


def order(tranche: Tranche) -> tuple[date, UUID]:
    """Order what waits by its day."""
    return tranche.due_on, tranche.id


def _expiry(reserved: Reserved) -> tuple[datetime, UUID]:
    return reserved.expires_at, reserved.id
