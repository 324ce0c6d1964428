"""What it would change to let us read a source, or to let us no more: run by the engine that decides, and kept nowhere.

Each answer is given twice, as things stand and with the consent said now, and only what differs is told. What a source holds
that may not be read is looked at for the borrower who asks, and nothing of it is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from creditline.clock import just_after, to_us
from creditline.decision.decide import decide, position_of, question_of
from creditline.decision.known import known_at
from creditline.decision.outcome import Answer, Kind
from creditline.events.consent import DataSource
from creditline.events.frames import with_fact
from creditline.ids import id_from
from creditline.money import share_of
from creditline.restoration.advice import NEVER, Dates, Effect, dates_of, effect_of
from creditline.restoration.course import Act, Standing, Step, What
from creditline.restoration.doing import consent_step, news_at
from creditline.restoration.forecast import Forecast, forecast

AHEAD = timedelta(days=365)
SOON = timedelta(seconds=1)
"""Within this a signal is answered: what comes back by then comes back at once."""


class Asked(StrEnum):
    """What is asked with and without a consent. Words are kept under these names."""

    WAITING = "waiting"
    REPAYING = "repaying"
    DRAWING = "drawing"
    REVIEWING = "reviewing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is answered: how much comes of it at once, and when each part of the rest is back, NEVER if not within a year."""

    answer: Answer | None
    amount_minor: int
    dates: Dates = ()

    @property
    def all_back_on(self) -> date | None:
        """The day on which all of it is back; None if it is not within a year, or nothing has to come back."""
        last = max(self.dates, default=NEVER)
        return None if last == NEVER else last


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What is answered otherwise, and whether that is better for the borrower; `tried_minor` is what was repaid or drawn."""

    asked: Asked
    tried_minor: int
    before: Outcome
    after: Outcome
    is_better: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPreview:
    """What a consent given or withdrawn now would change on a line: its dates, a repayment, a draw, a review of its limit.

    `effect` is that on what waits now. The price is that of the contract either way. With no differences it changes
    nothing that can be told today.
    """

    source: DataSource
    is_given: bool
    effect: Effect
    differences: tuple[Difference, ...]
    apr_bp: int

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is answered as before."""
        return not self.differences


def preview_consent(standing: Standing, source: DataSource, *, is_given: bool) -> ConsentPreview:
    """Ask everything as things stand, and with a consent said now."""
    step = consent_step(source, at=news_at(standing), is_given=is_given)
    base, ran = _run(standing, ()), _run(standing, (step,))
    dates = dates_of(standing, base)
    effect = effect_of(standing, dates_of(standing, ran), base=dates)
    pairs = zip(_asked(standing, (), base), _asked(standing, (step,), ran), strict=True)
    return ConsentPreview(
        source=source,
        is_given=is_given,
        effect=effect,
        differences=tuple(
            Difference(
                asked=asked, tried_minor=tried_minor, before=before, after=after, is_better=_is_better(before, after)
            )
            for (asked, tried_minor, before), (_, _, after) in pairs
            if before != after
        ),
        apr_bp=standing.line.apr_bp,
    )


def _asked(standing: Standing, steps: Sequence[Step], ran: Forecast) -> Iterator[tuple[Asked, int, Outcome]]:
    """Go through what is asked: of what waits, of a repayment of everything, of a draw of everything, and of the limit."""
    at = just_after(news_at(standing))
    yield (
        Asked.WAITING,
        0,
        Outcome(answer=None, amount_minor=_back_minor(ran, by=at + SOON), dates=dates_of(standing, ran)),
    )
    for asked, act, tried_minor in (
        (Asked.REPAYING, Act.REPAY, standing.line.drawn_minor),
        (Asked.DRAWING, Act.DRAW, standing.line.available_minor),
    ):
        if tried_minor > 0:
            yield asked, tried_minor, _tried(standing, (*steps, Step(happens_at=at, act=act, amount_minor=tried_minor)))
    yield Asked.REVIEWING, 0, _reviewed(standing, steps)


def _tried(standing: Standing, steps: Sequence[Step]) -> Outcome:
    """Return what comes of the repayment or the draw that steps end with."""
    ran = _run(standing, steps)
    event = next(one for one in ran.events if one.what in {What.REPAID, What.DRAWN, What.REFUSED})
    match event.what:
        case What.DRAWN:
            return Outcome(answer=event.answer, amount_minor=event.amount_minor)
        case What.REPAID:
            dates = tuple(ran.back_on(one.id) or NEVER for one in event.promised)
            at_once_minor = sum(
                one.amount_minor for one in ran.events if one.what is What.RELEASED and one.origin is None
            )
            return Outcome(answer=event.answer, amount_minor=at_once_minor, dates=dates)
        case _:
            return Outcome(answer=event.answer, amount_minor=0)


def _back_minor(ran: Forecast, *, by: datetime) -> int:
    return sum(one.amount_minor for one in ran.events if one.what is What.RELEASED and one.happens_at <= by)


def _reviewed(standing: Standing, steps: Sequence[Step]) -> Outcome:
    """Return what a review of the limit would answer now; its amount is the limit after it."""
    line, at = standing.line, standing.line.after_last(just_after(news_at(standing)))
    facts = standing.facts
    for step in steps:
        facts = with_fact(facts, number=step.number, at_us=to_us(step.happens_at), amount_minor=0, code=step.code)
    question = question_of(
        line,
        Kind.REVIEW,
        request=id_from("preview", at=at),
        as_of=at,
        position=position_of(line, requested_minor=0),
    )
    product = standing.in_force(at)
    decision = decide(product, question, known_at(product, facts, as_of=at), is_explained=False)
    factor_ppm = decision.terms.factor_ppm
    granted_minor = line.granted_minor
    if decision.answer in {Answer.INCREASE, Answer.DECREASE} and factor_ppm is not None:
        granted_minor = share_of(line.standing_minor, factor_ppm) + line.extra_minor
    return Outcome(answer=decision.answer, amount_minor=granted_minor)


def _is_better(before: Outcome, after: Outcome) -> bool:
    """Say whether more comes at once; or as much, and the rest on no later day."""
    if after.amount_minor != before.amount_minor:
        return after.amount_minor > before.amount_minor
    if len(after.dates) != len(before.dates):
        return max(after.dates, default=date.min) <= max(before.dates, default=date.min)
    return all(own <= other for own, other in zip(after.dates, before.dates, strict=True))


def _run(standing: Standing, steps: Sequence[Step]) -> Forecast:
    return forecast(standing, steps, until=standing.as_of + AHEAD, is_explained=False)
