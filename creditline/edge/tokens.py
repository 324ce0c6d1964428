"""Sign-in of a borrower: a short-lived signed token (JWT, HS256) that the lender's app issues with a key it shares with us.

Claims: `sub` is the borrower, `aud` is AUDIENCE, `iat` and `exp` are the token's times, `scope` says what it may do:
"read" or "read draw". A token that would be good for longer than `longest` is refused, so that a leaked one is soon over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import jwt

from creditline.clock import EPOCH, from_us, to_us
from creditline.errors import Code, NotSignedIn

AUDIENCE = "creditline/pages"
ALGORITHM = "HS256"
SECOND_US = 1_000_000
LONGEST = timedelta(hours=1)
USUAL = timedelta(minutes=15)
LEEWAY = timedelta(seconds=30)
READ, DRAW = "read", "draw"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who a request is from, what they may do, and until when."""

    borrower: str
    may_draw: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The keys tokens are checked by, the first of which signs; without any nobody is signed in."""

    keys: tuple[str, ...] = ()
    longest: timedelta = LONGEST

    def issue(self, borrower: str, *, at: datetime, lasts: timedelta = USUAL, may_draw: bool = True) -> str:
        """Return a token for a borrower, as the lender's app would issue it; raise `NotSignedIn` without a key."""
        if not self.keys:
            raise _no_key()
        claims = {
            "sub": borrower,
            "aud": AUDIENCE,
            "iat": at,
            "exp": at + min(lasts, self.longest),
            "scope": f"{READ} {DRAW}" if may_draw else READ,
        }
        return jwt.encode(claims, self.keys[0], algorithm=ALGORITHM)

    def read(self, token: str) -> SignedIn:
        """Return who a token is from; raise `NotSignedIn` saying why it is not taken."""
        if not self.keys:
            raise _no_key()
        claims = self._claims(token)
        issued_us, expires_us = (int(claims[name]) * SECOND_US for name in ("iat", "exp"))
        if expires_us - issued_us > to_us(EPOCH + self.longest):
            raise _refused(
                f"it is good for {(expires_us - issued_us) // SECOND_US} seconds, and {self.longest} is the most. Issue it for "
                "a shorter time"
            )
        scope = str(claims.get("scope", READ)).split()
        return SignedIn(borrower=str(claims["sub"]), may_draw=DRAW in scope, expires_at=from_us(expires_us))

    def _claims(self, token: str) -> dict[str, Any]:
        for key in self.keys:
            try:
                claims: dict[str, Any] = jwt.decode(
                    token,
                    key,
                    algorithms=[ALGORITHM],
                    audience=AUDIENCE,
                    leeway=LEEWAY,
                    options={"require": ["sub", "aud", "iat", "exp"]},
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.ExpiredSignatureError:
                raise _refused("its time is over. Open the page again from your app") from None
            except jwt.InvalidTokenError as error:
                raise _refused(f"it cannot be read ({error}). Open the page again from your app") from None
            return claims
        raise _refused("its signature is not by a key we know. Open the page again from your app")


def link(base: str, *, token: str) -> str:
    """Return the address that opens the pages signed in; what follows the # is never sent or logged."""
    return f"{base.rstrip('/')}/my/#token={quote(token)}"


def _refused(why: str) -> NotSignedIn:
    return NotSignedIn(f"The token is not taken: {why}.", code=Code.SIGN_IN_NEEDED)


def _no_key() -> NotSignedIn:
    return NotSignedIn(
        "No borrower can sign in here: CREDITLINE_PAGES_KEY is not set. Set it to the key the lender's app signs by "
        "(docs/pages.md), and start again.",
        code=Code.SIGN_IN_NEEDED,
    )
