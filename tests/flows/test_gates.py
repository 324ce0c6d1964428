"""Gates on the book: what fails one is not activated, unless two people let it through on record."""

from datetime import timedelta

import pytest

from creditline.decision.impact import Amount
from creditline.decision.outcome import Kind
from creditline.decision.product import Product, read_product
from creditline.decision.shares import share_of_cases
from creditline.errors import Broken, Code, Malformed, NotAllowed, PolicyInvalid
from creditline.flows.fairness import keep_groups, recorded_fairness
from creditline.flows.gates import expected_loss_of, granted_growth_ppm, measured_gates, require_measurable, unfairest
from creditline.flows.govern import activate, gates_measured, govern, life_of
from creditline.flows.impact import impact_on_record
from creditline.flows.snapshot import newest
from creditline.flows.strategy import stop_arm
from creditline.money import MILLION
from creditline.policy.gates import GATES_FILE, Gate
from creditline.policy.life import Act
from creditline.policy.strategy import CHAMPION
from tests.decision.a_product import a_product
from tests.flows.a_governor import approved, order
from tests.flows.desk import STARTS_AT, Desk
from tests.flows.test_arms import HALF, observed, others, who
from tests.policy.a_strategy import a_shadow, an_arm, with_strategy

DAY = STARTS_AT.date()

SHUT = b"[answered_otherwise]\nmost_ppm = 0\n[promises_kept]\nleast_ppm = 1_000_000\n"
EVERY_GATE = (
    b"[answered_otherwise]\nmost_ppm = 0\n[granted_growth]\nmost_ppm = 0\n[loss_budget]\nmost_ppm = 1\n"
    b"[fairness_ratio]\nleast_ppm = 800_000\n[promises_kept]\nleast_ppm = 1_000_000\n"
)


def gated(text: bytes) -> Product:
    return read_product({**a_product().files, GATES_FILE: text})


async def failing(desk: Desk) -> Product:
    """Have a gate in force that nothing passes once a decision is on record, and an approved edition before it."""
    await desk.offer(gated(SHUT))
    await desk.open()
    loose = gated(b"[answered_otherwise]\nmost_ppm = 1_000_000\n")
    await approved(desk.db, desk.clock, loose)
    return loose


async def test_an_edition_is_held_to_the_limits_in_force_and_not_to_its_own(desk: Desk) -> None:
    loose = await failing(desk)
    with pytest.raises(NotAllowed, match="answered_otherwise: .* at most 0.00 % may be") as refused:
        await activate(desk.db, desk.clock, order=order(desk.clock, loose))
    assert refused.value.code is Code.GATE_FAILED


async def test_two_people_let_an_edition_through_and_the_figures_stay(desk: Desk) -> None:
    loose, gate = await failing(desk), {"gate": Gate.ANSWERED_OTHERWISE}
    for _ in range(2):
        await govern(desk.db, desk.clock, order=order(desk.clock, loose, **gate), act=Act.OVERRIDE)
    with pytest.raises(NotAllowed):
        await activate(desk.db, desk.clock, order=order(desk.clock, loose))
    await govern(desk.db, desk.clock, order=order(desk.clock, loose, actor="bob", **gate), act=Act.OVERRIDE)
    done = await activate(desk.db, desk.clock, order=order(desk.clock, loose))
    assert done.deed.failed_gates == (Gate.ANSWERED_OTHERWISE,)
    deeds = (await life_of(desk.db, loose.name)).deeds
    assert "answered otherwise" in (deeds[-1].detail or "")


async def test_what_passes_is_activated_and_says_nothing(desk: Desk) -> None:
    await desk.offer(gated(b"[answered_otherwise]\nmost_ppm = 1_000_000\n[granted_growth]\nmost_ppm = 0\n"))
    await desk.open()
    await approved(desk.db, desk.clock, gated(b""))
    done = await activate(desk.db, desk.clock, order=order(desk.clock, gated(b"")))
    assert (done.deed.failed_gates, done.deed.detail) == ((), None)


async def test_the_database_lets_nothing_through_without_two_people(desk: Desk) -> None:
    loose = await failing(desk)
    forged = (
        "insert into policy_event (number, id, product, edition, what, actor, reason, starts_at, failed_gates, recorded_at) "
        "select max(number) + 1, gen_random_uuid(), $1, $2, 'activate', 'eve', 'x', now(), '{answered_otherwise}', now() "
        "from policy_event"
    )
    with pytest.raises(Broken, match="two people have not let"):
        async with desk.db.transaction() as connection:
            await connection.execute(forged, loose.name, bytes.fromhex(loose.edition))


