"""A strategy: which share of borrowers is decided by other rules than the champion's, and when that has to stop.

It is data of a product (`strategies.toml`), and so is published, approved by a second person and hashed with its edition. The
champion is the edition itself; an arm runs another edition, or this one with some numbers changed. Challengers decide for a
share of the borrowers, shadows only say what they would have decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate

from creditline.money import MILLION
from creditline.policy.compiled import CompiledPolicy
from creditline.policy.values import Number

STRATEGY_FILE = "strategies.toml"
CHAMPION = "champion"
"""What a decision says that no arm decided."""


class ArmKind(StrEnum):
    """Whether an arm decides, or only says what it would have decided."""

    CHALLENGER = "challenger"
    SHADOW = "shadow"


class Unit(StrEnum):
    """Who is in one arm as a whole."""

    BORROWER = "borrower"
    LINE = "line"


class Measure(StrEnum):
    """What a stop rule looks at: shares of borrowers, or the principal that bad borrowers of the arm still owe."""

    BAD_RATE = "bad_rate"
    APPROVAL_RATE = "approval_rate"
    WITHHELD_RATE = "withheld_rate"
    LOSS = "loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRule:
    """When an arm must stop: a share worse than the champion's by more than is allowed, or more lost than was set aside.

    A share counts once both sides have `least_count` borrowers of known outcome, and is worse if the near end of the one-sided
    interval of the difference at 1 - `p` is beyond `worse_by_ppm` (`policy.proportions`). A loss is in `currency`.
    """

    measure: Measure
    worse_by_ppm: int = 0
    p: float = 0.05
    least_count: int = 0
    most_minor: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Other rules for some: which, for whom, how many of them, from when to when, and when it stops.

    Of the million points that a borrower's hash can fall on, the arm has a room of its own, `room_ppm` wide from `room_at_ppm`
    on, and takes the first `share_ppm` of it: as long as it grows inside its room, it takes from the champion alone. `values`
    are the numbers it changes, by name and currency (None: not money), for all days; otherwise it runs `edition`. The days
    are from `since` on and before `until`; None is without an end. A shadow has no room, because it keeps nobody from any arm.
    """

    name: str
    kind: ArmKind
    why: str
    share_ppm: int
    room_ppm: int
    room_at_ppm: int
    segment: str | None
    since: date | None
    until: date | None
    edition: str | None
    values: Mapping[tuple[str, str | None], Number]
    stops: tuple[StopRule, ...]

    def runs_on(self, day: date) -> bool:
        """Say whether a day is one of the arm's."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What counts as bad, and which difference the arms are to show.

    Bad is who is `overdue_days` late, or observed to default, within `horizon_days` of the first answer. `detect_ppm` is the
    change that should be seen, as a share of the champion's bad rate, with a chance of `power` at a two-sided `alpha`.
    """

    overdue_days: int = 30
    horizon_days: int = 90
    detect_ppm: int = 200_000
    power: float = 0.8
    alpha: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """The arms of an edition; `segments` answers for each that has one whether a case is in its segment."""

    name: str
    salt: str
    unit: Unit
    trial: Trial
    arms: tuple[Arm, ...]
    segments: CompiledPolicy
    sha256: str

    @property
    def challengers(self) -> tuple[Arm, ...]:
        """The arms that decide."""
        return tuple(one for one in self.arms if one.kind is ArmKind.CHALLENGER)

    @property
    def shadows(self) -> tuple[Arm, ...]:
        """The arms that only say what they would have decided."""
        return tuple(one for one in self.arms if one.kind is ArmKind.SHADOW)

    def arm(self, name: str) -> Arm | None:
        """Return an arm by name, or None."""
        return next((one for one in self.arms if one.name == name), None)


def segment_of(arm: str) -> str:
    """Return the name of the decision that says whether a case is in an arm's segment."""
    return f"segment of {arm}"


def champion_ppm(strategy: Strategy) -> int:
    """Return the share that no challenger takes, segments and days apart."""
    return MILLION - sum(one.share_ppm for one in strategy.challengers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """So many in a million would go from one challenger straight to another."""

    before: str
    after: str
    ppm: int


def moved(before: Strategy, *, after: Strategy) -> tuple[Moved, ...]:
    """Return who would go from one challenger to another if a strategy took the place of one with the same salt.

    Whoever was answered by two challengers tells nothing of either. Under another salt everybody is drawn anew.
    """
    if before.salt != after.salt or before.unit is not after.unit:
        return ()
    found = []
    for one in before.challengers:
        for other in after.challengers:
            start = max(one.room_at_ppm, other.room_at_ppm)
            end = min(one.room_at_ppm + one.share_ppm, other.room_at_ppm + other.share_ppm)
            if one.name != other.name and end > start:
                found.append(Moved(before=one.name, after=other.name, ppm=end - start))
    return tuple(found)


def rooms_at(rooms_ppm: list[int]) -> list[int]:
    """Return where rooms begin that lie one after the other."""
    return [0, *accumulate(rooms_ppm)][: len(rooms_ppm)]
