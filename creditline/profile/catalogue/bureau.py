"""What other lenders reported."""

from creditline.events.catalogue import BureauAccountOpened, BureauDelinquent, BureauInquired
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source

BUREAU = Source.BUREAU

FEATURES: tuple[Feature | Ratio, ...] = (
    Feature(
        name="inquiries_30d_count", source=BUREAU, events=(BureauInquired.number,), fold=Fold.COUNT, window_days=30,
        worse="higher", why="Asking many lenders at once shows need.",
    ),
    Feature(
        name="inquiries_180d_count", source=BUREAU, events=(BureauInquired.number,), fold=Fold.COUNT, window_days=180,
        worse="higher", why="How often credit was sought in half a year.",
    ),
    Feature(
        name="accounts_opened_365d_count", source=BUREAU, events=(BureauAccountOpened.number,), fold=Fold.COUNT,
        window_days=365, worse="higher", why="New debt elsewhere.",
    ),
    Feature(
        name="accounts_opened_365d_minor", source=BUREAU, events=(BureauAccountOpened.number,), fold=Fold.SUM,
        window_days=365, worse="higher", why="How much new debt elsewhere.",
    ),
    Feature(
        name="bureau_overdue_max_730d_count", source=BUREAU, events=(BureauDelinquent.number,), fold=Fold.MAX,
        of=Of.CODE, window_days=730, worse="higher", why="The most days anything was overdue elsewhere in two years.",
    ),
    Feature(
        name="bureau_overdue_recency_days", source=BUREAU, events=(BureauDelinquent.number,), fold=Fold.RECENCY,
        worse="lower", why="How long ago something was overdue elsewhere.",
    ),
)  # fmt: skip
