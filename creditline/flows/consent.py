"""Consent: a borrower lets us read a source, or lets us no more, and what is so of every source as of an instant.

Each is a fact like any other, so that nothing recorded later changes what was decided before, and so that it is its own
proof: by which words, in which language, through which channel, and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from creditline.clock import Clock, just_after
from creditline.decision.consent import ConsentRule, Ground
from creditline.decision.outcome import Kind
from creditline.decision.product import Product
from creditline.errors import Broken, Code, Conflict, Malformed, NotFound
from creditline.events.consent import ConsentGiven, ConsentWithdrawn, DataSource
from creditline.events.event import Event
from creditline.events.intake import EARLIEST, FUTURE_TOLERANCE
from creditline.events.row import EventRow, digest_of, event_of, row_of
from creditline.explanation.consent import ConsentWords, consent_words, file_of
from creditline.flows.house import House
from creditline.flows.turn import moment_of
from creditline.ids import require_uuid7
from creditline.profile.coverage import NUMBERS
from creditline.profile.feature import Source
from creditline.restoration.touch import uses_of
from creditline.store import facts, lines, signals
from creditline.store.connect import Database

CONSENTS = (ConsentGiven.number, ConsentWithdrawn.number)


class ConsentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let us read a source, or let us no more; the id becomes the fact's. Without an instant it happens now."""

    id: UUID
    borrower: str
    source: str
    is_given: bool
    text: str
    language: str
    channel: str
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A consent on record: given or withdrawn, by which words, in which language and through which channel, and when."""

    id: UUID
    source: DataSource
    is_given: bool
    text: str
    language: str
    channel: str
    happened_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source as of an instant: why it is read or not, by which consent, what is held of it, what for, and by whose law.

    `ground` is why it is read or not, `proof` the consent that says so, None where none does. `facts_count` are the facts
    held, read or not, `last_at` when the latest of them happened.
    """

    source: Source
    ground: Ground
    proof: Proof | None
    facts_count: int
    last_at: datetime | None
    uses: tuple[Kind, ...]
    law: tuple[ConsentRule, ...]

    @property
    def may_change(self) -> bool:
        """Whether it is the borrower's to give and to withdraw."""
        return self.ground is not Ground.CONTRACT


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentState:
    """What a borrower lets us read as of an instant, under a product, with everything that was ever given or withdrawn."""

    borrower: str
    product: str
    as_of: datetime
    sources: tuple[SourceState, ...]
    history: tuple[Proof, ...]


async def consent(db: Database, clock: Clock, *, request: ConsentRequest) -> tuple[Proof, bool]:
    """Record that a source may be read, or may no more, and say whether that is new: the same request again changes nothing.

    What waits on the borrower's lines is decided again where a source may be read. Raise `Malformed` for what is no
    consent, `Conflict` if the id was used for something else.
    """
    require_uuid7(request.id, what="request id")
    now = moment_of(clock())
    async with db.transaction() as connection:
        last_at = await facts.last_told(connection, request.borrower, CONSENTS)
        at = _now(now, last_at=last_at)
        row = row_of(_event(request, now=at), recorded_at=at)
        before = await facts.find(connection, request.id)
        is_new = before is None and row.id in (await facts.take(connection, [row])).new
        if is_new and request.is_given:
            await signals.raise_of_borrower(connection, request.borrower, since=at)
        before = before or await facts.find(connection, request.id)
        assert before is not None
        told = row if request.happened_at else row._replace(happened_at=before.happened_at)
        if digest_of(before) != digest_of(told):
            raise Conflict(
                f"The id {request.id} is on record for something else. Make a new UUIDv7 for every new request, and repeat "
                "one only with the same content.",
                code=Code.ID_REUSED,
            )
    return proof_of(before), is_new


