"""Verify: hold the whole database against its laws, reading only, and say what is wrong and where."""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from creditline.decision.retold import balances_of, require_told, tell
from creditline.errors import Broken, NotAllowed
from creditline.flows.correct import past_of
from creditline.flows.house import House
from creditline.flows.replay import arm_differences, replayed
from creditline.ledger.chart import MONEY_ACCOUNTS, Account
from creditline.ledger.line import Line
from creditline.ledger.loan import LoanState
from creditline.store import checks, decisions, lines
from creditline.store.checks import Finding
from creditline.store.connect import Connection, Database

FIRST = UUID(int=0)
PAGE = 500
REPLAY = "a decision replays byte for byte"
HISTORY = "a line's loans and accounts are what its history tells"

TOGETHER = {
    Account.MOVED_IN: Account.SETTLEMENT,
    Account.PENALTY_INCOME: Account.INTEREST_INCOME,
    Account.FEE_INCOME: Account.INTEREST_INCOME,
    Account.ROUNDING: Account.INTEREST_INCOME,
    Account.SUSPENDED_INTEREST: Account.INTEREST_INCOME,
}
"""Accounts that a history tells only together: where money came from, and what was earned and when it counts as income."""


async def verify(db: Database, *, most: int = 20, told: Callable[[str, int], None] | None = None) -> list[Finding]:
    """Return what breaks a law, up to `most` findings each; `told` hears each law and its count as it is checked."""
    found: list[Finding] = []
    async with db.reading() as connection:
        for statement, law in checks.INVARIANTS:
            own = await checks.check(connection, statement, law, most=most)
            found += own
            if told:
                told(law, len(own))
    return found


async def verify_replays(
    db: Database, house: House, *, most: int | None = None, told: Callable[[int], None] | None = None
) -> tuple[int, list[Finding]]:
    """Replay decisions, all or the first `most` in id order; return how many, and those that differ."""
    found: list[Finding] = []
    count, after = 0, FIRST
    while most is None or count < most:
        async with db.reading() as connection:
            page = await decisions.page_sealed(connection, after=after, most=min(PAGE, (most or count + PAGE) - count))
            for stored, sealed, seen in page:
                one = await replayed(connection, house, stored, sealed, seen)
                words = one.record_difference or one.facts_difference
                if words:
                    found.append(Finding(law=REPLAY, subject=str(stored.id), words=words))
            differing = await arm_differences(connection, house, [stored for stored, _, _ in page])
            found += [Finding(law=REPLAY, subject=str(one), words=words) for one, words in differing.items()]
        if not page:
            break
        count, after = count + len(page), page[-1][0].id
        if told:
            told(count)
    return count, found


async def verify_histories(
    db: Database, house: House, *, most: int | None = None, told: Callable[[int], None] | None = None
) -> tuple[int, list[Finding]]:
    """Tell the money of lines again from what was done to it, all or the first `most`; return how many, and what differs."""
    found: list[Finding] = []
    count, after = 0, FIRST
    while most is None or count < most:
        async with db.reading() as connection:
            page = await lines.page(connection, after=after, most=min(PAGE, (most or count + PAGE) - count))
            for line in page:
                words = await _off_its_history(connection, house, line)
                found += [Finding(law=HISTORY, subject=str(line.id), words=words)] if words else []
        if not page:
            break
        count, after = count + len(page), page[-1].id
        if told:
            told(count)
    return count, found


async def _off_its_history(db: Connection, house: House, line: Line) -> str:
    """Say how a line's loans or accounts differ from its history, nothing if they do not."""
    try:
        past = await past_of(db, house, line.id)
    except NotAllowed:
        return ""
    today = max(loan.accrued_through_on for loan in past.loans)
    history = tell(past.deeds, through_on=today)
    try:
        require_told(past.loans, history, today=today)
    except Broken as off:
        return off.message
    held: Counter[Account] = Counter()
    for one in await lines.transfers(db, line.id):
        held[one.debit] += one.amount_minor
        held[one.credit] -= one.amount_minor
    is_lent = [loan for loan in past.loans if loan.state is not LoanState.REVERSED]
    wanted = _together(balances_of(is_lent, history))
    held = _together(held)
    return "; ".join(
        f"{account.name} holds {held[account]}, its history tells {wanted[account]}"
        for account in MONEY_ACCOUNTS
        if held[account] != wanted[account]
    )


def _together(balances: Counter[Account]) -> Counter[Account]:
    sums: Counter[Account] = Counter()
    for account, amount_minor in balances.items():
        sums[TOGETHER.get(account, account)] += amount_minor
    return sums
