"""Tell notices to the lender's own system: one signed POST each, by the headers of Standard Webhooks, until it is taken.

The receiver checks `webhook-signature` (HMAC-SHA256 over id, timestamp and body), refuses old timestamps, and drops an id it
has seen: the same notice always comes under the same `webhook-id` with the same body.
"""

import asyncio
import base64
import binascii
import contextlib
import hashlib
import hmac
import http.client
import logging
import socket
import ssl
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import msgspec

from creditline.clock import Clock
from creditline.edge.engine import Engine
from creditline.errors import Code, Malformed, Unavailable
from creditline.flows.delivery import Answered, Send, deliver_once, open_outlet, seconds_until_next
from creditline.flows.notices import Written

LOG = logging.getLogger("creditline.webhook")
OUTLET = "webhook"
SECRET_PREFIX = "whsec_"  # noqa: S105  # How every secret begins, none itself.
LEAST_SECRET_BYTES, MOST_SECRET_BYTES = 24, 64
TRY_SECONDS = 10.0
AWAY_SECONDS = 1.0
MOST_IDLE_SECONDS = 5.0
MOST_WAIT = timedelta(days=1)
MOST_WORDS_BYTES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where notices are sent, and the keys they are signed with: the newest first, older ones while they are exchanged."""

    url: SplitResult
    keys: tuple[bytes, ...]
    seconds: float = TRY_SECONDS


def read_webhook(url: str, *, secrets: str) -> Webhook:
    """Read an address and its secrets, apart by spaces; raise `Malformed` saying which is wrong, without telling a secret."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise _wrong("CREDITLINE_WEBHOOK_URL is no address. Write it as https://lender.example/creditline")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise _wrong("CREDITLINE_WEBHOOK_URL would send letters unencrypted. Write it with https, or name this machine")
    keys = tuple(_key(one) for one in secrets.split())
    if not keys:
        raise _wrong("CREDITLINE_WEBHOOK_SECRET is missing. Make one: creditline notices secret")
    return Webhook(url=parts, keys=keys)


def signature(key: bytes, *, message: bytes, name: str, seconds: int) -> str:
    """Return the signature of a message under its id at a time, as Standard Webhooks writes it."""
    signed = b".".join((name.encode(), str(seconds).encode(), message))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def message_of(found: Written) -> bytes:
    """Return what is sent of a notice: the act, by when it is due, and its letters; the same bytes whenever it is sent."""
    notice = found.standing.notice
    letters = {one.language: {"title": one.title, "text": one.text} for one in found.letters}
    data = {
        "notice": notice.act,
        **{name: getattr(notice, name) for name in ("borrower", "line", "product", "trigger", "scope", "acted_at")},
        **{name: getattr(notice, name) for name in ("jurisdiction", "ground", "due_at")},
        "letters": letters,
    }
    return msgspec.json.encode({"type": "notice.due", "timestamp": notice.acted_at, "data": data})


def sender(hook: Webhook, clock: Clock) -> Send:
    """Return what sends one notice: it answers for a receiver that is away, and never raises."""

    async def send(found: Written) -> Answered:
        name, message = str(found.standing.notice.act), message_of(found)
        seconds = int(clock().timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": "creditline",
            "webhook-id": name,
            "webhook-timestamp": str(seconds),
            "webhook-signature": " ".join(
                signature(key, message=message, name=name, seconds=seconds) for key in hook.keys
            ),
        }
        link = _link(hook)
        try:
            async with asyncio.timeout(hook.seconds):
                return await asyncio.to_thread(_post, link, hook.url, message, headers)
        except TimeoutError:
            # A receiver that drips keeps a thread; without its socket the thread ends.
            _cut(link)
            return Answered(is_taken=False, status=None, words=f"no answer within {hook.seconds:g} seconds")

    return send


async def deliver_on(engine: Engine, hook: Webhook, stop: asyncio.Event) -> None:
    """Send what is due until told to stop; a database that is away is waited for."""
    send = sender(hook, engine.clock)
    is_open = False
    while not stop.is_set():
        try:
            if not is_open:
                await open_outlet(engine.db, engine.clock, outlet=OUTLET)
                is_open = True
            done = await deliver_once(engine.db, engine.clock, engine.house, outlet=OUTLET, send=send)
            for one in done:
                if one.answer != "delivered":
                    LOG.warning("notice %s %s: %s", one.notice, one.answer.replace("_", " "), one.words)
            wait = (
                0.0
                if done
                else await seconds_until_next(engine.db, engine.clock, outlet=OUTLET, most=MOST_IDLE_SECONDS)
            )
        except Unavailable as away:
            LOG.warning("%s: %s", away.code, away.message)
            wait = AWAY_SECONDS
        except Exception:
            LOG.exception("the sender of notices failed; it goes on")
            wait = MOST_IDLE_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=wait)


def _link(hook: Webhook) -> http.client.HTTPConnection:
    """Return a connection that is not open yet; redirects are answers like others, since they were never agreed."""
    assert hook.url.hostname is not None
    if hook.url.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(hook.url.hostname, hook.url.port, timeout=hook.seconds, context=context)
    return http.client.HTTPConnection(hook.url.hostname, hook.url.port, timeout=hook.seconds)


def _post(link: http.client.HTTPConnection, url: SplitResult, message: bytes, headers: dict[str, str]) -> Answered:
    """Send a message and read what is answered."""
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        link.request("POST", target, body=message, headers=headers)
        answer = link.getresponse()
        said = answer.read(MOST_WORDS_BYTES).decode(errors="replace")
    except (OSError, http.client.HTTPException, ValueError) as failed:
        return Answered(is_taken=False, status=None, words=f"{type(failed).__name__}: {failed}")
    finally:
        link.close()
    is_taken = 200 <= answer.status < 300
    words = "" if is_taken else _printable(f"{answer.reason} {said}")
    return Answered(is_taken=is_taken, status=answer.status, words=words, wait=_wait(answer.getheader("retry-after")))


def _cut(link: http.client.HTTPConnection) -> None:
    with contextlib.suppress(OSError):
        if link.sock is not None:
            link.sock.shutdown(socket.SHUT_RDWR)
    link.close()


def _wait(said: str | None) -> timedelta | None:
    """Return for how long a receiver asks to be left alone, a day at most; dates are not looked at."""
    return min(timedelta(seconds=int(said)), MOST_WAIT) if said and said.isdecimal() and len(said) < 10 else None


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text).strip()


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key(secret: str) -> bytes:
    """Return the bytes of a secret."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not LEAST_SECRET_BYTES <= len(key) <= MOST_SECRET_BYTES:
        raise _wrong(
            f"CREDITLINE_WEBHOOK_SECRET holds something that is no secret: {SECRET_PREFIX} and {LEAST_SECRET_BYTES} to "
            f"{MOST_SECRET_BYTES} bytes in base64. Make one: creditline notices secret"
        )
    return key


def _wrong(what: str) -> Malformed:
    return Malformed(f"{what}.", code=Code.CONFIGURATION_INVALID)
