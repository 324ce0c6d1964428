"""Every type of event the engine understands, one frozen struct each.

An event is a fact about one borrower: `happened_at` is when it was true in the world, `recorded_at` when we learned it
(set by intake, never by the sender). Facts are never changed: a correction is a new event. What is stored of each is said in
`events.event`.
"""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from creditline.events.consent import ConsentGiven, ConsentWithdrawn
from creditline.events.event import (
    Balance,
    Category,
    Currency,
    Event,
    EvidenceKind,
    IncomeSource,
    Money,
    Ref,
)

# Orders, 1-9.


class OrderPlaced(Money, frozen=True, kw_only=True, tag="order.placed"):
    """The borrower ordered goods or services."""

    number, code_field, ref_field = 1, "category", "order"
    order: Ref
    category: Category = Category.OTHER


class OrderPaid(Money, frozen=True, kw_only=True, tag="order.paid"):
    """An order was paid for."""

    number, code_field, ref_field = 2, "category", "order"
    order: Ref
    category: Category = Category.OTHER


class OrderRefunded(Money, frozen=True, kw_only=True, tag="order.refunded"):
    """Money of an order went back to the borrower."""

    number, code_field, ref_field = 3, "category", "order"
    order: Ref
    category: Category = Category.OTHER


# Payments from the borrower's own money, 10-19.


class PaymentMade(Money, frozen=True, kw_only=True, tag="payment.made"):
    """The borrower paid a bill or a person from their own money."""

    number, code_field, ref_field = 10, "category", "payee"
    payee: Ref
    category: Category = Category.OTHER


class PaymentFailed(Money, frozen=True, kw_only=True, tag="payment.failed"):
    """A payment did not go through for want of money."""

    number, code_field, ref_field = 11, "category", "payee"
    payee: Ref
    category: Category = Category.OTHER


class AutopayEnabled(Event, frozen=True, kw_only=True, tag="autopay.enabled"):
    """Repayments of a line are taken on their due day without asking."""

    number, ref_field = 12, "line"
    line: UUID


class AutopayDisabled(Event, frozen=True, kw_only=True, tag="autopay.disabled"):
    """Automatic repayment was switched off."""

    number, ref_field = 13, "line"
    line: UUID


# Life: trips and stays, 20-29.


class RideTaken(Money, frozen=True, kw_only=True, tag="trip.ride"):
    """A ride in a car or on a bicycle, or local transport."""

    number, ref_field = 20, "trip"
    trip: Ref


class TrainTaken(Money, frozen=True, kw_only=True, tag="trip.train"):
    """A journey by train."""

    number, ref_field = 21, "trip"
    trip: Ref


class FlightTaken(Money, frozen=True, kw_only=True, tag="trip.flight"):
    """A journey by air."""

    number, ref_field = 22, "trip"
    trip: Ref


class HotelStayed(Money, frozen=True, kw_only=True, tag="hotel.stayed"):
    """Nights in a hotel, told when the stay ends."""

    number, code_field, ref_field = 23, "nights_count", "stay"
    stay: Ref
    nights_count: Annotated[int, Meta(ge=1, le=366)]


# Income, 30-39.


class IncomeReceived(Money, frozen=True, kw_only=True, tag="income.received"):
    """Income reached an account we can see."""

    number, code_field = 30, "source"
    source: IncomeSource


# Credit bureau, 40-49.


class BureauInquired(Event, frozen=True, kw_only=True, tag="bureau.inquired"):
    """Another lender asked the bureau about the borrower."""

    number, ref_field = 40, "lender"
    lender: Ref


class BureauAccountOpened(Money, frozen=True, kw_only=True, tag="bureau.account_opened"):
    """The bureau shows a new account; the amount is its limit or its principal."""

    number, ref_field = 41, "account"
    account: Ref


class BureauAccountClosed(Event, frozen=True, kw_only=True, tag="bureau.account_closed"):
    """The bureau shows an account closed."""

    number, ref_field = 42, "account"
    account: Ref


class BureauDelinquent(Money, frozen=True, kw_only=True, tag="bureau.delinquent"):
    """The bureau shows an account overdue; the amount is what is overdue."""

    number, code_field, ref_field = 43, "overdue_days", "account"
    account: Ref
    overdue_days: Annotated[int, Meta(ge=1, le=10_000)]


# Evidence the borrower supplied, 50-59.


class EvidenceSubmitted(Event, frozen=True, kw_only=True, tag="evidence.submitted"):
    """The borrower handed in a document."""

    number, code_field, ref_field = 50, "kind", "document"
    document: Ref
    kind: EvidenceKind


class EvidenceVerified(Money, frozen=True, kw_only=True, tag="evidence.verified"):
    """A document was found genuine; the amount is the monthly income or the value it proves."""

    number, code_field, ref_field = 51, "kind", "document"
    document: Ref
    kind: EvidenceKind


class EvidenceRefused(Event, frozen=True, kw_only=True, tag="evidence.refused"):
    """A document could not be accepted."""

    number, code_field, ref_field = 52, "kind", "document"
    document: Ref
    kind: EvidenceKind


