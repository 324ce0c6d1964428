"""Four made borrowers worth meeting in the demo: their lives are told to the flows that the API uses, day by day.

Nobody of them is real. What became of them was answered by the engine, not written here.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from creditline.clock import DAY, MovedClock, system_clock
from creditline.edge.engine import Engine
from creditline.edge.settings import Settings
from creditline.edge.tokens import SignIn
from creditline.events.catalogue import IncomeReceived, StatementIssued
from creditline.events.event import Event, IncomeSource
from creditline.events.row import row_of
from creditline.flows.appeal import AppealRequest, ask_for_review
from creditline.flows.draw import DrawRequest, draw_lines
from creditline.flows.explain import lines_of, read_line
from creditline.flows.house import House
from creditline.flows.ingest import ingest_rows
from creditline.flows.notices import notices_of
from creditline.flows.open import OpenRequest, open_lines
from creditline.flows.repay import RepayRequest, repay_lines
from creditline.flows.turn import one
from creditline.flows.work import work_until
from creditline.ids import id_from
from creditline.store.appeals import AppealReason
from creditline.store.connect import Database

PRODUCT = "consumer_revolving"
CURRENCY = "CNY"
LIVED_DAYS = 200
LINKS_LAST = timedelta(hours=12)
CLOCK_FILE = "clock"

INCOME, DRAW, REPAY, STATEMENT, ASK = "income", "draw", "repay", "statement", "ask"
Step = tuple[int, str, int]
"""How many days ago, what, and how much in minor units; of a statement how many months late, of asking for a person nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A made borrower: the id, why they are worth meeting, the limit, and what they did, the oldest first.

    `words` are what they say when they ask for a person to look at the latest unfavourable act.
    """

    borrower: str
    story: str
    granted_minor: int
    steps: tuple[Step, ...]
    words: str = ""


MEI = Person(
    borrower="mei",
    story="repaid on time and draws often: half came back at once, the rest comes in two steps, and one more draw puts it off",
    granted_minor=3_000_000,
    steps=(
        (190, INCOME, 1_280_000),
        (160, DRAW, 600_000),
        (140, STATEMENT, 0),
        (130, REPAY, 600_000),
        (100, DRAW, 800_000),
        (80, STATEMENT, 0),
        (70, REPAY, 800_000),
        *((days, DRAW, 250_000) for days in (38, 35, 31, 28, 25, 21, 14)),
        (12, STATEMENT, 0),
        (10, REPAY, 1_500_000),
        *((days, DRAW, 40_000) for days in (9, 7, 6, 4, 3, 1)),
    ),
)
JUN = Person(
    borrower="jun",
    story="was a month late and has caught up: nothing is back before the next statement shows it",
    granted_minor=2_000_000,
    steps=(
        (190, INCOME, 900_000),
        (150, DRAW, 1_200_000),
        (90, STATEMENT, 0),
        (85, REPAY, 200_000),
        (60, STATEMENT, 0),
        (24, STATEMENT, 1),
        (2, REPAY, 700_000),
    ),
)
LAN = Person(
    borrower="lan",
    story="repaid on time and borrows seldom: everything is back",
    granted_minor=5_000_000,
    steps=(
        (190, INCOME, 2_100_000),
        (120, DRAW, 900_000),
        (95, STATEMENT, 0),
        (90, REPAY, 900_000),
        (40, DRAW, 1_000_000),
        (35, STATEMENT, 0),
        (6, REPAY, 600_000),
    ),
)
KAI = Person(
    borrower="kai",
    story="was late last season and pays on time since: it comes back in steps, and a proof of income brings it at once",
    granted_minor=2_000_000,
    steps=(
        (190, INCOME, 900_000),
        (170, DRAW, 1_500_000),
        (120, STATEMENT, 0),
        (92, STATEMENT, 2),
        (90, REPAY, 30_000),
        (62, STATEMENT, 1),
        (60, REPAY, 30_000),
        (32, STATEMENT, 0),
        (3, REPAY, 800_000),
    ),
)
PEOPLE = (MEI, JUN, LAN, KAI)

WEN = Person(
    borrower="wen",
    story="asked for a person: two draws of one day were one payment",
    granted_minor=3_000_000,
    steps=(
        (190, INCOME, 1_280_000),
        (150, DRAW, 500_000),
        (140, STATEMENT, 0),
        (130, REPAY, 500_000),
        *((days, DRAW, 500_000) for days in (60, 52, 45)),
        (43, STATEMENT, 0),
        (40, REPAY, 1_500_000),
        (24, DRAW, 400_000),
        (15, DRAW, 600_000),
        (15, DRAW, 500_000),
        (9, DRAW, 400_000),
        (7, STATEMENT, 0),
        (6, REPAY, 1_500_000),
        (4, ASK, 0),
    ),
    words="The two draws of that day were one payment: the shop's till failed and I paid again. It sent one back.",
)
BO = Person(
    borrower="bo",
    story="asked for a person a month ago and nobody has answered",
    granted_minor=1_000_000,
    steps=(
        (190, INCOME, 700_000),
        (120, DRAW, 300_000),
        (100, STATEMENT, 0),
        (70, STATEMENT, 1),
        (60, REPAY, 150_000),
        (35, ASK, 0),
        (20, STATEMENT, 1),
    ),
    words="I was in hospital in September and paid as soon as I was home.",
)
ASKING = (WEN, BO)
"""Made borrowers whose requests wait for an officer."""


async def live(db: Database, house: House, *, until: datetime, people: Sequence[Person] = PEOPLE) -> None:
    """Let made people live up to an instant; whoever has a line already has lived."""
    for person in people:
        if not await lines_of(db, person.borrower):
            await _live(db, house, person, until=until)


async def settled(engine: Engine, settings: Settings, *, until: datetime) -> MovedClock:
    """Let all made people live up to an instant, and return the demo's clock: then, or where it was left the last time."""
    await live(engine.db, engine.house, until=until, people=(*PEOPLE, *ASKING))
    left = settings.home / CLOCK_FILE
    return MovedClock(max(until, datetime.fromisoformat(left.read_text()) if left.is_file() else until))


