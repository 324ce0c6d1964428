"""Gates on the book: measure what an edition would change in recorded decisions, and how the product keeps its word."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from creditline.decision.allotted import allotted
from creditline.decision.arms import Armed, running
from creditline.decision.asked import Asked, ask
from creditline.decision.block import Block
from creditline.decision.fairness import GroupRate, fairness_of
from creditline.decision.impact import Amount, summed_up
from creditline.decision.losing import Losing, losing_in
from creditline.decision.loss import loss_rates
from creditline.decision.outcome import Kind
from creditline.decision.past import Outcomes, Past
from creditline.decision.product import Product, read_product
from creditline.errors import Code, PolicyInvalid
from creditline.flows.arms import armed_of
from creditline.flows.house import House
from creditline.flows.promises import rates
from creditline.flows.snapshot import newest
from creditline.money import MILLION
from creditline.policy.gates import GATES_FILE, Failure, Gate, failures, read_limits
from creditline.store import fairness
from creditline.store.connect import Database

MOST_CASES = 50_000
"""Of so many recorded decisions, the newest, an edition is asked."""

ASKED = frozenset({Gate.ANSWERED_OTHERWISE, Gate.GRANTED_GROWTH, Gate.LOSS_BUDGET, Gate.FAIRNESS_RATIO})
"""What is measured by asking an edition about recorded decisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfArm:
    """What was found in the cases that one arm would decide; None where nothing is known of them yet."""

    arm: str
    cases_count: int
    found_ppm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A gate with its limit and what was found, in ppm; None where nothing is known yet. `where` names the cases it is of.

    What is found is of everything that would be in force: each case as the arm answers it that it would fall into. `arms` tell
    it arm by arm, the champion among them, where there is more than one.
    """

    gate: Gate
    limit_ppm: int
    found_ppm: int | None
    where: str
    failure: Failure | None
    arms: tuple[OfArm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A figure in ppm, and in which cases it was found."""

    ppm: int
    where: str = ""


def require_measurable(product: Product, limits: Mapping[Gate, int]) -> None:
    """Raise `PolicyInvalid` for a budget of losses in a product that says nothing of them."""
    if Gate.LOSS_BUDGET in limits and product.losing is None:
        raise PolicyInvalid(
            f"{GATES_FILE} has a {Gate.LOSS_BUDGET}, and product.toml no [loss] to measure it by. Add lgd_ppm, ccf_ppm and "
            "unscored_pd_ppm there.",
            code=Code.POLICY_INVALID,
        )


