"""How many recorded decisions a finding touches, and which rules none of them was answered by."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from creditline.decision.recorded import Group
from creditline.policy.check.finding import Finding, FindingCode, Severity, counted, in_order, joined
from creditline.policy.check.region import Region
from creditline.policy.columnar.answers import Answers
from creditline.policy.columnar.door import value_at
from creditline.policy.columnar.plan import bits_of, decide_many, steps_of
from creditline.policy.columnar.vector import Array, NotHeld, Truths, values_of
from creditline.policy.table import DecisionTable, Policy, Value, names_in

WORD = 64

BY_MATCH = frozenset(
    {
        FindingCode.NOT_MATCHES_MISSING,
        FindingCode.RATIO_EQUALITY,
        FindingCode.RULE_NEVER_FIRST,
        FindingCode.RULE_NEVER_MATCHES,
        FindingCode.UNIT_MISMATCH,
    }
)
"""Findings about what a rule matches; others are about what it answers."""

NEVER = frozenset({FindingCode.RULE_NEVER_FIRST, FindingCode.RULE_NEVER_MATCHES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A table as some recorded cases asked it: every rule that matched each, as words of bits, and what was known."""

    table: DecisionTable
    answers: Answers
    bits: Array

    def matched(self, row: int) -> Truths:
        """Say in which cases a rule matched, counted from 1."""
        word, place = divmod(row - 1, WORD)
        return np.asarray(self.bits[:, word] >> np.uint64(place) & np.uint64(1), np.bool_)

    def answered(self, row: int) -> Truths:
        """Say which cases a rule answered, alone or with others."""
        hits = self.answers.hits[self.table.name]
        sets = [number for number, rows in enumerate(hits.sets) if row in rows]
        return np.isin(hits.places, sets)

    def missing(self, names: Iterable[str]) -> Truths:
        """Say in which cases something of some names was missing."""
        found = np.zeros(self.answers.count, np.bool_)
        for name in names:
            values = values_of(self.answers.scope[name], self.answers.count)
            found |= np.array([value is None for value in values], np.bool_)
        return found

    def holes(self, region: Region) -> int:
        """Count the cases without a rule that lie in a region."""
        names = [name for name in dict.fromkeys(names_in(self.table)) if name in self.answers.scope]
        cases: dict[tuple[Value, ...], int] = {}
        for row in np.flatnonzero(~self.bits.any(axis=1)).tolist():
            key = tuple(value_at(self.answers.scope[name], row) for name in names)
            cases[key] = cases.get(key, 0) + 1
        return sum(count for key, count in cases.items() if region.holds(dict(zip(names, key, strict=True))))


def with_cases(policy: Policy, findings: Sequence[Finding], groups: Sequence[Group]) -> tuple[Finding, ...]:
    """Return findings with the number of recorded cases each touches, and the rules that answered none of them."""
    asked = _asked(policy, groups)
    told = [_counted(one, asked.get(one.table or "")) for one in findings]
    return in_order([*told, *_dead(asked, findings)])


def _asked(policy: Policy, groups: Sequence[Group]) -> Mapping[str, list[Asked]]:
    """Return every table with the cases that asked it; one that columns cannot hold is left out."""
    found: dict[str, list[Asked]] = {}
    for group in groups:
        answers = decide_many(policy, group.table, group.columns, group.numbers, count=group.count)
        for name in steps_of(policy, group.table):
            table = policy.decision(name)
            if not isinstance(table, DecisionTable):
                continue
            try:
                bits = bits_of(answers, name)
            except NotHeld:
                continue
            found.setdefault(name, []).append(Asked(table=table, answers=answers, bits=bits))
    return found


def _counted(finding: Finding, asked: Sequence[Asked] | None) -> Finding:
    if asked is None or not (finding.rows or finding.region):
        return finding
    return counted(finding, sum(_touched(finding, one) for one in asked))


def _touched(finding: Finding, asked: Asked) -> int:
    """Count the cases of one group that a finding is about."""
    if finding.code is FindingCode.GAP:
        return asked.holes(finding.region) if finding.region else 0
    if finding.code is FindingCode.OVERLAP:
        return int((asked.matched(finding.rows[0]) & asked.matched(finding.rows[1])).sum())
    if finding.code is FindingCode.WORSE_IS_ANSWERED_BETTER:
        return int(np.any([asked.answered(row) for row in finding.rows], axis=0).sum()) if finding.rows else 0
    row = finding.rows[0]
    of_rule = asked.matched(row) if finding.code in BY_MATCH else asked.answered(row)
    if finding.code is FindingCode.NOT_MATCHES_MISSING and finding.witness:
        of_rule &= asked.missing(finding.witness)
    return int(of_rule.sum())


def _dead(asked: Mapping[str, list[Asked]], findings: Sequence[Finding]) -> Iterator[Finding]:
    """Go through the tables with rules that answered no case of those that asked them."""
    told = {(one.table, one.rows[0]) for one in findings if one.code in NEVER}
    for name, groups in asked.items():
        count = sum(one.answers.count for one in groups)
        rules = range(1, len(groups[0].table.rules) + 1)
        dead = [row for row in rules if (name, row) not in told and not any(one.answered(row).any() for one in groups)]
        if dead:
            yield Finding(
                code=FindingCode.RULE_DEAD,
                severity=Severity.NOTE,
                table=name,
                rows=tuple(dead),
                words=f"{'Rules' if len(dead) > 1 else 'Rule'} {joined(dead)} answered none of the {count:,} recorded "
                "decisions that asked this table. Keep what is rare and meant, delete the rest.",
            )
