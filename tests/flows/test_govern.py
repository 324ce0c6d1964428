"""What becomes of an edition: who may do what to it, when it is in force, and that every server decides by it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from creditline.clock import MovedClock
from creditline.decision.product import Product
from creditline.errors import Broken, Code, Conflict, CreditlineError, Malformed, NotAllowed, NotFound
from creditline.flows.draw import DrawRequest, draw_lines
from creditline.flows.govern import activate, govern, in_force_at, life_of, publish_draft, roll_back
from creditline.flows.house import House
from creditline.flows.publish import publish
from creditline.flows.turn import one
from creditline.ids import new_id
from creditline.policy.life import HOUSE, Act, State
from creditline.store import decisions, policies
from tests.decision.a_product import RESTORATION, a_product, changed
from tests.flows.a_governor import approved, drafted, order, put_in_force
from tests.flows.desk import STARTS_AT, Desk

HOUR = timedelta(hours=1)


def another(days: int) -> Product:
    """Return the product with other days of observation: an edition of its own for each number."""
    return changed({RESTORATION: lambda text: text.replace("value = 30,", f"value = {days},")})


async def test_a_new_house_is_founded_by_itself_and_says_so(desk: Desk) -> None:
    life = await life_of(desk.db, a_product().name)
    (deed,) = life.deeds
    assert (deed.act, deed.actor, deed.edition) == (Act.FOUND, HOUSE, a_product().edition)
    assert life.versions[deed.edition].state is State.APPROVED
    (always,) = life.periods
    assert (always.starts_at, always.ends_at) == (None, None)


async def test_a_newer_folder_does_not_take_the_place_of_what_is_in_force(desk: Desk) -> None:
    newer = House([another(45)])
    await publish(desk.db, desk.clock, newer)
    assert newer.products[a_product().name].edition == a_product().edition
    assert len((await life_of(desk.db, a_product().name)).deeds) == 1


async def test_programs_that_start_together_found_a_house_once(desk: Desk) -> None:
    houses = [House([another(days)]) for days in (31, 32, 33)]
    async with desk.db.reading() as connection:
        before = len(await policies.deeds(connection, a_product().name))
    await asyncio.gather(*(publish(desk.db, desk.clock, house) for house in houses))
    assert len((await life_of(desk.db, a_product().name)).deeds) == before == 1


async def test_an_edition_goes_from_draft_to_force_by_two_people(desk: Desk) -> None:
    product = another(45)
    done = await drafted(desk.db, desk.clock, product)
    assert (done.version.state, done.version.author) == (State.DRAFT, "ann")
    done = await govern(desk.db, desk.clock, order=order(desk.clock, product), act=Act.SUBMIT)
    assert done.version.state is State.REVIEW
    done = await govern(desk.db, desk.clock, order=order(desk.clock, product, actor="bob"), act=Act.APPROVE)
    assert (done.version.state, done.version.approved_by) == (State.APPROVED, "bob")
    line = await desk.open()
    before = await desk.draw(line, 100)
    await activate(desk.db, desk.clock, order=order(desk.clock, product))
    after = await desk.draw(line, 100)
    assert [one.decision.edition for one in (before, after)] == [a_product().edition, product.edition]


async def test_nobody_approves_their_own_not_even_by_hand(desk: Desk) -> None:
    product = another(45)
    await drafted(desk.db, desk.clock, product)
    await govern(desk.db, desk.clock, order=order(desk.clock, product, actor="cleo"), act=Act.SUBMIT)
    for actor in ("ann", "cleo"):
        own = order(desk.clock, product, actor=actor)
        with pytest.raises(NotAllowed, match="nobody approves their own") as refused:
            await govern(desk.db, desk.clock, order=own, act=Act.APPROVE)
        assert refused.value.code is Code.SECOND_PERSON_NEEDED
    deed = (await life_of(desk.db, product.name)).deeds[-1]
    for act, actor, words in (
        (Act.APPROVE, "ann", "cannot approve"),
        (Act.ACTIVATE, "bob", "needs an edition that is approved"),
    ):
        by_hand = type(deed)(
            number=0, id=new_id(desk.clock()), product=product.name, edition=product.edition, act=act, actor=actor,
            reason="x", recorded_at=desk.clock(), starts_at=desk.clock() if act is Act.ACTIVATE else None,
        )  # fmt: skip
        with pytest.raises(Broken, match=words):
            async with desk.db.transaction() as connection:
                await policies.record(connection, by_hand)


IMPOSSIBLE = [
    # done before                    act           what is said
    ([],                             Act.APPROVE,  "is draft, and approve needs one that is review"),
    ([],                             Act.RETIRE,   "is draft, and retire needs one that is approved"),
    ([Act.SUBMIT],                   Act.SUBMIT,   "is review, and submit needs one that is draft"),
    ([Act.SUBMIT, Act.REJECT],       Act.APPROVE,  "is draft"),
    ([Act.SUBMIT, Act.APPROVE],      Act.REJECT,   "is approved, and reject needs one that is review"),
    ([Act.SUBMIT, Act.APPROVE, Act.RETIRE], Act.SUBMIT, "is retired"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "act", "words"), IMPOSSIBLE)
async def test_an_act_that_does_not_follow_is_refused(desk: Desk, before: list[Act], act: Act, words: str) -> None:
    product = another(45)
    await drafted(desk.db, desk.clock, product)
    for step in before:
        await govern(
            desk.db,
            desk.clock,
            order=order(desk.clock, product, actor="ann" if step is Act.SUBMIT else "bob"),
            act=step,
        )
    with pytest.raises(Conflict, match=words) as refused:
        await govern(desk.db, desk.clock, order=order(desk.clock, product, actor="cleo"), act=act)
    assert refused.value.code is Code.POLICY_STATE


async def test_what_is_not_approved_is_never_in_force(desk: Desk) -> None:
    product = another(45)
    await drafted(desk.db, desk.clock, product)
    with pytest.raises(Conflict, match="is draft, and activate needs one that is approved"):
        await activate(desk.db, desk.clock, order=order(desk.clock, product))
    with pytest.raises(Broken, match="not approved cannot be in force"):
        async with desk.db.transaction() as connection:
            await connection.execute(
                "insert into policy_period (product, edition, valid, known, opened_by, known_by) "
                "values ($1, $2, tstzrange(now(), null), tstzrange(now(), null), 1, 1)",
                product.name,
                bytes.fromhex(product.edition),
            )


async def test_two_editions_are_never_in_force_at_once_whatever_writes(desk: Desk) -> None:
    product = another(45)
    await approved(desk.db, desk.clock, product)
    with pytest.raises(Broken, match="one_edition_at_a_time"):
        async with desk.db.transaction() as connection:
            await connection.execute(
                "insert into policy_period (product, edition, valid, known, opened_by, known_by) "
                "values ($1, $2, tstzrange($3::timestamptz, null), tstzrange($3, null), 1, 1)",
                product.name,
                bytes.fromhex(product.edition),
                desk.clock(),
            )
    with pytest.raises(Broken, match="can only end, once"):
        async with desk.db.transaction() as connection:
            await connection.execute("update policy_period set valid = tstzrange(now(), null)")


async def test_a_period_is_planned_and_the_edition_before_it_comes_back_after_it(desk: Desk) -> None:
    product, line = another(45), await desk.open()
    await approved(desk.db, desk.clock, product)
    starts_at, ends_at = STARTS_AT + 2 * HOUR, STARTS_AT + 4 * HOUR
    await activate(desk.db, desk.clock, order=order(desk.clock, product, starts_at=starts_at, ends_at=ends_at))
    by = []
    for hour in range(6):
        desk.clock.move_to(STARTS_AT + hour * HOUR)
        by.append((await desk.draw(line, 10)).decision.edition == product.edition)
    assert by == [False, False, True, True, False, False]


async def test_what_was_in_force_is_asked_in_two_times(desk: Desk) -> None:
    first, second, name = another(45), another(60), a_product().name
    noon = STARTS_AT + 3 * HOUR
    for product in (first, second):
        await approved(desk.db, desk.clock, product)
    await activate(desk.db, desk.clock, order=order(desk.clock, first, starts_at=noon))
    known_then = desk.clock()
    desk.clock.move_to(STARTS_AT + HOUR)
    await activate(desk.db, desk.clock, order=order(desk.clock, second, starts_at=noon))
    cases = [
        # valid at                known at      edition
        (noon,                    None,         second),
        (noon,                    known_then,   first),
        (noon - HOUR,             None,         a_product()),
        (datetime(1990, 1, 1, tzinfo=UTC), None, a_product()),
        (noon,                    STARTS_AT - HOUR, a_product()),
    ]  # fmt: skip
    for valid_at, known_at, product in cases:
        period = await in_force_at(desk.db, name, valid_at=valid_at, known_at=known_at)
        assert period is not None
        assert period.edition == product.edition


async def test_one_step_brings_the_former_edition_back_with_its_reason(desk: Desk) -> None:
    product, later, line = another(45), another(60), await desk.open()
    with pytest.raises(Conflict, match="nothing of consumer_revolving to go back to"):
        await roll_back(desk.db, desk.clock, order=order(desk.clock, product, edition=""))
    await put_in_force(desk.db, desk.clock, product)
    await approved(desk.db, desk.clock, later)
    await activate(desk.db, desk.clock, order=order(desk.clock, later, starts_at=STARTS_AT + 5 * HOUR))
    desk.clock.move_to(STARTS_AT + HOUR)
    back = await roll_back(
        desk.db, desk.clock, order=order(desk.clock, product, edition="", actor="cleo", reason="declines doubled")
    )
    assert (back.deed.edition, back.deed.actor, back.deed.reason) == (a_product().edition, "cleo", "declines doubled")
    assert (await desk.draw(line, 10)).decision.edition == a_product().edition
    desk.clock.move_to(STARTS_AT + 6 * HOUR)
    assert (await desk.draw(line, 10)).decision.edition == a_product().edition
    again = await roll_back(desk.db, desk.clock, order=order(desk.clock, product, edition=product.edition[:8]))
    assert again.deed.edition == product.edition


async def test_what_is_in_force_or_will_be_is_not_retired(desk: Desk) -> None:
    product = another(45)
    await approved(desk.db, desk.clock, product)
    await activate(desk.db, desk.clock, order=order(desk.clock, product, starts_at=STARTS_AT + HOUR))
    with pytest.raises(Conflict, match="Activate another one first"):
        await govern(desk.db, desk.clock, order=order(desk.clock, product), act=Act.RETIRE)
    desk.clock.move_to(STARTS_AT + 2 * HOUR)
    await roll_back(desk.db, desk.clock, order=order(desk.clock, product, edition=""))
    desk.clock.move_to(STARTS_AT + 3 * HOUR)
    done = await govern(desk.db, desk.clock, order=order(desk.clock, product), act=Act.RETIRE)
    assert done.version.state is State.RETIRED
    with pytest.raises(Conflict, match="is retired, and rollback needs"):
        await roll_back(desk.db, desk.clock, order=order(desk.clock, product))


async def test_the_past_is_not_decided_again_and_a_period_does_not_end_before_it_starts(desk: Desk) -> None:
    product = another(45)
    await approved(desk.db, desk.clock, product)
    with pytest.raises(Malformed, match="at the earliest"):
        await activate(desk.db, desk.clock, order=order(desk.clock, product, starts_at=STARTS_AT - HOUR))
    with pytest.raises(Malformed, match="before it starts"):
        await activate(desk.db, desk.clock, order=order(desk.clock, product, ends_at=STARTS_AT - HOUR))


async def test_an_act_that_is_repeated_is_done_once_and_an_id_is_used_for_one(desk: Desk) -> None:
    product = another(45)
    asked = order(desk.clock, product)
    first, again = [await publish_draft(desk.db, desk.clock, order=asked, files=product.files) for _ in range(2)]
    assert (first.is_repeated, again.is_repeated, again.deed) == (False, True, first.deed)
    with pytest.raises(Conflict, match="was used before, when ann did publish") as refused:
        await govern(desk.db, desk.clock, order=asked, act=Act.SUBMIT)
    assert refused.value.code is Code.ID_REUSED
    with pytest.raises(Conflict, match="was published before, by ann"):
        await drafted(desk.db, desk.clock, product)


WRONG = [
    # changes                           error      what is said
    ({"actor": "  "},                   Malformed, "needs a name"),
    ({"actor": "CreditLine"},           Malformed, "Give the name of a person"),
    ({"reason": ""},                    Malformed, "needs a reason"),
    ({"reason": "one\ntwo"},            Malformed, "on one line"),
    ({"edition": "ffffffffffff"},       NotFound,  "no edition 'ffffffffffff'"),
    ({"edition": ""},                   NotFound,  "several editions ''"),
    ({"product": "gold"},               NotFound,  "no product 'gold' with editions here"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "error", "words"), WRONG)
async def test_an_order_without_name_reason_or_edition_is_refused(
    desk: Desk, changes: dict[str, str], error: type[CreditlineError], words: str
) -> None:
    product = another(45)
    await drafted(desk.db, desk.clock, product)
    with pytest.raises(error, match=words):
        await govern(desk.db, desk.clock, order=order(desk.clock, product, **changes), act=Act.SUBMIT)


async def test_every_server_follows_one_activation_and_all_agree(desk: Desk) -> None:
    """Two servers with houses of their own draw without end while a third program activates; the desk's law holds each."""
    product, line = another(45), await desk.open()
    other = await desk.open(borrower="bob")
    await approved(desk.db, desk.clock, product)
    houses = (desk.house, House([a_product()]))
    by: list[list[str]] = [[], []]
    is_done = asyncio.Event()

    async def serve(place: int) -> None:
        clock = MovedClock(desk.clock())
        last_count = 3
        while last_count:
            last_count -= is_done.is_set()
            asked = DrawRequest(id=new_id(clock()), line=(line, other)[place].id, amount_minor=1, currency="CNY")
            drawn = one(await draw_lines(desk.db, clock, houses[place], asked=[asked]))
            by[place].append(drawn.decision.edition)

    async def switch() -> None:
        while min(map(len, by)) < 3:
            await asyncio.sleep(0.001)
        await activate(desk.db, desk.clock, order=order(desk.clock, product))
        is_done.set()

    await asyncio.gather(serve(0), serve(1), switch())
    for editions in by:
        assert editions[-1] == product.edition
        assert editions == sorted(editions, key=lambda edition: edition == product.edition)
        assert set(editions) == {a_product().edition, product.edition}


