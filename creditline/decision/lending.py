"""What a product's folder says of its loans: the section [loan] of product.toml, checked and read into one value.

A folder without the section lends free of charge for any day of a year: what is charged must be written down.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, TypeVar

from creditline.errors import Code, PolicyInvalid
from creditline.ledger.allocation import First, Order, Part
from creditline.ledger.asset_class import AssetClass, ClassTerms, asset_class
from creditline.ledger.interest import ONE_BP, DayCount, DaysCounted, Per, Rate, Rounding
from creditline.ledger.terms import Excess, LoanTerms, Prepayment, RepaymentKind
from creditline.money import MILLION

PPM_A_BP = MILLION // ONE_BP
MOST_INSTALMENTS = 480
MOST_GRACE_DAYS = 90
MOST_MULTIPLIER = 5

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """How a product lends: terms without their price, the day its price is for, and orders and thresholds by class."""

    terms: LoanTerms
    orders: Mapping[AssetClass, Order] = field(default_factory=dict)
    classes: ClassTerms = field(default_factory=ClassTerms)

    def at_price(self, apr_bp: int) -> LoanTerms:
        """Return the terms of a loan at a contract rate; a daily figure is a whole ppm, rounded down for the borrower."""
        rate = self.terms.rate
        year_ppm = apr_bp * PPM_A_BP
        figure_ppm = year_ppm if rate.per is Per.YEAR else year_ppm // rate.day_count.year_days
        return LoanTerms(
            **{one.name: getattr(self.terms, one.name) for one in fields(LoanTerms) if one.name != "rate"},
            rate=Rate(figure_ppm=figure_ppm, per=rate.per, day_count=rate.day_count),
        )

    def order_at(self, dpd_days: int) -> Order:
        """Return in which order payments are taken at a number of days past due."""
        return self.orders.get(asset_class(dpd_days, self.classes), self.terms.order)


FREE = Lending(terms=LoanTerms(kind=RepaymentKind.ANY_DAY, rate=Rate(figure_ppm=0), instalments_count=12))


def read_lending(section: Mapping[str, Any] | None) -> Lending:
    """Read a section [loan]; raise `PolicyInvalid` naming the first key that is wrong, with its value."""
    if section is None:
        return FREE
    _require_known(section, "loan", KEYS)
    orders = {**section.get("allocation", {})}
    _require_known(orders, "loan.allocation", {"default", "first", *AssetClass})
    first = _choice(orders, "first", First, First.PART, where="loan.allocation")
    default = _order(orders.pop("default", None), first, name="default")
    orders.pop("first", None)
    terms = LoanTerms(
        kind=_choice(section, "kind", RepaymentKind),
        rate=Rate(
            figure_ppm=0,
            per=_choice(section, "rate_per", Per, Per.YEAR),
            day_count=_choice(section, "day_count", DayCount),
        ),
        instalments_count=_whole(section, "instalments_count", least=1, most=MOST_INSTALMENTS),
        rounding=_choice(section, "rounding", Rounding, Rounding.HALF_UP),
        instalment_unit_minor=_whole(section, "instalment_unit_minor", least=1, most=1_000_000, default=1),
        counted=_choice(section, "days_counted", DaysCounted, DaysCounted.FIRST),
        grace_days=_whole(section, "grace_days", least=0, most=MOST_GRACE_DAYS, default=0),
        penalty_multiplier_bp=_multiplier(section.get("penalty_multiplier", 1)),
        is_compound=_truth(section, "compound"),
        draw_fee_ppm=_whole(section, "draw_fee_ppm", least=0, most=MILLION, default=0),
        prepayment=_choice(section, "prepayment", Prepayment, Prepayment.REDUCE),
        excess=_choice(section, "excess", Excess, Excess.REFUSED),
        order=default,
    )
    classes = section.get("classes", {})
    _require_known(classes, "loan.classes", {one.name for one in fields(ClassTerms)})
    thresholds = ClassTerms(**{name: _whole(classes, name, least=0, most=3_650) for name in classes})
    if not thresholds.is_in_order:
        raise _wrong("loan.classes", thresholds, "thresholds of which a worse class or stage begins later")
    by_class = {AssetClass(name): _order(groups, first, name=name) for name, groups in orders.items()}
    return Lending(terms=terms, orders=by_class, classes=thresholds)


KEYS = {
    "kind", "instalments_count", "rate_per", "day_count", "rounding", "instalment_unit_minor", "days_counted",
    "grace_days", "penalty_multiplier", "compound", "draw_fee_ppm", "prepayment", "excess", "allocation", "classes",
}  # fmt: skip


def _order(groups: Any, first: First, *, name: str) -> Order:
    """Read an order such as [["fee"], ["penalty", "interest"], ["principal"]]; none gives the usual one."""
    if groups is None:
        return Order(first=first)
    if isinstance(groups, list) and all(isinstance(group, list) for group in groups):
        named = [part for group in groups for part in group]
        if sorted(map(str, named)) == sorted(Part):
            return Order(groups=tuple(tuple(Part(part) for part in group) for group in groups), first=first)
    raise _wrong(f"loan.allocation.{name}", groups, f"groups in which each of {', '.join(Part)} stands once")


def _choice(
    section: Mapping[str, Any], key: str, of: type[Choice], default: Choice | None = None, *, where: str = "loan"
) -> Choice:
    given = section.get(key, default)
    if given not in set(of):
        raise _wrong(f"{where}.{key}", given, f"one of {', '.join(of)}")
    return of(given)


def _whole(section: Mapping[str, Any], key: str, *, least: int, most: int, default: int | None = None) -> int:
    given = section.get(key, default)
    if type(given) is not int or not least <= given <= most:
        raise _wrong(f"loan.{key}", given, f"a whole number from {least} to {most}")
    return given


def _multiplier(given: Any) -> int:
    """Return a penalty multiplier in basis points."""
    bp = round(given * ONE_BP) if isinstance(given, int | float) and not isinstance(given, bool) else 0
    if not ONE_BP <= bp <= MOST_MULTIPLIER * ONE_BP:
        raise _wrong("loan.penalty_multiplier", given, f"a number from 1 to {MOST_MULTIPLIER}, such as 1.5")
    return bp


def _truth(section: Mapping[str, Any], key: str) -> bool:
    given = section.get(key, False)
    if not isinstance(given, bool):
        raise _wrong(f"loan.{key}", given, "true or false")
    return given


def _require_known(section: Any, where: str, known: set[str]) -> None:
    if not isinstance(section, Mapping):
        raise _wrong(where, section, "a table")
    for key in _unknown(section, known):
        raise _wrong(f"{where}.{key}", section[key], f"left out: the keys are {', '.join(sorted(known))}")


def _unknown(section: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    return (key for key in section if key not in known)


def _wrong(key: str, given: Any, needed: str) -> PolicyInvalid:
    return PolicyInvalid(f"product.toml: {key} is {given!r}. It must be {needed}.", code=Code.POLICY_INVALID)
