"""The law of one definition: what a request is answered from is what the whole book would be computed from.

Borrowers live at the desk. Their features are then computed one by one as a request does it, all together, and from a
frame of events as a file would hold them, and are equal to the last bit.
"""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from creditline.clock import to_us
from creditline.decision.decide import Known
from creditline.decision.known import NAMES, in_order_of
from creditline.decision.outcome import Decision
from creditline.events.frames import EVENT_SCHEMA, facts_of_frame
from creditline.flows.known import known
from creditline.ledger.line import Line
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile
from creditline.store import decisions, facts
from tests.decision.a_product import a_product
from tests.flows.desk import Desk

BORROWERS = tuple(f"b{number}" for number in range(5))


async def live(desk: Desk, borrower: str, chance: random.Random) -> list[Line]:
    """Let a borrower draw, repay, be billed and be late for some months."""
    lines = [await desk.open(borrower=borrower, amount_minor=100_000)]
    for _ in range(6):
        await desk.draw(lines[0], chance.randint(1, 30_000), partial=True)
        if chance.random() < 0.7:
            await desk.wait(days=chance.randint(0, 20))
        if chance.random() < 0.7 and (await desk.line(lines[0])).drawn_minor:
            await desk.repay(lines[0], chance.randint(1, 40_000))
        await desk.statement(lines[0], months_late=chance.choice([0, 0, 1]))
    return lines


async def known_of_all(desk: Desk, as_of: datetime, *, together: bool) -> list[Known]:
    asked = [(borrower, as_of, a_product()) for borrower in BORROWERS]
    async with desk.db.reading() as connection:
        seen = await facts.snapshot(connection)
        if together:
            return await known(connection, asked, seen=seen)
        return [(await known(connection, [one], seen=seen))[0] for one in asked]


async def as_a_file(desk: Desk) -> pl.DataFrame:
    """Return everything on record as a frame."""
    async with desk.db.reading() as connection:
        rows = [row for borrower in BORROWERS for row in await facts.of_borrower(connection, borrower)]
    records = [{**row._asdict(), "id": str(row.id)} for row in rows]
    return pl.DataFrame(records, schema=EVENT_SCHEMA)


def bits(features: object) -> bytes:
    return np.asarray(features, dtype=np.float64).tobytes()


async def test_one_request_the_whole_book_and_a_file_give_the_same_bits(desk: Desk) -> None:
    for number, borrower in enumerate(BORROWERS):
        await live(desk, borrower, random.Random(number))
    frame = await as_a_file(desk)
    for days in (0, 1, 40, 400):
        as_of = desk.clock() + timedelta(days=days)
        one_by_one = await known_of_all(desk, as_of, together=False)
        together = await known_of_all(desk, as_of, together=True)
        of_file = profile(
            facts_of_frame(frame, BORROWERS), FEATURES, as_of_us=np.full(len(BORROWERS), to_us(as_of), np.int64)
        )
        assert [one.scores for one in one_by_one] == [one.scores for one in together]
        for place in range(len(BORROWERS)):
            assert bits(one_by_one[place].features) == bits(together[place].features) == bits(of_file[place])


async def test_every_decision_was_made_from_what_the_file_says_as_of_its_instant(desk: Desk) -> None:
    lines = [await live(desk, borrower, random.Random(number)) for number, borrower in enumerate(BORROWERS)]
    frame = await as_a_file(desk)
    async with desk.db.reading() as connection:
        made: list[Decision] = [
            decision
            for own in lines
            for line in own
            for decision in await decisions.of_line(connection, line.id, most=99)
        ]
    as_of_us = np.array([to_us(decision.as_of) for decision in made])
    features = profile(facts_of_frame(frame, [decision.borrower for decision in made]), FEATURES, as_of_us=as_of_us)
    assert len(made) > len(BORROWERS) * 7
    for decision, row in zip(made, features, strict=True):
        assert bits(decision.features) == bits(row), decision.kind


def test_columns_are_brought_into_the_order_of_a_products_own_catalogue() -> None:
    features = np.arange(float(len(NAMES)))[np.newaxis]
    other = replace(a_product(), features=(NAMES[3], "no_longer_there_count", NAMES[0]))
    assert in_order_of(a_product(), features) is features
    assert bits(in_order_of(other, features)) == bits([[3.0, float("nan"), 0.0]])
