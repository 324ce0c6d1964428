"""`creditline policy backtest`: a period of history asked again by the edition in force and by a draft."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from creditline.decision.backtest import Backtest, Segment
from creditline.decision.matured import Horizon
from creditline.edge.commands.output import Json, instant, note, progress, show, with_engine
from creditline.edge.commands.policy_impact import MOST_CASES, draft_of, rows_of
from creditline.edge.engine import Engine
from creditline.edge.products import load_product
from creditline.flows.backtest import Period, recorded_backtest
from creditline.flows.house import offered
from creditline.money import in_words

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def backtest(
    target: Annotated[str, typer.Argument(metavar="FILE|PRODUCT", help="A draft: a DMN file, or a product's folder.")],
    product: Annotated[str, typer.Option(help="Whose policy a file alone would replace.")] = "consumer_revolving",
    champion: Annotated[
        str | None, typer.Option(help="Compare with this product's folder; the edition in force if left out.")
    ] = None,
    starts_at: Annotated[str | None, typer.Option("--from", help="Decisions from then on, as 2026-01-01.")] = None,
    ends_at: Annotated[str | None, typer.Option("--to", help="And before then; now if left out.")] = None,
    horizon_days: Annotated[int, typer.Option(help="How long after its decision a line is watched.", min=1)] = 180,
    late_days: Annotated[int, typer.Option(help="From how many days past due a line is bad.", min=1)] = 90,
    known_at: Annotated[str | None, typer.Option(help="Only what was learned by then, as 2026-05-01T00:00Z.")] = None,
    most: Annotated[int, typer.Option(help="Among so many recorded decisions, the newest.", min=1)] = MOST_CASES,
    as_json: Json = False,
) -> None:
    """Ask every question of a period again, point in time, through features, scores and rules of both editions.

    Tells who is answered otherwise, what is given out, expected loss, and what was lost where outcomes are known.
    """
    draft = draft_of(target, product=product)
    span, known = (instant(starts_at) or EARLIEST, instant(ends_at)), instant(known_at)

    async def use(engine: Engine) -> Backtest:
        now = engine.clock()
        period = Period(
            starts_at=span[0],
            ends_at=span[1] or now,
            most=most,
            horizon=Horizon(days=horizon_days, late_days=late_days, known_at=known or now),
        )
        against = (
            load_product(champion) if champion else (await offered(engine.db, engine.clock, engine.house))[draft.name]
        )
        with progress("Decisions read, then asked again", 2 * most) as told:
            return await recorded_backtest(engine.db, engine.house, against, draft=draft, period=period, told=told)

    found = with_engine(use)
    rows = [
        *rows_of(found.impact),
        *(
            (
                "observed",
                f"{one.kind}: {one.measure}",
                in_words(one.before_minor, one.currency),
                in_words(one.after_minor, one.currency),
                (
                    f"{in_words(one.after_minor - one.before_minor, one.currency)} "
                    f"[{in_words(one.change_low_minor, one.currency)}, {in_words(one.change_high_minor, one.currency)}]"
                ),
            )
            for one in found.observed
        ),
        *(segment_row(one) for one in found.segments),
    ]
    show(found, as_json=as_json, rows=rows, head=("", "of", "champion", "draft", "otherwise"), right=(2, 3))
    _tell(found)


def segment_row(one: Segment) -> tuple[object, ...]:
    """Return the line of a segment: what both lose, and how many of the known turned bad."""
    bad = (
        f"bad {100 * one.bad.at:.1f} % [{100 * one.bad.low:.1f}, {100 * one.bad.high:.1f}] of {one.known_count:,} known"
    )
    return (
        "lost",
        f"{one.kind}: grade {one.grade or 'none'}, {one.cases_count:,} cases",
        in_words(one.before_loss_minor, one.currency),
        in_words(one.after_loss_minor, one.currency),
        bad if one.known_count else "no outcome is known",
    )


def _tell(found: Backtest) -> None:
    """Say on stderr what was asked, what was left out and what cannot be known."""
    note(f"{found.population}.")
    for why, count in found.left_out.items():
        note(f"No outcome: {count:,}, {why}.")
    note(
        f"Features computed again differ from those on record in {found.differing_count:,} of {found.compared_count:,} cases. "
        "Expected losses are by the champion's probabilities on both sides; intervals are over borrowers, at 95 %."
    )
    for one in found.cannot_know:
        note(f"It cannot know {one}.")
