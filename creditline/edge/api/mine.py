"""Whose a request is: the borrower's token is read, and a line is theirs or is not there."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from creditline.clock import Clock, MovedClock, system_clock
from creditline.edge.api.lines import words_asked
from creditline.edge.api.state import Engine
from creditline.edge.tokens import SignedIn, SignIn
from creditline.errors import Code, NotAllowed, NotFound, NotSignedIn
from creditline.explanation.words import Words
from creditline.flows.explain import read_line
from creditline.flows.house import offered
from creditline.flows.promises import rates
from creditline.ledger.line import Line
from creditline.store.connect import Database

RATE_IS_GOOD_FOR = timedelta(minutes=10)
"""How long the kept rate of the whole book is told before it is counted again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many promises whose condition held were kept, of how many; both 0 while there are none."""

    good_count: int
    held_count: int


class KeptRate:
    """The kept rate of the whole book, counted once in a while and not for every visitor."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._told: tuple[datetime, Kept] | None = None

    async def read(self, db: Database) -> Kept:
        """Return the rate, at most RATE_IS_GOOD_FOR old."""
        now = self._clock()
        if self._told is None or now - self._told[0] > RATE_IS_GOOD_FOR:
            counted = await rates(db, by=())
            good_count = sum(one.kept_count + one.early_count for one in counted)
            failed_count = sum(one.late_count + one.broken_count for one in counted)
            self._told = (now, Kept(good_count=good_count, held_count=good_count + failed_count))
        return self._told[1]


NOBODY = SignIn()
"""The sign-in without a key, by which nobody is signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """How the borrowers' pages are served.

    `frames` are the origins that may show them in a frame, `pay` the address of the lender's own till. `demo` is the clock
    that the demo moves, and means that repayments are taken here as if they had been paid; None everywhere else. `is_alone`
    leaves out everything that is not a borrower's, for a server that the internet may reach.
    """

    sign_in: SignIn = NOBODY
    frames: tuple[str, ...] = ()
    pay: str | None = None
    demo: MovedClock | None = None
    is_alone: bool = False
    kept: KeptRate = field(default_factory=KeptRate)


_BEARER = HTTPBearer(auto_error=False, description="A short-lived token from the lender's app; see docs/pages.md.")


async def pages_of(request: Request) -> Pages:
    """Return how the app that serves a request serves the pages."""
    pages: Pages = request.app.state.pages
    return pages


async def signed_in(
    pages: Annotated[Pages, Depends(pages_of)],
    token: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> SignedIn:
    """Return who a request is from; raise `NotSignedIn` if it does not prove that."""
    if token is None:
        raise NotSignedIn(
            "This is for a borrower who is signed in. Send the token of the lender's app as Authorization: Bearer TOKEN.",
            code=Code.SIGN_IN_NEEDED,
        )
    return pages.sign_in.read(token.credentials)


Who = Annotated[SignedIn, Depends(signed_in)]
OurPages = Annotated[Pages, Depends(pages_of)]


async def own_line(line: UUID, who: Who, engine: Engine) -> Line:
    """Return a line of the borrower who asks; another's is told as one that is not there."""
    nowhere = NotFound(f"You have no line {line}. Open the page again from your app.", code=Code.LINE_UNKNOWN)
    try:
        found = await read_line(engine.db, line)
    except NotFound:
        raise nowhere from None
    if found.borrower != who.borrower:
        raise nowhere
    return found


OwnLine = Annotated[Line, Depends(own_line)]
Language = Annotated[str | None, Query(examples=["en", "zh"])]
Accepted = Annotated[str | None, Header(alias="accept-language")]


async def own_words(
    line: OwnLine, engine: Engine, language: Language = None, accept_language: Accepted = None
) -> Words:
    """Return the words of a line's product in the language asked for, or else in the one the browser likes best."""
    product = (await offered(engine.db, engine.clock, engine.house))[line.product]
    return words_asked(product, language, accepted=accept_language)


OwnWords = Annotated[Words, Depends(own_words)]
"""The words a borrower is answered in."""


def require_draw(who: SignedIn) -> None:
    """Raise `NotAllowed` unless the token lets its borrower draw."""
    if not who.may_draw:
        raise NotAllowed(
            "This sign-in only reads. Open the page again from your app, where you confirm who you are before you borrow.",
            code=Code.SIGN_IN_NEEDED,
        )
