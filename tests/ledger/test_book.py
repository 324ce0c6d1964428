"""Every movement of a line as a table: the line before, the movement, then its transfers or the refusal.

A line is written as `granted/drawn/reserved/withheld`, a transfer as `debit<credit amount`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from creditline.errors import Code
from creditline.ids import id_from
from creditline.ledger import book
from creditline.ledger.book import Posting, Refusal, Stamp
from creditline.ledger.chart import Movement
from creditline.ledger.line import Line
from tests.ledger.a_line import BOOKED_AT, STAMP, a_line

Move = Callable[[Line], Posting | Refusal]


UMBRELLA = id_from("umbrella", at=BOOKED_AT)


def line_of(written: str) -> Line:
    granted, drawn, reserved, withheld = map(int, written.split("/"))
    return a_line(granted=granted, drawn=drawn, reserved=reserved, withheld=withheld)


def written_of(line: Line) -> str:
    return f"{line.granted_minor}/{line.drawn_minor}/{line.reserved_minor}/{line.withheld_minor}"


def legs_of(posting: Posting) -> str:
    return ", ".join(
        f"{transfer.debit.name.lower()}<{transfer.credit.name.lower()} {transfer.amount_minor}"
        for transfer in posting.transfers
    )


def authorise(amount_minor: int) -> Move:
    return lambda line: book.authorise(line, amount_minor, stamp=STAMP)


def capture(amount_minor: int, reserved_minor: int) -> Move:
    return lambda line: book.capture(line, amount_minor, reserved_minor=reserved_minor, stamp=STAMP)


def end(reserved_minor: int, movement: Movement) -> Move:
    return lambda line: book.end_reservation(line, reserved_minor, movement=movement, stamp=STAMP)


def draw(amount_minor: int) -> Move:
    return lambda line: book.draw(line, amount_minor, stamp=STAMP)


def repay(amount_minor: int) -> Move:
    return lambda line: book.repay(line, amount_minor, stamp=STAMP)


def release(amount_minor: int) -> Move:
    return lambda line: book.release(line, amount_minor, stamp=STAMP)


def reduce(amount_minor: int) -> Move:
    return lambda line: book.reduce(line, amount_minor, stamp=STAMP)


def regrant(granted_minor: int) -> Move:
    return lambda line: book.regrant(line, granted_minor, stamp=STAMP)


def move_in(amount_minor: int) -> Move:
    return lambda line: book.move_in(line, amount_minor, stamp=STAMP)


def open_line(line: Line) -> Posting:
    return book.open_line(line, stamp=STAMP)


def correct(movement: Movement, drawn_minor: int = 0, withheld_minor: int = 0) -> Move:
    return lambda line: book.correct(
        line, movement, drawn_minor=drawn_minor, withheld_minor=withheld_minor, stamp=STAMP, money=()
    )


def charge_off(line: Line) -> Posting:
    return book.charge_off(line, stamp=STAMP, money=())


def block(reason: str | None) -> Move:
    return lambda line: book.block(line, reason, stamp=STAMP)


def seat(umbrella: UUID | None) -> Move:
    return lambda line: book.seat(line, umbrella, stamp=STAMP)


def close(line: Line) -> Posting | Refusal:
    return book.close(line, stamp=STAMP)


def cap(self_limit_minor: int | None) -> Move:
    return lambda line: book.cap_oneself(line, self_limit_minor, stamp=STAMP)


MADE = [
    # before     move                          after       movement             transfers
    ("10/0/0/0", open_line,                    "10/0/0/0", Movement.OPEN,       "headroom<grant 10"),
    ("0/0/0/0",  open_line,                    "0/0/0/0",  Movement.OPEN,       ""),
    ("10/0/0/0", move_in(10),                  "10/10/0/0", Movement.MOVE_IN,   "drawn<headroom 10, receivable<moved_in 10"),
    ("10/0/0/0", authorise(4),                 "10/0/4/0", Movement.AUTHORISE,  "reserved<headroom 4"),
    ("10/3/2/1", authorise(4),                 "10/3/6/1", Movement.AUTHORISE,  "reserved<headroom 4"),
    ("10/0/4/0", capture(4, 4),                "10/4/0/0", Movement.CAPTURE,    "drawn<reserved 4, receivable<settlement 4"),
    ("10/0/4/0", capture(1, 4),                "10/1/0/0", Movement.CAPTURE,    "drawn<reserved 1, headroom<reserved 3, receivable<settlement 1"),
    ("10/0/6/0", capture(2, 4),                "10/2/2/0", Movement.CAPTURE,    "drawn<reserved 2, headroom<reserved 2, receivable<settlement 2"),
    ("10/0/4/0", end(4, Movement.VOID),        "10/0/0/0", Movement.VOID,       "headroom<reserved 4"),
    ("10/0/4/0", end(3, Movement.EXPIRE),      "10/0/1/0", Movement.EXPIRE,     "headroom<reserved 3"),
    ("10/0/0/0", draw(10),                     "10/10/0/0", Movement.DRAW,      "reserved<headroom 10, drawn<reserved 10, receivable<settlement 10"),
    ("10/4/0/0", repay(4),                     "10/0/0/4", Movement.REPAY,      "withheld<drawn 4, settlement<receivable 4"),
    ("10/4/0/3", repay(1),                     "10/3/0/4", Movement.REPAY,      "withheld<drawn 1, settlement<receivable 1"),
    ("10/0/0/4", release(4),                   "10/0/0/0", Movement.RELEASE,    "headroom<withheld 4"),
    ("10/0/0/4", release(1),                   "10/0/0/3", Movement.RELEASE,    "headroom<withheld 1"),
    ("10/0/0/4", reduce(3),                    "7/0/0/1",  Movement.REDUCE,     "grant<withheld 3"),
    # What stands is too small for the cut: the rest was granted for longer, and goes back.
    ("2/4/0/3",  reduce(3),                    "0/4/0/0",  Movement.REDUCE,     "grant<withheld 2, headroom<withheld 1"),
    ("10/4/0/3", regrant(12),                  "12/4/0/3", Movement.INCREASE,   "headroom<grant 2"),
    ("10/4/0/3", regrant(10),                  "10/4/0/3", Movement.INCREASE,   ""),
    ("10/4/0/3", regrant(2),                   "2/4/0/3",  Movement.DECREASE,   "grant<headroom 8"),
    ("10/4/0/3", regrant(0),                   "0/4/0/3",  Movement.DECREASE,   "grant<headroom 10"),
    ("10/0/0/0", close,                        "0/0/0/0",  Movement.CLOSE,      "grant<headroom 10"),
    ("0/0/0/0",  close,                        "0/0/0/0",  Movement.CLOSE,      ""),
    # A line cut below its use still takes repayments and still releases: both only bring use down.
    ("2/4/0/3",  repay(4),                     "2/0/0/7",  Movement.REPAY,      "withheld<drawn 4, settlement<receivable 4"),
    ("2/4/0/3",  release(3),                   "2/4/0/0",  Movement.RELEASE,    "headroom<withheld 3"),
    ("10/4/2/1", block("fraud"),               "10/4/2/1", Movement.BLOCK,      ""),
    ("10/4/2/1", block(None),                  "10/4/2/1", Movement.UNBLOCK,    ""),
    ("10/4/2/1", cap(0),                       "10/4/2/1", Movement.SELF_LIMIT, ""),
    ("10/4/2/1", cap(None),                    "10/4/2/1", Movement.SELF_LIMIT, ""),
    ("10/4/2/1", seat(UMBRELLA),               "10/4/2/1", Movement.ATTACH,     ""),
    # What was repaid is owed again: from what is withheld of it, and from headroom, beyond its end if it must be.
    ("10/4/0/3", correct(Movement.REVERSE, 5, -3), "10/9/0/0", Movement.REVERSE, "drawn<headroom 2, drawn<withheld 3"),
    ("10/8/0/0", correct(Movement.REVERSE, 5),  "10/13/0/0", Movement.REVERSE,   "drawn<headroom 5"),
    ("10/4/0/0", correct(Movement.REVERSE, -4), "10/0/0/0", Movement.REVERSE,    "headroom<drawn 4"),
    ("10/4/0/0", correct(Movement.BACKDATE, -4, 4), "10/0/0/4", Movement.BACKDATE, "withheld<drawn 4"),
    ("10/4/0/0", correct(Movement.WAIVE),      "10/4/0/0", Movement.WAIVE,      ""),
    ("10/4/0/0", correct(Movement.PAY_OUT),    "10/4/0/0", Movement.PAY_OUT,    ""),
    ("10/4/0/0", correct(Movement.RECOVER),    "10/4/0/0", Movement.RECOVER,    ""),
    ("10/4/2/1", charge_off,                   "2/0/2/0",  Movement.CHARGE_OFF, "grant<headroom 3, grant<drawn 4, grant<withheld 1"),
    ("2/4/0/1",  charge_off,                   "0/0/0/0",  Movement.CHARGE_OFF, "grant<drawn 2, headroom<drawn 2, headroom<withheld 1"),
    ("10/4/2/1", seat(None),                   "10/4/2/1", Movement.DETACH,     ""),
]  # fmt: skip

REFUSED = [
    # before     move               code               most
    ("10/0/0/0", authorise(11),     Code.OVERDRAWN,    10),
    ("10/3/2/1", authorise(5),      Code.OVERDRAWN,    4),
    ("2/4/0/3",  authorise(1),      Code.OVERDRAWN,    0),
    ("10/10/0/0", draw(1),          Code.OVERDRAWN,    0),
    ("10/3/2/1", draw(5),           Code.OVERDRAWN,    4),
    ("10/0/4/0", capture(5, 4),     Code.OVERDRAWN,    4),
    ("10/0/0/0", repay(1),          Code.NOTHING_OWED, 0),
    ("10/0/4/4", repay(1),          Code.NOTHING_OWED, 0),
    ("10/4/0/0", repay(5),          Code.OVERDRAWN,    4),
    ("10/0/0/4", release(5),        Code.OVERDRAWN,    4),
    ("10/0/0/4", reduce(5),         Code.OVERDRAWN,    4),
    ("10/0/0/0", move_in(11),       Code.OVERDRAWN,    10),
    ("2/4/0/0",  move_in(1),        Code.OVERDRAWN,    0),
    # What is no amount moves nothing: a draw of -1 would be a repayment that nobody decided.
    ("10/3/2/1", authorise(0),      Code.AMOUNT_NOT_POSITIVE, 4),
    ("10/3/2/1", draw(-1),          Code.AMOUNT_NOT_POSITIVE, 4),
    ("10/0/4/0", capture(0, 4),     Code.AMOUNT_NOT_POSITIVE, 4),
    ("10/4/0/0", repay(-1),         Code.AMOUNT_NOT_POSITIVE, 4),
    ("10/0/0/4", release(0),        Code.AMOUNT_NOT_POSITIVE, 4),
    ("10/0/0/4", reduce(0),         Code.AMOUNT_NOT_POSITIVE, 4),
    ("10/3/2/1", close,             Code.LINE_IN_USE, 6),
    ("10/3/0/0", move_in(-1),       Code.AMOUNT_NOT_POSITIVE, 7),
]  # fmt: skip


@pytest.mark.parametrize(("before", "move", "after", "movement", "transfers"), MADE)
def test_a_movement_that_is_made(before: str, move: Move, after: str, movement: Movement, transfers: str) -> None:
    posting = move(line_of(before))
    assert isinstance(posting, Posting)
    assert written_of(posting.line) == after
    assert posting.entry.movement is movement
    assert legs_of(posting) == transfers


@pytest.mark.parametrize(("before", "move", "code", "most_minor"), REFUSED)
def test_a_movement_that_is_refused(before: str, move: Move, code: Code, most_minor: int) -> None:
    assert move(line_of(before)) == Refusal(code=code, most_minor=most_minor)


@pytest.mark.parametrize("movement", Movement)
def test_every_movement_is_in_the_table(movement: Movement) -> None:
    assert any(row[3] is movement for row in MADE)


@pytest.mark.parametrize("move", [authorise(1), draw(1)])
def test_a_blocked_line_gives_nothing(move: Move) -> None:
    assert move(a_line(blocked="fraud")) == Refusal(code=Code.LINE_BLOCKED, most_minor=0)


@pytest.mark.parametrize("move", [repay(1), release(1), capture(1, 1), end(1, Movement.VOID), regrant(3), move_in(1)])
def test_a_blocked_line_still_settles_what_it_has(move: Move) -> None:
    assert isinstance(move(a_line(drawn=1, reserved=1, withheld=1, blocked="fraud")), Posting)


@pytest.mark.parametrize("move", [authorise(2), draw(2)])
def test_the_borrowers_own_cap_refuses_like_the_limit(move: Move) -> None:
    assert move(a_line(drawn=3, reserved=1, self_limit=5)) == Refusal(code=Code.OVERDRAWN, most_minor=1)


def test_a_reservation_made_before_a_lower_cap_can_still_be_captured() -> None:
    assert isinstance(capture(4, 4)(a_line(reserved=4, self_limit=0)), Posting)


def test_a_block_keeps_its_reason_until_it_is_lifted() -> None:
    blocked = book.block(a_line(), "fraud", stamp=STAMP).line
    assert blocked.block_reason == "fraud"
    assert book.block(blocked, None, stamp=STAMP).line.block_reason is None


def test_an_entry_says_what_the_line_says() -> None:
    posting = book.repay(a_line(granted=10, drawn=5, reserved=2, withheld=1), 3, stamp=STAMP)
    assert isinstance(posting, Posting)
    shared = ("version", "granted_minor", "drawn_minor", "reserved_minor", "withheld_minor", "booked_at")
    for name in shared:
        assert getattr(posting.entry, name) == getattr(posting.line, name)
    assert (posting.entry.line, posting.entry.request) == (posting.line.id, STAMP.request)
    assert posting.line.version == a_line().version + 1
    assert posting.line.booked_at == BOOKED_AT


def test_transfers_are_numbered_on_from_the_stamp() -> None:
    stamp = replace(STAMP, first_ordinal=2)
    posting = book.draw(a_line(), 1, stamp=stamp)
    assert isinstance(posting, Posting)
    assert [transfer.ordinal for transfer in posting.transfers] == [2, 3, 4]
    assert {(transfer.request, transfer.line, transfer.booked_at) for transfer in posting.transfers} == {
        (stamp.request, a_line().id, BOOKED_AT)
    }


def test_a_leg_of_zero_is_left_out_and_leaves_no_hole_in_the_numbers() -> None:
    posting = book.capture(a_line(reserved=4), 4, reserved_minor=4, stamp=STAMP)
    assert isinstance(posting, Posting)
    assert [transfer.ordinal for transfer in posting.transfers] == [0, 1]


def test_only_the_time_the_version_and_what_moved_change() -> None:
    before = a_line(drawn=4, self_limit=9)
    stamp = Stamp(request=STAMP.request, booked_at=BOOKED_AT + timedelta(days=1))
    posting = book.repay(before, 1, stamp=stamp)
    assert isinstance(posting, Posting)
    expected = replace(before, drawn_minor=3, withheld_minor=1, version=8, booked_at=stamp.booked_at)
    assert posting.line == expected
