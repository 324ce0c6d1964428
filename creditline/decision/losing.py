"""What a product's folder says of its losses: the section [loss] of product.toml, checked and read into one value."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from creditline.errors import Code, PolicyInvalid
from creditline.money import MILLION


@dataclass(frozen=True, slots=True, kw_only=True)
class Losing:
    """What is lost of what is owed at default, how much of a limit is owed then, the PD of whom no score knows; in ppm."""

    lgd_ppm: int
    ccf_ppm: int
    unscored_pd_ppm: int


def read_losing(section: Mapping[str, Any] | None) -> Losing | None:
    """Read a section [loss]; raise `PolicyInvalid` naming what is wrong with it."""
    if section is None:
        return None
    names = [one.name for one in fields(Losing)]
    wrong = sorted(section.keys() ^ set(names))
    # A boolean is an int to Python, and no share.
    wrong += [
        one for one in names if one in section and not (type(section[one]) is int and 0 <= section[one] <= MILLION)
    ]
    if wrong:
        raise PolicyInvalid(
            f"[loss] in product.toml is wrong in {', '.join(wrong)}. It needs {', '.join(names)}, each a whole number from 0 to "
            f"{MILLION}, and nothing else.",
            code=Code.POLICY_INVALID,
        )
    return Losing(**section)


def losing_in(files: Mapping[str, bytes]) -> Losing | None:
    """Return what a product's files say of losses, without reading the rest of them."""
    return read_losing(tomllib.loads(files["product.toml"].decode()).get("loss"))
