"""A product's examples: what each case is given and must be answered, run on every executor before publishing."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from creditline.errors import Code, PolicyInvalid
from creditline.policy.columnar.answers import answer_at
from creditline.policy.columnar.plan import decide_many
from creditline.policy.compiled import CompiledPolicy, Scope
from creditline.policy.evaluate import evaluate
from creditline.policy.parameters import Parameters
from creditline.policy.table import Answer, Policy, Value

EXAMPLES_FILE = "examples.toml"
"""Where a product's folder keeps them; an edition, which is what decides, does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A case: which decision is asked, on which day and in which currency, what it is given, what it must give."""

    name: str
    decision: str
    day: date
    currency: str
    given: Mapping[str, Value]
    expected: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An example that was run, and what is wrong with each executor's answer to it, in words; none if all is right."""

    example: Example
    words: tuple[str, ...]


def examples_in(text: str) -> tuple[Example, ...]:
    """Return the examples that a file's text holds; raise `PolicyInvalid` if it is no TOML, or a case lacks a part."""
    try:
        return examples_of(tomllib.loads(text))
    except tomllib.TOMLDecodeError as wrong:
        raise PolicyInvalid(f"{EXAMPLES_FILE} is no TOML: {wrong}. Correct it.", code=Code.POLICY_INVALID) from None


def examples_of(table: Mapping[str, Any]) -> tuple[Example, ...]:
    """Return the examples of a parsed examples.toml: [usual] holds what every case is given, [[case]] the cases."""
    usual = table.get("usual", {})
    found: list[Example] = []
    for case in table.get("case", []):
        missing = {"name", "decision", "expected"} - case.keys()
        if missing:
            raise PolicyInvalid(
                f"examples.toml: case {case.get('name', '?')} lacks {', '.join(sorted(missing))}.",
                code=Code.POLICY_INVALID,
            )
        found.append(
            Example(
                name=case["name"],
                decision=case["decision"],
                day=case.get("day", date(2026, 1, 1)),
                currency=case.get("currency", "CNY"),
                given={name: _value(value) for name, value in (usual | case.get("given", {})).items()},
                expected={name: _value(value) for name, value in case["expected"].items()},
            )
        )
    return tuple(found)


def tried(
    policy: Policy, compiled: CompiledPolicy, parameters: Parameters, examples: Sequence[Example]
) -> tuple[Tried, ...]:
    """Run examples on the reference, the row executor and in columns; raise `Malformed` for one that no rule could take."""
    givens = [_given(policy, parameters, one) for one in examples]
    in_columns = _in_columns(policy, examples, givens)
    return tuple(
        Tried(
            example=one,
            words=tuple(
                f"{executor} gives {otherwise}, expected {dict(one.expected)}, by {answer.rules}"
                for executor, answer in (
                    ("reference", evaluate(policy, one.decision, given)),
                    ("compiled", compiled.decide(one.decision, given)),
                    ("columns", answered),
                )
                if (otherwise := _otherwise(one, answer))
            ),
        )
        for one, given, answered in zip(examples, givens, in_columns, strict=True)
    )


def _given(policy: Policy, parameters: Parameters, example: Example) -> dict[str, Value]:
    """Return every input of an example: null where it says nothing, and the numbers of its day."""
    nothing: dict[str, Value] = {one.name: None for one in policy.inputs}
    return nothing | dict(parameters.at(example.day, currency=example.currency)) | dict(example.given)


def _in_columns(policy: Policy, examples: Sequence[Example], givens: Sequence[Scope]) -> list[Answer]:
    """Return each example's answer in columns; those of one decision are asked together."""
    found: dict[int, Answer] = {}
    for decision in dict.fromkeys(one.decision for one in examples):
        places = [place for place, one in enumerate(examples) if one.decision == decision]
        columns = {one.name: [givens[place][one.name] for place in places] for one in policy.inputs}
        answers = decide_many(policy, decision, columns, count=len(places))
        found |= {place: answer_at(answers, row) for row, place in enumerate(places)}
    return [found[place] for place in range(len(examples))]


def _otherwise(example: Example, answer: Answer) -> dict[str, Value]:
    """Return the outputs of an answer that are not as an example expects them."""
    return {
        name: answer.outputs.get(name) for name, value in example.expected.items() if answer.outputs.get(name) != value
    }


def _value(value: Any) -> Value:
    """Return a TOML value as the policy takes it; "null" is null and a fraction an exact decimal."""
    if value == "null":
        return None
    found: Value = Decimal(str(value)) if isinstance(value, float) else value
    return found
