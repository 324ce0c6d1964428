"""Commands for an accountant: trial balance, journal, statement, export for a general ledger, seals."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from creditline.clock import business_day
from creditline.edge.commands.output import Json, day_of, note, progress, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.edge.table_files import at_once, in_chunks, write_rows
from creditline.flows.book import BalanceRow, journal, statement_of, trial_balance
from creditline.flows.seal import read_seals, seal_days
from creditline.ledger.chart import TERMS
from creditline.ledger.journal import Leg, Posted, legs_of
from creditline.ledger.statement import StatementRow
from creditline.money import in_words

BOOK = typer.Typer(help="The book as an accountant reads it.", no_args_is_help=True)

Day = Annotated[str | None, typer.Option(help="A day, as 2026-03-31.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV, amounts in minor units.")]
Out = Annotated[Path | None, typer.Option(help="Write to a file: .csv or .parquet by its name.")]
MOST_SHOWN = 1000


@BOOK.command("trial-balance")
def trial_balance_(as_of: Day = None, as_json: Json = False, csv: AsCsv = False, out: Out = None) -> None:
    """Print what was booked on every account up to a day, by currency; exit 3 if debits and credits differ."""
    day = read_day(as_of)

    async def use(engine: Engine) -> bool:
        told = await trial_balance(engine.db, engine.clock, as_of=day)
        if csv or out:
            await write_rows(BalanceRow, at_once(told.rows), out=out)
            return told.is_balanced
        rows = [_balance_cells(row) for row in told.rows]
        head = ("code", "account", "kind", "debits", "credits", "debit balance", "credit balance")
        show(
            {"as_of": told.as_of, "is_balanced": told.is_balanced, "rows": told.rows},
            as_json=as_json,
            rows=[*rows, *_totals(told.rows)],
            head=head,
            right=(3, 4, 5, 6),
        )
        return told.is_balanced

    if not with_engine(use):
        note("Debits and credits differ: run `creditline verify`.")
        raise typer.Exit(3)


@BOOK.command("journal")
def journal_(
    since: Day = None,
    through: Day = None,
    most: Annotated[int, typer.Option(help="How many a table shows at most; files hold all.", min=1)] = MOST_SHOWN,
    as_json: Json = False,
    csv: AsCsv = False,
    out: Out = None,
) -> None:
    """Print every transfer booked on some days, in the order of the journal."""
    first, last = read_day(since), read_day(through)

    async def use(engine: Engine) -> None:
        if csv or out:
            with progress("days", None) as bar:
                rows = journal(engine.db, since=first, through=last, told=_each(bar))
                await write_rows(Posted, in_chunks(rows), out=out)
            return
        found: list[Posted] = []
        async for posted in journal(engine.db, since=first, through=last):
            found.append(posted)
            if len(found) > most:
                note(f"Only the first {most} are shown. Name days, or write all with --csv or --out.")
                break
        shown = found[:most]
        head = ("booked at", "happened on", "kind", "line", "debit", "credit", "amount", "entry")
        show(shown, as_json=as_json, rows=[_journal_cells(posted) for posted in shown], head=head, right=(6,))

    with_engine(use)


@BOOK.command("statement")
def statement_(
    line: Annotated[str, typer.Argument(help="The line's id.")],
    since: Day = None,
    through: Day = None,
    as_json: Json = False,
    csv: AsCsv = False,
    out: Out = None,
) -> None:
    """Print a line's entries with the buckets and the balances after each."""
    number, first, last = uuid(line, what="line"), read_day(since), read_day(through)

    async def use(engine: Engine) -> None:
        told = await statement_of(engine.db, number, since=first, through=last)
        if csv or out:
            await write_rows(StatementRow, at_once(told.rows), out=out)
            return
        amounts = (
            "granted",
            "headroom",
            "drawn",
            "reserved",
            "withheld",
            "interest",
            "penalty",
            "fees",
            "owed",
            "credit",
        )
        rows = [
            (
                row.version,
                f"{row.booked_at:%Y-%m-%d %H:%M}",
                row.movement,
                *(in_words(getattr(row, f"{name}_minor"), told.line.currency) for name in amounts),
                row.why,
            )
            for row in told.rows
        ]
        head = ("version", "booked at", "movement", *amounts, "why")
        show(told, as_json=as_json, rows=rows, head=head, right=range(3, len(head) - 1))

    with_engine(use)


