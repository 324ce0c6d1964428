"""Impact: what a draft of a product would have answered in recorded cases, and who would have been answered otherwise."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from creditline.decision.outcome import Answer, Kind
from creditline.decision.past import ANSWERS, FIGURES, NONE, Outcomes, Past, Whole
from creditline.decision.product import Product
from creditline.decision.tables import TABLES
from creditline.money import MILLION
from creditline.policy.columnar.answers import Answers, RowWise
from creditline.policy.columnar.plan import decide_many
from creditline.policy.columnar.vector import Vector, values_of

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
    """How often a rule answered, as recorded and by the draft; the draft's rules are counted where they stand now."""

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
class Shown:
    """One case that is answered otherwise."""

    decision: UUID
    kind: Kind
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a draft changes over a sample of recorded decisions.

    `first_at` and `last_at` bound the sample; `row_wise` marks decisions that columns could not hold.
    """

    edition: str
    policy: str
    first_at: str | None
    last_at: str | None
    changed: Share
    transitions: tuple[Transition, ...]
    amounts: tuple[Amount, ...]
    rules: tuple[RuleHits, ...]
    segments: tuple[Segment, ...]
    shown: tuple[Shown, ...]
    row_wise: tuple[RowWise, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Cases of one kind as a draft answers them, and where it answers otherwise."""

    past: Past
    answers: Answers
    after: Outcomes
    is_changed: NDArray[np.bool_]


def impact_of(draft: Product, past: Sequence[Past]) -> Impact:
    """Ask a draft about recorded cases; raise `Malformed` if it reads something they did not give."""
    asked = [_asked(draft, one) for one in past]
    return Impact(
        edition=draft.edition,
        policy=draft.policy.sha256,
        first_at=min((one.first_at for one in past), default=None),
        last_at=max((one.last_at for one in past), default=None),
        changed=share_of_cases(
            sum(int(one.is_changed.sum()) for one in asked), of_count=sum(one.count for one in past)
        ),
        transitions=_transitions(asked),
        amounts=_amounts(asked),
        rules=_rules(asked),
        segments=_segments(asked),
        shown=tuple(_shown(asked))[:MOST_SHOWN],
        row_wise=tuple(dict.fromkeys(mark for one in asked for mark in one.answers.row_wise)),
    )


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


def _asked(draft: Product, past: Past) -> Asked:
    answers = decide_many(draft.policy, TABLES[past.kind], past.columns, past.numbers, count=past.count)
    after = outcomes_of(answers)
    is_changed = past.before.answers != after.answers
    for name in FIGURES:
        np.logical_or(is_changed, past.before.figures[name] != after.figures[name], out=is_changed)
    np.logical_or(is_changed, past.before.conditions != after.conditions, out=is_changed)
    return Asked(past=past, answers=answers, after=after, is_changed=is_changed)


def outcomes_of(answers: Answers) -> Outcomes:
    """Read a draft's outputs as `decision.tables` reads those of one row; an output it does not have is none."""
    outputs, count = answers.outputs, answers.count
    names = {one: one for one in FIGURES}
    if "amount_minor" not in outputs:
        names["amount_minor"] = "granted_minor"
    codes = _codes(outputs["answer"], count) if "answer" in outputs else np.full(count, -1, np.int8)
    if answers.failed:
        codes[list(answers.failed)] = -1
    return Outcomes(
        answers=codes,
        figures={own: _whole(outputs.get(name), count) for own, name in names.items()},
        conditions=_words(outputs.get("condition"), count),
    )


def _codes(answer: Vector, count: int) -> NDArray[np.int8]:
    """Return answers as codes; a word that is no answer is none."""
    known = {str(one): code for code, one in enumerate(ANSWERS)}
    if answer.kind != "string":
        return np.array([known.get(str(value), -1) for value in values_of(answer, count)], np.int8)
    by_word = np.array([known.get(word, -1) for word in answer.words], np.int8)
    codes = np.broadcast_to(by_word[answer.values], (count,)).copy()
    if answer.known is not None:
        codes[~np.broadcast_to(answer.known, (count,))] = -1
    return codes


