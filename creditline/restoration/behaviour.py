"""What a borrower can do about a line, as a product's folder lists it in actions.toml. None of it is a draw."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from creditline.decision.product import Product
from creditline.errors import Code, PolicyInvalid
from creditline.events.consent import DataSource
from creditline.money import MILLION

FILE = "actions.toml"
MOST_DAYS = 730
MOST_EFFORT = 5
MOST_TIMES = 100
MOST_MARGIN_POINTS = 100


class Behaviour(StrEnum):
    """What a borrower can do. Words are kept under these names."""

    PAY_OVERDUE = "pay_overdue"
    PAY_PART = "pay_part"
    PAY_ALL = "pay_all"
    PAY_EARLY = "pay_early"
    PAY_ON_TIME = "pay_on_time"
    KEEP_BELOW = "keep_below"
    AUTOPAY_ON = "autopay_on"
    PROVE_INCOME = "prove_income"
    DRAW_NOTHING = "draw_nothing"
    CHECK_OFTEN = "check_often"
    ASK_A_PERSON = "ask_a_person"
    LET_ORDERS = "let_orders"
    LET_PAYMENTS = "let_payments"
    LET_LIFE = "let_life"
    LET_INCOME = "let_income"
    LET_BUREAU = "let_bureau"
    LET_EVIDENCE = "let_evidence"
    LET_ENGAGEMENT = "let_engagement"


MONEY = frozenset(
    {Behaviour.PAY_OVERDUE, Behaviour.PAY_PART, Behaviour.PAY_ALL, Behaviour.PAY_EARLY, Behaviour.KEEP_BELOW}
)
"""Ways to pay: two of them are never told together."""

LETTING: Mapping[Behaviour, DataSource] = {Behaviour(f"let_{source}"): source for source in DataSource}
"""Ways to let us read something: each is tried only while its source is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A behaviour as a product lists it: its effort, 1 to 5, whether people believe in it, and what of it is tried."""

    behaviour: Behaviour
    effort: int
    is_believed: bool = False
    in_days: tuple[int, ...] = (0,)
    shares_ppm: tuple[int, ...] = ()
    times_count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What may be tried, how far ahead, and how many points an improvement by the score must have to spare."""

    most_days: int = 365
    margin_points: int = 0
    listed: tuple[Listed, ...] = ()


_READ: dict[str, Catalogue] = {}
"""The catalogues of editions, which never change."""


def catalogue_of(product: Product) -> Catalogue:
    """Return what a product's folder lists, nothing if it lists nothing; raise `PolicyInvalid` naming what is wrong."""
    if product.edition not in _READ:
        _READ[product.edition] = read_catalogue(product.files.get(FILE, b""))
    return _READ[product.edition]


def read_catalogue(text: bytes) -> Catalogue:
    """Read actions.toml; raise `PolicyInvalid` naming the first thing that is wrong in it."""
    if not text:
        return Catalogue()
    read = tomllib.loads(text.decode())
    listed = tuple(_listed(name, own) for name, own in read.items() if isinstance(own, dict))
    numbers = {name: own for name, own in read.items() if not isinstance(own, dict)}
    if unknown := numbers.keys() - {"most_days", "margin_points"}:
        raise _wrong(f"{', '.join(sorted(unknown))} is no setting", "most_days and margin_points")
    most_days = _whole("most_days", numbers.get("most_days", 365), least=1, most=MOST_DAYS)
    margin_points = _whole("margin_points", numbers.get("margin_points", 0), least=0, most=MOST_MARGIN_POINTS)
    if not any(one.behaviour is Behaviour.ASK_A_PERSON for one in listed):
        raise _wrong("there is no [ask_a_person]", "a route that is no score, for everybody and at any time")
    return Catalogue(most_days=most_days, margin_points=margin_points, listed=listed)


def _listed(name: str, own: Mapping[str, Any]) -> Listed:
    if name not in list(Behaviour):
        raise _wrong(f"[{name}] is nothing that can be tried", f"one of {', '.join(Behaviour)}")
    if unknown := own.keys() - {"effort", "is_believed", "in_days", "shares_ppm", "times_count"}:
        raise _wrong(
            f"[{name}] has {', '.join(sorted(unknown))}", "effort, is_believed, in_days, shares_ppm, times_count"
        )
    return Listed(
        behaviour=Behaviour(name),
        effort=_whole(f"[{name}] effort", own.get("effort"), least=1, most=MOST_EFFORT),
        is_believed=own.get("is_believed") is True,
        in_days=tuple(_whole(f"[{name}] in_days", one, least=0, most=MOST_DAYS) for one in own.get("in_days", [0])),
        shares_ppm=tuple(
            _whole(f"[{name}] shares_ppm", one, least=0, most=MILLION) for one in own.get("shares_ppm", [])
        ),
        times_count=_whole(f"[{name}] times_count", own.get("times_count", 1), least=1, most=MOST_TIMES),
    )


def _whole(what: str, value: object, *, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _wrong(f"{what} is {value}", f"a whole number, {least} to {most}")
    return value


def _wrong(what: str, needed: str) -> PolicyInvalid:
    return PolicyInvalid(f"{FILE}: {what}. It must be {needed}.", code=Code.POLICY_INVALID)
