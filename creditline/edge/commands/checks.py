"""The command that says what is wrong with a policy before anybody is answered by it."""

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from creditline.edge.commands.output import FOUND_STATUS, Json, note, progress, show, with_engine
from creditline.edge.engine import Engine
from creditline.edge.products import check_folder, folder_of
from creditline.explanation.offer import Checked, check_file, with_recorded
from creditline.flows.recorded import recorded_cases
from creditline.policy.check.finding import Finding, Severity, told_of
from creditline.policy.table import DecisionTable

MOST_CASES = 50_000


def check(
    target: Annotated[
        str, typer.Argument(metavar="FILE|PRODUCT", help="A DMN file, a product's name, or its folder.")
    ] = "consumer_revolving",
    is_strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail, too.")] = False,
    has_book: Annotated[
        bool, typer.Option("--book", help="Count the recorded decisions that each finding touches; find dead rules.")
    ] = False,
    most: Annotated[int, typer.Option(help="With --book: look at so many, the newest.", min=1)] = MOST_CASES,
    as_json: Json = False,
) -> None:
    """Check a policy: mistakes, gaps, overlaps, rules never reached, units, prices, who is answered better for worse.

    A file beside a product.toml is checked as that product's policy. Exit 3 if there is an error; warnings alone exit 0.
    """
    checked = checked_target(target)
    if has_book:
        checked = with_book(checked, most=most)
    told = {
        "sha256": checked.policy.sha256 if checked.policy else None,
        "findings": [told_of(one) for one in checked.findings],
    }
    show(told, as_json=as_json, rows=rows_of(checked), head=("", "what", "where", "in words"))
    failing = {Severity.ERROR, Severity.WARNING} if is_strict else {Severity.ERROR}
    if any(one.severity in failing for one in checked.findings):
        raise typer.Exit(FOUND_STATUS)


def with_book(checked: Checked, *, most: int) -> Checked:
    """Count the recorded decisions of a product that each finding touches."""
    if checked.product is None:
        note("Nothing is counted: that takes a whole product, and one that could be read.")
        return checked
    product = checked.product

    async def use(engine: Engine) -> Checked:
        with progress("Decisions read", most) as told:
            recorded = await recorded_cases(engine.db, engine.house, product=product.name, most=most, told=told)
        note(f"Counted over the {len(recorded):,} newest recorded decisions.")
        return with_recorded(checked, recorded)

    return with_engine(use)


def checked_target(target: str) -> Checked:
    """Check a file or a product by what was typed; a file that is not there is wrong usage."""
    path = Path(target)
    if path.is_file():
        home = path.resolve().parent
        xml = path.read_bytes()
        return (
            check_folder(home, policy=xml) if (home / "product.toml").is_file() else check_file(xml, source=path.name)
        )
    if path.suffix:
        raise typer.BadParameter(f"There is no file {target}.", param_hint="FILE|PRODUCT")
    folder: Traversable = folder_of(target)
    return check_folder(folder)


def rows_of(checked: Checked) -> list[tuple[object, ...]]:
    """Return the findings as a table, and last what was looked at."""
    rows: list[tuple[object, ...]] = [
        (one.severity, one.code, one.place, one.words + cases(one)) for one in checked.findings
    ]
    counts = [count_of(sum(one.severity is own for one in checked.findings), own) for own in Severity]
    looked_at = "" if checked.policy is None else size_of(checked)
    return [*rows, ("", "in all", looked_at, ", ".join(counts))]


def count_of(count: int, what: str) -> str:
    """Return so many of a thing, as a sentence says it."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def cases(one: Finding) -> str:
    """Return how many recorded decisions a finding touches, where that was counted."""
    return "" if one.cases_count is None else f" Recorded decisions it touches: {one.cases_count:,}."


def size_of(checked: Checked) -> str:
    """Return how much was looked at, and the policy's seal."""
    assert checked.policy is not None
    tables = [one for one in checked.policy.decisions if isinstance(one, DecisionTable)]
    rules = sum(len(one.rules) for one in tables)
    return f"{len(tables)} tables, {rules} rules, sha256 {checked.policy.sha256}"
