"""Laws of the ledger: whatever is asked of a line in whatever order, every unit stays in exactly one place.

Grants are about 3 and amounts -1..4, so that every edge is met: nothing, all of it, one too many, and less than nothing.
"""

from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from creditline.ledger import book
from creditline.ledger.book import Posting, Refusal
from creditline.ledger.chart import LIMIT_ACCOUNTS, MONEY_ACCOUNTS, Account, Movement, Transfer
from creditline.ledger.line import Line
from tests.ledger.a_line import STAMP, a_line, balances, buckets

AMOUNTS = st.integers(min_value=-1, max_value=4)
BUCKETS = st.integers(min_value=0, max_value=3)
LINES = st.builds(
    a_line,
    granted=BUCKETS,
    drawn=BUCKETS,
    reserved=BUCKETS,
    withheld=BUCKETS,
    self_limit=st.none() | BUCKETS,
    blocked=st.none() | st.just("fraud"),
)


def moves(line: Line, amount_minor: int) -> Iterable[Posting | Refusal]:
    """Yield what every movement makes of a line and an amount."""
    for move in (book.move_in, book.authorise, book.draw, book.repay, book.release):
        yield move(line, amount_minor, stamp=STAMP)
    yield book.capture(line, amount_minor, reserved_minor=line.reserved_minor, stamp=STAMP)
    yield book.end_reservation(line, line.reserved_minor, movement=Movement.VOID, stamp=STAMP)
    yield book.regrant(line, max(0, amount_minor), stamp=STAMP)
    yield book.block(line, "fraud", stamp=STAMP)
    yield book.cap_oneself(line, max(0, amount_minor), stamp=STAMP)


def held_by(transfers: Iterable[Transfer], accounts: Iterable[Account]) -> Counter[Account]:
    """Return the balances of some accounts, those at zero left out."""
    held = balances(transfers)
    return Counter({account: held[account] for account in accounts if held[account]})


@given(LINES, AMOUNTS)
def test_the_transfers_of_a_movement_are_exactly_what_its_buckets_changed_by(line: Line, amount_minor: int) -> None:
    for posting in moves(line, amount_minor):
        if isinstance(posting, Posting):
            change = {account: buckets(posting.line)[account] - buckets(line)[account] for account in LIMIT_ACCOUNTS}
            assert held_by(posting.transfers, LIMIT_ACCOUNTS) == Counter({a: m for a, m in change.items() if m})


@given(LINES, AMOUNTS)
def test_every_transfer_moves_a_positive_amount_between_two_accounts_of_one_kind(line: Line, amount_minor: int) -> None:
    for posting in moves(line, amount_minor):
        for transfer in posting.transfers if isinstance(posting, Posting) else ():
            assert transfer.amount_minor > 0
            assert transfer.debit is not transfer.credit
            assert (transfer.debit in MONEY_ACCOUNTS) == (transfer.credit in MONEY_ACCOUNTS)


@given(LINES, AMOUNTS)
def test_no_bucket_is_ever_owed(line: Line, amount_minor: int) -> None:
    for posting in moves(line, amount_minor):
        if isinstance(posting, Posting):
            after = posting.line
            assert min(after.granted_minor, after.drawn_minor, after.reserved_minor, after.withheld_minor) >= 0


@given(LINES, AMOUNTS)
def test_use_beyond_the_grant_may_fall_and_never_grow(line: Line, amount_minor: int) -> None:
    for posting in moves(line, amount_minor):
        if isinstance(posting, Posting) and posting.entry.movement is not Movement.DECREASE:
            assert posting.line.headroom_minor >= min(0, line.headroom_minor)


@given(LINES, AMOUNTS)
def test_a_refusal_names_the_most_that_would_have_been_taken(line: Line, amount_minor: int) -> None:
    for move in (book.move_in, book.authorise, book.draw, book.repay, book.release):
        refused = move(line, amount_minor, stamp=STAMP)
        if isinstance(refused, Refusal):
            most_minor = refused.most_minor
            assert not most_minor or isinstance(move(line, most_minor, stamp=STAMP), Posting)
            assert isinstance(move(line, most_minor + 1, stamp=STAMP), Refusal)


@given(LINES, AMOUNTS)
def test_what_is_available_can_be_drawn_and_one_more_cannot(line: Line, amount_minor: int) -> None:
    is_made = isinstance(book.draw(line, amount_minor, stamp=STAMP), Posting)
    assert is_made == (1 <= amount_minor <= line.available_minor)


