"""A desk for tests: one database, one house, a clock that stands still, and the requests a branch would send.

Leaving the desk checks everything that was done at it: no law of the database is broken, and every decision made there
replays byte for byte, from its record and from the facts it saw.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from creditline.clock import MovedClock
from creditline.decision.outcome import Decision
from creditline.decision.product import Product
from creditline.errors import Code, CreditlineError
from creditline.events.catalogue import IncomeReceived, StatementIssued
from creditline.events.event import Event, IncomeSource
from creditline.events.row import row_of
from creditline.explanation.explain import Explanation
from creditline.flows.capture import CaptureRequest, VoidRequest, capture_reservation, void_reservation
from creditline.flows.control import BlockRequest, SelfLimitRequest, control_line
from creditline.flows.correct import Corrected
from creditline.flows.draw import Drawn, DrawRequest, draw_lines
from creditline.flows.explain import explain_line, lines_of, read_line
from creditline.flows.house import House
from creditline.flows.ingest import ingest_rows
from creditline.flows.loans import settlement_of
from creditline.flows.open import Opened, OpenRequest, open_lines
from creditline.flows.pay_out import PayOutRequest, pay_out
from creditline.flows.publish import publish
from creditline.flows.repay import Repaid, RepayRequest, repay_lines
from creditline.flows.reverse import Cause, ReverseRequest, reverse
from creditline.flows.review import Reviewed, ReviewRequest, review_lines
from creditline.flows.turn import one
from creditline.flows.verify import verify, verify_histories, verify_replays
from creditline.flows.verify_days import verify_days
from creditline.flows.waive import WaiveRequest, waive
from creditline.flows.work import work_until
from creditline.ids import id_from
from creditline.ledger.allocation import Part
from creditline.ledger.line import Line
from creditline.store import decisions, due
from creditline.store.connect import Database
from creditline.store.requests import Recorded
from tests.decision.a_product import a_product
from tests.flows.a_governor import put_in_force

STARTS_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Desk:
    """Requests under ids of their own, as of the desk's clock; whatever is refused is raised."""

    def __init__(self, db: Database, house: House) -> None:
        self.db, self.house = db, house
        self.clock = MovedClock(STARTS_AT)
        self._ids_count = 0

    def next_id(self) -> UUID:
        """Return an id that was not used before, the same in every run."""
        self._ids_count += 1
        return id_from(f"request {self._ids_count}", at=self.clock())

    async def tell(self, *events: Event) -> None:
        """Take facts in that are learned of now."""
        rows = [(place, row_of(event, recorded_at=self.clock())) for place, event in enumerate(events)]
        await ingest_rows(self.db, self.house, rows=rows)

    async def earn(self, borrower: str) -> None:
        """Tell of a salary, so that the borrower is somebody of whom something is known."""
        salary = IncomeReceived(
            id=self.next_id(),
            borrower=borrower,
            happened_at=self.clock() - timedelta(days=1),
            amount_minor=800_000,
            currency="CNY",
            source=IncomeSource.SALARY,
        )
        await self.tell(salary)

    async def statement(self, line: Line, *, months_late: int = 0) -> None:
        """Issue a statement of what is owed, a minute from now, and let another minute pass."""
        self.clock.move_to(self.clock() + timedelta(minutes=1))
        issued = StatementIssued(
            id=self.next_id(),
            borrower=line.borrower,
            happened_at=self.clock(),
            line=line.id,
            amount_minor=(await self.line(line)).drawn_minor,
            currency=line.currency,
            months_late_count=months_late,
        )
        await self.tell(issued)
        self.clock.move_to(self.clock() + timedelta(minutes=1))

    def opening(self, *, borrower: str = "ada", amount_minor: int = 100_000, currency: str = "CNY") -> OpenRequest:
        """Return a request for a line."""
        return OpenRequest(
            id=self.next_id(),
            borrower=borrower,
            product=a_product().name,
            currency=currency,
            requested_minor=amount_minor,
        )

    async def open(self, *, borrower: str = "ada", amount_minor: int = 100_000, currency: str = "CNY") -> Line:
        """Open a line of exactly this limit for somebody who earns."""
        await self.earn(borrower)
        request = self.opening(borrower=borrower, amount_minor=amount_minor, currency=currency)
        opened = one(await self.opens(request))
        assert opened.line is not None
        assert opened.line.granted_minor == amount_minor
        return opened.line

    def drawing(self, line: Line, amount_minor: int, *, partial: bool = False, reserve: bool = False) -> DrawRequest:
        """Return a request for money."""
        return DrawRequest(
            id=self.next_id(),
            line=line.id,
            amount_minor=amount_minor,
            currency=line.currency,
            accepts_partial=partial,
            authorise_only=reserve,
        )

    def repaying(self, line: Line, amount_minor: int) -> RepayRequest:
        """Return a repayment."""
        return RepayRequest(id=self.next_id(), line=line.id, amount_minor=amount_minor, currency=line.currency)

    def capturing(self, reserved: Drawn, *, amount_minor: int | None = None) -> CaptureRequest:
        """Return a request to pay a reservation out."""
        return CaptureRequest(
            id=self.next_id(),
            line=reserved.line.id,
            reservation=reserved.decision.id,
            currency=reserved.line.currency,
            amount_minor=amount_minor,
        )

    def voiding(self, reserved: Drawn) -> VoidRequest:
        """Return a request to give a reservation up."""
        return VoidRequest(id=self.next_id(), line=reserved.line.id, reservation=reserved.decision.id)

    def blocking(self, line: Line, reason: str | None) -> BlockRequest:
        """Return a request to stop a line, or to lift the stop."""
        return BlockRequest(
            id=self.next_id(),
            line=line.id,
            authority="risk desk",
            reason="cleared" if reason is None else reason,
            is_lifted=reason is None,
        )

    def capping(self, line: Line, self_limit_minor: int | None) -> SelfLimitRequest:
        """Return the borrower's request to be given no more than this."""
        return SelfLimitRequest(id=self.next_id(), line=line.id, self_limit_minor=self_limit_minor)

    def reviewing(self, line: Line) -> ReviewRequest:
        """Return a request to look at a line again."""
        return ReviewRequest(id=self.next_id(), line=line.id)

    async def opens(self, *asked: OpenRequest) -> list[Opened | CreditlineError]:
        """Send a batch of openings."""
        return await open_lines(self.db, self.clock, self.house, asked=asked)

    async def draws(self, *asked: DrawRequest) -> list[Drawn | CreditlineError]:
        """Send a batch of draws."""
        return await draw_lines(self.db, self.clock, self.house, asked=asked)

    async def repays(self, *asked: RepayRequest) -> list[Repaid | CreditlineError]:
        """Send a batch of repayments."""
        return await repay_lines(self.db, self.clock, self.house, asked=asked)

    async def reviews(self, *asked: ReviewRequest) -> list[Reviewed | CreditlineError]:
        """Send a batch of reviews."""
        return await review_lines(self.db, self.clock, self.house, asked=asked)

    async def draw(self, line: Line, amount_minor: int, *, partial: bool = False, reserve: bool = False) -> Drawn:
        """Ask for money."""
        return one(await self.draws(self.drawing(line, amount_minor, partial=partial, reserve=reserve)))

    async def reverse(
        self, line: Line, undoes: UUID, cause: Cause = Cause.BOUNCED, *, request: UUID | None = None
    ) -> Corrected:
        """Undo a draw or a repayment."""
        asked = ReverseRequest(
            id=request or self.next_id(),
            line=line.id,
            undoes=undoes,
            cause=cause,
            authority="bank file",
            reason="R01 no funds",
        )
        return await reverse(self.db, self.clock, self.house, request=asked)

    async def waive(self, line: Line, part: Part, amount_minor: int, *, loan: UUID | None = None) -> Corrected:
        """Forgive an amount of a part."""
        asked = WaiveRequest(
            id=self.next_id(),
            line=line.id,
            part=part,
            amount_minor=amount_minor,
            currency=line.currency,
            role="team lead",
            authority="ann",
            reason="hardship",
            loan=loan,
        )
        return await waive(self.db, self.clock, self.house, request=asked)

    async def pay_out(self, line: Line, amount_minor: int | None = None) -> Corrected:
        """Send a credit balance back, all of it if no amount is named."""
        asked = PayOutRequest(
            id=self.next_id(),
            line=line.id,
            amount_minor=amount_minor,
            currency=line.currency,
            authority="desk",
            reason="asked for",
        )
        return await pay_out(self.db, self.clock, self.house, request=asked)

    async def repay(self, line: Line, amount_minor: int) -> Repaid:
        """Bring money back."""
        return one(await self.repays(self.repaying(line, amount_minor)))

    async def review(self, line: Line) -> Reviewed:
        """Look at a line again."""
        return one(await self.reviews(self.reviewing(line)))

    async def capture(self, request: CaptureRequest) -> tuple[Line, Recorded]:
        """Pay a reservation out."""
        return await capture_reservation(self.db, self.clock, self.house, request=request)

    async def void(self, request: VoidRequest) -> tuple[Line, Recorded]:
        """Give a reservation up."""
        return await void_reservation(self.db, self.clock, request=request)

    async def control(self, request: BlockRequest | SelfLimitRequest) -> Line:
        """Block, unblock or cap a line."""
        return await control_line(self.db, self.clock, self.house, request=request)

    async def wait(self, *, days: int = 0, hours: int = 0) -> Counter[str]:
        """Let time pass and do what falls due on its day."""
        until = self.clock() + timedelta(days=days, hours=hours)
        return await work_until(self.db, self.clock, self.house, until=until)

    async def line(self, line: Line) -> Line:
        """Return the line as it stands now."""
        return await read_line(self.db, line.id)

    async def explain(self, line: Line) -> Explanation:
        """Return the line's explanation as it stands now."""
        return await explain_line(self.db, line.id)

    async def offer(self, product: Product) -> None:
        """Publish a product in the place of the one offered so far; what was decided by that one stays known."""
        self.house = House([product])
        await publish(self.db, self.clock, self.house)
        await put_in_force(self.db, self.clock, product)
        async with self.db.reading() as connection:
            await self.house.offer(connection, self.clock())

    async def interest_minor(self, line: Line) -> int:
        """Return the interest a line owes today: what a payment meets before any principal."""
        return (await settlement_of(self.db, self.clock, self.house, line=line.id)).interest_minor

    async def lines_of(self, borrower: str) -> list[Line]:
        """Return a borrower's lines as they stand now, oldest first."""
        return await lines_of(self.db, borrower)

    async def decisions(self, line: Line) -> list[Decision]:
        """Return what was decided about a line, newest first."""
        async with self.db.reading() as connection:
            return await decisions.of_line(connection, line.id, most=99)

    async def waiting(self, line: Line) -> list[tuple[str, int]]:
        """Return what is not back yet as (day, amount)."""
        async with self.db.reading() as connection:
            return [(str(one.due_on), one.amount_minor) for one in await due.open_of(connection, [line.id])]

    async def check(self) -> int:
        """Hold everything done here against the laws; return how many decisions were replayed."""
        assert await verify(self.db) == []
        _, off = await verify_histories(self.db, self.house)
        assert off == []
        count, differing = await verify_replays(self.db, self.house)
        assert differing == []
        assert (await verify_days(self.db, self.house))[1] == []
        return count


@asynccontextmanager
async def a_desk(db: Database) -> AsyncIterator[Desk]:
    """Open a desk in a new house, and check what was done at it when it closes."""
    desk = Desk(db, House([a_product()]))
    await desk.offer(a_product())
    yield desk
    await desk.check()


def codes(outcomes: Sequence[object]) -> list[Code | str]:
    """Return the code of every error and the answer of every decision in a batch."""
    return [
        outcome.code if isinstance(outcome, CreditlineError) else str(answered(outcome).answer) for outcome in outcomes
    ]


def answered(outcome: object) -> Decision:
    """Return the decision of an outcome."""
    assert isinstance(outcome, Opened | Drawn | Repaid | Reviewed)
    return outcome.decision
