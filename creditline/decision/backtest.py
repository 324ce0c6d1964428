"""Backtest: a period of history asked again, point in time, through features, scores and rules of two editions.

Every question that was put is put again as of its instant: features are computed from the facts that were there then, each
edition scores and answers by itself, and what the draft changes is told as impact is. Where an outcome is known, what was lost
is told too: the loss given default of what would be owed by a line that turned bad.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from creditline.clock import from_us, to_us
from creditline.decision.answered import outcomes_of
from creditline.decision.asked import Asked, ask, hits_of
from creditline.decision.impact import Impact, summed_up
from creditline.decision.losing import Losing
from creditline.decision.loss import Change, Given, Weighed, changed, owed_share
from creditline.decision.outcome import Kind
from creditline.decision.past import FIGURES, KINDS, NONE, Outcomes, Past, Whole, taken
from creditline.decision.population import Questions, Scored, Truths, Views, by_numbers, columns_of, scored_of, views_of
from creditline.decision.product import Product
from creditline.decision.recorded import Recorded
from creditline.decision.tables import TABLES
from creditline.events.frames import Facts
from creditline.money import MILLION
from creditline.policy.columnar.plan import decide_many
from creditline.score.rates import Interval, clustered, rate_of

UNKNOWN = -1
"""What stands for an outcome that is not known, beside 0 and 1."""

CANNOT_KNOW = (
    "how borrowers would have behaved under the draft: later questions are those that history put, where history left the line",
    "what would have become of those whom history gave nothing: their outcomes are not known, and are counted apart",
    "whether a line would have turned bad with a larger or smaller limit: its outcome is taken as it was",
)
"""What no backtest can say; told with every one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Cases of one kind, currency and grade (0: no score): known outcomes, and what both give out and lose, in minor units.

    Losses are of the `known_count` cases whose outcome is known; `unknown_..` is what is given out in the others.
    """

    kind: Kind
    currency: str
    grade: int
    cases_count: int
    known_count: int
    bad: Interval
    before_given_minor: int
    after_given_minor: int
    before_loss_minor: int
    after_loss_minor: int
    unknown_before_given_minor: int
    unknown_after_given_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What two editions make of a period.

    `impact` compares them over everything that was asked, expected losses by the champion's probabilities on both sides.
    `observed` is what was lost where outcomes are known. `differing_count` of `compared_count` cases have features other than
    those on record: 0 unless facts arrived between a decision and its record, or the catalogue is another.
    """

    champion: str
    draft: str
    population: str
    impact: Impact
    observed: tuple[Change, ...]
    segments: tuple[Segment, ...]
    compared_count: int
    differing_count: int
    left_out: Mapping[str, int]
    cannot_know: tuple[str, ...] = CANNOT_KNOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Cases asked again: as columns for the draft with the champion's answers beside them, and how features compare."""

    past: tuple[Past, ...]
    compared_count: int
    differing_count: int


def asked_again(
    champion: Product, facts: Facts, places: dict[str, int], *, draft: Product, recorded: Sequence[Recorded]
) -> Again:
    """Ask recorded questions of the borrowers of `facts` again; `places` numbers borrowers, and grows by those that are new."""
    rows = {one: place for place, one in enumerate(facts.borrowers)}
    found: list[Past] = []
    compared = differing = 0
    groups: dict[tuple[Kind, str], list[Recorded]] = {}
    for one in recorded:
        if one.decision.kind in TABLES:
            groups.setdefault((one.decision.kind, one.decision.currency), []).append(one)
    for own in groups.values():
        questions = _questions(own, rows)
        done = 0
        for views in views_of(champion, facts, questions):
            chunk = own[done : done + len(views.features)]
            part = questions.taken(np.arange(done, done + len(chunk)))
            done += len(chunk)
            known = [row for row, one in enumerate(chunk) if one.features == champion.features]
            stored = np.array([chunk[row].decision.features for row in known])
            compared += len(known)
            if known:
                same = (stored == views.features[known]) | (np.isnan(stored) & np.isnan(views.features[known]))
                differing += int((~same.all(axis=1)).sum())
            found += _pasts(champion, part, views, places, draft=draft, recorded=chunk)
    return Again(past=tuple(found), compared_count=compared, differing_count=differing)


def _questions(recorded: Sequence[Recorded], rows: Mapping[str, int]) -> Questions:
    decisions = [one.decision for one in recorded]
    amounts = {
        name: np.array([getattr(one.position, name) for one in decisions], np.int64)
        for name in ("granted_minor", "drawn_minor", "available_minor", "requested_minor")
    }
    truths = {
        name: np.array([getattr(one.position, name) for one in decisions], np.bool_)
        for name in ("is_blocked", "is_moved", "accepts_partial")
    }
    return Questions(
        table=TABLES[decisions[0].kind],
        currency=decisions[0].currency,
        who=np.array([rows[one.borrower] for one in decisions], np.int64),
        as_of_us=np.array([to_us(one.as_of) for one in decisions], np.int64),
        granted_minor=amounts["granted_minor"],
        drawn_minor=amounts["drawn_minor"],
        available_minor=amounts["available_minor"],
        requested_minor=amounts["requested_minor"],
        is_blocked=truths["is_blocked"],
        is_moved=truths["is_moved"],
        accepts_partial=truths["accepts_partial"],
    )


