"""Unfavourable acts that a draft would make or spare: how many, and what the law would want told of them, and by when.

That an answer is an act is read from columns. Whom it is about and what exempts it may turn on the reasons that would be told,
which only a decision made again says: of many cases some are then made again, and the rest is told with an interval.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from creditline.clock import DAY_US, EPOCH_DAY, business_day, start_of
from creditline.decision.adverse import IN_LAW, Act, Scope, Trigger, act_of, notice_of
from creditline.decision.decide import Known, asked_in, decide
from creditline.decision.edited import Judged
from creditline.decision.jurisdiction import Jurisdiction
from creditline.decision.outcome import Decision, Kind
from creditline.decision.past import Past
from creditline.decision.product import Product
from creditline.decision.shares import Share, share_of_cases
from creditline.money import MILLION

Ints = NDArray[np.int64]

MOST_REASONED = 48
"""Of so many new acts of a trigger, an arm and a period of law the reasons are found by deciding them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """New acts of which the same is to be told: the rule or exemption that says so, and within how many days (None: never).

    A scope of None is not known, and makes no difference to what is due. `low_count` and `high_count` differ from `count` where
    it is reckoned from some of the acts.
    """

    scope: Scope | None
    ground: str
    within_days: int | None
    count: int
    low_count: int
    high_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActs:
    """Acts of one trigger: as recorded, by the draft, those that are new and those that would be spared; what is due of new ones.

    `reasoned_count` new ones were decided again for their reasons.
    """

    kind: Kind
    trigger: Trigger
    before_count: int
    after_count: int
    newly: Share
    spared_count: int
    reasoned_count: int
    due: tuple[Due, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Acts of one trigger among cases of one arm: who is new (rows of the past), and how many there are otherwise."""

    product: Product
    law: Jurisdiction | None
    past: Past
    trigger: Trigger
    rows: Ints
    wait_days: Ints
    before_count: int
    after_count: int
    spared_count: int


def parts_of(judged: Iterable[Judged], laws: Mapping[str, Jurisdiction | None]) -> list[Part]:
    """Return what acts there are among cases; `laws` are those by which an edition's acts are told."""
    found = []
    for one in judged:
        for trigger, after in one.marks.acts_after.items():
            before = one.marks.acts_before[trigger]
            rows = np.flatnonzero(after & ~before)
            found.append(
                Part(
                    product=one.product,
                    law=laws[one.product.edition],
                    past=one.past,
                    trigger=trigger,
                    rows=rows,
                    wait_days=one.marks.wait_days[rows]
                    if trigger is Trigger.REDUCED
                    else np.zeros(len(rows), np.int64),
                    before_count=int(before.sum()),
                    after_count=int(after.sum()),
                    spared_count=int((before & ~after).sum()),
                )
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """New acts of one trigger and arm on days of the same law, [n] rows of a past; `sampled` are those to be decided again.

    `certain` is what is due of all of them, None if that turns on their reasons.
    """

    part: Part
    rows: Ints
    certain: Due | None
    sampled: Ints

    @property
    def ids(self) -> list[UUID]:
        """The decisions that are to be decided again."""
        return [self.part.past.ids[row] for row in self.sampled.tolist()]


def groups_of(parts: Iterable[Part]) -> list[Group]:
    """Return new acts by what their law says of them, and which have to be looked at by themselves."""
    return [group for part in parts if len(part.rows) for group in _groups(part)]


def _groups(part: Part) -> Iterator[Group]:
    """Go through new acts by the law of their day, and by when they take effect."""
    days = part.past.as_of_us[part.rows] // DAY_US
    turns = np.array(_turns(part.law, part.trigger), np.int64)
    alike = np.stack([np.searchsorted(turns, days, side="right"), part.wait_days])
    for place, wait_days in np.unique(alike, axis=1).T.tolist():
        own = (alike[0] == place) & (alike[1] == wait_days)
        rows, day = part.rows[own], date.fromordinal(int(days[own][0]) + EPOCH_DAY)
        certain = _certain(part, day=day, wait_days=wait_days, count=len(rows))
        few = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MOST_REASONED)).round().astype(np.int64))
        yield Group(part=part, rows=rows, certain=certain, sampled=rows[few] if certain is None else rows[:0])


def _turns(law: Jurisdiction | None, trigger: Trigger) -> list[int]:
    """Return the days, from 1970 on, from which something else may be due of a trigger."""
    name = IN_LAW.get(trigger, trigger)
    rules = [one for one in (*law.notices, *law.exempt) if name in one.triggers] if law else []
    starts = [one.since for one in rules] + [one.until + timedelta(days=1) for one in rules if one.until]
    return sorted({one.toordinal() - EPOCH_DAY for one in starts})


