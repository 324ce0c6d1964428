"""Commands about umbrellas: open, limit, move, seat, show."""

from typing import Annotated

import typer

from creditline.edge.commands.limits import Authority, Reason
from creditline.edge.commands.lines import Amount, Currency, LineId, borrower_id, show_line
from creditline.edge.commands.output import Json, RequestId, id_or_new, minor, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.flows.umbrella import (
    SeatRequest,
    UmbrellaLimitRequest,
    UmbrellaMoveRequest,
    UmbrellaRequest,
    limit_umbrella,
    move_umbrella,
    open_umbrella,
    seat_line,
    tree_of,
)
from creditline.ledger.umbrella import Tree, Umbrella, buckets_of
from creditline.money import in_words

UMBRELLA = typer.Typer(help="Caps over lines and over each other.", no_args_is_help=True)

UmbrellaId = Annotated[str, typer.Argument(help="The umbrella's id.")]
Under = Annotated[str | None, typer.Option("--under", help="The umbrella it comes under; leave it out for none.")]
BUCKETS = ("granted", "drawn", "reserved", "withheld", "set_aside", "headroom")


@UMBRELLA.command("open")
def open_(
    holder: Annotated[str, typer.Argument(help="The borrower or group it is for.")],
    amount: Amount,
    by: Authority,
    reason: Reason,
    currency: Currency = "CNY",
    under: Under = None,
    product: Annotated[str | None, typer.Option(help="Only lines of this product.")] = None,
    apart: Annotated[
        bool, typer.Option("--apart", help="Children do not share: each one's limit is set aside.")
    ] = False,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Make an umbrella, alone or under another."""
    asked = UmbrellaRequest(
        id=id_or_new(request),
        holder=borrower_id(holder),
        currency=currency,
        granted_minor=minor(amount, currency),
        authority=by,
        reason=reason,
        parent=None if under is None else uuid(under, what="umbrella"),
        product=product,
        is_fungible=not apart,
    )

    async def use(engine: Engine) -> None:
        own = await open_umbrella(engine.db, engine.clock, request=asked)
        _show_tree(await tree_of(engine.db, own.id), own, as_json=as_json)

    with_engine(use)


@UMBRELLA.command()
def limit(
    umbrella: UmbrellaId,
    amount: Amount,
    by: Authority,
    reason: Reason,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Set an umbrella's limit, up or down."""
    number = uuid(umbrella, what="umbrella")

    async def use(engine: Engine) -> None:
        own = (await tree_of(engine.db, number)).umbrellas[number]
        asked = UmbrellaLimitRequest(
            id=id_or_new(request),
            umbrella=number,
            granted_minor=minor(amount, own.currency),
            authority=by,
            reason=reason,
        )
        after = await limit_umbrella(engine.db, engine.clock, request=asked)
        _show_tree(await tree_of(engine.db, number), after, as_json=as_json)

    with_engine(use)


@UMBRELLA.command()
def move(
    umbrella: UmbrellaId,
    by: Authority,
    reason: Reason,
    under: Under = None,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Put an umbrella, with all that is under it, under another or under none."""
    asked = UmbrellaMoveRequest(
        id=id_or_new(request),
        umbrella=uuid(umbrella, what="umbrella"),
        parent=None if under is None else uuid(under, what="umbrella"),
        authority=by,
        reason=reason,
    )

    async def use(engine: Engine) -> None:
        after = await move_umbrella(engine.db, engine.clock, request=asked)
        _show_tree(await tree_of(engine.db, after.id), after, as_json=as_json)

    with_engine(use)


@UMBRELLA.command()
def seat(
    line: LineId, by: Authority, reason: Reason, under: Under = None, request: RequestId = None, as_json: Json = False
) -> None:
    """Put a line under an umbrella, with what it uses, or under none."""
    asked = SeatRequest(
        id=id_or_new(request),
        line=uuid(line, what="line"),
        umbrella=None if under is None else uuid(under, what="umbrella"),
        authority=by,
        reason=reason,
    )

    async def use(engine: Engine) -> None:
        show_line(await seat_line(engine.db, engine.clock, request=asked), as_json=as_json)

    with_engine(use)


@UMBRELLA.command("show")
def show_(umbrella: UmbrellaId, as_json: Json = False) -> None:
    """Show the whole tree an umbrella stands in, with its buckets."""
    number = uuid(umbrella, what="umbrella")

    async def use(engine: Engine) -> None:
        tree = await tree_of(engine.db, number)
        _show_tree(tree, tree.umbrellas[number], as_json=as_json)

    with_engine(use)


def _show_tree(tree: Tree, own: Umbrella, *, as_json: bool) -> None:
    """Print a tree, each umbrella before those under it; `own` is the one that was asked about."""
    rows = []
    told = []
    buckets = buckets_of(tree)
    for one in tree.in_order():
        amounts = {f"{name}_minor": getattr(buckets[one.id], f"{name}_minor") for name in BUCKETS}
        mark = "▸ " if one.id == own.id else ""
        name = "  " * (len(tree.path(one.id)) - 1) + mark + one.holder
        rows.append((name, one.id, *(in_words(amount, one.currency) for amount in amounts.values())))
        told.append({"umbrella": one, **amounts})
    head = ("holder", "umbrella", *(name.replace("_", " ") for name in BUCKETS))
    show({"asked": own.id, "tree": told}, as_json=as_json, rows=rows, head=head, right=range(2, 8))
