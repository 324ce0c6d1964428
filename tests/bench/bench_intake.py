"""What reading a line costs: from JSON bytes to a checked, stored row, without the store.

The contestants read the same lines in turns, and the best round of each counts. `json.loads` with checks written by hand is
what one writes without a library; pydantic is what a FastAPI endpoint would do. All of them check the same of two types of
event; ours knows every type of the catalogue meanwhile.
"""

import gc
import json
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from pydantic import AwareDatetime, BaseModel, ConfigDict, Discriminator, Field, TypeAdapter

from creditline.events.catalogue import DrawMade, OrderPlaced
from creditline.events.event import Category, Event
from creditline.events.intake import FUTURE_TOLERANCE, Lines, Read, read_line
from creditline.events.row import EventRow, digest_of, event_of
from creditline.ids import id_from
from creditline.money import MAX_MINOR, MINOR_DIGITS

LINES_COUNT = 20_000
ROUNDS = 7
PROMISED = 150_000
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = id_from("line", at=NOW)
BORROWER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")
CATEGORIES = {member.value: place for place, member in enumerate(Category)}


def lines_to_read() -> list[bytes]:
    """Return orders and draws in turn, as they are sent."""
    sent: list[Event] = []
    for number in range(LINES_COUNT):
        told = {
            "id": id_from(str(number), at=NOW - timedelta(days=1)),
            "borrower": f"b{number % 997}",
            "happened_at": NOW - timedelta(seconds=number),
            "amount_minor": number + 1,
            "currency": "CNY",
        }
        more = {"line": LINE} if number % 2 else {"order": f"o-{number}", "category": Category.HOME}
        sent.append(msgspec.convert(told | more, DrawMade if number % 2 else OrderPlaced))
    return [msgspec.json.encode(event) for event in sent]


def by_hand(text: bytes) -> EventRow:
    """Read a line with the standard library and check by hand what ours checks."""
    told = json.loads(text)
    kind = told.pop("type")
    own, happened_at, amount = (
        UUID(told.pop("id")),
        datetime.fromisoformat(told.pop("happened_at")),
        told.pop("amount_minor"),
    )
    borrower, currency = told.pop("borrower"), told.pop("currency")
    if own.version != 7 or happened_at.tzinfo is None or happened_at > NOW + FUTURE_TOLERANCE:
        raise ValueError(text)
    if not isinstance(amount, int) or not 1 <= amount <= MAX_MINOR or currency not in MINOR_DIGITS:
        raise ValueError(text)
    if not isinstance(borrower, str) or not BORROWER.match(borrower):
        raise ValueError(text)
    code: int | None = None
    if kind == "draw.made":
        number, ref = DrawMade.number, str(UUID(told.pop("line")))
    elif kind == "order.placed":
        number, ref, code = OrderPlaced.number, told.pop("order"), CATEGORIES[told.pop("category")]
        if not isinstance(ref, str) or not 1 <= len(ref) <= 64:
            raise ValueError(text)
    else:
        raise ValueError(text)
    if told:
        raise ValueError(text)
    return EventRow(own, number, borrower, happened_at, NOW, amount, currency, code, ref)


class _Sent(BaseModel):
    """What both types of event have, as pydantic says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    borrower: Annotated[str, Field(pattern=BORROWER.pattern)]
    happened_at: AwareDatetime
    amount_minor: Annotated[int, Field(ge=1, le=MAX_MINOR, strict=True)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class _Order(_Sent):
    type: Literal["order.placed"]
    order: Annotated[str, Field(min_length=1, max_length=64)]
    category: Category = Category.OTHER


class _Draw(_Sent):
    type: Literal["draw.made"]
    line: UUID


PYDANTIC: TypeAdapter[_Order | _Draw] = TypeAdapter(Annotated[_Order | _Draw, Discriminator("type")])


def by_pydantic(text: bytes) -> EventRow:
    """Read a line with pydantic and check the rest as ours does."""
    told = PYDANTIC.validate_json(text)
    if told.id.version != 7 or told.happened_at > NOW + FUTURE_TOLERANCE or told.currency not in MINOR_DIGITS:
        raise ValueError(text)
    is_draw = isinstance(told, _Draw)
    return EventRow(
        told.id,
        DrawMade.number if is_draw else OrderPlaced.number,
        told.borrower,
        told.happened_at,
        NOW,
        told.amount_minor,
        told.currency,
        None if isinstance(told, _Draw) else CATEGORIES[told.category],
        str(told.line) if isinstance(told, _Draw) else told.order,
    )


def ours(text: bytes) -> EventRow:
    """Read a line as intake does."""
    read = read_line(1, text, now=NOW)
    assert isinstance(read, Read)
    return read.row


def contestants(lines: Sequence[bytes]) -> dict[str, Callable[[], object]]:
    """Return what is timed over all lines, by its name in the table."""
    rows = [ours(text) for text in lines]
    assert rows == [by_hand(text) for text in lines] == [by_pydantic(text) for text in lines]
    stream = b"\n".join(lines)
    blocks = [stream[start : start + 65_536] for start in range(0, len(stream), 65_536)]

    def each(read: Callable[[bytes], object]) -> Callable[[], object]:
        return lambda: [read(text) for text in lines]

    def cut() -> object:
        cutter = Lines()
        return [line for block in blocks for line in cutter.feed(block)]

    return {
        "ours: JSON to checked row": each(ours),
        "json.loads and checks by hand": each(by_hand),
        "pydantic and the same checks": each(by_pydantic),
        "beside: json.loads alone": each(json.loads),
        "beside: cutting a stream into lines": cut,
        "beside: digest of a row": lambda: [digest_of(row) for row in rows],
        "beside: row to event": lambda: [event_of(row) for row in rows],
    }


def main() -> None:
    """Time all contestants in turn and print lines a second and the ratio to ours."""
    timed = contestants(lines_to_read())
    best_s = dict.fromkeys(timed, float("inf"))
    # Collecting what others left lying about would be charged to whoever runs next.
    gc.collect()
    gc.freeze()
    for _ in range(ROUNDS):
        for name, read in timed.items():
            started = time.process_time()
            read()
            best_s[name] = min(best_s[name], time.process_time() - started)
    first_s = next(iter(best_s.values()))
    print(f"{LINES_COUNT} lines, one core{'':<18}{'lines/s':>12}{'us a line':>12}{'cost to ours':>14}")
    for name, taken_s in best_s.items():
        print(
            f"{name:<40}{LINES_COUNT / taken_s:>12,.0f}{taken_s / LINES_COUNT * 1e6:>12.2f}{taken_s / first_s:>14.2f}"
        )
    print(f"Promised: at least {PROMISED:,} lines/s to a checked row.")


if __name__ == "__main__":
    main()