def _certain(part: Part, *, day: date, wait_days: int, count: int) -> Due | None:
    """Return what is due of every such act on a day, whatever its reasons; None if they matter."""
    scopes = [Scope.INDIVIDUAL, Scope.CLASS] if part.past.kind is Kind.RESTORATION else [Scope.INDIVIDUAL]
    law, name = part.law, IN_LAW.get(part.trigger, part.trigger)
    if law and any(one.holds(name, scope=scope, day=day) for one in law.exempt for scope in scopes):
        return None
    told = {_told(_act(part, scope=scope, day=day, wait_days=wait_days), law) for scope in scopes}
    if len(told) > 1:
        return None
    ((ground, within_days),) = told
    scope = scopes[0] if len(scopes) == 1 else None
    return Due(scope=scope, ground=ground, within_days=within_days, count=count, low_count=count, high_count=count)


def _act(part: Part, *, scope: Scope, day: date, wait_days: int) -> Act:
    """Return an act such as these are, of which no reason is known."""
    return Act(
        id=part.past.ids[0],
        line=part.past.ids[0],
        borrower="",
        product=part.product.name,
        edition=part.product.edition,
        trigger=part.trigger,
        scope=scope,
        acted_at=start_of(day),
        wait_days=wait_days,
    )


def _told(act: Act, law: Jurisdiction | None) -> tuple[str, int | None]:
    """Return by which rule a notice is due, and within how many days, as the notice of a real act is made."""
    notice = notice_of(act, law)
    if notice.due_at is None:
        return notice.ground, None
    return notice.ground, (business_day(notice.due_at) - business_day(act.acted_at)).days


def new_acts(parts: Sequence[Part], groups: Sequence[Group], made: Mapping[UUID, Decision]) -> tuple[NewActs, ...]:
    """Return what acts a draft makes and spares; `made` are the recorded decisions that have to be decided again."""
    every: Counter[Kind] = Counter()
    for past in {id(one.past): one.past for one in parts}.values():
        every[past.kind] += past.count
    due: dict[tuple[Kind, Trigger], list[Due]] = {}
    reasoned: Counter[tuple[Kind, Trigger]] = Counter()
    for group in groups:
        key = (group.part.past.kind, group.part.trigger)
        due.setdefault(key, []).extend([group.certain] if group.certain else _reasoned(group, made))
        reasoned[key] += len(group.sampled)
    keys = sorted({(one.past.kind, one.trigger) for one in parts})
    own = {key: [one for one in parts if (one.past.kind, one.trigger) == key] for key in keys}
    return tuple(
        NewActs(
            kind=key[0],
            trigger=key[1],
            before_count=sum(one.before_count for one in own[key]),
            after_count=sum(one.after_count for one in own[key]),
            newly=share_of_cases(sum(len(one.rows) for one in own[key]), of_count=every[key[0]]),
            spared_count=sum(one.spared_count for one in own[key]),
            reasoned_count=reasoned[key],
            due=_together(due.get(key, ())),
        )
        for key in keys
    )


def _reasoned(group: Group, made: Mapping[UUID, Decision]) -> Iterator[Due]:
    """Go through what is due of acts of which some are decided again; of all of them the counts are exact."""
    found: Counter[tuple[Scope, str, int | None]] = Counter()
    for one in group.ids:
        act = act_of(_again(group.part.product, made[one]))
        assert act is not None, f"Columns say that {one} is an act, and deciding it again does not."
        found[act.scope, *_told(act, group.part.law)] += 1
    count, sampled = len(group.rows), len(group.sampled)
    for (scope, ground, within_days), hits in sorted(found.items(), key=str):
        share = share_of_cases(hits, of_count=sampled)
        is_all = sampled == count
        yield Due(
            scope=scope,
            ground=ground,
            within_days=within_days,
            count=hits if is_all else round(count * hits / sampled),
            low_count=hits if is_all else count * share.low_ppm // MILLION,
            high_count=hits if is_all else -(-count * share.high_ppm // MILLION),
        )


def _again(product: Product, stored: Decision) -> Decision:
    """Decide a recorded case by other rules, with what it stored, its scores too."""
    known = Known(features=stored.features, sources_count=stored.sources_count, scores=stored.scores)
    return decide(product, asked_in(stored), known)


def _together(due: Iterable[Due]) -> tuple[Due, ...]:
    """Add up what is due alike."""
    found: dict[tuple[Scope | None, str, int | None], Due] = {}
    for one in due:
        key = (one.scope, one.ground, one.within_days)
        so_far = found.get(key)
        found[key] = (
            one
            if so_far is None
            else replace(
                so_far,
                count=so_far.count + one.count,
                low_count=so_far.low_count + one.low_count,
                high_count=so_far.high_count + one.high_count,
            )
        )
    return tuple(found[key] for key in sorted(found, key=str))