def _words(vector: Vector | None, count: int) -> NDArray[np.object_]:
    found = np.empty(count, np.object_)
    if vector is not None and vector.kind == "string":
        words: NDArray[Any] = np.empty(len(vector.words), np.object_)
        words[:] = vector.words
        found[:] = words[vector.values]
        if vector.known is not None:
            found[~np.broadcast_to(vector.known, (count,))] = None
    elif vector is not None:
        found[:] = [None if value is None else str(value) for value in values_of(vector, count)]
    return found


def _whole(vector: Vector | None, count: int) -> Whole:
    """Return a number column as whole numbers, fractions rounded down, as a single answer is read."""
    if vector is None or vector.kind == "null":
        return np.full(count, NONE, np.int64)
    if vector.kind != "number" or vector.is_raw:
        values = values_of(vector, count)
        return np.array([NONE if value is None else int(value // 1) for value in values], np.int64)  # type: ignore[operator]  # A table gave a number here.
    units = vector.values.astype(np.int64)
    whole = np.broadcast_to(units // 10**vector.scale if vector.scale else units, (count,))
    return whole if vector.known is None else np.where(vector.known, whole, NONE)


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


def moved(past: Past, outcomes: Outcomes) -> Iterator[tuple[str, int]]:
    """Go through what answers moved in all: what is granted or drawn, or released at once and withheld."""
    amount = np.where(outcomes.figures["amount_minor"] == NONE, 0, outcomes.figures["amount_minor"])
    is_yes = outcomes.answers == ANSWERS.index(Answer.APPROVE)
    match past.kind:
        case Kind.OPENING:
            yield "granted", int(amount[is_yes].sum())
        case Kind.DRAW:
            yield "drawn", int(amount[is_yes].sum())
        case Kind.RESTORATION:
            share = np.where(outcomes.figures["share_ppm"] == NONE, 0, outcomes.figures["share_ppm"])
            now = np.where(outcomes.answers == ANSWERS.index(Answer.AT_ONCE), MILLION, share)
            released = int(_part(past.requested_minor, now).sum())
            yield "released at once", released
            yield "withheld", int(past.requested_minor.sum()) - released
        case Kind.REVIEW:
            factor = outcomes.figures["factor_ppm"]
            yield "granted", int(_part(past.granted_minor, np.where(factor == NONE, MILLION, factor)).sum())
        case Kind.RELEASE:
            return


def _part(amount_minor: Whole, share_ppm: Whole) -> Whole:
    """Return `money.share_of` of whole columns, without the product that 64 bits may not hold."""
    whole, rest = np.divmod(amount_minor, MILLION)
    return whole * share_ppm + rest * share_ppm // MILLION


def _amounts(asked: Iterable[Asked]) -> tuple[Amount, ...]:
    found: dict[tuple[Kind, str, str], tuple[int, int]] = {}
    for one in asked:
        pairs = zip(moved(one.past, one.past.before), moved(one.past, one.after), strict=True)
        for (measure, before_minor), (_, after_minor) in pairs:
            key = (one.past.kind, measure, one.past.currency)
            so_far = found.get(key, (0, 0))
            found[key] = (so_far[0] + before_minor, so_far[1] + after_minor)
    return tuple(
        Amount(kind=kind, measure=measure, currency=currency, before_minor=before, after_minor=after)
        for (kind, measure, currency), (before, after) in sorted(found.items())
    )


def _rules(asked: Iterable[Asked]) -> tuple[RuleHits, ...]:
    before: Counter[tuple[str, int]] = Counter()
    after: Counter[tuple[str, int]] = Counter()
    for one in asked:
        before.update(one.past.rules_counts)
        for table, hits in one.answers.hits.items():
            counts = np.bincount(hits.places, minlength=len(hits.sets)).tolist()
            for rows, count in zip(hits.sets, counts, strict=True):
                after.update({(table, row): count for row in rows if count})
    return tuple(
        RuleHits(table=table, rule=rule, before_count=before[table, rule], after_count=after[table, rule])
        for table, rule in sorted(before.keys() | after.keys())
    )


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
