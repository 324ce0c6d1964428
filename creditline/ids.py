"""Identity: the caller's UUIDv7 is the idempotency key, the primary key and the order of arrival in one (RFC 9562)."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from creditline.clock import to_us
from creditline.errors import Code, Malformed

_VERSION_7 = 7 << 76
_VARIANT = 2 << 62


def new_id(at: datetime) -> UUID:
    """Return a fresh UUIDv7 of the given instant."""
    return _uuid7(to_us(at) // 1000, secrets.randbits(74))


def id_from(content: str, *, at: datetime) -> UUID:
    """Return the UUIDv7 that `content` at an instant always has, so that importing twice repeats, never doubles."""
    digest = hashlib.sha256(content.encode()).digest()
    return _uuid7(to_us(at) // 1000, int.from_bytes(digest[:10]) >> 6)


def require_uuid7(given: UUID, *, what: str) -> UUID:
    """Return `given` if it is a UUID of version 7; raise `Malformed` naming `what` otherwise."""
    if given.version != 7:
        raise Malformed(
            f"The {what} {given} is a UUID of version {given.version}. Send a UUIDv7 that you made for this request, "
            "and send the same one again when you repeat it.",
            code=Code.ID_NOT_UUID7,
        )
    return given


def _uuid7(milliseconds: int, random_bits: int) -> UUID:
    """Put 48 bits of time and 74 bits of randomness where RFC 9562 wants them."""
    high, low = random_bits >> 62, random_bits & ((1 << 62) - 1)
    return UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | _VERSION_7 | high << 64 | _VARIANT | low)
