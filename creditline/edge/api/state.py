"""What a route needs of the running engine."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from creditline.clock import Clock
from creditline.errors import Code, CreditlineError, NotAllowed
from creditline.flows.draw import Drawn, DrawRequest, draw_lines
from creditline.flows.gather import Gatherer
from creditline.flows.house import House
from creditline.flows.repay import Repaid, RepayRequest, repay_lines
from creditline.flows.snapshot import Following
from creditline.flows.vault import Vault
from creditline.store.connect import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The database, the clock and the house, what gathers the draws and repayments that come at once, and copies in memory."""

    db: Database
    clock: Clock
    house: House
    draws: Gatherer[DrawRequest, Drawn]
    repayments: Gatherer[RepayRequest, Repaid]
    vault: Callable[[], Vault] | None = None
    following: Following = field(default_factory=Following)

    @property
    def sealed(self) -> Vault:
        """The vault; raise `NotAllowed` where the server was started without one."""
        if self.vault is None:
            raise NotAllowed(
                "This server has no key, and takes no documents. Start it by `creditline serve`.",
                code=Code.CONFIGURATION_INVALID,
            )
        return self.vault()

    async def drain(self) -> None:
        """Answer everything that was taken, and take nothing more."""
        await asyncio.gather(self.draws.drain(), self.repayments.drain())


def parts(db: Database, clock: Clock, house: House, *, vault: Callable[[], Vault] | None = None) -> Parts:
    """Return the parts an app serves by."""

    async def draws(asked: Sequence[DrawRequest]) -> Sequence[Drawn | CreditlineError]:
        return await draw_lines(db, clock, house, asked=asked)

    async def repayments(asked: Sequence[RepayRequest]) -> Sequence[Repaid | CreditlineError]:
        return await repay_lines(db, clock, house, asked=asked)

    return Parts(db=db, clock=clock, house=house, draws=Gatherer(draws), repayments=Gatherer(repayments), vault=vault)


async def parts_of(request: Request) -> Parts:
    """Return the parts of the app that serves a request.

    Were it no coroutine, it would be called in a thread, which costs more than it does and lets requests overtake each other.
    """
    parts: Parts = request.app.state.parts
    return parts


Engine = Annotated[Parts, Depends(parts_of)]
