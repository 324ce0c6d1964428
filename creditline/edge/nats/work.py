"""Take facts and requests from a stream, and tell it what was decided, until told to stop.

A message is acknowledged after the commit it led to: who is killed in between gets it again, and the ids in it make that
harmless. What cannot be taken is refused on the outgoing stream, never lost in silence.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NothingThereError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from creditline.decision.outcome import Decision, canonical
from creditline.edge.engine import Engine
from creditline.edge.nats.subjects import (
    DECIDED,
    DRAWS,
    EVENTS,
    ID,
    INCOMING,
    REFUSED,
    REPAYMENTS,
    RefusedMessage,
    ensure_streams,
)
from creditline.errors import Code, CreditlineError, Unavailable
from creditline.events.intake import Judged, Verdict
from creditline.flows.draw import DrawRequest, draw_lines
from creditline.flows.ingest import ingest
from creditline.flows.relay import open_outlet, relay_once
from creditline.flows.repay import RepayRequest, repay_lines

LOG = logging.getLogger("creditline.nats")
OUTLET = "nats"
MOST_EVENTS = 1_000
MOST_REQUESTS = 64
WAIT_SECONDS = 0.5
IDLE_SECONDS = 0.2
AWAY_SECONDS = 1.0
SEND_SECONDS = 10.0
"""Shorter than the database waits for an idle transaction: the relay holds one while it tells."""

CONNECT_SECONDS = 5.0
ACK_WAIT_SECONDS = 10.0
"""After it a message comes again; what is still being decided then is decided once all the same."""

Take = Callable[[Sequence[Msg]], Awaitable[Sequence[RefusedMessage | None]]]
"""Takes messages, one outcome each; raises `Unavailable` if they should come again."""


async def stream_on(
    engine: Engine, address: str, stop: asyncio.Event, *, told: Callable[[str], None] = lambda _: None
) -> None:
    """Do all of it until `stop` is set, once the address was `told`; raise `Unavailable` if nothing answers there at first."""
    async with connected(address) as client:
        stream = client.jetstream()
        await ensure_streams(stream)
        await open_outlet(engine.db, engine.clock, outlet=OUTLET)
        told(address)
        workers = (
            partial(_consume, stream, EVENTS, partial(_take_events, engine), most=MOST_EVENTS),
            partial(_consume, stream, DRAWS, partial(_take_draws, engine), most=MOST_REQUESTS),
            partial(_consume, stream, REPAYMENTS, partial(_take_repayments, engine), most=MOST_REQUESTS),
            partial(_relay, engine, stream),
        )
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(_on(worker, stop))


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Client]:
    """Give a link to a stream server that finds its way back by itself; raise `Unavailable` if there is none."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            client = await nats.connect(address, max_reconnect_attempts=-1, error_cb=_told)
    except (OSError, NatsError) as away:
        raise Unavailable(
            f"No stream server answers at {address} within {CONNECT_SECONDS:.0f} seconds. Start it, or mend CREDITLINE_NATS.",
            code=Code.STREAM_UNREACHABLE,
        ) from away
    try:
        yield client
    finally:
        # What was acknowledged is kept by the server; a link that broke meanwhile has nothing more to say.
        with contextlib.suppress(OSError, NatsError):
            await client.close()


async def _told(error: Exception) -> None:
    LOG.warning("the stream: %s", error)


