"""A product's examples: what each case is given and must be answered, run on every executor before publishing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from creditline.errors import Code, PolicyInvalid
from creditline.policy.compiled import CompiledPolicy
from creditline.policy.evaluate import evaluate
from creditline.policy.parameters import Parameters
from creditline.policy.table import Policy, Value


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
class Failure:
    """An example that is answered otherwise."""

    example: str
    words: str


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


def failures_of(
    policy: Policy, compiled: CompiledPolicy, parameters: Parameters, examples: tuple[Example, ...]
) -> list[Failure]:
    """Return the examples that either executor answers otherwise than expected."""
    failed: list[Failure] = []
    for example in examples:
        numbers = parameters.at(example.day, currency=example.currency)
        given: dict[str, Value] = {one.name: None for one in policy.inputs} | dict(numbers) | dict(example.given)
        for executor, answer in (
            ("reference", evaluate(policy, example.decision, given)),
            ("compiled", compiled.decide(example.decision, given)),
        ):
            otherwise = {
                name: answer.outputs.get(name)
                for name, value in example.expected.items()
                if answer.outputs.get(name) != value
            }
            if otherwise:
                failed.append(
                    Failure(
                        example=example.name,
                        words=f"{executor} gives {otherwise}, expected {dict(example.expected)}, by {answer.rules}",
                    )
                )
    return failed


def _value(value: Any) -> Value:
    """Return a TOML value as the policy takes it; "null" is null and a fraction an exact decimal."""
    if value == "null":
        return None
    found: Value = Decimal(str(value)) if isinstance(value, float) else value
    return found
