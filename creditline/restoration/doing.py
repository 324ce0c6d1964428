"""What of a product's list a borrower could do now, each as the steps it would be.

A behaviour is tried as hypothetical events, so that what is told of it is what the engine will decide if just that happens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from creditline.clock import business_day, from_us, just_after, to_us
from creditline.events.catalogue import AutopayEnabled, EvidenceVerified, LoggedIn, StatementIssued
from creditline.events.consent import ConsentGiven, ConsentWithdrawn, DataSource
from creditline.events.event import EvidenceKind
from creditline.ledger.allocation import Part, Turn
from creditline.ledger.loan import Loan
from creditline.ledger.payment import claims_of, quote_settlement
from creditline.ledger.running import accrue
from creditline.ledger.schedule import due_dates
from creditline.money import share_of
from creditline.profile.consent import unread_of
from creditline.profile.coverage import SOURCES
from creditline.profile.feature import Source
from creditline.restoration.behaviour import LETTING, MONEY, Behaviour, Catalogue, Listed
from creditline.restoration.course import Act, Standing, Step

STATEMENTS_AHEAD = 120
"""Within how many months of the last statement the next one is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One thing done: until or on which day, how much is paid if anything is, and the steps that it is."""

    behaviour: Behaviour
    effort: int
    is_believed: bool
    done_on: date
    amount_minor: int | None
    steps: tuple[Step, ...]


def doings(standing: Standing, catalogue: Catalogue) -> Iterator[Doing]:
    """Go through everything listed that this borrower could do now, in the order of the list."""
    for listed in catalogue.listed:
        for in_days in listed.in_days:
            for on, amount_minor, steps in _tried(standing, listed, at=standing.as_of + timedelta(days=in_days)):
                yield Doing(
                    behaviour=listed.behaviour,
                    effort=listed.effort,
                    is_believed=listed.is_believed,
                    done_on=on,
                    amount_minor=amount_minor,
                    steps=steps,
                )


Tried = tuple[date, int | None, tuple[Step, ...]]


def _tried(standing: Standing, listed: Listed, *, at: datetime) -> Iterator[Tried]:
    """Go through the ways to do one thing from an instant on; none where it does not apply."""
    if listed.behaviour in MONEY:
        yield from _payments(standing, listed, at=at)
        return
    day = business_day(at)
    match listed.behaviour:
        case Behaviour.PAY_ON_TIME if not _due_minor(standing, day):
            for step in _statement(standing, standing.line.drawn_minor, months_late=0):
                yield business_day(step.happens_at), None, (step,)
        case Behaviour.AUTOPAY_ON:
            yield day, None, (Step(happens_at=at, act=Act.FACT, number=AutopayEnabled.number),)
        case Behaviour.PROVE_INCOME:
            # More income never speaks against anybody, so what the least proof does, any does.
            code = tuple(EvidenceKind).index(EvidenceKind.INCOME)
            proof = Step(happens_at=at, act=Act.FACT, number=EvidenceVerified.number, amount_minor=1, code=code)
            yield day, None, (proof,)
        case letting if letting in LETTING:
            if is_unread(standing, LETTING[letting]):
                yield day, None, (consent_step(LETTING[letting], at=max(at, news_at(standing)), is_given=True),)
        case Behaviour.CHECK_OFTEN:
            look = Step(happens_at=at, act=Act.FACT, number=LoggedIn.number)
            yield day, None, (look,) * listed.times_count
        case _:
            return


def consent_step(source: DataSource, *, at: datetime, is_given: bool) -> Step:
    """Return the fact that a consent given or withdrawn at an instant is."""
    number = ConsentGiven.number if is_given else ConsentWithdrawn.number
    return Step(happens_at=at, act=Act.FACT, number=number, code=tuple(DataSource).index(source))


def news_at(standing: Standing) -> datetime:
    """Return when something new can be said: now, and after everything that was."""
    happened_us = standing.facts.happened_us
    return max(standing.as_of, just_after(from_us(int(happened_us[-1])))) if len(happened_us) else standing.as_of


def is_unread(standing: Standing, source: DataSource) -> bool:
    """Say whether a source may not be read now, by the product that decides what is new."""
    as_of_us = np.array([to_us(news_at(standing))])
    (unread,) = unread_of(standing.facts, as_of_us=as_of_us, asked=standing.product.consents.asked)
    return bool(unread[SOURCES.index(Source(source))])


def _payments(standing: Standing, listed: Listed, *, at: datetime) -> Iterator[Tried]:
    """Go through the ways to pay something at an instant."""
    day = business_day(at)
    due_minor, owed_minor = _due_minor(standing, day), _owed_minor(standing, day)
    match listed.behaviour:
        case Behaviour.PAY_OVERDUE:
            for on, paid_minor, steps in _paying(due_minor, at=at):
                left_minor = standing.line.drawn_minor - _due_minor(standing, day, only=Part.PRINCIPAL)
                yield on, paid_minor, (*steps, *_statement(standing, left_minor, months_late=0))
        case Behaviour.PAY_EARLY:
            yield from _paying(0 if due_minor else _next_minor(standing, day), at=at)
        case Behaviour.KEEP_BELOW:
            for share_ppm in listed.shares_ppm:
                yield from _below(standing, share_of(standing.line.granted_minor, share_ppm), at=at)
        case Behaviour.PAY_PART:
            for share_ppm in listed.shares_ppm:
                yield from _paying(share_of(owed_minor, share_ppm), at=at)
        case _:
            yield from _paying(owed_minor, at=at)


def _paying(amount_minor: int, *, at: datetime) -> Iterator[Tried]:
    if amount_minor > 0:
        yield business_day(at), amount_minor, (Step(happens_at=at, act=Act.REPAY, amount_minor=amount_minor),)


def _below(standing: Standing, most_minor: int, *, at: datetime) -> Iterator[Tried]:
    """Pay down to what may be drawn, and show it on the next statement."""
    principal_minor = standing.line.drawn_minor - most_minor
    if principal_minor <= 0:
        return
    day = business_day(at)
    besides_minor = _owed_minor(standing, day) - _owed_minor(standing, day, only=Part.PRINCIPAL)
    last = _last_statement(standing)
    for on, amount_minor, steps in _paying(principal_minor + besides_minor, at=at):
        yield on, amount_minor, (*steps, *_statement(standing, most_minor, months_late=last[1] if last else 0))


def _statement(standing: Standing, balance_minor: int, *, months_late: int) -> tuple[Step, ...]:
    """Return the next statement, a whole number of months after the last; none for who never had one."""
    last = _last_statement(standing)
    if last is None:
        return ()
    today = business_day(standing.as_of)
    next_on = next((day for day in due_dates(last[0], STATEMENTS_AHEAD) if day > today), None)
    if next_on is None:
        return ()
    at = standing.as_of + timedelta(days=(next_on - today).days)
    number = StatementIssued.number
    return (Step(happens_at=at, act=Act.FACT, number=number, amount_minor=balance_minor, code=months_late),)


def _last_statement(standing: Standing) -> tuple[date, int] | None:
    """Return the day of the last statement, and how many months late it was."""
    facts = standing.facts
    places = (facts.number == StatementIssued.number).nonzero()[0]
    if not len(places):
        return None
    return business_day(from_us(int(facts.happened_us[places[-1]]))), int(facts.code[places[-1]])


def _loans(standing: Standing, day: date) -> list[Loan]:
    return [accrue(loan, through_on=day) for loan in standing.loans]


def _owed_minor(standing: Standing, day: date, *, only: Part | None = None) -> int:
    quotes = [quote_settlement(loan, on=day) for loan in standing.loans]
    return sum(quote.amount_minor if only is None else quote.part_minor(only) for quote in quotes)


def _due_minor(standing: Standing, day: date, *, only: Part | None = None) -> int:
    """Return what is due by a day."""
    claims = [claim for loan in _loans(standing, day) for claim in claims_of(loan) if claim.turn is Turn.DUE]
    return sum(claim.amount_minor for claim in claims if only in {None, claim.part})


def _next_minor(standing: Standing, day: date) -> int:
    """Return what falls due next, as far as it has run up."""
    claims = [claim for loan in _loans(standing, day) for claim in claims_of(loan)]
    next_on = min((claim.due_on for claim in claims), default=day)
    return sum(claim.amount_minor for claim in claims if claim.due_on == next_on)
