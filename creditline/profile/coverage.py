"""Which sources are known: a source is known of a borrower once any visible fact of it was ever recorded.

Missing is not zero: a feature of a source that is not known is NaN, while nothing in the window of a known source is a
count of 0. Being known is for ever, so that silence is told from never having heard, but for a source that a borrower does
not let us read (`profile.consent`): it is as if never heard of. `profile_and_sources` says which sources are known, and how
many.
"""

from creditline.events.catalogue import EVENT_TYPES, OutcomeObserved
from creditline.events.consent import ConsentGiven, ConsentWithdrawn
from creditline.profile.feature import Source

SOURCES: tuple[Source, ...] = tuple(Source)

NUMBERS: dict[Source, range] = {
    Source.ORDERS: range(1, 10),
    Source.PAYMENTS: range(10, 12),
    Source.LIFE: range(20, 30),
    Source.INCOME: range(30, 40),
    Source.BUREAU: range(40, 50),
    Source.EVIDENCE: range(50, 60),
    Source.ENGAGEMENT: range(60, 70),
    Source.USAGE: range(70, 90),
}
"""Which type numbers make a source known; autopay alone makes nothing known. Outcomes and consents are in none, and no
feature may ever see them."""

UNSEEN = (OutcomeObserved, ConsentGiven, ConsentWithdrawn)

VISIBLE: frozenset[int] = frozenset(event.number for event in EVENT_TYPES if event not in UNSEEN)
