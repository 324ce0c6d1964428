"""A decision taken apart: the facts behind it, what would have been otherwise, and what was told held against what was used."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from creditline.decision.examined import card_of, pulls_of, values_of
from creditline.decision.outcome import Answer, canonical
from creditline.errors import Malformed, NotFound
from creditline.explanation.told import mismatches_of
from creditline.flows.examine import Examined, Supposing, examine, facts_about, facts_behind
from creditline.flows.find import Thing, find
from creditline.flows.promises import promises_of
from creditline.flows.reverse import Cause
from creditline.restoration.promise import Told
from tests.decision.a_product import changed
from tests.flows import an_act
from tests.flows.a_governor import drafted
from tests.flows.desk import Desk


async def examined(desk: Desk, decision: UUID, **supposing: object) -> Examined:
    supposed = Supposing(**supposing)  # type: ignore[arg-type]  # A test says what it supposes by name.
    return await examine(desk.db, desk.clock, desk.house, decision, supposing=supposed)


async def often(desk: Desk) -> UUID:
    """Draw more often than the rules let pass, on an even keel before; repay, and return the decision."""
    line = await desk.open(amount_minor=2_000_000)
    for _ in range(7):
        await desk.draw(line, 100_000)
        desk.clock.move_to(desk.clock() + timedelta(hours=3))
    await desk.statement(line)
    return (await desk.repay(line, 500_000)).decision.id


def more_often(text: str) -> str:
    """Let so many draws pass that nobody draws too often."""
    before, head, after = text.partition("[frequent_draws_30d_count]")
    return before + head + re.sub(r"value = \d+", "value = 90", after, count=1)


@pytest.mark.parametrize("name", an_act.ACTS)
async def test_what_was_told_of_every_kind_of_act_is_what_was_used(desk: Desk, name: str) -> None:
    act = await an_act.ACTS[name][1](desk)
    if [one.kind for one in await find(desk.db, str(act))] == ["notice"]:
        with pytest.raises(NotFound, match="no decision"):
            await examined(desk, act)  # A person did it.
        return
    found = await examined(desk, act)
    assert found.replay.is_equal
    assert [one.language for one in found.letters] == ["en", "zh"]
    assert found.mismatches == ()
    assert found.supposed is None


async def test_what_was_told_otherwise_than_it_was_used_is_named(desk: Desk) -> None:
    found = await examined(desk, await often(desk))
    again, product = found.replay.again, found.then.product
    told = [one.promise for one in found.promises]
    assert told

    def mismatches(**changes: object) -> list[str]:
        said = {"stored": again, "letters": found.letters, "told": told, "product": product, "speakers": [product]}
        return [one.where for one in mismatches_of(again, **(said | changes))]  # type: ignore[arg-type]

    assert mismatches() == []
    assert mismatches(stored=replace(again, reasons=())) == ["reasons"]
    assert mismatches(letters=[replace(one, why=(*one.why, "and so on")) for one in found.letters[:1]]) == ["letter en"]
    other = replace(told[0], told=Told(languages=("en",), words=("All of it tomorrow.",)))
    assert mismatches(told=[other]) == [f"promise {other.tranche.id}"]
    assert mismatches(told=[replace(told[0], reason="late")]) == [f"promise {told[0].tranche.id}"]


async def test_an_event_left_out_is_decided_again_without_it_and_its_value_says_so(desk: Desk) -> None:
    decision = await often(desk)
    stored, draws = await facts_behind(desk.db, decision, feature="draws_30d_count")
    assert len(draws) == 7
    assert [one.happened_at for one in draws] == sorted((one.happened_at for one in draws), reverse=True)
    same = await examined(desk, decision)
    (value,) = [one for one in same.values if one.name == "draws_30d_count"]
    assert (value.then, value.supposed, same.counts["draws_30d_count"]) == (7, 7, 7)

    found = await examined(desk, decision, without=frozenset(one.id for one in draws[:5]))
    assert found.supposed is not None
    assert found.then.plan is not None
    assert found.supposed.plan is not None
    (value,) = [one for one in found.values if one.name == "draws_30d_count"]
    assert (value.then, value.supposed, value.is_read) == (7, 2, True)
    assert found.supposed.decision.answer != stored.answer
    assert found.supposed.plan.now_minor > found.then.plan.now_minor
    _, every = await facts_behind(desk.db, decision, feature=None)
    assert {one.id for one in draws} < {one.id for one in every}


async def test_nothing_supposed_changes_anything_on_record(desk: Desk) -> None:
    decision = await often(desk)
    before = await examined(desk, decision)
    await examined(desk, decision, values={"draws_30d_count": 0.0}, is_now=True)
    after = await examined(desk, decision)
    assert canonical(after.replay.stored) == canonical(before.replay.stored)
    assert (after.values, after.promises, after.letters) == (before.values, before.promises, before.letters)


async def test_asked_now_it_is_answered_from_what_is_known_now(desk: Desk) -> None:
    decision = await often(desk)
    line = (await examined(desk, decision)).then.decision.line
    desk.clock.move_to(desk.clock() + timedelta(days=40))
    own, _ = await promises_of(desk.db, line, most=1)
    await desk.statement(own, months_late=1)
    found = await examined(desk, decision, is_now=True)
    assert found.supposed is not None
    by_name = {one.name: one for one in found.values}
    assert (by_name["months_late_last_count"].then, by_name["months_late_last_count"].supposed) == (0, 1)
    assert by_name["draws_30d_count"].supposed == 0
    assert found.supposed.decision.as_of == desk.clock()
    assert found.supposed.decision.answer is Answer.OBSERVED
    seen, known = await facts_behind(desk.db, decision, feature=None), await facts_about(desk.db, own.borrower)
    assert len(known) > len(seen[1])


async def test_a_draft_answers_as_it_would_have_and_only_an_edition_that_is_there(desk: Desk) -> None:
    decision = await often(desk)
    draft = changed({"parameters/restoration.toml": more_often})
    await drafted(desk.db, desk.clock, draft)
    found = await examined(desk, decision, edition=draft.edition)
    assert found.supposed is not None
    assert found.supposed.product.edition == draft.edition
    assert found.supposed.decision.answer is Answer.AT_ONCE
    assert all(one.then == one.supposed for one in found.values)
    with pytest.raises(NotFound, match="no edition"):
        await examined(desk, decision, edition="0" * 64)
    with pytest.raises(NotFound, match="no edition"):
        await examined(desk, decision, edition="not a hash")


async def test_what_cannot_be_supposed_is_said(desk: Desk) -> None:
    decision = await often(desk)
    with pytest.raises(Malformed, match="was not among"):
        await examined(desk, decision, without=frozenset({UUID(int=7)}))
    with pytest.raises(Malformed, match="Nothing is known by the name"):
        await examined(desk, decision, values={"nothing": 1.0})
    with pytest.raises(NotFound, match="no decision"):
        await examined(desk, UUID(int=7))
    with pytest.raises(NotFound, match="no decision"):
        await facts_behind(desk.db, UUID(int=7), feature=None)


async def test_the_pulls_are_what_the_score_lost_against_its_best(desk: Desk) -> None:
    found = await examined(desk, await often(desk))
    product, decision = found.then.product, found.then.decision
    card = card_of(product, decision)
    assert card is not None
    assert card[0] == found.card == "release_points"
    best = product.release_card.decides.base_points + sum(
        one.reference_points for one in product.release_card.decides.bins
    )
    assert decision.scores is not None
    assert best + sum(pulls_of(product, decision).values()) == decision.scores.release_points
    dearest = [one.pull_points or 0 for one in values_of(product, decision) if one.is_read]
    assert dearest == sorted(dearest)


async def test_an_id_is_found_by_whatever_it_names(desk: Desk) -> None:
    decision = await often(desk)
    found = await examined(desk, decision)
    line, promise = found.then.decision.line, found.promises[0].promise.tranche.id
    assert await find(desk.db, "ada") == [Thing(kind="borrower", borrower="ada")]
    assert await find(desk.db, str(line)) == [Thing(kind="line", borrower="ada", line=line)]
    assert await find(desk.db, str(decision)) == [Thing(kind="decision", borrower="ada", line=line, decision=decision)]
    assert await find(desk.db, str(promise)) == [Thing(kind="promise", borrower="ada", line=line, decision=decision)]
    assert await find(desk.db, "nobody") == await find(desk.db, str(UUID(int=7))) == []
    act = await an_act.blocked_by_hand(desk)
    assert [one.kind for one in await find(desk.db, str(act))] == ["notice"]


async def test_what_was_undone_by_then_is_not_behind_a_value_and_counts_again_without_what_undid_it(desk: Desk) -> None:
    line = await desk.open(amount_minor=2_000_000)
    drawn = [(await desk.draw(line, 200_000)).decision.id for _ in range(3)]
    desk.clock.move_to(desk.clock() + timedelta(hours=1))
    undoing = (await desk.reverse(line, drawn[0], Cause.GIVEN_BACK)).request.id
    desk.clock.move_to(desk.clock() + timedelta(hours=1))
    decision = (await desk.repay(line, 100_000)).decision.id
    _, draws = await facts_behind(desk.db, decision, feature="draws_30d_count")
    assert {one.id for one in draws} == set(drawn[1:])
    found = await examined(desk, decision, without=frozenset({undoing}))
    (value,) = [one for one in found.values if one.name == "draws_30d_count"]
    assert (value.then, value.supposed) == (2, 3)
    assert found.replay.is_equal
