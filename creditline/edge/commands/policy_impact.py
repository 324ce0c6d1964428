"""`creditline policy impact`: who of those on record a draft would have answered otherwise."""

from pathlib import Path
from typing import Annotated

import typer

from creditline.decision.acts import Due
from creditline.decision.impact import Amount, Impact
from creditline.decision.loss import Change
from creditline.decision.product import Product, read_product
from creditline.decision.shares import Share
from creditline.edge.commands.output import FOUND_STATUS, Json, note, progress, show, with_engine
from creditline.edge.copy_file import copy_by_file
from creditline.edge.engine import Engine
from creditline.edge.products import folder_of, load_product, product_files
from creditline.edge.settings import read_settings
from creditline.flows.impact import impact_on_record
from creditline.flows.snapshot import newest
from creditline.money import in_words

MOST_CASES = 50_000
"""How many decisions a command reads that looks at each by itself, unless told otherwise."""

PPM_A_PERCENT = 10_000


def impact(
    target: Annotated[str, typer.Argument(metavar="FILE|PRODUCT", help="A draft: a DMN file, or a product's folder.")],
    product: Annotated[str, typer.Option(help="Whose policy a file alone would replace.")] = "consumer_revolving",
    most: Annotated[
        int | None, typer.Option(help="Ask about so many recorded decisions, the newest; left out, about all.", min=1)
    ] = None,
    at_most: Annotated[
        float | None, typer.Option(help="Exit 3 if more percent are answered otherwise.", min=0, max=100)
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask a draft about recorded decisions: who is answered otherwise, from what to what, amounts, rules, grades.

    It cannot know how borrowers would have behaved under the draft: each case is answered as it stood.
    """
    draft = draft_of(target, product=product)

    async def use(engine: Engine) -> Impact:
        with progress("Decisions read", most) as told:
            if most is None:
                folder = read_settings().home / "copies"
                copy = await copy_by_file(engine.db, engine.house, product=draft.name, folder=folder, told=told)
                blocks = copy.blocks
            else:
                blocks = await newest(engine.db, engine.house, product=draft.name, most=most, told=told)
        return await impact_on_record(engine.db, engine.clock, engine.house, draft=draft, blocks=blocks)

    found = with_engine(use)
    show(found, as_json=as_json, rows=rows_of(found), head=("", "of", "recorded", "draft", "otherwise"), right=(2, 3))
    if at_most is not None and found.changed.share_ppm > at_most * PPM_A_PERCENT:
        note(f"{percent(found.changed)} are answered otherwise, and at most {at_most} % may be.")
        raise typer.Exit(FOUND_STATUS)


def draft_of(target: str, *, product: str) -> Product:
    """Return a product as a draft would make it: a folder whole, or a file in the place of a product's policy."""
    path = Path(target)
    if path.is_file():
        beside = path.resolve().parent
        folder = beside if (beside / "product.toml").is_file() else folder_of(product)
        return read_product({**product_files(folder), "policy.dmn": path.read_bytes()})
    if path.suffix:
        raise typer.BadParameter(f"There is no file {target}.", param_hint="FILE|PRODUCT")
    return load_product(target)


def rows_of(found: Impact) -> list[tuple[object, ...]]:
    """Return the table: the sample, then transitions, amounts, who is better off, rules whose hits moved, grades and cases."""
    changed = found.changed
    sample = f"{changed.of_count:,} decisions, {found.first_at} to {found.last_at}" if changed.of_count else "nothing"
    rows: list[tuple[object, ...]] = [("sample", sample, "", "", percent(changed))]
    rows += [
        (
            "answer",
            f"{one.kind}: {one.before} -> {one.after or 'none'}",
            f"{one.count:,}",
            "",
            f"{one.changed_count:,}",
        )
        for one in found.transitions
    ]
    return [*rows, *_money(found), *_told(found), *_who(found)]


def _money(found: Impact) -> list[tuple[object, ...]]:
    """Return the amounts that answers move, and what is expected of a year."""
    told: list[tuple[str, str, Amount | Change]] = [
        *(("amount", f"{one.kind}: {one.measure}", one) for one in found.amounts),
        *(("expected", f"{one.kind}: {one.measure} of a year", one) for one in found.changes),
    ]
    return [
        (
            word,
            what,
            in_words(one.before_minor, one.currency),
            in_words(one.after_minor, one.currency),
            (
                f"{in_words(one.after_minor - one.before_minor, one.currency)} "
                f"[{in_words(one.change_low_minor, one.currency)}, {in_words(one.change_high_minor, one.currency)}]"
            ),
        )
        for word, what, one in told
    ]


def _told(found: Impact) -> list[tuple[object, ...]]:
    """Return what borrowers would have to be told, and for which days they would be promised what they repaid."""
    rows: list[tuple[object, ...]] = []
    for one in found.acts:
        if one.before_count or one.after_count:
            counts = (f"{one.before_count:,}", f"{one.after_count:,}")
            rows.append(("act", f"{one.kind}: {one.trigger}", *counts, f"new {percent(one.newly)}"))
        rows += [("notice", f"{one.trigger}: {_due(due)}", "", f"{due.count:,}", _bounds(due)) for due in one.due]
    for dates in found.dates:
        told = f"back later, told as {firmness(is_estimate=dates.is_estimate)}"
        days = f"{dates.later_days_median} days, most {dates.later_days_most}"
        if dates.later.count:
            rows.append(("promise", told, f"{dates.later.of_count:,}", days, percent(dates.later)))
    rows += [
        (
            "open now",
            f"{one.count:,} told as {firmness(is_estimate=one.is_estimate)}, until {one.last_due_on}",
            in_words(one.amount_minor, one.currency),
            in_words(one.amount_minor, one.currency),
            "kept as told",
        )
        for one in found.promises
    ]
    return rows


def _due(due: Due) -> str:
    """Return what is due of an act."""
    when = "nothing is due" if due.within_days is None else f"due in {due.within_days} days"
    return f"{when} by {due.ground}{f', {due.scope}' if due.scope else ''}"


def _bounds(due: Due) -> str:
    return "" if due.low_count == due.high_count else f"[{due.low_count:,}, {due.high_count:,}]"


def firmness(*, is_estimate: bool) -> str:
    """Return how firmly a day is told."""
    return "an estimate" if is_estimate else "a commitment"


def _who(found: Impact) -> list[tuple[object, ...]]:
    """Return who is answered better and worse, by which arm, rule and grade, and some cases."""
    is_armed = len(found.arms) > 1
    rows: list[tuple[object, ...]] = [
        (word, str(one.kind), f"{share.of_count:,}", "", percent(share))
        for one in found.turned
        for word, share in (("better", one.better), ("worse", one.worse))
        if share.count
    ]
    rows += [
        ("arm", one.arm, f"{one.before_count:,}", f"{one.changed.of_count:,}", percent(one.changed))
        for one in found.arms
        if is_armed
    ]
    rows += [
        (
            "rule",
            f"{one.table} {one.rule}{f' in {one.arm}' if is_armed else ''}",
            f"{one.before_count:,}",
            f"{one.after_count:,}",
            "",
        )
        for one in found.rules
        if one.before_count != one.after_count
    ]
    rows += [
        ("grade", f"{one.kind}: {one.grade or 'no score'}", f"{one.changed.of_count:,}", "", percent(one.changed))
        for one in found.segments
        if one.changed.count
    ]
    rows += [("case", one.decision, one.before, one.after, "") for one in found.shown]
    rows += [("row by row", one.decision, "", "", one.reason) for one in found.row_wise]
    return rows


def percent(share: Share) -> str:
    """Return a share with its interval in words."""
    told = [f"{one / PPM_A_PERCENT:.2f}" for one in (share.share_ppm, share.low_ppm, share.high_ppm)]
    return f"{share.count:,}, {told[0]} % [{told[1]}, {told[2]}]"
