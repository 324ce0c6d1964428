"""Every unfavourable act is told by a letter, in every language, word for word as it is pinned in `letters/`.

`CREDITLINE_RENEW_LETTERS=1` writes the pinned letters anew: read the difference before you keep it.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from creditline.decision.adverse import OUTCOMES, Trigger
from creditline.errors import Code, Malformed, NotFound
from creditline.explanation.letter import MOST_REASONS
from creditline.flows.notices import letter_of, letters_of, notices_of
from tests.flows.an_act import ACTS, REVIEWED, withheld
from tests.flows.desk import Desk

PINNED = Path(__file__).parent / "letters"


@pytest.mark.parametrize("name", [*ACTS, *REVIEWED])
async def test_every_act_is_told_word_for_word_in_every_language(desk: Desk, name: str) -> None:
    trigger, does = {**ACTS, **REVIEWED}[name]
    act = await does(desk)
    found = await letters_of(desk.db, desk.house, act)
    assert (found.standing.notice.trigger, found.standing.notice.due_at is not None) == (trigger, True)
    assert [one.language for one in found.letters] == ["en", "zh"]
    for letter in found.letters:
        assert 1 <= len(letter.why) <= MOST_REASONS
        file = PINNED / f"{name}.{letter.language}.txt"
        if os.environ.get("CREDITLINE_RENEW_LETTERS"):
            file.write_text(letter.text, encoding="utf-8")
        assert letter.text == file.read_text(encoding="utf-8")


def test_nothing_that_can_be_done_lacks_a_pinned_letter() -> None:
    assert {trigger for trigger, _ in ACTS.values()} == set(Trigger) - OUTCOMES
    assert {trigger for trigger, _ in REVIEWED.values()} == OUTCOMES


@pytest.mark.parametrize("name", REVIEWED)
async def test_what_a_person_found_is_told_without_their_name_and_reads_the_same_later(desk: Desk, name: str) -> None:
    act = await REVIEWED[name][1](desk)
    before = (await letters_of(desk.db, desk.house, act)).letters
    assert not any("ann" in letter.text.split() for letter in before)
    await desk.wait(days=120)
    assert (await letters_of(desk.db, desk.house, act)).letters == before


async def test_a_letter_reads_the_same_whatever_happens_and_is_published_later(desk: Desk) -> None:
    act = await withheld(desk)
    _, before = await letter_of(desk.db, desk.house, act, language="en")
    from tests.flows.test_promises_are_pinned import stricter  # noqa: PLC0415  # It builds a product.

    await desk.offer(stricter())
    await desk.wait(days=90)
    assert (await letter_of(desk.db, desk.house, act, language="en"))[1] == before


async def test_what_takes_nothing_away_has_no_letter_and_no_notice(desk: Desk) -> None:
    line = await desk.open()
    drawn = await desk.draw(line, 5_000)
    with pytest.raises(NotFound, match="answered approve") as refused:
        await letters_of(desk.db, desk.house, drawn.decision.id)
    assert refused.value.code is Code.NOTICE_UNKNOWN
    with pytest.raises(NotFound, match="Nothing unfavourable"):
        await letters_of(desk.db, desk.house, desk.next_id())
    await desk.wait(days=1)
    assert await notices_of(desk.db, line=line.id, most=9) == []


async def test_a_language_in_which_there_are_no_letters_is_refused_by_name(desk: Desk) -> None:
    act = await withheld(desk)
    with pytest.raises(Malformed, match="no letters in 'fr'.*en, zh"):
        await letter_of(desk.db, desk.house, act, language="fr")


async def test_a_repeated_request_is_told_once(desk: Desk) -> None:
    line = await desk.open(amount_minor=100_000)
    await desk.statement(line, months_late=2)
    request = desk.drawing(line, 5_000)
    await desk.draws(request, request)
    await desk.draws(request)
    (one,) = await notices_of(desk.db, borrower="ada", most=9)
    assert (one.notice.act, one.notice.due_at) == (request.id, one.notice.acted_at + timedelta(days=3))