async def consents_of(
    db: Database,
    clock: Clock,
    house: House,
    *,
    borrower: str,
    product: str | None = None,
    as_of: datetime | None = None,
    is_newcomer: bool = False,
) -> tuple[Product, ConsentState]:
    """Return a product, and what a borrower lets it read now, or as of an instant: that of their oldest open line, or named.

    Raise `NotFound` for a borrower nobody has heard of, unless it may be a newcomer, or a product that is not offered.
    """
    async with db.reading() as connection:
        rows = await facts.of_borrower(connection, borrower)
        if as_of is None:
            as_of = _now(clock(), last_at=await facts.last_told(connection, borrower, CONSENTS))
        own = await lines.of_borrower(connection, borrower)
        if not rows and not own and not is_newcomer:
            raise NotFound(
                f"Borrower {borrower} is not known: no event and no line names it. Check the id, or send its events.",
                code=Code.BORROWER_UNKNOWN,
            )
        offer = await house.offer(connection, clock())
        open_ones = [line.product for line in own if line.closed_at is None]
        named = product or next(iter((*open_ones, *(line.product for line in own), *house.products)))
        under = offer.product(named, clock())
    return under, state_of(rows, under, borrower=borrower, as_of=moment_of(as_of))


def _now(now: datetime, *, last_at: datetime | None) -> datetime:
    """Return now, after what was said last: who changes their mind at once is heard last, on a clock that stands still too."""
    if last_at is None or last_at - now > FUTURE_TOLERANCE:
        return now
    return max(now, just_after(last_at))


def words_for(house: House, product: Product, language: str) -> ConsentWords:
    """Return what is said of a product's sources: in its own words, or in newer ones where its edition is older than any."""
    newer = (house.speaker(product), house.shipped.get(product.name, product))
    return consent_words(next((one for one in (product, *newer) if file_of(language) in one.files), product), language)


def state_of(rows: Sequence[EventRow], product: Product, *, borrower: str, as_of: datetime) -> ConsentState:
    """Return what is so as of an instant by everything on record; what was recorded later is not seen."""
    seen = [row for row in rows if row.happened_at < as_of and row.recorded_at <= as_of]
    history = tuple(proof_of(row) for row in seen if row.number in CONSENTS)
    last = {proof.source: proof for proof in history}
    uses = uses_of(product)
    states: list[SourceState] = []
    for source in Source:
        own = [row.happened_at for row in seen if row.number in NUMBERS[source]]
        proof = None if source is Source.USAGE else last.get(DataSource(source))
        ground = product.consents.ground(source)
        if proof is not None:
            ground = Ground.GIVEN if proof.is_given else Ground.WITHDRAWN
        states.append(
            SourceState(
                source=source,
                ground=ground,
                proof=proof,
                facts_count=len(own),
                last_at=max(own, default=None),
                uses=uses[source],
                law=tuple(rule for rule in product.consents.rules if source.value in rule.sources),
            )
        )
    return ConsentState(borrower=borrower, product=product.name, as_of=as_of, sources=tuple(states), history=history)


def proof_of(row: EventRow) -> Proof:
    """Return the consent that a stored event is; raise `Broken` if it is none."""
    event = event_of(row)
    if not isinstance(event, ConsentGiven | ConsentWithdrawn):
        raise Broken(f"Event {row.id} is no consent.", code=Code.DATA_CORRUPT)
    return Proof(
        id=row.id,
        source=event.source,
        is_given=isinstance(event, ConsentGiven),
        text=event.text,
        language=event.language,
        channel=event.channel,
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
    )


def _event(request: ConsentRequest, *, now: datetime) -> Event:
    """Return the fact a request asks to record, checked as one that is sent in."""
    at = request.happened_at or now
    if at.tzinfo is None or not EARLIEST <= at <= now + FUTURE_TOLERANCE:
        raise Malformed(
            f"A consent is of a moment from {EARLIEST:%Y} until now, with an offset; {at.isoformat()} is not. Correct it, or "
            "leave it out.",
            code=Code.MESSAGE_MALFORMED,
        )
    said: dict[str, Any] = {
        name: getattr(request, name) for name in ("borrower", "source", "text", "language", "channel")
    }
    kind = ConsentGiven if request.is_given else ConsentWithdrawn
    told = {
        **said,
        "type": kind.__struct_config__.tag,
        "id": str(request.id),
        "happened_at": at.astimezone(UTC).isoformat(),
    }
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError as wrong:
        raise Malformed(
            f"That is no consent: {wrong}. A source is one of {', '.join(DataSource)}; the text is the version of the words "
            "that were shown, the language one such as en or zh.",
            code=Code.MESSAGE_MALFORMED,
        ) from wrong
