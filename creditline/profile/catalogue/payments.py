"""How a borrower pays from their own money."""

from creditline.events.catalogue import PaymentFailed, PaymentMade
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source

PAYMENTS = Source.PAYMENTS
MADE = (PaymentMade.number,)

FEATURES: tuple[Feature | Ratio, ...] = (
    Feature(
        name="payments_90d_count", source=PAYMENTS, events=MADE, fold=Fold.COUNT, window_days=90, worse="lower",
        why="Regular payments from own money.",
    ),
    Feature(
        name="payments_90d_minor", source=PAYMENTS, events=MADE, fold=Fold.SUM, window_days=90, worse="neither",
        why="How much is paid from own money.",
    ),
    Feature(
        name="payment_categories_180d_count", source=PAYMENTS, events=MADE, fold=Fold.DISTINCT, of=Of.CODE,
        window_days=180, worse="lower", why="Rent, telephone, school: bills that are met.",
    ),
    Feature(
        name="payments_failed_90d_count", source=PAYMENTS, events=(PaymentFailed.number,), fold=Fold.COUNT,
        window_days=90, worse="higher", why="A payment that fails for want of money says that money is short.",
    ),
    Ratio(
        name="payments_failed_90d_ratio", source=PAYMENTS, over="payments_failed_90d_count", under="payments_90d_count",
        worse="higher", why="Failed payments to one that worked.",
    ),
)  # fmt: skip
