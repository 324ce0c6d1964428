"""A number set in one step: a draft with that one change, approved by another, told with who and why, promised past kept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from creditline.errors import Code, Conflict, CreditlineError, Malformed, NotFound, PolicyInvalid
from creditline.flows.derived import ON_EDITION
from creditline.flows.govern import Order, activate, govern, life_of, roll_back
from creditline.flows.imports import import_edition, import_policy
from creditline.flows.parameters import NumberSet, Stated, parameters_at, set_parameter
from creditline.ids import new_id
from creditline.policy.life import Act, State
from creditline.policy.parameters import OVERLAY
from creditline.policy.setting import Setting
from tests.decision.a_product import NAME, a_product, changed
from tests.flows.a_governor import drafted, order, put_in_force
from tests.flows.desk import STARTS_AT, Desk

DAY = timedelta(days=1)
TODAY = STARTS_AT.date()
LONGER = Setting(name="observation_days", value="45", since=TODAY)


def by_ann(desk: Desk, *, edition: str = "", reason: str = "one statement is too short") -> Order:
    return Order(id=new_id(desk.clock()), product=NAME, actor="ann", reason=reason, edition=edition)


async def in_force(desk: Desk, made: NumberSet) -> None:
    """Have a draft that Ann made submitted by her, approved and activated by Bob."""
    edition = made.done.version.edition
    for act, actor in ((Act.SUBMIT, "ann"), (Act.APPROVE, "bob")):
        await govern(desk.db, desk.clock, order=order(desk.clock, a_product(), actor=actor, edition=edition), act=act)
    await activate(desk.db, desk.clock, order=order(desk.clock, a_product(), actor="bob", edition=edition))


async def stated(desk: Desk, name: str, **when: object) -> Stated:
    _, found = await parameters_at(desk.db, NAME, **({"at": desk.clock()} | when))  # type: ignore[arg-type]  # A test says when by name.
    return next(one for one in found if one.name == name)


async def test_a_number_is_set_by_two_people_and_tells_who_and_why(desk: Desk) -> None:
    made = await set_parameter(desk.db, desk.clock, order=by_ann(desk), setting=LONGER)
    assert [f"{one.place}: {one.words}" for one in made.changes] == [
        f"parameter observation_days: from {TODAY}: 30 -> 45"
    ]
    assert (made.made_from, made.done.version.state, made.done.deed.detail) == (
        a_product().edition,
        State.DRAFT,
        f"set observation_days = 45 from {TODAY}{ON_EDITION}{a_product().edition}",
    )
    assert {name for name in made.files if made.files[name] != a_product().files.get(name)} == {OVERLAY}
    before = await stated(desk, "observation_days")
    assert (before.value, before.by, before.brought_at) == (30, "creditline", None)

    own = order(desk.clock, a_product(), edition=made.done.version.edition)
    await govern(desk.db, desk.clock, order=own, act=Act.SUBMIT)
    with pytest.raises(CreditlineError, match="nobody approves their own"):
        await govern(desk.db, desk.clock, order=order(desk.clock, a_product(), edition=own.edition), act=Act.APPROVE)
    await govern(
        desk.db, desk.clock, order=order(desk.clock, a_product(), actor="bob", edition=own.edition), act=Act.APPROVE
    )
    desk.clock.move_to(desk.clock() + DAY)
    await activate(desk.db, desk.clock, order=order(desk.clock, a_product(), actor="bob", edition=own.edition))

    after = await stated(desk, "observation_days")
    assert (after.value, after.since, after.by, after.approved_by) == (45, TODAY, "ann", "bob")
    assert (after.why, after.reference) == ("one statement is too short", "one statement is too short (ann)")
    assert after.brought_at == desk.clock()
    other = await stated(desk, "late_observation_days")
    assert (other.value, other.by, other.edition) == (60, "creditline", a_product().edition)


async def test_what_was_decided_and_promised_before_stays_and_replays(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 10_000)
    before = (await desk.repay(line, 5_000)).decision
    made = await set_parameter(desk.db, desk.clock, order=by_ann(desk), setting=LONGER)
    await in_force(desk, made)
    desk.clock.move_to(desk.clock() + DAY)
    after = (await desk.repay(line, 1_000)).decision
    assert (before.edition, after.edition) == (a_product().edition, made.done.version.edition)
    # Leaving the desk replays both.


async def test_an_answer_as_of_then_does_not_know_what_was_set_later(desk: Desk) -> None:
    then = desk.clock()
    desk.clock.move_to(then + DAY)
    known = desk.clock()
    desk.clock.move_to(known + DAY)
    setting = replace(LONGER, since=desk.clock().date())
    await in_force(desk, await set_parameter(desk.db, desk.clock, order=by_ann(desk), setting=setting))
    assert (await stated(desk, "observation_days")).value == 45
    assert (await stated(desk, "observation_days", at=then)).value == 30
    later = desk.clock() + 30 * DAY
    assert (await stated(desk, "observation_days", at=later)).value == 45
    assert (await stated(desk, "observation_days", at=later, known_at=known)).value == 30
    before = await stated(desk, "observation_days", at=then, known_at=then - 365 * DAY)
    assert (before.value, before.by) == (30, "creditline")


async def test_a_number_set_for_later_is_told_ahead_and_a_rollback_takes_it_back(desk: Desk) -> None:
    setting = replace(LONGER, since=TODAY + 10 * DAY)
    await in_force(desk, await set_parameter(desk.db, desk.clock, order=by_ann(desk), setting=setting))
    told = await stated(desk, "observation_days")
    assert (told.value, told.by, told.next and (told.next.value, told.next.since)) == (
        30,
        "creditline",
        (45, TODAY + 10 * DAY),
    )
    desk.clock.move_to(desk.clock() + 11 * DAY)
    assert (await stated(desk, "observation_days")).value == 45
    back = Order(id=new_id(desk.clock()), product=NAME, actor="bob", reason="too long")
    await roll_back(desk.db, desk.clock, order=back)
    told = await stated(desk, "observation_days")
    assert (told.value, told.brought_at, told.by) == (30, desk.clock(), "creditline")


async def test_a_repeat_is_answered_as_it_was_whatever_is_in_force_since(desk: Desk) -> None:
    asked = by_ann(desk)
    made = await set_parameter(desk.db, desk.clock, order=asked, setting=LONGER)
    desk.clock.move_to(desk.clock() + DAY)
    await put_in_force(desk.db, desk.clock, changed({"words.en.toml": lambda text: text + "\n# Ours.\n"}))
    again = await set_parameter(desk.db, desk.clock, order=asked, setting=LONGER)
    assert (again.done.is_repeated, again.done.deed, again.changes) == (True, made.done.deed, made.changes)
    for other in (replace(LONGER, value="46"), replace(LONGER, name="recheck_days")):
        with pytest.raises(Conflict) as refused:
            await set_parameter(desk.db, desk.clock, order=asked, setting=other)
        assert refused.value.code is Code.ID_REUSED


async def test_two_numbers_are_set_one_on_the_other_and_the_open_draft_is_told(desk: Desk) -> None:
    one = await set_parameter(desk.db, desk.clock, order=by_ann(desk), setting=LONGER)
    two = Setting(name="granted_cap_minor.CNY", value="15000000", since=TODAY)
    beside = await set_parameter(desk.db, desk.clock, order=by_ann(desk), setting=two)
    assert [draft.edition for draft in beside.open_drafts] == [one.done.version.edition]
    both = await set_parameter(
        desk.db, desk.clock, order=by_ann(desk, edition=one.done.version.edition[:12]), setting=two
    )
    await in_force(desk, both)
    assert (await stated(desk, "observation_days")).value == 45
    assert (await stated(desk, "granted_cap_minor.CNY")).value == 15_000_000


async def test_what_cannot_be_set_leaves_nothing_behind(desk: Desk) -> None:
    for setting, says in (
        (replace(LONGER, name="watch_days"), "no parameter watch_days"),
        (replace(LONGER, since=date(2026, 1, 1)), "or later"),
        (Setting(name="all_in_ceiling_bp.CNY", value="100", since=TODAY), "cannot be offered"),
    ):
        with pytest.raises((NotFound, Malformed, PolicyInvalid), match=says):
            await set_parameter(desk.db, desk.clock, order=by_ann(desk), setting=setting)
    with pytest.raises(Malformed, match="a reason"):
        await set_parameter(desk.db, desk.clock, order=by_ann(desk, reason=" "), setting=LONGER)
    assert len((await life_of(desk.db, NAME)).deeds) == 1


async def test_an_edition_comes_in_as_it_went_out_and_one_that_was_changed_on_the_way_does_not(desk: Desk) -> None:
    product = changed({"words.en.toml": lambda text: text + "\n# Ours.\n"})
    asked = by_ann(desk)
    with pytest.raises(Malformed, match="was expected"):
        await import_edition(desk.db, desk.clock, order=asked, files=product.files, expected=a_product().edition[:12])
    done = await import_edition(desk.db, desk.clock, order=asked, files=product.files, expected=product.edition)
    assert (done.version.edition, done.version.state) == (product.edition, State.DRAFT)
    with pytest.raises(Conflict, match="published before"):
        await import_edition(desk.db, desk.clock, order=by_ann(desk), files=product.files)


async def test_a_dmn_file_takes_the_place_of_the_rules_and_passes_their_checks(desk: Desk) -> None:
    rules = a_product().files["policy.dmn"]
    other = rules.replace(b"<text>1440</text>", b"<text>1500</text>")
    asked = by_ann(desk)
    done, files = await import_policy(desk.db, desk.clock, order=asked, policy=other)
    assert {name for name in files if files[name] != a_product().files[name]} == {"policy.dmn"}
    assert (done.deed.detail or "").endswith(f", on edition {a_product().edition}")
    desk.clock.move_to(desk.clock() + DAY)
    await drafted(desk.db, desk.clock, changed({"words.en.toml": lambda text: text + "\n# Ours.\n"}))
    again, _ = await import_policy(desk.db, desk.clock, order=asked, policy=other)
    assert again.is_repeated
    with pytest.raises(Conflict):
        await import_policy(desk.db, desk.clock, order=asked, policy=rules)
    for broken, says in (
        (b"<no", "policy.dmn"),
        (rules.replace(b"<text>1440</text>", b"<text>9000</text>"), "cannot be offered"),
    ):
        with pytest.raises(PolicyInvalid, match=says):
            await import_policy(desk.db, desk.clock, order=by_ann(desk), policy=broken)


@pytest.mark.parametrize(
    "name",
    ["../x.toml", "/x.toml", "a/../../x.toml", ".hidden.toml", "a/.git/x.toml", "x.txt", "a\\b.toml", "examples.toml", "",
     "a//x.toml", "x.toml/", "x\n.toml", f"{'x' * 100}.toml", "wörter.toml"],
)  # fmt: skip
async def test_no_file_is_kept_that_an_export_would_lay_elsewhere_or_an_import_leave_out(desk: Desk, name: str) -> None:
    files = {**a_product().files, name: b""}
    with pytest.raises(PolicyInvalid, match="is no file of an edition"):
        await import_edition(desk.db, desk.clock, order=by_ann(desk), files=files)
    with pytest.raises(PolicyInvalid, match="no text in UTF-8: .* at byte 1"):
        await import_edition(desk.db, desk.clock, order=by_ann(desk), files={**a_product().files, "x.toml": b"a\xff"})
    assert len((await life_of(desk.db, NAME)).deeds) == 1
