"""Every decision is decided again from what it stored and from the facts it saw; what was changed by hand is named."""

import pytest

from creditline.decision.outcome import Decision, canonical
from creditline.edge.products import load_product
from creditline.errors import Broken, Code, NotFound
from creditline.flows.house import House
from creditline.flows.publish import publish
from creditline.flows.replay import replay_decision
from creditline.flows.verify import verify, verify_replays
from creditline.ids import id_from
from creditline.store.checks import INVARIANTS
from creditline.store.connect import Database
from tests.decision.a_product import RESTORATION, a_product, changed
from tests.flows.desk import STARTS_AT, Desk

COPIED_FACT = (
    "insert into event select gen_random_uuid(), number, borrower, happened_at, recorded_at, amount_minor, currency, code, "
    "ref, digest, {} from event where number = 72"
)
"""A draw once more under another id, written by the transaction that is filled in."""


@pytest.fixture
async def unwatched(db: Database) -> Desk:
    """A desk that is not checked when it closes, because what was done at it is broken by hand."""
    desk = Desk(db, House([a_product()]))
    await desk.offer(a_product())
    return desk


async def by_hand(desk: Desk, statement: str) -> None:
    """Write what no guard would allow."""
    async with desk.db.transaction() as connection:
        await connection.execute(f"set local session_replication_role = replica; {statement}")


async def a_restoration(desk: Desk) -> Decision:
    line = await desk.open()
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=1)
    return (await desk.repay(line, 20_000)).decision


async def test_an_honest_decision_replays_from_its_record_and_from_its_facts(unwatched: Desk) -> None:
    decision = await a_restoration(unwatched)
    replayed = await replay_decision(unwatched.db, unwatched.house, decision.id)
    assert replayed.is_equal
    assert canonical(replayed.again) == canonical(replayed.stored) == canonical(decision)


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("update decision set answer = 'at_once' where kind = 'restoration'", "answer: stored"),
        ("update decision set features[1] = 77 where kind = 'restoration'", "seal: the record was sealed as"),
        ("update decision set interval_days = 99 where kind = 'restoration'", "terms: stored"),
        ("update decision set reason_codes = '{other}' where kind = 'restoration'", "reasons: stored"),
        ("update decision set borrower = 'eve' where kind = 'restoration'", "seal: the record was sealed as"),
        ("update decision set seal = sha256('x') where kind = 'restoration'", "seal: the record was sealed as"),
    ],
)
async def test_a_record_changed_by_hand_is_found(unwatched: Desk, statement: str, difference: str) -> None:
    decision = await a_restoration(unwatched)
    await by_hand(unwatched, statement)
    replayed = await replay_decision(unwatched.db, unwatched.house, decision.id)
    assert not replayed.is_equal
    assert replayed.record_difference is not None
    assert replayed.record_difference.startswith(difference)
    count, found = await verify_replays(unwatched.db, unwatched.house)
    assert (count, [finding.subject for finding in found]) == (3, [str(decision.id)])


@pytest.mark.parametrize(
    "statement",
    [
        "update event set amount_minor = amount_minor + 1 where number = 72",
        "delete from event where number = 74",
        "update event set code = 2 where number = 74",
        "update event set happened_at = happened_at + interval '90 days' where number = 74",
        COPIED_FACT.format("txid"),
    ],
)
async def test_a_fact_changed_by_hand_is_found(unwatched: Desk, statement: str) -> None:
    decision = await a_restoration(unwatched)
    await by_hand(unwatched, statement)
    replayed = await replay_decision(unwatched.db, unwatched.house, decision.id)
    assert replayed.record_difference is None
    assert replayed.facts_difference is not None
    assert replayed.facts_difference.startswith("feature ")


async def test_a_fact_learned_of_later_changes_no_replay(unwatched: Desk) -> None:
    decision = await a_restoration(unwatched)
    await by_hand(
        unwatched,
        COPIED_FACT.format("pg_current_xact_id()"),
    )
    assert (await replay_decision(unwatched.db, unwatched.house, decision.id)).is_equal


async def test_an_unknown_decision_is_not_found(unwatched: Desk) -> None:
    with pytest.raises(NotFound) as refused:
        await replay_decision(unwatched.db, unwatched.house, id_from("none", at=STARTS_AT))
    assert refused.value.code is Code.DECISION_UNKNOWN


async def test_a_check_tells_each_law_as_it_goes(unwatched: Desk) -> None:
    await a_restoration(unwatched)
    await by_hand(unwatched, "delete from timer; update line set withheld_minor = 0")
    heard: list[tuple[str, int]] = []
    found = await verify(unwatched.db, told=lambda law, count: heard.append((law, count)))
    assert [law for law, _ in heard] == [law for _, law in INVARIANTS]
    assert sum(count for _, count in heard) == len(found) >= 3


async def test_as_many_decisions_are_replayed_as_are_asked_for(unwatched: Desk) -> None:
    await a_restoration(unwatched)
    heard: list[int] = []
    assert (await verify_replays(unwatched.db, unwatched.house, most=2, told=heard.append))[0] == 2
    assert heard == [2]
    assert (await verify_replays(unwatched.db, unwatched.house, most=0))[0] == 0
    assert (await verify_replays(unwatched.db, unwatched.house))[0] == 3


async def test_a_decision_replays_by_its_own_edition_whatever_is_offered_now(unwatched: Desk) -> None:
    decision = await a_restoration(unwatched)
    await unwatched.offer(changed({RESTORATION: lambda text: text.replace("value = 30,", "value = 10,")}))
    assert (await replay_decision(unwatched.db, unwatched.house, decision.id)).is_equal


async def test_a_house_knows_what_it_offers_and_every_edition_it_decided_by(unwatched: Desk) -> None:
    product = load_product("consumer_revolving")
    house = House([product])
    assert await publish(unwatched.db, unwatched.clock, house) == (product.edition,)
    assert await publish(unwatched.db, unwatched.clock, house) == (product.edition,)
    assert house.shipped[product.name] is product
    assert house.product(product.name).edition == a_product().edition
    with pytest.raises(NotFound, match="This house offers consumer_revolving"):
        house.product("gold")
    async with unwatched.db.reading() as connection:
        assert await house.edition(connection, product.edition) is product
        earlier = await house.edition(connection, a_product().edition)
        assert (earlier.edition, earlier.files) == (a_product().edition, a_product().files)
        assert await house.edition(connection, a_product().edition) is earlier
        with pytest.raises(Broken, match="is not stored"):
            await house.edition(connection, "00" * 32)
