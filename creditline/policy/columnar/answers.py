"""What a run over many rows gives: columns of outputs, the rules that answered, and one row of it as the reference says it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from creditline.errors import Code, PolicyInvalid
from creditline.policy.columnar.door import series_of, value_at
from creditline.policy.columnar.outputs import Hits
from creditline.policy.columnar.vector import Vector
from creditline.policy.table import Answer, Policy, Value, requires


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWise:
    """A decision that was answered row by row, and why."""

    decision: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a decision gave for many rows.

    `outputs` by name; `hits` the rules of every table on the way; `scope` everything that was known, inputs and the
    decisions required; `failed` the rows that are an error, with its words: their outputs mean nothing. `row_wise` marks
    what was not answered in columns.
    """

    policy: Policy
    decision: str
    parameters: Mapping[str, Value]
    count: int
    outputs: Mapping[str, Vector]
    hits: Mapping[str, Hits]
    scope: Mapping[str, Vector]
    row_wise: tuple[RowWise, ...]
    failed: Mapping[int, str]


def answer_at(answers: Answers, row: int) -> Answer:
    """Return one row's answer as the reference gives it; raise `PolicyInvalid` if the row is an error."""
    if row in answers.failed:
        raise PolicyInvalid(answers.failed[row], code=Code.POLICY_INVALID)
    visited = _tables(answers.policy, answers.decision)
    return Answer(
        outputs={name: value_at(vector, row) for name, vector in answers.outputs.items()},
        rules=tuple((table, answers.hits[table].at(row)) for table in visited if table in answers.hits),
    )


def _tables(policy: Policy, name: str) -> Iterator[str]:
    """Go through the decisions as the reference reports them: one that two others require is told twice."""
    for other in requires(policy, name):
        yield from _tables(policy, other)
    yield name


def frame_of(answers: Answers) -> pl.DataFrame:
    """Return the outputs, then the rules of each table on the way as `rule_of_TABLE`: numbers from 1, or lists of them."""
    outputs = [series_of(name, vector, answers.count) for name, vector in answers.outputs.items()]
    return pl.DataFrame([*outputs, *(_rules(f"rule_of_{table}", hits) for table, hits in answers.hits.items())])


def _rules(name: str, hits: Hits) -> pl.Series:
    """Return the rules of a table: one number a row if never more than one answers, null if none does."""
    if all(len(one) <= 1 for one in hits.sets):
        numbers = pl.Series(name, [one[0] if one else None for one in hits.sets], dtype=pl.UInt32)
    else:
        numbers = pl.Series(name, [list(one) for one in hits.sets], dtype=pl.List(pl.UInt32))
    return numbers.gather(pl.Series(hits.places).cast(pl.UInt32)).alias(name)
