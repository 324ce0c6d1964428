"""What must be true for a part to come back, taken apart: each clause with its threshold, the own value, and whether it holds.

A condition is an expression of the policy over features and the line's state. What is joined by `and` are its clauses;
a clause that names another condition is that one's clauses. `x = null or ...` is read as its rest: what is not known
stands in nobody's way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from creditline.decision.product import Product, is_condition
from creditline.decision.tables import Given
from creditline.policy.evaluate import compute
from creditline.policy.feel import Call, Constant, Expression, Name, Operation
from creditline.policy.table import LiteralExpression, output_names, requires
from creditline.policy.values import Number


class Must(StrEnum):
    """How a clause needs its factor to lie against the threshold; OTHER is said by the words of the condition alone."""

    AT_MOST = "at_most"
    BELOW = "below"
    AT_LEAST = "at_least"
    ABOVE = "above"
    EQUAL = "equal"
    TRUE = "true"
    FALSE = "false"
    OTHER = "other"


SIGNS = {"<=": Must.AT_MOST, "<": Must.BELOW, ">=": Must.AT_LEAST, ">": Must.ABOVE, "=": Must.EQUAL}
TURNED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "=": "="}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A clause as it is written: the factor, how it must lie, and the expression of its threshold if it has one."""

    factor: str
    must: Must
    threshold: Expression | None
    expression: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause as it stands for one borrower; `value` is None where nothing is known, `threshold` where none is compared."""

    factor: str
    must: Must
    value: Number | None
    threshold: Number | None
    holds: bool


def parts_of(product: Product, condition: str) -> tuple[Part, ...]:
    """Take a condition of a product apart; OTHER, under the condition's own name, for what is no comparison of a name."""
    decision = product.policy.decision(condition)
    assert isinstance(decision, LiteralExpression)
    numbers = frozenset(parameter.name for parameter in product.parameters.all)
    return tuple(_part(condition, one, numbers=numbers) for one in _joined(product, decision.expression))


def clauses_of(product: Product, condition: str, given: Given) -> tuple[Clause, ...]:
    """Return the clauses of a condition for what its table was given; the condition holds iff all of them do."""
    scope = dict(given)
    for other in requires(product.policy, condition):
        outputs = product.compiled.decide(other, given).outputs.values()
        scope.update(zip(output_names(product.policy.decision(other)), outputs, strict=True))
    return tuple(
        Clause(
            factor=part.factor,
            must=part.must,
            value=_number(scope.get(part.factor)),
            threshold=None if part.threshold is None else _number(compute(part.threshold, scope)),
            holds=compute(part.expression, scope) is True,
        )
        for part in parts_of(product, condition)
    )


def _joined(product: Product, expression: Expression) -> Iterator[Expression]:
    """Go through what `and` joins, other conditions opened."""
    match expression:
        case Operation(sign="and", left=left, right=right):
            yield from _joined(product, left)
            yield from _joined(product, right)
        case Name(name=name) if name in product.policy.by_name and is_condition(product.policy.by_name[name]):
            other = product.policy.by_name[name]
            assert isinstance(other, LiteralExpression)
            yield from _joined(product, other.expression)
        case _:
            yield expression


def _part(condition: str, expression: Expression, *, numbers: frozenset[str]) -> Part:
    """Read one clause; `numbers` are the parameters, which are thresholds and never factors."""
    other = Part(factor=condition, must=Must.OTHER, threshold=None, expression=expression)
    known = [one for one in _alternatives(expression) if not _is_null_test(one)]
    match known:
        case [Call(function="not", arguments=(Name(name=name),))]:
            return Part(factor=name, must=Must.FALSE, threshold=None, expression=expression)
        case [Name(name=name)]:
            return Part(factor=name, must=Must.TRUE, threshold=None, expression=expression)
        case [Operation(sign=sign, left=Name(name=name), right=threshold)] if sign in SIGNS and name not in numbers:
            return Part(factor=name, must=SIGNS[sign], threshold=threshold, expression=expression)
        case [Operation(sign=sign, left=threshold, right=Name(name=name))] if sign in SIGNS:
            return Part(factor=name, must=SIGNS[TURNED[sign]], threshold=threshold, expression=expression)
        case _:
            return other


def _alternatives(expression: Expression) -> Iterator[Expression]:
    match expression:
        case Operation(sign="or", left=left, right=right):
            yield from _alternatives(left)
            yield from _alternatives(right)
        case _:
            yield expression


def _is_null_test(expression: Expression) -> bool:
    match expression:
        case Operation(sign="=", left=Name(), right=Constant(kind="null")):
            return True
        case _:
            return False


def _number(value: object) -> Number | None:
    """Return a number; what is true is 1, and what is no number is not told."""
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
