"""Notices reach a receiver that fails, is silent, answers 500 or is not there: signed, again and again, under one id."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from creditline.edge.engine import Engine
from creditline.edge.webhook import OUTLET, Webhook, deliver_on, read_webhook, sender
from creditline.errors import Code, Malformed
from creditline.flows.delivery import LEASE, WAITS, deliver_once, open_outlet, resend, resend_given_up
from creditline.flows.notices import notice_counts, open_notices, told_by_hand, tries_of
from creditline.store.connect import Database
from tests.edge.a_receiver import Receiver, receiving
from tests.flows import an_act
from tests.flows.desk import Desk, a_desk

KEY, OLD_KEY = b"k" * 32, b"o" * 32
SECRET, OLD_SECRET = (f"whsec_{base64.b64encode(key).decode()}" for key in (KEY, OLD_KEY))


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    async with a_desk(db) as desk:
        await open_outlet(db, desk.clock, outlet=OUTLET)
        yield desk


def hook(receiver: Receiver, *, secrets: str = SECRET, seconds: float = 10.0) -> Webhook:
    return replace(read_webhook(receiver.url, secrets=secrets), seconds=seconds)


async def deliver(desk: Desk, own: Webhook) -> list[tuple[str, int | None]]:
    done = await deliver_once(desk.db, desk.clock, desk.house, outlet=OUTLET, send=sender(own, desk.clock))
    return [(one.answer, one.status) for one in done]


async def blocked(desk: Desk) -> UUID:
    """Block a line, and let a second pass."""
    act = await an_act.blocked_by_hand(desk)
    desk.clock.move_to(desk.clock() + timedelta(seconds=1))
    return act


def is_signed(key: bytes, headers: dict[str, str], body: bytes, *, place: int = 0) -> bool:
    """Check a signature as a receiver does, written anew from the text of Standard Webhooks."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"].split()[place] == f"v1,{expected}"


async def test_a_notice_is_told_once_signed_with_its_letters_in_every_language(desk: Desk) -> None:
    act = await blocked(desk)
    with receiving() as receiver:
        assert await deliver(desk, hook(receiver, secrets=f"{SECRET} {OLD_SECRET}")) == [("delivered", 200)]
        assert await deliver(desk, hook(receiver)) == []
    ((headers, body),) = receiver.got
    assert is_signed(KEY, headers, body)
    assert is_signed(OLD_KEY, headers, body, place=1)
    assert not is_signed(KEY, headers, body + b" ")
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (str(act), str(int(desk.clock().timestamp())))
    told = json.loads(body)
    assert (told["type"], told["data"]["trigger"], told["data"]["borrower"]) == ("notice.due", "blocked", "ada")
    assert set(told["data"]["letters"]) == {"en", "zh"}
    assert "a card was reported stolen" in told["data"]["letters"]["en"]["text"]
    assert await open_notices(desk.db, desk.clock, is_overdue=False, most=9) == []


async def test_what_was_not_taken_is_sent_again_later_each_time_under_the_same_id_and_body(desk: Desk) -> None:
    act = await blocked(desk)
    with receiving(500, 302, 429, 404) as receiver:
        for place, status in enumerate((500, 302, 429, 404)):
            assert await deliver(desk, hook(receiver)) == [("failed", status)]
            desk.clock.move_to(desk.clock() + WAITS[place] - timedelta(seconds=1))
            assert await deliver(desk, hook(receiver)) == []
            desk.clock.move_to(desk.clock() + timedelta(seconds=1))
        assert await deliver(desk, hook(receiver)) == [("delivered", 200)]
    assert len({(headers["webhook-id"], body) for headers, body in receiver.got}) == 1
    assert all(is_signed(KEY, headers, body) for headers, body in receiver.got)
    standing, tries = await tries_of(desk.db, act)
    assert [one.answer for one in tries] == ["failed"] * 4 + ["delivered"]
    assert (standing.told_at, standing.way) == (desk.clock(), OUTLET)


async def test_a_receiver_that_asks_for_time_is_given_it(desk: Desk) -> None:
    await blocked(desk)
    with receiving(503) as receiver:
        receiver.headers["retry-after"] = "120"
        assert await deliver(desk, hook(receiver)) == [("failed", 503)]
        desk.clock.move_to(desk.clock() + timedelta(seconds=119))
        assert await deliver(desk, hook(receiver)) == []
        desk.clock.move_to(desk.clock() + timedelta(seconds=1))
        assert await deliver(desk, hook(receiver)) == [("delivered", 200)]


async def test_a_silent_receiver_is_not_waited_for_and_told_again(desk: Desk) -> None:
    act = await blocked(desk)
    with receiving(1.0) as receiver:
        assert await deliver(desk, hook(receiver, seconds=0.2)) == [("failed", None)]
        desk.clock.move_to(desk.clock() + WAITS[0])
        assert await deliver(desk, hook(receiver)) == [("delivered", 200)]
    _, tries = await tries_of(desk.db, act)
    assert "no answer within 0.2 seconds" in tries[0].words or "timed out" in tries[0].words
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [str(act)] * 2


