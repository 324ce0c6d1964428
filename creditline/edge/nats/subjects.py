"""What is sent where: the two streams, their subjects, and the shape of a refusal."""

from uuid import UUID

import msgspec
from nats.js import JetStreamContext
from nats.js.api import StorageType

from creditline.errors import Code

INCOMING, OUTGOING = "CREDITLINE_IN", "CREDITLINE_OUT"
EVENTS = "creditline.in.events"
DRAWS = "creditline.in.draws"
REPAYMENTS = "creditline.in.repayments"
DECIDED = "creditline.out.decided"
"""Followed by the kind of a decision: its whole record, as a replay compares it."""

REFUSED = "creditline.out.refused"
"""What could not be taken, and why; the message that was refused is not sent again."""

ID = "Nats-Msg-Id"
REPEATS_SECONDS = 15 * 60.0
"""For how long the server drops what is sent again under one id; whoever reads longer than that goes by the ids."""


class RefusedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was refused: the id in it if that could be read, a stable code, and the reason in words."""

    id: UUID | None
    subject: str
    code: Code
    reason: str


async def ensure_streams(stream: JetStreamContext) -> None:
    """Make both streams unless they are there; what others have set differently stays."""
    known = {one.config.name for one in await stream.streams_info()}
    for name, subjects in ((INCOMING, "creditline.in.>"), (OUTGOING, "creditline.out.>")):
        if name not in known:
            await stream.add_stream(
                name=name, subjects=[subjects], storage=StorageType.FILE, duplicate_window=REPEATS_SECONDS
            )
