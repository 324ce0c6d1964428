"""Read events as they are sent, one JSON object a line: each line is an event, or malformed with its reason.

Nothing here knows what is on record: whether an event is new, repeated or contradicts one is told after the store was asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from creditline.errors import Code, CreditlineError, Malformed
from creditline.events.catalogue import AnyEvent, Event
from creditline.events.row import EventRow, row_of
from creditline.ids import require_uuid7
from creditline.money import require_currency

MOST_LINE_BYTES = 65_536
FUTURE_TOLERANCE = timedelta(minutes=5)
"""How far ahead of ours a sender's clock may be."""

_DECODER = msgspec.json.Decoder(AnyEvent)


class Verdict(StrEnum):
    """What became of a line."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    MALFORMED = "malformed"


class Judged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The verdict on a line, counted from 1; a malformed one says why, with a stable code."""

    line: int
    verdict: Verdict
    id: UUID | None = None
    code: Code | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A line that is an event, in its stored form."""

    line: int
    row: EventRow


def read_line(line: int, text: bytes, *, now: datetime) -> Read | Judged:
    """Read one line; `now` stamps when the event was learned of."""
    if len(text) > MOST_LINE_BYTES:
        return malformed(
            line, Code.TOO_LARGE, f"The line has {len(text)} bytes; an event has at most {MOST_LINE_BYTES}."
        )
    try:
        event = _DECODER.decode(text)
        _check(event, now)
    except CreditlineError as wrong:
        return malformed(line, wrong.code, wrong.message, event.id)
    except UnicodeDecodeError as wrong:
        return malformed(
            line, Code.MESSAGE_MALFORMED, f"The line is no UTF-8 text: {wrong.reason} at byte {wrong.start}."
        )
    except msgspec.DecodeError as wrong:
        return malformed(line, Code.MESSAGE_MALFORMED, f"{wrong}. Send one JSON object of a known event type a line.")
    return Read(line, row_of(event, recorded_at=now))


def malformed(line: int, code: Code, reason: str, event: UUID | None = None) -> Judged:
    """Return the verdict on a line that cannot be taken."""
    return Judged(line=line, verdict=Verdict.MALFORMED, id=event, code=code, reason=reason)


def _check(event: Event, now: datetime) -> None:
    """Raise `Malformed` for what the types cannot say."""
    require_uuid7(event.id, what="event id")
    if event.happened_at > now + FUTURE_TOLERANCE:
        raise Malformed(
            f"The event happened at {event.happened_at.isoformat()}, and it is {now.isoformat()} here. "
            "Send it when it has happened, or set the sender's clock right.",
            code=Code.EVENT_FROM_FUTURE,
        )
    currency = getattr(event, "currency", None)
    if currency is not None:
        require_currency(currency)


class Lines:
    """Cuts a stream of bytes into numbered lines, keeping the unfinished last one for the next chunk."""

    def __init__(self) -> None:
        self.line = 0
        self.rest = b""

    def feed(self, chunk: bytes) -> Iterator[tuple[int, bytes]]:
        """Return the lines that a chunk completes; blank lines count and are passed over."""
        *whole, self.rest = (self.rest + chunk).split(b"\n")
        # A line that is far too long is cut here, so that it cannot fill the memory.
        if len(self.rest) > 2 * MOST_LINE_BYTES:
            self.rest = self.rest[: MOST_LINE_BYTES + 1]
        yield from self._numbered(whole)

    def end(self) -> Iterator[tuple[int, bytes]]:
        """Return the last line if it has no end."""
        rest, self.rest = self.rest, b""
        yield from self._numbered([rest] if rest else [])

    def _numbered(self, lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
        for text in lines:
            self.line += 1
            if text.strip():
                yield self.line, text
