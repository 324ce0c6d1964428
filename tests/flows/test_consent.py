"""Consent at the desk: said once, proved for good, heard from the next instant on, and never before it was learned of."""

from datetime import timedelta
from math import isnan
from typing import Any

import pytest

from creditline.clock import just_after
from creditline.decision.consent import Ground
from creditline.decision.outcome import Answer, Kind
from creditline.decision.product import read_product
from creditline.errors import Code, Conflict, Malformed, NotFound
from creditline.events.catalogue import EvidenceVerified
from creditline.events.consent import DataSource
from creditline.events.event import EvidenceKind
from creditline.flows.borrower import picture_of
from creditline.flows.consent import ConsentRequest, ConsentState, consent, consents_of, words_for
from creditline.flows.erase import held_on
from creditline.flows.ingest import ingest
from creditline.flows.replay import read_decision, replay_decision
from creditline.flows.signals import answer_signals
from creditline.flows.vault import Vault
from creditline.ledger.line import Line
from creditline.profile.catalogue import FEATURES
from creditline.profile.feature import Source
from creditline.store import signals
from tests.decision.a_product import a_product, an_asking_product, product_files
from tests.flows.desk import Desk, answered

VALID = [feature.name for feature in FEATURES].index("evidence_income_valid_count")


def saying(desk: Desk, is_given: bool, **changes: Any) -> ConsentRequest:
    told = {"borrower": "ada", "source": "evidence", "text": "2026-05", "language": "zh", "channel": "app", **changes}
    return ConsentRequest(id=desk.next_id(), is_given=is_given, **told)


async def say(desk: Desk, *, is_given: bool, **changes: Any) -> None:
    await consent(desk.db, desk.clock, request=saying(desk, is_given, **changes))


async def state(desk: Desk, **asked: Any) -> ConsentState:
    return (await consents_of(desk.db, desk.clock, desk.house, borrower="ada", **asked))[1]


async def ground(desk: Desk, source: Source, **asked: Any) -> Ground:
    return next(one.ground for one in (await state(desk, **asked)).sources if one.source is source)


async def proved(desk: Desk, line: Line) -> None:
    proof = EvidenceVerified(
        id=desk.next_id(), borrower=line.borrower, happened_at=desk.clock(), amount_minor=800_000, currency="CNY",
        document="slip", kind=EvidenceKind.INCOME,
    )  # fmt: skip
    await desk.tell(proof)


async def used_up(desk: Desk) -> Line:
    """Return a line so far used up that only a proof of income brings back at once what is repaid."""
    line = await desk.open(amount_minor=100_000)
    await desk.draw(line, 95_000)
    await desk.statement(line)
    return line


async def test_a_withdrawn_proof_counts_no_more_and_given_again_it_brings_back_at_once_what_waits(desk: Desk) -> None:
    line = await used_up(desk)
    await proved(desk, line)
    await desk.wait(hours=1)
    await say(desk, is_given=False)
    await desk.wait(hours=1)
    repaid = await desk.repay(line, 40_000)
    assert repaid.decision.answer is Answer.STAGED
    assert isnan(repaid.decision.features[VALID]), "Missing, not zero."
    assert (await desk.line(line)).withheld_minor == 28_000
    await desk.wait(hours=1)
    await say(desk, is_given=True)
    assert {one.answer for one in await answer_signals(desk.db, desk.clock, desk.house)} == {Answer.RELEASED}
    assert (await desk.line(line)).withheld_minor == 0
    made = await desk.decisions(line)
    for decision in made:
        assert (await replay_decision(desk.db, desk.house, decision.id)).is_equal
        unread = (Source.EVIDENCE,) if decision.id == repaid.decision.id else ()
        assert (await read_decision(desk.db, desk.house, decision.id))[2] == unread, (
            "Why it was missing is known for good."
        )
    last = next(one for one in made if one.kind is Kind.RESTORATION)
    assert (last.answer, last.features[VALID]) == (Answer.AT_ONCE, 1)


async def test_a_withdrawal_brings_nothing_back_and_asks_nothing_again(desk: Desk) -> None:
    line = await used_up(desk)
    await desk.repay(line, 40_000)
    await say(desk, is_given=False, source="orders")
    await ingest(desk.db, desk.clock, desk.house, lines=[(1, _line(desk, "consent.withdrawn"))])
    async with desk.db.reading() as connection:
        assert await signals.waiting(connection, besides=(), most=9) == []
    await ingest(desk.db, desk.clock, desk.house, lines=[(1, _line(desk, "consent.given"))])
    async with desk.db.reading() as connection:
        assert await signals.waiting(connection, besides=(), most=9) == [line.id], "A given one may, however it comes."


def _line(desk: Desk, tag: str) -> bytes:
    return (
        f'{{"type":"{tag}","id":"{desk.next_id()}","borrower":"ada","happened_at":"{desk.clock().isoformat()}",'
        '"source":"evidence","text":"2024-1","language":"zh","channel":"import"}'
    ).encode()


async def test_what_was_decided_before_a_paper_came_in_stays_as_it_was(desk: Desk) -> None:
    line = await used_up(desk)
    await proved(desk, line)
    await desk.wait(days=2)
    signed_at = desk.clock() - timedelta(days=1)
    repaid = await desk.repay(line, 40_000)
    assert repaid.decision.answer is Answer.AT_ONCE
    await desk.wait(hours=1)
    await say(desk, is_given=False, channel="paper", happened_at=signed_at)
    assert (await replay_decision(desk.db, desk.house, repaid.decision.id)).is_equal
    assert await ground(desk, Source.EVIDENCE) is Ground.WITHDRAWN
    assert await ground(desk, Source.EVIDENCE, as_of=just_after(repaid.decision.as_of)) is Ground.UNASKED


