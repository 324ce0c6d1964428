"""Expressions and cells on vectors: the reference evaluator's walk, a column at a time."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from creditline.policy.columnar import arithmetic, logic
from creditline.policy.columnar.vector import NotHeld, Truths, Vector, constant_of, values_of
from creditline.policy.feel import Against, Between, Call, Cell, Choice, Constant, Expression, Name, Negative, Operation
from creditline.policy.table import constant

Scope = Mapping[str, Vector]


def compute(node: Expression, scope: Scope) -> Vector:
    """Return the values of an expression; raise `NotHeld` saying what a column cannot hold of it."""
    match node:
        case Constant():
            return constant_of(constant(node))
        case Name(name=name):
            return scope[name]
        case Negative(of=of):
            return arithmetic.negative(compute(of, scope))
        case Choice(test=test, this=this, other=other):
            return logic.chosen(compute(test, scope), this=compute(this, scope), other=compute(other, scope))
        case Call(function=function, arguments=arguments):
            return _call(function, tuple(compute(argument, scope) for argument in arguments))
        case Operation(sign=sign, left=left, right=right):
            return _operate(sign, compute(left, scope), compute(right, scope))
        case _:
            raise NotHeld(f"it uses {type(node).__name__}, which is answered row by row")


def _operate(sign: str, left: Vector, right: Vector) -> Vector:
    match sign:
        case "and":
            return logic.both(left, right)
        case "or":
            return logic.either(left, right)
        case "=":
            return logic.equals(left, right)
        case "!=":
            return logic.negated(logic.equals(left, right))
        case "<" | "<=" | ">" | ">=":
            return logic.ordered(sign, left, right)
        case _:
            return arithmetic.arithmetic(sign, left, right)


def _call(function: str, arguments: tuple[Vector, ...]) -> Vector:
    if any(argument.kind == "any" for argument in arguments):
        raise NotHeld(f"{function} is given values held row by row")
    match function:
        case "not":
            return logic.negated(arguments[0])
        case "days_between":
            return arithmetic.days_between(*arguments)
        case "min" | "max":
            return arithmetic.extreme(arguments, is_least=function == "min")
        case "abs":
            return arithmetic.absolute(arguments[0])
        case "floor" | "ceiling":
            return arithmetic.rounded(arguments[0], 0, function)
        case "round_half_up" | "decimal":
            return _to_places(function, *arguments)
        case _:
            raise NotHeld(f"it calls {function}, which is answered row by row")


def _to_places(function: str, of: Vector, places: Vector) -> Vector:
    """Return a number rounded to as many decimals as one constant says."""
    if places.kind != "number":
        return arithmetic.nothing(of, places)
    if places.values.ndim or places.over is not None:
        raise NotHeld(f"{function} rounds each row to decimals of its own")
    wanted = values_of(places, 1)[0]
    if wanted is None or of.kind != "number":
        return arithmetic.nothing(of, places)
    assert isinstance(wanted, int | Decimal)
    return arithmetic.rounded(of, int(wanted), "half_up" if function == "round_half_up" else "half_even")


def holds(cell: Cell, value: Vector, scope: Scope) -> Truths:
    """Say where a cell matches: only true matches, null does not."""
    found = [_test(test, value, scope) for test in cell.tests]
    if not found:
        return np.ones((), np.bool_)
    result = found[0]
    for one in found[1:]:
        result = logic.either(result, one)
    return logic.is_true(logic.negated(result) if cell.is_negated else result)


def _test(test: Against | Between, value: Vector, scope: Scope) -> Vector:
    match test:
        case Against(sign="=", value=wanted):
            return logic.equals(value, compute(wanted, scope))
        case Against(sign=sign, value=wanted):
            return logic.ordered(sign, value, compute(wanted, scope))
        case Between(low=low, high=high, has_low=has_low, has_high=has_high):
            above = logic.ordered(">=" if has_low else ">", value, compute(low, scope))
            return logic.both(above, logic.ordered("<=" if has_high else "<", value, compute(high, scope)))
        case _:
            raise NotHeld(f"it tests with {type(test).__name__}, which is answered row by row")
