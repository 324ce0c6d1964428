"""The command about the borrowers' pages: a link that opens them as a borrower."""

from datetime import timedelta
from typing import Annotated

import typer

from creditline.clock import system_clock
from creditline.edge.commands.output import Json, show
from creditline.edge.settings import read_settings
from creditline.edge.tokens import LONGEST, USUAL, SignIn, link

MINUTE = timedelta(minutes=1)


def pages_link(
    borrower: Annotated[str, typer.Argument(help="Whose pages.")],
    minutes: Annotated[int, typer.Option(help="How long the link is good.", min=1, max=LONGEST // MINUTE)] = (
        USUAL // MINUTE
    ),
    base: Annotated[str | None, typer.Option(help="Where the pages are served; left out, where `serve` would.")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="A link that cannot borrow.")] = False,
    as_json: Json = False,
) -> None:
    """Print a link that opens the pages as a borrower, signed by CREDITLINE_PAGES_KEY as the lender's app would."""
    settings = read_settings()
    token = SignIn(keys=settings.pages_keys).issue(
        borrower, at=system_clock(), lasts=minutes * MINUTE, may_draw=not read_only
    )
    address = link(base or f"http://{settings.host}:{settings.port}", token=token)
    show({"link": address}, as_json=as_json, rows=[(address,)])


COMMANDS = (pages_link,)
