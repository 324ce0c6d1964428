"""A person looks again: asked for once, in order and in time, within a mandate, by two where it takes two, and told."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from creditline.decision.outcome import Answer
from creditline.errors import Broken, Code, Conflict, Malformed, NotAllowed, NotFound
from creditline.events.catalogue import LimitChanged
from creditline.flows.appeal import AppealRequest, appeal_of, appeals_of, ask_for_review, queue, review_rates
from creditline.flows.case import case_of
from creditline.flows.note import NoteRequest, note
from creditline.flows.notices import letter_of, open_notices
from creditline.flows.promises import promises_of, rates
from creditline.flows.redress import GROUND
from creditline.flows.verdict import ChangeRequest, SecondRequest, UpholdRequest, change, second, uphold
from creditline.restoration.promise import Outcome
from creditline.store import facts
from creditline.store.appeals import Appeal, AppealReason, Effect, State
from tests.decision.a_product import changed as edited
from tests.flows import an_act
from tests.flows.desk import Desk


def asking(desk: Desk, act: UUID, **changes: object) -> AppealRequest:
    said = {
        "id": desk.next_id(),
        "borrower": "ada",
        "act": act,
        "reason": AppealReason.FACTS_WRONG,
        "words": "I paid on the 3rd.\nSee my bank.",
        "language": "zh",
    }
    return AppealRequest(**(said | changes))  # type: ignore[arg-type]  # A test says what it changes by name.


async def asked(desk: Desk, act: UUID, **changes: object) -> Appeal:
    found, _ = await ask_for_review(desk.db, desk.clock, desk.house, request=asking(desk, act, **changes))
    return found


def changing(desk: Desk, review: Appeal, **changes: object) -> ChangeRequest:
    said = {"id": desk.next_id(), "review": review.id, "officer": "ann", "reason": "the bank's record shows it"}
    return ChangeRequest(**(said | changes))  # type: ignore[arg-type]


async def changed(desk: Desk, review: Appeal, **changes: object) -> Appeal:
    return await change(desk.db, desk.clock, desk.house, request=changing(desk, review, **changes))


async def answered(desk: Desk, review: Appeal, *, officer: str, is_refused: bool = False) -> Appeal:
    said = SecondRequest(
        id=desk.next_id(), review=review.id, officer=officer, reason="seen the same", is_refused=is_refused
    )
    return await second(desk.db, desk.clock, desk.house, request=said)


async def upheld(desk: Desk, review: Appeal) -> Appeal:
    said = UpholdRequest(id=desk.next_id(), review=review.id, officer="ann", reason="the record is right")
    return await uphold(desk.db, desk.clock, desk.house, request=said)


async def withheld(desk: Desk, *, amount_minor: int = 50_000) -> UUID:
    """Repay a line that is a month late, so that all of it is withheld; return the decision."""
    line = await desk.open(amount_minor=2_000_000)
    await desk.draw(line, 1_900_000)
    await desk.statement(line, months_late=1)
    return (await desk.repay(line, amount_minor)).decision.id


async def test_a_request_waits_with_its_clock_and_is_asked_once(desk: Desk) -> None:
    act = await an_act.blocked_by_hand(desk)
    request = asking(desk, act)
    first, was_there = await ask_for_review(desk.db, desk.clock, desk.house, request=request)
    again, is_there = await ask_for_review(desk.db, desk.clock, desk.house, request=request)
    assert (was_there, is_there, again) == (False, True, first)
    assert (first.state, first.priority, first.due_at - first.asked_at) == (State.WAITING, 1, timedelta(days=15))
    with pytest.raises(Conflict) as reused:
        await ask_for_review(desk.db, desk.clock, desk.house, request=asking(desk, act, id=request.id, words="else"))
    assert reused.value.code is Code.ID_REUSED
    with pytest.raises(Conflict, match=str(first.id)) as waits:
        await asked(desk, act)
    assert waits.value.code is Code.REVIEW_OPEN
    assert await appeals_of(desk.db, "ada") == [first]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"borrower": "eve"}, NotFound),
        ({"words": " "}, Malformed),
        ({"words": "x" * 2_001}, Malformed),
        ({"words": "a\x00b"}, Malformed),
        ({"language": "fr"}, Malformed),
        ({"id": UUID("6f9619ff-8b86-4d11-b42d-00c04fc964ff")}, Malformed),
    ],
)
async def test_what_cannot_be_asked_is_refused_and_nothing_waits(
    desk: Desk, changes: dict[str, object], error: type[Exception]
) -> None:
    act = await an_act.blocked_by_hand(desk)
    with pytest.raises(error):
        await asked(desk, act, **changes)
    assert await queue(desk.db, desk.clock, is_overdue=False, most=9) == []


async def test_only_what_was_unfavourable_can_be_looked_at_and_not_the_answer_to_an_earlier_request(desk: Desk) -> None:
    line = await desk.open()
    drawn = await desk.draw(line, 5_000)
    with pytest.raises(NotFound):
        await asked(desk, drawn.decision.id)
    request = desk.blocking(line, "fraud")
    await desk.control(request)
    ended = await upheld(desk, await asked(desk, request.id))
    assert ended.letter is not None
    with pytest.raises(NotFound):
        await asked(desk, ended.letter)
    assert (await asked(desk, request.id)).state is State.WAITING


async def test_the_queue_is_what_is_overdue_then_the_urgent_then_the_oldest(desk: Desk) -> None:
    mild, blocked, late = [await an_act.blocked_by_hand(desk) for _ in range(3)]
    old = await asked(desk, late, reason=AppealReason.NOT_UNDERSTOOD)
    desk.clock.move_to(desk.clock() + timedelta(days=14))
    third = await asked(desk, mild, reason=AppealReason.NOT_UNDERSTOOD)
    second_ = await asked(desk, blocked)
    assert [one.id for one in await queue(desk.db, desk.clock, is_overdue=True, most=9)] == []
    desk.clock.move_to(desk.clock() + timedelta(days=1))
    waiting = await queue(desk.db, desk.clock, is_overdue=False, most=9)
    assert [one.id for one in waiting] == [old.id, second_.id, third.id]
    assert [one.is_overdue(desk.clock()) for one in waiting] == [True, False, False]
    assert [one.id for one in await queue(desk.db, desk.clock, is_overdue=True, most=9)] == [old.id]


async def test_what_stands_is_told_with_the_reason_and_moves_nothing(desk: Desk) -> None:
    act = await withheld(desk)
    (before,) = await desk.lines_of("ada")
    review = await upheld(desk, await asked(desk, act))
    assert (review.state, review.effect, review.officer) == (State.UPHELD, None, "ann")
    assert await desk.lines_of("ada") == [before]
    assert review.letter is not None
    standing, letter = await letter_of(desk.db, desk.house, review.letter, language="zh")
    assert (standing.notice.ground, standing.notice.due_at) == (GROUND, review.due_at)
    assert (letter.title, letter.why) == ("人工复核结果：维持原决定", ("the record is right",))
    with pytest.raises(Conflict) as ended:
        await upheld(desk, review)
    assert ended.value.code is Code.REVIEW_ENDED


async def test_one_person_brings_back_a_small_amount_and_the_promise_is_kept_early(desk: Desk) -> None:
    act = await withheld(desk)
    (before,) = await desk.lines_of("ada")
    request = changing(desk, await asked(desk, act))
    review = await change(desk.db, desk.clock, desk.house, request=request)
    assert await change(desk.db, desk.clock, desk.house, request=request) == review
    assert (review.state, review.effect, review.amount_minor) == (State.CHANGED, Effect.RELEASE, 50_000)
    (after,) = await desk.lines_of("ada")
    assert (after.withheld_minor, after.available_minor) == (0, before.available_minor + before.withheld_minor)
    _, (kept,) = await promises_of(desk.db, after.id, most=9)
    assert kept.end is not None
    assert (kept.end.outcome, kept.end.request) == (Outcome.EARLY, request.id)
    assert "came back on" in kept.end.told.by_language["en"]
    (rate,) = await rates(desk.db, by=())
    assert (rate.early_count, rate.kept_ratio) == (1, 1.0)
    assert await desk.wait(days=90) == {}
    _, letter = await letter_of(desk.db, desk.house, request.id, language="en")
    assert letter.what[1] == "¥500.00 of what was withheld is back in your limit."


async def test_above_what_one_may_a_second_person_approves_who_is_not_the_first(desk: Desk) -> None:
    act = await withheld(desk, amount_minor=300_000)
    review = await changed(desk, await asked(desk, act))
    assert (review.state, review.officer) == (State.PROPOSED, "ann")
    (line,) = await desk.lines_of("ada")
    assert line.withheld_minor == 300_000
    for same in ("ann", " ANN "):
        with pytest.raises(NotAllowed, match="cannot be its second person") as refused:
            await answered(desk, review, officer=same)
        assert refused.value.code is Code.SECOND_PERSON_NEEDED
    with pytest.raises(Conflict, match="waits for a second person"):
        await changed(desk, review, officer="cy")
    done = await answered(desk, review, officer="bo")
    assert (done.state, done.officer, done.approver) == (State.CHANGED, "ann", "bo")
    (line,) = await desk.lines_of("ada")
    assert line.withheld_minor == 0
    with pytest.raises(Conflict):
        await answered(desk, review, officer="cy")


async def test_a_second_person_refuses_and_the_request_waits_again(desk: Desk) -> None:
    act = await withheld(desk, amount_minor=300_000)
    review = await changed(desk, await asked(desk, act))
    refused = await answered(desk, review, officer="bo", is_refused=True)
    assert (refused.state, refused.finding) == (State.WAITING, None)
    with pytest.raises(Conflict, match="Nothing about"):
        await answered(desk, review, officer="bo")
    assert (await upheld(desk, refused)).state is State.UPHELD
    found = (await case_of(desk.db, desk.clock, desk.house, review.id)).findings
    assert [(one.answer, said and said.answer) for one, said in found] == [("change", "refuse"), ("uphold", None)]


async def test_what_is_above_the_mandate_of_two_is_refused_with_the_figures(desk: Desk) -> None:
    strict = edited({"parameters/review.toml": lambda text: text.replace("value = 5000000", "value = 40000")})
    act = await withheld(desk)
    review = await asked(desk, act)
    await desk.offer(strict)
    with pytest.raises(NotAllowed, match="¥500.00.*¥400.00") as refused:
        await changed(desk, review)
    assert refused.value.code is Code.MANDATE_EXCEEDED
    assert (await appeal_of(desk.db, review.id)).state is State.WAITING


async def test_a_borrower_decides_nothing_about_themselves(desk: Desk) -> None:
    review = await asked(desk, await withheld(desk))
    with pytest.raises(NotAllowed, match="about themselves"):
        await changed(desk, review, officer="ada")


async def test_part_of_what_is_withheld_comes_back_by_its_promise(desk: Desk) -> None:
    act = await an_act.withheld(desk)
    review = await asked(desk, act)
    case = await case_of(desk.db, desk.clock, desk.house, review.id)
    first, *others = case.withheld
    assert len(others) == 2
    done = await changed(desk, review, promises=(first.id,))
    assert done.amount_minor == first.amount_minor
    again = await asked(desk, act)
    assert (await case_of(desk.db, desk.clock, desk.house, again.id)).withheld == tuple(others)
    with pytest.raises(Conflict) as ended:
        await changed(desk, again, promises=(first.id,))
    assert ended.value.code is Code.PROMISE_ENDED
    assert await desk.wait(days=90) == {"released": 2}
    with pytest.raises(Conflict, match="Nothing is withheld any more"):
        await changed(desk, again)


@pytest.mark.parametrize("name", ["observation_extended", "promise_broken"])
async def test_what_followed_on_an_act_is_what_comes_back(desk: Desk, name: str) -> None:
    act = await an_act.ACTS[name][1](desk)
    review = await changed(desk, await asked(desk, act))
    assert (review.state, review.amount_minor) == (State.CHANGED, 50_000)
    (line,) = await desk.lines_of("ada")
    assert line.withheld_minor == 0


async def test_what_was_withheld_is_found_after_it_was_kept_back(desk: Desk) -> None:
    await an_act.observation_extended(desk)
    (line,) = await desk.lines_of("ada")
    restoration = next(one for one in await desk.decisions(line) if one.answer is Answer.OBSERVED)
    review = await changed(desk, await asked(desk, restoration.id))
    assert (review.state, review.amount_minor) == (State.CHANGED, 50_000)


async def test_a_block_is_lifted_in_the_words_of_whoever_did_it(desk: Desk) -> None:
    act = await an_act.blocked(desk)
    review = await changed(desk, await asked(desk, act))
    (line,) = await desk.lines_of("ada")
    assert (review.effect, line.is_blocked) == (Effect.UNBLOCK, False)
    with pytest.raises(Malformed):
        await changed(desk, await asked(desk, act), granted_minor=5)
    with pytest.raises(Conflict, match="not blocked any more"):
        await changed(desk, (await queue(desk.db, desk.clock, is_overdue=False, most=1))[0])


async def test_a_cut_limit_is_raised_no_higher_than_it_was(desk: Desk) -> None:
    act = await an_act.decreased(desk)
    review = await asked(desk, act)
    for limit_minor in (None, 80_000, 100_001):
        with pytest.raises((NotAllowed, Malformed)):
            await changed(desk, review, granted_minor=limit_minor)
    done = await changed(desk, review, granted_minor=90_000)
    (line,) = await desk.lines_of("ada")
    assert (done.effect, done.amount_minor, line.granted_minor) == (Effect.LIMIT, 10_000, 90_000)
    async with desk.db.reading() as connection:
        told = [row for row in await facts.of_borrower(connection, "ada") if row.number == LimitChanged.number]
    assert told[-1].amount_minor == 90_000
    assert done.letter is not None
    _, letter = await letter_of(desk.db, desk.house, done.letter, language="en")
    assert letter.what[1] == "Your limit is ¥900.00."


@pytest.mark.parametrize("name", ["opening_declined", "draw_declined", "closed"])
async def test_what_the_rules_must_decide_anew_no_person_changes(desk: Desk, name: str) -> None:
    review = await asked(desk, await an_act.ACTS[name][1](desk))
    with pytest.raises(NotAllowed, match="put the facts right") as refused:
        await changed(desk, review)
    assert refused.value.code is Code.REVIEW_FIXED
    assert (await upheld(desk, review)).state is State.UPHELD


async def test_a_case_file_tells_the_replay_and_what_would_have_been_otherwise(desk: Desk) -> None:
    review = await asked(desk, await withheld(desk))
    case = await case_of(desk.db, desk.clock, desk.house, review.id)
    assert case.replay is not None
    assert case.replay.is_equal
    assert case.features["months_late_last_count"] == 1
    assert [one.language for one in case.letters] == ["en", "zh"]
    assert (case.supposed, case.differences) == (None, ())
    better = await case_of(desk.db, desk.clock, desk.house, review.id, supposing={"months_late_last_count": 0})
    by_name = {one.what: (one.was, one.would_be) for one in better.differences}
    assert by_name["answer"][0] == "observed"
    assert by_name["answer"][1] != "observed"
    assert better.supposed is not None
    assert better.supposed.reasons != better.decision.reasons if better.decision else False
    same = await case_of(desk.db, desk.clock, desk.house, review.id, supposing={"months_late_last_count": 1})
    assert same.differences == ()
    for wrong in ({"nothing": 1.0}, {"is_blocked": 2.0}, {"requested_minor": 0.5}, {"granted_minor": None}):
        with pytest.raises(Malformed):
            await case_of(desk.db, desk.clock, desk.house, review.id, supposing=wrong)


async def test_what_a_person_did_has_no_decision_to_suppose_about(desk: Desk) -> None:
    review = await asked(desk, await an_act.blocked_by_hand(desk))
    assert (await case_of(desk.db, desk.clock, desk.house, review.id)).replay is None
    with pytest.raises(Malformed, match="no decision"):
        await case_of(desk.db, desk.clock, desk.house, review.id, supposing={"pay_ratio": 1})


async def test_what_became_of_requests_is_counted_by_the_reason_people_put_right(desk: Desk) -> None:
    act = await withheld(desk)
    await changed(desk, await asked(desk, act))
    other = await an_act.blocked_by_hand(desk)
    await asked(desk, other)
    desk.clock.move_to(desk.clock() + timedelta(days=16))
    found = {(one.trigger, one.leading): one for one in await review_rates(desk.db, desk.clock)}
    right = found["withheld", "late"]  # type: ignore[index]
    assert (right.asked_count, right.changed_count, right.late_count) == (1, 1, 0)
    waits = found["blocked", "none"]  # type: ignore[index]
    assert (waits.open_count, waits.late_count) == (1, 1)


async def test_two_officers_at_once_answer_once(desk: Desk) -> None:
    review = await asked(desk, await withheld(desk))
    outcomes = await asyncio.gather(
        *(changed(desk, review, officer=officer) for officer in ("ann", "bo", "cy")), return_exceptions=True
    )
    assert sum(isinstance(one, Appeal) for one in outcomes) == 1
    assert {one.code for one in outcomes if isinstance(one, Conflict)} == {Code.REVIEW_ENDED}


@pytest.mark.parametrize(
    "statement",
    [
        "update human_review set due_at = due_at + interval '1 year'",
        "delete from human_review_finding",
        "insert into human_review_answer select uuidv7(), id, 'approve', ' ann', 'x', '', now() from human_review_finding",
        "insert into human_review_answer select uuidv7(), id, 'approve', 'Ann', 'x', '', now() from human_review_finding",
        "insert into human_review_end select review, id, 'changed', id, now() from human_review_finding",
    ],
)
async def test_the_database_itself_lets_nobody_be_their_own_second_person(desk: Desk, statement: str) -> None:
    await changed(desk, await asked(desk, await withheld(desk, amount_minor=300_000)))
    with pytest.raises(Broken):
        async with desk.db.transaction() as connection:
            await connection.execute(statement)


async def test_the_outcome_is_due_when_the_request_was_and_waits_to_be_told(desk: Desk) -> None:
    act = await withheld(desk)
    review = await asked(desk, act)
    done = await upheld(desk, review)
    due = {
        one.notice.act: one.notice.due_at for one in await open_notices(desk.db, desk.clock, is_overdue=False, most=9)
    }
    assert done.letter is not None
    assert due[done.letter] == review.due_at


async def test_a_note_is_written_once_for_colleagues_and_stays(desk: Desk) -> None:
    review = await asked(desk, await withheld(desk))
    said = NoteRequest(id=desk.next_id(), review=review.id, officer=" ann ", words="Called the bank.\nThey call back.")
    first = await note(desk.db, desk.clock, request=said)
    assert (first.officer, first.words) == ("ann", said.words)
    assert await note(desk.db, desk.clock, request=said) == first
    with pytest.raises(Conflict, match="used before"):
        await note(desk.db, desk.clock, request=replace(said, words="Something else."))
    for wrong in ({"words": " "}, {"words": "a\0b"}, {"officer": ""}):
        with pytest.raises(Malformed):
            await note(desk.db, desk.clock, request=replace(said, id=desk.next_id(), **wrong))
    with pytest.raises(NotFound, match="no request"):
        await note(desk.db, desk.clock, request=replace(said, id=desk.next_id(), review=UUID(int=7)))
    await upheld(desk, review)
    await note(desk.db, desk.clock, request=replace(said, id=desk.next_id(), words="They called."))
    case = await case_of(desk.db, desk.clock, desk.house, review.id)
    assert [one.words for one in case.notes] == [said.words, "They called."]
    assert case.mandate.alone_minor < case.mandate.most_minor
    assert all(said.words not in one.text for one in case.letters)
    for statement in ("delete from human_review_note", "update human_review_note set words = 'x'"):
        with pytest.raises(Broken):
            async with desk.db.transaction() as connection:
                await connection.execute(statement)
