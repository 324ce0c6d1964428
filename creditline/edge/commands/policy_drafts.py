"""Commands that make drafts without a folder at hand: one number set anew, an edition brought in or out; and all numbers told."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from creditline.edge.bundles import read_bundle, write_bundle
from creditline.edge.commands.diff import told_of
from creditline.edge.commands.output import (
    FOUND_STATUS,
    Json,
    RequestId,
    day_of,
    id_or_new,
    instant,
    note,
    show,
    with_engine,
)
from creditline.edge.commands.policy_gates import warn
from creditline.edge.commands.policy_life import Actor, Edition, Product, Reason, order_of, rows_of
from creditline.edge.engine import Engine
from creditline.flows.govern import Done, files_of, gates_ahead, govern
from creditline.flows.imports import import_edition, import_policy
from creditline.flows.parameters import NumberSet, Stated, parameters_at, set_parameter
from creditline.policy.gates import Failure
from creditline.policy.life import Act, Period, State, shown
from creditline.policy.setting import Setting

OTHER = "consumer_revolving"
MOST_TOLD = 3
"""So many drafts on their way are named, the newest."""


def set_(
    product: Product,
    name: Annotated[
        str, typer.Argument(help="The number, as `creditline policy parameters` names it: NAME or NAME.CUR.")
    ],
    value: Annotated[str, typer.Argument(help="Its new value, in its own unit.")],
    since: Annotated[str, typer.Option("--from", help="From which day on, as 2026-05-01; today or later.")],
    by: Actor,
    reason: Reason,
    on: Annotated[str, typer.Option(help="Change this edition; the one in force if left out.")] = "",
    is_submitted: Annotated[bool, typer.Option("--submit", help="Hand it in for review at once.")] = False,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Set one number of a product from a day on: a draft with that one change, to be approved by another person.

    Exit 3 if it is kept and would fail a gate now.
    """
    order = order_of(product, by, reason, request, edition=on)
    setting = Setting(name=name, value=value, since=day_of(since))

    async def act(engine: Engine) -> tuple[NumberSet, Done, tuple[Failure, ...]]:
        made = await set_parameter(engine.db, engine.clock, order=order, setting=setting)
        done = made.done
        if is_submitted and done.version.state is State.DRAFT:
            hand_in = msgspec.structs.replace(order, id=id_or_new(None), edition=done.version.edition)
            done = await govern(engine.db, engine.clock, order=hand_in, act=Act.SUBMIT)
        return made, done, await gates_ahead(engine.db, engine.clock, product=product, files=made.files)

    made, done, failed = with_engine(act)
    rows = [*rows_of(done), ("on edition", shown(made.made_from)), *((one.place, one.words) for one in made.changes)]
    told = {
        "deed": made.done.deed,
        "version": done.version,
        "is_repeated": made.done.is_repeated,
        "made_from": made.made_from,
        "changes": [told_of(one, None) for one in made.changes],
        "open_drafts": [one.edition for one in made.open_drafts],
    }
    show(told, as_json=as_json, rows=rows)
    for one in made.open_drafts[-MOST_TOLD:]:
        note(
            f"Edition {shown(one.edition)} of {one.author} is {one.state}, too: whichever is activated later takes back what the "
            f"other changed. Set it --on {shown(one.edition)} to have both."
        )
    _ends(failed)


def parameters(
    product: Product = OTHER,
    at: Annotated[
        str | None, typer.Option("--at", help="As they stood on this day or instant; now if left out.")
    ] = None,
    known_at: Annotated[
        str | None, typer.Option(help="By what was known of it then, as 2026-05-01T00:00Z; now if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say every number of a product as it stood at an instant, since when, and who set it why."""
    then, known = instant(at), instant(known_at)

    async def use(engine: Engine) -> tuple[datetime, Period, tuple[Stated, ...]]:
        moment = then or engine.clock()
        return moment, *await parameters_at(engine.db, product, at=moment, known_at=known)

    moment, period, found = with_engine(use)
    rows = [
        (
            one.name,
            one.value,
            one.unit,
            one.since,
            _next(one),
            f"{one.by}{_second(one)}",
            shown(one.edition),
            one.reference,
        )
        for one in found
    ]
    head = ("number", "value", "unit", "since", "then", "by", "edition", "why")
    told = {"product": product, "at": moment, "edition": period.edition, "parameters": found}
    show(told, as_json=as_json, rows=rows, head=head, right=(1,))


def _next(one: Stated) -> str:
    return "" if one.next is None else f"{one.next.value} from {one.next.since}"


def _second(one: Stated) -> str:
    return f", {one.approved_by}" if one.approved_by and one.approved_by != one.by else ""


def export(
    product: Product,
    edition: Edition,
    to: Annotated[Path, typer.Option(help="A folder or a .zip that is not there yet; an empty folder will do.")],
    as_json: Json = False,
) -> None:
    """Write an edition as it was published, to be read, compared, edited or imported elsewhere under the same hash."""

    async def use(engine: Engine) -> None:
        version, files = await files_of(engine.db, product, edition=edition)
        write_bundle(files, to)
        told = {"edition": version.edition, "folder": str(to), "files": sorted(files)}
        show(told, as_json=as_json, rows=[(name,) for name in sorted(files)], head=(shown(version.edition),))

    with_engine(use)


def import_(
    source: Annotated[
        Path, typer.Argument(help="A folder or .zip that was exported, or a DMN file.", metavar="SOURCE")
    ],
    by: Actor,
    reason: Reason,
    product: Annotated[str, typer.Option(help="Whose it is to be a draft of.")] = OTHER,
    on: Annotated[str, typer.Option(help="A DMN file: in this edition's place; the one in force if left out.")] = "",
    expect: Annotated[str, typer.Option(help="An edition: refuse it unless its hash begins so.", metavar="HASH")] = "",
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Bring rules in as a draft: an exported edition byte for byte, or a DMN file of any tool in the place of the policy.

    Exit 3 if it is kept and would fail a gate now.
    """
    if not source.exists():
        raise typer.BadParameter(f"There is no {source}.", param_hint="SOURCE")
    is_rules = source.is_file() and source.suffix.lower() in {".dmn", ".xml"}
    if (on and not is_rules) or (expect and is_rules):
        raise typer.BadParameter("--on goes with a DMN file, --expect with an edition.", param_hint="--on/--expect")
    order = order_of(product, by, reason, request, edition=on)

    async def act(engine: Engine) -> tuple[Done, tuple[Failure, ...]]:
        if is_rules:
            done, files = await import_policy(engine.db, engine.clock, order=order, policy=source.read_bytes())
        else:
            files = read_bundle(source)
            done = await import_edition(engine.db, engine.clock, order=order, files=files, expected=expect)
        return done, await gates_ahead(engine.db, engine.clock, product=product, files=files)

    done, failed = with_engine(act)
    show(done, as_json=as_json, rows=rows_of(done))
    _ends(failed)


def _ends(failed: tuple[Failure, ...]) -> None:
    """Tell the gates a draft would fail, and exit 3 if there are any."""
    warn(failed)
    if failed:
        raise typer.Exit(FOUND_STATUS)


set_.__name__, import_.__name__ = "set", "import"
COMMANDS = (set_, parameters, import_, export)
