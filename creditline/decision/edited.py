"""Edits of outputs: a draft that differs from one asked before only in what some rules give is asked about their cases alone.

Which rule answers a case does not depend on what rules give, as long as no other table reads it; where one does, only the cases
of the edited rules can be answered otherwise. So they alone are asked again, and what they came to is exchanged in the sums.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from creditline.decision.allotted import Allotted
from creditline.decision.asked import Asked, ask
from creditline.decision.laid import past_of_block
from creditline.decision.losing import Losing
from creditline.decision.marks import Marks, marks_of
from creditline.decision.past import Past, Whole
from creditline.decision.product import Product
from creditline.decision.tables import TABLES
from creditline.decision.tally import Tally, exchanged, tally_of
from creditline.policy.columnar.answers import RowWise
from creditline.policy.columnar.outputs import Hits
from creditline.policy.columnar.plan import steps_of
from creditline.policy.table import DecisionTable, HitPolicy

POLICY_FILE = "policy.dmn"
MOST_KEPT = 3
"""So many drafts a block remembers the sums of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Cases that an arm of a draft was asked about: what they come to, and the marks; `asked_count` were really asked for it.

    `asked` is None where the sums of another draft were used.
    """

    arm: str
    product: Product
    past: Past
    tally: Tally
    marks: Marks
    row_wise: tuple[RowWise, ...]
    asked_count: int
    asked: Asked | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What a block remembers of a draft: its sums, and which rules answered which cases."""

    judged: Judged
    losing: Losing | None
    hits: Mapping[str, Hits]
    failed: Whole


def judged_of(asked: Asked, losing: Losing | None) -> Judged:
    """Return cases that were asked with what they come to."""
    return Judged(
        arm=asked.arm,
        product=asked.product,
        past=asked.past,
        tally=tally_of(asked, losing),
        marks=marks_of(asked),
        row_wise=asked.answers.row_wise,
        asked_count=asked.past.count,
        asked=asked,
    )


def judge(one: Allotted, losing: Losing | None) -> Judged:
    """Ask about cases, or, of a whole block that remembers a draft with the same conditions, about those that may differ."""
    block = one.past.block
    if block is None or one.past.rows is not None:
        return judged_of(ask(one.product, one.past, arm=one.arm), losing)
    kept: list[_Kept] = block.memo.setdefault("drafts", [])
    for former in tuple(kept):
        if (former.judged.arm, former.losing) == (one.arm, losing) and (found := _exchanged(former, one)) is not None:
            return found
    asked = ask(one.product, one.past, arm=one.arm)
    judged = judged_of(asked, losing)
    if not asked.answers.row_wise:
        failed = np.array(sorted(asked.answers.failed), np.int64)
        # What was asked is not kept: sums and marks are enough, and far smaller.
        own = _Kept(judged=replace(judged, asked=None), losing=losing, hits=asked.answers.hits, failed=failed)
        block.memo["drafts"] = [own, *kept][:MOST_KEPT]
    return judged


def _exchanged(former: _Kept, one: Allotted) -> Judged | None:
    """Return what cases come to by what another draft's came to; None if too much differs."""
    was, past = former.judged, one.past
    rules = edited_rules(was.product, new=one.product, table=TABLES[past.kind])
    if rules is None:
        return None
    rows = np.flatnonzero(_touched(former, rules, past.count))
    if len(rows) * 2 > past.count:
        return None
    assert past.block is not None
    if not len(rows):
        return replace(was, product=one.product, past=past, asked_count=0)
    then, now = (
        ask(product, past_of_block(product, past.block, rows=rows, numbers=past.numbers), arm=one.arm)
        for product in (was.product, one.product)
    )
    if now.answers.row_wise or then.answers.row_wise:
        return None
    return Judged(
        arm=one.arm,
        product=one.product,
        past=past,
        tally=exchanged(was.tally, former=tally_of(then, former.losing), latter=tally_of(now, former.losing)),
        marks=was.marks.with_rows(rows, marks_of(now)),
        row_wise=(),
        asked_count=len(rows),
        asked=None,
    )


def _touched(
    former: _Kept, rules: Mapping[str, frozenset[int]], count: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say which cases an edited rule answered; one that failed may fail no more."""
    found = np.zeros(count, np.bool_)
    for table, edited in rules.items():
        hits = former.hits[table]
        is_edited = np.array([bool(edited.intersection(one)) for one in hits.sets], np.bool_)
        found |= is_edited[hits.places]
    found[former.failed] = True
    return found


def edited_rules(old: Product, *, new: Product, table: str) -> Mapping[str, frozenset[int]] | None:
    """Return by table the rules that give something else in a newer product; None if anything else differs for a table.

    Rules are counted from 1. A table that answers by priority is none of these, as what its rules give decides which answers.
    """
    if {**old.files, POLICY_FILE: b""} != {**new.files, POLICY_FILE: b""} or old.policy.inputs != new.policy.inputs:
        return None
    steps = steps_of(old.policy, table)
    if steps != steps_of(new.policy, table):
        return None
    found: dict[str, frozenset[int]] = {}
    for step in steps:
        before, after = old.policy.decision(step), new.policy.decision(step)
        if before == after:
            continue
        if not isinstance(before, DecisionTable) or not isinstance(after, DecisionTable):
            return None
        is_same_but_outputs = msgspec.structs.replace(after, rules=before.rules) == before
        cells = [[rule.cells for rule in one.rules] for one in (before, after)]
        if not is_same_but_outputs or cells[0] != cells[1] or before.hit_policy is HitPolicy.PRIORITY:
            return None
        found[step] = frozenset(_differing(before, after))
    return found


def _differing(before: DecisionTable, after: DecisionTable) -> Iterator[int]:
    for place, (old, new) in enumerate(zip(before.rules, after.rules, strict=True), start=1):
        if old.outputs != new.outputs:
            yield place
