"""Documents at the desk: sealed, said, judged once, expired on their day; and made unreadable when nothing runs any more."""

from datetime import date, timedelta
from math import isnan
from typing import Any
from uuid import UUID

import msgspec
import pytest

from creditline.clock import start_of
from creditline.errors import Broken, Code, CreditlineError
from creditline.events.event import EvidenceKind
from creditline.flows.document import (
    Correction,
    Paper,
    Refusing,
    Submission,
    Verification,
    Words,
    content_of,
    correct,
    judge,
    paper,
    papers_of,
    papers_waiting,
    submit,
)
from creditline.flows.erase import EraseRequest, erase_borrower, held_on
from creditline.flows.limit import CloseRequest, set_limit
from creditline.flows.vault import Vault
from creditline.flows.work import work_until
from creditline.ledger.line import Line
from creditline.profile.catalogue import FEATURES
from creditline.profile.document import Act, Media
from creditline.store import documents, facts
from creditline.store.connect import Connection
from tests.flows.desk import Desk
from tests.profile.a_document import PDF, png

VAULT = Vault([b"h" * 32])
WHO = {"authority": "officer", "reason": "matches the employer's letter"}
UNTIL = date(2026, 9, 1)


def handing_in(desk: Desk, *, content: bytes = PDF, media: str = Media.PDF) -> Submission:
    return Submission(id=desk.next_id(), borrower="ada", kind=EvidenceKind.INCOME, media=media, content=content)


async def handed_in(desk: Desk) -> UUID:
    return (await submit(desk.db, desk.clock, VAULT, request=handing_in(desk))).document.id


def saying(desk: Desk, document: UUID, *, amount_minor: int = 900_000) -> Correction:
    words = Words(issuer="Acme", issued_on=date(2026, 2, 1), amount_minor=amount_minor, currency="CNY")
    return Correction(id=desk.next_id(), document=document, words=words)


def verifying(desk: Desk, document: UUID, **changes: Any) -> Verification:
    told = {"amount_minor": 850_000, "currency": "CNY", "expires_on": UNTIL, **WHO, **changes}
    return Verification(id=desk.next_id(), document=document, **told)


async def judged(desk: Desk, request: Verification | Refusing) -> Paper:
    return await judge(desk.db, desk.clock, VAULT, request=request)


async def told(desk: Desk) -> list[int]:
    async with desk.db.reading() as connection:
        return [fact.number for fact in await facts.of_borrower(connection, "ada")]


async def test_a_document_is_handed_in_said_corrected_verified_and_expires_on_its_day(desk: Desk) -> None:
    document = await handed_in(desk)
    for amount_minor in (900_000, 850_000):
        said = await correct(desk.db, desk.clock, VAULT, request=saying(desk, document, amount_minor=amount_minor))
        assert said.words is not None
        assert said.words.amount_minor == amount_minor
    assert [one.document.id for one in await papers_waiting(desk.db, VAULT)] == [document]
    proved = (await judged(desk, verifying(desk, document))).document
    assert (proved.act, proved.version, proved.amount_minor, proved.expires_on) == (Act.VERIFIED, 4, 850_000, UNTIL)
    assert await papers_waiting(desk.db, VAULT) == []
    assert await told(desk) == [50, 51]
    await work_until(desk.db, desk.clock, desk.house, until=start_of(UNTIL) - timedelta(microseconds=1))
    assert await told(desk) == [50, 51]
    await work_until(desk.db, desk.clock, desk.house, until=start_of(UNTIL))
    assert await told(desk) == [50, 51, 53]
    (ended,) = await papers_of(desk.db, VAULT, "ada")
    assert (ended.document.act, ended.document.amount_minor) == (Act.EXPIRED, 850_000)


