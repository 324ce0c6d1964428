"""Verify closed days: tell every loan again from its draw, day by day, and hold the results on record against it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from creditline.clock import business_day
from creditline.flows.house import House
from creditline.flows.lending import read_loans
from creditline.ledger.asset_class import ClassTerms
from creditline.ledger.day import LineDay, line_day
from creditline.ledger.loan import Loan, LoanState, draw_loan
from creditline.ledger.past import Deed, at_end
from creditline.store import days, loans
from creditline.store.checks import Finding
from creditline.store.connect import Database
from creditline.store.loans import Step

RETOLD = "a closed day is what its loans, told again from their draws, come to"
FIRST = UUID(int=0)
PAGE = 100


@dataclass(slots=True)
class _Told:
    """A loan being told again: where it stands, what is still to come of its history, and until which day it can be told."""

    loan: Loan
    steps: list[Step]
    is_known: bool = True


async def verify_days(
    db: Database, house: House, *, most: int = 20, told: Callable[[int], None] | None = None
) -> tuple[int, list[Finding]]:
    """Tell the closed days of the whole book again; return how many, and up to `most` that differ.

    `told` hears how many more were told again. A line is told up to the first correction of its loans: what follows from
    there, its accounts are held to.
    """
    found: list[Finding] = []
    count, after = 0, FIRST
    while len(found) < most:
        async with db.reading() as connection:
            page = await days.lines_with_days(connection, after=after, most=PAGE)
            if not page:
                break
            stored = await days.results(connection, page)
            read = await read_loans(connection, house, await loans.rows_ever(connection, page))
            steps = await loans.steps(connection, [loan.id for loan in read])
            editions = {own: await house.edition(connection, own) for own in {edition for _, edition in stored}}
        histories = _histories(read, steps)
        for result, edition in stored:
            again = _again(result, histories.get(result.line, []), editions[edition].lending.classes)
            if again is not None and again != result and len(found) < most:
                found.append(Finding(law=RETOLD, subject=str(result.line), words=_words(result, again)))
        count, after = count + len(stored), page[-1]
        if told:
            told(len(stored))
    return count, found


def _histories(read: Sequence[Loan], steps: Sequence[Step]) -> Mapping[UUID, list[_Told]]:
    of_loan: dict[UUID, list[Step]] = {}
    for step in steps:
        of_loan.setdefault(step.loan, []).append(step)
    found: dict[UUID, list[_Told]] = {}
    for loan in read:
        drawn = draw_loan(
            loan.id,
            line=loan.line,
            currency=loan.currency,
            amount_minor=loan.principal_minor,
            terms=loan.terms,
            drawn_on=loan.drawn_on,
        )
        found.setdefault(loan.line, []).append(_Told(drawn, of_loan.get(loan.id, [])))
    return found


def _again(result: LineDay, histories: Sequence[_Told], classes: ClassTerms) -> LineDay | None:
    """Return a day of a line told again, None where a correction came before its end; days are asked for in order."""
    own = [one for one in histories if one.loan.drawn_on <= result.day]
    for one in own:
        _tell(one, result.day)
    if not all(one.is_known for one in own):
        return None
    return line_day(result.line, result.day, [one.loan for one in own], classes)


def _tell(one: _Told, day: date) -> None:
    """Bring a loan to the end of a day by what was met of it up to then."""
    deeds: list[Deed] = []
    while one.steps and business_day(one.steps[0].booked_at) <= day:
        step = one.steps.pop(0)
        is_plain = (
            not step.is_correction
            and step.state is not LoanState.CHARGED_OFF
            and min(step.met.values(), default=0) >= 0
        )
        one.is_known = one.is_known and is_plain
        deeds.append(Deed(met_on=business_day(step.booked_at), parts=step.met))
    if one.is_known:
        one.loan = at_end(one.loan, deeds, day=day)


def _words(stored: LineDay, again: LineDay) -> str:
    differing = [
        f"{field.name} {getattr(stored, field.name)}, told again {getattr(again, field.name)}"
        for field in fields(LineDay)
        if getattr(stored, field.name) != getattr(again, field.name)
    ]
    return f"{stored.day}: {'; '.join(differing)}"
