"""Replay a book's recorded history through the flows the API uses, day by day, with the clock moved along.

What happened is asked again: openings, draws and repayments are requests, and the engine answers them. A draw that is
not granted in full leaves a smaller debt than history had, and a later repayment is then taken only up to what is owed.
Statements carry the balance of our books and the lateness that was recorded. What a borrower would have done after
another answer is not known, and nobody guesses it here.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID
from zlib import crc32

import polars as pl

from creditline.clock import MovedClock
from creditline.errors import Code, CreditlineError
from creditline.events.catalogue import (
    BalanceMoved,
    DrawMade,
    LineOpened,
    OutcomeObserved,
    RepaymentReceived,
    StatementIssued,
)
from creditline.events.row import EventRow
from creditline.flows.draw import Drawn, DrawRequest, draw_lines
from creditline.flows.house import House
from creditline.flows.open import Opened, OpenRequest, open_lines
from creditline.flows.repay import Repaid, RepayRequest, repay_lines
from creditline.flows.work import work_until
from creditline.ledger.line import Line
from creditline.store import facts
from creditline.store.connect import Database

BATCH = 250
LANES_COUNT = 4
"""How many batches are under way at once, so that one is decided while the database writes another."""

Row = dict[str, Any]
Told = Callable[[int], None]
Done = TypeVar("Done", Opened, Drawn, Repaid)


class History:
    """A book being replayed: its clock, its lines as they stand, and a count of what became of everything asked."""

    def __init__(
        self, db: Database, clock: MovedClock, house: House, *, product: str, contract_apr_bp: int | None = None
    ) -> None:
        self.db, self.clock, self.house, self.product = db, clock, house, product
        self.contract_apr_bp = contract_apr_bp
        self.lines: dict[UUID, Line] = {}
        self.counts: Counter[str] = Counter()

    async def replay(self, events: pl.DataFrame, *, until: datetime, told: Told) -> None:
        """Replay events (EVENT_SCHEMA, `ref` naming the line) in time order, and do what falls due up to `until`.

        `told` hears how many events each batch carried. Replaying the same events again repeats, and changes nothing.
        """
        moved = events.filter(number=BalanceMoved.number).select("ref", moved_minor="amount_minor")
        rest = events.filter(pl.col("number") != BalanceMoved.number).join(moved, on="ref", how="left")
        for (at,), day in rest.sort("happened_at").group_by(["happened_at"], maintain_order=True):
            await self._work_until(at)
            for number in (LineOpened, DrawMade, RepaymentReceived, StatementIssued, OutcomeObserved):
                rows = day.filter(number=number.number).sort("borrower").to_dicts()
                await asyncio.gather(*(self._carry_out(number.number, lane, told=told) for lane in _lanes(rows)))
        await self._work_until(until)

    async def _work_until(self, until: datetime) -> None:
        self.counts += await work_until(self.db, self.clock, self.house, until=until)

    async def _carry_out(self, number: int, rows: Sequence[Row], *, told: Told) -> None:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            await self._carry_out_batch(number, batch)
            told(len(batch))

    async def _carry_out_batch(self, number: int, rows: Sequence[Row]) -> None:
        match number:
            case LineOpened.number:
                self._note("opened", await self._ask(open_lines, [self._opening(row) for row in rows]))
            case DrawMade.number:
                self._note("drawn", await self._ask(draw_lines, [_draw(row) for row in rows if self._is_open(row)]))
            case RepaymentReceived.number:
                self._note("repaid", await self._ask(repay_lines, [_repay(row) for row in rows if self._is_open(row)]))
            case _:
                await self._record(rows)

    async def _ask(
        self,
        flow: Callable[..., Awaitable[list[Done | CreditlineError]]],
        asked: Sequence[OpenRequest | DrawRequest | RepayRequest],
    ) -> list[Done | CreditlineError]:
        return await flow(self.db, self.clock, self.house, asked=asked)

    def _note(self, what: str, outcomes: Sequence[Done | CreditlineError]) -> None:
        """Remember the lines as they now stand and count answers; an error other than an empty debt stops it all."""
        for outcome in outcomes:
            if isinstance(outcome, CreditlineError):
                if outcome.code is not Code.NOTHING_OWED:
                    raise outcome
                self.counts["nothing owed"] += 1
                continue
            if outcome.line is not None:
                self.lines[outcome.line.id] = outcome.line
            self.counts[f"{what}: {outcome.decision.answer}"] += 1

    def _is_open(self, row: Row) -> bool:
        return UUID(row["ref"]) in self.lines

    def _opening(self, row: Row) -> OpenRequest:
        return OpenRequest(
            id=UUID(row["ref"]),
            borrower=row["borrower"],
            product=self.product,
            currency=row["currency"],
            requested_minor=row["amount_minor"],
            is_moved=True,
            moved_balance_minor=row["moved_minor"] or 0,
            contract_apr_bp=self.contract_apr_bp,
        )

    async def _record(self, rows: Sequence[Row]) -> None:
        """Take facts in as they were, except that a statement shows the balance of our own books."""
        taken = [self._fact(row) for row in rows if self._is_open(row)]
        async with self.db.transaction() as connection:
            new = (await facts.take(connection, taken)).new
        self.counts["facts"] += len(new)

    def _fact(self, row: Row) -> EventRow:
        is_statement = row["number"] == StatementIssued.number
        return EventRow(
            id=UUID(row["id"]),
            number=row["number"],
            borrower=row["borrower"],
            happened_at=row["happened_at"],
            recorded_at=self.clock(),
            amount_minor=self.lines[UUID(row["ref"])].drawn_minor if is_statement else row["amount_minor"],
            currency=row["currency"],
            code=row["code"],
            ref=row["ref"],
        )


def _lanes(rows: Sequence[Row]) -> list[list[Row]]:
    """Share rows out so that all of one borrower stay in one lane, in their order."""
    lanes: list[list[Row]] = [[] for _ in range(LANES_COUNT)]
    for row in rows:
        lanes[crc32(row["borrower"].encode()) % LANES_COUNT].append(row)
    return lanes


def _draw(row: Row) -> DrawRequest:
    return DrawRequest(
        id=UUID(row["id"]),
        line=UUID(row["ref"]),
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        accepts_partial=True,
    )


def _repay(row: Row) -> RepayRequest:
    return RepayRequest(
        id=UUID(row["id"]), line=UUID(row["ref"]), amount_minor=row["amount_minor"], currency=row["currency"]
    )
