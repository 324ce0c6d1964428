"""A document that a borrower hands in as evidence: what can be taken, and the life it has until it no longer counts."""

import struct
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from creditline.errors import Code, Conflict, Malformed
from creditline.events.event import EvidenceKind

MOST_BYTES = 5 * 1024 * 1024
"""How large a document may be; a page photographed by a telephone takes half of it."""

MOST_PIXELS = 12_000
"""How wide and how high a picture may be: a small file can unfold to one that fills a viewer's memory."""

MOST_WAITING = 20
"""How many documents of one borrower may wait to be judged."""

MOST_YEARS = 2
"""How long a document counts at most after it was verified."""

ACTIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/AA", b"/RichMedia", b"/XFA")
"""What a PDF names that does something, or carries something else, when it is opened."""


class Media(StrEnum):
    """What a document may be. Stored: never renamed."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


class Act(StrEnum):
    """What happens to a document. Stored: never renamed."""

    SUBMITTED = "submitted"
    CORRECTED = "corrected"
    VERIFIED = "verified"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


AFTER = {
    Act.SUBMITTED: (Act.CORRECTED, Act.VERIFIED, Act.REFUSED, Act.WITHDRAWN),
    Act.CORRECTED: (Act.CORRECTED, Act.VERIFIED, Act.REFUSED, Act.WITHDRAWN),
    Act.VERIFIED: (Act.EXPIRED,),
    Act.REFUSED: (),
    Act.EXPIRED: (),
    Act.WITHDRAWN: (),
}
"""What may follow what; the database holds it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as its last entry left it.

    `version` counts what happened to it, from 1. `amount_minor` is the monthly amount an officer read in it, in minor units
    of `currency`, and `expires_on` the first day on which it does not count, both from its verification.
    """

    id: UUID
    borrower: str
    kind: EvidenceKind
    media: Media
    size_bytes: int
    submitted_at: datetime
    version: int
    act: Act
    acted_at: datetime
    author: str
    reason: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    expires_on: date | None = None

    def require(self, act: Act) -> None:
        """Raise `Conflict` unless an act may follow the last one."""
        if act not in AFTER[self.act]:
            raise Conflict(
                f"Document {self.id} was {self.act} at {self.acted_at.isoformat()}, and cannot be {act} after that. Hand in a "
                "new document.",
                code=Code.DOCUMENT_ENDED,
            )


def media_of(content: bytes, *, said: str) -> Media:
    """Return what a document is by its own bytes; `said` is what the sender calls it.

    Raise `Malformed` if it is empty, too large, none of the media taken, called something else, cut off, followed by
    something else, a picture too large to be shown, or a PDF that does something when it is opened.
    """
    if not content:
        raise _refused("It is empty.", code=Code.DOCUMENT_EMPTY)
    if len(content) > MOST_BYTES:
        raise _refused(
            f"It has {len(content):,} bytes, and at most {MOST_BYTES:,} are taken. Send it smaller, or in parts.",
            code=Code.DOCUMENT_TOO_LARGE,
        )
    found = _media(content)
    if found is None:
        raise _refused("It is neither a PDF, nor a PNG, nor a JPEG. Save it as one of them.")
    if said.partition(";")[0].strip().lower() != found:
        raise _refused(
            f"It is sent as {said[:60]!r} and is {found}. Send it as what it is.", code=Code.DOCUMENT_MISNAMED
        )
    _LOOK[found](content)
    return found


def require_until(until: date, *, today: date) -> None:
    """Raise `Malformed` unless a day until which a document counts comes after today and within two years."""
    last = today.replace(year=today.year + MOST_YEARS, day=min(today.day, 28))
    if not today < until <= last:
        raise Malformed(
            f"A document verified on {today} counts until a day after it and up to {last}; {until} was given.",
            code=Code.MESSAGE_MALFORMED,
        )


def _media(content: bytes) -> Media | None:
    if content.startswith(b"%PDF-"):
        return Media.PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Media.PNG
    return Media.JPEG if content.startswith(b"\xff\xd8\xff") else None


def _look_at_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-1024:]:
        raise _refused("The PDF is cut off: its end is missing. Send it again.", code=Code.DOCUMENT_CUT_OFF)
    if found := next((name for name in ACTIVE if _names(content, name)), None):
        raise _refused(
            f"The PDF has {found.decode()[1:]}, which does something when it is opened. Print it to a plain PDF.",
            code=Code.DOCUMENT_ACTIVE,
        )


def _names(content: bytes, name: bytes) -> bool:
    """Say whether a PDF has a name as a whole: /AA is not in /AAPL."""
    at = content.find(name)
    while at >= 0:
        if not content[at + len(name) : at + len(name) + 1].isalnum():
            return True
        at = content.find(name, at + 1)
    return False


def _look_at_png(content: bytes) -> None:
    """Walk the chunks to the end (RFC 2083, section 3), so that nothing is hidden behind it."""
    if content[12:16] != b"IHDR" or len(content) < 33:
        raise _refused("The PNG has no header. Send it again.", code=Code.DOCUMENT_CUT_OFF)
    _require_shown(*struct.unpack(">II", content[16:24]))
    at = 8
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind = content[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            if at != len(content):
                raise _refused(
                    "Something follows the end of the PNG. Save the picture anew.", code=Code.DOCUMENT_CUT_OFF
                )
            return
    raise _refused("The PNG is cut off: its end is missing. Send it again.", code=Code.DOCUMENT_CUT_OFF)


def _look_at_jpeg(content: bytes) -> None:
    """Walk the segments to the picture's size (ITU-T T.81, annex B), and look for its end."""
    if not content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise _refused(
            "The JPEG is cut off, or something follows its end. Save the picture anew.", code=Code.DOCUMENT_CUT_OFF
        )
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, (length,) = content[at + 1], struct.unpack(">H", content[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            _require_shown(width, height)
            return
        at += 2 + length
    raise _refused("The JPEG does not say how large it is. Save the picture anew.", code=Code.DOCUMENT_CUT_OFF)


def _require_shown(width: int, height: int) -> None:
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise _refused(
            f"The picture is {width} x {height} pixels, and at most {MOST_PIXELS} x {MOST_PIXELS} are shown.",
            code=Code.DOCUMENT_TOO_LARGE,
        )


_LOOK = {Media.PDF: _look_at_pdf, Media.PNG: _look_at_png, Media.JPEG: _look_at_jpeg}


def _refused(why: str, *, code: Code = Code.DOCUMENT_UNREADABLE) -> Malformed:
    return Malformed(f"This document cannot be taken. {why}", code=code)
