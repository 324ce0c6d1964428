"""Inputs that a table compares with each other, or computes with, share a dimension: their values are tried together.

The names are given values one after the other. Each may fall below, on or above every literal of the group, every value
already given, and every value at which some comparison would turn: that one is found by solving the comparison where it is
linear. For comparisons of plain names this is all there can be; where something is computed it is a sample, and says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from creditline.policy.check.axis import Bin, numeric, place
from creditline.policy.check.domain import Domain
from creditline.policy.evaluate import compute, evaluate, holds, operate
from creditline.policy.feel import Cell, Constant, Expression, Name, Operation
from creditline.policy.table import Policy, ends_of, names_in, names_read, output_names
from creditline.policy.values import Number, Value, arithmetic, call, plain

Test = tuple[Expression, tuple[Cell, ...]]
Scope = dict[str, Value]

MOST_COMBINATIONS = 4096
"""How many combinations of values are tried; what is beyond makes the dimension inexact."""

MOST_PLACES = 6
"""To so many decimals a meeting point is rounded, too: a quotient of 34 digits seldom hits what it was solved for."""

FAR = 1000
"""How far beyond the outermost break point a value is tried, too, so that others find room between."""


def joint_bins(
    policy: Policy,
    names: Sequence[str],
    tests: Sequence[Test],
    *,
    domains: Mapping[str, Domain],
    extra: Mapping[str, Sequence[Value]],
) -> tuple[tuple[Bin, ...], bool]:
    """Return the bins of inputs that are tested together, each told by how they compare, and whether they are all."""
    group = _Group(policy, tests, domains, extra)
    ordered = sorted(names, key=lambda name: (group.depends(name), name))
    found: dict[tuple[int, str, bool], Bin] = {}
    tried = 0
    for given in group.combinations(ordered, {}):
        tried += 1
        if tried > MOST_COMBINATIONS:
            break
        scope = group.whole(given)
        values = tuple(given[name] for name in names)
        words = group.words(scope, names)
        key = (group.mask(scope), words, None in values)
        found.setdefault(key, Bin(mask=key[0], values=values, words=words))
    return tuple(found.values()), group.is_pure and tried <= MOST_COMBINATIONS


class _Group:
    """The tests of some inputs, and what can be asked of values for them."""

    def __init__(
        self,
        policy: Policy,
        tests: Sequence[Test],
        domains: Mapping[str, Domain],
        extra: Mapping[str, Sequence[Value]],
    ) -> None:
        self.policy, self.tests, self.domains, self.extra = policy, tests, domains, extra
        by_output = {name: one.name for one in policy.decisions for name in output_names(one)}
        read = dict.fromkeys(name for test in tests for name in names_in(test))
        self.derived = {name: by_output[name] for name in read if name in by_output}
        ends = dict.fromkeys(
            (expression, end)
            for expression, cells in tests
            for cell in dict.fromkeys(cells)
            for end in ends_of(cell)
            if end != Constant(kind="null", text="null")
        )
        self.comparisons = tuple(ends)
        self.is_pure = not self.derived and all(
            isinstance(side, Name | Constant) for pair in self.comparisons for side in pair
        )
        literals = [end for pair in self.comparisons for end in pair if not any(names_in(end))]
        for required in dict.fromkeys(self.derived.values()):
            compared = policy.compared[required].values()
            literals += [end for own in compared for end in own if not any(names_in(end))]
        self.literals = list(dict.fromkeys(compute(end, {}) for end in literals))

    def depends(self, name: str) -> int:
        """Return how often a name is what is tested: those that are only compared with come first."""
        return sum(name in set(names_in(expression)) for expression, _ in self.tests)

    def combinations(self, names: Sequence[str], given: Scope) -> Iterator[Scope]:
        """Go through values for all names, on every side of everything that is compared."""
        if not names:
            yield given
            return
        for value in self.candidates(names[0], given):
            yield from self.combinations(names[1:], {**given, names[0]: value})

    def candidates(self, name: str, given: Scope) -> Iterable[Value]:
        """Return the values to try for a name, once others have theirs."""
        domain = self.domains[name]
        missing = (None,) if domain.is_nullable else ()
        if domain.kind == "boolean":
            return (True, False, *missing)
        if domain.kind == "string":
            named = [value for value in (*self.literals, *given.values()) if isinstance(value, str)]
            return (*(domain.allowed or dict.fromkeys((*named, "".join(named) + "?"))), *missing)
        listed = [*self.literals, *given.values(), *self.turning(name, given), *self.extra.get(name, ())]
        bounds = [end for end in (domain.least, domain.most) if end is not None]
        points = sorted({value for value in (*map(numeric, listed), *bounds) if value is not None})
        return (*(domain.allowed or self.around(points, domain)), *missing)

    def around(self, points: Sequence[Number], domain: Domain) -> list[Value]:
        """Return values on, beside, between and far from points; between whole ones the first, the middle and the last."""
        is_date = domain.kind == "date"
        is_whole = domain.is_whole or is_date
        found: list[Number | None] = [place(points, at, is_whole=is_whole) for at in range(2 * len(points) + 1)]
        if points:
            found += [0, int(points[0]) - FAR, int(points[-1]) + FAR]
        if is_whole:
            for low, high in pairwise(points):
                inside = [int(low) + 1, (int(low) + int(high)) // 2, -int(-high // 1) - 1]
                found += [value for value in inside if low < value < high]
        kept = sorted({value for value in found if value is not None and domain.holds(value)})
        return [date.fromordinal(int(value)) if is_date else value for value in kept]

    def turning(self, name: str, given: Scope) -> list[Value]:
        """Return the values of a name at which a comparison turns, where all else in it has a value."""
        found: list[Value] = []
        for left, right in self.comparisons:
            read = self.reads(left) | self.reads(right)
            if name in read and read <= given.keys() | {name}:
                found += self.root((left, right), name, given)
        return found

    def reads(self, node: Expression) -> frozenset[str]:
        """Return the inputs that an expression reads, itself or through decisions."""
        own = set(names_in(node))
        required = (names_read(self.policy, self.derived[one]) for one in own if one in self.derived)
        return frozenset(own - self.derived.keys()).union(*required)

    def root(self, sides: tuple[Expression, Expression], name: str, given: Scope) -> list[Value]:
        """Return where two sides meet, if their difference is linear in a name."""
        left, right = sides
        if isinstance(left, Name) and left.name == name and name not in self.reads(right):
            return [compute(right, self.whole(given))]
        apart: list[Decimal] = []
        for at in (0, 1, 2):
            scope = self.whole({**given, name: at})
            gap = arithmetic("-", compute(left, scope), compute(right, scope))
            if gap is None:
                return []
            apart.append(Decimal(str(gap)))
        slope = apart[1] - apart[0]
        if slope == 0 or apart[2] - apart[1] != slope:
            return []
        meeting = arithmetic("/", plain(-apart[0]), plain(slope))
        return [meeting, call("decimal", (meeting, MOST_PLACES))]

    def whole(self, given: Scope) -> Scope:
        """Return values with those of the decisions that the group reads, as far as their own inputs are given."""
        scope = dict(given)
        for required in dict.fromkeys(self.derived.values()):
            if names_read(self.policy, required) <= given.keys():
                answer = evaluate(self.policy, required, given)
                outputs = output_names(self.policy.decision(required))
                scope.update(zip(outputs, answer.outputs.values(), strict=True))
        return scope

    def mask(self, scope: Scope) -> int:
        """Return the rules whose cells in these columns all hold."""
        mask = -1
        for expression, cells in self.tests:
            value = compute(expression, scope)
            said: dict[Cell, bool] = {}
            own = 0
            for row, cell in enumerate(cells):
                if cell not in said:
                    said[cell] = holds(cell, value, scope)
                own |= said[cell] << row
            mask &= own
        return mask

    def words(self, scope: Scope, names: Sequence[str]) -> str:
        """Return how values compare, as a sentence says it."""
        missing = [name for name in names if scope[name] is None]
        told = [f"{name} missing" for name in missing]
        for left, right in self.comparisons:
            first, second = compute(left, scope), compute(right, scope)
            sign = next((sign for sign in ("<", "=", ">") if operate(sign, first, second) is True), None)
            if sign and first is not None and second is not None:
                told.append(f"{said(left)} {sign} {said(right)}")
        return " and ".join(dict.fromkeys(told)) or "whatever they are"


def said(node: Expression) -> str:
    """Return an expression as a sentence names it."""
    match node:
        case Name(name=name):
            return name
        case Constant(kind=kind, text=text):
            return f'"{text}"' if kind == "string" else text
        case Operation(sign=sign, left=left, right=right):
            return f"{said(left)} {sign} {said(right)}"
        case _:
            return f"what is computed from {', '.join(dict.fromkeys(names_in(node)))}"
