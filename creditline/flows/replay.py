"""Replay: decide again from what a decision stored, and from the facts it saw, and compare byte for byte."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from creditline.decision.arms import Armed, armed_again
from creditline.decision.decide import replay
from creditline.decision.outcome import Decision, Kind, first_difference, seal
from creditline.errors import Code, NotFound
from creditline.flows.house import House
from creditline.flows.known import known, unread_then
from creditline.profile.feature import Source
from creditline.store import decisions, policies
from creditline.store.connect import Connection, Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A stored decision, the same decided again, and the first difference of each check (None: equal)."""

    stored: Decision
    again: Decision
    record_difference: str | None
    facts_difference: str | None

    @property
    def is_equal(self) -> bool:
        """Whether the stored inputs and the facts both give the stored record back."""
        return self.record_difference is None and self.facts_difference is None


async def replay_decision(db: Database, house: House, decision: UUID) -> Replayed:
    """Replay one decision; raise `NotFound` for an unknown id."""
    async with db.reading() as connection:
        found = await decisions.read_sealed(connection, decision)
        if found is None:
            raise NotFound(f"There is no decision {decision}.", code=Code.DECISION_UNKNOWN)
        return await replayed(connection, house, *found)


async def read_decision(
    db: Database, house: House, decision: UUID
) -> tuple[Decision, tuple[str, ...], tuple[Source, ...]]:
    """Return a decision, the names of its features, and the sources it did not read for want of consent.

    Raise `NotFound` for an unknown id.
    """
    async with db.reading() as connection:
        found = await decisions.read_sealed(connection, decision)
        if found is None:
            raise NotFound(f"There is no decision {decision}.", code=Code.DECISION_UNKNOWN)
        stored, _, seen = found
        product = await house.edition(connection, stored.edition)
        return stored, product.features, await unread_then(connection, product, stored, seen=seen)


async def replayed(db: Connection, house: House, stored: Decision, sealed: bytes, seen: str) -> Replayed:
    """Compare one stored decision with its replay, with its seal, and with the facts it was made from."""
    product = await house.edition(db, stored.edition)
    again = replay(product, stored)
    difference = first_difference(stored, again)
    if difference is None and seal(stored) != sealed:
        difference = f"seal: the record was sealed as {sealed.hex()}, and reads as {seal(stored).hex()}"
    own = [stored.id] if stored.kind is Kind.RESTORATION else []
    (now,) = await known(db, [(stored.borrower, stored.as_of, product)], seen=seen, own=own)
    return Replayed(
        stored=stored, again=again, record_difference=difference, facts_difference=_of_facts(stored, now.features)
    )


def _of_facts(stored: Decision, features: tuple[float, ...]) -> str | None:
    """Name the first feature that the facts now give otherwise; NaN equals NaN."""
    for place, (before, after) in enumerate(zip(stored.features, features, strict=True)):
        if msgspec.json.encode(before) != msgspec.json.encode(after):
            return f"feature {place}: stored {before}, facts give {after}"
    return None


async def arm_differences(db: Connection, house: House, stored: Sequence[Decision]) -> dict[UUID, str]:
    """Say which decisions fell into another arm than they should have, or whose shadows say otherwise when asked again."""
    found: dict[UUID, str] = {}
    seen = await policies.arms_seen(db, [one.id for one in stored])
    if not seen:
        return found
    said: dict[UUID, dict[str, tuple[Any, ...]]] = {}
    for decision, arm, edition, columns in await decisions.shadows(db, list(seen)):
        said.setdefault(decision, {})[arm] = (edition, *columns)
    for one in stored:
        if one.id not in seen:
            continue
        edition, stopped = seen[one.id]
        runs = {own.arm: await house.edition(db, own.edition) for own in await policies.arms(db, edition)}
        armed = Armed(product=await house.edition(db, edition), arms=runs, stopped=stopped)
        arm, shadows = armed_again(armed, one)
        again = {shadow.arm: (shadow.edition, *decisions.said_by(shadow)) for shadow in shadows}
        if arm != one.arm:
            found[one.id] = f"arm: stored {one.arm}, drawn again {arm}"
        elif again != said.get(one.id, {}):
            found[one.id] = f"shadows: stored {said.get(one.id, {})}, asked again {again}"
    return found
