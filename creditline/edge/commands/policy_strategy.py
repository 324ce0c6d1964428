"""Commands about strategies: which arms there are, how they do, and stopping and starting them."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from creditline.clock import business_day
from creditline.edge.commands.output import Json, RequestId, id_or_new, show, with_engine
from creditline.edge.engine import Engine
from creditline.flows.govern import Done, Order
from creditline.flows.strategy import ArmState, Running, start_arm, states_of, stop_arm, strategy_of
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
