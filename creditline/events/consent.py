"""Consent: a borrower lets us read one source of facts about them, or lets us no more."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from creditline.events.event import Event


class DataSource(StrEnum):
    """What a borrower may let us read: every source but the account with us. Positions are stored: add at the end only."""

    ORDERS = "orders"
    PAYMENTS = "payments"
    LIFE = "life"
    INCOME = "income"
    BUREAU = "bureau"
    EVIDENCE = "evidence"
    ENGAGEMENT = "engagement"


Text = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$", description="The version of the words that the borrower saw."),
]
Language = Annotated[
    str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$", description="The language they were in, as en or zh.")
]
Channel = Literal["app", "branch", "import", "paper", "phone", "web"]


class ConsentGiven(Event, frozen=True, kw_only=True, tag="consent.given"):
    """The borrower lets us read a source, by the words of a version, until they let us no more."""

    number, code_field, ref_field = 100, "source", "text language channel"
    source: DataSource
    text: Text
    language: Language
    channel: Channel


class ConsentWithdrawn(Event, frozen=True, kw_only=True, tag="consent.withdrawn"):
    """The borrower lets us read a source no more: what we hold of it is kept, and not read."""

    number, code_field, ref_field = 101, "source", "text language channel"
    source: DataSource
    text: Text
    language: Language
    channel: Channel
