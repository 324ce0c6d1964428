"""A part of a population under each policy: the same people with the same luck, and what their lives came to.

People are taken in parts that do not depend on how many processes work, so that any number of them finds the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from creditline.clock import DAY, start_of
from creditline.decision.product import Product
from creditline.simulation.assumed import Assumed
from creditline.simulation.people import Person, person
from creditline.simulation.record import FIELDS, MOMENTS, Rows, gaps_of, moments_of, record_of
from creditline.simulation.rivals import at_once, held
from creditline.simulation.world import Lived, live

PART = 100
"""So many people live together: enough to share calls, few enough to see how far it is."""

MOST_GAP_DAYS = 400
POLICY, DRAFT, AT_ONCE, HELD = "policy", "draft", "at_once", "hold_30_days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is simulated: by which assumptions, how many people, how many days, from which seed."""

    assumed: Assumed
    people_count: int
    days: int
    seed: int

    def parts(self) -> Iterator[tuple[int, int]]:
        """Return the first and the end of each part of the people."""
        for first in range(0, self.people_count, PART):
            yield first, min(first + PART, self.people_count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What some people's lives came to: rows [people, FIELDS] under each policy, and moments [people, MOMENTS].

    `gaps` [days] counts how many days lay between purchases. Moments and gaps are of the lives under the policy itself.
    """

    rows: dict[str, Rows]
    moments: Rows
    gaps: Rows


def arms_of(policy: Product, draft: Product | None) -> dict[str, Product]:
    """Return the policies that are compared, by name: the one in force, a draft if there is one, and two simple rivals."""
    own = {POLICY: policy} if draft is None else {POLICY: policy, DRAFT: draft}
    return {**own, AT_ONCE: at_once(policy), HELD: held(policy)}


def live_through(plan: Plan, arms: Mapping[str, Product], part: tuple[int, int]) -> Part:
    """Let the people of a part live under each policy."""
    people = [person(plan.assumed, seed=plan.seed, index=index) for index in range(*part)]
    lived = live(arms[POLICY], plan.assumed, people, days=plan.days)
    rows = {POLICY: _rows(plan, lived)}
    for name, product in arms.items():
        if name == POLICY:
            continue
        again = _otherwise(people, rows[POLICY]) if name == AT_ONCE else list(range(len(people)))
        rows[name] = rows[POLICY].copy()
        if again:
            rows[name][again] = _rows(plan, live(product, plan.assumed, [people[i] for i in again], days=plan.days))
    gaps = [min(gap, MOST_GAP_DAYS) for one in lived for gap in gaps_of(one)]
    return Part(
        rows=rows,
        moments=np.array([moments_of(one) for one in lived], np.int64).reshape(-1, len(MOMENTS)),
        gaps=np.bincount(np.array(gaps, np.int64), minlength=MOST_GAP_DAYS + 1),
    )


def joined(parts: Sequence[Part]) -> Part:
    """Return parts as one, in their order."""
    return Part(
        rows={name: np.concatenate([part.rows[name] for part in parts]) for name in parts[0].rows},
        moments=np.concatenate([part.moments for part in parts]),
        gaps=np.sum([part.gaps for part in parts], axis=0),
    )


def _otherwise(people: Sequence[Person], rows: Rows) -> list[int]:
    """Return who lives otherwise if all comes back at once: a life of which all did so is that life already."""
    waited = rows[:, [FIELDS.index(name) for name in ("staged", "observed", "reduced")]].sum(axis=1)
    return [place for place in range(len(people)) if waited[place]]


def _rows(plan: Plan, lived: Sequence[Lived]) -> Rows:
    until = start_of(plan.assumed.starts_on) + plan.days * DAY
    return np.array([record_of(one, plan.assumed, until=until) for one in lived], np.int64).reshape(-1, len(FIELDS))
