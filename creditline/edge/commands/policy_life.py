"""Commands about the life of a policy: publish, submit, approve, activate, roll back, retire; and the history."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

import msgspec
import typer

from creditline.edge.commands.output import FOUND_STATUS, Json, RequestId, id_or_new, instant, show, with_engine
from creditline.edge.commands.policy_gates import warn
from creditline.edge.engine import Engine
from creditline.edge.products import folder_of, load_product, product_files
from creditline.flows.govern import (
    Done,
    Order,
    activate,
    gates_ahead,
    govern,
    life_of,
    publish_draft,
    roll_back,
)
from creditline.policy.gates import Failure
from creditline.policy.life import Act, shown

Product = Annotated[str, typer.Argument(help="The product's name.")]
Edition = Annotated[str, typer.Argument(help="The edition's hash, or enough of its beginning.")]
Actor = Annotated[str, typer.Option("--by", help="Who does it.")]
Reason = Annotated[str, typer.Option(help="Why; it stays on record.")]


def publish(
    folder: Annotated[str, typer.Argument(help="The folder of the product as it should be.")],
    by: Actor,
    reason: Reason,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Keep a product's folder as a draft; it decides nothing before it is approved and activated.

    Exit 3 if it is kept and would fail a gate now.
    """
    product = load_product(folder)
    files = product_files(folder_of(folder))
    order = order_of(product.name, by, reason, request)

    async def act(engine: Engine) -> tuple[Done, tuple[Failure, ...]]:
        done = await publish_draft(engine.db, engine.clock, order=order, files=files)
        return done, await gates_ahead(engine.db, engine.clock, product=product.name, files=files)

    done, failed = with_engine(act)
    _tell(done, as_json=as_json)
    warn(failed)
    if failed:
        raise typer.Exit(FOUND_STATUS)


def submit(
    product: Product, edition: Edition, by: Actor, reason: Reason, request: RequestId = None, as_json: Json = False
) -> None:
    """Hand a draft in for review."""
    _govern(Act.SUBMIT, order_of(product, by, reason, request, edition=edition), as_json=as_json)


def approve(
    product: Product, edition: Edition, by: Actor, reason: Reason, request: RequestId = None, as_json: Json = False
) -> None:
    """Approve what is under review; nobody approves what they wrote or submitted."""
    _govern(Act.APPROVE, order_of(product, by, reason, request, edition=edition), as_json=as_json)


def reject(
    product: Product, edition: Edition, by: Actor, reason: Reason, request: RequestId = None, as_json: Json = False
) -> None:
    """Send what is under review back to its author."""
    _govern(Act.REJECT, order_of(product, by, reason, request, edition=edition), as_json=as_json)


def retire(
    product: Product, edition: Edition, by: Actor, reason: Reason, request: RequestId = None, as_json: Json = False
) -> None:
    """Take an approved edition out of use for ever; one that is in force, or will be, cannot be."""
    _govern(Act.RETIRE, order_of(product, by, reason, request, edition=edition), as_json=as_json)


def override(
    product: Product,
    edition: Edition,
    gate: Annotated[str, typer.Argument(help="The gate it fails, as `activate` names it.")],
    by: Actor,
    reason: Reason,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Let an edition through a gate it fails; that takes two people, and both stay on record."""
    order = msgspec.structs.replace(order_of(product, by, reason, request, edition=edition), gate=gate)
    _govern(Act.OVERRIDE, order, as_json=as_json)


def activate_(
    product: Product,
    edition: Edition,
    by: Actor,
    reason: Reason,
    starts_at: Annotated[str | None, typer.Option("--from", help="As 2026-05-01T00:00Z; now if left out.")] = None,
    ends_at: Annotated[str | None, typer.Option("--to", help="Until when; without end if left out.")] = None,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Put an approved edition in force, from now or a later instant on; exit 3 if it fails a gate.

    Running servers follow by themselves.
    """
    order = order_of(product, by, reason, request, edition=edition, span=(instant(starts_at), instant(ends_at)))

    async def act(engine: Engine) -> Done:
        return await activate(engine.db, engine.clock, order=order)

    _do(act, as_json=as_json)


def rollback(
    product: Product,
    by: Actor,
    reason: Reason,
    edition: Annotated[str, typer.Option(help="Which edition to go back to; the former one if left out.")] = "",
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Put the former edition in force again, now, in one step."""
    order = order_of(product, by, reason, request, edition=edition)

    async def act(engine: Engine) -> Done:
        return await roll_back(engine.db, engine.clock, order=order)

    _do(act, as_json=as_json)


def history(product: Product = "consumer_revolving", as_json: Json = False) -> None:
    """Say who did what to a product's editions, when and why, and which one is in force from when to when."""

    async def use(engine: Engine) -> None:
        life = await life_of(engine.db, product)
        rows: list[tuple[object, ...]] = [
            (one.recorded_at, one.act, shown(one.edition), one.actor, one.reason, one.detail or "")
            for one in life.deeds
        ]
        rows += [
            (
                one.starts_at or "always",
                "in force",
                shown(one.edition),
                f"until {one.ends_at or 'further notice'}",
                "",
                "",
            )
            for one in life.periods
        ]
        told = {"deeds": life.deeds, "editions": list(life.versions.values()), "periods": life.periods}
        show(told, as_json=as_json, rows=rows, head=("at", "what", "edition", "by", "why", "told"))

    with_engine(use)


def order_of(
    product: str,
    by: str,
    reason: str,
    request: str | None,
    *,
    edition: str = "",
    span: tuple[datetime | None, datetime | None] = (None, None),
) -> Order:
    """Return an order as it was typed, under the id that was given or a new one."""
    return Order(
        id=id_or_new(request),
        product=product,
        actor=by,
        reason=reason,
        edition=edition,
        starts_at=span[0],
        ends_at=span[1],
    )


def _govern(act: Act, order: Order, *, as_json: bool) -> None:
    async def use(engine: Engine) -> Done:
        return await govern(engine.db, engine.clock, order=order, act=act)

    _do(use, as_json=as_json)


def _do(act: Callable[[Engine], Awaitable[Done]], *, as_json: bool) -> None:
    _tell(with_engine(act), as_json=as_json)


def _tell(done: Done, *, as_json: bool) -> None:
    show(done, as_json=as_json, rows=rows_of(done))


def rows_of(done: Done) -> list[tuple[str, str]]:
    """Return what was done, a line a fact."""
    version, deed = done.version, done.deed
    rows = [("product", version.product), ("edition", version.edition), ("state", version.state), ("did", deed.act)]
    if deed.starts_at is not None:
        rows.append(("in force from", deed.starts_at.isoformat()))
    return rows


activate_.__name__ = "activate"
COMMANDS = (publish, submit, approve, reject, override, activate_, rollback, retire, history)