async def test_what_is_proved_is_weighed_by_every_decision_until_it_expires(desk: Desk) -> None:
    line = await desk.open()
    document = await handed_in(desk)
    assert await weighed(desk, line) == (0, None)
    await judged(desk, verifying(desk, document))
    desk.clock.move_to(desk.clock() + timedelta(minutes=1))
    assert await weighed(desk, line) == (1, 850_000)
    await work_until(desk.db, desk.clock, desk.house, until=start_of(UNTIL) + timedelta(minutes=1))
    assert await weighed(desk, line) == (0, 850_000)


async def weighed(desk: Desk, line: Line) -> tuple[float, float | None]:
    """Return how a review sees the borrower's proof of income: whether it is valid, and how much it says."""
    features = dict(zip((one.name for one in FEATURES), (await desk.review(line)).decision.features, strict=True))
    valid, amount_minor = features["evidence_income_valid_count"], features["evidence_income_monthly_minor"]
    return 0 if isnan(valid) else valid, None if isnan(amount_minor) else amount_minor


async def test_a_repeat_changes_nothing_and_another_content_under_its_id_is_a_conflict(desk: Desk) -> None:
    asked = handing_in(desk)
    first, again = [await submit(desk.db, desk.clock, VAULT, request=asked) for _ in range(2)]
    assert first == again
    other = msgspec.structs.replace(asked, content=png(), media=Media.PNG)
    for request in (other, msgspec.structs.replace(asked, kind=EvidenceKind.TAX)):
        with pytest.raises(CreditlineError) as refused:
            await submit(desk.db, desk.clock, VAULT, request=request)
        assert refused.value.code is Code.ID_REUSED
    verification = verifying(desk, asked.id)
    assert await judged(desk, verification) == await judged(desk, verification)
    with pytest.raises(CreditlineError) as refused:
        await judged(desk, msgspec.structs.replace(verification, amount_minor=1))
    assert refused.value.code is Code.ID_REUSED


async def test_a_document_is_judged_once(desk: Desk) -> None:
    document = await handed_in(desk)
    refusing = Refusing(id=desk.next_id(), document=document, **WHO)
    assert (await judged(desk, refusing)).document.act is Act.REFUSED
    assert await told(desk) == [50, 52]
    for request in (verifying(desk, document), Refusing(id=desk.next_id(), document=document, **WHO)):
        with pytest.raises(CreditlineError, match="Hand in a new document") as refused:
            await judged(desk, request)
        assert refused.value.code is Code.DOCUMENT_ENDED
    with pytest.raises(CreditlineError) as refused:
        await correct(desk.db, desk.clock, VAULT, request=saying(desk, document))
    assert refused.value.code is Code.DOCUMENT_ENDED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_minor": 0}, Code.AMOUNT_NOT_POSITIVE),
        ({"currency": "XXX"}, Code.CURRENCY_UNKNOWN),
        ({"expires_on": date(2026, 3, 2)}, Code.MESSAGE_MALFORMED),
        ({"reason": " "}, Code.MESSAGE_MALFORMED),
    ],
)
async def test_a_judgement_without_its_words_and_figures_is_refused(
    desk: Desk, changes: dict[str, Any], code: Code
) -> None:
    document = await handed_in(desk)
    with pytest.raises(CreditlineError) as refused:
        await judged(desk, verifying(desk, document, **changes))
    assert refused.value.code is code
    assert (await paper(desk.db, VAULT, document)).document.act is Act.SUBMITTED


async def test_nothing_of_a_document_can_be_read_in_the_database(desk: Desk) -> None:
    document = await handed_in(desk)
    await correct(desk.db, desk.clock, VAULT, request=saying(desk, document))
    assert await content_of(desk.db, VAULT, document) == (Media.PDF, PDF)
    async with desk.db.reading() as connection:
        kept = await connection.fetch("select sealed from document union all select sealed_words from document_entry")
        assert not any(b"PDF" in (row[0] or b"") or b"Acme" in (row[0] or b"") for row in kept)
    with pytest.raises(Broken, match="CREDITLINE_VAULT_KEY"):
        await content_of(desk.db, Vault([b"o" * 32]), document)
    assert (await content_of(desk.db, Vault([b"n" * 32, b"h" * 32]), document))[1] == PDF


