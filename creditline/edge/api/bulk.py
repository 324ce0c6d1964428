"""Draws and repayments in bulk: a request a line, a verdict a line, in order, each as if it had been sent alone.

They go through the same gatherers as those that come one by one, so that a line's requests keep their order among all.
"""

import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from creditline.decision.outcome import Answer
from creditline.edge.api.problem import FAULT, told
from creditline.edge.api.state import Parts
from creditline.edge.api.stream import MEDIA, Chunks, Portion, answer
from creditline.errors import Broken, Code, CreditlineError, Malformed, Refused, Unavailable
from creditline.events.intake import MOST_LINE_BYTES, id_in, why_unread
from creditline.flows.ahead import ahead
from creditline.flows.draw import Drawn, DrawRequest
from creditline.flows.gather import Gatherer
from creditline.flows.repay import Repaid, RepayRequest
from creditline.ledger.allocation import Part

PORTION = Portion(lines_count=64, lines_bytes=1 << 20, linger_seconds=0)
LOG = logging.getLogger("creditline.api")


class Verdict(StrEnum):
    """What became of a line of a batch; what is `unavailable` is sent again under the same id."""

    DECIDED = "decided"
    REPEATED = "repeated"
    REFUSED = "refused"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The verdict on a request, by its number in the body, counted from 1, and its id; what is wrong with it, if anything."""

    number: int
    verdict: Verdict
    id: UUID | None = None
    code: Code | None = None
    reason: str | None = None


class DrawTold(Told, frozen=True, kw_only=True, omit_defaults=True):
    """What was decided about a draw; the decision is on record under its id."""

    answer: Answer
    amount_minor: int
    available_minor: int
    version: int
    expires_at: datetime | None = None
    reasons: tuple[str, ...] = ()


class Tranche(msgspec.Struct, frozen=True, kw_only=True):
    """What comes back on a day, if its condition holds; if not and `is_cut`, the limit is lowered by it."""

    amount_minor: int
    due_on: date
    condition: str | None
    is_cut: bool = False


class RepayTold(Told, frozen=True, kw_only=True, omit_defaults=True):
    """What was taken of a repayment, for what, what of it is back, and when the rest comes; an amount left out is 0."""

    answer: Answer
    accepted_minor: int
    back_now_minor: int
    available_minor: int
    version: int
    fee_minor: int = 0
    penalty_minor: int = 0
    interest_minor: int = 0
    principal_minor: int = 0
    excess_minor: int = 0
    cut_minor: int = 0
    tranches: tuple[Tranche, ...] = ()
    reasons: tuple[str, ...] = ()


R = TypeVar("R", DrawRequest, RepayRequest)
Done = TypeVar("Done", Drawn, Repaid)
Outcome = Awaitable[Done | CreditlineError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way(Generic[R, Done]):
    """How the requests of one route are read, carried out and told."""

    decoder: msgspec.json.Decoder[R]
    gatherer: Callable[[Parts], Gatherer[R, Done]]
    telling: Callable[[int, Done], Told]


async def draw_batch(request: Request) -> Response:
    """Answer a stream of draws with a stream of verdicts."""
    return await answer(request, lambda parts, chunks: _judged(parts, chunks, DRAWS), portion=PORTION)


async def repay_batch(request: Request) -> Response:
    """Answer a stream of repayments with a stream of verdicts."""
    return await answer(request, lambda parts, chunks: _judged(parts, chunks, REPAYMENTS), portion=PORTION)


async def _judged(parts: Parts, chunks: Chunks, way: Way[R, Done]) -> AsyncGenerator[tuple[int, bytes]]:
    """Have chunks of requests carried out, the next being read and under way before the last is told."""
    async with contextlib.aclosing(ahead(_asked(chunks, way, way.gatherer(parts)))) as batches:
        async for batch in batches:
            verdicts = [one if isinstance(one, Told) else await _verdict(way, *one) for one in batch]
            yield verdicts[-1].number, b"".join(msgspec.json.encode(one) + b"\n" for one in verdicts)


async def _asked(
    chunks: Chunks, way: Way[R, Done], gatherer: Gatherer[R, Done]
) -> AsyncGenerator[list[Told | tuple[int, UUID, Outcome[Done]]]]:
    """Hand each chunk's requests on; a line that is none has its verdict at once."""
    async with contextlib.aclosing(chunks):
        async for chunk in chunks:
            batch: list[Told | tuple[int, UUID, Outcome[Done]]] = []
            try:
                for number, text in chunk:
                    one = _read(way, number, text)
                    batch.append(one if isinstance(one, Told) else (number, one.id, await gatherer.put_patiently(one)))
            except Unavailable:
                # The engine is being stopped: what was taken before is still answered.
                if batch:
                    yield batch
                raise
            yield batch


