"""Commands about what stands in the way of a draft: `creditline policy gates`, and `fairness` with the groups it needs."""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from creditline.decision.fairness import GroupRate
from creditline.edge.commands.output import FOUND_STATUS, Json, note, progress, show, with_engine
from creditline.edge.commands.policy_impact import MOST_CASES, draft_of
from creditline.edge.engine import Engine
from creditline.errors import Code, Malformed
from creditline.flows.fairness import keep_groups, recorded_fairness
from creditline.flows.gates import Measured
from creditline.flows.govern import gates_measured
from creditline.policy.gates import WORDS, Failure, percent

Target = Annotated[
    str, typer.Argument(metavar="FILE|PRODUCT", help="A product, its folder, or a DMN file for its policy.")
]
Whose = Annotated[str, typer.Option(help="Whose policy a file alone would replace.")]

FOUR_FIFTHS_IN_WORDS = (
    "A ratio below 0.80 that chance does not explain (p < 0.05, Fisher's exact test) is flagged. Four fifths is a rule of "
    "employment law in the United States; for credit it is an alarm and no legal test."
)


def gates(target: Target = "consumer_revolving", product: Whose = "consumer_revolving", as_json: Json = False) -> None:
    """Measure a draft by the gates of the edition in force; exit 3 if it fails one."""
    draft = draft_of(target, product=product)

    async def use(engine: Engine) -> tuple[Measured, ...]:
        return await gates_measured(engine.db, engine.clock, product=draft.name, files=draft.files)

    measured = with_engine(use)
    rows = [row for one in measured for row in _rows(one)]
    show(measured, as_json=as_json, rows=rows, head=("", "gate", "found", "limit", "where"))
    if not measured:
        note(f"The edition of {draft.name} in force has no gates.toml: nothing stands in the way.")
    if any(one.failure for one in measured):
        raise typer.Exit(FOUND_STATUS)


def _rows(one: Measured) -> list[tuple[object, ...]]:
    """Return a line a gate, and one for each arm where there are several."""
    state = "FAIL" if one.failure else "not known yet" if one.found_ppm is None else "pass"
    _, _, side = WORDS[one.gate]
    whole = (state, one.gate, _found(one.found_ppm), f"{side} {percent(one.limit_ppm)}", one.where)
    return [whole, *(("", f"  {own.arm}", _found(own.found_ppm), "", f"{own.cases_count:,} cases") for own in one.arms)]


def _found(ppm: int | None) -> str:
    return "" if ppm is None else percent(ppm)


def warn(failed: tuple[Failure, ...]) -> None:
    """Say on stderr which gates a draft fails now."""
    for one in failed:
        note(f"It would not be activated now: {one.words}.")


def fairness(
    target: Target = "consumer_revolving",
    product: Whose = "consumer_revolving",
    groups: Annotated[
        Path | None,
        typer.Option(help="A CSV or Parquet file: borrower, and a column an attribute; what is empty is not known."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep these groups for the gate.")] = False,
    most: Annotated[int, typer.Option(help="Of so many recorded decisions, the newest.", min=1)] = MOST_CASES,
    as_json: Json = False,
) -> None:
    """Compare how favourably groups are answered by a draft over recorded decisions; exit 3 if one is flagged.

    Who belongs to which group is supplied for this alone: nothing that scores or decides sees it.
    """
    if keep and groups is None:
        raise typer.BadParameter("Name the file of groups to keep.", param_hint="--groups")
    draft = draft_of(target, product=product)
    given = None if groups is None else read_groups(groups)

    async def use(engine: Engine) -> tuple[GroupRate, ...]:
        if keep and given is not None:
            await keep_groups(engine.db, engine.clock, given)
        with progress("Decisions read", most) as told:
            return await recorded_fairness(
                engine.db, engine.clock, engine.house, draft, most=most, groups=given, told=told
            )

    found = with_engine(use)
    head = ("attribute", "group", "cases", "favourable", "ratio", "p", "")
    show(found, as_json=as_json, rows=[_rate_row(one) for one in found], head=head, right=(2,))
    note(FOUR_FIFTHS_IN_WORDS if found else "There are no two groups with enough cases: give some with --groups.")
    if any(one.is_flagged for one in found):
        raise typer.Exit(FOUND_STATUS)


def _rate_row(one: GroupRate) -> tuple[object, ...]:
    rate = f"{one.favourable} {100 * one.rate.at:.1f} % [{100 * one.rate.low:.1f}, {100 * one.rate.high:.1f}]"
    if one.p is None:
        return one.attribute, one.group, f"{one.cases_count:,}", rate, "reference", "", ""
    ratio = f"{one.ratio.at:.2f} [{one.ratio.low:.2f}, {one.ratio.high:.2f}]" if one.ratio else ""
    return (
        one.attribute,
        one.group,
        f"{one.cases_count:,}",
        rate,
        ratio,
        f"{one.p:.3f}",
        "FLAG" if one.is_flagged else "",
    )


def read_groups(path: Path) -> dict[str, dict[str, str]]:
    """Return who belongs to which group, by attribute; raise `Malformed` for a file that does not say so."""
    try:
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as damaged:
        raise Malformed(f"{path} cannot be read: {damaged}.", code=Code.DATA_CORRUPT) from None
    if "borrower" not in frame.columns or len(frame.columns) < 2 or frame["borrower"].is_duplicated().any():
        raise Malformed(
            f"{path} has the columns {', '.join(frame.columns)}. It needs borrower, each once, and a column an attribute.",
            code=Code.DATA_CORRUPT,
        )
    told = frame.select(pl.all().cast(pl.String).str.strip_chars())
    return {
        name: {who: group for who, group in told.select("borrower", name).iter_rows() if who and group}
        for name in told.columns
        if name != "borrower"
    }


COMMANDS = (gates, fairness)
