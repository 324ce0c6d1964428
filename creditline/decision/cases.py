"""Cases with their outcomes: what some borrowers gave a table of a product, and which of them then turned bad."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from creditline.decision.product import Product
from creditline.decision.recorded import Recorded, groups_of
from creditline.errors import Code, Malformed
from creditline.policy.columnar.answers import Answers
from creditline.policy.columnar.plan import decide_many
from creditline.policy.columnar.vector import Vector, vector_of
from creditline.policy.table import Policy
from creditline.policy.values import Value

Truths = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """n cases that asked one table under the same numbers, and what became of them.

    `columns` holds what the policy reads, `who` [n] the borrower of each as a number that is theirs in all cases, `is_bad` [n]
    whether they turned bad.
    """

    table: str
    currency: str
    numbers: Mapping[str, Value]
    columns: Mapping[str, Vector]
    count: int
    who: Ints
    is_bad: Truths


def cases_of(
    product: Product,
    recorded: Iterable[Recorded],
    *,
    is_bad: Mapping[UUID, bool],
    places: dict[str, int] | None = None,
) -> tuple[Cases, ...]:
    """Lay out recorded decisions whose outcome is known, by what was stored with them; the others are left out.

    `places` are the numbers of borrowers so far: cases of several products that are looked at together share them.
    """
    known = [one for one in recorded if one.decision.id in is_bad]
    places = {} if places is None else places
    return tuple(
        Cases(
            table=group.table,
            currency=group.decisions[0].currency,
            numbers=group.numbers,
            columns={name: vector_of(values) for name, values in group.columns.items() if name not in group.numbers},
            count=group.count,
            who=np.array([places.setdefault(one.borrower, len(places)) for one in group.decisions], np.int64),
            is_bad=np.array([is_bad[one.id] for one in group.decisions], np.bool_),
        )
        for group in groups_of(product, known)
    )


def with_numbers(cases: Cases, numbers: Mapping[str, Value]) -> Cases:
    """Return cases asked under other numbers; raise `Malformed` for one the product does not have."""
    for name in numbers.keys() - cases.numbers.keys():
        raise Malformed(
            f"There is no number {name!r}. There are {', '.join(sorted(cases.numbers))}.", code=Code.MESSAGE_MALFORMED
        )
    return replace(cases, numbers={**cases.numbers, **numbers})


def asked(policy: Policy, cases: Cases, rows: Ints | None = None) -> Answers:
    """Answer cases in columns by a policy, or those of them whose rows are given."""
    if rows is None:
        return decide_many(policy, cases.table, cases.columns, cases.numbers, count=cases.count)
    columns = {name: vector.taken(rows) for name, vector in cases.columns.items()}
    return decide_many(policy, cases.table, columns, cases.numbers, count=len(rows))


def rules_of(answers: Answers, table: str) -> Ints:
    """Return the rule of a table that answered each case, from 1; 0 where none did, the first where several did."""
    hits = answers.hits[table]
    first = np.array([rows[0] if rows else 0 for rows in hits.sets], np.int64)
    rules = first[hits.places]
    if answers.failed:
        rules[list(answers.failed)] = 0
    return rules