def _pasts(
    champion: Product,
    questions: Questions,
    views: Views,
    places: dict[str, int],
    *,
    draft: Product,
    recorded: Sequence[Recorded],
) -> Iterator[Past]:
    """Go through the questions by the draft's numbers, each part with the champion's answers as what was before."""
    scored = scored_of(champion, views.features)
    before, is_answered, hits = _answers(champion, questions, views, scored)
    columns = columns_of(draft, questions, views, scored_of(draft, views.features))
    who = np.array([places.setdefault(one.decision.borrower, len(places)) for one in recorded], np.int64)
    for rows, numbers in by_numbers(draft, questions):
        own = rows[is_answered[rows]]
        if not len(own):
            continue
        days = questions.as_of_us[own]
        yield Past(
            kind=KINDS[questions.table],
            currency=questions.currency,
            numbers=numbers,
            columns={name: one.taken(own) for name, one in columns.items() if name not in numbers},
            count=len(own),
            ids=[recorded[row].decision.id for row in own.tolist()],
            borrowers=[recorded[row].decision.borrower for row in own.tolist()],
            first_at=from_us(int(days.min())).isoformat(),
            last_at=from_us(int(days.max())).isoformat(),
            as_of_us=days,
            is_blocked=questions.is_blocked[own],
            requested_minor=questions.requested_minor[own],
            granted_minor=questions.granted_minor[own],
            grades=np.where(scored.is_scored, scored.grade, 0)[own].astype(np.int16),
            pd_ppm=np.where(scored.is_scored, scored.pd_ppm, NONE)[own],
            who=who[own],
            before=taken(before, own),
            rules_counts=hits,
        )
        # The champion's hits are of all questions: they are told once.
        hits = Counter()


def _answers(
    product: Product, questions: Questions, views: Views, scored: Scored
) -> tuple[Outcomes, Truths, Counter[tuple[str, int]]]:
    """Return a product's answers, to which questions it has any (on the others its numbers had no value), and rule hits."""
    columns = columns_of(product, questions, views, scored)
    answers = np.full(questions.count, -1, np.int8)
    figures = {name: np.full(questions.count, NONE, np.int64) for name in FIGURES}
    conditions = np.empty(questions.count, np.object_)
    is_answered = np.zeros(questions.count, np.bool_)
    hits: Counter[tuple[str, int]] = Counter()
    for rows, numbers in by_numbers(product, questions):
        part = {name: one.taken(rows) for name, one in columns.items()}
        given = decide_many(product.policy, questions.table, part, numbers, count=len(rows))
        outcomes = outcomes_of(given)
        hits.update(hits_of(given))
        answers[rows], conditions[rows], is_answered[rows] = outcomes.answers, outcomes.conditions, True
        for name in FIGURES:
            figures[name][rows] = outcomes.figures[name]
    return Outcomes(answers=answers, figures=figures, conditions=conditions), is_answered, hits


def backtest_of(
    champion: Product,
    again: Sequence[Again],
    *,
    draft: Product,
    is_bad: Mapping[UUID, bool],
    population: str,
    left_out: Mapping[str, int],
) -> Backtest:
    """Compare two editions over cases asked again, `is_bad` saying what became of those whose outcome is known."""
    asked = [ask(draft, past) for one in again for past in one.past]
    losing = champion.losing
    outcomes = [np.array([is_bad.get(one, UNKNOWN) for one in own.past.ids], np.int64) for own in asked]
    return Backtest(
        champion=champion.edition,
        draft=draft.edition,
        population=population,
        impact=summed_up(draft, asked, losing),
        observed=_observed(asked, outcomes, losing) if losing else (),
        segments=tuple(_segments(asked, outcomes, losing)),
        compared_count=sum(one.compared_count for one in again),
        differing_count=sum(one.differing_count for one in again),
        left_out=left_out,
    )


def _observed(asked: Sequence[Asked], outcomes: Sequence[Whole], losing: Losing) -> tuple[Change, ...]:
    weighed: list[Weighed] = []
    for one, bad in zip(asked, outcomes, strict=True):
        share = np.where(bad == 1, _lost(one.past, losing), 0.0)
        weighed.append(Weighed(given=one.given, measure="observed loss", before=share, after=share[one.given.rows]))
    return changed(weighed)


def _lost(past: Past, losing: Losing) -> float:
    """Return the share of what is given out that is lost by a line that turns bad."""
    return owed_share(past, losing) * losing.lgd_ppm / MILLION


def _segments(asked: Sequence[Asked], outcomes: Sequence[Whole], losing: Losing | None) -> Iterator[Segment]:
    groups: dict[tuple[Kind, str, int], list[tuple[Given, Whole, Whole]]] = {}
    for one, bad in zip(asked, outcomes, strict=True):
        for grade in np.unique(one.past.grades).tolist():
            key = (one.past.kind, one.past.currency, grade)
            groups.setdefault(key, []).append((one.given, bad, one.past.grades == grade))
    for (kind, currency, grade), parts in sorted(groups.items()):
        bad = np.concatenate([outcome[rows] for _, outcome, rows in parts])
        who = np.concatenate([given.past.who[rows] for given, _, rows in parts])
        before = np.concatenate([given.before_minor[rows] for given, _, rows in parts])
        after = np.concatenate([given.after_minor[rows] for given, _, rows in parts])
        known = bad != UNKNOWN
        lost = _lost(parts[0][0].past, losing) if losing else 0.0
        yield Segment(
            kind=kind,
            currency=currency,
            grade=grade,
            cases_count=len(bad),
            known_count=int(known.sum()),
            bad=rate_of(clustered(bad[known] == 1, who[known])),
            before_given_minor=int(before.sum()),
            after_given_minor=int(after.sum()),
            before_loss_minor=round(float(before[bad == 1].sum()) * lost),
            after_loss_minor=round(float(after[bad == 1].sum()) * lost),
            unknown_before_given_minor=int(before[~known].sum()),
            unknown_after_given_minor=int(after[~known].sum()),
        )