class EvidenceExpired(Event, frozen=True, kw_only=True, tag="evidence.expired"):
    """A verified document is too old to rely on."""

    number, code_field, ref_field = 53, "kind", "document"
    document: Ref
    kind: EvidenceKind


# Engagement with the platform, 60-69.


class LoggedIn(Event, frozen=True, kw_only=True, tag="engagement.login"):
    """The borrower opened the app."""

    number = 60


class CampaignJoined(Event, frozen=True, kw_only=True, tag="engagement.campaign_joined"):
    """The borrower took part in a campaign."""

    number, ref_field = 61, "campaign"
    campaign: Ref


class CourseCompleted(Event, frozen=True, kw_only=True, tag="engagement.course_completed"):
    """The borrower finished a course on handling money."""

    number, ref_field = 62, "course"
    course: Ref


# The line's own events, 70-89: the flows record them, and a book moved here from elsewhere brings them.


class LineOpened(Money, frozen=True, kw_only=True, tag="line.opened"):
    """A line was opened; the amount is the granted limit."""

    number, ref_field = 70, "line"
    line: UUID


class LimitChanged(Money, frozen=True, kw_only=True, tag="line.limit_changed"):
    """The granted limit changed; the amount is the new one."""

    number, ref_field = 71, "line"
    line: UUID
    amount_minor: Balance


class DrawMade(Money, frozen=True, kw_only=True, tag="draw.made"):
    """Money was drawn from a line."""

    number, ref_field = 72, "line"
    line: UUID


class RepaymentReceived(Money, frozen=True, kw_only=True, tag="repayment.received"):
    """Principal came back to a line."""

    number, ref_field = 73, "line"
    line: UUID


class StatementIssued(Event, frozen=True, kw_only=True, tag="statement.issued"):
    """A statement closed: what is owed, and by how many months payment is late (0 when it is not)."""

    number, code_field, ref_field = 74, "months_late_count", "line"
    line: UUID
    amount_minor: Balance
    currency: Currency
    months_late_count: Annotated[int, Meta(ge=0, le=120)] = 0


class FellOverdue(Money, frozen=True, kw_only=True, tag="line.fell_overdue"):
    """An amount due was not paid on its day; the amount is what is overdue."""

    number, code_field, ref_field = 75, "overdue_days", "line"
    line: UUID
    overdue_days: Annotated[int, Meta(ge=1, le=10_000)] = 1


class Cured(Event, frozen=True, kw_only=True, tag="line.cured"):
    """Nothing is overdue any more."""

    number, ref_field = 76, "line"
    line: UUID


class LineClosed(Event, frozen=True, kw_only=True, tag="line.closed"):
    """A line was closed."""

    number, ref_field = 77, "line"
    line: UUID


class BalanceMoved(Money, frozen=True, kw_only=True, tag="line.balance_moved"):
    """A balance came with a line that was moved here from elsewhere; it is not a draw."""

    number, ref_field = 78, "line"
    line: UUID


class RepaymentUndone(Money, frozen=True, kw_only=True, tag="repayment.undone"):
    """A repayment turned out to be none: it bounced, or was sent back; its amount is owed again."""

    number, ref_field = 79, "line"
    line: UUID


class DrawUndone(Money, frozen=True, kw_only=True, tag="draw.undone"):
    """A draw turned out to be none: it was not paid out, or what it paid for was given back."""

    number, ref_field = 80, "line"
    line: UUID


class LineChargedOff(Money, frozen=True, kw_only=True, tag="line.charged_off"):
    """Everything owed on a line was given up as lost; the amount is what is still claimed."""

    number, ref_field = 81, "line"
    line: UUID


# Outcomes, 90-99: what scores are fitted to. Never a feature.


class OutcomeObserved(Event, frozen=True, kw_only=True, tag="outcome.observed"):
    """Whether a line defaulted in the period that ended at `happened_at` (1) or not (0)."""

    number, code_field, ref_field = 90, "is_default", "line"
    line: UUID
    is_default: Annotated[int, Meta(ge=0, le=1)]


AnyEvent = (
    OrderPlaced | OrderPaid | OrderRefunded
    | PaymentMade | PaymentFailed | AutopayEnabled | AutopayDisabled
    | RideTaken | TrainTaken | FlightTaken | HotelStayed
    | IncomeReceived
    | BureauInquired | BureauAccountOpened | BureauAccountClosed | BureauDelinquent
    | EvidenceSubmitted | EvidenceVerified | EvidenceRefused | EvidenceExpired
    | LoggedIn | CampaignJoined | CourseCompleted
    | LineOpened | LimitChanged | DrawMade | RepaymentReceived | StatementIssued | FellOverdue | Cured | LineClosed | BalanceMoved
    | RepaymentUndone | DrawUndone | LineChargedOff
    | OutcomeObserved
    | ConsentGiven | ConsentWithdrawn
)  # fmt: skip

EVENT_TYPES: tuple[type[Event], ...] = AnyEvent.__args__
"""The catalogue, in the order of the story."""

BY_NUMBER: Mapping[int, type[Event]] = {event.number: event for event in EVENT_TYPES}
