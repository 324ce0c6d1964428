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
    PROMISES_KEPT = "promises_kept"


WORDS: Mapping[Gate, tuple[str, str, str]] = {
    Gate.ANSWERED_OTHERWISE: ("most_ppm", "of the recorded decisions are answered otherwise", "at most"),
    Gate.GRANTED_GROWTH: ("most_ppm", "more is granted in the recorded openings", "at most"),
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


def failures(limits: Mapping[Gate, int], *, measured: Mapping[Gate, int]) -> Iterator[Failure]:
    """Go through the gates that fail; what nothing is known of yet is not measured, and fails no gate."""
    for gate, limit_ppm in limits.items():
        if gate not in measured:
            continue
        key, what, side = WORDS[gate]
        found_ppm = measured[gate]
        if found_ppm < limit_ppm if key == "least_ppm" else found_ppm > limit_ppm:
            yield Failure(gate=gate, words=f"{gate}: {_percent(found_ppm)} {what}, {side} {_percent(limit_ppm)} may be")


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


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:.2f} %"
