"""A product held against what its policy is surrounded by: features, facts of a line, dated numbers, answers, the law."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date

from creditline.decision.factors import FACTORS, SHORT_OF_LIMIT
from creditline.decision.outcome import Answer
from creditline.decision.product import Product
from creditline.decision.reopened import LOSS, USED
from creditline.decision.tables import TABLES, worth
from creditline.policy.check.domain import WHOLE, Domain
from creditline.policy.check.finding import Finding, FindingCode, Severity, in_order
from creditline.policy.check.prices import CEILING, Costing, price_findings
from creditline.policy.check.surroundings import Allowed, Numbers, Surroundings
from creditline.policy.check.whole import check_policy
from creditline.policy.parameters import Parameters
from creditline.policy.table import decision_names, names_read
from creditline.policy.values import Number, Value
from creditline.profile.catalogue import FEATURES
from creditline.profile.feature import Feature, Fold
from creditline.score.grade import GRADES_COUNT

MINOR = Domain(kind="number", least=0, is_whole=True, is_nullable=False)
TRUTH = Domain(kind="boolean", is_nullable=False)

LINE: Mapping[str, Domain] = {
    "granted_minor": MINOR,
    "drawn_minor": MINOR,
    "available_minor": MINOR,
    "requested_minor": MINOR,
    "is_blocked": TRUTH,
    "is_moved": TRUTH,
    "accepts_partial": TRUTH,
    "covered_sources_count": Domain(kind="number", least=0, is_whole=True, is_nullable=False),
    "grade": Domain(kind="number", least=1, most=GRADES_COUNT, is_whole=True),
    "release_points": Domain(kind="number", is_whole=True),
    USED: Domain(kind="number", least=0, is_whole=True),
    LOSS: Domain(kind="number", least=0, is_whole=True),
}
"""What every table may read of the line and its scores (`tables.given_of`), and which values it may have."""

WORSE_OF_LINE: Mapping[str, str] = {
    "is_blocked": "higher",
    "available_minor": "lower",
    "grade": "higher",
    "release_points": "lower",
    LOSS: "higher",
}
"""In which direction a fact of the line speaks against a borrower; features say so themselves."""

LESS_IS_BETTER = ("_days", "_bp")
MORE_IS_BETTER = ("_ppm", "_minor")

READ_BY_ENGINE = frozenset({CEILING, "recheck_days", "review_alone_minor", "review_most_minor"})
"""Parameters that no table needs to read, because the engine does."""


def check_product(product: Product) -> tuple[Finding, ...]:
    """Return everything found in a product's rules and numbers, the worst first."""
    known = surroundings_of(product)
    found = [*check_policy(product.policy, known), *price_findings(product.policy, known, costing_of(product))]
    return in_order([*found, *_numbers(product)])


def surroundings_of(product: Product) -> Surroundings:
    """Return what a product's policy is surrounded by."""
    features = {one.name: one for one in FEATURES if one.name in product.features}
    parameters = {one.name for one in product.parameters.all}
    settings = tomllib.loads(product.files["product.toml"].decode())
    reasons = frozenset(factor.code for factor in (*FACTORS, SHORT_OF_LIMIT))
    return Surroundings(
        domains={**{name: _domain(name, one) for name, one in features.items()}, **LINE},
        inputs=frozenset({*features, *LINE, *parameters}),
        numbers=numbers_of(product.parameters, product.currencies),
        worse={**{name: one.worse for name, one in features.items()}, **WORSE_OF_LINE},
        worth=_worth,
        must_answer=frozenset(TABLES.values()),
        allowed=tuple(Allowed(**one) for one in settings.get("checks", {}).get("allowed", ())),
        words={
            "answer": frozenset(Answer),
            "condition": frozenset(product.conditions),
            "reason": reasons,
        },
    )


def numbers_of(parameters: Parameters, currencies: tuple[str, ...]) -> tuple[Numbers, ...]:
    """Return the numbers of every day on which any changes, once all of them have a value, for each currency."""
    return tuple(
        Numbers(day=day, currency=currency, values=parameters.at(day, currency=currency))
        for currency in currencies
        for day in parameters.starts(currency)
    )


def costing_of(product: Product) -> Costing:
    """Return how a product's prices become what a year costs: the terms of its loans."""
    terms = product.lending.terms
    return Costing(
        basis_days=terms.rate.day_count.year_days,
        penalty_multiplier_bp=terms.penalty_multiplier_bp,
        is_compound=terms.is_compound,
    )


def _domain(name: str, feature: object) -> Domain:
    """Return the values a feature may have: counts and ages are not negative, a flag is 0 or 1."""
    is_flag = isinstance(feature, Feature) and feature.fold is Fold.IS_LAST
    is_count = name.endswith(("_count", "_days"))
    return Domain(
        kind="number", least=0 if is_count else None, most=1 if is_flag else None, is_whole=name.endswith(WHOLE)
    )


def _worth(table: str, outputs: Mapping[str, Value]) -> Mapping[str, tuple[Number, ...]]:
    """Return what outputs are worth to a borrower: the answer as the engine ranks it, or each number by its unit."""
    found: dict[str, tuple[Number, ...]] = {}
    is_answer = table in TABLES.values() and isinstance(outputs.get("answer"), str)
    if is_answer and outputs["answer"] in set(Answer):
        found["answer"] = worth(outputs)
    for name, value in outputs.items():
        if isinstance(value, bool) or not isinstance(value, Number):
            continue
        if name.endswith(LESS_IS_BETTER) and (not is_answer or name == "apr_bp"):
            found[name] = (-value,)
        elif name.endswith(MORE_IS_BETTER) and not is_answer:
            found[name] = (value,)
    return found


def _numbers(product: Product) -> Iterator[Finding]:
    """Go through parameters that nobody reads, or that some line has no value of."""
    read = frozenset[str]().union(*(names_read(product.policy, name) for name in decision_names(product.policy)))
    names = {one.name for one in product.parameters.all}
    for name in sorted(names - read - READ_BY_ENGINE):
        yield Finding(
            code=FindingCode.PARAMETER_UNUSED,
            severity=Severity.NOTE,
            column=name,
            words=f"No decision reads the parameter {name}. Delete it, or use it.",
        )
    for name in sorted(names):
        own = [one for one in product.parameters.all if one.name == name]
        missing = (
            []
            if any(one.currency is None for one in own)
            else [currency for currency in product.currencies if currency not in {one.currency for one in own}]
        )
        for currency in missing:
            yield Finding(
                code=FindingCode.PARAMETER_UNDATED,
                severity=Severity.ERROR,
                column=name,
                words=f"Parameter {name} has no value for lines in {currency}. Add [{name}.{currency}].",
            )
    starts = {(one.name, one.currency): one.values[0].since for one in product.parameters.all}
    first = min(starts.values(), default=date.min)
    for (name, _), since in starts.items():
        if since > first:
            yield Finding(
                code=FindingCode.PARAMETER_UNDATED,
                severity=Severity.WARNING,
                column=name,
                words=f"Parameter {name} begins on {since}, others on {first}: nothing can be decided as of a day between. "
                "Give it an earlier value.",
            )
