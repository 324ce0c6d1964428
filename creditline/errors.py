"""What can go wrong, as one tree.

::

    CreditlineError                              HTTP
      Refused                                    the caller can mend it
        Malformed 400 · NotSignedIn 401 · NotAllowed 403 · NotFound 404 · Conflict 409 · PolicyInvalid 422
      Unavailable 503 · Busy 429                 try again
      Broken 500                                 an invariant fails: our bug

A decline is an answer of the engine, never one of these. Every error carries a stable `Code` for programs and a
sentence for people that says what is wrong, with values, and what to do.
"""

from enum import StrEnum


class Code(StrEnum):
    """Stable names of everything that can go wrong. Stored and sent as text: never renamed, never reused."""

    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    AMOUNT_TOO_LARGE = "amount_too_large"
    ARM_UNKNOWN = "arm_unknown"
    BORROWER_UNKNOWN = "borrower_unknown"
    CLOCK_BEHIND = "clock_behind"
    CONFIGURATION_INVALID = "configuration_invalid"
    CORRECTED_BEFORE = "corrected_before"
    CURRENCY_UNKNOWN = "currency_unknown"
    CURRENCY_WRONG = "currency_wrong"
    DATA_CORRUPT = "data_corrupt"
    DATA_MISSING = "data_missing"
    DATABASE_AHEAD = "database_ahead"
    DATABASE_BUSY = "database_busy"
    DATABASE_UNREACHABLE = "database_unreachable"
    DATABASE_VERSION = "database_version"
    DAY_OPEN = "day_open"
    DECISION_UNKNOWN = "decision_unknown"
    DISK_FULL = "disk_full"
    DOCUMENT_ACTIVE = "document_active"
    DOCUMENT_CUT_OFF = "document_cut_off"
    DOCUMENT_EMPTY = "document_empty"
    DOCUMENT_ENDED = "document_ended"
    DOCUMENT_ERASED = "document_erased"
    DOCUMENT_MISNAMED = "document_misnamed"
    DOCUMENT_TOO_LARGE = "document_too_large"
    DOCUMENT_UNKNOWN = "document_unknown"
    DOCUMENT_UNREADABLE = "document_unreadable"
    DOCUMENTS_TOO_MANY = "documents_too_many"
    EDITION_UNKNOWN = "edition_unknown"
    ENTRY_UNKNOWN = "entry_unknown"
    EVENT_FROM_FUTURE = "event_from_future"
    GATE_FAILED = "gate_failed"
    ID_NOT_UUID7 = "id_not_uuid7"
    ID_REUSED = "id_reused"
    INVARIANT_BROKEN = "invariant_broken"
    LINE_BLOCKED = "line_blocked"
    LINE_CHARGED_OFF = "line_charged_off"
    LINE_CLOSED = "line_closed"
    LINE_IN_USE = "line_in_use"
    LINE_PERFORMS = "line_performs"
    LINE_UNKNOWN = "line_unknown"
    MANDATE_EXCEEDED = "mandate_exceeded"
    MEMORY_SHORT = "memory_short"
    MESSAGE_MALFORMED = "message_malformed"
    NOT_OFFERED_HERE = "not_offered_here"
    NOTHING_OWED = "nothing_owed"
    NOTICE_UNKNOWN = "notice_unknown"
    OUTCOME_UNKNOWN = "outcome_unknown"
    OVERDRAWN = "overdrawn"
    PARAMETER_UNDATED = "parameter_undated"
    PARAMETER_UNKNOWN = "parameter_unknown"
    PATH_TOO_LONG = "path_too_long"
    POLICY_INVALID = "policy_invalid"
    POLICY_STATE = "policy_state"
    PRODUCT_UNKNOWN = "product_unknown"
    PRODUCT_WRONG = "product_wrong"
    PROMISE_ENDED = "promise_ended"
    REQUEST_UNKNOWN = "request_unknown"
    RESERVATION_ENDED = "reservation_ended"
    REVIEW_ENDED = "review_ended"
    REVIEW_FIXED = "review_fixed"
    REVIEW_OPEN = "review_open"
    REVIEW_UNKNOWN = "review_unknown"
    SCORECARD_INVALID = "scorecard_invalid"
    SECOND_PERSON_NEEDED = "second_person_needed"
    SIGN_IN_NEEDED = "sign_in_needed"
    STOPPING = "stopping"
    STRATEGY_UNKNOWN = "strategy_unknown"
    STREAM_UNREACHABLE = "stream_unreachable"
    TEXT_OUTDATED = "text_outdated"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UMBRELLA_CYCLE = "umbrella_cycle"
    UMBRELLA_UNKNOWN = "umbrella_unknown"
    USER_FORBIDDEN = "user_forbidden"


class CreditlineError(Exception):
    """The root: a stable `code` and a sentence that says what is wrong and what to do."""

    def __init__(self, message: str, *, code: Code) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Refused(CreditlineError):
    """The request cannot be taken as it is; the caller can mend it."""


class Malformed(Refused):
    """The request does not say anything we can read: wrong shape, type or range."""


class NotSignedIn(Refused):
    """The request does not prove whose it is, or no longer: sign in again where the link came from."""


class NotAllowed(Refused):
    """The request is understood, and the state of the line or the caller's rights forbid it."""


class NotFound(Refused):
    """The request names something that does not exist here."""


class Conflict(Refused):
    """The request contradicts what is already recorded: the same id with other content, or an ended reservation."""


class PolicyInvalid(Refused):
    """A product's rules or numbers cannot be published; the message names the table, row, column and character."""


class Unavailable(CreditlineError):
    """Nothing is wrong with the request: try again, with the same id."""


class Busy(CreditlineError):
    """More requests wait than are answered soon, so that this one was not taken: try again a little later."""


class Broken(CreditlineError):
    """An invariant fails. This is our bug, and the transaction that saw it was rolled back."""
