"""Strategies in a running house: which arms there are, and stopping and starting them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from creditline.clock import Clock
from creditline.decision.product import Product
from creditline.errors import Code, NotFound
from creditline.flows.govern import Done, Life, Order, carried_out, life_of
from creditline.flows.house import House
from creditline.policy.life import Act, Deed, Period, in_force, require_arm_changes, require_possible, stopped_arms
from creditline.policy.strategy import STRATEGY_FILE, Arm, ArmKind, StopRule, Strategy
from creditline.store import policies
from creditline.store.connect import Connection, Database
from creditline.store.policies import ArmRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The strategy of the edition in force: since when, what its arms run, and which are stopped by which deed."""

    life: Life
    period: Period
    product: Product
    strategy: Strategy
    runs: Mapping[str, ArmRun]
    stopped: Mapping[str, Deed]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmState:
    """An arm as it stands: what it runs, for whom and when, whether it does, and what stopped it."""

    name: str
    kind: ArmKind
    why: str
    share_ppm: int
    room_ppm: int
    segment: str | None
    since: date | None
    until: date | None
    edition: str
    state: str
    stopped: Deed | None
    stops: tuple[StopRule, ...]


def states_of(running: Running, *, on: date) -> tuple[ArmState, ...]:
    """Return the arms of a strategy as they stand on a day."""
    return tuple(
        ArmState(
            name=arm.name,
            kind=arm.kind,
            why=arm.why,
            share_ppm=arm.share_ppm,
            room_ppm=arm.room_ppm,
            segment=arm.segment,
            since=arm.since,
            until=arm.until,
            edition=running.runs[arm.name].edition,
            state=_state(arm, is_stopped=arm.name in running.stopped, on=on),
            stopped=running.stopped.get(arm.name),
            stops=arm.stops,
        )
        for arm in running.strategy.arms
    )


def _state(arm: Arm, *, is_stopped: bool, on: date) -> str:
    if is_stopped:
        return "stopped"
    if arm.runs_on(on):
        return "running"
    return "waiting" if arm.since is not None and on < arm.since else "over"


async def strategy_of(db: Database, house: House, product: str, *, at: datetime) -> Running:
    """Return the strategy of a product in force at an instant; raise `NotFound` if it has none."""
    life = await life_of(db, product)
    period = in_force(life.periods, at)
    async with db.reading() as connection:
        own = None if period is None else await house.edition(connection, period.edition)
        runs = [] if period is None else await policies.arms(connection, period.edition)
    if period is None or own is None or own.strategy is None:
        raise NotFound(
            f"The edition of {product} in force has no strategy. Publish one whose folder has a {STRATEGY_FILE}.",
            code=Code.STRATEGY_UNKNOWN,
        )
    return Running(
        life=life,
        period=period,
        product=own,
        strategy=own.strategy,
        runs={one.arm: one for one in runs},
        stopped=stopped_arms(life.deeds),
    )


async def stop_arm(db: Database, clock: Clock, *, order: Order, is_house: bool = False) -> Done:
    """Stop an arm of the edition in force: from now on the champion decides for whoever is in it.

    What the arm decided and promised stays. It stays stopped under its name, whatever is published, until it is started.
    """
    return await _turn_arm(db, clock, order, Act.STOP_ARM, is_house=is_house)


async def start_arm(db: Database, clock: Clock, *, order: Order) -> Done:
    """Start an arm that was stopped; that takes another person than who wrote or submitted the edition in force."""
    return await _turn_arm(db, clock, order, Act.START_ARM)


async def _turn_arm(db: Database, clock: Clock, order: Order, act: Act, *, is_house: bool = False) -> Done:
    async def judge(connection: Connection, life: Life, deed: Deed) -> Deed:
        period = in_force(life.periods, deed.recorded_at)
        arms = [] if period is None else await policies.arms(connection, period.edition)
        arm = order.arm or ""
        require_arm_changes(arm, act, arms=[one.arm for one in arms], stopped=stopped_arms(life.deeds))
        assert period is not None
        require_possible(life.versions[period.edition], act, actor=deed.actor)
        return replace(deed, edition=period.edition, arm=arm)

    return await carried_out(db, clock, order, act, judge, is_house=is_house)
