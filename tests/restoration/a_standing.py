"""Lines on which something waits, in memory, for what is said before anything is booked."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from creditline.clock import to_us
from creditline.decision.product import Product
from creditline.decision.settle import new_loan
from creditline.events.catalogue import DrawMade, LineOpened, RepaymentReceived, StatementIssued
from creditline.events.frames import facts_of_arrays
from creditline.ids import id_from
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.restoration.plan import Tranche
from creditline.restoration.standing import Standing
from tests.decision.a_product import a_product

AS_OF = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_standing(
    *,
    months_late: int = 0,
    draws_count: int = 1,
    drawn_minor: int = 40_000,
    withheld_minor: int = 20_000,
    billed_minor: int = 40_000,
    condition: str = "no_arrears",
    is_blocked: bool = False,
    product: Product | None = None,
) -> Standing:
    """Return a line of 100,000 of which something waits in two parts, a month and two months from now."""
    product = product or a_product()
    opened, billed = AS_OF - timedelta(days=100), AS_OF - timedelta(days=5)
    rows = [(LineOpened.number, opened, 100_000, 0)]
    rows += [
        (DrawMade.number, AS_OF - timedelta(days=20 + one), drawn_minor // draws_count, 0) for one in range(draws_count)
    ]
    rows += [(StatementIssued.number, billed, billed_minor, months_late)]
    rows += [(RepaymentReceived.number, AS_OF - timedelta(days=1), withheld_minor, 0)] if withheld_minor else []
    number, at, amount, code = zip(*rows, strict=True)
    at_us = np.array([to_us(one) for one in at])
    line = Line(
        id=id_from("line", at=AS_OF), borrower="ada", product=product.name, currency="CNY", granted_minor=100_000,
        drawn_minor=drawn_minor, reserved_minor=0, withheld_minor=withheld_minor, self_limit_minor=None,
        block_reason="fraud" if is_blocked else None, apr_bp=900, version=9, opened_at=opened,
        booked_at=AS_OF - timedelta(days=1),
    )  # fmt: skip
    parts = [withheld_minor // 2, withheld_minor - withheld_minor // 2] if withheld_minor else []
    loans: tuple[Loan, ...] = ()
    if drawn_minor:
        drawn_at = AS_OF - timedelta(days=20)
        loans = (new_loan(product, line, loan=id_from("loan", at=drawn_at), amount_minor=drawn_minor, at=drawn_at),)
    return Standing(
        line=line,
        loans=loans,
        tranches=tuple(
            Tranche(
                id=id_from(f"part {place}", at=AS_OF), line=line.id, decision=id_from("decision", at=AS_OF), ordinal=place,
                amount_minor=amount_minor, due_on=date(2026, 3, 1) + timedelta(days=30 * place), condition=condition,
                edition=product.edition,
            )
            for place, amount_minor in enumerate(parts, start=1)
        ),
        reserved=(),
        facts=facts_of_arrays(
            ("ada",),
            borrower_index=np.zeros(len(rows), np.int64),
            number=np.array(number, np.uint8),
            happened_us=at_us,
            recorded_us=at_us,
            amount_minor=np.array(amount, np.int64),
            code=np.array(code, np.int32),
        ),
        product=product,
        editions={product.edition: product},
        as_of=AS_OF,
    )  # fmt: skip
