"""Arms in a running house: who is decided by which, what shadows say, and what stays when an arm is stopped."""

from collections import Counter
from datetime import timedelta

import pytest

from creditline.decision.outcome import Answer, Decision
from creditline.decision.product import Product
from creditline.errors import Broken, Code, Conflict, NotAllowed, NotFound, PolicyInvalid
from creditline.flows.arms import laid_out
from creditline.flows.forecast import standing_of
from creditline.flows.govern import Order, activate, govern, publish_draft
from creditline.flows.house import House
from creditline.flows.publish import publish
from creditline.flows.strategy import start_arm, stop_arm, strategy_of
from creditline.ids import new_id
from creditline.ledger.line import Line
from creditline.policy.assignment import point_of
from creditline.policy.life import Act
from creditline.policy.strategy import CHAMPION
from creditline.store import decisions, policies
from creditline.store.connect import Database
from tests.decision.a_product import RESTORATION, a_product, changed
from tests.flows.a_governor import approved, order, put_in_force
from tests.flows.desk import Desk
from tests.policy.a_strategy import SALT, a_shadow, an_arm, with_strategy

HALF = 500_000


def who(*, below_ppm: int = HALF, count: int = 1) -> list[str]:
    """Return borrowers whose point lies below a share."""
    names = (f"b{place}" for place in range(10_000))
    return [name for name in names if point_of(name, salt=SALT) < below_ppm][:count]


def others(*, above_ppm: int = HALF, count: int = 1) -> list[str]:
    """Return borrowers whose point lies at or above a share."""
    names = (f"b{place}" for place in range(10_000))
    return [name for name in names if point_of(name, salt=SALT) >= above_ppm][:count]


def by_arm(desk: Desk, product: Product, *, actor: str, arm: str = "longer") -> Order:
    return order(desk.clock, product, actor=actor, edition="", arm=arm, reason="worse by 4 points")


async def observed(desk: Desk, line: Line) -> Decision:
    """Have a line drawn and repaid a month late, so that its repayment is observed."""
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=1)
    repaid = await desk.repay(line, 10_000)
    assert repaid.decision.answer is Answer.OBSERVED
    return repaid.decision


async def test_a_share_of_borrowers_is_decided_by_the_arm_and_says_so(desk: Desk) -> None:
    product = with_strategy(an_arm("longer", HALF))
    await desk.offer(product)
    (inside,), (outside,) = who(), others()
    mine, theirs = [await desk.open(borrower=name) for name in (inside, outside)]
    first, second = await observed(desk, mine), await observed(desk, theirs)
    runs = (await strategy_of(desk.db, desk.house, product.name, at=desk.clock())).runs["longer"].edition
    (laid,) = await laid_out(product)
    assert laid.product.edition == runs
    assert [(one.arm, one.edition, one.terms.interval_days) for one in (first, second)] == [
        ("longer", runs, 45),
        (CHAMPION, product.edition, 30),
    ]
    assert (await desk.review(mine)).decision.arm == "longer"


async def test_a_promise_made_in_an_arm_holds_whatever_becomes_of_the_arm(desk: Desk) -> None:
    product = with_strategy(an_arm("longer", HALF))
    await desk.offer(product)
    line = await desk.open(borrower=who()[0])
    told = await observed(desk, line)
    promised = await desk.waiting(line)
    await stop_arm(desk.db, desk.clock, order=by_arm(desk, product, actor="bob"))
    assert (await desk.draw(line, 100)).decision.arm == CHAMPION
    await desk.offer(a_product())
    await desk.statement(line)
    assert await desk.waiting(line) == promised
    assert await desk.wait(days=46) == Counter({"released": 1})
    async with desk.db.reading() as connection:
        (last, *_) = await decisions.of_line(connection, line.id, most=1)
    assert (last.answer, last.arm, last.edition) == (Answer.RELEASED, "longer", told.edition)


