"""A line for tests that only care about its buckets."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from creditline.ids import id_from
from creditline.ledger.book import Stamp
from creditline.ledger.chart import Account, Transfer
from creditline.ledger.line import Line

OPENED_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BOOKED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = id_from("line", at=OPENED_AT)
STAMP = Stamp(request=id_from("request", at=BOOKED_AT), booked_at=BOOKED_AT)


def a_line(
    *,
    granted: int = 10,
    drawn: int = 0,
    reserved: int = 0,
    withheld: int = 0,
    self_limit: int | None = None,
    blocked: str | None = None,
) -> Line:
    """Return a line with these buckets, in minor units of CNY."""
    return Line(
        id=LINE,
        borrower="ada",
        product="consumer_revolving",
        currency="CNY",
        granted_minor=granted,
        drawn_minor=drawn,
        reserved_minor=reserved,
        withheld_minor=withheld,
        self_limit_minor=self_limit,
        block_reason=blocked,
        apr_bp=1500,
        version=7,
        opened_at=OPENED_AT,
        booked_at=OPENED_AT,
    )


def balances(transfers: Iterable[Transfer]) -> Counter[Account]:
    """Return what each account holds after some transfers: debits less credits, accounts at zero left out."""
    held: Counter[Account] = Counter()
    for transfer in transfers:
        held[transfer.debit] += transfer.amount_minor
        held[transfer.credit] -= transfer.amount_minor
    return Counter({account: amount for account, amount in held.items() if amount})


def buckets(line: Line) -> Counter[Account]:
    """Return what a line's own numbers say its limit accounts hold, accounts at zero left out."""
    said = {
        Account.GRANT: -line.granted_minor,
        Account.HEADROOM: line.headroom_minor,
        Account.RESERVED: line.reserved_minor,
        Account.DRAWN: line.drawn_minor,
        Account.WITHHELD: line.withheld_minor,
    }
    return Counter({account: amount for account, amount in said.items() if amount})
