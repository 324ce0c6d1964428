"""Commands for those with authority over a line's limit: set, extra, block, close."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from creditline.edge.commands.lines import Amount, Currency, LineId, show_line
from creditline.edge.commands.output import Json, RequestId, id_or_new, minor, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.flows.control import BlockRequest, control_line
from creditline.flows.limit import Asked, CloseRequest, ExtraRequest, LimitRequest, set_limit

LIMIT = typer.Typer(help="A line's limit: set it, add to it until a date, stop it, close it.", no_args_is_help=True)

Authority = Annotated[str, typer.Option("--by", help="Who decided it.")]
Reason = Annotated[str, typer.Option(help="Why.")]


@LIMIT.command("set")
def set_(
    line: LineId,
    amount: Amount,
    by: Authority,
    reason: Reason,
    currency: Currency = "CNY",
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Set the standing limit; 0 stops new draws and leaves what is owed as it is."""
    _carry_out(
        LimitRequest(
            id=id_or_new(request),
            line=uuid(line, what="line"),
            granted_minor=minor(amount, currency),
            authority=by,
            reason=reason,
        ),
        as_json=as_json,
    )


@LIMIT.command()
def extra(
    line: LineId,
    amount: Amount,
    until: Annotated[datetime, typer.Option(help="When it ends, in UTC: 2026-12-31 or 2026-12-31T18:00:00.")],
    by: Authority,
    reason: Reason,
    currency: Currency = "CNY",
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Add to the standing limit until a moment, in the place of what was added before; 0 ends that now."""
    _carry_out(
        ExtraRequest(
            id=id_or_new(request),
            line=uuid(line, what="line"),
            extra_minor=minor(amount, currency),
            until=until.replace(tzinfo=until.tzinfo or UTC),
            authority=by,
            reason=reason,
        ),
        as_json=as_json,
    )


@LIMIT.command()
def close(line: LineId, by: Authority, reason: Reason, request: RequestId = None, as_json: Json = False) -> None:
    """Close a line that nothing is owed on; it never opens again."""
    asked = CloseRequest(id=id_or_new(request), line=uuid(line, what="line"), authority=by, reason=reason)
    _carry_out(asked, as_json=as_json)


@LIMIT.command()
def block(
    line: LineId,
    by: Authority,
    reason: Reason,
    lift: Annotated[bool, typer.Option("--lift", help="Lift the stop.")] = False,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Stop all draws of a line, or lift the stop."""
    asked = BlockRequest(
        id=id_or_new(request), line=uuid(line, what="line"), authority=by, reason=reason, is_lifted=lift
    )

    async def use(engine: Engine) -> None:
        show_line(await control_line(engine.db, engine.clock, engine.house, request=asked), as_json=as_json)

    with_engine(use)


def _carry_out(asked: Asked, *, as_json: bool) -> None:
    async def use(engine: Engine) -> None:
        show_line(await set_limit(engine.db, engine.clock, engine.house, request=asked), as_json=as_json)

    with_engine(use)
