"""A storm of people who draw and repay while things break, and the paper on which each writes down what was acknowledged.

Whoever gets no answer sends the same request again under the same id, some at once and twice, in any order; a few give up
after the first broken connection and never ask again. What was answered with a 2xx is acknowledged: it may never be lost.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
import msgspec

from creditline.ids import id_from

Said = dict[str, Any]
GRANTED_MINOR = 100_000
MOST_MINOR = 900
PEOPLE_COUNT = 8
PAUSE_SECONDS = 0.05
GIVES_UP_RATIO = 0.15
TWICE_RATIO = 0.15
LATE_RATIO = 0.02
AWAY = {429, 500, 502, 503, 504}
"""Answers that promise nothing: the same request is sent again."""


@dataclass(slots=True, kw_only=True)
class Sent:
    """A request as it is sent, and what became of it: the acknowledgement, or the refusal, or neither yet."""

    id: str
    path: str
    body: Said
    acknowledged: Said | None = None
    refused: Said | None = None
    is_given_up: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether nobody will ask again."""
        return self.acknowledged is not None or self.refused is not None or self.is_given_up


@dataclass(slots=True)
class Storm:
    """People at some servers: all they sent, in the order in which it was first sent, and the trouble they met."""

    urls: Sequence[str]
    random: Random
    sent: list[Sent] = field(default_factory=list)
    lines: list[Said] = field(default_factory=list)
    events: dict[str, str] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    is_over: bool = False

    async def open_lines(self, count: int) -> None:
        """Open lines for people of whom something is known."""
        async with httpx.AsyncClient(timeout=30) as http:
            for number in range(count):
                borrower = f"storm{number}"
                await self._tell(http, self._salary(borrower))
                opening = self._request(
                    "/v1/lines",
                    borrower=borrower,
                    product="consumer_revolving",
                    currency="CNY",
                    requested_minor=GRANTED_MINOR,
                )
                await self._send_until_settled(http, opening, patient=True)
                assert opening.acknowledged is not None, opening.refused
                self.lines.append(opening.acknowledged["line"])

    async def rage(self) -> None:
        """Let people act until the storm is calmed."""
        self.is_over = False
        await asyncio.gather(*(self._person() for _ in range(PEOPLE_COUNT)))

    def calm(self) -> None:
        """Let everybody end what they are at."""
        self.is_over = True

    async def settle(self, seconds: float = 60) -> None:
        """Send again whatever has no answer and was not given up, until it has one."""
        async with httpx.AsyncClient(timeout=15) as http, asyncio.timeout(seconds):
            for request in self.sent:
                if not request.is_settled:
                    await self._send_until_settled(http, request, patient=True)

    async def _person(self) -> None:
        async with httpx.AsyncClient(timeout=4) as http:
            while not self.is_over:
                line = self.random.choice(self.lines)
                if self.random.random() < LATE_RATIO:
                    await self._tell(http, self._statement(line))
                request = self._next(line)
                patient = self.random.random() >= GIVES_UP_RATIO
                if self.random.random() < TWICE_RATIO:
                    twins = [self._send_once(http, request) for _ in range(2)]
                    await asyncio.gather(*twins)
                await self._send_until_settled(http, request, patient=patient)
                await self._go_on(http, line, request)

    def _next(self, line: Said) -> Sent:
        """Think of something to do with a line."""
        amount_minor = self.random.randint(1, MOST_MINOR)
        at = f"/v1/lines/{line['line']}"
        money = {"amount_minor": amount_minor, "currency": line["currency"]}
        match self.random.choices(("draw", "repay", "authorise"), (5, 4, 2))[0]:
            case "draw":
                return self._request(f"{at}/draws", **money, accepts_partial=self.random.random() < 0.5)
            case "authorise":
                return self._request(f"{at}/draws", **money, authorise_only=True)
            case _:
                return self._request(f"{at}/repayments", **money)

    async def _go_on(self, http: httpx.AsyncClient, line: Said, request: Sent) -> None:
        """End most reservations that were made; the others expire."""
        said = request.acknowledged
        if said is None or not said.get("expires_at") or self.random.random() < 0.2:
            return
        at = f"/v1/lines/{line['line']}/reservations/{request.id}"
        if self.random.random() < 0.6:
            amount_minor = self.random.randint(1, said["amount_minor"])
            ending = self._request(f"{at}/capture", currency=line["currency"], amount_minor=amount_minor)
        else:
            ending = self._request(f"{at}/void")
        await self._send_until_settled(http, ending, patient=False)

    def _request(self, path: str, **body: Any) -> Sent:
        now = datetime.now(UTC)
        name = str(id_from(f"{self.random.random()}/{len(self.sent)}", at=now))
        request = Sent(id=name, path=path, body={"id": name, **body})
        self.sent.append(request)
        return request

    async def _send_until_settled(self, http: httpx.AsyncClient, request: Sent, *, patient: bool) -> None:
        """Send a request until it is answered, or its sender loses patience."""
        while not request.is_settled:
            await self._send_once(http, request)
            if not request.is_settled:
                request.is_given_up = not patient
                await asyncio.sleep(PAUSE_SECONDS)

    async def _send_once(self, http: httpx.AsyncClient, request: Sent) -> None:
        """Send a request to any of the servers, and write down what is answered."""
        try:
            response = await http.post(self.random.choice(self.urls) + request.path, json=request.body)
        except httpx.HTTPError as broken:
            self.met[type(broken).__name__] += 1
            return
        said: Said = response.json()
        if response.status_code in AWAY:
            self.met[said["code"]] += 1
            return
        if response.is_success:
            if request.acknowledged is not None:
                assert promised(request.acknowledged) == promised(said), (request, said)
            request.acknowledged = said
            return
        # A twin that was refused while the other was taken would be two answers to one request.
        assert request.acknowledged is None, (request, said)
        request.refused = said

    async def _tell(self, http: httpx.AsyncClient, event: Said) -> None:
        """Send an event until somebody says that it is on record."""
        for _ in range(400):
            try:
                response = await http.post(
                    self.random.choice(self.urls) + "/v1/events", content=msgspec.json.encode(event) + b"\n"
                )
            except httpx.HTTPError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            told = msgspec.json.decode(response.content.splitlines()[0]) if response.is_success else {}
            if told.get("verdict") in {"accepted", "repeated"}:
                self.events[event["id"]] = told["verdict"]
                return
            await asyncio.sleep(PAUSE_SECONDS)
        raise AssertionError(f"event {event} was never taken")

    def _salary(self, borrower: str) -> Said:
        return self._event(borrower, "income.received", amount_minor=900_000, currency="CNY", source="salary")

    def _statement(self, line: Said) -> Said:
        late = self.random.choice((0, 0, 1))
        return self._event(
            line["borrower"],
            "statement.issued",
            line=line["line"],
            amount_minor=MOST_MINOR,
            currency=line["currency"],
            months_late_count=late,
        )

    def _event(self, borrower: str, kind: str, **fields: Any) -> Said:
        at = datetime.now(UTC) - timedelta(seconds=1)
        name = str(id_from(f"event {self.random.random()}", at=at))
        return {"type": kind, "id": name, "borrower": borrower, "happened_at": at.isoformat(), **fields}


def promised(said: Said) -> tuple[object, ...]:
    """Return of an answer what a repeat must say again: the decision, and what was moved."""
    decision = said.get("decision") or {}
    names = ("amount_minor", "accepted_minor", "excess_minor", "captured_minor", "back_now_minor")
    return (decision.get("id"), decision.get("answer"), *(said.get(name) for name in names))
