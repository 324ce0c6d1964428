"""The command `creditline simulate`: what the rules do to people who do not exist, under assumptions that are told."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from creditline.edge.commands.output import FOUND_STATUS, STOPPED_STATUS, Json, note, progress, show
from creditline.edge.commands.policy_impact import draft_of
from creditline.edge.products import load_product
from creditline.edge.simulated import read_assumptions, simulate
from creditline.money import MINOR_DIGITS
from creditline.simulation.people import MOST_DAYS
from creditline.simulation.report import Arm, Estimate, Report
from creditline.simulation.run import AT_ONCE, DRAFT, HELD, POLICY, Plan

NAMES = {POLICY: "the policy", DRAFT: "the draft", AT_ONCE: "all at once", HELD: "30 days for all"}
"""How a reader is told each arm."""


def simulate_(
    people: Annotated[int, typer.Option(help="How many people.", min=1, max=10_000_000)] = 1_000,
    days: Annotated[int, typer.Option(help="How many days they live.", min=1, max=MOST_DAYS)] = MOST_DAYS,
    seed: Annotated[
        int, typer.Option(help="Where chance begins: the same seed finds the same, to the byte.", min=0)
    ] = 1,
    product: Annotated[str, typer.Option(help="The product, by name or folder.")] = "consumer_revolving",
    policy: Annotated[
        str | None,
        typer.Option(metavar="FILE|FOLDER", help="A draft to try on the same people: DMN, or a whole product."),
    ] = None,
    assumptions: Annotated[Path | None, typer.Option(help="Other assumptions than those that come along.")] = None,
    processes: Annotated[
        int | None, typer.Option(help="So many processes; as many as processors if left out.", min=1)
    ] = None,
    as_json: Json = False,
) -> None:
    """Let made-up people live with the rules, and see what is kept, who waits, and what is lost.

    The same people have the same luck under the policy, under a draft, if all comes back at once, and if all waits 30 days.
    Exit 3 if a promise whose condition held was not kept.
    """
    plan = Plan(assumed=read_assumptions(assumptions), people_count=people, days=days, seed=seed)
    own = load_product(product)
    draft = None if policy is None else draft_of(policy, product=product)
    started = time.monotonic()
    with progress("People", people) as told:
        try:
            report = simulate(plan, own, draft=draft, processes=processes, told=told)
        except KeyboardInterrupt:
            note("creditline: stopped. Nothing was found; the same command begins again.")
            raise typer.Exit(STOPPED_STATUS) from None
    if sys.stderr.isatty():
        taken = time.monotonic() - started
        note(f"{people:,} people lived {days} days under {len(report.arms)} policies in {taken:.1f} s.")
    if as_json:
        show(report, as_json=True)
    else:
        print_report(report)
    if any(arm.promises.kept_ratio not in {None, 1.0} for arm in report.arms):
        note("Promises whose condition held were not kept. That is a fault of the engine: report the command you gave.")
        raise typer.Exit(FOUND_STATUS)


def print_report(report: Report) -> None:
    """Print what was found: promises, delays and losses side by side, advice, the moments, and what is assumed."""
    arms = report.arms
    title = f"{report.people_count:,} made-up people, {report.days} days from {report.starts_on}, seed {report.seed}"
    _say(f"{title}, {report.product}. Amounts in {report.currency}; in brackets 95 % intervals.\n")
    show(
        None,
        as_json=False,
        rows=list(_side_by_side(report)),
        head=("under these assumptions", *(NAMES[arm.name] for arm in arms)),
    )
    _say("")
    against = report.against
    rows = list(_differences(report))
    tried = NAMES[DRAFT if any(arm.name == DRAFT for arm in arms) else POLICY]
    show(
        None,
        as_json=False,
        rows=rows,
        head=(f"{tried}, for the same people", *(f"against {NAMES[one.name]}" for one in against)),
    )
    _say("")
    moments = [
        (one.name.replace("_", " "), one.unit, _plain(one.measured), _plain(one.simulated), one.use)
        for one in report.moments
    ]
    show(None, as_json=False, rows=moments, head=("moment", "unit", "measured", "simulated", "use"), right=(2, 3))
    _say("\nWhat is assumed")
    for words in report.assumptions:
        _say(f"  - {words}")
    _say(f"  - Intervals: {report.intervals}")


def _side_by_side(report: Report) -> Iterator[tuple[object, ...]]:
    """Go through the figures of each policy."""
    arms = report.arms
    minor = 10 ** MINOR_DIGITS[report.currency]

    def row(what: str, of: Any) -> tuple[object, ...]:
        return (what, *(of(arm) for arm in arms))

    yield row("repayments back at once / in steps / observed / cut", _answers)
    yield row("promises told", lambda arm: f"{arm.promises.told_count:,}")
    yield row("  kept, of those whose condition held", _kept)
    yield row("  kept, of all that ended", lambda arm: _percent(arm.promises.kept_overall))
    yield row(
        "  the condition failed / still open",
        lambda arm: f"{arm.promises.condition_failed_count:,} / {arm.promises.open_count:,}",
    )
    yield row("came back on the day first told", lambda arm: _percent(arm.error.on_day))
    yield row(
        "  within 30 / 60 days",
        lambda arm: (
            f"{_percent(arm.error.within_30_days, bare=True)} / {_percent(arm.error.within_60_days, bare=True)}"
        ),
    )
    yield row(
        "  later, or not by the end",
        lambda arm: f"{_percent(arm.error.later, bare=True)} / {_percent(arm.error.not_by_the_end, bare=True)}",
    )
    yield row(
        "looked what would help / told what", lambda arm: f"{arm.advice.looked_count:,} / {arm.advice.told_count:,}"
    )
    yield row("  all back by the day told: who did it", lambda arm: _percent(arm.advice.followed_worked))
    yield row("  all back by the day told: who did not", lambda arm: _percent(arm.advice.left_worked))
    yield row("good borrowers: days a unit waited", lambda arm: _number(arm.good_delay_days))
    yield row(
        "  amount x days withheld a person, thousands",
        lambda arm: _number(arm.good_withheld_minor_days, per=1_000 * minor),
    )
    yield row("default, three months late", lambda arm: _percent(arm.defaults_share))
    yield row("lost a person", lambda arm: _number(arm.loss_minor, per=minor))
    yield row("drawn a person", lambda arm: _number(arm.drawn_minor, per=minor))
    yield row("wanted and not drawn a person", lambda arm: _number(arm.unmet_minor, per=minor))


def _differences(report: Report) -> Iterator[tuple[object, ...]]:
    """Go through what one policy changes against the others."""
    minor = 10 ** MINOR_DIGITS[report.currency]
    against = report.against
    yield ("losses avoided, all people", *(_number(one.losses_avoided_total_minor, per=minor) for one in against))
    yield ("losses avoided a person", *(_number(one.losses_avoided_minor, per=minor) for one in against))
    yield ("defaults avoided, all people", *(_number(one.defaults_avoided) for one in against))
    yield (
        "good borrowers: amount x days more, thousands",
        *(_number(one.good_delay_more_minor_days, per=1_000 * minor) for one in against),
    )
    yield ("drawn less a person", *(_number(one.drawn_less_minor, per=minor) for one in against))


def _answers(arm: Arm) -> str:
    return " / ".join(f"{count:,}" for count in arm.answers.values())


def _kept(arm: Arm) -> str:
    told = arm.promises
    if told.kept_ratio is None:
        return "none told"
    # One broken word among a million must not be rounded away.
    share = "100" if told.kept_count == told.held_count else f"{min(100 * told.kept_ratio, 99.9999):.4f}"
    return f"{share} % of {told.held_count:,} [{_ends(told.kept_ratio_interval, 100, 2)}]"


def _percent(one: Estimate, *, bare: bool = False) -> str:
    if one.value is None:
        return "-"
    told = f"{100 * one.value:.1f} %"
    return told if bare or one.low is None else f"{told} [{_ends(one, 100, 1)}]"


def _number(one: Estimate, *, per: float = 1.0) -> str:
    """Write a figure with as many decimals as a small one needs."""
    if one.value is None:
        return "-"
    value = one.value / per
    digits = 2 if abs(value) < 100 else 0
    told = f"{value:,.{digits}f}"
    return told if one.low is None else f"{told} [{_ends(one, 1 / per, digits)}]"


def _ends(one: Estimate, times: float, digits: int) -> str:
    assert one.low is not None
    assert one.high is not None
    return f"{one.low * times:,.{digits}f}, {one.high * times:,.{digits}f}"


def _plain(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1_000 or value == int(value) else f"{value:.3f}"


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")


simulate_.__name__ = "simulate"
COMMANDS = (simulate_,)
