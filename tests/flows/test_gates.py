"""Gates on the book: what fails one is not activated, unless two people let it through on record."""

import pytest

from creditline.decision.impact import Amount
from creditline.decision.outcome import Kind
from creditline.decision.product import Product, read_product
from creditline.errors import Broken, Code, Malformed, NotAllowed
from creditline.flows.gates import failed_gates, granted_growth_ppm
from creditline.flows.govern import activate, govern, life_of
from creditline.policy.gates import GATES_FILE, Gate
from creditline.policy.life import Act
from tests.decision.a_product import a_product
from tests.flows.a_governor import approved, order
from tests.flows.desk import Desk

SHUT = b"[answered_otherwise]\nmost_ppm = 0\n[promises_kept]\nleast_ppm = 1_000_000\n"


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
    limits = {Gate.ANSWERED_OTHERWISE: 0, Gate.GRANTED_GROWTH: 0, Gate.PROMISES_KEPT: 1_000_000}
    assert await failed_gates(desk.db, a_product().files, limits=limits) == ()


def test_growth_is_that_of_the_currency_that_grows_most() -> None:
    def amount(currency: str, before_minor: int, after_minor: int, kind: Kind = Kind.OPENING) -> Amount:
        return Amount(
            kind=kind, measure="granted", currency=currency, before_minor=before_minor, after_minor=after_minor
        )

    amounts = [amount("CNY", 100, 90), amount("EUR", 200, 201), amount("USD", 0, 5), amount("CNY", 1, 9, Kind.REVIEW)]
    assert granted_growth_ppm(amounts) == 5_000
    assert granted_growth_ppm(amounts[2:]) is None
