"""Movements of a line: each takes the line as it is and gives the line as it becomes, with its transfers, or a refusal.

Nothing here decides about credit; it only keeps the books right. A movement the buckets cannot carry is a `Refusal`, a
value with a stable code, so that one refused movement never fails the others of its batch.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from creditline.errors import Code
from creditline.ledger.chart import Account, Entry, Movement, Transfer
from creditline.ledger.line import Line

Legs = tuple[tuple[Account, Account, int], ...]
"""Debit, credit, amount in minor units; legs of zero are left out when they are posted."""


USED = frozenset({Account.RESERVED, Account.DRAWN, Account.WITHHELD})
"""Where a unit of a limit is when it is in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A movement that was made: the line after it, its entry and its transfers."""

    line: Line
    entry: Entry
    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A movement that the buckets cannot carry, and the most they could have carried."""

    code: Code
    most_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Which request moves the line, and when; `first_ordinal` numbers its first transfer."""

    request: UUID
    booked_at: datetime
    first_ordinal: int = 0


def open_line(line: Line, *, stamp: Stamp) -> Posting:
    """Grant a new line its limit; `line` comes with the grant and empty buckets at version 0."""
    return _post(line, Movement.OPEN, ((Account.HEADROOM, Account.GRANT, line.granted_minor),), stamp=stamp)


def move_in(line: Line, amount_minor: int, *, stamp: Stamp) -> Posting | Refusal:
    """Take over a balance that was drawn elsewhere before the line came here."""
    if refusal := _refusal(amount_minor, most_minor=max(0, line.headroom_minor)):
        return refusal
    after = replace(line, drawn_minor=line.drawn_minor + amount_minor)
    legs = (
        (Account.DRAWN, Account.HEADROOM, amount_minor),
        (Account.RECEIVABLE, Account.MOVED_IN, amount_minor),
    )
    return _post(after, Movement.MOVE_IN, legs, stamp=stamp)


def authorise(line: Line, amount_minor: int, *, stamp: Stamp) -> Posting | Refusal:
    """Reserve an amount for a draw that will be captured, voided or left to expire."""
    if refusal := _refusal_of_draw(line, amount_minor):
        return refusal
    after = replace(line, reserved_minor=line.reserved_minor + amount_minor)
    return _post(after, Movement.AUTHORISE, ((Account.RESERVED, Account.HEADROOM, amount_minor),), stamp=stamp)


def capture(
    line: Line, amount_minor: int, *, reserved_minor: int, stamp: Stamp, charged: Legs = ()
) -> Posting | Refusal:
    """Pay out `amount_minor` of a reservation of `reserved_minor`; the rest of it goes back to headroom."""
    if refusal := _refusal(amount_minor, most_minor=reserved_minor):
        return refusal
    after = replace(
        line,
        reserved_minor=line.reserved_minor - reserved_minor,
        drawn_minor=line.drawn_minor + amount_minor,
    )
    legs = (
        (Account.DRAWN, Account.RESERVED, amount_minor),
        (Account.HEADROOM, Account.RESERVED, reserved_minor - amount_minor),
        (Account.RECEIVABLE, Account.SETTLEMENT, amount_minor),
        *charged,
    )
    return _post(after, Movement.CAPTURE, legs, stamp=stamp)


def end_reservation(line: Line, reserved_minor: int, *, movement: Movement, stamp: Stamp) -> Posting:
    """Give a reservation back to headroom, because it was voided or because it expired."""
    after = replace(line, reserved_minor=line.reserved_minor - reserved_minor)
    return _post(after, movement, ((Account.HEADROOM, Account.RESERVED, reserved_minor),), stamp=stamp)


def draw(line: Line, amount_minor: int, *, stamp: Stamp, charged: Legs = ()) -> Posting | Refusal:
    """Authorise and capture in one step: headroom -> reserved -> drawn, and the money goes out; a fee may be `charged`."""
    if refusal := _refusal_of_draw(line, amount_minor):
        return refusal
    after = replace(line, drawn_minor=line.drawn_minor + amount_minor)
    legs = (
        (Account.RESERVED, Account.HEADROOM, amount_minor),
        (Account.DRAWN, Account.RESERVED, amount_minor),
        (Account.RECEIVABLE, Account.SETTLEMENT, amount_minor),
        *charged,
    )
    return _post(after, Movement.DRAW, legs, stamp=stamp)


def repay(line: Line, amount_minor: int, *, stamp: Stamp, money: Legs = ()) -> Posting | Refusal:
    """Take principal back: it goes to withheld, always; only a restoration decision brings it back to headroom.

    `money` is what else was paid, or ran up until then: interest, penalty and fees touch no limit, and may come alone.
    """
    is_money_alone = amount_minor == 0 and any(leg[2] for leg in money)
    if line.drawn_minor == 0 and not is_money_alone:
        return Refusal(code=Code.NOTHING_OWED, most_minor=0)
    if not is_money_alone and (refusal := _refusal(amount_minor, most_minor=line.drawn_minor)):
        return refusal
    after = replace(
        line,
        drawn_minor=line.drawn_minor - amount_minor,
        withheld_minor=line.withheld_minor + amount_minor,
    )
    legs = (
        (Account.WITHHELD, Account.DRAWN, amount_minor),
        (Account.SETTLEMENT, Account.RECEIVABLE, amount_minor),
        *money,
    )
    return _post(after, Movement.REPAY, legs, stamp=stamp)


def correct(
    line: Line, movement: Movement, *, drawn_minor: int = 0, withheld_minor: int = 0, stamp: Stamp, money: Legs
) -> Posting:
    """Change what is drawn and what is withheld, either way and with the money that says why; headroom bears the rest.

    A repayment that never was is owed again whether or not there is room: the line is then over its limit.
    """
    after = replace(
        line, drawn_minor=line.drawn_minor + drawn_minor, withheld_minor=line.withheld_minor + withheld_minor
    )
    limit = {
        Account.DRAWN: drawn_minor,
        Account.WITHHELD: withheld_minor,
        Account.HEADROOM: -drawn_minor - withheld_minor,
    }
    return _post(after, movement, (*paired(limit), *money), stamp=stamp)


def charge_off(line: Line, *, stamp: Stamp, money: Legs) -> Posting:
    """Take what is drawn and kept back off the books and off the limit for good; nothing is left to draw on."""
    after = replace(
        line,
        granted_minor=line.reserved_minor,
        drawn_minor=0,
        withheld_minor=0,
        extra_minor=0,
        extra_ends_at=None,
        block_reason="charged off",
    )
    limit = {
        Account.GRANT: line.granted_minor - line.reserved_minor,
        Account.HEADROOM: -line.headroom_minor,
        Account.DRAWN: -line.drawn_minor,
        Account.WITHHELD: -line.withheld_minor,
    }
    return _post(after, Movement.CHARGE_OFF, (*paired(limit), *money), stamp=stamp)


def paired(changes: Mapping[Account, int]) -> Legs:
    """Return legs that change balances by these amounts, which add up to nothing; both sides meet in the order of the chart."""
    left = Counter(changes)
    legs: list[tuple[Account, Account, int]] = []
    for debit in sorted(account for account in left if left[account] > 0):
        for credit in sorted(account for account in left if left[account] < 0):
            amount_minor = min(left[debit], -left[credit])
            left[debit] -= amount_minor
            left[credit] += amount_minor
            legs += [(debit, credit, amount_minor)] if amount_minor else []
    assert not any(left.values()), changes
    return tuple(legs)


def release(line: Line, amount_minor: int, *, stamp: Stamp) -> Posting | Refusal:
    """Bring withheld limit back: withheld -> headroom."""
    if refusal := _refusal(amount_minor, most_minor=line.withheld_minor):
        return refusal
    after = replace(line, withheld_minor=line.withheld_minor - amount_minor)
    return _post(after, Movement.RELEASE, ((Account.HEADROOM, Account.WITHHELD, amount_minor),), stamp=stamp)


def reduce(line: Line, amount_minor: int, *, stamp: Stamp) -> Posting | Refusal:
    """Cut withheld limit: withheld -> grant, so that what is free stays as it is.

    The standing limit does not fall below nothing: what it is too small for goes back to headroom instead, which it takes
    nothing from that was granted for longer.
    """
    if refusal := _refusal(amount_minor, most_minor=line.withheld_minor):
        return refusal
    cut_minor = min(amount_minor, line.standing_minor)
    after = replace(
        line, withheld_minor=line.withheld_minor - amount_minor, granted_minor=line.granted_minor - cut_minor
    )
    legs = (
        (Account.GRANT, Account.WITHHELD, cut_minor),
        (Account.HEADROOM, Account.WITHHELD, amount_minor - cut_minor),
    )
    return _post(after, Movement.REDUCE, legs, stamp=stamp)


def regrant(line: Line, granted_minor: int, *, stamp: Stamp) -> Posting:
    """Set the granted limit. A cut below use leaves negative headroom, which falls back as the borrower repays."""
    change = granted_minor - line.granted_minor
    after = replace(line, granted_minor=granted_minor)
    if change >= 0:
        return _post(after, Movement.INCREASE, ((Account.HEADROOM, Account.GRANT, change),), stamp=stamp)
    return _post(after, Movement.DECREASE, ((Account.GRANT, Account.HEADROOM, -change),), stamp=stamp)


def extend(line: Line, extra_minor: int, *, until: datetime | None, stamp: Stamp) -> Posting:
    """Grant an amount above the standing limit until a moment, in the place of what was added so before; 0 ends it."""
    after = replace(line, extra_minor=extra_minor, extra_ends_at=until if extra_minor else None)
    return regrant(after, line.standing_minor + extra_minor, stamp=stamp)


def close(line: Line, *, stamp: Stamp) -> Posting | Refusal:
    """End a line of which nothing is used, nor kept back: what is granted goes back to where it came from."""
    if used_minor := line.drawn_minor + line.reserved_minor + line.withheld_minor:
        return Refusal(code=Code.LINE_IN_USE, most_minor=used_minor)
    after = replace(line, granted_minor=0, extra_minor=0, extra_ends_at=None, closed_at=stamp.booked_at)
    return _post(after, Movement.CLOSE, ((Account.GRANT, Account.HEADROOM, line.granted_minor),), stamp=stamp)


def block(line: Line, reason: str | None, *, stamp: Stamp) -> Posting:
    """Stop all draws for a stated reason, or lift the stop with None; no bucket moves."""
    movement = Movement.UNBLOCK if reason is None else Movement.BLOCK
    return _post(replace(line, block_reason=reason), movement, (), stamp=stamp)


def cap_oneself(line: Line, self_limit_minor: int | None, *, stamp: Stamp) -> Posting:
    """Set or lift the borrower's own lower cap on use; no bucket moves."""
    return _post(replace(line, self_limit_minor=self_limit_minor), Movement.SELF_LIMIT, (), stamp=stamp)


