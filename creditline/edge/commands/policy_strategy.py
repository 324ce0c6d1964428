"""Commands about strategies: which arms there are, how they do, and stopping and starting them."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from creditline.clock import business_day
from creditline.decision.trial import Result
from creditline.edge.commands.output import FOUND_STATUS, Json, RequestId, id_or_new, show, with_engine
from creditline.edge.engine import Engine
from creditline.flows.govern import Done, Order
from creditline.flows.strategy import ArmState, Running, start_arm, states_of, stop_arm, strategy_of
from creditline.flows.trials import guard_one, results_of
from creditline.policy.life import shown
from creditline.policy.strategy import CHAMPION, champion_ppm

STRATEGY = typer.Typer(
    help="The strategy of a product: champion, challengers by share, shadows; compared, stopped and started.",
    no_args_is_help=True,
)

Product = Annotated[str, typer.Argument(help="The product's name.")]
Arm = Annotated[str, typer.Argument(help="The arm's name.")]
Actor = Annotated[str, typer.Option("--by", help="Who does it.")]
Reason = Annotated[str, typer.Option(help="Why; it stays on record.")]


@STRATEGY.command("show")
def show_(product: Product = "consumer_revolving", as_json: Json = False) -> None:
    """Show the arms of the edition in force: what each runs, for whom, from when to when, and which are stopped."""

    async def use(engine: Engine) -> None:
        running = await strategy_of(engine.db, engine.house, product, at=engine.clock())
        states = states_of(running, on=business_day(engine.clock()))
        told = {
            "name": running.strategy.name,
            "edition": running.period.edition,
            "sha256": running.strategy.sha256,
            "unit": running.strategy.unit,
            "since": running.period.starts_at,
            "arms": states,
        }
        show(
            told,
            as_json=as_json,
            rows=_rows(running, states),
            head=("arm", "kind", "share", "runs", "for", "days", "is"),
        )

    with_engine(use)


@STRATEGY.command("stop")
def stop(
    product: Product, arm: Arm, by: Actor, reason: Reason, request: RequestId = None, as_json: Json = False
) -> None:
    """Stop an arm now: the champion decides for whoever is in it; what was decided and promised there stays."""
    order = Order(id=id_or_new(request), product=product, actor=by, reason=reason, arm=arm)
    _do(lambda engine: stop_arm(engine.db, engine.clock, order=order), as_json=as_json)


@STRATEGY.command("start")
def start(
    product: Product, arm: Arm, by: Actor, reason: Reason, request: RequestId = None, as_json: Json = False
) -> None:
    """Start an arm that was stopped; not by who wrote or submitted the edition in force."""
    order = Order(id=id_or_new(request), product=product, actor=by, reason=reason, arm=arm)
    _do(lambda engine: start_arm(engine.db, engine.clock, order=order), as_json=as_json)


@STRATEGY.command("results")
def results(product: Product = "consumer_revolving", as_json: Json = False) -> None:
    """Compare every challenger with the champion: rates with intervals, sizes, days still needed, stop rules that hold."""

    async def use(engine: Engine) -> None:
        found = await results_of(engine.db, engine.clock, engine.house, product=product)
        told = {"name": found.running.strategy.name, "trial": found.running.strategy.trial, "arms": found.results}
        rows = [row for one in found.results for row in _compared(one)]
        show(told, as_json=as_json, rows=rows, head=("arm", "what", "arm", "champion", "difference, 95 %"))

    with_engine(use)


@STRATEGY.command("guard")
def guard_(product: Product = "consumer_revolving", as_json: Json = False) -> None:
    """Stop the arms whose stop rules hold, as the worker does every hour; exit 3 if one is stopped."""

    async def use(engine: Engine) -> list[Done]:
        return await guard_one(engine.db, engine.clock, engine.house, product=product)

    done = with_engine(use)
    rows = [(one.deed.arm, one.deed.reason) for one in done]
    show({"stopped": done}, as_json=as_json, rows=rows or [("none", "no stop rule holds")], head=("stopped", "why"))
    if done:
        raise typer.Exit(FOUND_STATUS)


def _compared(one: Result) -> list[tuple[object, ...]]:
    """Return the rows that compare an arm with the champion."""
    own, other = one.own, one.champion
    rows: list[tuple[object, ...]] = [(one.arm, "answered", own.count, other.count, "")]
    for apart in one.differences:
        span = f"{points(apart.apart_ppm)} [{points(apart.low_ppm)}, {points(apart.high_ppm)}]"
        sizes = (int(side.of(apart.measure).count) for side in (own, other))
        cells = (
            f"{percent(ppm)} of {size}" for ppm, size in zip((apart.arm_ppm, apart.champion_ppm), sizes, strict=True)
        )
        rows.append(("", apart.measure, *cells, span))
    rows += [("", f"owed by the bad, {currency} minor", amount, "", "") for currency, amount in one.owed_minor.items()]
    waiting = one.waiting
    needed = (
        "not known before somebody of the champion turns bad" if waiting.needed_count is None else waiting.needed_count
    )
    rows.append(("", "needed in the arm", needed, "", "" if waiting.days is None else f"in {waiting.days} days"))
    if one.crossed_count:
        rows.append(("", "answered by both, left out", one.crossed_count, "", ""))
    if one.balance.is_off:
        words = f"{one.balance.arm_count} of {percent(one.balance.expected_ppm)} expected, p {one.balance.p:.2g}"
        rows.append(("", "SIZES ARE OFF: do not trust this comparison", words, one.balance.champion_count, ""))
    return [*rows, *(("", "STOP", why, "", "") for why in one.fired)]


def points(ppm: int) -> str:
    """Return a difference of shares in percentage points."""
    return f"{ppm / 10_000:+.2f}"


def _rows(running: Running, states: tuple[ArmState, ...]) -> list[tuple[object, ...]]:
    champion = (
        CHAMPION, CHAMPION, percent(champion_ppm(running.strategy)), shown(running.period.edition), "all others", "", "running",
    )  # fmt: skip
    return [
        champion,
        *(
            (
                one.name,
                one.kind,
                percent(one.share_ppm),
                shown(one.edition),
                one.segment or "all",
                f"{one.since or ''}..{one.until or ''}" if one.since or one.until else "",
                one.state if one.stopped is None else f"stopped by {one.stopped.actor}: {one.stopped.reason}",
            )
            for one in states
        ),
    ]


def percent(ppm: int) -> str:
    """Return a share in percent."""
    return f"{ppm / 10_000:.2f} %"


def _do(act: Callable[[Engine], Awaitable[Done]], *, as_json: bool) -> None:
    done = with_engine(act)
    deed = done.deed
    rows = [
        ("product", deed.product),
        ("edition", deed.edition),
        ("arm", deed.arm),
        ("did", deed.act),
        ("why", deed.reason),
    ]
    show(done, as_json=as_json, rows=rows)
