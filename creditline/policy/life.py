"""The life of an edition: draft, review, approved, in force from and to, retired; a fold over who did what.

Nothing here is stored as a state: the acts are, and a state is what they add up to. The database holds the same rules by
its own guards (`store/schema.sql`); these say them first, in words.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from creditline.errors import Code, Conflict, NotAllowed, NotFound
from creditline.policy.gates import PEOPLE_COUNT, Failure

HOUSE = "creditline"
"""The actor of what the engine does by itself: founding a new house, stopping an arm."""

SHOWN_DIGITS = 12
"""How much of an edition's hash is shown to people, and is enough to name it."""


class Act(StrEnum):
    """What can be done to an edition. Stored as text: never renamed, never reused."""

    FOUND = "found"
    PUBLISH = "publish"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    OVERRIDE = "override"
    ACTIVATE = "activate"
    ROLLBACK = "rollback"
    RETIRE = "retire"
    STOP_ARM = "stop_arm"
    START_ARM = "start_arm"


class State(StrEnum):
    """How far an edition has come. What is in force is approved, and has a period that says when."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One act on record: who did what to which edition, when and why.

    `starts_at` and `ends_at` are those of an activation, `gate` is the one an override lets through, `failed_gates` those an
    activation passed by override, `arm` the one that was stopped, `detail` what else belongs to it (figures, origin).
    """

    number: int
    id: UUID
    product: str
    edition: str
    act: Act
    actor: str
    reason: str
    recorded_at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    gate: str | None = None
    failed_gates: tuple[str, ...] = ()
    arm: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An edition as its deeds left it: its state, who wrote, submitted and approved it, who let it pass which gate."""

    product: str
    edition: str
    state: State
    author: str
    published_at: datetime
    reason: str
    submitted_by: frozenset[str] = frozenset()
    approved_by: str | None = None
    overrides: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """When an edition is or was in force, as known now; None is without beginning or end. `opened_by` is the deed's number."""

    product: str
    edition: str
    starts_at: datetime | None
    ends_at: datetime | None
    opened_by: int

    def holds(self, at: datetime) -> bool:
        """Say whether the edition is in force at an instant."""
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


def fold(deeds: Iterable[Deed]) -> dict[str, Version]:
    """Return the editions of a product by hash, as their deeds, in order, left them."""
    versions: dict[str, Version] = {}
    for deed in deeds:
        versions[deed.edition] = _after(versions.get(deed.edition), deed)
    return versions


def _after(before: Version | None, deed: Deed) -> Version:
    if before is None:
        first = Version(
            product=deed.product,
            edition=deed.edition,
            state=State.APPROVED if deed.act is Act.FOUND else State.DRAFT,
            author=deed.actor,
            published_at=deed.recorded_at,
            reason=deed.reason,
            overrides={},
        )
        return replace(first, approved_by=deed.actor) if deed.act is Act.FOUND else first
    match deed.act:
        case Act.SUBMIT:
            return replace(before, state=State.REVIEW, submitted_by=before.submitted_by | {deed.actor})
        case Act.APPROVE:
            return replace(before, state=State.APPROVED, approved_by=deed.actor)
        case Act.REJECT:
            return replace(before, state=State.DRAFT)
        case Act.RETIRE:
            return replace(before, state=State.RETIRED)
        case Act.OVERRIDE:
            gate = deed.gate or ""
            people = before.overrides.get(gate, frozenset()) | {deed.actor}
            return replace(before, overrides={**before.overrides, gate: people})
        case Act.FOUND | Act.PUBLISH | Act.ACTIVATE | Act.ROLLBACK | Act.STOP_ARM | Act.START_ARM:
            return before


NEEDED: Mapping[Act, tuple[State, ...]] = {
    Act.SUBMIT: (State.DRAFT,),
    Act.APPROVE: (State.REVIEW,),
    Act.REJECT: (State.REVIEW,),
    Act.OVERRIDE: (State.REVIEW, State.APPROVED),
    Act.ACTIVATE: (State.APPROVED,),
    Act.ROLLBACK: (State.APPROVED,),
    Act.RETIRE: (State.APPROVED,),
    Act.STOP_ARM: (State.APPROVED,),
    Act.START_ARM: (State.APPROVED,),
}
"""In which states an act is possible; publishing and founding begin a life."""

NEXT: Mapping[State, str] = {
    State.DRAFT: "Submit it for review",
    State.REVIEW: "Have it approved by a second person, or rejected",
    State.APPROVED: "Activate it, or retire it",
    State.RETIRED: "Publish what it should be as a new edition",
}


