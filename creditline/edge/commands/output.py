"""How commands speak: JSON for programs, tables for people, progress only where somebody watches."""

import re
import sys
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar
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

MOST_LETTERS = 4000
FOUND_STATUS = 3
STOPPED_STATUS = 130

_AMOUNT = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")
_AMOUNT_MAX_LETTERS = 40


def with_engine(use: Callable[[Engine], Awaitable[T]]) -> T:
    """Start the engine, use it, stop it."""

    async def run() -> T:
        async with running(read_settings()) as engine:
            return await use(engine)

    return to_the_end(run())


def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Run what a command does; Ctrl+C ends it with exit 130, after everything it opened was closed."""
    import uvloop  # noqa: PLC0415  # Loading it costs more than commands that need no loop.

    try:
        return uvloop.run(work)
    except KeyboardInterrupt:
        note("creditline: stopped. What was told as done is kept; the same command may be given again.")
        raise SystemExit(STOPPED_STATUS) from None


def show(
    value: object,
    *,
    as_json: bool,
    rows: Sequence[Sequence[object]] = (),
    head: Sequence[str] = (),
    right: Collection[int] = (),
) -> None:
    """Print a value as JSON, or its rows as a table; `right` are the columns of amounts, counted from 0."""
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n")
        return
    from rich.console import Console  # noqa: PLC0415  # Loading it costs more than most commands.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*head, box=None, pad_edge=False, show_header=bool(head))
    for row in rows:
        # A cell is shown as it is: brackets in a rule or a borrower's id are no marks of ours.
        table.add_row(*(Text(str(cell)) for cell in row))
    for place in right:
        table.columns[place].justify = "right"
    console = Console()
    if not console.is_terminal:
        # What is read by a program or kept in a file is not folded.
        console.width = max(console.width, console.measure(table, options=_unfolded(console)).maximum)
    console.print(table)


def _unfolded(console: Any) -> Any:
    return console.options.update(max_width=MOST_LETTERS, width=MOST_LETTERS)


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
        raise Malformed(
            f"The {what} {text!r} is no UUID. Copy it whole, as in 0190a5c4-7d2e-7c1b-9f35-0a1b2c3d4e5f.",
            code=Code.MESSAGE_MALFORMED,
        ) from None


def day_of(text: str) -> date:
    """Return a day as it was typed; raise `Malformed` if it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed(f"The day {text!r} is no date. Write it as 2026-05-01.", code=Code.MESSAGE_MALFORMED) from None


def instant(text: str | None) -> datetime | None:
    """Return an instant as it was typed, without a zone in UTC; raise `Malformed` if it is none."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(
            f"The instant {text!r} is none. Write it as 2026-05-01T00:00Z.", code=Code.MESSAGE_MALFORMED
        ) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def minor(text: str, currency: str) -> int:
    """Return an amount typed in the currency's own units, such as 1200.50 or 1,200.50, in minor units, exactly.

    Raises `Malformed` for anything that could be read in two ways: a decimal comma, an exponent, too many decimals.
    """
    digits = MINOR_DIGITS[require_currency(currency)]
    read = _AMOUNT.fullmatch(text) if len(text) <= _AMOUNT_MAX_LETTERS else None
    example = "1200.50 or 1,200.50" if digits else "1200 or 1,200"
    if read is None:
        raise Malformed(
            f"The amount {text[:_AMOUNT_MAX_LETTERS]!r} is no number. Write it in {currency}, as {example}.",
            code=Code.MESSAGE_MALFORMED,
        )
    sign, whole, part = read[1], read[2].replace(",", ""), (read[3] or "").rstrip("0")
    if len(part) > digits:
        raise Malformed(
            f"The amount {text} has {len(part)} decimals, and {currency} has {digits}. Write it as {example}.",
            code=Code.MESSAGE_MALFORMED,
        )
    return int(f"{sign}{whole}{part.ljust(digits, '0')}")


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
