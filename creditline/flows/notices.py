"""Notices: record what is to be told of every unfavourable act, write its letter, and say what is due and not told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from creditline.clock import Clock
from creditline.decision.adverse import Act, Scope, Trigger, act_of, notice_of
from creditline.decision.outcome import Decision
from creditline.errors import Code, NotFound
from creditline.explanation.letter import Letter, letter_languages, says, write_letter
from creditline.flows.authority import require_words
from creditline.flows.house import House
from creditline.ledger.line import Line
from creditline.store import decisions, notices
from creditline.store.connect import Connection, Database
from creditline.store.notices import Count, Standing, Try


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A notice as it stands, and its letters by language; none where its product names no jurisdiction."""

    standing: Standing
    letters: tuple[Letter, ...]


async def notify(db: Connection, house: House, decided: Sequence[Decision]) -> None:
    """Record the notices of those decisions that are unfavourable, in their transaction."""
    await notify_of(db, house, [act for one in decided if (act := act_of(one))])


async def notify_of(db: Connection, house: House, acts: Sequence[Act]) -> None:
    """Record the notices of acts, each due by the law of the edition it was done by."""
    made = []
    for act in acts:
        product = await house.edition(db, act.edition)
        made.append(notice_of(act, house.lawful(product).law))
    await notices.record(db, made)


async def notify_by_hand(
    db: Connection, house: House, line: Line, *, request: UUID, at: datetime, trigger: Trigger
) -> None:
    """Record the notice of what a person did to a line, by the law of the edition in force."""
    product = (await house.offer(db, at)).product(line.product, at)
    act = Act(
        id=request,
        line=line.id,
        borrower=line.borrower,
        product=product.name,
        edition=product.edition,
        trigger=trigger,
        scope=Scope.INDIVIDUAL,
        acted_at=at,
    )
    await notify_of(db, house, [act])


async def letters_of(db: Database, house: House, act: UUID) -> Written:
    """Return the letters of an act in every language of its product; raise `NotFound` for what was not unfavourable."""
    async with db.reading() as connection:
        return await written(connection, house, act)


async def letter_of(db: Database, house: House, act: UUID, *, language: str) -> tuple[Standing, Letter]:
    """Return the letter of an act in one language; raise `NotFound` for what was not unfavourable, `Malformed` for a language."""
    async with db.reading() as connection:
        found = await written(connection, house, act, language=language)
        return found.standing, found.letters[0]


async def written(db: Connection, house: House, act: UUID, *, language: str | None = None) -> Written:
    """Write the letters of an act from what is stored, in one language or in all."""
    standing = (await notices.read(db, [act])).get(act)
    if standing is None:
        raise await _nothing_told(db, act)
    notice = standing.notice
    decision = (await decisions.read(db, [act])).get(act)
    matter = await notices.matter(db, notice, currency=decision.currency if decision else None)
    product = await house.edition(db, notice.edition)
    lawful = house.lawful(product)
    if not says(lawful, notice.trigger):
        lawful = house.shipped.get(product.name, lawful)
    return Written(
        standing=standing,
        letters=tuple(
            write_letter(notice, decision, matter, product=product, lawful=lawful, language=one)
            for one in ([language] if language is not None else letter_languages(lawful))
        ),
    )


async def _nothing_told(db: Connection, act: UUID) -> NotFound:
    """Return the error that says why an id has no letter."""
    decided = (await decisions.read(db, [act])).get(act)
    if decided is not None:
        return NotFound(
            f"Decision {act} answered {decided.answer}, which takes nothing from the borrower, so that there is no letter. "
            "Read the line's explanation.",
            code=Code.NOTICE_UNKNOWN,
        )
    return NotFound(
        f"Nothing unfavourable was done under the id {act}. Give the id of a decision, a block or a cut, as `creditline "
        "notices` lists them.",
        code=Code.NOTICE_UNKNOWN,
    )


async def notices_of(
    db: Database, *, borrower: str | None = None, line: UUID | None = None, most: int
) -> list[Standing]:
    """Return a borrower's or a line's notices, or everybody's, newest first."""
    async with db.reading() as connection:
        return await notices.of(connection, borrower=borrower, line=line, most=most)


async def open_notices(db: Database, clock: Clock, *, is_overdue: bool, most: int) -> list[Standing]:
    """Return what is due and not told, the soonest first; only what should have been told by now if `is_overdue`."""
    async with db.reading() as connection:
        return await notices.still_open(connection, due_by=clock() if is_overdue else None, most=most)


async def notice_counts(db: Database, clock: Clock) -> list[Count]:
    """Return how many notices stand how, by trigger and scope."""
    async with db.reading() as connection:
        return await notices.counts(connection, at=clock())


async def tries_of(db: Database, act: UUID) -> tuple[Standing, list[Try]]:
    """Return a notice and how often it was sent, oldest first; raise `NotFound` for an unknown one."""
    async with db.reading() as connection:
        return await _known(connection, act), await notices.tries(connection, act)


async def told_by_hand(db: Database, clock: Clock, *, act: UUID, teller: str, way: str) -> Standing:
    """Record that somebody told a notice by another way than an outlet, as by post; the first time counts."""
    require_words(authority=teller, reason=way)
    async with db.transaction() as connection:
        await _known(connection, act)
        await notices.end(connection, act, told_at=clock(), way=way, teller=teller)
        return await _known(connection, act)


async def _known(db: Connection, act: UUID) -> Standing:
    standing = (await notices.read(db, [act])).get(act)
    if standing is None:
        raise await _nothing_told(db, act)
    return standing
