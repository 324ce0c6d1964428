"""Strategies for tests: the product with a strategies.toml, and the text of one by its arms."""

from datetime import date

from creditline.decision.product import Product, read_product
from creditline.policy.strategy import STRATEGY_FILE, Strategy
from tests.decision.a_product import product_files

SALT = "a grain of salt"


def an_arm(name: str, share_ppm: int, /, *, days: int = 45, more: str = "") -> str:
    """Return the text of a challenger that observes late payment for other days."""
    return (
        f'[arms.{name}]\nkind = "challenger"\nwhy = "longer observation"\nshare_ppm = {share_ppm}\n{more}'
        f"[arms.{name}.parameters]\nobservation_days = {days}\n"
    )


def a_shadow(name: str, /, *, days: int = 45, more: str = "") -> str:
    """Return the text of a shadow that would observe for other days."""
    return (
        f'[arms.{name}]\nkind = "shadow"\nwhy = "to look at it first"\n{more}'
        f"[arms.{name}.parameters]\nobservation_days = {days}\n"
    )


def a_text(*arms: str, head: str = "", salt: str = SALT) -> str:
    """Return the text of a strategy."""
    return "\n".join((f'name = "longer watch"\nsalt = "{salt}"\n{head}', *arms))


def with_strategy(*arms: str, head: str = "", salt: str = SALT) -> Product:
    """Return the product with a strategy."""
    return read_product({**product_files(), STRATEGY_FILE: a_text(*arms, head=head, salt=salt).encode()})


def a_strategy(*arms: str, head: str = "", salt: str = SALT) -> Strategy:
    """Return a strategy of the product."""
    strategy = with_strategy(*arms, head=head, salt=salt).strategy
    assert strategy is not None
    return strategy


DAY = date(2026, 5, 1)
