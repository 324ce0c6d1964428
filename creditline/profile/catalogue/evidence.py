"""What the borrower proved."""

from creditline.events.catalogue import EvidenceExpired, EvidenceRefused, EvidenceSubmitted, EvidenceVerified
from creditline.events.event import EvidenceKind
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source

EVIDENCE = Source.EVIDENCE
INCOME_CODE = tuple(EvidenceKind).index(EvidenceKind.INCOME)

FEATURES: tuple[Feature | Ratio, ...] = (
    Feature(
        name="evidence_income_valid_count", source=EVIDENCE,
        events=(EvidenceVerified.number, EvidenceRefused.number, EvidenceExpired.number), fold=Fold.IS_LAST,
        since=(EvidenceVerified.number,), only_code=INCOME_CODE, worse="lower",
        why="Income that was proved and has not expired.",
    ),
    Feature(
        name="evidence_income_monthly_minor", source=EVIDENCE, events=(EvidenceVerified.number,), fold=Fold.LAST,
        only_code=INCOME_CODE, worse="lower", why="The monthly income that was proved.",
    ),
    Feature(
        name="evidence_kinds_verified_count", source=EVIDENCE, events=(EvidenceVerified.number,), fold=Fold.DISTINCT,
        of=Of.CODE, worse="lower", why="How many different things were proved.",
    ),
    Feature(
        name="evidence_submitted_90d_count", source=EVIDENCE, events=(EvidenceSubmitted.number,), fold=Fold.COUNT,
        window_days=90, worse="neither", why="What was handed in lately.",
    ),
    Feature(
        name="evidence_refused_365d_count", source=EVIDENCE, events=(EvidenceRefused.number,), fold=Fold.COUNT,
        window_days=365, worse="higher", why="What was handed in and could not be accepted.",
    ),
)  # fmt: skip
