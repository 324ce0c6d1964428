"""What a route needs of the running engine."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from creditline.clock import Clock
from creditline.flows.house import House
from creditline.store.connect import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The database, the clock and the house."""

    db: Database
    clock: Clock
    house: House


def parts_of(request: Request) -> Parts:
    """Return the parts of the app that serves a request."""
    parts: Parts = request.app.state.parts
    return parts


Engine = Annotated[Parts, Depends(parts_of)]
