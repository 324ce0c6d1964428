"""Parameters of a product: one set anew as a draft of its own, and all as they stood at an instant, with who set them and why."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from creditline.clock import Clock, business_day
from creditline.decision.product import read_product, unpack
from creditline.errors import Broken, Code, NotFound
from creditline.flows.derived import detail_of, origin_of
from creditline.flows.govern import Done, Life, Order, life_of, publish_draft, require_said
from creditline.policy.diff import Change, changes_of_numbers
from creditline.policy.life import Period, State, Version, fold, in_force
from creditline.policy.parameters import Dated, Parameter, Parameters, read_parameters
from creditline.policy.setting import Setting, change_of, shown_name, with_change
from creditline.policy.values import Number
from creditline.store import decisions, policies
from creditline.store.connect import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSet:
    """A draft that differs from another edition by one number: what was done, what it changes, its files.

    `open_drafts` are other editions that are on their way: whichever is activated later takes back what the other changed.
    """

    done: Done
    made_from: str
    changes: tuple[Change, ...]
    files: Mapping[str, bytes]
    open_drafts: tuple[Version, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A number as it stood at an instant: its value, until when it is to hold, and which edition brought it.

    `since` is the day its value begins, `next` the value that follows by the same edition. `brought_at` is when the edition
    that brought it came in force (None: always); `by`, `why` and `approved_by` are that edition's.
    """

    name: str
    unit: str
    value: Number
    since: date
    reference: str
    next: Dated | None
    edition: str
    brought_at: datetime | None
    by: str
    why: str
    approved_by: str | None


async def set_parameter(db: Database, clock: Clock, *, order: Order, setting: Setting) -> NumberSet:
    """Keep the edition in force, or the one that is named, with one number changed from a day on as a draft.

    Nothing else of it is otherwise, so that whoever approves it sees one change. A repeat is answered with what was done.
    Raise `NotFound`, `Malformed` or `Conflict` for what cannot be set, `PolicyInvalid` for an edition that fails a check.
    """
    require_said(order)
    words = f"set {setting.words}"
    origin = await origin_of(db, clock, order=order, words=words)
    before, after = origin.product, origin.made
    if after is None:
        reference = f"{order.reason.strip()} ({order.actor.strip()})"
        change = change_of(before.parameters, setting, today=business_day(clock()), reference=reference)
        after = await asyncio.to_thread(read_product, with_change(before.files, before.parameters, change))
    done = await publish_draft(db, clock, order=order, files=after.files, origin=detail_of(words, origin))
    life = await life_of(db, order.product)
    return NumberSet(
        done=done,
        made_from=before.edition,
        changes=changes_of_numbers(before.parameters, new=after.parameters),
        files=after.files,
        open_drafts=tuple(_open(life, but=done.version.edition, now=clock())),
    )


def _open(life: Life, *, but: str, now: datetime) -> Iterator[Version]:
    """Go through the editions that are on their way into force."""
    ever = {one.edition for one in life.periods if one.starts_at is None or one.starts_at <= now}
    for version in life.versions.values():
        if version.edition != but and version.edition not in ever and version.state is not State.RETIRED:
            yield version


async def parameters_at(
    db: Database, product: str, *, at: datetime, known_at: datetime | None = None
) -> tuple[Period, tuple[Stated, ...]]:
    """Return the edition in force at an instant and its numbers of that day, as known now or at another instant.

    Raise `NotFound` if nothing was in force then, `PolicyInvalid` for a number that has no value on that day.
    """
    life = await life_of(db, product)
    async with db.reading() as connection:
        periods = await policies.periods(connection, product, known_at=known_at)
        now = in_force(periods, at)
        if now is None:
            raise NotFound(
                f"No edition of {product} was in force at {at.isoformat()}, as it was known. Ask for another instant.",
                code=Code.EDITION_UNKNOWN,
            )
        chain = _back_from(now, periods)
        numbers: dict[str, Parameters] = {}
        for period in chain:
            if period.edition not in numbers:
                body = await decisions.read_edition(connection, period.edition)
                if body is None:
                    raise Broken(
                        f"Edition {period.edition} was in force and is not stored.", code=Code.INVARIANT_BROKEN
                    )
                texts = {name: text.decode() for name, text in unpack(body).items() if name.startswith("parameters/")}
                numbers[period.edition] = read_parameters(texts)
    # A house without a past is taken to have decided by its founding edition always, whenever it was founded.
    versions = {**life.versions, **fold(one for one in life.deeds if known_at is None or one.recorded_at <= known_at)}
    day = business_day(at)
    return now, tuple(
        _stated(one, day, chain=chain, numbers=numbers, versions=versions) for one in numbers[now.edition].all
    )


def _back_from(now: Period, periods: Sequence[Period]) -> list[Period]:
    """Return a period and those before it, the latest first."""
    before = [one for one in periods if one.starts_at is None or (now.starts_at and one.starts_at < now.starts_at)]
    return [now, *sorted((one for one in before if one is not now), key=_begins, reverse=True)]


def _begins(period: Period) -> tuple[bool, datetime | None]:
    return (period.starts_at is not None, period.starts_at)


def _stated(
    parameter: Parameter,
    day: date,
    *,
    chain: Sequence[Period],
    numbers: Mapping[str, Parameters],
    versions: Mapping[str, Version],
) -> Stated:
    """Tell a number of a day, and the first edition of the unbroken row up to now in which it stood as it stands."""
    value, own = parameter.at(day), _dated(parameter, day)
    assert own is not None
    brought = chain[0]
    for period in chain[1:]:
        if not any(
            shown_name(one) == shown_name(parameter) and _dated(one, day) == own for one in numbers[period.edition].all
        ):
            break
        brought = period
    version = versions[brought.edition]
    return Stated(
        name=shown_name(parameter),
        unit=parameter.unit,
        value=value,
        since=own.since,
        reference=own.reference,
        next=next((one for one in parameter.values if one.since > day), None),
        edition=brought.edition,
        brought_at=brought.starts_at,
        by=version.author,
        why=version.reason,
        approved_by=version.approved_by,
    )


def _dated(parameter: Parameter, day: date) -> Dated | None:
    """Return the value that holds on a day, None before the first."""
    return next((one for one in reversed(parameter.values) if one.since <= day), None)