async def test_a_receiver_that_is_not_there_is_given_up_in_the_end_and_sent_to_again_on_request(desk: Desk) -> None:
    act = await blocked(desk)
    with receiving() as receiver:
        gone = hook(receiver)
    for wait in (*WAITS, timedelta(0)):
        ((answer, status),) = await deliver(desk, gone)
        assert (answer, status) == ("gave_up" if wait == timedelta(0) else "failed", None)
        desk.clock.move_to(desk.clock() + wait)
    desk.clock.move_to(desk.clock() + timedelta(days=9))
    assert await deliver(desk, gone) == []
    (late,) = await open_notices(desk.db, desk.clock, is_overdue=True, most=9)
    assert late.notice.act == act
    assert await resend_given_up(desk.db, desk.clock, most=9) == [act]
    with receiving() as receiver:
        assert await deliver(desk, hook(receiver)) == [("delivered", 200)]
    (count,) = await notice_counts(desk.db, desk.clock)
    assert (count.made_count, count.late_count, count.overdue_count) == (1, 1, 0)
    assert await resend_given_up(desk.db, desk.clock, most=9) == []


async def test_what_was_delivered_is_sent_again_on_request_and_counts_from_the_first_time(desk: Desk) -> None:
    act = await blocked(desk)
    with receiving() as receiver:
        await deliver(desk, hook(receiver))
        first, _ = await tries_of(desk.db, act)
        desk.clock.move_to(desk.clock() + timedelta(hours=1))
        await resend(desk.db, desk.clock, [act])
        assert await deliver(desk, hook(receiver)) == [("delivered", 200)]
    again, tries = await tries_of(desk.db, act)
    assert (again.told_at, len(tries)) == (first.told_at, 2)
    assert receiver.got[0][1] == receiver.got[1][1]


async def test_a_sender_that_dies_leaves_a_lease_and_another_sends_after_it(desk: Desk) -> None:
    act = await blocked(desk)

    async def dies(_: object) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await deliver_once(desk.db, desk.clock, desk.house, outlet=OUTLET, send=dies)  # type: ignore[arg-type]
    with receiving() as receiver:
        assert await deliver(desk, hook(receiver)) == []
        desk.clock.move_to(desk.clock() + LEASE)
        assert await deliver(desk, hook(receiver)) == [("delivered", 200)]
    assert receiver.got[0][0]["webhook-id"] == str(act)


async def test_many_senders_at_once_send_each_notice_once(desk: Desk) -> None:
    acts = set[str]()
    for _ in range(12):
        acts.add(str(await blocked(desk)))
    with receiving() as receiver:
        send = sender(hook(receiver), desk.clock)
        done = await asyncio.gather(
            *(deliver_once(desk.db, desk.clock, desk.house, outlet=OUTLET, send=send, most=3) for _ in range(6))
        )
    assert sum(len(own) for own in done) == 12
    assert sorted(headers["webhook-id"] for headers, _ in receiver.got) == sorted(acts)


async def test_what_no_law_wants_told_is_not_sent(desk: Desk) -> None:
    line = await desk.open(amount_minor=1_000)
    await desk.draw(line, 5_000)
    with receiving() as receiver:
        assert await deliver(desk, hook(receiver)) == []
    (count,) = await notice_counts(desk.db, desk.clock)
    assert (count.made_count, count.not_wanted_count) == (1, 1)


async def test_an_outlet_that_is_opened_late_is_sent_what_nobody_was_told(db: Database) -> None:
    async with a_desk(db) as desk:
        told, untold = await blocked(desk), await blocked(desk)
        await told_by_hand(db, desk.clock, act=told, teller="mail room", way="post")
        await open_outlet(db, desk.clock, outlet=OUTLET)
        with receiving() as receiver:
            assert await deliver(desk, hook(receiver)) == [("delivered", 200)]
        assert receiver.got[0][0]["webhook-id"] == str(untold)


async def test_a_server_sends_what_is_due_by_itself_until_it_is_stopped(desk: Desk) -> None:
    act, stop = await blocked(desk), asyncio.Event()
    with receiving() as receiver:
        engine = Engine(db=desk.db, house=desk.house, clock=desk.clock)
        sending = asyncio.create_task(deliver_on(engine, hook(receiver), stop))
        async with asyncio.timeout(10):
            while not (await tries_of(desk.db, act))[1]:
                await asyncio.sleep(0.02)
        stop.set()
        await sending
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("url", "secrets", "says"),
    [
        ("ftp://lender.example", SECRET, "no address"),
        ("https://", SECRET, "no address"),
        ("https://user:pass@lender.example", SECRET, "no address"),
        ("http://lender.example/x", SECRET, "unencrypted"),
        ("https://lender.example/x", "", "missing"),
        ("https://lender.example/x", "whsec_c2hvcnQ=", "no secret"),
        ("https://lender.example/x", "a-secret", "no secret"),
        ("https://lender.example/x", f"{SECRET} whsec_%%%", "no secret"),
    ],
)
def test_a_webhook_that_cannot_be_right_is_refused_without_telling_a_secret(url: str, secrets: str, says: str) -> None:
    with pytest.raises(Malformed, match=says) as refused:
        read_webhook(url, secrets=secrets)
    assert refused.value.code is Code.CONFIGURATION_INVALID
    assert not secrets or secrets not in refused.value.message


async def test_the_first_telling_counts_and_every_try_is_kept(desk: Desk) -> None:
    act = await blocked(desk)
    first = await told_by_hand(desk.db, desk.clock, act=act, teller="mail room", way="post")
    desk.clock.move_to(desk.clock() + timedelta(days=1))
    assert await told_by_hand(desk.db, desk.clock, act=act, teller="bo", way="phone") == first