@given(LINES, AMOUNTS)
def test_a_draw_in_one_step_leaves_what_two_steps_leave(line: Line, amount_minor: int) -> None:
    at_once = book.draw(line, amount_minor, stamp=STAMP)
    authorised = book.authorise(line, amount_minor, stamp=STAMP)
    if isinstance(authorised, Refusal):
        assert at_once == authorised
        return
    captured = book.capture(authorised.line, amount_minor, reserved_minor=amount_minor, stamp=STAMP)
    assert isinstance(at_once, Posting)
    assert isinstance(captured, Posting)
    assert buckets(at_once.line) == buckets(captured.line)
    assert balances(at_once.transfers) == balances((*authorised.transfers, *captured.transfers))


class Books(RuleBasedStateMachine):
    """One line under any sequence of movements, next to the few numbers that people would keep on paper."""

    reservations: Bundle[int] = Bundle("reservations")

    @initialize(granted_minor=st.integers(min_value=0, max_value=4))
    def open(self, granted_minor: int) -> None:
        self.transfers: list[Transfer] = []
        self.line = a_line(granted=granted_minor)
        self.granted_minor, self.paid_out_minor, self.repaid_minor, self.released_minor = granted_minor, 0, 0, 0
        self.open_reservations: Counter[int] = Counter()
        self.made(book.open_line(self.line, stamp=STAMP))

    def made(self, posting: Posting | Refusal) -> bool:
        """Take a movement over; a refusal leaves everything as it was."""
        if isinstance(posting, Refusal):
            return False
        assert posting.line.version == self.line.version + 1
        self.line = posting.line
        self.transfers += posting.transfers
        return True

    @rule(target=reservations, amount_minor=AMOUNTS)
    def authorise(self, amount_minor: int) -> int | MultipleResults[int]:
        if not self.made(book.authorise(self.line, amount_minor, stamp=STAMP)):
            return multiple()
        self.open_reservations[amount_minor] += 1
        return amount_minor

    @rule(target=reservations, reserved_minor=consumes(reservations), amount_minor=AMOUNTS)
    def capture(self, reserved_minor: int, amount_minor: int) -> int | MultipleResults[int]:
        if not self.made(book.capture(self.line, amount_minor, reserved_minor=reserved_minor, stamp=STAMP)):
            return reserved_minor
        self.open_reservations[reserved_minor] -= 1
        self.paid_out_minor += amount_minor
        return multiple()

    @rule(reserved_minor=consumes(reservations), movement=st.sampled_from([Movement.VOID, Movement.EXPIRE]))
    def end_reservation(self, reserved_minor: int, movement: Movement) -> None:
        self.made(book.end_reservation(self.line, reserved_minor, movement=movement, stamp=STAMP))
        self.open_reservations[reserved_minor] -= 1

    @rule(amount_minor=AMOUNTS)
    def draw(self, amount_minor: int) -> None:
        if self.made(book.draw(self.line, amount_minor, stamp=STAMP)):
            self.paid_out_minor += amount_minor

    @rule(amount_minor=AMOUNTS)
    def repay(self, amount_minor: int) -> None:
        if self.made(book.repay(self.line, amount_minor, stamp=STAMP)):
            self.repaid_minor += amount_minor

    @rule(amount_minor=AMOUNTS)
    def release(self, amount_minor: int) -> None:
        if self.made(book.release(self.line, amount_minor, stamp=STAMP)):
            self.released_minor += amount_minor

    @rule(granted_minor=st.integers(min_value=0, max_value=4))
    def regrant(self, granted_minor: int) -> None:
        self.made(book.regrant(self.line, granted_minor, stamp=STAMP))
        self.granted_minor = granted_minor

    @rule(reason=st.none() | st.just("fraud"))
    def block(self, reason: str | None) -> None:
        self.made(book.block(self.line, reason, stamp=STAMP))

    @rule(self_limit_minor=st.none() | st.integers(min_value=0, max_value=4))
    def cap_oneself(self, self_limit_minor: int | None) -> None:
        self.made(book.cap_oneself(self.line, self_limit_minor, stamp=STAMP))

    @invariant()
    def every_unit_of_permission_is_somewhere(self) -> None:
        line = self.line
        in_use = line.drawn_minor + line.reserved_minor + line.withheld_minor
        assert line.granted_minor == line.headroom_minor + in_use == self.granted_minor
        assert held_by(self.transfers, LIMIT_ACCOUNTS) == buckets(line)
        assert sum(balances(self.transfers)[account] for account in LIMIT_ACCOUNTS) == 0

    @invariant()
    def money_tells_the_same_story(self) -> None:
        held = balances(self.transfers)
        assert held[Account.RECEIVABLE] == -held[Account.SETTLEMENT] == self.line.drawn_minor

    @invariant()
    def the_buckets_are_what_paper_says(self) -> None:
        assert self.line.drawn_minor == self.paid_out_minor - self.repaid_minor
        assert self.line.withheld_minor == self.repaid_minor - self.released_minor
        assert self.line.reserved_minor == sum(amount * count for amount, count in self.open_reservations.items())


TestBooks = Books.TestCase
