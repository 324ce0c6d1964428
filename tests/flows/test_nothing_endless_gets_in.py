"""No instant without end and no number that is none gets into the store through intake or a request."""

from datetime import UTC, datetime

import msgspec
import pytest

from creditline.errors import Code, Refused
from creditline.events.intake import Verdict
from creditline.flows.control import SelfLimitRequest
from creditline.flows.draw import DrawRequest
from creditline.flows.ingest import ingest
from creditline.flows.open import OpenRequest
from creditline.flows.repay import RepayRequest
from creditline.store import facts
from tests.flows.desk import Desk, codes

ORDER = (
    '{"type": "order.placed", "id": "019cadc6-9a80-7660-889a-120ef5f1fe57", "borrower": "ada", "happened_at": %s, '
    '"order": "o", "amount_minor": %s, "currency": "CNY"}'
)
GOOD = '"2026-03-01T00:00:00Z"'

LINES = [
    (GOOD, "5", True),
    ('"infinity"', "5", False),
    ('"-infinity"', "5", False),
    ('"9999-12-31T23:59:59.999999Z"', "5", False),
    ('"0001-01-01T00:00:00Z"', "5", False),
    ('"9999-12-31T23:59:59.999999-14:00"', "5", False),
    ('"0001-01-01T00:00:00+14:00"', "5", False),
    ("1e999", "5", False),
    ("NaN", "5", False),
    (GOOD, "Infinity", False),
    (GOOD, "NaN", False),
    (GOOD, "1e999", False),
    (GOOD, "1e3000000", False),
    (GOOD, "9" * 400, False),
    (GOOD, "5.5", False),
    (GOOD, '"5"', False),
]


@pytest.mark.parametrize(("happened_at", "amount_minor", "is_good"), LINES)
async def test_an_event_without_end_or_number_is_malformed(
    desk: Desk, happened_at: str, amount_minor: str, is_good: bool
) -> None:
    (judged,) = await ingest(
        desk.db, desk.clock, desk.house, lines=[(1, (ORDER % (happened_at, amount_minor)).encode())]
    )
    assert judged.verdict is (Verdict.ACCEPTED if is_good else Verdict.MALFORMED)
    assert is_good or judged.code is not None
    async with desk.db.reading() as connection:
        assert sum((await facts.counts(connection)).values()) == is_good


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "5.5", '"5"'])
@pytest.mark.parametrize(
    ("request_type", "field"),
    [
        (DrawRequest, "amount_minor"),
        (RepayRequest, "amount_minor"),
        (SelfLimitRequest, "self_limit_minor"),
        (OpenRequest, "requested_minor"),
        (OpenRequest, "moved_balance_minor"),
    ],
)
def test_no_request_can_say_such_an_amount(request_type: type[msgspec.Struct], field: str, number: str) -> None:
    id_ = '"019cadc6-9a80-7660-889a-120ef5f1fe57"'
    rest = {"amount_minor": "1", "requested_minor": "1", "currency": '"CNY"', "borrower": '"ada"', "product": '"p"'}
    given = {"id": id_, "line": id_, **rest, field: number}
    text = ", ".join(f'"{name}": {value}' for name, value in given.items() if name in request_type.__struct_fields__)
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(f"{{{text}}}", type=request_type)


async def test_what_is_too_large_for_any_column_is_refused_before_it_is_written(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    for amount_minor in (2**63, 10**400):
        for outcome in (*await desk.draws(desk.drawing(line, amount_minor)), *await desk.repays(desk.repaying(line, amount_minor))):  # fmt: skip
            assert isinstance(outcome, Refused)
            assert outcome.code is Code.AMOUNT_TOO_LARGE
    assert await desk.line(line) == line


async def test_a_clock_at_the_end_of_time_writes_nothing(desk: Desk) -> None:
    """The driver writes the last instant there is as infinity."""
    line = await desk.open(amount_minor=100_000)
    draw, opening, before = desk.drawing(line, 1), desk.opening(), desk.clock()
    desk.clock.now = datetime.max.replace(tzinfo=UTC)
    assert codes(await desk.draws(draw)) == [Code.CONFIGURATION_INVALID]
    assert codes(await desk.opens(opening)) == [Code.CONFIGURATION_INVALID]
    desk.clock.now = datetime.min.replace(tzinfo=UTC)
    assert codes(await desk.draws(draw)) == [Code.CLOCK_BEHIND]
    desk.clock.move_to(before)
    assert await desk.line(line) == line