async def test_a_stopped_arm_gets_nobody_new_until_a_second_person_starts_it(desk: Desk) -> None:
    product = with_strategy(an_arm("longer", HALF))
    await desk.offer(product)
    line = await desk.open(borrower=who()[0])
    assert (await desk.draw(line, 100)).decision.arm == "longer"
    done = await stop_arm(desk.db, desk.clock, order=by_arm(desk, product, actor="ann"))
    assert (done.deed.act, done.deed.arm, done.deed.reason) == (Act.STOP_ARM, "longer", "worse by 4 points")
    assert (await desk.draw(line, 100)).decision.arm == CHAMPION
    with pytest.raises(Conflict, match="stopped already"):
        await stop_arm(desk.db, desk.clock, order=by_arm(desk, product, actor="bob"))
    with pytest.raises(NotFound, match="no arm 'shorter'. It has longer") as unknown:
        await stop_arm(desk.db, desk.clock, order=by_arm(desk, product, actor="bob", arm="shorter"))
    assert unknown.value.code is Code.ARM_UNKNOWN
    with pytest.raises(NotAllowed) as own:
        await start_arm(desk.db, desk.clock, order=by_arm(desk, product, actor="ann"))
    assert own.value.code is Code.SECOND_PERSON_NEEDED

    # What is published next with an arm of that name finds it stopped.
    next_one = with_strategy(an_arm("longer", HALF + 1))
    desk.clock.move_to(desk.clock() + timedelta(hours=1))
    await desk.offer(next_one)
    assert (await desk.draw(line, 100)).decision.arm == CHAMPION
    await start_arm(desk.db, desk.clock, order=by_arm(desk, next_one, actor="bob"))
    assert (await desk.draw(line, 100)).decision.arm == "longer"
    with pytest.raises(Conflict, match="running already"):
        await start_arm(desk.db, desk.clock, order=by_arm(desk, next_one, actor="bob"))


async def test_the_database_itself_lets_no_author_start_an_arm_and_none_that_is_not_there(desk: Desk) -> None:
    product = with_strategy(an_arm("longer", HALF))
    await desk.offer(product)
    stopped = (await stop_arm(desk.db, desk.clock, order=by_arm(desk, product, actor="bob"))).deed
    cases = [
        # act           who    arm        what is said
        (Act.START_ARM, "ann", "longer",  "cannot approve"),
        (Act.STOP_ARM,  "bob", "longer",  "stopped already"),
        (Act.STOP_ARM,  "bob", "shorter", "has no arm shorter"),
    ]  # fmt: skip
    for act, actor, arm, words in cases:
        by_hand = type(stopped)(
            number=0, id=new_id(desk.clock()), product=product.name, edition=product.edition, act=act, actor=actor,
            reason="x", recorded_at=desk.clock(), arm=arm,
        )  # fmt: skip
        with pytest.raises(Broken, match=words):
            async with desk.db.transaction() as connection:
                await policies.record(connection, by_hand)


async def test_a_shadow_is_asked_about_every_case_and_changes_none(desk: Desk) -> None:
    product = with_strategy(a_shadow("look", days=75))
    await desk.offer(product)
    line = await desk.open()
    told = await observed(desk, line)
    assert (told.arm, told.edition, told.terms.interval_days) == (CHAMPION, product.edition, 30)
    async with desk.db.reading() as connection:
        made = await decisions.of_line(connection, line.id, most=10)
        said = await decisions.shadows(connection, [one.id for one in made])
    assert len(said) == len(made) == 3
    places = decisions.SHADOW_COLUMNS[3:]
    (own,) = [dict(zip(places, columns, strict=True)) for one, _, _, columns in said if one == told.id]
    assert (own["answer"], own["interval_days"], own["failed"]) == (Answer.OBSERVED, 75, None)
    assert len(await desk.waiting(line)) == 1