def _read(way: Way[R, Done], number: int, text: bytes) -> R | Told:
    """Return the request that a line is, or why it is none."""
    if len(text) > MOST_LINE_BYTES:
        reason = f"The line is longer than {MOST_LINE_BYTES} bytes, the most a request may have."
        return Told(number=number, verdict=Verdict.MALFORMED, code=Code.TOO_LARGE, reason=reason)
    try:
        return way.decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        reason = f"{why_unread(text, wrong)} Send one flat JSON object a line, as /docs says, in UTF-8."
        return Told(
            number=number, verdict=Verdict.MALFORMED, id=id_in(text), code=Code.MESSAGE_MALFORMED, reason=reason
        )


async def _verdict(way: Way[R, Done], number: int, request: UUID, outcome: Outcome[Done]) -> Told:
    """Wait for what becomes of a request, and tell it."""
    try:
        done = await outcome
    except CreditlineError as failed:
        done = failed
    except Exception:
        LOG.exception("request %s of a batch failed", request)
        done = Broken(FAULT, code=Code.INVARIANT_BROKEN)
    if not isinstance(done, CreditlineError):
        return way.telling(number, done)
    return Told(number=number, verdict=_on(done), id=request, code=done.code, reason=told(done)[1])


def _on(wrong: CreditlineError) -> Verdict:
    """Return the verdict that an error is."""
    match wrong:
        case Malformed():
            return Verdict.MALFORMED
        case Refused():
            return Verdict.REFUSED
        case _:
            return Verdict.UNAVAILABLE


def _drawn(number: int, done: Drawn) -> DrawTold:
    return DrawTold(
        number=number,
        verdict=Verdict.REPEATED if done.is_repeated else Verdict.DECIDED,
        id=done.decision.id,
        answer=done.decision.answer,
        amount_minor=done.amount_minor,
        available_minor=done.line.available_minor,
        version=done.line.version,
        expires_at=done.expires_at,
        reasons=tuple(reason.code for reason in done.decision.reasons),
    )


def _repaid(number: int, done: Repaid) -> RepayTold:
    return RepayTold(
        number=number,
        verdict=Verdict.REPEATED if done.is_repeated else Verdict.DECIDED,
        id=done.decision.id,
        answer=done.decision.answer,
        accepted_minor=done.accepted_minor,
        fee_minor=done.parts[Part.FEE],
        penalty_minor=done.parts[Part.PENALTY],
        interest_minor=done.parts[Part.INTEREST],
        principal_minor=done.parts[Part.PRINCIPAL],
        excess_minor=done.excess_minor,
        back_now_minor=done.plan.now_minor,
        cut_minor=done.plan.cut_minor,
        available_minor=done.line.available_minor,
        version=done.line.version,
        tranches=tuple(
            Tranche(amount_minor=part.amount_minor, due_on=part.due_on, condition=part.condition, is_cut=part.is_cut)
            for part in done.plan.tranches
        ),
        reasons=tuple(reason.code for reason in done.decision.reasons),
    )


DRAWS = Way(decoder=msgspec.json.Decoder(DrawRequest), gatherer=lambda parts: parts.draws, telling=_drawn)
REPAYMENTS = Way(decoder=msgspec.json.Decoder(RepayRequest), gatherer=lambda parts: parts.repayments, telling=_repaid)


def _described(what: str, sent: str, example: str) -> dict[str, Any]:
    """Return the description of a batch route."""
    return {
        "post": {
            "tags": ["draws and repayments"],
            "summary": f"{what} in bulk",
            "description": (
                f"Send {what.lower()}, one JSON object a line: the body of the single route with its `line` in it; "
                "`Content-Encoding: gzip` is understood. The answer streams one verdict a line, in order: decided, repeated, "
                "refused, malformed, or unavailable (send it again under the same id), the last three with a code and a "
                "reason. A line that is wrong costs no other. What is decided is on the disk. If something stops it in the "
                "middle, the last line says so, with the verdict `stopped`: send what has no verdict again."
            ),
            "requestBody": {"required": True, "content": {MEDIA: {"schema": {"type": "string"}, "example": sent}}},
            "responses": {"200": {"description": "A verdict a line.", "content": {MEDIA: {"example": example}}}},
        }
    }


_ID, _LINE = "0198c0de-0000-7000-8000-000000000002", "0198c0de-0000-7000-8000-000000000001"
_SENT = f'{{"id":"{_ID}","line":"{_LINE}","amount_minor":120000,"currency":"CNY"}}\n'
DESCRIPTIONS = {
    "/v1/draws:batch": _described(
        "Draws",
        _SENT,
        f'{{"number":1,"verdict":"decided","id":"{_ID}","answer":"approve","amount_minor":120000,'
        '"available_minor":80000,"version":2}\n',
    ),
    "/v1/repayments:batch": _described(
        "Repayments",
        _SENT,
        f'{{"number":1,"verdict":"decided","id":"{_ID}","answer":"at_once","accepted_minor":120000,'
        '"principal_minor":120000,"back_now_minor":120000,"available_minor":200000,"version":4}\n',
    ),
}
