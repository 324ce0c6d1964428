"""Where a line stands before it is run forward, what may be supposed of its borrower, and what may come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from creditline.clock import start_of
from creditline.decision.decide import Known
from creditline.decision.lateness import bills_monthly
from creditline.decision.product import Product
from creditline.events.frames import Facts
from creditline.ledger.asset_class import Bucket, ClassTerms
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.policy.life import Period
from creditline.restoration.plan import Tranche


class Act(StrEnum):
    """What a step of a behaviour does."""

    REPAY = "repay"
    DRAW = "draw"
    FACT = "fact"


class What(StrEnum):
    """What happens on a forecast day."""

    REPAID = "repaid"
    DRAWN = "drawn"
    REFUSED = "refused"
    RELEASED = "released"
    KEPT_BACK = "kept_back"
    EXPIRED = "expired"
    EXTRA_ENDED = "extra_ended"
    KNOWN = "known"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A part of a behaviour: money that is repaid or drawn, or a fact with its type number, amount and code."""

    happens_at: datetime
    act: Act
    amount_minor: int = 0
    number: int = 0
    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """An authorised draw that nobody captured yet."""

    id: UUID
    amount_minor: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a forecast starts: the line and its loans, the oldest first, what waits and is known, and what will decide it.

    `product` decides what is new, unless one of `periods` says that another edition is in force by then; `editions` decide
    what was promised under each. `closing` is the day that is closed next and the bucket on the day
    before it, None where days are not closed. `seen` keeps what was known at an instant from
    the facts this starts with, which behaviours share until their first step.
    """

    line: Line
    loans: tuple[Loan, ...]
    tranches: tuple[Tranche, ...]
    reserved: tuple[Reserved, ...]
    facts: Facts
    product: Product
    editions: Mapping[str, Product]
    as_of: datetime
    closing: tuple[date, Bucket] | None = None
    periods: tuple[tuple[Period, Product], ...] = ()
    seen: dict[tuple[str, datetime], Known] = field(default_factory=dict, compare=False, repr=False)

    def in_force(self, as_of: datetime) -> Product:
        """Return the edition that decides what is new at an instant."""
        return next((product for period, product in self.periods if period.holds(as_of)), self.product)

    def bills_monthly(self, day: date) -> bool:
        """Say whether a statement is issued at the end of a day's month."""
        return bills_monthly(self.in_force(start_of(day)))

    def classes(self, day: date) -> ClassTerms:
        """Return the thresholds that count on a day."""
        return self.in_force(start_of(day)).lending.classes
