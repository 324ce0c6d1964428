"""The main job, end to end: a real book replayed through the flows, and what the engine answered, in figures and words.

Every figure printed is read from the database after the replay. Where the data show no effect, the report says so.
"""

import asyncio
import shutil
import signal
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import polars as pl
from rich.console import Console
from rich.table import Table

from creditline.clock import MovedClock
from creditline.edge.api.mine import Pages
from creditline.edge.api.pages import is_built
from creditline.edge.commands.lines import rows_of
from creditline.edge.commands.output import note, progress, show
from creditline.edge.commands.rules import said
from creditline.edge.demo_folder import keep_replayed, make_ready
from creditline.edge.engine import Engine, running
from creditline.edge.people import demo_sign_in, issued, remember, settled, worth_meeting
from creditline.edge.server import serve_until_stopped
from creditline.edge.settings import Settings
from creditline.edge.sources.book import Book
from creditline.edge.sources.synthetic import made_book
from creditline.edge.sources.taiwan import read_taiwan
from creditline.edge.tokens import link
from creditline.errors import NotFound
from creditline.explanation.words import Told, tell, words_of
from creditline.flows.explain import explain_line
from creditline.flows.history import History
from creditline.flows.history import Told as Progress
from creditline.flows.house import House
from creditline.flows.verify import verify
from creditline.money import in_words
from creditline.policy.table import DecisionTable
from creditline.score.measures import wilson
from creditline.store import lines, reports
from creditline.store.connect import Database
from creditline.store.reports import Figures

