"""The Decision: everything an answer was made from, and the answer, in one record that replays byte for byte."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from creditline.policy.strategy import CHAMPION


class Kind(StrEnum):
    """What was asked."""

    OPENING = "opening"
    DRAW = "draw"
    RESTORATION = "restoration"
    RELEASE = "release"
    REVIEW = "review"


class Answer(StrEnum):
    """What was answered. A decline is an answer, not an error."""

    APPROVE = "approve"
    REFER = "refer"
    DECLINE = "decline"
    AT_ONCE = "at_once"
    STAGED = "staged"
    OBSERVED = "observed"
    RELEASED = "released"
    KEPT_BACK = "kept_back"
    INCREASE = "increase"
    KEEP = "keep"
    DECREASE = "decrease"
    BLOCK = "block"
    REDUCED = "reduced"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The line's buckets before the decision and what was asked of it, in minor units."""

    granted_minor: int
    drawn_minor: int
    reserved_minor: int
    withheld_minor: int
    available_minor: int
    requested_minor: int
    is_blocked: bool = False
    is_moved: bool = False
    accepts_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What the two scores said: points of both cards, and the probability and grade of the one that prices."""

    points: int
    pd_ppm: int
    grade: int
    release_points: int


class Needs(StrEnum):
    """Where a value would have to lie, seen from the threshold, to hold the answer down no more."""

    AT_MOST = "at_most"
    BELOW = "below"
    AT_LEAST = "at_least"
    ABOVE = "above"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A factor the answer turned on: without it the answer would have been better for the borrower.

    `value` is the borrower's own. Across `threshold` the answer was found to be better, and not one step short of it: with
    all else as it is, or where that is not enough, with the rest of the trouble mended (`decision.thresholds`). None where
    nothing is known or nothing is compared.
    """

    code: str
    factor: str
    value: float | None
    threshold: float | None
    needs: Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The numbers of an answer; each is None where its table does not give it."""

    amount_minor: int | None = None
    apr_bp: int | None = None
    share_ppm: int | None = None
    tranches_count: int | None = None
    interval_days: int | None = None
    factor_ppm: int | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One answer with all it was made from.

    `features` are in the order of the edition's catalogue, NaN where nothing is known. `edition` is the sha256 of the
    product's whole folder (policy, parameters, scorecards, words), `rules` the matched rows of each table evaluated.
    """

    id: UUID
    kind: Kind
    borrower: str
    line: UUID
    product: str
    currency: str
    as_of: datetime
    edition: str
    catalogue: str
    features: tuple[float, ...]
    sources_count: int
    position: Position
    scores: Scores | None
    rules: tuple[tuple[str, tuple[int, ...]], ...]
    answer: Answer
    terms: Terms
    reasons: tuple[Reason, ...]
    arm: str = CHAMPION


def canonical(decision: Decision) -> bytes:
    """Return the bytes a replay must equal: JSON in field order, exact floats, null for NaN."""
    return msgspec.json.encode(decision)


def seal(decision: Decision) -> bytes:
    """Return the 32 bytes that change if anything in the record does (sha256 of its canonical form)."""
    return hashlib.sha256(canonical(decision)).digest()


def first_difference(stored: Decision, replayed: Decision) -> str | None:
    """Name the first field in which two records differ, with both values; None when they are equal."""
    if canonical(stored) == canonical(replayed):
        return None
    for field in Decision.__dataclass_fields__:
        before, after = (msgspec.json.encode(getattr(one, field)) for one in (stored, replayed))
        if before != after:
            return f"{field}: stored {before.decode()}, replayed {after.decode()}"
    return None
