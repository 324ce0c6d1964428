"""Home: everything a borrower's first page says of a line, read in one look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isnan
from uuid import UUID

from creditline.clock import DAY, Clock, business_day, start_of
from creditline.decision.decide import Known, position_of
from creditline.decision.known import known_at
from creditline.decision.product import Product
from creditline.decision.tables import given_of
from creditline.explanation.explain import Explanation, explain
from creditline.flows.forecast import standing_of
from creditline.flows.house import House
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.ledger.running import accrue
from creditline.restoration.condition import Clause, clauses_of
from creditline.restoration.forecast import forecast
from creditline.restoration.plan import Tranche
from creditline.store import decisions
from creditline.store.connect import Database

LATE = "months_late_last_count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A line as of an instant: why what is withheld is, what is owed of each loan, and how many months late it was last.

    `editions` are the products that the open dates were told under, by their sha256; `product` is the one in force.
    `failing` are the clauses that do not hold as things stand, of each tranche that would not come back on its day.
    """

    as_of: datetime
    line: Line
    explanation: Explanation
    tranches: tuple[Tranche, ...]
    loans: tuple[Loan, ...]
    months_late_count: int
    product: Product
    editions: Mapping[str, Product]
    failing: Mapping[UUID, tuple[Clause, ...]]


async def home_of(db: Database, clock: Clock, house: House, *, line: UUID) -> Home:
    """Return what the first page of a line says; raise `NotFound` for an unknown line."""
    standing = await standing_of(db, clock, house, line=line)
    async with db.reading() as connection:
        held_by = await decisions.read(connection, list({tranche.decision for tranche in standing.tranches}))
    found, product, as_of = standing.line, standing.product, standing.as_of
    seen = {one.edition: known_at(one, standing.facts, as_of=as_of) for one in (product, *standing.editions.values())}
    last = max((start_of(one.due_on) for one in standing.tranches), default=as_of)
    ran = forecast(standing, (), until=max(last, as_of) + DAY, is_explained=False)
    return Home(
        as_of=as_of,
        line=found,
        explanation=explain(found, standing.tranches, held_by),
        tranches=standing.tranches,
        loans=tuple(accrue(loan, through_on=business_day(max(as_of, found.booked_at))) for loan in standing.loans),
        months_late_count=_months_late(seen[product.edition], product),
        product=product,
        editions=standing.editions,
        failing={
            one.id: ()
            if ran.back_on(one.id) == max(one.due_on, business_day(as_of))
            else _failing(standing.editions[one.edition], one, found, seen[one.edition], as_of=as_of)
            for one in standing.tranches
        },
    )


def _failing(product: Product, tranche: Tranche, line: Line, known: Known, *, as_of: datetime) -> tuple[Clause, ...]:
    """Return what of a tranche's condition would fail if it were looked at now, by the edition it was told under."""
    given = given_of(
        product,
        position_of(line, requested_minor=tranche.amount_minor),
        features=known.features,
        sources_count=known.sources_count,
        scores=known.scores,
        numbers=product.parameters.at(business_day(as_of), currency=line.currency),
    )
    return tuple(one for one in clauses_of(product, tranche.condition, given) if not one.holds)


def _months_late(known: Known, product: Product) -> int:
    count = known.features[product.features.index(LATE)] if LATE in product.features else 0.0
    return 0 if isnan(count) else int(count)
