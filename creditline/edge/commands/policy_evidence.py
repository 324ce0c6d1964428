"""`creditline policy evidence`: is each rule worth its hurt, by what became of those it singled out."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from creditline.decision.evidence import EVIDENCE_FILE, Bar, Because, Evidence, Figure, RuleEvidence, Verdict, written
from creditline.decision.matured import Horizon
from creditline.decision.product import Product
from creditline.decision.tables import TABLES
from creditline.edge.commands.output import FOUND_STATUS, Json, instant, note, progress, show, with_engine
from creditline.edge.commands.policy_impact import MOST_CASES, draft_of
from creditline.edge.commands.rules import said
from creditline.edge.engine import Engine
from creditline.edge.settings import read_settings
from creditline.errors import Code, Malformed
from creditline.flows.evidence import Held, Wanted, recorded_evidence
from creditline.policy.table import DecisionTable
from creditline.policy.values import Value, plain

PPM_A_PERCENT = 10_000
HEAD = ("rule", "tests", "claims", "hits", "bad", "rest", "bad", "difference", "verdict")


def evidence(
    target: Annotated[
        str,
        typer.Argument(metavar="FILE|PRODUCT", help="A product, its folder, or a DMN file in the place of its policy."),
    ] = "consumer_revolving",
    product: Annotated[str, typer.Option(help="Whose policy a file alone would replace.")] = "consumer_revolving",
    source: Annotated[
        str | None, typer.Option(help="A book with outcomes instead of the recorded one: taiwan.", metavar="NAME")
    ] = None,
    table: Annotated[str, typer.Option(help="Which table a book's lines ask.")] = "restoration",
    number: Annotated[
        list[str] | None, typer.Option(help="Ask with another number: NAME=VALUE; may be given again.", metavar="N=V")
    ] = None,
    horizon_days: Annotated[int, typer.Option(help="How long after its decision a line is watched.", min=1)] = 180,
    late_days: Annotated[int, typer.Option(help="From how many days past due a line is bad.", min=1)] = 90,
    known_at: Annotated[str | None, typer.Option(help="Only what was learned by then, as 2026-05-01T00:00Z.")] = None,
    most: Annotated[int, typer.Option(help="Of so many recorded decisions, the newest.", min=1)] = MOST_CASES,
    confidence: Annotated[float, typer.Option(help="Percent, for all rules together.", min=50, max=99.99)] = 95.0,
    least_cases: Annotated[int, typer.Option(help="Independent cases needed on each side.", min=2)] = 100,
    least_difference: Annotated[float, typer.Option(help="Percentage points a claim must make.", min=0, max=100)] = 1.0,
    arm: Annotated[str | None, typer.Option(help="Only the decisions of this arm, by the rules it runs.")] = None,
    write: Annotated[Path | None, typer.Option(help="Keep it in a product's folder, beside its rules.")] = None,
    as_json: Json = False,
) -> None:
    """Hold each rule against outcomes: hits, bad rate against those it would else treat alike, interval, verdict.

    Exit 3 if outcomes contradict a rule.
    """
    draft = draft_of(target, product=product)
    bar = Bar(
        confidence_ppm=round(confidence * PPM_A_PERCENT),
        least_cases=least_cases,
        least_difference_ppm=round(least_difference * PPM_A_PERCENT),
    )
    numbers = numbers_of(number or ())
    if source is not None:
        if arm is not None:
            raise typer.BadParameter("A book that was decided elsewhere has no arms.", param_hint="--arm")
        found = _of_source(draft, source, table=table, bar=bar, numbers=numbers)
    else:
        until = instant(known_at)

        async def use(engine: Engine) -> Held:
            horizon = Horizon(days=horizon_days, late_days=late_days, known_at=until or engine.clock())
            with progress("Decisions read", most) as told:
                wanted = Wanted(horizon=horizon, bar=bar, most=most, numbers=numbers, arm=arm)
                return await recorded_evidence(engine.db, engine.house, draft, wanted=wanted, told=told)

        held = with_engine(use)
        draft, found = held.product, held.evidence
    show(found, as_json=as_json, rows=rows_of(draft, found), head=HEAD, right=(3, 5))
    _tell(found)
    if write is not None:
        (write / EVIDENCE_FILE if write.is_dir() else write).write_bytes(written(found))
    if any(one.verdict is Verdict.CONTRADICTED for one in found.rules):
        raise typer.Exit(FOUND_STATUS)


def _of_source(draft: Product, source: str, *, table: str, bar: Bar, numbers: Mapping[str, Value]) -> Evidence:
    if source != "taiwan":
        raise typer.BadParameter(f"There is no source {source}. There is taiwan.", param_hint="--source")
    # Loading the columns of a book costs more than most commands.
    from creditline.edge.sources.asked import book_evidence  # noqa: PLC0415
    from creditline.edge.sources.taiwan import read_taiwan  # noqa: PLC0415

    if table not in TABLES.values():
        raise typer.BadParameter(
            f"There is no table {table}. There are {', '.join(TABLES.values())}.", param_hint="--table"
        )
    book = read_taiwan(read_settings().data)
    return book_evidence(draft, book, table=table, bar=bar, numbers=numbers)


def numbers_of(given: Sequence[str]) -> dict[str, Value]:
    """Return numbers as they were typed, NAME=VALUE each."""
    found: dict[str, Value] = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            read = Decimal(value)
        except InvalidOperation:
            read = Decimal("NaN")
        if not read.is_finite():
            raise Malformed(
                f"{text!r} is no number. Write it as frequent_draws_30d_count=6.", code=Code.MESSAGE_MALFORMED
            )
        found[name.strip()] = plain(read)
    return found


def rows_of(product: Product, found: Evidence) -> list[tuple[object, ...]]:
    """Return a line a rule: what it tests, what it claims, and what outcomes say."""
    rows: list[tuple[object, ...]] = []
    for one in found.rules:
        decision = product.policy.decision(one.table)
        assert isinstance(decision, DecisionTable)
        rows.append(
            (
                f"{one.table} {one.rule}",
                said(decision, decision.rules[one.rule - 1]),
                one.claim,
                f"{one.hits_count:,}",
                percent(one.bad) if one.rest_count else "",
                f"{one.rest_count:,}",
                percent(one.rest_bad) if one.rest_count else "",
                points(one.difference) if one.rest_count else "",
                verdict_in_words(one),
            )
        )
    return rows


def verdict_in_words(one: RuleEvidence) -> str:
    """Return a verdict, and why nothing is shown."""
    return str(one.verdict) if one.because is Because.SHOWN else f"{one.verdict}: {one.because}"


def percent(figure: Figure) -> str:
    """Return a rate with its interval."""
    at, low, high = (f"{one / PPM_A_PERCENT:.1f}" for one in (figure.at_ppm, figure.low_ppm, figure.high_ppm))
    return f"{at} % [{low}, {high}]"


def points(figure: Figure) -> str:
    """Return a difference of rates in percentage points."""
    at, low, high = (f"{one / PPM_A_PERCENT:+.1f}" for one in (figure.at_ppm, figure.low_ppm, figure.high_ppm))
    return f"{at} [{low}, {high}]"


def _tell(found: Evidence) -> None:
    """Say on stderr whose cases these are, what was left out, and how wide the intervals had to be."""
    note(
        f"{found.cases_count:,} cases of {found.borrowers_count:,} borrowers, {found.bad_count:,} bad: {found.population}."
    )
    if len(found.arms) > 1:
        note(
            f"Decided by {', '.join(f'{arm} {count:,}' for arm, count in found.arms.items())}, each by its own numbers."
        )
    for why, count in found.left_out.items():
        note(f"Left out: {count:,}, {why}.")
    note(
        f"A rule's rest is whoever would be answered by the rules that come up without it. Differences are in percentage points "
        f"at {found.bar.confidence_ppm / PPM_A_PERCENT:g} % for {found.comparisons_count} comparisons together."
    )