async def test_only_a_gate_there_is_can_be_overridden(desk: Desk) -> None:
    loose = await failing(desk)
    with pytest.raises(Malformed, match="There is no gate 'luck'"):
        await govern(desk.db, desk.clock, order=order(desk.clock, loose, gate="luck"), act=Act.OVERRIDE)


async def test_nothing_on_record_fails_no_gate(desk: Desk) -> None:
    measured = await measured_gates(desk.db, a_product().files, current=gated(EVERY_GATE).files, on=DAY)
    assert [one.gate for one in measured] == list(Gate)
    assert {(one.found_ppm, one.failure) for one in measured} == {(None, None)}
    assert await measured_gates(desk.db, a_product().files, current=a_product().files, on=DAY) == ()


def test_growth_is_that_of_the_currency_that_grows_most() -> None:
    def amount(currency: str, before_minor: int, after_minor: int, kind: Kind = Kind.OPENING) -> Amount:
        return Amount(
            kind=kind,
            measure="granted",
            currency=currency,
            before_minor=before_minor,
            after_minor=after_minor,
            change_low_minor=0,
            change_high_minor=0,
        )

    amounts = [amount("CNY", 100, 90), amount("EUR", 200, 201), amount("USD", 0, 5), amount("CNY", 1, 9, Kind.REVIEW)]
    assert granted_growth_ppm(amounts) == 5_000
    assert granted_growth_ppm(amounts[2:]) is None


async def test_a_draft_that_is_expected_to_lose_more_than_its_budget_is_not_activated(desk: Desk) -> None:
    await desk.offer(gated(b"[loss_budget]\nmost_ppm = 40_000\n"))
    await desk.open()
    # 6 % a year of whom no score knows, of which 60 % of nine tenths of the limit are lost: 3.24 % of what is granted.
    same = gated(b"")
    await approved(desk.db, desk.clock, same)
    await activate(desk.db, desk.clock, order=order(desk.clock, same))
    await desk.offer(gated(b"[loss_budget]\nmost_ppm = 30_000\n"))
    other = gated(b"[loss_budget]\nmost_ppm = 1_000_000\n")
    await approved(desk.db, desk.clock, other)
    with pytest.raises(NotAllowed, match=r"loss_budget: 3\.24 % .*\(opening in CNY\), at most 3\.00 %"):
        await activate(desk.db, desk.clock, order=order(desk.clock, other))


async def test_assumptions_about_losses_are_those_in_force_and_not_the_drafts(desk: Desk) -> None:
    await desk.offer(gated(b"[loss_budget]\nmost_ppm = 30_000\n"))
    await desk.open()
    text = a_product().files["product.toml"].replace(b"lgd_ppm = 600_000", b"lgd_ppm = 1")
    assert text != a_product().files["product.toml"]
    (gate,) = await gates_measured(
        desk.db, desk.clock, product=a_product().name, files={**a_product().files, "product.toml": text}
    )
    assert (gate.found_ppm, gate.failure is not None) == (32_400, True)


def test_a_budget_of_losses_needs_to_be_told_what_is_lost() -> None:
    text = a_product().files["product.toml"]
    start, end = text.index(b"[loss]"), text.index(b"# Every draw is a loan")
    silent = read_product({**a_product().files, "product.toml": text[:start] + text[end:]})
    require_measurable(silent, {})
    with pytest.raises(PolicyInvalid, match="no .loss. to measure it by"):
        require_measurable(silent, {Gate.LOSS_BUDGET: 1})


async def test_a_group_that_is_answered_less_favourably_fails_the_ratio(desk: Desk) -> None:
    await desk.offer(gated(b"[fairness_ratio]\nleast_ppm = 800_000\n"))
    names = [f"b{number}" for number in range(90)]
    await desk.opens(*(desk.opening(borrower=name) for name in names[:45]))
    for name in names[45:]:
        await desk.earn(name)
    await desk.opens(*(desk.opening(borrower=name) for name in names[45:]))

    async def measured() -> list[tuple[int | None, bool]]:
        found = await gates_measured(desk.db, desk.clock, product=a_product().name, files=a_product().files)
        return [(one.found_ppm, one.failure is not None) for one in found]

    assert await measured() == [(None, False)]
    await keep_groups(desk.db, desk.clock, {"age": dict.fromkeys(names, "all")})
    assert await measured() == [(None, False)]
    await keep_groups(desk.db, desk.clock, {"age": {name: "odd" if int(name[1:]) % 2 else "even" for name in names}})
    assert await measured() == [(1_000_000, False)]
    await keep_groups(desk.db, desk.clock, {"age": {name: "old" if int(name[1:]) < 45 else "young" for name in names}})
    ((found_ppm, has_failed),) = await measured()
    assert found_ppm is not None
    assert (found_ppm < 800_000, has_failed) == (True, True)
    assert set((await recorded_fairness(desk.db, desk.clock, desk.house, a_product(), most=100))[0].__slots__) >= {
        "ratio",
        "p",
    }