PRODUCT = "consumer_revolving"
SEPTEMBER_ENDS = datetime(2005, 10, 1, tzinfo=UTC)
ANSWERS = ("at_once", "staged", "observed", "reduced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A line explained: who, under which answer it was picked, and its explanation in words."""

    borrower: str
    line: UUID
    picked: str
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything the demo prints: counts of the replay, figures of the book, three explanations, broken laws.

    `rules` says in words what each rule of the restoration table tests, the first rule first.
    """

    book: Book
    counts: dict[str, int]
    totals: list[dict[str, Any]]
    figures: Figures
    rules: tuple[str, ...]
    shown: tuple[Shown, ...]
    findings_count: int


async def run(settings: Settings, *, fresh: bool, lines_count: int | None, stay: bool, as_json: bool) -> None:
    """Run the demo in its own database under the home folder, print the report, and serve it until stopped if it stays."""
    settings = replace(settings, home=settings.home / "demo", dsn=None)
    started = time.monotonic()
    book = the_book(settings, lines_count)
    _step(f"{book.title}: {len(book.events):,} events read", started)
    make_ready(settings, title=book.title, is_fresh=fresh)
    started = time.monotonic()
    async with running(settings) as engine:
        _step(f"PostgreSQL started in {settings.home}", started)
        started = time.monotonic()
        with progress("Replaying through the engine", len(book.events)) as told:
            report = await replay_book(engine.db, engine.house, book, told=told)
        keep_replayed(settings.home, title=book.title)
        _step("Replayed April to September 2005 through the flows the API uses", started)
        if as_json:
            show(summary_of(report), as_json=True)
        else:
            print_report(report, Console(width=max(120, min(160, shutil.get_terminal_size((140, 40)).columns))))
        if stay:
            await _serve(engine, settings, report)
        elif not as_json:
            note("\n  creditline demo --serve opens the pages of four borrowers on a clock that you move, and the API.")


def _step(what: str, started: float) -> None:
    note(f"  ✓ {what}  {time.monotonic() - started:.1f} s")


async def _serve(engine: Engine, settings: Settings, report: Report) -> None:
    """Serve the replayed book and the pages of those worth meeting, by a clock that stands until somebody moves it."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    clock = await settled(engine, settings, until=report.book.until)
    sign_in = demo_sign_in()

    def told(base: str) -> None:
        note(f"\n  Meet them, on a clock that you move (it says {clock():%Y-%m-%d}):")
        for borrower, story in worth_meeting([(one.borrower, one.picked) for one in report.shown]):
            note(f"\n  {borrower}: {story}\n  {link(base, token=issued(sign_in, borrower))}")
        note(f"\n  The officers' pages: two customers wait for a person to look again\n  {base}/console/")
        note(
            "\n  The links are good for twelve hours."
            if is_built()
            else "\n  The pages are not built: run `make pages`."
        )
        note(f"  API   {base}/docs\n  Stop  Ctrl+C  (the data stay; creditline demo --fresh starts over)")
        sys.stderr.flush()

    try:
        await serve_until_stopped(
            replace(engine, clock=clock),
            settings,
            stop,
            work=False,
            pages=Pages(sign_in=sign_in, demo=clock),
            told=told,
        )
    finally:
        remember(settings, clock)


def the_book(settings: Settings, lines_count: int | None) -> Book:
    """Return the Taiwan book, or a synthetic one that says so; `lines_count` keeps only the first lines by name."""
    try:
        book = read_taiwan(settings.data)
    except NotFound as missing:
        note(f"  {missing.message}\n  Going on with a synthetic book.")
        book = made_book()
    if lines_count is None or lines_count >= len(book.defaults):
        return book
    kept = sorted(book.defaults)[:lines_count]
    return replace(
        book,
        title=f"{book.title}, the first {lines_count:,} of them",
        events=book.events.filter(pl.col("borrower").is_in(kept)),
        defaults={one: book.defaults[one] for one in kept},
    )


def summary_of(report: Report) -> dict[str, Any]:
    """Return the report for programs."""
    figures = report.figures
    return {
        "book": {
            "title": report.book.title,
            "is_synthetic": report.book.is_synthetic,
            "currency": report.book.currency,
        },
        "counts": report.counts,
        "totals": report.totals,
        "answers": [dict(row) for row in figures.answers],
        "last_answers": [dict(row) for row in figures.last_answers],
        "rules": [{**row, "tests": report.rules[row["rule"] - 1]} for row in figures.rules],
        "reopened": [dict(row) for row in figures.reopened],
        "delays": [dict(row) for row in figures.delays],
        "shown": report.shown,
        "findings_count": report.findings_count,
    }


async def replay_book(db: Database, house: House, book: Book, *, told: Progress) -> Report:
    """Replay a book through the flows and read the report back from the database."""
    clock = MovedClock(book.events["happened_at"].min())  # type: ignore[arg-type]  # A column of moments.
    history = History(db, clock, house, product=PRODUCT, contract_apr_bp=book.contract_apr_bp)
    await history.replay(book.events, until=book.until, told=told)
    async with db.reading() as connection:
        figures = await reports.figures(connection, as_of=SEPTEMBER_ENDS)
        totals = [dict(row) for row in await lines.totals(connection)]
    shown = await _shown(db, house)
    return Report(
        book=book,
        counts=dict(history.counts),
        totals=totals,
        figures=figures,
        rules=_rules_in_words(house),
        shown=shown,
        findings_count=len(await verify(db)),
    )


def _rules_in_words(house: House) -> tuple[str, ...]:
    table = house.product(PRODUCT).policy.decision("restoration")
    assert isinstance(table, DecisionTable)
    return tuple(said(table, rule) for rule in table.rules)


async def _shown(db: Database, house: House) -> tuple[Shown, ...]:
    """Pick three lines: one back at once, one in steps, one observed, the last told in Chinese too."""
    async with db.reading() as connection:
        picked = [
            ("at_once", await reports.one_at_once(connection)),
            ("staged", await reports.one_held_by(connection, "staged")),
            ("observed", await reports.one_held_by(connection, "observed")),
        ]
    shown = []
    for answer, line in picked:
        if line is None:
            continue
        explanation = await explain_line(db, line)
        for language in ("en", "zh") if answer == "observed" else ("en",):
            words = words_of(house.product(PRODUCT), language)
            shown.append(Shown(borrower=explanation.borrower, line=line, picked=answer, told=tell(explanation, words)))
    return tuple(shown)


def print_report(report: Report, console: Console) -> None:
    """Print the report: the book, the answers with their outcomes, exposure, delays, evidence, three borrowers."""
    currency = report.book.currency
    _print_book(report, console, currency)
    _print_answers(report.figures, console, currency)
    _print_exposure(report.figures, console, currency)
    _print_delays(report.figures, console, currency)
    _print_evidence(report, console)
    for shown in report.shown:
        print_told(shown, console)
    console.print(f"\nLaws checked over the whole database: {report.findings_count or 'nothing'} broken.")


def _print_book(report: Report, console: Console, currency: str) -> None:
    console.rule(f"[bold]{report.book.title}")
    table = Table("bucket", "amount", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for total in report.totals:
        table.add_row("lines", f"{total['lines_count']:,}")
        for bucket in ("granted", "drawn", "reserved", "withheld"):
            table.add_row(bucket, in_words(total[f"{bucket}_minor"], currency))
    console.print(table)
    asked = ", ".join(f"{what} {count:,}" for what, count in sorted(report.counts.items()) if ":" in what)
    console.print(f"\nAsked through the flows: {asked}.", soft_wrap=True)
    console.print(
        f"Parts that waited, on their day: {report.counts.get('released', 0):,} came back, "
        f"{report.counts.get('kept_back', 0):,} did not as their condition did not hold, and are looked at again."
    )
    if report.counts.get("nothing owed"):
        console.print(
            f"{report.counts['nothing owed']:,} recorded repayments found nothing owed: earlier draws of those lines "
            "were answered otherwise here, or paid a balance that is in credit."
        )


def _print_answers(figures: Figures, console: Console, currency: str) -> None:
    console.rule("[bold]Every repayment's answer, and October")
    table = Table(box=None, pad_edge=False)
    for heading in (
        "answer",
        "repayments",
        "principal",
        "back that day",
        "lines (last answer)",
        "defaulted",
        "rate [95 %]",
    ):
        table.add_column(heading, justify="left" if heading == "answer" else "right")
    answers = {row["answer"]: row for row in figures.answers}
    last = {row["answer"]: row for row in figures.last_answers}
    for answer in ANSWERS:
        if answer not in answers:
            continue
        row, of_lines = answers[answer], last.get(answer)
        table.add_row(
            answer,
            f"{row['repayments_count']:,}",
            in_words(row["repaid_minor"], currency),
            in_words(row["at_once_minor"], currency),
            f"{of_lines['lines_count']:,}" if of_lines else "0",
            f"{of_lines['defaults_count']:,}" if of_lines else "0",
            rate(of_lines["defaults_count"], of_lines["lines_count"]) if of_lines else "",
        )
    console.print(table)


def _print_exposure(figures: Figures, console: Console, currency: str) -> None:
    console.rule("[bold]Exposure reopened by the end of September, against restoring all at once")
    table = Table(box=None, pad_edge=False)
    for heading in (
        "lines that in October",
        "lines",
        "repaid = all at once",
        "reopened here",
        "still withheld",
        "draws cut short",
        "by",
    ):
        table.add_column(heading, justify="left" if heading == "lines that in October" else "right")
    for row in sorted(figures.reopened, key=lambda one: not one["is_default"]):
        table.add_row(
            "defaulted" if row["is_default"] else "did not",
            f"{row['lines_count']:,}",
            in_words(row["repaid_minor"], currency),
            in_words(row["repaid_minor"] - row["withheld_minor"], currency),
            in_words(row["withheld_minor"], currency),
            f"{row['refused_count']:,}",
            in_words(row["refused_minor"], currency),
        )
    console.print(table)
    console.print(
        "The draws are the ones these people made in 2005; what they would have done after another answer is not known."
    )


def _print_delays(figures: Figures, console: Console, currency: str) -> None:
    console.rule("[bold]Who waited, and how long")
    table = Table(box=None, pad_edge=False)
    for heading in ("lines that in October", "lines that waited", "amount that waited", "median days", "90 % within"):
        table.add_column(heading, justify="left" if heading == "lines that in October" else "right")
    for row in sorted(figures.delays, key=lambda one: not one["is_default"]):
        table.add_row(
            "defaulted" if row["is_default"] else "did not: good borrowers delayed",
            f"{row['lines_count']:,}",
            in_words(row["delayed_minor"], currency),
            f"{row['median_days']:.0f}",
            f"{row['p90_days']:.0f}",
        )
    console.print(table)


def _print_evidence(report: Report, console: Console) -> None:
    console.rule("[bold]Each restoration rule's evidence on this book")
    rules = report.figures.rules
    total = sum(row["lines_count"] for row in rules)
    bads = sum(row["defaults_count"] for row in rules)
    table = Table(box=None, pad_edge=False)
    for heading in ("rule", "lines", "its default rate [95 %]", "the rest [95 %]", "the data"):
        table.add_column(heading, justify="left" if heading in {"rule", "the data"} else "right")
    for row in rules:
        own = (row["defaults_count"], row["lines_count"])
        rest = (bads - own[0], total - own[1])
        rule = f"{row['rule']}  {report.rules[row['rule'] - 1]}"
        table.add_row(rule, f"{own[1]:,}", rate(*own), rate(*rest), verdict(own, rest))
    console.print(table)


def verdict(own: tuple[int, int], rest: tuple[int, int]) -> str:
    """Say whether (defaults, lines) of a rule differ from the rest: only if the 95 % Wilson intervals are apart."""
    if not own[1] or not rest[1]:
        return "nothing to compare"
    own_low, own_high = wilson(*own)
    rest_low, rest_high = wilson(*rest)
    if own_low > rest_high:
        return "riskier than the rest"
    if own_high < rest_low:
        return "safer than the rest"
    return "show no difference"


def rate(bads_count: int, count: int) -> str:
    """Write a rate with its 95 % Wilson interval, in per cent."""
    if not count:
        return ""
    low, high = wilson(bads_count, count)
    return f"{100 * bads_count / count:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def print_told(shown: Shown, console: Console) -> None:
    """Print one borrower's explanation as `creditline explain` does."""
    console.rule(
        f"[bold]{shown.borrower}, {shown.picked}: why is my limit not back?"
        if shown.told.parts
        else f"[bold]{shown.borrower}, {shown.picked}"
    )
    console.print(shown.told.headline, soft_wrap=True)
    console.print(explained(shown.told))


def explained(told: Told) -> Table:
    """Lay an explanation out as a table: buckets first, then each withheld part with why and when."""
    table = Table("", "", "", "", box=None, pad_edge=False, show_header=False)
    table.columns[1].justify = "right"
    for row in rows_of(told):
        table.add_row(*row)
    return table
