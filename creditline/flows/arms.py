"""The arms of an edition: what they run is made and kept when it is published, and approved before it is in force."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from creditline.decision.arms import Armed, files_of_arm, require_same_catalogue
from creditline.decision.product import Product, pack, read_product, unpack
from creditline.errors import Code, Conflict, NotFound
from creditline.explanation.offer import require_offerable
from creditline.policy.life import State, Version, shown, stopped_arms
from creditline.policy.strategy import STRATEGY_FILE, Arm, ArmKind, Strategy, moved
from creditline.store import decisions, policies
from creditline.store.connect import Connection
from creditline.store.policies import ArmRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """An arm with numbers of its own, and the edition that they make."""

    arm: Arm
    product: Product


async def laid_out(product: Product) -> tuple[Laid, ...]:
    """Return what the arms with numbers of their own run; raise `PolicyInvalid` if one of them may not be offered."""
    if product.strategy is None:
        return ()
    found = []
    for arm in product.strategy.arms:
        if arm.edition is None:
            own = await asyncio.to_thread(read_product, files_of_arm(product, arm))
            await asyncio.to_thread(require_offerable, own)
            found.append(Laid(arm=arm, product=own))
    return tuple(found)


async def armed_of(db: Connection, product: Product) -> Armed:
    """Return an edition, published or not, with what its challengers would run, and the arms that are stopped by now.

    Raise `NotFound` for an edition of an arm that is not here, `PolicyInvalid` for one with other features.
    """
    if product.strategy is None:
        return Armed(product=product)
    found: dict[str, Product] = {}
    for arm in product.strategy.challengers:
        if arm.edition is None:
            found[arm.name] = await asyncio.to_thread(read_product, files_of_arm(product, arm))
        else:
            found[arm.name] = await _read(db, arm.edition, arm)
            require_same_catalogue(product, arm, other=found[arm.name])
    stopped = stopped_arms(await policies.deeds(db, product.name))
    return Armed(product=product, arms=found, stopped=frozenset(stopped))


async def keep(db: Connection, product: Product, laid: tuple[Laid, ...], *, at: datetime) -> None:
    """Keep what the arms of an edition run, which is stored before; raise for an edition that is not here."""
    if product.strategy is None:
        return
    runs = []
    for one in laid:
        await decisions.put_edition(
            db, edition=one.product.edition, product=product.name, body=pack(one.product.files), published_at=at
        )
        runs.append(_run(one.arm, one.product.edition))
    for arm in product.strategy.arms:
        if arm.edition is not None:
            require_same_catalogue(product, arm, other=await _read(db, arm.edition, arm))
            runs.append(_run(arm, arm.edition))
    await policies.put_arms(db, product.edition, runs)


async def require_activatable(
    db: Connection, edition: str, versions: Mapping[str, Version], *, before: str | None
) -> None:
    """Raise `Conflict` if an arm runs what is not approved, or would take borrowers from another arm.

    `before` is the edition that is in force.
    """
    strategy = await _strategy(db, edition)
    if strategy is None:
        return
    for arm in strategy.arms:
        if arm.edition is None:
            continue
        version = versions.get(arm.edition)
        if version is None or version.state is not State.APPROVED:
            state = "unknown here" if version is None else version.state
            raise Conflict(
                f"Arm {arm.name} runs edition {shown(arm.edition)}, which is {state}. Have it approved first.",
                code=Code.POLICY_STATE,
            )
    former = None if before is None else await _strategy(db, before)
    for one in () if former is None else moved(former, after=strategy):
        raise Conflict(
            f"{one.ppm} borrowers in a million would go from arm {one.before} straight to arm {one.after}, and tell nothing "
            f"of either. Keep the rooms of the arms in {STRATEGY_FILE}, or give the strategy another salt.",
            code=Code.POLICY_STATE,
        )


async def _strategy(db: Connection, edition: str) -> Strategy | None:
    """Return the strategy of an edition that is stored; one without is not read."""
    body = await decisions.read_edition(db, edition)
    files = {} if body is None else unpack(body)
    return (await asyncio.to_thread(read_product, files)).strategy if STRATEGY_FILE in files else None


async def _read(db: Connection, edition: str, arm: Arm) -> Product:
    body = await decisions.read_edition(db, edition)
    if body is None:
        raise NotFound(
            f"Arm {arm.name} runs edition {shown(edition)}, which is not here. Publish it first.",
            code=Code.EDITION_UNKNOWN,
        )
    return await asyncio.to_thread(read_product, unpack(body))


def _run(arm: Arm, edition: str) -> ArmRun:
    return ArmRun(arm=arm.name, edition=edition, is_shadow=arm.kind is ArmKind.SHADOW)