def remember(settings: Settings, clock: MovedClock) -> None:
    """Keep where the demo's clock stands for the next time."""
    (settings.home / CLOCK_FILE).write_text(clock().isoformat())


def demo_sign_in() -> SignIn:
    """Return a sign-in by a key that nobody else has and that is gone with this run."""
    return SignIn(keys=(secrets.token_hex(32),), longest=LINKS_LAST)


def issued(sign_in: SignIn, borrower: str) -> str:
    """Return a token of the demo, by the machine's own time: the demo's clock is another."""
    return sign_in.issue(borrower, at=system_clock(), lasts=LINKS_LAST)


def worth_meeting(shown: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return who is worth meeting and why: the made people, and one (borrower, answer) of the book for each answer."""
    of_book = {answer: borrower for borrower, answer in reversed(shown)}
    return [
        *((person.borrower, person.story) for person in PEOPLE),
        *((borrower, f"of the replayed book, last answered {answer}") for answer, borrower in of_book.items()),
    ]


async def _live(db: Database, house: House, person: Person, *, until: datetime) -> None:
    clock = MovedClock(until - LIVED_DAYS * DAY)
    line = id_from(f"made/{person.borrower}", at=clock())
    opening = OpenRequest(
        id=line,
        borrower=person.borrower,
        product=PRODUCT,
        currency=CURRENCY,
        requested_minor=person.granted_minor,
        is_moved=True,
    )
    one(await open_lines(db, clock, house, asked=[opening]))
    for number, (days, what, amount) in enumerate(person.steps):
        await work_until(db, clock, house, until=until - days * DAY)
        name = id_from(f"made/{person.borrower}/{number}", at=clock())
        match what:
            case "draw":
                asked = DrawRequest(id=name, line=line, amount_minor=amount, currency=CURRENCY)
                one(await draw_lines(db, clock, house, asked=[asked]))
            case "repay":
                paid = RepayRequest(id=name, line=line, amount_minor=amount, currency=CURRENCY)
                one(await repay_lines(db, clock, house, asked=[paid]))
            case "ask":
                await _ask(db, house, person, name, clock=clock)
            case _:
                event = await _event(db, person, name, line=line, what=what, amount=amount, at=clock())
                await ingest_rows(db, house, rows=[(1, row_of(event, recorded_at=clock()))])
    await work_until(db, clock, house, until=until)


async def _ask(db: Database, house: House, person: Person, name: UUID, *, clock: MovedClock) -> None:
    """Ask for a person to look at what was done last against somebody."""
    (latest,) = await notices_of(db, borrower=person.borrower, most=1)
    asked = AppealRequest(
        id=name,
        borrower=person.borrower,
        act=latest.notice.act,
        reason=AppealReason.FACTS_WRONG,
        words=person.words,
        language="zh",
    )
    await ask_for_review(db, clock, house, request=asked)


async def _event(
    db: Database, person: Person, name: UUID, *, line: UUID, what: str, amount: int, at: datetime
) -> Event:
    if what == INCOME:
        return IncomeReceived(
            id=name,
            borrower=person.borrower,
            happened_at=at,
            amount_minor=amount,
            currency=CURRENCY,
            source=IncomeSource.SALARY,
        )
    return StatementIssued(
        id=name,
        borrower=person.borrower,
        happened_at=at,
        line=line,
        amount_minor=(await read_line(db, line)).drawn_minor,
        currency=CURRENCY,
        months_late_count=amount,
    )
