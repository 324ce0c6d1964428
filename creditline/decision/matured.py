"""Matured outcomes: whether a line turned bad within a horizon of a decision, told only once that horizon is over.

A line is seen bad at an instant: it was that many days past due, a statement said so many months, it was given up, or its
outcome was told as default. What is learned after `known_at` is not there yet, and nobody who was bad already just before a
decision says anything about it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from creditline.decision.outcome import Decision, Kind

DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """How long after a decision a line is watched, how many days past due is bad, and until when things were learned."""

    days: int
    late_days: int
    known_at: datetime

    @property
    def words(self) -> str:
        """What bad means, for people."""
        return (
            f"bad is {self.late_days} days past due, given up or told as default within {self.days} days of the decision, as "
            f"known at {self.known_at.isoformat(timespec='minutes')}"
        )

    @property
    def late_months(self) -> int:
        """From how many months late on a statement is bad."""
        return -(-self.late_days // DAYS_A_MONTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matured:
    """Decisions whose outcome is known, by id, and why how many others are left out."""

    is_bad: Mapping[UUID, bool]
    left_out: Mapping[str, int]


def matured(
    decisions: Iterable[Decision],
    horizon: Horizon,
    *,
    bad_at: Mapping[UUID, Sequence[datetime]],
    lines: Iterable[UUID],
) -> Matured:
    """Say of decisions about `lines` (those that were opened) whether the line turned bad; `bad_at` is by line, any order."""
    opened = frozenset(lines)
    is_bad: dict[UUID, bool] = {}
    left_out: Counter[str] = Counter()
    for one in decisions:
        seen = bad_at.get(one.line, ())
        ends_at = one.as_of + timedelta(days=horizon.days)
        if one.kind is Kind.RELEASE:
            left_out["releases, which no table answers"] += 1
        elif one.line not in opened:
            left_out["no line was opened, so that nothing became of it"] += 1
        elif ends_at > horizon.known_at:
            left_out["the horizon is not over"] += 1
        elif any(one.as_of - timedelta(days=horizon.late_days) <= at <= one.as_of for at in seen):
            left_out["bad already"] += 1
        else:
            is_bad[one.id] = any(one.as_of < at <= ends_at for at in seen)
    return Matured(is_bad=is_bad, left_out=dict(left_out))
