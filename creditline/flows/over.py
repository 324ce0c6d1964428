"""Which business day is over: by this machine's clock and by the database's, a few minutes after midnight."""

from datetime import date, datetime

from creditline.clock import DAY, SETTLES_IN, Clock, last_over, start_of
from creditline.errors import Code, NotAllowed
from creditline.store import book, days
from creditline.store.connect import Connection


async def today(db: Connection, clock: Clock) -> date:
    """Return the earliest day that is not over: a clock that jumps ahead ends none."""
    return last_over(min(clock(), await book.database_clock(db))) + DAY


async def last_day(db: Connection, clock: Clock, through: date | None) -> date:
    """Return the last day that is over, or `through`; raise `NotAllowed` if that is not over."""
    over = await today(db, clock) - DAY
    if through is not None and through > over:
        raise NotAllowed(
            f"The day {through} is not over: the last one that is over is {over}. Come back when it is, a few minutes "
            "after midnight UTC.",
            code=Code.DAY_OPEN,
        )
    return through or over


async def require_closed(db: Connection, *, through: date) -> None:
    """Raise `NotAllowed` if a line has a day to close up to one."""
    lines_count, first_on = await days.not_closed(db, through=through)
    if first_on is not None:
        raise NotAllowed(
            f"{lines_count} lines have days to close up to {through}, the first of them {first_on}. Days are closed in their "
            f"order: run creditline close --through {through} first.",
            code=Code.DAY_OPEN,
        )


def over_at(day: date) -> datetime:
    """Return the instant from which a day counts as over."""
    return start_of(day + DAY) + SETTLES_IN
