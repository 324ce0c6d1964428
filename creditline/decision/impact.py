"""Impact: what a draft of a product would have answered in recorded cases, and who would have been answered otherwise."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from creditline.decision.allotted import Allotted
from creditline.decision.answered import compared, differ, moved, outcomes_of, ranks_of
from creditline.decision.losing import Losing
from creditline.decision.loss import Change, Given, changes_of
from creditline.decision.outcome import Answer, Kind
from creditline.decision.past import ANSWERS, FIGURES, NONE, Outcomes, Past, Whole, taken
from creditline.decision.product import Product
from creditline.decision.tables import TABLES
from creditline.money import MILLION
from creditline.policy.columnar.answers import Answers, RowWise
from creditline.policy.columnar.plan import decide_many
from creditline.policy.strategy import CHAMPION

Z_95 = 1.959964
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, as a share with its 95 % interval (Wilson's), in ppm."""

    count: int
    of_count: int
    share_ppm: int
    low_ppm: int
    high_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """How many cases went from one answer to another, or stayed with other numbers; answer None is an error of the draft."""

    kind: Kind
    before: Answer | None
    after: Answer | None
    count: int
    changed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What answers moved in all, by currency, as recorded and by the draft."""

    kind: Kind
    measure: str
    currency: str
    before_minor: int
    after_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHits:
    """How often a rule answered in cases of an arm, as recorded and by the draft, whose rules are counted as they are now."""

    arm: str
    table: str
    rule: int
    before_count: int
    after_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The cases of one kind and grade (0: no score) that are answered otherwise."""

    kind: Kind
    grade: int
    changed: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """Cases of one kind that are answered better or worse for the borrower than they were.

    Whoever is answered worse has to be told why, and for restorations it is a date that would have come later: what was
    promised stays, but the next promise would be that one.
    """

    kind: Kind
    better: Share
    worse: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCases:
    """The cases that an arm of the draft answers, by what edition, and how many were recorded in an arm of that name."""

    arm: str
    edition: str
    before_count: int
    changed: Share
    better: Share
    worse: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One case that is answered otherwise."""

    decision: UUID
    kind: Kind
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a draft changes over a sample of recorded decisions.

    `first_at` and `last_at` bound the sample; `row_wise` marks decisions that columns could not hold. `changes` are expected
    loss and income of a year, none if the draft says nothing of losses.
    """

    edition: str
    policy: str
    first_at: str | None
    last_at: str | None
    changed: Share
    transitions: tuple[Transition, ...]
    turned: tuple[Turned, ...]
    amounts: tuple[Amount, ...]
    changes: tuple[Change, ...]
    rules: tuple[RuleHits, ...]
    segments: tuple[Segment, ...]
    arms: tuple[ArmCases, ...]
    shown: tuple[Shown, ...]
    row_wise: tuple[RowWise, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Cases of one kind as an arm of a draft answers them, where it answers otherwise, and where better (1) or worse (-1).

    `sign` is of the cases whose answer changed, in their order.
    """

    arm: str
    edition: str
    past: Past
    answers: Answers
    after: Outcomes
    is_changed: NDArray[np.bool_]
    rows: Whole
    sign: Whole
    moved_before: Mapping[str, Whole]
    moved_after: Mapping[str, Whole]

    @property
    def given(self) -> Given:
        """What is given out, before and after."""
        first = next(iter(self.moved_before), "")
        return Given(
            past=self.past,
            after=self.after,
            before_minor=self.moved_before[first],
            after_minor=self.moved_after[first],
            rows=self.rows,
        )


def impact_of(draft: Product, past: Sequence[Past]) -> Impact:
    """Ask a draft about recorded cases; raise `Malformed` if it reads something they did not give."""
    return summed_up(draft, [ask(draft, one) for one in past], draft.losing)


def summed_up(draft: Product, asked: Sequence[Asked], losing: Losing | None) -> Impact:
    """Return what the answers of a draft change, its losses by some assumptions."""
    past = [one.past for one in asked]
    return Impact(
        edition=draft.edition,
        policy=draft.policy.sha256,
        first_at=min((one.first_at for one in past), default=None),
        last_at=max((one.last_at for one in past), default=None),
        changed=share_of_cases(sum(len(one.rows) for one in asked), of_count=sum(one.count for one in past)),
        transitions=_transitions(asked),
        turned=_turned(asked),
        amounts=_amounts(asked),
        changes=changes_of([one.given for one in asked], losing) if losing else (),
        rules=_rules(asked),
        segments=_segments(asked),
        arms=_arms(asked),
        shown=tuple(_shown(asked))[:MOST_SHOWN],
        row_wise=tuple(dict.fromkeys(mark for one in asked for mark in one.answers.row_wise)),
    )


def impact_of_arms(draft: Product, cases: Iterable[Allotted]) -> Impact:
    """Ask what each case's arm runs about it; raise `Malformed` if that reads something the case did not give."""
    return summed_up(draft, [ask(one.product, one.past, arm=one.arm) for one in cases], draft.losing)


def answered(draft: Product, past: Sequence[Past]) -> list[tuple[Past, Outcomes]]:
    """Return recorded cases with what a draft answers them."""
    return [(own.past, own.after) for own in (ask(draft, one) for one in past)]


def share_of_cases(count: int, *, of_count: int) -> Share:
    """Return a share with its Wilson interval, rounded to whole ppm outwards; of nothing it may be anything."""
    if not of_count:
        return Share(count=0, of_count=0, share_ppm=0, low_ppm=0, high_ppm=MILLION)
    share, squared = count / of_count, Z_95 * Z_95 / of_count
    middle, half = share + squared / 2, Z_95 * sqrt(share * (1 - share) / of_count + squared / of_count / 4)
    low, high = (middle - half) / (1 + squared), (middle + half) / (1 + squared)
    return Share(
        count=count,
        of_count=of_count,
        share_ppm=round(share * MILLION),
        low_ppm=max(0, int(low * MILLION)),
        high_ppm=min(MILLION, -int(-high * MILLION // 1)),
    )


def ask(draft: Product, past: Past, *, arm: str = CHAMPION) -> Asked:
    """Answer recorded cases of one kind by a draft, or by what an arm of it runs."""
    answers = decide_many(draft.policy, TABLES[past.kind], past.columns, past.numbers, count=past.count)
    after = outcomes_of(answers)
    is_changed = past.before.answers != after.answers
    for name in FIGURES:
        is_changed |= differ(past.before.figures[name], other=after.figures[name])
    is_changed |= differ(past.before.conditions, other=after.conditions)
    rows = np.flatnonzero(is_changed)
    return Asked(
        arm=arm,
        edition=draft.edition,
        past=past,
        answers=answers,
        after=after,
        is_changed=is_changed,
        rows=rows,
        sign=compared(ranks_of(taken(after, rows)), than=ranks_of(taken(past.before, rows))),
        moved_before=dict(moved(past, past.before)),
        moved_after=dict(moved(past, after)),
    )


def _transitions(asked: Iterable[Asked]) -> tuple[Transition, ...]:
    found: Counter[tuple[Kind, int, int]] = Counter()
    changed: Counter[tuple[Kind, int, int]] = Counter()
    width = len(ANSWERS) + 1
    for one in asked:
        pairs = (one.past.before.answers.astype(np.int64) + 1) * width + one.after.answers + 1
        own = np.bincount(pairs, minlength=width * width)
        otherwise = np.bincount(pairs[one.is_changed], minlength=width * width)
        for pair in np.flatnonzero(own).tolist():
            key = (one.past.kind, *divmod(pair, width))
            found[key] += int(own[pair])
            changed[key] += int(otherwise[pair])
    names = (None, *ANSWERS)
    return tuple(
        Transition(
            kind=kind, before=names[before], after=names[after], count=count, changed_count=changed[kind, before, after]
        )
        for (kind, before, after), count in sorted(found.items())
    )


def _turned(asked: Sequence[Asked]) -> tuple[Turned, ...]:
    """Count by kind who is answered better and who worse; only those whose answer changed are looked at."""
    found: Counter[tuple[Kind, int]] = Counter()
    every: Counter[Kind] = Counter()
    for one in asked:
        every[one.past.kind] += one.past.count
        found[one.past.kind, 1] += int((one.sign > 0).sum())
        found[one.past.kind, -1] += int((one.sign < 0).sum())
    return tuple(
        Turned(
            kind=kind,
            better=share_of_cases(found[kind, 1], of_count=count),
            worse=share_of_cases(found[kind, -1], of_count=count),
        )
        for kind, count in sorted(every.items())
    )


def _amounts(asked: Iterable[Asked]) -> tuple[Amount, ...]:
    found: dict[tuple[Kind, str, str], tuple[int, int]] = {}
    for one in asked:
        for measure, before in one.moved_before.items():
            key = (one.past.kind, measure, one.past.currency)
            so_far = found.get(key, (0, 0))
            found[key] = (so_far[0] + int(before.sum()), so_far[1] + int(one.moved_after[measure].sum()))
    return tuple(
        Amount(kind=kind, measure=measure, currency=currency, before_minor=before, after_minor=after)
        for (kind, measure, currency), (before, after) in sorted(found.items())
    )


def _rules(asked: Iterable[Asked]) -> tuple[RuleHits, ...]:
    before: Counter[tuple[str, str, int]] = Counter()
    after: Counter[tuple[str, str, int]] = Counter()
    for one in asked:
        before.update({(one.arm, *rule): count for rule, count in one.past.rules_counts.items()})
        after.update({(one.arm, *rule): count for rule, count in hits_of(one.answers).items()})
    return tuple(
        RuleHits(arm=key[0], table=key[1], rule=key[2], before_count=before[key], after_count=after[key])
        for key in sorted(before.keys() | after.keys())
    )


def _arms(asked: Sequence[Asked]) -> tuple[ArmCases, ...]:
    by_arm: dict[tuple[str, str], list[Asked]] = {}
    for one in asked:
        by_arm.setdefault((one.arm, one.edition), []).append(one)
    recorded: Counter[str] = Counter()
    for one in asked:
        recorded.update(one.past.arms_counts)
    return tuple(
        ArmCases(
            arm=arm,
            edition=edition,
            before_count=recorded[arm],
            changed=share_of_cases(sum(len(one.rows) for one in own), of_count=count),
            better=share_of_cases(sum(int((one.sign > 0).sum()) for one in own), of_count=count),
            worse=share_of_cases(sum(int((one.sign < 0).sum()) for one in own), of_count=count),
        )
        for (arm, edition), own in sorted(by_arm.items(), key=lambda item: (item[0][0] != CHAMPION, item[0]))
        for count in [sum(one.past.count for one in own)]
    )


def hits_of(answers: Answers) -> Counter[tuple[str, int]]:
    """Count how often each rule of each table answered."""
    found: Counter[tuple[str, int]] = Counter()
    for table, hits in answers.hits.items():
        counts = np.bincount(hits.places, minlength=len(hits.sets)).tolist()
        for rows, count in zip(hits.sets, counts, strict=True):
            found.update({(table, row): count for row in rows if count})
    return found


def _segments(asked: Iterable[Asked]) -> tuple[Segment, ...]:
    every: Counter[tuple[Kind, int]] = Counter()
    changed: Counter[tuple[Kind, int]] = Counter()
    for one in asked:
        own = np.bincount(one.past.grades)
        otherwise = np.bincount(one.past.grades[one.is_changed], minlength=len(own))
        for grade in np.flatnonzero(own).tolist():
            every[one.past.kind, grade] += int(own[grade])
            changed[one.past.kind, grade] += int(otherwise[grade])
    return tuple(
        Segment(kind=kind, grade=grade, changed=share_of_cases(changed[kind, grade], of_count=count))
        for (kind, grade), count in sorted(every.items())
    )


def _shown(asked: Iterable[Asked]) -> Iterator[Shown]:
    for one in asked:
        for row in np.flatnonzero(one.is_changed)[:MOST_SHOWN].tolist():
            yield Shown(
                decision=one.past.ids[row],
                kind=one.past.kind,
                before=_said(one.past.before, row),
                after=one.answers.failed.get(row) or _said(one.after, row),
            )


def _said(outcomes: Outcomes, row: int) -> str:
    """Return one answer in words."""
    code = int(outcomes.answers[row])
    figures: Mapping[str, int] = {name: int(column[row]) for name, column in outcomes.figures.items()}
    told = [f"{name} {value}" for name, value in figures.items() if value != NONE]
    condition = outcomes.conditions[row]
    return ", ".join([str(ANSWERS[code]) if code >= 0 else "none", *told, *([str(condition)] if condition else [])])
