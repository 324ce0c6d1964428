"""Read events as they are sent, one JSON object a line: each line is an event, or malformed with its reason.

Nothing here knows what is on record: whether an event is new, repeated or contradicts one is told after the store was asked.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from creditline.errors import Code, CreditlineError, Malformed
from creditline.events.catalogue import AnyEvent
from creditline.events.row import EventRow, row_of
from creditline.ids import require_uuid7
from creditline.money import MINOR_DIGITS, require_currency

MOST_LINE_BYTES = 65_536
FUTURE_TOLERANCE = timedelta(minutes=5)
"""How far ahead of ours a sender's clock may be."""

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""What happened before is a slip of the pen, and its instant may not exist in UTC."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_UUID7_MASK, _UUID7 = 0xF << 76 | 3 << 62, 7 << 76 | 2 << 62


class _Named(msgspec.Struct):
    """The id of something that may be no event otherwise."""

    id: UUID | None = None


_DECODER = msgspec.json.Decoder(AnyEvent)
_NAME_DECODER = msgspec.json.Decoder(_Named)


class Verdict(StrEnum):
    """What became of a line."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    MALFORMED = "malformed"


class Judged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The verdict on a line, counted from 1; a malformed one says why, with a stable code, and its id if that can be read."""

    line: int
    verdict: Verdict
    id: UUID | None = None
    code: Code | None = None
    reason: str | None = None


class Read(msgspec.Struct, frozen=True):
    """A line that is an event, in its stored form."""

    line: int
    row: EventRow


def read_line(line: int, text: bytes, *, now: datetime) -> Read | Judged:
    """Read one line; `now` stamps when the event was learned of."""
    if len(text) > MOST_LINE_BYTES:
        return malformed(
            line, Code.TOO_LARGE, f"The line is longer than {MOST_LINE_BYTES} bytes, the most an event may have."
        )
    try:
        row = row_of(_DECODER.decode(text), recorded_at=now)
        _check(row, now)
    except CreditlineError as wrong:
        return malformed(line, wrong.code, wrong.message, id_in(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        reason = f"{why_unread(text, wrong)} Send one flat JSON object of a known event type a line, in UTF-8."
        return malformed(line, Code.MESSAGE_MALFORMED, reason, id_in(text))
    return Read(line, row)


def malformed(line: int, code: Code, reason: str, event: UUID | None = None) -> Judged:
    """Return the verdict on a line that cannot be taken."""
    return Judged(line=line, verdict=Verdict.MALFORMED, id=event, code=code, reason=reason)


def _check(row: EventRow, now: datetime) -> None:
    """Raise `Malformed` for what the types cannot say; what is right costs as little as it can."""
    if row.id.int & _UUID7_MASK != _UUID7:
        require_uuid7(row.id, what="event id")
    if row.happened_at > now and row.happened_at > now + FUTURE_TOLERANCE:
        raise Malformed(
            f"The event happened at {row.happened_at.isoformat()}, and it is {now.isoformat()} here. "
            "Send it when it has happened, or set the sender's clock right.",
            code=Code.EVENT_FROM_FUTURE,
        )
    if row.happened_at < EARLIEST:
        raise Malformed(
            f"The event happened at {row.happened_at.isoformat()}, before {EARLIEST.isoformat()}. Mend its date.",
            code=Code.MESSAGE_MALFORMED,
        )
    if row.currency is not None and row.currency not in MINOR_DIGITS:
        require_currency(row.currency)
    # A pattern's $ lets a final line break pass, and no text in PostgreSQL holds a NUL.
    if row.borrower[-1] == "\n":
        raise Malformed(f"The borrower is {row.borrower!r}. Leave the line break out.", code=Code.MESSAGE_MALFORMED)
    if row.ref is not None and "\0" in row.ref:
        raise Malformed(f"The event is about {row.ref!r}. Leave the NUL out.", code=Code.MESSAGE_MALFORMED)


def why_unread(text: bytes, wrong: Exception) -> str:
    """Return in words why a line cannot be read."""
    if isinstance(wrong, RecursionError):
        return "The line nests too deeply."
    try:
        text.decode()
    except UnicodeDecodeError as undecoded:
        return f"The line is no UTF-8 text: {undecoded.reason} at byte {undecoded.start}."
    return f"{wrong}."


def id_in(text: bytes) -> UUID | None:
    """Return the id in a line that cannot be read otherwise, so that its sender knows which was meant."""
    try:
        return _NAME_DECODER.decode(text).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Lines:
    """Cuts a stream of bytes into numbered lines, keeping the unfinished last one for the next chunk."""

    def __init__(self) -> None:
        self.line = 0
        self.rest = b""

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        """Return the lines that a chunk completes, without their ends; blank lines count and are passed over."""
        *whole, rest = (self.rest + chunk).split(b"\n")
        # A line that is too long is cut here to one that still is, so that it cannot fill the memory.
        self.rest = rest[: MOST_LINE_BYTES + 2]
        return self._numbered(whole)

    def end(self) -> list[tuple[int, bytes]]:
        """Return the last line if it has no end."""
        rest, self.rest = self.rest, b""
        return self._numbered([rest] if rest else [])

    def _numbered(self, lines: Iterable[bytes]) -> list[tuple[int, bytes]]:
        numbered = []
        for line in lines:
            self.line += 1
            text = line.removesuffix(b"\r")
            if self.line == 1:
                text = text.removeprefix(BYTE_ORDER_MARK)
            if text and not text.isspace():
                numbered.append((self.line, text))
        return numbered