async def measured_gates(
    db: Database, files: Mapping[str, bytes], *, current: Mapping[str, bytes], on: date
) -> tuple[Measured, ...]:
    """Measure files by the gates, and the assumptions about losses, of those in force; without gates nothing is read.

    Arms that are over on the day `on`, or stopped by now, count as the champion's.

    An edition is held to what was said before it, so that nobody loosens the gate they are about to pass.
    """
    limits = read_limits(current)
    if not limits:
        return ()
    product = await asyncio.to_thread(read_product, files)
    found: dict[Gate, Found] = {}
    arms: dict[str, tuple[int, dict[Gate, Found]]] = {}
    if limits.keys() & ASKED:
        blocks = await newest(db, House([product]), product=product.name, most=MOST_CASES)
        async with db.reading() as connection:
            groups = await fairness.groups(connection, borrowers_in(blocks))
            armed = await armed_of(connection, product)
        by = Yardstick(losing=losing_in(current), groups=groups, holds_on=on)
        found, arms = await asyncio.to_thread(_asked, armed, blocks, by)
    for rate in await rates(db, by=["product"]):
        if rate.product == product.name and rate.kept_ratio is not None:
            found[Gate.PROMISES_KEPT] = Found(ppm=int(rate.kept_ratio * MILLION))
    where = {gate: one.where for gate, one in found.items() if one.where}
    failed = {
        one.gate: one for one in failures(limits, measured={gate: one.ppm for gate, one in found.items()}, where=where)
    }
    return tuple(
        Measured(
            gate=gate,
            limit_ppm=limit_ppm,
            found_ppm=found[gate].ppm if gate in found else None,
            where=where.get(gate, ""),
            failure=failed.get(gate),
            arms=tuple(
                OfArm(arm=arm, cases_count=count, found_ppm=own[gate].ppm if gate in own else None)
                for arm, (count, own) in arms.items()
                if gate in ASKED
            ),
        )
        for gate, limit_ppm in limits.items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What an edition is measured by: assumptions about losses, who belongs to which group, and the day from which it holds."""

    losing: Losing | None
    groups: fairness.Groups
    holds_on: date


def _asked(
    armed: Armed, blocks: Sequence[Block], by: Yardstick
) -> tuple[dict[Gate, Found], dict[str, tuple[int, dict[Gate, Found]]]]:
    """Measure everything that recorded decisions tell: of all arms together, and arm by arm if there are several."""
    parts: dict[str, list[Asked]] = {}
    for one in allotted(running(armed), armed.arms, blocks, on=by.holds_on):
        parts.setdefault(one.arm, []).append(ask(one.product, one.past, arm=one.arm))
    whole = _figures(armed.product, [one for own in parts.values() for one in own], by)
    if len(parts) <= 1:
        return whole, {}
    return whole, {
        arm: (sum(one.past.count for one in own), _figures(armed.product, own, by)) for arm, own in parts.items()
    }


def borrowers_in(blocks: Sequence[Block]) -> set[str]:
    """Return whose decisions blocks hold."""
    return {name for one in blocks for name in one.borrowers.unique().to_list()}


def _figures(product: Product, asked: Sequence[Asked], by: Yardstick) -> dict[Gate, Found]:
    """Measure cases as they would be answered; of an interval the end that speaks against the edition counts."""
    if not asked:
        return {}
    impact = summed_up(product, asked, None)
    # Few cases prove little.
    found = {Gate.ANSWERED_OTHERWISE: Found(ppm=impact.changed.high_ppm)}
    if (growth_ppm := granted_growth_ppm(impact.amounts)) is not None:
        found[Gate.GRANTED_GROWTH] = Found(ppm=growth_ppm)
    answers = [(one.past, one.after) for one in asked]
    if by.losing is not None and (loss := expected_loss_of(answers, by.losing)):
        found[Gate.LOSS_BUDGET] = loss
    if ratio := unfairest(fairness_of(answers, by.groups)):
        found[Gate.FAIRNESS_RATIO] = ratio
    return found


def granted_growth_ppm(amounts: Iterable[Amount]) -> int | None:
    """Return by how much more is granted in openings, in the currency in which it grows most; None if nothing was."""
    granted = [one for one in amounts if one.kind is Kind.OPENING and one.measure == "granted" and one.before_minor]
    return max(((one.after_minor - one.before_minor) * MILLION // one.before_minor for one in granted), default=None)


def expected_loss_of(asked: Sequence[tuple[Past, Outcomes]], losing: Losing) -> Found | None:
    """Return the highest expected loss of a kind and currency against what is given out; None if nothing is."""
    highest = max(loss_rates(asked, losing), key=lambda one: one.rate.high, default=None)
    if highest is None:
        return None
    return Found(ppm=-int(-highest.rate.high * MILLION // 1), where=f"{highest.kind} in {highest.currency}")


def unfairest(rates_of_groups: Iterable[GroupRate]) -> Found | None:
    """Return the lowest ratio that chance does not explain, or else that all are answered alike; None without groups."""
    told = [one for one in rates_of_groups if one.ratio is not None]
    flagged = [one for one in told if one.is_flagged]
    if not told:
        return None
    if not flagged:
        return Found(ppm=MILLION, where="chance explains every ratio below")
    lowest = min(flagged, key=lambda one: one.ratio.at if one.ratio else 1.0)
    assert lowest.ratio is not None
    return Found(
        ppm=int(lowest.ratio.at * MILLION),
        where=f"{lowest.attribute} {lowest.group} against {lowest.reference}, {lowest.favourable}",
    )
