"""No price over the ceiling of the law: every price a table can give, under every number, on every basis a year is counted.

The daily rate is r_day = rate / basis. A year then costs r_day x 365 simply, (1 + r_day)^365 - 1 where interest is added to
the debt each day, and both with the penalty multiplier while payment is late. Held against the ceiling are the simple rates
and the effective rate of the contract; the effective rate of the penalty only if penalty interest is compounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from creditline.policy.check.finding import Finding, FindingCode, Severity
from creditline.policy.check.laid import bound
from creditline.policy.check.surroundings import Numbers, Surroundings
from creditline.policy.evaluate import compute
from creditline.policy.feel import Call, Choice, Constant, Expression, Name
from creditline.policy.table import DecisionTable, HitPolicy, LiteralExpression, Policy, names_in, output_names
from creditline.policy.values import Number

PRICE = "apr_bp"
CEILING = "all_in_ceiling_bp"
WHOLE_BP = 10_000
YEAR_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Costing:
    """How a price becomes what a year costs: days of the year that quotes it, and what late payment multiplies it by."""

    basis_days: int = 365
    penalty_multiplier_bp: int = 15_000
    is_compound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price that a rule of a table can give; `rate_bp` is None where it depends on what the borrower shows."""

    table: str
    row: int
    rate_bp: Number | None


def yearly_costs(rate_bp: Number, costing: Costing) -> dict[str, Decimal]:
    """Return what a year costs in bp on every basis, by the name of the basis."""
    day = Decimal(rate_bp) / WHOLE_BP / costing.basis_days
    late = day * costing.penalty_multiplier_bp / WHOLE_BP
    costs = {
        "simple": day * YEAR_DAYS,
        "effective, compounded daily": (1 + day) ** YEAR_DAYS - 1,
        "simple while late": late * YEAR_DAYS,
    }
    if costing.is_compound:
        costs["effective while late, compounded daily"] = (1 + late) ** YEAR_DAYS - 1
    return {name: WHOLE_BP * cost for name, cost in costs.items()}


def price_findings(policy: Policy, known: Surroundings, costing: Costing) -> Iterator[Finding]:
    """Go through the prices of all tables that are over a ceiling on some basis, or that nothing bounds."""
    for numbers in known.numbers:
        ceiling = numbers.values.get(CEILING)
        if not isinstance(ceiling, int | Decimal):
            continue
        fixed = bound(policy, numbers.values)
        for decision in fixed.decisions:
            for price in prices_of(fixed, decision):
                if price.rate_bp is None:
                    yield _unbounded(price)
                else:
                    yield from _above(price, ceiling=ceiling, costing=costing, numbers=numbers)


def prices_of(policy: Policy, decision: DecisionTable | LiteralExpression) -> Iterator[Price]:
    """Go through the prices that a decision states itself; those it takes from another are found there."""
    if isinstance(decision, LiteralExpression):
        if decision.name == PRICE:
            yield from _prices(policy, decision.name, row=1, result=decision.expression)
        return
    for at, output in enumerate(decision.outputs):
        if output.name != PRICE:
            continue
        for row, rule in enumerate(decision.rules, start=1):
            yield from _prices(policy, decision.name, row=row, result=rule.outputs[at])
        if decision.hit_policy is HitPolicy.COLLECT_SUM:
            own = [
                price.rate_bp
                for row in decision.rules
                for price in _prices(policy, decision.name, row=0, result=row.outputs[at])
            ]
            total = None if None in own else sum((rate for rate in own if rate is not None), 0)
            yield Price(table=decision.name, row=0, rate_bp=total)


def _prices(policy: Policy, table: str, *, row: int, result: Expression) -> Iterator[Price]:
    for rate in possible(policy, result):
        yield Price(table=table, row=row, rate_bp=rate)


def possible(policy: Policy, node: Expression) -> Iterator[Number | None]:
    """Go through the numbers an expression can be, None for one that nothing bounds from above.

    Of a least value one bounded part is enough; what another decision gives is looked up there.
    """
    match node:
        case Constant():
            value = compute(node, {})
            if isinstance(value, int | Decimal) and not isinstance(value, bool):
                yield value
        case Choice(this=this, other=other):
            yield from possible(policy, this)
            yield from possible(policy, other)
        case Call(function="min", arguments=arguments):
            bounds = [list(possible(policy, one)) for one in arguments]
            bounded = [max(rate for rate in own if rate is not None) for own in bounds if own and None not in own]
            yield min(bounded) if bounded else None
        case Call(function="max", arguments=arguments):
            for one in arguments:
                yield from possible(policy, one)
        case Name(name=name):
            yield from _of_decision(policy, name)
        case _:
            yield None if any(names_in(node)) else _number(node)


def _of_decision(policy: Policy, name: str) -> Iterator[Number | None]:
    """Go through what an output of another decision can be; an input can be anything."""
    for decision in policy.decisions:
        names = output_names(decision)
        if name not in names:
            continue
        if isinstance(decision, LiteralExpression):
            yield from possible(policy, decision.expression)
        elif decision.hit_policy in {HitPolicy.COLLECT_SUM, HitPolicy.COLLECT_COUNT}:
            yield None
        else:
            for rule in decision.rules:
                yield from possible(policy, rule.outputs[names.index(name)])
        return
    yield None


def _number(node: Expression) -> Number | None:
    value = compute(node, {})
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _above(price: Price, *, ceiling: Number, costing: Costing, numbers: Numbers) -> Iterator[Finding]:
    assert price.rate_bp is not None
    over = {name: cost for name, cost in yearly_costs(price.rate_bp, costing).items() if round(cost, 6) > ceiling}
    if not over:
        return
    told = ", ".join(f"{_percent(cost)} {name}" for name, cost in over.items())
    yield Finding(
        code=FindingCode.PRICE_ABOVE_CEILING,
        severity=Severity.ERROR,
        table=price.table,
        rows=(price.row,) if price.row else (),
        column=PRICE,
        words=f"A price of {_percent(price.rate_bp)} a year costs {told}; the ceiling{_for(numbers)} is {_percent(ceiling)}. "
        f"Lower the price, or what late payment multiplies it by ({Decimal(costing.penalty_multiplier_bp) / WHOLE_BP:.2f}).",
    )


def _percent(rate_bp: Number) -> str:
    return f"{Decimal(rate_bp) / 100:.2f} %"


def _for(numbers: Numbers) -> str:
    """Return for whom and from when on a ceiling holds."""
    return (f" in {numbers.currency}" if numbers.currency else "") + (f" from {numbers.day} on" if numbers.day else "")


def _unbounded(price: Price) -> Finding:
    return Finding(
        code=FindingCode.PRICE_WITHOUT_BOUND,
        severity=Severity.ERROR,
        table=price.table,
        rows=(price.row,) if price.row else (),
        column=PRICE,
        words="This price is computed from what is given, so nothing shows that it stays under the ceiling. "
        "Write min(..., the dearest rate).",
    )
