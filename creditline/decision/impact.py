"""Impact: what a draft of a product would have answered in recorded cases, and who would have been answered otherwise."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from creditline.decision.acts import NewActs
from creditline.decision.asked import Asked, ask
from creditline.decision.dates import Dates, OpenPromises, dates_of
from creditline.decision.edited import Judged, judged_of
from creditline.decision.laid import past_of_block
from creditline.decision.losing import Losing
from creditline.decision.loss import Change, change_of
from creditline.decision.outcome import Answer, Kind
from creditline.decision.past import ANSWERS, NONE, Outcomes, Past
from creditline.decision.product import Product
from creditline.decision.shares import Share, share_of_cases
from creditline.decision.tally import WIDTH, Of, Tally, total
from creditline.policy.columnar.answers import RowWise
from creditline.policy.strategy import CHAMPION

MOST_SHOWN = 5


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
    """What answers moved in all, by currency, as recorded and by the draft, and the 95 % interval of what changes."""

    kind: Kind
    measure: str
    currency: str
    before_minor: int
    after_minor: int
    change_low_minor: int
    change_high_minor: int


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
    loss and income of a year, none if the draft says nothing of losses. `acts` are what would be done to borrowers that the law
    may want told, `dates` when all of a repayment would be back, `promises` those that are open now. `asked_count` cases were
    really asked: the others were answered as by a draft before, from which this one differs only in what some rules give.
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
    acts: tuple[NewActs, ...]
    dates: tuple[Dates, ...]
    promises: tuple[OpenPromises, ...]
    asked_count: int
    shown: tuple[Shown, ...]
    row_wise: tuple[RowWise, ...]


def impact_of(draft: Product, past: Sequence[Past]) -> Impact:
    """Ask a draft about recorded cases; raise `Malformed` if it reads something they did not give."""
    return summed_up(draft, [ask(draft, one) for one in past], draft.losing)


def summed_up(draft: Product, asked: Sequence[Asked], losing: Losing | None) -> Impact:
    """Return what the answers of a draft change, its losses by some assumptions."""
    return told_of(draft, [judged_of(one, losing) for one in asked])


def told_of(
    draft: Product,
    judged: Sequence[Judged],
    *,
    acts: tuple[NewActs, ...] = (),
    promises: tuple[OpenPromises, ...] = (),
) -> Impact:
    """Return what cases that were judged come to."""
    tally = total(one.tally for one in judged)
    cases, changed = (sum(tally.of(what).values()) for what in (Of.CASES, Of.CHANGED))
    return Impact(
        edition=draft.edition,
        policy=draft.policy.sha256,
        first_at=min((one.past.first_at for one in judged), default=None),
        last_at=max((one.past.last_at for one in judged), default=None),
        changed=share_of_cases(changed, of_count=cases),
        transitions=_transitions(tally),
        turned=_turned(tally),
        amounts=_amounts(tally),
        changes=tuple(change_of(key, own) for key, own in sorted(tally.sums.items())),
        rules=_rules(tally),
        segments=_segments(tally),
        arms=_arms(tally, {one.arm: one.product.edition for one in judged}),
        acts=acts,
        dates=dates_of(one.marks for one in judged),
        promises=promises,
        asked_count=sum(one.asked_count for one in judged),
        shown=tuple(_shown(judged)),
        row_wise=tuple(dict.fromkeys(mark for one in judged for mark in one.row_wise)),
    )


def answered(draft: Product, past: Sequence[Past]) -> list[tuple[Past, Outcomes]]:
    """Return recorded cases with what a draft answers them."""
    return [(own.past, own.after) for own in (ask(draft, one) for one in past)]


def _transitions(tally: Tally) -> tuple[Transition, ...]:
    changed = tally.of(Of.TURN_CHANGED)
    names = (None, *ANSWERS)
    return tuple(
        Transition(
            kind=kind,
            before=names[pair // WIDTH],
            after=names[pair % WIDTH],
            count=count,
            changed_count=changed[kind, pair],
        )
        for (kind, pair), count in sorted(tally.of(Of.TURN).items())
        if count
    )


def _turned(tally: Tally) -> tuple[Turned, ...]:
    """Return by kind who is answered better and who worse."""
    better, worse = tally.of(Of.BETTER), tally.of(Of.WORSE)
    return tuple(
        Turned(
            kind=kind,
            better=share_of_cases(better[kind,], of_count=count),
            worse=share_of_cases(worse[kind,], of_count=count),
        )
        for (kind,), count in sorted(tally.of(Of.CASES).items())
    )


def _amounts(tally: Tally) -> tuple[Amount, ...]:
    after = tally.of(Of.MOVED_AFTER)
    return tuple(
        Amount(
            kind=change.kind,
            measure=change.measure,
            currency=change.currency,
            before_minor=before,
            after_minor=after[key],
            change_low_minor=change.change_low_minor,
            change_high_minor=change.change_high_minor,
        )
        for key, before in sorted(tally.of(Of.MOVED_BEFORE).items())
        for change in [change_of((key[0], key[1], key[2]), tally.amounts[key[0], key[1], key[2]])]
    )


def _rules(tally: Tally) -> tuple[RuleHits, ...]:
    before, after = tally.of(Of.RULE_BEFORE), tally.of(Of.RULE_AFTER)
    found = {key: (before.get(key, 0), after.get(key, 0)) for key in before.keys() | after.keys()}
    return tuple(
        RuleHits(arm=key[0], table=key[1], rule=key[2], before_count=counts[0], after_count=counts[1])
        for key, counts in sorted(found.items())
        if any(counts)
    )


def _segments(tally: Tally) -> tuple[Segment, ...]:
    changed = tally.of(Of.GRADE_CHANGED)
    return tuple(
        Segment(kind=kind, grade=grade, changed=share_of_cases(changed[kind, grade], of_count=count))
        for (kind, grade), count in sorted(tally.of(Of.GRADE).items())
    )


def _arms(tally: Tally, editions: Mapping[str, str]) -> tuple[ArmCases, ...]:
    """Return the arms, the champion first."""
    changed, better, worse, recorded = (
        tally.of(what) for what in (Of.ARM_CHANGED, Of.ARM_BETTER, Of.ARM_WORSE, Of.ARM_RECORDED)
    )
    return tuple(
        ArmCases(
            arm=arm,
            edition=editions[arm],
            before_count=recorded.get((arm,), 0),
            changed=share_of_cases(changed[arm,], of_count=count),
            better=share_of_cases(better[arm,], of_count=count),
            worse=share_of_cases(worse[arm,], of_count=count),
        )
        for (arm,), count in sorted(tally.of(Of.ARM).items(), key=lambda item: (item[0][0] != CHAMPION, item[0]))
    )


def _shown(judged: Iterable[Judged]) -> Iterator[Shown]:
    """Go through the first cases that are answered otherwise, at most so many."""
    left = MOST_SHOWN
    for one in judged:
        rows = np.flatnonzero(one.marks.is_changed)[:left]
        left -= len(rows)
        asked, places = one.asked, rows.tolist()
        if asked is None and places:
            assert one.past.block is not None
            few = past_of_block(one.product, one.past.block, rows=rows, numbers=one.past.numbers)
            asked, places = ask(one.product, few, arm=one.arm), list(range(len(rows)))
        for row in places:
            assert asked is not None
            yield Shown(
                decision=asked.past.ids[row],
                kind=asked.past.kind,
                before=_said(asked.past.before, row),
                after=asked.answers.failed.get(row) or _said(asked.after, row),
            )


def _said(outcomes: Outcomes, row: int) -> str:
    """Return one answer in words."""
    code = int(outcomes.answers[row])
    figures: Mapping[str, int] = {name: int(column[row]) for name, column in outcomes.figures.items()}
    told = [f"{name} {value}" for name, value in figures.items() if value != NONE]
    condition = outcomes.conditions[row]
    return ", ".join([str(ANSWERS[code]) if code >= 0 else "none", *told, *([str(condition)] if condition else [])])
