"""Hold the numbers that promises are made of against the calendar, before a product is offered."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from creditline.decision.outcome import Answer, Kind
from creditline.decision.product import Product
from creditline.decision.tables import TABLES
from creditline.errors import Code, PolicyInvalid
from creditline.money import MILLION
from creditline.policy.feel import Choice, Constant, Expression, Name, Negative
from creditline.policy.table import DecisionTable, HitPolicy, LiteralExpression, names_in
from creditline.policy.values import Number
from creditline.restoration.plan import MOST_DAYS, MOST_TRANCHES

RECHECK = "recheck_days"
"""The parameter that says after how many days a tranche that was kept back is looked at again."""

SCORES = frozenset({"release_points", "grade"})
"""What of a borrower a score says."""

LONGEST_RESERVATION = timedelta(days=365)

RANGES = {
    "share_ppm": (0, MILLION, "a share of 0 to 1,000,000 parts per million"),
    "tranches_count": (1, MOST_TRANCHES, f"a whole number of parts, 1 to {MOST_TRANCHES}"),
    "interval_days": (1, MOST_DAYS, f"a whole number of days, 1 to {MOST_DAYS}"),
}
"""Within which bounds an answer that withholds may give each number, and how that is said."""


BOUNDS = {
    str(Answer.REDUCED): {
        "share_ppm": RANGES["share_ppm"],
        "interval_days": (0, MOST_DAYS, f"a whole number of days, 0 to {MOST_DAYS}"),
    }
}
"""Other bounds, of an answer whose rest is cut: it is one part, and may be cut at once."""


def check_terms(product: Product) -> None:
    """Raise `PolicyInvalid` naming the first number of a product that no calendar could keep.

    A span of 0 days would be due again the moment it was put off, a negative one would be over before it began, and an
    absurd one would never be. Checked are the parameters named `_days`, the reservation, and what every rule of the
    restoration table gives, as far as that is a constant, a parameter or another table; what a rule computes is held to
    the same bounds when it is asked (`restoration.plan`).
    """
    _check_days(product)
    if not timedelta(0) < product.reservation_for <= LONGEST_RESERVATION:
        raise _wrong(
            product, f"reservation_minutes makes {product.reservation_for}", "more than nothing, at most 365 days"
        )
    for name in product.estimates:
        if name not in product.conditions:
            raise _wrong(product, f"[promises] estimates {name}", f"a condition: {', '.join(product.conditions)}")
    table = product.policy.decision(TABLES[Kind.RESTORATION])
    if isinstance(table, DecisionTable):
        _check_route(product, table)
        for row, rule in enumerate(table.rules, start=1):
            given = dict(zip((output.name for output in table.outputs), rule.outputs, strict=True))
            answer = given.get("answer")
            if isinstance(answer, Constant) and answer.text != Answer.AT_ONCE:
                _check_rule(product, f"table {table.name}, row {row}", given, bounds=BOUNDS.get(answer.text, RANGES))


def _check_route(product: Product, table: DecisionTable) -> None:
    """Require a way back that is no score: a rule that brings everything back at once and asks none."""
    scored = [place for place, column in enumerate(table.columns) if SCORES.intersection(names_in(column.expression))]
    at_once = [
        rule
        for rule in table.rules
        if any(isinstance(given, Constant) and given.text == Answer.AT_ONCE for given in rule.outputs)
    ]
    if scored and not any(all(not rule.cells[place].tests for place in scored) for rule in at_once):
        raise _wrong(
            product,
            f"table {table.name} brings nothing back at once but by a score",
            "at least one rule with the answer at_once that asks no score, such as one for proved income",
        )


def _check_days(product: Product) -> None:
    """Hold every value of the spans against the bounds; the one that a release needs must be there."""
    for parameter in product.parameters.all:
        if parameter.name.endswith("_days"):
            for dated in parameter.values:
                low, high, words = RANGES["interval_days"]
                if not _is_whole_in(dated.value, low, high):
                    raise _wrong(product, f"parameter {parameter.name} is {dated.value} from {dated.since} on", words)
    if not any(parameter.name == RECHECK for parameter in product.parameters.all):
        raise _wrong(product, f"there is no parameter {RECHECK}", "a day to look again at what is kept back")


def _check_rule(
    product: Product, place: str, given: dict[str, Expression], *, bounds: Mapping[str, tuple[int, int, str]]
) -> None:
    """Hold what one rule gives against the bounds of each output."""
    for name, (low, high, words) in bounds.items():
        if name not in given:
            raise _wrong(product, f"{place} gives no {name}", words)
        for value in _numbers(product, given[name]):
            if not _is_whole_in(value, low, high):
                raise _wrong(product, f"{place} gives {name} {value}", words)
    condition = given.get("condition")
    if isinstance(condition, Constant) and condition.text not in product.conditions:
        known = ", ".join(product.conditions) or "none"
        raise _wrong(
            product, f"{place} gives condition {condition.text}", f"an expression that is true or false: {known}"
        )


def _numbers(product: Product, expression: Expression) -> Iterator[Number | str]:
    """Go through the values an expression can have, where that shows without asking it; what is no number stays text."""
    match expression:
        case Constant(kind="number", text=text):
            yield Decimal(text)
        case Constant(text=text):
            yield text
        case Negative(of=of):
            yield from (one if isinstance(one, str) else -one for one in _numbers(product, of))
        case Choice(this=this, other=other):
            yield from _numbers(product, this)
            yield from _numbers(product, other)
        case Name(name=name) if name in product.policy.by_name:
            yield from _numbers_of(product, product.policy.by_name[name])
        case Name(name=name):
            for parameter in product.parameters.all:
                if parameter.name == name:
                    yield from (dated.value for dated in parameter.values)


def _numbers_of(product: Product, decision: DecisionTable | LiteralExpression) -> Iterator[Number | str]:
    """Go through the values another decision can have; a sum or a count of rules shows only when it is asked."""
    if isinstance(decision, LiteralExpression):
        yield from _numbers(product, decision.expression)
    elif decision.hit_policy not in {HitPolicy.COLLECT_SUM, HitPolicy.COLLECT_COUNT}:
        for rule in decision.rules:
            yield from _numbers(product, rule.outputs[0])


def _is_whole_in(value: Number | str, low: int, high: int) -> bool:
    return not isinstance(value, str) and low <= value <= high and value == int(value)


def _wrong(product: Product, what: str, needed: str) -> PolicyInvalid:
    return PolicyInvalid(f"Product {product.name}: {what}. It must be {needed}.", code=Code.POLICY_INVALID)
