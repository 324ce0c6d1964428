"""What every event says of itself, and the words that events are made of.

Each struct names its stored form in class variables: `number` (stable, never reused), `code_field` (the small whole
number kept beside the amount: a count, a number of days, or the position of an enum's member) and `ref_field` (the
thing it is about; several fields, none of which holds a slash, are kept with slashes between them). Nothing else is
stored, so every event is one narrow row.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from creditline.money import MAX_MINOR

Borrower = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$", description="The platform's own id of a person or firm.")
]
Amount = Annotated[int, Meta(ge=1, le=MAX_MINOR, description="Minor units of the currency.")]
Balance = Annotated[int, Meta(ge=0, le=MAX_MINOR, description="Minor units of the currency; zero is a balance too.")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]
Count = Annotated[int, Meta(ge=0, le=100_000)]
Ref = Annotated[
    str, Meta(min_length=1, max_length=64, description="The sender's id of the order, trip, account or document.")
]
Instant = Annotated[datetime, Meta(tz=True, description="With an offset; stored in UTC to the microsecond.")]


class Category(StrEnum):
    """What was bought or paid for. Positions are stored: add at the end only."""

    OTHER = "other"
    GROCERIES = "groceries"
    CLOTHING = "clothing"
    ELECTRONICS = "electronics"
    HOME = "home"
    MEDIA = "media"
    HEALTH = "health"
    UTILITIES = "utilities"
    RENT = "rent"
    TELECOM = "telecom"
    EDUCATION = "education"
    GAMING = "gaming"
    TRAVEL = "travel"


class IncomeSource(StrEnum):
    """Where income came from. Positions are stored: add at the end only."""

    OTHER = "other"
    SALARY = "salary"
    PENSION = "pension"
    BUSINESS = "business"
    BENEFIT = "benefit"


class EvidenceKind(StrEnum):
    """What a document proves. Positions are stored: add at the end only."""

    INCOME = "income"
    ASSETS = "assets"
    EMPLOYMENT = "employment"
    ADDRESS = "address"
    TAX = "tax"


class Event(Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """What every fact says of itself."""

    number: ClassVar[int]
    code_field: ClassVar[str] = ""
    ref_field: ClassVar[str] = ""

    id: UUID
    borrower: Borrower
    happened_at: Instant


class Money(Event, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """A fact with an amount of money in it."""

    amount_minor: Amount
    currency: Currency