async def test_what_is_sealed_cannot_be_moved_to_another_place_nor_changed(desk: Desk) -> None:
    await handed_in(desk)
    async with desk.db.reading() as connection:
        sealed = await documents.key(connection, "ada")
    assert sealed is not None
    with pytest.raises(Broken):
        VAULT.opened(sealed, borrower="bob")
    key = VAULT.opened(sealed, borrower="ada")
    closed = key.seal(b"words", about="here")
    assert key.unseal(closed, about="here") == b"words"
    for wrong, about in ((closed, "there"), (closed[:-1] + bytes([closed[-1] ^ 1]), "here")):
        with pytest.raises(Broken):
            key.unseal(wrong, about=about)


async def test_erasing_makes_everything_sealed_unreadable_and_keeps_the_books(desk: Desk) -> None:
    line = await desk.open()
    document = await handed_in(desk)
    await correct(desk.db, desk.clock, VAULT, request=saying(desk, document))
    erasing = EraseRequest(id=desk.next_id(), borrower="ada", authority="officer", reason="asked for by the borrower")
    with pytest.raises(CreditlineError) as refused:
        await erase_borrower(desk.db, desk.clock, request=erasing)
    assert refused.value.code is Code.LINE_IN_USE
    closing = CloseRequest(id=desk.next_id(), line=line.id, authority="officer", reason="asked for")
    await set_limit(desk.db, desk.clock, desk.house, request=closing)
    held = [kind async for kind, _ in held_on(desk.db, VAULT, "ada")]
    assert {"fact", "document", "line", "entry", "transfer", "decision"} <= set(held)
    first, again = [await erase_borrower(desk.db, desk.clock, request=erasing) for _ in range(2)]
    assert first == again
    left = await paper(desk.db, VAULT, document)
    assert (left.is_erased, left.words) == (True, None)
    with pytest.raises(CreditlineError) as refused:
        await content_of(desk.db, VAULT, document)
    assert refused.value.code is Code.DOCUMENT_ERASED
    with pytest.raises(CreditlineError) as refused:
        await erase_borrower(desk.db, desk.clock, request=msgspec.structs.replace(erasing, id=desk.next_id()))
    assert refused.value.code is Code.BORROWER_UNKNOWN
    assert [kind async for kind, _ in held_on(desk.db, VAULT, "ada")].count("line") == 1


async def test_a_key_ends_by_an_erasure_on_record_and_a_document_keeps_its_order(desk: Desk) -> None:
    document = await handed_in(desk)
    again = """insert into document_entry (document, version, act, request, digest, author, acted_at)
               select document, {version}, '{act}', gen_random_uuid(), digest, author, acted_at from document_entry"""
    for sql in (
        "delete from borrower_key",
        "update borrower_key set sealed = 'x'",
        "delete from document",
        "update document_entry set reason = 'x'",
        "truncate erasure",
        again.format(version=3, act="corrected"),
        again.format(version=2, act="expired"),
        again.format(version=2, act="submitted"),
    ):
        with pytest.raises(Broken):
            await _by_hand(desk, sql)
    assert (await paper(desk.db, VAULT, document)).document.version == 1


async def _by_hand(desk: Desk, sql: str) -> None:
    async with desk.db.transaction() as connection:
        await _run(connection, sql)


async def _run(connection: Connection, sql: str) -> None:
    await connection.execute(sql)


async def test_an_unknown_document_or_borrower_is_named(desk: Desk) -> None:
    with pytest.raises(CreditlineError) as refused:
        await paper(desk.db, VAULT, desk.next_id())
    assert refused.value.code is Code.DOCUMENT_UNKNOWN
    with pytest.raises(CreditlineError) as refused:
        _ = [one async for one in held_on(desk.db, VAULT, "nobody")]
    assert refused.value.code is Code.BORROWER_UNKNOWN
