"""Names that nobody gives a value, nobody reads, or that an answer may not have."""

from collections.abc import Iterator
from difflib import get_close_matches

from creditline.policy.check.finding import Finding, FindingCode, Severity
from creditline.policy.check.surroundings import Surroundings
from creditline.policy.feel import Constant, Expression
from creditline.policy.table import DecisionTable, Policy, names_read

CODES = {
    "answer": FindingCode.ANSWER_UNKNOWN,
    "condition": FindingCode.CONDITION_UNKNOWN,
    "reason": FindingCode.REASON_UNKNOWN,
}
"""Outputs whose texts the engine must know, and how it is called if it does not."""


def name_findings(policy: Policy, known: Surroundings) -> Iterator[Finding]:
    """Go through inputs that nobody gives or reads, and through texts of outputs that the engine does not know."""
    read = frozenset[str]().union(*(names_read(policy, decision.name) for decision in policy.decisions))
    for one in policy.inputs:
        if known.inputs is not None and one.name not in known.inputs:
            near = get_close_matches(one.name, known.inputs, n=1)
            yield Finding(
                code=FindingCode.INPUT_UNKNOWN,
                severity=Severity.ERROR,
                column=one.name,
                words=f"Nobody gives {one.name} a value: it is no feature, no fact of the line and no parameter. "
                + (f"Did you mean {near[0]}? " if near else "")
                + "Correct the name, or add the feature or the parameter.",
            )
        elif one.name not in read:
            yield Finding(
                code=FindingCode.INPUT_UNUSED,
                severity=Severity.NOTE,
                column=one.name,
                words=f"No decision reads {one.name}. Delete its inputData, or use it.",
            )
    for decision in policy.decisions:
        if isinstance(decision, DecisionTable):
            yield from _texts(decision, known)


def _texts(table: DecisionTable, known: Surroundings) -> Iterator[Finding]:
    for row, rule in enumerate(table.rules, start=1):
        for output, result in zip(table.outputs, rule.outputs, strict=True):
            words = known.words.get(output.name)
            if words is None:
                continue
            if output.name == "answer" and table.name not in known.must_answer:
                continue
            yield from _text(table.name, row, result, output=output.name, words=words)


def _text(table: str, row: int, result: Expression, *, output: str, words: frozenset[str]) -> Iterator[Finding]:
    if not isinstance(result, Constant) or result.kind != "string" or result.text in words:
        return
    near = get_close_matches(result.text, words, n=1)
    yield Finding(
        code=CODES[output],
        severity=Severity.ERROR,
        table=table,
        rows=(row,),
        column=output,
        words=f"{result.text!r} is no {output} that the engine knows. "
        + (f"Did you mean {near[0]!r}? " if near else "")
        + f"There are {', '.join(sorted(words))}.",
    )