def seat(line: Line, umbrella: UUID | None, *, stamp: Stamp) -> Posting:
    """Put a line under an umbrella, or with None under none; no bucket of the line moves."""
    movement = Movement.DETACH if umbrella is None else Movement.ATTACH
    after = replace(line, umbrella=umbrella, room_minor=None, room_under=None)
    return _post(after, movement, (), stamp=stamp)


def _refusal_of_draw(line: Line, amount_minor: int) -> Refusal | None:
    """Refuse a draw from a blocked line, or of more than is available."""
    if line.is_blocked:
        return Refusal(code=Code.LINE_BLOCKED, most_minor=0)
    return _refusal(amount_minor, most_minor=line.available_minor)


def _refusal(amount_minor: int, *, most_minor: int) -> Refusal | None:
    """Refuse what is no amount, or more than a bucket can give: a draw of -1 would be a repayment nobody decided."""
    if amount_minor < 1:
        return Refusal(code=Code.AMOUNT_NOT_POSITIVE, most_minor=most_minor)
    return Refusal(code=Code.OVERDRAWN, most_minor=most_minor) if amount_minor > most_minor else None


def _post(after: Line, movement: Movement, legs: Legs, *, stamp: Stamp) -> Posting:
    """Return the posting of some legs: numbered transfers, and the entry of the next version."""
    line = replace(after, version=after.version + 1, booked_at=stamp.booked_at)
    moved = [leg for leg in legs if leg[2]]
    if line.room_minor is not None:
        grown_minor = sum(((debit in USED) - (credit in USED)) * amount_minor for debit, credit, amount_minor in moved)
        line = replace(line, room_minor=line.room_minor - grown_minor)
    transfers = tuple(
        Transfer(
            request=stamp.request,
            ordinal=stamp.first_ordinal + place,
            line=line.id,
            debit=debit,
            credit=credit,
            amount_minor=amount_minor,
            booked_at=stamp.booked_at,
        )
        for place, (debit, credit, amount_minor) in enumerate(moved)
    )
    entry = Entry(
        line=line.id,
        version=line.version,
        request=stamp.request,
        movement=movement,
        granted_minor=line.granted_minor,
        drawn_minor=line.drawn_minor,
        reserved_minor=line.reserved_minor,
        withheld_minor=line.withheld_minor,
        booked_at=stamp.booked_at,
    )
    return Posting(line=line, entry=entry, transfers=transfers)