async def _on(work: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    """Go on working until told to stop: a stream or a database that is away is waited for."""
    while not stop.is_set():
        try:
            await work(stop)
        except (Unavailable, NatsError, OSError) as away:
            LOG.warning("the stream or the database is away: %s", away)
        except Exception:
            LOG.exception("the stream's worker failed; it goes on")
        await _pause(stop, AWAY_SECONDS)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, shorter if told to stop."""
    await asyncio.wait([waiting := asyncio.ensure_future(stop.wait())], timeout=seconds)
    waiting.cancel()


async def _consume(stream: JetStreamContext, subject: str, take: Take, stop: asyncio.Event, *, most: int) -> None:
    """Fetch messages of a subject, take them, refuse what cannot be taken, and acknowledge."""
    name = subject.replace(".", "_")
    config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=ACK_WAIT_SECONDS, max_ack_pending=10 * most)
    waiting = await stream.pull_subscribe(subject, durable=name, stream=INCOMING, config=config)
    while not stop.is_set():
        try:
            messages = await waiting.fetch(most, timeout=WAIT_SECONDS)
        except NothingThereError:
            continue
        try:
            refused = await take(messages)
        except Unavailable:
            await asyncio.gather(*(message.nak(delay=AWAY_SECONDS) for message in messages))
            raise
        await asyncio.gather(*(_refuse(stream, one) for one in refused if one is not None))
        await asyncio.gather(*(message.ack() for message in messages))


async def _refuse(stream: JetStreamContext, refused: RefusedMessage) -> None:
    """Say on the outgoing stream what was refused, once for the same id and reason."""
    headers = {ID: f"{refused.id}/{refused.code}"} if refused.id else None
    await stream.publish(REFUSED, msgspec.json.encode(refused), headers=headers, timeout=SEND_SECONDS)


async def _take_events(engine: Engine, messages: Sequence[Msg]) -> list[RefusedMessage | None]:
    """Take facts in, one JSON object a message."""
    judged = await ingest(
        engine.db,
        engine.clock,
        engine.house,
        lines=[(place, message.data) for place, message in enumerate(messages, start=1)],
    )
    return [_of_event(one) if one.verdict is Verdict.MALFORMED else None for one in judged]


def _of_event(judged: Judged) -> RefusedMessage:
    return RefusedMessage(
        id=judged.id, subject=EVENTS, code=judged.code or Code.MESSAGE_MALFORMED, reason=judged.reason or ""
    )


async def _take_draws(engine: Engine, messages: Sequence[Msg]) -> list[RefusedMessage | None]:
    read = [_read(message, DrawRequest) for message in messages]
    asked = [one for one in read if isinstance(one, DrawRequest)]
    return _refusals(messages, read, await draw_lines(engine.db, engine.clock, engine.house, asked=asked))


async def _take_repayments(engine: Engine, messages: Sequence[Msg]) -> list[RefusedMessage | None]:
    read = [_read(message, RepayRequest) for message in messages]
    asked = [one for one in read if isinstance(one, RepayRequest)]
    return _refusals(messages, read, await repay_lines(engine.db, engine.clock, engine.house, asked=asked))


def _read(message: Msg, kind: type[DrawRequest | RepayRequest]) -> DrawRequest | RepayRequest | RefusedMessage:
    """Read a request; one that cannot be read is refused with the reason."""
    try:
        return msgspec.json.decode(message.data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        reason = f"{wrong}. Send a JSON object with id, line, amount_minor and currency a message."
        return RefusedMessage(id=None, subject=message.subject, code=Code.MESSAGE_MALFORMED, reason=reason)


def _refusals(
    messages: Sequence[Msg], read: Sequence[object], outcomes: Sequence[object]
) -> list[RefusedMessage | None]:
    """Return what was refused of some messages, in their places; raise `Unavailable` if any must be tried again."""
    outcome_of = iter(outcomes)
    refused: list[RefusedMessage | None] = []
    for message, one in zip(messages, read, strict=True):
        if isinstance(one, RefusedMessage):
            refused.append(one)
            continue
        outcome = next(outcome_of)
        if isinstance(outcome, Unavailable):
            raise outcome
        refused.append(_refused(message, one, outcome) if isinstance(outcome, CreditlineError) else None)
    return refused


def _refused(message: Msg, request: object, failed: CreditlineError) -> RefusedMessage:
    assert isinstance(request, DrawRequest | RepayRequest)
    return RefusedMessage(id=request.id, subject=message.subject, code=failed.code, reason=failed.message)


async def _relay(engine: Engine, stream: JetStreamContext, stop: asyncio.Event) -> None:
    """Tell what was decided, as soon as it is committed."""

    async def send(decided: Sequence[Decision]) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            kept = [
                await stream.publish_async(f"{DECIDED}.{one.kind}", canonical(one), headers={ID: str(one.id)})
                for one in decided
            ]
            await asyncio.gather(*kept)

    while not stop.is_set():
        if not await relay_once(engine.db, outlet=OUTLET, send=send):
            await _pause(stop, IDLE_SECONDS)
