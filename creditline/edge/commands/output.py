"""How commands speak: JSON for programs, tables for people, progress only where somebody watches."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
import typer

from creditline.clock import system_clock
from creditline.edge.engine import Engine, running
from creditline.edge.settings import read_settings
from creditline.errors import Code, Malformed
from creditline.ids import new_id
from creditline.money import MINOR_DIGITS, require_currency

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
RequestId = Annotated[str | None, typer.Option("--id", help="The request's UUIDv7; give the same one to repeat it.")]
T = TypeVar("T")

FOUND_STATUS = 3


def with_engine(use: Callable[[Engine], Awaitable[T]]) -> T:
    """Start the engine, use it, stop it."""

    async def run() -> T:
        async with running(read_settings()) as engine:
            return await use(engine)

    return asyncio.run(run())


def show(value: object, *, as_json: bool, rows: Sequence[Sequence[object]] = (), head: Sequence[str] = ()) -> None:
    """Print a value as JSON, or its rows as a table."""
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n")
        return
    from rich.console import Console  # noqa: PLC0415  # Loading it costs more than most commands.
    from rich.table import Table  # noqa: PLC0415

    table = Table(*head, box=None, pad_edge=False, show_header=bool(head))
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console().print(table)


def pairs(fields: Mapping[str, object]) -> list[tuple[str, object]]:
    """Return the rows of a table that lists one thing's fields."""
    return [(name, value) for name, value in fields.items() if value is not None]


def id_or_new(given: str | None) -> UUID:
    """Return the id a user gave, or a new one."""
    return new_id(system_clock()) if given is None else uuid(given, what="id")


def uuid(text: str, *, what: str) -> UUID:
    """Return a UUID from what was typed; raise `Malformed` naming what it should be."""
    try:
        return UUID(text)
    except ValueError:
        raise Malformed(f"The {what} {text!r} is no UUID.", code=Code.MESSAGE_MALFORMED) from None


def minor(text: str, currency: str) -> int:
    """Return an amount typed in the currency's own units, such as 1200.50, in minor units, exactly."""
    digits = MINOR_DIGITS[require_currency(currency)]
    try:
        amount = Decimal(text.replace(",", "")).scaleb(digits)
    except InvalidOperation:
        raise Malformed(
            f"The amount {text!r} is no number. Write it as 1200.50.", code=Code.MESSAGE_MALFORMED
        ) from None
    if amount != amount.to_integral_value():
        raise Malformed(f"{text} {currency} has more than {digits} decimals.", code=Code.MESSAGE_MALFORMED)
    return int(amount)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr if it is a terminal; the function it gives is told how much more was done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)


def note(words: str) -> None:
    """Tell a person on stderr what is being done."""
    sys.stderr.write(words + "\n")