async def test_people_who_activate_together_leave_one_edition_in_force(desk: Desk) -> None:
    products = [another(days) for days in (45, 60, 75)]
    for product in products:
        await approved(desk.db, desk.clock, product)
    orders = [order(desk.clock, product) for product in products]
    await asyncio.gather(*(activate(desk.db, desk.clock, order=one) for one in orders))
    life = await life_of(desk.db, a_product().name)
    assert sum(period.holds(desk.clock()) for period in life.periods) == 1
    assert [deed.number for deed in life.deeds] == list(range(1, len(life.deeds) + 1))
    line = await desk.open()
    async with desk.db.reading() as connection:
        (decided,) = await decisions.of_line(connection, line.id, most=1)
    assert decided.edition == next(deed for deed in reversed(life.deeds) if deed.act is Act.ACTIVATE).edition


async def test_files_of_another_product_and_files_that_are_none_are_refused(desk: Desk) -> None:
    product = another(45)
    with pytest.raises(NotFound, match="no product 'gold'"):
        await life_of(desk.db, "gold")
    with pytest.raises(Malformed, match="The files are of product consumer_revolving"):
        await publish_draft(desk.db, desk.clock, order=order(desk.clock, product, product="gold"), files=product.files)
    async with desk.db.reading() as connection:
        assert await policies.products(connection) == [product.name]