@BOOK.command("export")
def export(
    out: Annotated[Path, typer.Option(help="The file: .csv or .parquet by its name.")],
    since: Day = None,
    through: Day = None,
    borrower: Annotated[bool, typer.Option("--borrower/--no-borrower", help="Name the borrower of each row.")] = True,
) -> None:
    """Write double entries for a general ledger: two rows a transfer, under an id that stays for ever."""
    first, last = read_day(since), read_day(through)

    async def use(engine: Engine) -> None:
        with progress("days", None) as bar:
            posted = journal(engine.db, since=first, through=last, told=_each(bar))
            rows_count = await write_rows(Leg, in_chunks(_legs(posted, is_named=borrower)), out=out)
        note(f"{rows_count} rows were written to {out}.")

    with_engine(use)


@BOOK.command("seal")
def seal(
    through: Day = None,
    most: Annotated[int, typer.Option(help="How many seals to show.", min=1, max=1000)] = 10,
    as_json: Json = False,
) -> None:
    """Close and seal the days that are over; print the latest seals, to be kept where nobody can change them."""
    last = read_day(through)

    async def use(engine: Engine) -> None:
        with progress("days sealed", None) as bar:
            await seal_days(engine.db, engine.clock, through=last, told=lambda _: bar(1))
        found = await read_seals(engine.db, most=most)
        rows = [(one.day, one.transfers_count, one.seal) for one in found]
        show(
            found,
            as_json=as_json,
            rows=rows or [("no day is over", "", "")],
            head=("day", "transfers", "seal"),
            right=(1,),
        )

    with_engine(use)


async def _legs(posted: AsyncIterator[Posted], *, is_named: bool) -> AsyncIterator[Leg]:
    async for one in posted:
        for leg in legs_of(one, is_named=is_named):
            yield leg


def _each(bar: Callable[[int], None]) -> Callable[[date], None]:
    return lambda _: bar(1)


def _balance_cells(row: BalanceRow) -> tuple[str, ...]:
    amounts = (row.debit_minor, row.credit_minor, row.debit_balance_minor, row.credit_balance_minor)
    return (row.account, row.name, row.account_kind, *(in_words(amount, row.currency) for amount in amounts))


def _totals(rows: Sequence[BalanceRow]) -> list[tuple[str, ...]]:
    """Return one row a currency with the sums of its columns."""
    names = ("debit_minor", "credit_minor", "debit_balance_minor", "credit_balance_minor")
    return [
        ("", currency, "total", *(in_words(_sum(rows, currency, name), currency) for name in names))
        for currency in sorted({row.currency for row in rows})
    ]


def _sum(rows: Sequence[BalanceRow], currency: str, name: Any) -> int:
    return sum(getattr(row, name) for row in rows if row.currency == currency)


def _journal_cells(posted: Posted) -> tuple[object, ...]:
    return (
        f"{posted.booked_at:%Y-%m-%d %H:%M:%S}",
        business_day(posted.happened_at),
        posted.kind,
        posted.line,
        f"{TERMS[posted.debit].code} {TERMS[posted.debit].name}",
        f"{TERMS[posted.credit].code} {TERMS[posted.credit].name}",
        in_words(posted.amount_minor, posted.currency),
        posted.id,
    )


def read_day(text: str | None) -> date | None:
    """Return a day as it was typed, None if none was; raise `Malformed` if it is no day."""
    return None if text is None else day_of(text)