def require_possible(version: Version, act: Act, *, actor: str) -> None:
    """Raise `Conflict` if an edition's state does not allow an act, `NotAllowed` if it must be another person's."""
    if version.state not in NEEDED[act]:
        raise Conflict(
            f"Edition {shown(version.edition)} of {version.product} is {version.state}, and {act} needs one that is "
            f"{' or '.join(NEEDED[act])}. {NEXT[version.state]}.",
            code=Code.POLICY_STATE,
        )
    if act in {Act.APPROVE, Act.START_ARM} and actor in {version.author, *version.submitted_by}:
        raise NotAllowed(
            f"{actor} wrote or submitted edition {shown(version.edition)} of {version.product}, and nobody approves their "
            "own. Have another person approve it.",
            code=Code.SECOND_PERSON_NEEDED,
        )


def require_idle(version: Version, periods: Sequence[Period], *, run_by: Collection[str] = (), now: datetime) -> None:
    """Raise `Conflict` if an edition is in force, or will be, and so cannot be retired; `run_by` are those whose arms run it."""
    for period in periods:
        if period.edition in {version.edition, *run_by} and (period.ends_at is None or period.ends_at > now):
            since = f"since {period.starts_at.isoformat()}" if period.starts_at else "since ever"
            how = (
                "in force"
                if period.edition == version.edition
                else f"run by an arm of {shown(period.edition)}, in force"
            )
            raise Conflict(
                f"Edition {shown(version.edition)} of {version.product} is {how} {since}, or will be. Activate another one "
                "first.",
                code=Code.POLICY_STATE,
            )


def require_let_through(version: Version, failed: Sequence[Failure]) -> None:
    """Raise `NotAllowed` naming the gates that an edition fails and that two people have not let it through."""
    closed = [one for one in failed if len(version.overrides.get(one.gate, ())) < PEOPLE_COUNT]
    if closed:
        raise NotAllowed(
            f"Edition {shown(version.edition)} of {version.product} fails {'; '.join(one.words for one in closed)}. Change it, "
            "or have two people override each of these gates, each with a reason.",
            code=Code.GATE_FAILED,
        )


def version_named(versions: Mapping[str, Version], name: str, *, product: str) -> Version:
    """Return the one edition whose hash begins with `name`; raise `NotFound` if there is none, or more than one."""
    found = [one for sha256, one in versions.items() if sha256.startswith(name.lower())]
    if len(found) == 1 and name:
        return found[0]
    known = ", ".join(shown(one) for one in versions) or "none"
    what = "several editions" if len(found) > 1 else "no edition"
    raise NotFound(f"Product {product} has {what} {name!r}. It has {known}.", code=Code.EDITION_UNKNOWN)


def stopped_arms(deeds: Iterable[Deed]) -> dict[str, Deed]:
    """Return the arms of a product that are stopped, with what stopped them.

    An arm stays stopped under its name, whatever is published, until somebody starts it.
    """
    last = {deed.arm: deed for deed in deeds if deed.arm is not None}
    return {arm: deed for arm, deed in last.items() if deed.act is Act.STOP_ARM}


def require_arm_changes(arm: str, act: Act, *, arms: Iterable[str], stopped: Iterable[str]) -> None:
    """Raise `NotFound` for an arm that an edition does not have, `Conflict` for one that is stopped or running already."""
    known = sorted(arms)
    if arm not in known:
        raise NotFound(
            f"The edition in force has no arm {arm!r}. It has {', '.join(known) or 'none'}.", code=Code.ARM_UNKNOWN
        )
    if (arm in set(stopped)) is (act is Act.STOP_ARM):
        state = "stopped" if act is Act.STOP_ARM else "running"
        raise Conflict(f"Arm {arm} is {state} already. Nothing was done.", code=Code.POLICY_STATE)


def in_force(periods: Sequence[Period], at: datetime) -> Period | None:
    """Return the period that holds at an instant, or None."""
    return next((one for one in periods if one.holds(at)), None)


def former(periods: Sequence[Period], at: datetime) -> Period | None:
    """Return the latest period before the one that holds at an instant, of another edition than that one's; or None."""
    now = in_force(periods, at)
    ended = [
        one
        for one in periods
        if one.ends_at is not None and one.ends_at <= at and (now is None or one.edition != now.edition)
    ]
    return max(ended, key=lambda one: one.ends_at or at, default=None)


def shown(edition: str) -> str:
    """Return enough of an edition's hash for people."""
    return edition[:SHOWN_DIGITS]
