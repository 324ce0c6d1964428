"""A few made-up people under the assumptions that come along, or under hard times in which every answer is met."""

from functools import cache

import msgspec

from creditline.edge.simulated import read_assumptions
from creditline.simulation.assumed import Assumed
from creditline.simulation.people import Person, person
from creditline.simulation.run import Part, Plan, arms_of, joined, live_through
from tests.decision.a_product import a_product


@cache
def assumed() -> Assumed:
    """Return the assumptions that come with the package."""
    return read_assumptions(None)


@cache
def hard_times() -> Assumed:
    """Return assumptions under which so much goes wrong in a few months that every answer is met."""
    usual = assumed()
    return msgspec.structs.replace(
        usual,
        trouble=msgspec.structs.replace(usual.trouble, begins=0.4, strain_worsens=0.7),
        purchases=msgspec.structs.replace(usual.purchases, rate_mean=0.12),
        payment=msgspec.structs.replace(usual.payment, forgets=0.15),
    )


def looking(looks: float, *, follows: float = 0.5) -> Assumed:
    """Return hard times in which so many look what would help, and so many of them do it."""
    usual = hard_times()
    return msgspec.structs.replace(usual, advice=msgspec.structs.replace(usual.advice, looks=looks, follows=follows))


def some(count: int, *, seed: int = 1, under: Assumed | None = None) -> list[Person]:
    """Return the first people of a population."""
    return [person(under or assumed(), seed=seed, index=index) for index in range(count)]


@cache
def a_year(count: int = 250, seed: int = 5) -> tuple[Plan, Part]:
    """Return a year of some people under the policy and its rivals."""
    plan = Plan(assumed=assumed(), people_count=count, days=365, seed=seed)
    arms = arms_of(a_product(), None)
    return plan, joined([live_through(plan, arms, part) for part in plan.parts()])