def test_of_nothing_given_out_nothing_is_lost_and_without_groups_there_is_no_ratio() -> None:
    losing = a_product().losing
    assert losing is not None
    assert expected_loss_of([], losing) is None
    assert unfairest([]) is None


async def armed(desk: Desk, product: Product) -> tuple[int | None, dict[str, tuple[int, int | None]]]:
    """Return what the gate of other answers finds, in all and arm by arm: cases and ppm."""
    found = await gates_measured(desk.db, desk.clock, product=product.name, files=product.files)
    (gate,) = (one for one in found if one.gate is Gate.ANSWERED_OTHERWISE)
    return gate.found_ppm, {one.arm: (one.cases_count, one.found_ppm) for one in gate.arms}


async def test_gates_measure_what_each_arm_would_put_in_force_by_its_share(desk: Desk) -> None:
    await desk.offer(gated(b"[answered_otherwise]\nmost_ppm = 400_000\n"))
    inside, outside = who(count=3), others(count=5)
    lines = [await desk.open(borrower=name) for name in (*inside, *outside)]
    for line in lines:
        await observed(desk, line)
    cases = 3 * len(lines)

    share = share_of_cases(len(inside), of_count=cases)
    found, arms = await armed(desk, with_strategy(an_arm("longer", HALF)))
    assert found == share.high_ppm
    assert {arm: count for arm, (count, _) in arms.items()} == {CHAMPION: 15, "longer": 9}
    assert arms["longer"][1] == share_of_cases(len(inside), of_count=9).high_ppm
    assert arms[CHAMPION][1] == share_of_cases(0, of_count=15).high_ppm

    nothing: tuple[int, dict[str, object]] = (share_of_cases(0, of_count=cases).high_ppm, {})
    today = desk.clock().date()
    over = with_strategy(an_arm("longer", HALF, more=f"to = {today}\n"))
    assert await armed(desk, over) == nothing
    later = with_strategy(an_arm("longer", HALF, more=f"from = {today + timedelta(days=9)}\n"))
    assert (await armed(desk, later))[0] == share.high_ppm
    assert await armed(desk, with_strategy(a_shadow("longer"))) == nothing
    nobody = with_strategy(an_arm("longer", HALF, more='segment = "grade >= 99"\n'))
    assert await armed(desk, nobody) == nothing
    blocked = with_strategy(an_arm("longer", HALF, more='segment = "months_late_last_count >= 1"\n'))
    assert (await armed(desk, blocked))[1]["longer"] == (3, share_of_cases(3, of_count=3).high_ppm)


async def test_an_arm_alone_can_keep_its_edition_from_being_activated_and_one_that_is_stopped_cannot(
    desk: Desk,
) -> None:
    await desk.offer(gated(b"[answered_otherwise]\nmost_ppm = 400_000\n"))
    for name in who(count=2):
        await observed(desk, await desk.open(borrower=name))
    files = {
        **with_strategy(an_arm("longer", MILLION, days=50)).files,
        GATES_FILE: b"[answered_otherwise]\nmost_ppm = 400_000\n",
    }
    armed_product = read_product(files)
    await approved(desk.db, desk.clock, armed_product)
    with pytest.raises(NotAllowed, match="answered_otherwise") as refused:
        await activate(desk.db, desk.clock, order=order(desk.clock, armed_product, actor="bob"))
    assert refused.value.code is Code.GATE_FAILED
    for actor in ("ann", "bob"):
        through = order(desk.clock, armed_product, actor=actor, gate="answered_otherwise")
        await govern(desk.db, desk.clock, order=through, act=Act.OVERRIDE)
    await activate(desk.db, desk.clock, order=order(desk.clock, armed_product, actor="bob"))
    assert (await armed(desk, armed_product))[0] == share_of_cases(2, of_count=6).high_ppm
    blocks = await newest(desk.db, desk.house, product=armed_product.name, most=50)

    async def otherwise() -> tuple[int, set[str]]:
        """Say how many a draft of the same would answer otherwise by its impact, and by which arms."""
        found = await impact_on_record(desk.db, desk.clock, desk.house, draft=armed_product, blocks=blocks)
        return found.changed.count, {one.arm for one in found.arms}

    assert await otherwise() == (2, {"longer"})
    stop = order(desk.clock, armed_product, actor="bob", edition="", arm="longer")
    await stop_arm(desk.db, desk.clock, order=stop)
    assert (await armed(desk, armed_product))[0] == share_of_cases(0, of_count=6).high_ppm
    assert await otherwise() == (0, {CHAMPION})
