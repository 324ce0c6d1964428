"""Lay a table out for analysis: its parameters as numbers, the inputs it tests as dimensions that do not touch each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec

from creditline.policy.check.axis import Bin, listed_bins, ordered_bins
from creditline.policy.check.domain import Domain
from creditline.policy.check.joint import joint_bins
from creditline.policy.check.region import Dimension, Region
from creditline.policy.evaluate import evaluate
from creditline.policy.feel import Cell, Expression, Name
from creditline.policy.table import Answer, DecisionTable, Policy, names_in, names_read, output_names, with_literals
from creditline.policy.values import Value

Test = tuple[Expression, tuple[Cell, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A table under one set of numbers: the policy with them in place, and the dimensions that its columns test."""

    policy: Policy
    table: DecisionTable
    domains: Mapping[str, Domain]
    dimensions: tuple[Dimension, ...]

    @property
    def is_exact(self) -> bool:
        """Whether the bins are all there can be, so that what is not found is not there."""
        return all(own.is_exact for own in self.dimensions)

    @property
    def everything(self) -> int:
        """The mask of all rules."""
        return (1 << len(self.table.rules)) - 1

    def region(self, masks: Sequence[Iterable[int]]) -> Region:
        """Return a box of the dimensions."""
        return Region(dimensions=self.dimensions, masks=tuple(frozenset(own) for own in masks))

    def filled(self, witness: Mapping[str, Value]) -> dict[str, Value]:
        """Return inputs with those that the table reads besides, which do not matter and are plain."""
        plain = {name: self.domains[name].plain for name in names_read(self.policy, self.table.name)}
        return {**plain, **witness}

    def answer(self, witness: Mapping[str, Value]) -> Answer:
        """Return what the reference answers to inputs."""
        return evaluate(self.policy, self.table.name, self.filled(witness))


def bound(policy: Policy, numbers: Mapping[str, Value]) -> Policy:
    """Return a policy in which parameters are the numbers they are on a day."""
    return msgspec.structs.replace(
        policy, decisions=tuple(with_literals(decision, numbers) for decision in policy.decisions)
    )


def lay_out(
    policy: Policy, table: str, domains: Mapping[str, Domain], *, extra: Mapping[str, Sequence[Value]] | None = None
) -> Laid:
    """Lay out a table of a bound policy; `extra` are break points by input that its own cells do not have."""
    decision = cast("DecisionTable", policy.decision(table))
    tests: list[Test] = [
        (column.expression, tuple(rule.cells[at] for rule in decision.rules))
        for at, column in enumerate(decision.columns)
    ]
    dimensions = [_dimension(policy, group, domains, extra or {}) for group in _groups(policy, tests)]
    return Laid(policy=policy, table=decision, domains=domains, dimensions=tuple(dimensions))


def _groups(policy: Policy, tests: Sequence[Test]) -> list[tuple[frozenset[str], list[Test]]]:
    """Return the columns in groups that read different inputs; a decision counts as the inputs it reads itself."""
    groups: list[tuple[frozenset[str], list[Test]]] = []
    for test in tests:
        names = frozenset(inputs_of(policy, test))
        own = [test]
        for other in [one for one in groups if one[0] & names]:
            groups.remove(other)
            names, own = names | other[0], other[1] + own
        groups.append((names, own))
    return groups


def inputs_of(policy: Policy, node: object) -> Iterable[str]:
    """Go through the inputs that an expression or test reads, itself or through decisions."""
    by_output = {name: one.name for one in policy.decisions for name in output_names(one)}
    for name in names_in(node):
        yield from names_read(policy, by_output[name]) if name in by_output else (name,)


def _dimension(
    policy: Policy,
    group: tuple[frozenset[str], list[Test]],
    domains: Mapping[str, Domain],
    extra: Mapping[str, Sequence[Value]],
) -> Dimension:
    names, tests = tuple(sorted(group[0])), tuple(group[1])
    is_simple = len(names) == 1 and all(
        isinstance(expression, Name) and not any(names_in(cells)) for expression, cells in tests
    )
    if is_simple:
        bins: tuple[Bin, ...] = _simple_bins([cells for _, cells in tests], domains[names[0]], extra.get(names[0], ()))
        return Dimension(names=names, domains=(domains[names[0]],), bins=bins, tests=tests)
    bins, is_exact = joint_bins(policy, names, tests, domains=domains, extra=extra)
    own = tuple(domains[name] for name in names)
    return Dimension(names=names, domains=own, bins=bins, tests=tests, is_exact=is_exact, is_joint=True)


def _simple_bins(columns: Sequence[tuple[Cell, ...]], domain: Domain, extra: Sequence[Value]) -> tuple[Bin, ...]:
    if domain.kind in {"number", "date"}:
        return ordered_bins(columns, domain, extra)
    return listed_bins(columns, domain)
