"""The command that says what one policy answers otherwise than another, in the words of an analyst."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from creditline.decision.otherwise import Share, shares_of
from creditline.decision.product import read_product, with_catalogue
from creditline.edge.commands.output import Json, note, progress, show, with_engine
from creditline.edge.engine import Engine
from creditline.edge.products import files_in, folder_of
from creditline.flows.recorded import recorded_cases
from creditline.policy.diff import Change, changes_of, changes_of_numbers
from creditline.policy.dmn import read_policy
from creditline.policy.parameters import Parameters, read_parameters
from creditline.policy.table import Policy

MOST_CASES = 10_000

Side = Annotated[str, typer.Argument(help="A DMN file, a product's name, or its folder.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One side of a comparison: its rules, its numbers, and its files by name."""

    policy: Policy
    numbers: Parameters
    files: Mapping[str, bytes]


def diff(
    old: Side,
    new: Side,
    is_text: Annotated[bool, typer.Option("--text", help="Show the lines of the files instead.")] = False,
    has_book: Annotated[
        bool, typer.Option("--book", help="Say how many recorded decisions each change answers otherwise.")
    ] = False,
    most: Annotated[int, typer.Option(help="With --book: look at so many, the newest.", min=1)] = MOST_CASES,
    as_json: Json = False,
) -> None:
    """Say what a policy answers otherwise than an older one: rule by rule and number by number."""
    before, after = side_of(old), side_of(new)
    if is_text:
        lines = list(text_diff(before.files, new=after.files))
        show(lines, as_json=as_json, rows=[(line,) for line in lines])
        return
    changes = between(before, after=after)
    whole, alone = with_book(before, after=after, changes=changes, most=most) if has_book else (None, ())
    shares = alone or (None,) * len(changes)
    told = [told_of(one, share) for one, share in zip(changes, shares, strict=True)]
    rows = [(one.place, one.words, said(share)) for one, share in zip(changes, shares, strict=True)]
    count = f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
    show(
        {"old": before.policy.sha256, "new": after.policy.sha256, "changes": told, "share": whole},
        as_json=as_json,
        rows=[*rows, ("in all", count, said(whole))],
        head=("where", "what", "alone answers otherwise" if has_book else ""),
    )


def with_book(
    before: Named, *, after: Named, changes: Sequence[Change], most: int
) -> tuple[Share | None, tuple[Share | None, ...]]:
    """Ask the newest recorded decisions again with each change; that takes two whole products."""
    if "product.toml" not in before.files or "product.toml" not in after.files:
        note("Nothing is counted: that takes two whole products.")
        return None, ()
    old, new = (read_product(with_catalogue(own.files)) for own in (before, after))

    async def use(engine: Engine) -> tuple[Share | None, tuple[Share | None, ...]]:
        with progress("Decisions read", most) as told:
            recorded = await recorded_cases(engine.db, engine.house, product=old.name, most=most, told=told)
        note(f"Asked again: the {len(recorded):,} newest recorded decisions.")
        return shares_of(old, new=new, changes=changes, recorded=recorded)

    return with_engine(use)


def said(share: Share | None) -> str:
    """Return a share as a table shows it, nothing where there is none."""
    return share.words if share else ""


def side_of(name: str) -> Named:
    """Read a side: a file alone has no numbers, a product has its own; what is not there is wrong usage."""
    path = Path(name)
    if path.is_file():
        files = {"policy.dmn": path.read_bytes()}
    elif path.suffix and not path.is_dir():
        raise typer.BadParameter(f"There is no file {name}.", param_hint="OLD NEW")
    else:
        files = files_in(folder_of(name))
    texts = {own: body.decode() for own, body in files.items() if own.startswith("parameters/")}
    policy = read_policy(files["policy.dmn"], source=path.name)
    return Named(policy=policy, numbers=read_parameters(texts), files=files)


def between(before: Named, *, after: Named) -> tuple[Change, ...]:
    """Return every change; numbers are compared only where both sides have them."""
    rules = changes_of(before.policy, new=after.policy)
    has_both = before.numbers.all and after.numbers.all
    return (*rules, *changes_of_numbers(before.numbers, new=after.numbers)) if has_both else rules


def told_of(one: Change, share: Share | None) -> dict[str, object]:
    """Return a change for programs."""
    return {
        "kind": one.kind,
        "part": one.part,
        "decision": one.decision,
        "name": one.name,
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
