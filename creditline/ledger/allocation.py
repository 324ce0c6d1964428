"""In which order a payment meets what is owed: an order that is data, exact parts, and the excess.

A claim is an amount owed on one loan, in one part, for one due date. What is due comes before what is not; among those,
the order goes by part and then by due date, or by due date and then by part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from uuid import UUID


class Part(StrEnum):
    """What a unit of a payment is for."""

    FEE = "fee"
    PENALTY = "penalty"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class Turn(IntEnum):
    """When a claim is met: what is due, then what runs towards the next due date, then what is due after it."""

    DUE = 0
    RUNNING = 1
    AHEAD = 2


class First(StrEnum):
    """What decides among claims of one turn: their part (and then the oldest), or the oldest (and then its part)."""

    PART = "part"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Groups of parts, met one after another; the parts of one group are met together, the oldest first."""

    groups: tuple[tuple[Part, ...], ...] = ((Part.FEE,), (Part.PENALTY, Part.INTEREST), (Part.PRINCIPAL,))
    first: First = First.PART

    @property
    def is_complete(self) -> bool:
        """Whether every part stands in it, once."""
        return sorted(part for group in self.groups for part in group) == sorted(Part)

    def place(self, part: Part) -> int:
        """Return the place of a part's group."""
        return next(place for place, group in enumerate(self.groups) if part in group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An amount owed; `row` is the number of its instalment, 0 where it belongs to none."""

    loan: UUID
    part: Part
    turn: Turn
    due_on: date
    row: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What of each claim is met, claims of nothing left out, and what is left of the payment."""

    met: tuple[Claim, ...]
    excess_minor: int

    def part_minor(self, part: Part) -> int:
        """Return how much goes to one part, over all claims."""
        return sum(claim.amount_minor for claim in self.met if claim.part is part)

    def of(self, loan: UUID) -> tuple[Claim, ...]:
        """Return what is met on one loan."""
        return tuple(claim for claim in self.met if claim.loan == loan)


def allocate(amount_minor: int, claims: Sequence[Claim], order: Order) -> Allocation:
    """Meet claims with an amount in the order agreed; every unit goes to one claim or to the excess."""
    left_minor = amount_minor
    met: list[Claim] = []
    for claim in in_order(claims, order):
        taken_minor = min(left_minor, claim.amount_minor)
        left_minor -= taken_minor
        if taken_minor:
            met.append(
                Claim(
                    loan=claim.loan, part=claim.part, turn=claim.turn, due_on=claim.due_on, row=claim.row,
                    amount_minor=taken_minor,
                )
            )  # fmt: skip
    return Allocation(met=tuple(met), excess_minor=left_minor)


def in_order(claims: Sequence[Claim], order: Order) -> list[Claim]:
    """Return claims as they are met; where all else is equal, in the order of parts and of loans."""
    ranks = tuple(Part)

    def key(claim: Claim) -> tuple[object, ...]:
        place = order.place(claim.part)
        by = (place, claim.due_on) if order.first is First.PART else (claim.due_on, place)
        return (claim.turn, *by, ranks.index(claim.part), claim.loan, claim.row)

    return sorted(claims, key=key)
