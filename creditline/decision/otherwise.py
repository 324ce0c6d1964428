"""How many recorded decisions a change of the rules answers otherwise: all changes together, and each one alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec

from creditline.decision.product import Product
from creditline.decision.recorded import Recorded, groups_of
from creditline.policy.columnar.plan import decide_many, steps_of
from creditline.policy.columnar.vector import values_of
from creditline.policy.diff import Change, ChangeKind, Part
from creditline.policy.parameters import Parameters
from creditline.policy.table import DecisionTable, LiteralExpression, Policy, names_read

Answered = Mapping[UUID, tuple[str, object]]
"""What recorded cases are answered, by the decision's id: the table asked, and its outputs or why there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many cases are answered otherwise, of so many that ask what was changed."""

    otherwise_count: int
    asked_count: int

    @property
    def words(self) -> str:
        """The share as a line tells it: `8.2 % of 1,192 decisions`."""
        percent = 100 * self.otherwise_count / self.asked_count if self.asked_count else 0
        return f"{percent:.1f} % of {self.asked_count:,} decisions"


def shares_of(
    old: Product, *, new: Product, changes: Sequence[Change], recorded: Sequence[Recorded]
) -> tuple[Share, tuple[Share | None, ...]]:
    """Return the share of all changes together, and of each made alone to the older product.

    A rule that was added or moved, and the shape of a table, cannot be taken alone: their share is None.
    """
    # A rule may read what the older rules did not: both sides are given the same.
    wide = replace(old, reads=tuple(dict.fromkeys((*old.reads, *new.reads))))
    before = answered(wide, recorded)
    found: list[Share | None] = []
    for change in changes:
        own = alone(wide, new=new, change=change)
        asks = {name for name in {table for table, _ in before.values()} if _concerns(wide.policy, name, change)}
        found.append(None if own is None else _share(before, after=answered(own, recorded), tables=asks))
    return _share(before, after=answered(new, recorded), tables=None), tuple(found)


def answered(product: Product, recorded: Sequence[Recorded]) -> Answered:
    """Return what a product answers to recorded cases."""
    found: dict[UUID, tuple[str, object]] = {}
    for group in groups_of(product, recorded):
        answers = decide_many(product.policy, group.table, group.columns, group.numbers, count=group.count)
        columns = [values_of(vector, group.count) for vector in answers.outputs.values()]
        names = tuple(answers.outputs)
        for row, decision in enumerate(group.decisions):
            given = tuple(zip(names, (column[row] for column in columns), strict=True))
            found[decision.id] = (group.table, answers.failed.get(row, given))
    return found


def alone(old: Product, *, new: Product, change: Change) -> Product | None:
    """Return the older product with one change made; None if it cannot be made alone."""
    if change.part is Part.PARAMETER:
        name, _, currency = (change.name or "").partition(".")
        key = (name, currency or None)
        kept = [one for one in old.parameters.all if (one.name, one.currency) != key]
        came = [one for one in new.parameters.all if (one.name, one.currency) == key]
        is_there = len(kept) < len(old.parameters.all) and came
        return replace(old, parameters=Parameters(all=(*kept, *came))) if is_there else None
    before = old.policy.by_name.get(change.decision or "")
    after = new.policy.by_name.get(change.decision or "")
    if before is None or after is None:
        return None
    if change.part is Part.EXPRESSION:
        return _with(old, new=new, decision=after)
    if not isinstance(before, DecisionTable) or not isinstance(after, DecisionTable):
        return None
    if change.part is Part.HIT_POLICY:
        return _with(old, new=new, decision=msgspec.structs.replace(before, hit_policy=after.hit_policy))
    if change.part is not Part.RULE or (before.columns, before.outputs) != (after.columns, after.outputs):
        return None
    if change.old_row is None or change.kind not in {ChangeKind.EDITED, ChangeKind.REMOVED}:
        return None
    edited = (after.rules[change.new_row - 1],) if change.new_row else ()
    rules = (*before.rules[: change.old_row - 1], *edited, *before.rules[change.old_row :])
    return _with(old, new=new, decision=msgspec.structs.replace(before, rules=rules))


def _with(old: Product, *, new: Product, decision: DecisionTable | LiteralExpression) -> Product:
    """Return a product with one decision replaced, and the inputs of both, since it may read another."""
    inputs = {one.name: one for one in (*new.policy.inputs, *old.policy.inputs)}
    policy = msgspec.structs.replace(
        old.policy,
        inputs=tuple(inputs.values()),
        decisions=tuple(decision if one.name == decision.name else one for one in old.policy.decisions),
    )
    return replace(old, policy=policy)


def _concerns(policy: Policy, table: str, change: Change) -> bool:
    """Say whether a table asks what was changed."""
    if change.part is Part.PARAMETER:
        return (change.name or "").partition(".")[0] in names_read(policy, table)
    return change.decision in steps_of(policy, table)


def _share(before: Answered, *, after: Answered, tables: set[str] | None) -> Share:
    asked = [one for one, (table, _) in before.items() if tables is None or table in tables]
    otherwise = sum(before[one] != after.get(one) for one in asked)
    return Share(otherwise_count=otherwise, asked_count=len(asked))
