"""Gates: what an edition may change at most, by the limits of the edition that is in force, before it is activated.

An edition is held to the limits of the one it follows, so that nobody loosens the gate they are about to pass.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from creditline.errors import Code, PolicyInvalid
from creditline.money import MILLION

GATES_FILE = "gates.toml"
PEOPLE_COUNT = 2
"""How many must let an edition through a gate that it fails."""

MOST_LIMIT_PPM = 10 * MILLION


class Gate(StrEnum):
    """What can stand in the way of an activation. Stored as text: never renamed, never reused."""

    ANSWERED_OTHERWISE = "answered_otherwise"
    GRANTED_GROWTH = "granted_growth"
    LOSS_BUDGET = "loss_budget"
    FAIRNESS_RATIO = "fairness_ratio"
    PROMISES_KEPT = "promises_kept"


WORDS: Mapping[Gate, tuple[str, str, str]] = {
    Gate.ANSWERED_OTHERWISE: ("most_ppm", "of the recorded decisions are answered otherwise", "at most"),
    Gate.GRANTED_GROWTH: ("most_ppm", "more is granted in the recorded openings", "at most"),
    Gate.LOSS_BUDGET: ("most_ppm", "of what is given out is expected to be lost in a year", "at most"),
    Gate.FAIRNESS_RATIO: ("least_ppm", "as often is a group answered favourably as the best answered one", "at least"),
    Gate.PROMISES_KEPT: ("least_ppm", "of the promises due were kept", "at least"),
}
"""For each gate the key of its limit, what was measured, and on which side of the limit it has to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A gate that an edition fails, with the figure and the limit in words."""

    gate: Gate
    words: str


def read_limits(files: Mapping[str, bytes]) -> dict[Gate, int]:
    """Return a product's limits in ppm by gate; none if it has no gates. Raise `PolicyInvalid` for what cannot be one."""
    try:
        tables: dict[str, Any] = tomllib.loads(files.get(GATES_FILE, b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise PolicyInvalid(f"{GATES_FILE} is no TOML: {wrong}. Correct it.", code=Code.POLICY_INVALID) from None
    return {_gate(name): _limit(name, table) for name, table in tables.items()}


def failures(
    limits: Mapping[Gate, int], *, measured: Mapping[Gate, int], where: Mapping[Gate, str] | None = None
) -> Iterator[Failure]:
    """Go through the gates that fail; what nothing is known of yet is not measured, and fails no gate.

    `where` says of a gate in which cases its figure was found.
    """
    for gate, limit_ppm in limits.items():
        if gate not in measured:
            continue
        key, what, side = WORDS[gate]
        found_ppm = measured[gate]
        if found_ppm < limit_ppm if key == "least_ppm" else found_ppm > limit_ppm:
            cases = f" ({where[gate]})" if where and gate in where else ""
            words = f"{gate}: {percent(found_ppm)} {what}{cases}, {side} {percent(limit_ppm)} may be"
            yield Failure(gate=gate, words=words)


def _gate(name: str) -> Gate:
    if name not in set(Gate):
        raise PolicyInvalid(f"{GATES_FILE} has a gate {name!r}. There are {', '.join(Gate)}.", code=Code.POLICY_INVALID)
    return Gate(name)


def _limit(name: str, table: object) -> int:
    key = WORDS[Gate(name)][0]
    own: Mapping[str, object] = table if isinstance(table, dict) else {}
    limit_ppm = own.get(key)
    # A boolean is an int to Python, and no limit.
    if own.keys() != {key} or type(limit_ppm) is not int or not 0 <= limit_ppm <= MOST_LIMIT_PPM:
        raise PolicyInvalid(
            f"The gate {name} in {GATES_FILE} needs {key}, a whole number from 0 to {MOST_LIMIT_PPM}, and nothing else.",
            code=Code.POLICY_INVALID,
        )
    return limit_ppm


def percent(ppm: int) -> str:
    """Return a share as it is told."""
    return f"{ppm / 10_000:.2f} %"