async def test_the_same_request_changes_nothing_and_another_under_its_id_is_refused(desk: Desk) -> None:
    asked = saying(desk, True, source="income")
    first, is_new = await consent(desk.db, desk.clock, request=asked)
    await desk.wait(days=1)
    assert await consent(desk.db, desk.clock, request=asked) == (first, False)
    assert is_new
    assert len((await state(desk)).history) == 1
    for change in ({"is_given": False}, {"source": "bureau"}, {"borrower": "bob"}, {"happened_at": desk.clock()}):
        other = ConsentRequest(**{**{name: getattr(asked, name) for name in asked.__struct_fields__}, **change})
        with pytest.raises(Conflict) as refused:
            await consent(desk.db, desk.clock, request=other)
        assert refused.value.code is Code.ID_REUSED


@pytest.mark.parametrize(
    "change",
    [
        {"source": "usage"}, {"source": "stars"}, {"language": "Chinese!"}, {"channel": "pigeon"}, {"text": ""},
        {"text": "a/b"}, {"text": "x" * 33}, {"borrower": "no one"},
    ],
    ids=str,
)  # fmt: skip
async def test_what_is_no_consent_is_refused(desk: Desk, change: dict[str, str]) -> None:
    with pytest.raises(Malformed) as refused:
        await say(desk, is_given=True, **change)
    assert refused.value.code is Code.MESSAGE_MALFORMED


async def test_nobody_consents_tomorrow_or_before_there_were_calendars(desk: Desk) -> None:
    for days in (1, -365 * 200):
        with pytest.raises(Malformed):
            await say(desk, is_given=True, happened_at=desk.clock() + timedelta(days=days))
    with pytest.raises(Malformed):
        await say(desk, is_given=True, happened_at=desk.clock().replace(tzinfo=None))


async def test_every_source_says_why_it_is_read_what_is_held_and_what_for(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await state(desk)
    line = await used_up(desk)
    await proved(desk, line)
    await desk.wait(hours=1)
    await say(desk, is_given=False, source="income", channel="phone")
    found = {one.source: one for one in (await state(desk)).sources}
    assert list(found) == list(Source)
    assert (found[Source.USAGE].ground, found[Source.USAGE].may_change) == (Ground.CONTRACT, False)
    assert (found[Source.BUREAU].ground, found[Source.BUREAU].facts_count) == (Ground.VOUCHED, 0)
    assert {rule.id for rule in found[Source.BUREAU].law} == {"credit-reporting-18"}
    income = found[Source.INCOME]
    assert (income.ground, income.facts_count, income.ground.is_read) == (Ground.WITHDRAWN, 1, False)
    assert income.proof is not None
    assert (income.proof.channel, income.proof.text, income.proof.is_given) == ("phone", "2026-05", False)
    assert Kind.RESTORATION in found[Source.EVIDENCE].uses
    assert Kind.RESTORATION not in income.uses, "No rule of a restoration reads it."
    await desk.wait(hours=1)
    picture = await picture_of(desk.db, desk.clock, "ada")
    assert (picture.unread, picture.sources["income"], picture.sources["evidence"]) == (["income"], False, True)
    assert all(one.value is None for one in picture.features if one.source == "income")


async def test_the_proof_is_given_out_with_all_that_is_held(desk: Desk) -> None:
    await say(desk, is_given=True, source="bureau")
    await say(desk, is_given=False, source="bureau")
    told = [record async for kind, record in held_on(desk.db, Vault([b"h" * 32]), "ada") if kind == "consent"]
    assert [(one.source, one.is_given) for one in told] == [(DataSource.BUREAU, True), (DataSource.BUREAU, False)]  # type: ignore[attr-defined]


async def test_who_vouches_for_nothing_reads_nothing_the_law_lists_until_it_is_let(desk: Desk) -> None:
    await desk.offer(an_asking_product())
    await desk.earn("ada")
    assert await ground(desk, Source.INCOME) is Ground.NOT_GIVEN
    await desk.wait(hours=1)
    (unread,) = await desk.opens(desk.opening())
    assert (answered(unread).answer, answered(unread).sources_count) == (Answer.REFER, 0)
    await say(desk, is_given=True, source="income")
    await desk.wait(hours=1)
    (let,) = await desk.opens(desk.opening())
    assert (answered(let).answer, answered(let).sources_count) == (Answer.APPROVE, 1)
    for outcome in (unread, let):
        assert (await replay_decision(desk.db, desk.house, answered(outcome).id)).is_equal
    assert {rule.id for one in (await state(desk)).sources for rule in one.law} == {"credit-reporting-18", "pipl-13-29"}


async def test_words_of_before_there_were_any_are_those_of_today(desk: Desk) -> None:
    older = read_product({name: body for name, body in product_files().items() if not name.startswith("consent.")})
    words = {language: words_for(desk.house, older, language) for language in ("en", "zh")}
    assert words["en"] == words_for(desk.house, a_product(), "en")
    assert words["en"].version != words["zh"].version


async def test_who_changes_their_mind_on_a_clock_that_stands_still_is_heard_last(desk: Desk) -> None:
    for is_given in (False, True, False, True, False):
        await say(desk, is_given=is_given)
        assert await ground(desk, Source.EVIDENCE, as_of=desk.clock() + timedelta(seconds=1)) is (
            Ground.GIVEN if is_given else Ground.WITHDRAWN
        )
