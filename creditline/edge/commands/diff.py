"""The command that says what one policy answers otherwise than another, in the words of an analyst."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from creditline.decision.otherwise import Share, shares_of
from creditline.decision.product import edition_of, read_product
from creditline.edge.bundles import ARCHIVE, files_named
from creditline.edge.commands.output import Json, note, progress, show, with_engine
from creditline.edge.engine import Engine
from creditline.flows.govern import files_of, in_force_at
from creditline.flows.recorded import recorded_cases
from creditline.policy.diff import Change
from creditline.policy.differences import POLICY_FILE, Side, between, side

MOST_CASES = 10_000

Place = Annotated[str, typer.Argument(help="A DMN file, a product's name, folder or archive, or NAME@EDITION.")]


def diff(
    old: Place,
    new: Place,
    is_text: Annotated[bool, typer.Option("--text", help="Show the lines of the files instead.")] = False,
    has_book: Annotated[
        bool, typer.Option("--book", help="Say how many recorded decisions each change answers otherwise.")
    ] = False,
    most: Annotated[int, typer.Option(help="With --book: look at so many, the newest.", min=1)] = MOST_CASES,
    as_json: Json = False,
) -> None:
    """Say what a policy answers otherwise than an older one: rule by rule, number by number, and every other file.

    NAME@EDITION is an edition of this house, NAME@ the one in force.
    """
    before, after = side_of(old), side_of(new)
    if is_text:
        lines = list(text_diff(before.files, new=after.files))
        show(lines, as_json=as_json, rows=[(line,) for line in lines])
        return
    changes = between(before, new=after)
    whole, alone = with_book(before, after=after, changes=changes, most=most) if has_book else (None, ())
    shares = alone or (None,) * len(changes)
    told = [told_of(one, share) for one, share in zip(changes, shares, strict=True)]
    rows = [(one.place, one.words, said(share)) for one, share in zip(changes, shares, strict=True)]
    count = f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
    editions = [edition_of(own.files) if own.is_whole else None for own in (before, after)]
    show(
        {
            "old": before.policy.sha256,
            "new": after.policy.sha256,
            "editions": editions,
            "changes": told,
            "share": whole,
        },
        as_json=as_json,
        rows=[*rows, ("in all", count, said(whole))],
        head=("where", "what", "alone answers otherwise" if has_book else ""),
    )


def with_book(
    before: Side, *, after: Side, changes: Sequence[Change], most: int
) -> tuple[Share | None, tuple[Share | None, ...]]:
    """Ask the newest recorded decisions again with each change; that takes two whole products."""
    if not (before.is_whole and after.is_whole):
        note("Nothing is counted: that takes two whole products.")
        return None, ()
    old, new = (read_product(own.files) for own in (before, after))

    async def use(engine: Engine) -> tuple[Share | None, tuple[Share | None, ...]]:
        with progress("Decisions read", most) as told:
            recorded = await recorded_cases(engine.db, engine.house, product=old.name, most=most, told=told)
        note(f"Asked again: the {len(recorded):,} newest recorded decisions.")
        return shares_of(old, new=new, changes=changes, recorded=recorded)

    return with_engine(use)


def said(share: Share | None) -> str:
    """Return a share as a table shows it, nothing where there is none."""
    return share.words if share else ""


def side_of(name: str) -> Side:
    """Read a side: a file alone has no numbers, a product has its own; what is not there is wrong usage."""
    product, is_edition, edition = name.partition("@")
    if is_edition and not Path(name).exists():
        return with_engine(lambda engine: _of_house(engine, product, edition))
    path = Path(name)
    if path.is_file() and path.suffix != ARCHIVE:
        return side({POLICY_FILE: path.read_bytes()}, source=path.name)
    if path.suffix and not path.exists():
        raise typer.BadParameter(f"There is no file {name}.", param_hint="OLD NEW")
    return side(files_named(name))


async def _of_house(engine: Engine, product: str, edition: str) -> Side:
    """Read an edition that has a life here; without its hash, the one in force."""
    if not edition:
        period = await in_force_at(engine.db, product, valid_at=engine.clock())
        edition = period.edition if period else ""
    _, files = await files_of(engine.db, product, edition=edition)
    return side(files)


def told_of(one: Change, share: Share | None) -> dict[str, object]:
    """Return a change for programs."""
    return {
        "kind": one.kind,
        "part": one.part,
        "decision": one.decision,
        "name": one.name,
        "file": one.file,
        "old_row": one.old_row,
        "new_row": one.new_row,
        "edits": [{"name": edit.name, "before": edit.before, "after": edit.after} for edit in one.edits],
        "words": f"{one.place}: {one.words}",
        "share": share,
    }


def text_diff(old: Mapping[str, bytes], *, new: Mapping[str, bytes]) -> Iterator[str]:
    """Go through the lines that differ, file by file."""
    for name in sorted(old.keys() | new.keys()):
        before, after = (own.get(name, b"").decode().splitlines() for own in (old, new))
        yield from unified_diff(before, after, fromfile=f"old/{name}", tofile=f"new/{name}", lineterm="")
