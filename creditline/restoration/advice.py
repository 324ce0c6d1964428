"""What would really help: everything a borrower can do is run forward, and only what improves the answer is told.

An improvement is an amount that waits today and comes back on an earlier day, while none comes later. One that rests on the
release score must stand with the product's margin less. What people believe in and what changes nothing is told too.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import combinations

from creditline.clock import business_day
from creditline.decision.decide import Known
from creditline.decision.known import known_at
from creditline.decision.product import Product
from creditline.restoration.behaviour import MONEY, Behaviour, Catalogue
from creditline.restoration.course import Act, Lens, Standing, Step, What
from creditline.restoration.doing import Doing, doings
from creditline.restoration.forecast import Forecast, forecast
from creditline.restoration.touch import touching

MOST_PAIRS = 3
"""How many pairs are told: what is better together than alone."""

NEVER = date.max
Dates = tuple[date, ...]
"""When each part that waits comes back, in their order; NEVER if not within what is looked ahead."""


class Evidence(StrEnum):
    """Why something helps: a rule or a condition asks for it, or only the score gives points for it."""

    RULE = "rule"
    SCORE = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What becomes of what waits today: the day all of it is back, how much sooner, and how much comes earlier or later.

    `sooner_days` is negative if later, None if all is not back with it or without it as far as is looked.
    """

    all_back_on: date | None
    sooner_days: int | None
    earlier_minor: int
    later_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Something to do, or two things together, with what it does."""

    doings: tuple[Doing, ...]
    effect: Effect
    evidence: Evidence

    @property
    def steps(self) -> tuple[Step, ...]:
        """What happens if it is done."""
        return tuple(step for doing in self.doings for step in doing.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something done, and its effect: of a harm that is left alone, or of a belief that does nothing."""

    doing: Doing
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What waits, when all of it is back if nothing is done, what helps, what protects that, and what does not help.

    `is_only_time` says that something waits, comes back by itself, and nothing a borrower can do is better than time.
    `has_route` says that a person can be asked.
    """

    waiting_minor: int
    all_back_on: date | None
    helps: tuple[Help, ...]
    protects: tuple[Told, ...]
    does_not_help: tuple[Told, ...]
    has_route: bool

    @property
    def is_only_time(self) -> bool:
        """Whether nothing helps but to wait."""
        return bool(self.waiting_minor) and not self.helps and self.all_back_on is not None


def advise(standing: Standing, catalogue: Catalogue) -> Advice:
    """Try everything a product lists on a line, alone and in pairs, and return what is worth telling."""
    until = standing.as_of + timedelta(days=catalogue.most_days)
    base = dates_of(standing, _run(standing, (), until=until))
    possible = list(doings(standing, catalogue)) if standing.tranches else []
    alone = [(one, dates_of(standing, _run(standing, one.steps, until=until))) for one in possible]
    told = _best_of_each([((one,), dates) for one, dates in alone if _improves(dates, base)])
    heard = touching(standing.product)
    pairs = _pairs(standing, [one for one in alone if _is_heard(one[0], heard)], until=until)
    helps = [
        Help(doings=own, effect=effect_of(standing, certain[0], base=base), evidence=certain[1])
        for own, _ in [*told, *pairs]
        if (certain := _certain(standing, own, base, catalogue=catalogue, until=until)) is not None
    ]
    return Advice(
        waiting_minor=sum(one.amount_minor for one in standing.tranches),
        all_back_on=_all_back_on(base, standing.as_of),
        helps=tuple(sorted(helps, key=_order)),
        protects=_protects(standing, catalogue, base, until=until),
        does_not_help=tuple(
            Told(doing=one, effect=effect_of(standing, dates, base=base))
            for one, dates in alone
            if one.is_believed and dates == base
        ),
        has_route=any(one.behaviour is Behaviour.ASK_A_PERSON for one in catalogue.listed),
    )


def effect_of(standing: Standing, dates: Dates, *, base: Dates) -> Effect:
    """Return what other dates of what waits mean beside those it has anyway."""
    parts = list(zip((one.amount_minor for one in standing.tranches), dates, base, strict=True))
    own_on, base_on = _all_back_on(dates, standing.as_of), _all_back_on(base, standing.as_of)
    return Effect(
        all_back_on=own_on,
        sooner_days=None if own_on is None or base_on is None else (base_on - own_on).days,
        earlier_minor=sum(amount_minor for amount_minor, own, other in parts if own < other),
        later_minor=sum(amount_minor for amount_minor, own, other in parts if own > other),
    )


def dates_of(standing: Standing, ran: Forecast) -> Dates:
    """Return when each part that waits at the start came back in a forecast."""
    return tuple(ran.back_on(one.id) or NEVER for one in standing.tranches)


def _all_back_on(dates: Dates, as_of: datetime) -> date | None:
    last = max(dates, default=business_day(as_of))
    return None if last == NEVER else last


def _run(standing: Standing, steps: Sequence[Step], *, until: datetime, lens: Lens | None = None) -> Forecast:
    return forecast(standing, steps, until=until, is_explained=False, lens=lens)


def _improves(dates: Dates, base: Dates) -> bool:
    return dates != base and all(own <= other for own, other in zip(dates, base, strict=True))


Candidate = tuple[tuple[Doing, ...], Dates]


def _best_of_each(found: Sequence[Candidate]) -> list[Candidate]:
    """Leave out of each behaviour what costs more and does no more, and what is the same as something before it."""
    kept: list[Candidate] = []
    for own, dates in sorted(found, key=lambda one: (one[0][0].effort, one[0][0].amount_minor or 0, one[0][0].done_on)):
        (doing,) = own
        same = [
            theirs
            for (other,), theirs in kept
            if other.behaviour is doing.behaviour or (other.steps == doing.steps and other.effort <= doing.effort)
        ]
        if not any(theirs == dates or _improves(theirs, dates) for theirs in same):
            kept.append((own, dates))
    return kept


def _is_heard(doing: Doing, heard: Collection[int]) -> bool:
    """Say whether anything that decides could notice it."""
    return any(step.act is not Act.FACT or step.number in heard for step in doing.steps)


def _pairs(standing: Standing, alone: Sequence[tuple[Doing, Dates]], *, until: datetime) -> list[Candidate]:
    """Return pairs that do more together than the better of the two alone, those that do most first."""
    found: list[Candidate] = []
    for (one, dates), (other, others) in combinations(alone, 2):
        if one.behaviour is other.behaviour or {one.behaviour, other.behaviour} <= MONEY:
            continue
        best = tuple(min(pair) for pair in zip(dates, others, strict=True))
        if best == tuple(business_day(standing.as_of) for _ in best):
            continue
        together = dates_of(standing, _run(standing, (*one.steps, *other.steps), until=until))
        if _improves(together, best):
            found.append(((one, other), together))
    found.sort(key=lambda pair: (pair[1], sum(doing.effort for doing in pair[0])))
    return found[:MOST_PAIRS]


def _certain(
    standing: Standing, own: tuple[Doing, ...], base: Dates, *, catalogue: Catalogue, until: datetime
) -> tuple[Dates, Evidence] | None:
    """Return by when something helps at the latest, with the margin less, and why it does; None if it then does not."""
    steps = [step for doing in own for step in doing.steps]

    def frozen(product: Product, known: Known, as_of: datetime) -> Known:
        return replace(known, scores=known_at(product, standing.facts, as_of=as_of).scores)

    def lowered(_: Product, known: Known, __: datetime) -> Known:
        if known.scores is None:
            return known
        points = known.scores.release_points - catalogue.margin_points
        return replace(known, scores=replace(known.scores, release_points=points))

    dates = dates_of(standing, _run(standing, steps, until=until, lens=lowered))
    if not _improves(dates, base):
        return None
    is_rule = _improves(dates_of(standing, _run(standing, steps, until=until, lens=frozen)), base)
    return dates, Evidence.RULE if is_rule else Evidence.SCORE


def _protects(standing: Standing, catalogue: Catalogue, base: Dates, *, until: datetime) -> tuple[Told, ...]:
    """Return what keeps the dates as they are: the smallest draw is tried, and told if it puts anything off."""
    found: list[Told] = []
    for listed in catalogue.listed:
        if listed.behaviour is Behaviour.DRAW_NOTHING and standing.line.available_minor and standing.tranches:
            least = Step(happens_at=standing.as_of, act=Act.DRAW, amount_minor=1)
            ran = _run(standing, (least,), until=until)
            dates = dates_of(standing, ran)
            is_drawn = any(event.what is What.DRAWN for event in ran.events)
            if is_drawn and any(own > other for own, other in zip(dates, base, strict=True)):
                last_on = max((day for day in base if day != NEVER), default=business_day(standing.as_of))
                doing = Doing(
                    behaviour=listed.behaviour,
                    effort=listed.effort,
                    is_believed=listed.is_believed,
                    done_on=last_on,
                    amount_minor=None,
                    steps=(),
                )
                found.append(Told(doing=doing, effect=effect_of(standing, dates, base=base)))
    return tuple(found)


def _order(one: Help) -> tuple[object, ...]:
    """Order what helps: what brings all back soonest first, then what is least effort."""
    effort = sum(doing.effort for doing in one.doings)
    return (one.effect.all_back_on or NEVER, -one.effect.earlier_minor, len(one.doings), effort)