async def test_a_shadow_that_fails_fails_alone(desk: Desk) -> None:
    undated = changed({RESTORATION: lambda text: text.replace("from = 2005-01-01, value = 540", "from = 2040-01-01, value = 540")
                       .replace("from = 2005-01-01, value = 600", "from = 2040-01-01, value = 600")})  # fmt: skip
    await approved(desk.db, desk.clock, undated)
    shadow = f'[arms.look]\nkind = "shadow"\nwhy = "too early"\nedition = "{undated.edition}"\n'
    await desk.offer(with_strategy(shadow))
    line = await desk.open()
    drawn = await desk.draw(line, 1_000)
    async with desk.db.reading() as connection:
        ((_, _, edition, columns),) = await decisions.shadows(connection, [drawn.decision.id])
    assert (drawn.decision.answer, edition, columns[-1] or "") == (Answer.APPROVE, undated.edition, columns[-1])
    assert "has no value on 2026-03-02" in str(columns[-1])


async def test_an_arm_runs_an_edition_of_its_own_once_that_is_approved(desk: Desk) -> None:
    other = changed({RESTORATION: lambda text: text.replace("value = 30,", "value = 50,")})
    arm = f'[arms.longer]\nkind = "challenger"\nwhy = "50 days"\nshare_ppm = 1000000\nedition = "{other.edition}"\n'
    product = with_strategy(arm)
    with pytest.raises(NotFound, match="which is not here. Publish it first") as missing:
        await approved(desk.db, desk.clock, product)
    assert missing.value.code is Code.EDITION_UNKNOWN
    await publish_draft(desk.db, desk.clock, order=order(desk.clock, other), files=other.files)
    await approved(desk.db, desk.clock, product)
    with pytest.raises(Conflict, match="which is draft. Have it approved first"):
        await activate(desk.db, desk.clock, order=order(desk.clock, product))
    await govern(desk.db, desk.clock, order=order(desk.clock, other), act=Act.SUBMIT)
    await govern(desk.db, desk.clock, order=order(desk.clock, other, actor="bob"), act=Act.APPROVE)
    await activate(desk.db, desk.clock, order=order(desk.clock, product))
    line = await desk.open()
    decision = await observed(desk, line)
    assert (decision.arm, decision.edition, decision.terms.interval_days) == ("longer", other.edition, 50)
    with pytest.raises(Conflict, match="run by an arm of"):
        await govern(desk.db, desk.clock, order=order(desk.clock, other), act=Act.RETIRE)


async def test_a_strategy_that_would_move_borrowers_between_arms_is_not_activated(desk: Desk) -> None:
    await desk.offer(with_strategy(an_arm("a", 100_000), an_arm("b", 100_000, days=60)))
    grown = with_strategy(an_arm("a", 150_000), an_arm("b", 100_000, days=60))
    await approved(desk.db, desk.clock, grown)
    with pytest.raises(Conflict, match="50000 borrowers in a million would go from arm b straight to arm a"):
        await activate(desk.db, desk.clock, order=order(desk.clock, grown))
    redrawn = with_strategy(an_arm("a", 150_000), an_arm("b", 100_000, days=60), salt="another")
    await put_in_force(desk.db, desk.clock, redrawn)


async def test_an_arm_that_may_not_be_offered_is_not_published(desk: Desk) -> None:
    arm = an_arm("dear", HALF).replace("observation_days = 45", "all_in_ceiling_bp.CNY = 100")
    product = with_strategy(arm)
    with pytest.raises(PolicyInvalid, match="cannot be offered"):
        await publish_draft(desk.db, desk.clock, order=order(desk.clock, product), files=product.files)


async def test_a_forecast_is_made_by_the_arm_a_borrower_is_in(desk: Desk) -> None:
    await desk.offer(with_strategy(an_arm("longer", HALF)))
    mine, theirs = [await desk.open(borrower=name) for name in (who()[0], others()[0])]
    days = []
    for line in (mine, theirs):
        standing = await standing_of(desk.db, desk.clock, desk.house, line=line.id)
        product = standing.in_force(desk.clock())
        days.append(product.parameters.exactly("observation_days", None).values[-1].value)
    assert days == [45, 30]


async def test_a_house_may_be_founded_with_arms(db: Database) -> None:
    desk = Desk(db, House([with_strategy(an_arm("longer", HALF))]))
    await publish(desk.db, desk.clock, desk.house)
    line = await desk.open(borrower=who()[0])
    assert (await desk.draw(line, 100)).decision.arm == "longer"
    assert await desk.check() == 2
