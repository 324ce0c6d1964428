"""Who may forgive how much: the sections [[waiver]] of product.toml, each a role with its amounts, read into one value."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from creditline.decision.product import Product
from creditline.errors import Code, Malformed, NotAllowed, PolicyInvalid
from creditline.money import MAX_MINOR, in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What somebody of a role may forgive at once, in minor units by currency: alone, and with a second person."""

    name: str
    alone_minor: Mapping[str, int]
    most_minor: Mapping[str, int]


_READ: dict[str, tuple[Role, ...]] = {}
"""The roles of editions, which never change."""


def roles_of(product: Product) -> tuple[Role, ...]:
    """Return the roles that a product names; raise `PolicyInvalid` naming what is wrong with one."""
    if product.edition not in _READ:
        read = tomllib.loads(product.files["product.toml"].decode()).get("waiver", [])
        if not isinstance(read, list):
            raise _wrong(product, "[waiver] is one section", "[[waiver]], one for each role")
        _READ[product.edition] = tuple(_role(product, one) for one in read)
    return _READ[product.edition]


def require_mandate(
    product: Product, role: str, amount_minor: int, *, currency: str, people: tuple[str, str | None]
) -> None:
    """Raise unless somebody of a role may forgive an amount; `people` are who decides and who approves, if anybody does.

    `Malformed` for one person in both parts; `NotAllowed` for a role the product does not name, for more than it may, and
    where a second person is needed. A product that names no role lets any forgive what is owed, as they were before.
    """
    author, approver = people
    if approver is not None and approver.strip().casefold() == author.strip().casefold():
        raise Malformed(
            f"{author} cannot approve what {author} decides. Name another approver.", code=Code.MESSAGE_MALFORMED
        )
    roles = {one.name: one for one in roles_of(product)}
    if not roles:
        return
    own = roles.get(role)
    if own is None:
        raise NotAllowed(
            f"A {role} may not waive by {product.name}. These may: {', '.join(roles)}.", code=Code.MANDATE_EXCEEDED
        )
    alone_minor, most_minor = own.alone_minor.get(currency, 0), own.most_minor.get(currency, 0)
    if amount_minor > most_minor:
        raise NotAllowed(
            f"A {role} may waive {in_words(most_minor, currency)} at once, with a second person; this is "
            f"{in_words(amount_minor, currency)}. Waive less, or take it to somebody who may.",
            code=Code.MANDATE_EXCEEDED,
        )
    if amount_minor > alone_minor and approver is None:
        raise NotAllowed(
            f"A {role} alone may waive {in_words(alone_minor, currency)}; this is {in_words(amount_minor, currency)}. Name a "
            "second person as approver.",
            code=Code.SECOND_PERSON_NEEDED,
        )


def _role(product: Product, one: Mapping[str, Any]) -> Role:
    name = one.get("role")
    if not isinstance(name, str) or not name.strip():
        raise _wrong(product, "a [[waiver]] names no role", "role, in words")
    amounts = {key: _amounts(product, name, one.get(key), key=key) for key in ("alone_minor", "most_minor")}
    if unknown := one.keys() - {"role", *amounts}:
        raise _wrong(
            product, f"the waiver of {name} has {', '.join(sorted(unknown))}", "role, alone_minor and most_minor"
        )
    alone, most = amounts["alone_minor"], amounts["most_minor"]
    if alone.keys() != most.keys() or any(alone[currency] > most[currency] for currency in alone):
        raise _wrong(
            product, f"a {name} may waive more alone than with a second person", "the same currencies, none more"
        )
    return Role(name=name, alone_minor=alone, most_minor=most)


def _amounts(product: Product, name: str, given: object, *, key: str) -> dict[str, int]:
    amounts = given if isinstance(given, dict) else {}
    is_whole = all(type(one) is int and 0 <= one <= MAX_MINOR for one in amounts.values())
    if not amounts or not is_whole or amounts.keys() - {*product.currencies}:
        raise _wrong(
            product, f"{key} of {name} is {given}", f"whole minor units by currency: {', '.join(product.currencies)}"
        )
    return {str(currency): one for currency, one in amounts.items()}


def _wrong(product: Product, what: str, needed: str) -> PolicyInvalid:
    return PolicyInvalid(
        f"Product {product.name}: {what} in product.toml. It must be {needed}.", code=Code.POLICY_INVALID
    )
