"""The past as columns: recorded decisions laid out once, so that any draft can be asked about all of them again and again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from creditline.clock import to_us
from creditline.decision.block import Block
from creditline.decision.outcome import Answer, Decision, Kind, Terms
from creditline.decision.product import Product
from creditline.decision.recorded import Group, Recorded, groups_of
from creditline.decision.tables import TABLES
from creditline.policy.columnar.vector import Vector, vector_of
from creditline.policy.values import Value

Whole = NDArray[np.int64]

ANSWERS = tuple(Answer)
FIGURES = ("amount_minor", "apr_bp", "share_ppm", "tranches_count", "interval_days", "factor_ppm")
"""The answers by code, and the numbers an answer may have."""

NONE = np.iinfo(np.int64).min
"""What stands in a column of figures where an answer has no such number."""

KINDS: Mapping[str, Kind] = {table: kind for kind, table in TABLES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What was answered case by case: codes into ANSWERS (-1 for none), figures by name, and conditions."""

    answers: NDArray[np.int8]
    figures: Mapping[str, Whole]
    conditions: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Cases of one kind under the same numbers: what each gave the tables, and what it was answered.

    `rules_counts` says how often each rule of each table answered then, `arms_counts` how many each arm decided; `grades` are 0
    where there was no score, and `pd_ppm` NONE. `who` is a number of each case's borrower, the same in all pasts laid out
    together. `block` is where the cases are held in memory, in these `rows` (None: in all); None where they were read one by one.
    """

    kind: Kind
    currency: str
    numbers: Mapping[str, Value]
    columns: Mapping[str, Vector]
    count: int
    ids: Sequence[UUID]
    borrowers: Sequence[str]
    first_at: str
    last_at: str
    as_of_us: Whole
    is_blocked: NDArray[np.bool_]
    requested_minor: Whole
    granted_minor: Whole
    grades: NDArray[np.int16]
    pd_ppm: Whole
    who: Whole
    before: Outcomes
    rules_counts: Mapping[tuple[str, int], int]
    arms_counts: Mapping[str, int] = field(default_factory=dict)
    block: Block | None = None
    rows: NDArray[np.int64] | None = None


def past_of(product: Product, recorded: Iterable[Recorded]) -> tuple[Past, ...]:
    """Lay recorded decisions out for a product; releases, and cases before its numbers begin, are left out."""
    places: dict[str, int] = {}
    return tuple(_past(group, places) for group in groups_of(product, recorded))


def _past(group: Group, places: dict[str, int]) -> Past:
    decisions = group.decisions
    days = sorted(one.as_of for one in decisions)
    return Past(
        kind=KINDS[group.table],
        currency=decisions[0].currency,
        numbers=group.numbers,
        columns={name: vector_of(values) for name, values in group.columns.items() if name not in group.numbers},
        count=group.count,
        ids=[one.id for one in decisions],
        borrowers=[one.borrower for one in decisions],
        first_at=days[0].isoformat(),
        last_at=days[-1].isoformat(),
        as_of_us=np.array([to_us(one.as_of) for one in decisions], np.int64),
        is_blocked=np.array([one.position.is_blocked for one in decisions], np.bool_),
        requested_minor=np.array([one.position.requested_minor for one in decisions], np.int64),
        granted_minor=np.array([one.position.granted_minor for one in decisions], np.int64),
        grades=np.array([one.scores.grade if one.scores else 0 for one in decisions], np.int16),
        pd_ppm=np.array([one.scores.pd_ppm if one.scores else NONE for one in decisions], np.int64),
        who=np.array([places.setdefault(one.borrower, len(places)) for one in decisions], np.int64),
        before=_outcomes(decisions),
        rules_counts=Counter((table, row) for one in decisions for table, rows in one.rules for row in rows),
        arms_counts=Counter(one.arm for one in decisions),
    )


def _outcomes(decisions: Sequence[Decision]) -> Outcomes:
    codes = {answer: code for code, answer in enumerate(ANSWERS)}
    terms: list[Terms] = [one.terms for one in decisions]
    conditions = np.empty(len(terms), np.object_)
    conditions[:] = [one.condition for one in terms]
    return Outcomes(
        answers=np.array([codes[one.answer] for one in decisions], np.int8),
        figures={
            name: np.array([NONE if (own := getattr(one, name)) is None else own for one in terms], np.int64)
            for name in FIGURES
        },
        conditions=conditions,
    )


def taken(outcomes: Outcomes, rows: NDArray[np.int64]) -> Outcomes:
    """Return the outcomes of some cases."""
    return Outcomes(
        answers=outcomes.answers[rows],
        figures={name: column[rows] for name, column in outcomes.figures.items()},
        conditions=outcomes.conditions[rows],
    )


def repeated(past: Past, times: int) -> Past:
    """Return a past with every case several times, for measuring."""
    columns = {
        name: replace(
            one,
            values=np.tile(one.values, times),
            known=None if one.known is None else np.tile(one.known, times),
        )
        for name, one in past.columns.items()
    }
    before = Outcomes(
        answers=np.tile(past.before.answers, times),
        figures={name: np.tile(one, times) for name, one in past.before.figures.items()},
        conditions=np.tile(past.before.conditions, times),
    )
    return replace(
        past,
        columns=columns,
        before=before,
        count=past.count * times,
        ids=list(past.ids) * times,
        borrowers=list(past.borrowers) * times,
        as_of_us=np.tile(past.as_of_us, times),
        is_blocked=np.tile(past.is_blocked, times),
        requested_minor=np.tile(past.requested_minor, times),
        granted_minor=np.tile(past.granted_minor, times),
        grades=np.tile(past.grades, times),
        pd_ppm=np.tile(past.pd_ppm, times),
        who=np.tile(past.who, times),
        rules_counts={rule: count * times for rule, count in past.rules_counts.items()},
        arms_counts={arm: count * times for arm, count in past.arms_counts.items()},
    )
