"""A small book in a real database, written through the ledger, for tests that then break it by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from creditline.ids import id_from
from creditline.ledger.book import Posting, Refusal, Stamp, block, cap_oneself, draw, open_line, regrant, repay
from creditline.ledger.line import Line
from creditline.store import lines, requests
from creditline.store.connect import Connection, Database
from creditline.store.requests import Recorded
from tests.ledger.a_line import BOOKED_AT, OPENED_AT, a_line

KIND = {"increase": "limit", "decrease": "limit", "move_in": "open"}


def stamp(number: int) -> Stamp:
    """Return the stamp of the line's nth request, a minute after the one before."""
    at = BOOKED_AT + timedelta(minutes=number)
    return Stamp(request=id_from(f"request {number}", at=at), booked_at=at)


async def write(db: Connection, *books: Sequence[Posting]) -> None:
    """Write movements, line by line, with their requests, as a flow would."""
    await requests.record(
        db,
        [
            Recorded(
                id=posting.entry.request,
                kind=KIND.get(posting.entry.movement, posting.entry.movement),
                line=posting.line.id,
                digest=b"d",
                amount_minor=None,
                accepted_minor=0,
                happened_at=posting.entry.booked_at,
                recorded_at=posting.entry.booked_at,
            )
            for postings in books
            for posting in postings
        ],
    )
    await lines.post(db, books)
    await db.send()


def made(posting: Posting | Refusal) -> Posting:
    """Return a movement that must not have been refused."""
    assert isinstance(posting, Posting), posting
    return posting


def steps(line: Line, *moves: Callable[[Line, Stamp], Posting | Refusal], first: int = 0) -> list[Posting]:
    """Carry out movements one after another, each under its own request, the first of which is numbered `first`."""
    done: list[Posting] = []
    for number, move in enumerate(moves, start=first):
        done.append(made(move(done[-1].line if done else line, stamp(number))))
    return done


def opening(line: Line, at: Stamp) -> Posting:
    return open_line(line, stamp=at)


def drawing(amount_minor: int) -> Callable[[Line, Stamp], Posting | Refusal]:
    return lambda line, at: draw(line, amount_minor, stamp=at)


def repaying(amount_minor: int) -> Callable[[Line, Stamp], Posting | Refusal]:
    return lambda line, at: repay(line, amount_minor, stamp=at)


def granting(granted_minor: int) -> Callable[[Line, Stamp], Posting]:
    return lambda line, at: regrant(line, granted_minor, stamp=at)


def blocking(reason: str) -> Callable[[Line, Stamp], Posting]:
    return lambda line, at: block(line, reason, stamp=at)


def capping(self_limit_minor: int) -> Callable[[Line, Stamp], Posting]:
    return lambda line, at: cap_oneself(line, self_limit_minor, stamp=at)


def a_new_line(name: str = "line", *, granted: int = 10) -> Line:
    """Return a line that was just granted, before its first entry."""
    return replace(a_line(granted=granted), id=id_from(name, at=OPENED_AT), version=0)


async def a_book(db: Database, *moves: Callable[[Line, Stamp], Posting | Refusal]) -> Line:
    """Open a line of 10, carry out movements on it, and return it as it then stands."""
    done = steps(a_new_line(), opening, *moves)
    async with db.transaction() as connection:
        await write(connection, done)
    return done[-1].line


async def set_line(db: Connection, line: UUID, assignments: str) -> None:
    """Change a line by hand, with the next version and the entry that says the same: what a wrong program would write."""
    await db.execute(f"update line set version = version + 1, {assignments} where id = '{line}'")
    await db.execute(
        f"""insert into line_entry
            select l.id, l.version, (select id from request limit 1), 'draw', granted_minor, drawn_minor, reserved_minor,
                   withheld_minor, booked_at
            from line l where l.id = '{line}'"""
    )
