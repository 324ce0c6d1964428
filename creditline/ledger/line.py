"""A line and its buckets: granted = headroom + drawn + reserved + withheld, always."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One revolving agreement as its last entry left it. Amounts are minor units of `currency`, none negative."""

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

    @property
    def headroom_minor(self) -> int:
        """What the grant leaves free; negative after a cut below use, and shown so."""
        return self.granted_minor - self.drawn_minor - self.reserved_minor - self.withheld_minor

    @property
    def is_blocked(self) -> bool:
        """Whether no draw may be made, whatever the buckets say."""
        return self.block_reason is not None

    @property
    def available_minor(self) -> int:
        """What can be drawn now: nothing when blocked, never below zero, never beyond the borrower's own cap."""
        if self.is_blocked:
            return 0
        room = self.headroom_minor
        if self.self_limit_minor is not None:
            room = min(room, self.self_limit_minor - self.drawn_minor - self.reserved_minor)
        return max(0, room)
