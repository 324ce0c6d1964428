"""Intake on a real database: every line of a chunk gets its verdict, and none ever costs another."""

import asyncio
from datetime import timedelta

import msgspec

from creditline.errors import Code
from creditline.events.catalogue import OrderPlaced
from creditline.events.intake import Judged, Verdict
from creditline.flows.ingest import Tally, ingest
from creditline.ids import id_from
from creditline.store import facts
from tests.flows.desk import STARTS_AT, Desk


def an_order(name: str, *, amount_minor: int = 5) -> bytes:
    order = OrderPlaced(
        id=id_from(name, at=STARTS_AT), borrower="ada", happened_at=STARTS_AT - timedelta(hours=1), order=name,
        amount_minor=amount_minor, currency="CNY",
    )  # fmt: skip
    return msgspec.json.encode(order)


async def sent(desk: Desk, *lines: bytes) -> list[Judged]:
    return await ingest(desk.db, desk.clock, desk.house, lines=list(enumerate(lines, start=1)))


async def test_each_line_is_accepted_repeated_or_malformed(desk: Desk) -> None:
    judged = await sent(
        desk,
        an_order("one"),
        b"{",
        an_order("two"),
        an_order("one"),
        an_order("two", amount_minor=6),
        b'{"type": "no"}',
    )
    assert [(one.line, one.verdict) for one in judged] == [
        (1, Verdict.ACCEPTED), (2, Verdict.MALFORMED), (3, Verdict.ACCEPTED), (4, Verdict.REPEATED),
        (5, Verdict.MALFORMED), (6, Verdict.MALFORMED),
    ]  # fmt: skip
    assert judged[4].code is Code.ID_REUSED
    assert Tally().plus(judged) == Tally(accepted=2, repeated=1, malformed=3)
    async with desk.db.reading() as connection:
        assert await facts.counts(connection) == {OrderPlaced.number: 2}


async def test_a_chunk_sent_again_is_repeated_and_changes_nothing(desk: Desk) -> None:
    lines = [an_order(str(number)) for number in range(5)]
    await sent(desk, *lines)
    assert {one.verdict for one in await sent(desk, *lines)} == {Verdict.REPEATED}
    assert await sent(desk) == []


async def test_one_chunk_sent_by_many_at_once_is_recorded_once(desk: Desk) -> None:
    lines = [an_order(str(number)) for number in range(20)]
    batches = await asyncio.gather(*(sent(desk, *(lines if turn % 2 else lines[::-1])) for turn in range(4)))
    verdicts = [one.verdict for batch in batches for one in batch]
    assert verdicts.count(Verdict.ACCEPTED) == 20
    assert verdicts.count(Verdict.REPEATED) == 60
