"""People who do not exist: each drawn from a stream of chance of their own, the same whoever else is simulated.

Everything that chance decides of a life is drawn beforehand, so that under other rules the same people have the same luck:
what differs then is what the rules did (common random numbers).
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from creditline.clock import start_of
from creditline.money import MINOR_DIGITS
from creditline.simulation.assumed import Assumed, Kind

Floats = NDArray[np.float64]
NORMAL = NormalDist()
MOST_DAYS = 365
"""A life is drawn for so many days; after a year draws fall due as loans, whose close is not simulated."""

LUCKS = ("trouble", "nothing", "forgets", "pays", "dips", "follows")
"""What chance decides in a month, besides purchases: one number in [0, 1) each."""

LOOKING = 1 << 40
"""Who looks what would help is drawn apart, so that it changes no other luck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Luck:
    """The chances of one month, each in [0, 1); what happens is what they are below."""

    trouble: float
    nothing: float
    forgets: float
    pays: float
    dips: float
    follows: float
    looks: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A purchase somebody would make: when, how large to their usual one, and a chance in [0, 1) that it is made."""

    wanted_at: datetime
    size: float
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of a life: the bill, the day it would be paid, and its luck."""

    bill_at: datetime
    pays_at: datetime
    luck: Luck


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a line: amounts in minor units, `habit` the usual share of a bill that is paid.

    `wants_minor` is what a usual purchase costs, `frailty` how much likelier than others trouble is.
    """

    index: int
    kind: str
    opened_at: datetime
    granted_minor: int
    moved_minor: int
    income_minor: int
    habit: float
    wants_minor: float
    frailty: float
    months: tuple[Month, ...]
    wants: tuple[Want, ...]

    @property
    def name(self) -> str:
        """The id of the borrower."""
        return f"sim{self.index:07d}"


def person(assumed: Assumed, *, seed: int, index: int) -> Person:
    """Draw the person of a number in a population: the first hundred are the same in a population of a million."""
    chance = np.random.Generator(np.random.Philox(key=np.array([seed, index], np.uint64)))
    who = chance.random(8).tolist()
    looks = np.random.Generator(np.random.Philox(key=np.array([seed, index + LOOKING], np.uint64)))
    months = _months(assumed, chance, who[0], looks=looks)
    name, kind = _kind(assumed, who[1])
    unit = 10 ** MINOR_DIGITS[assumed.currency]
    granted_minor = _limit(assumed, who[2]) * unit
    rate = assumed.purchases.rate_mean * _gamma(chance, assumed.purchases.rate_shape)
    rate = min(rate, assumed.purchases.most_a_month / 30)
    sigma = assumed.income.sigma
    return Person(
        index=index,
        kind=name,
        opened_at=_opened_at(assumed, index),
        granted_minor=granted_minor,
        moved_minor=int(granted_minor * _share_in_use(chance, kind) // unit * unit),
        income_minor=int(granted_minor * assumed.income.mean * _lognormal(who[3], sigma) // unit * unit),
        habit=kind.pays_low + (kind.pays_high - kind.pays_low) * who[4],
        wants_minor=granted_minor * kind.spends_mean / max(30 * rate, 0.5),
        frailty=_gamma(chance, assumed.trouble.frailty_shape),
        months=months,
        wants=_wants(assumed, chance, rate),
    )


def _opened_at(assumed: Assumed, index: int) -> datetime:
    """Return when a line is opened: on the first day, a second apart, so that no two meet at one instant."""
    return start_of(assumed.starts_on) + timedelta(seconds=index % 80_000)


def _months(
    assumed: Assumed, chance: np.random.Generator, where: float, *, looks: np.random.Generator
) -> tuple[Month, ...]:
    """Return the months of a life: a bill every 30 days, and some days later the day it would be paid."""
    first = int(where * 30)
    lucks = chance.random((MOST_DAYS // 30 + 1, len(LUCKS) + 1)).tolist()
    opened, pay = start_of(assumed.starts_on), assumed.payment
    found = []
    for month, luck in enumerate(lucks):
        bill_at = opened + timedelta(days=first + 30 * month, hours=25 + where)
        after = pay.days_low + int((pay.days_high - pay.days_low + 1) * luck[-1])
        own = Luck(**dict(zip(LUCKS, luck, strict=False)), looks=float(looks.random()))
        found.append(Month(bill_at=bill_at, pays_at=bill_at + timedelta(days=after, hours=9), luck=own))
    return tuple(found)


def _wants(assumed: Assumed, chance: np.random.Generator, rate: float) -> tuple[Want, ...]:
    """Return purchases at the highest rate there may be; a chance thins them to the rate of their month."""
    times = assumed.trouble.draws_times
    opened, day = start_of(assumed.starts_on), 0.1
    wants: list[Want] = []
    while True:
        gap, size, made = chance.random(3).tolist()
        day += -math.log1p(-gap) / (rate * times) if rate else MOST_DAYS
        if day >= MOST_DAYS:
            return tuple(wants)
        at = opened + timedelta(seconds=int(day * 86_400) + 90_000)
        wants.append(Want(wanted_at=at, size=_lognormal(size, assumed.purchases.sigma), chance=made))


def _kind(assumed: Assumed, where: float) -> tuple[str, Kind]:
    """Return the kind of people whose share covers a place in [0, 1)."""
    for name, kind in assumed.kinds.items():
        if where < kind.share:
            return name, kind
        where -= kind.share
    return list(assumed.kinds.items())[-1]


def _limit(assumed: Assumed, where: float) -> int:
    """Return a limit in whole units: on a straight line of logarithms between the points, rounded to a step."""
    own = assumed.limit
    amount = math.exp(float(np.interp(where, own.shares, np.log(own.amounts))))
    return max(1, round(amount / own.step)) * own.step


def _share_in_use(chance: np.random.Generator, kind: Kind) -> float:
    """Return the share of a limit in use at the start."""
    if not kind.use_mean:
        return 0.0
    mean, weight = kind.use_mean, kind.use_weight
    return min(float(chance.beta(mean * weight, (1 - mean) * weight)), 0.98)


def _gamma(chance: np.random.Generator, shape: float) -> float:
    """Return a gamma of mean 1."""
    return float(chance.gamma(shape)) / shape


def _lognormal(where: float, sigma: float) -> float:
    """Return a lognormal of mean 1 at a place in [0, 1)."""
    place = min(max(where, 1e-9), 1 - 1e-9)
    return math.exp(sigma * NORMAL.inv_cdf(place) - sigma * sigma / 2)
