"""A line and its buckets: granted = headroom + drawn + reserved + withheld, always."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from creditline.clock import just_after


class Bound(StrEnum):
    """What keeps a line from giving more: the one that leaves least."""

    BLOCK = "block"
    LIMIT = "limit"
    SELF_LIMIT = "self_limit"
    UMBRELLA = "umbrella"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One revolving agreement as its last entry left it. Amounts are minor units of `currency`, none negative.

    `umbrella` is the cap it stands under. `room_minor` is what is left of those over it, as they were when the line was
    read: the headroom of `room_under`, the tightest, which may be negative; None where none binds. `extra_minor` of what
    is granted was lent until `extra_ends_at`. A closed line grants nothing, owes nothing and never opens again.
    """

    id: UUID
    borrower: str
    product: str
    currency: str
    granted_minor: int
    drawn_minor: int
    reserved_minor: int
    withheld_minor: int
    self_limit_minor: int | None
    block_reason: str | None
    apr_bp: int
    version: int
    opened_at: datetime
    booked_at: datetime
    umbrella: UUID | None = None
    room_minor: int | None = None
    room_under: UUID | None = None
    extra_minor: int = 0
    extra_ends_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def headroom_minor(self) -> int:
        """What the grant leaves free; negative after a cut below use, and shown so."""
        return self.granted_minor - self.drawn_minor - self.reserved_minor - self.withheld_minor

    @property
    def over_minor(self) -> int:
        """By how much what is used exceeds what is granted: nothing can be drawn until that is repaid."""
        return max(0, -self.headroom_minor)

    def after_last(self, now: datetime) -> datetime:
        """Return the instant of a next entry: now, and always after the last."""
        return max(now, just_after(self.booked_at))

    @property
    def is_blocked(self) -> bool:
        """Whether no draw may be made, whatever the buckets say."""
        return self.block_reason is not None or self.closed_at is not None

    @property
    def standing_minor(self) -> int:
        """What is granted without an end: the limit but for what was added until a date."""
        return self.granted_minor - self.extra_minor

    @property
    def available_minor(self) -> int:
        """What can be drawn now: nothing when blocked, never below zero, never beyond any cap over the line."""
        return 0 if self.is_blocked else max(0, self._least[0])

    @property
    def bound(self) -> Bound:
        """Which cap is the one that `available_minor` comes from."""
        return Bound.BLOCK if self.is_blocked else self._least[1]

    @property
    def _least(self) -> tuple[int, Bound]:
        """Return the least that any cap leaves, and which does; of two that leave the same, the nearer one."""
        least = (self.headroom_minor, Bound.LIMIT)
        if self.self_limit_minor is not None:
            own = self.self_limit_minor - self.drawn_minor - self.reserved_minor
            least = min(least, (own, Bound.SELF_LIMIT), key=lambda cap: cap[0])
        if self.room_minor is not None:
            least = min(least, (self.room_minor, Bound.UMBRELLA), key=lambda cap: cap[0])
        return least
