"""Income we can see arriving."""

from creditline.events.catalogue import IncomeReceived
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source

INCOME = Source.INCOME
RECEIVED = (IncomeReceived.number,)

FEATURES: tuple[Feature | Ratio, ...] = (
    Feature(
        name="income_90d_minor", source=INCOME, events=RECEIVED, fold=Fold.SUM, window_days=90, worse="lower",
        why="What there is to repay from.",
    ),
    Feature(
        name="income_180d_minor", source=INCOME, events=RECEIVED, fold=Fold.SUM, window_days=180, worse="lower",
        why="What there was to repay from in half a year.",
    ),
    Feature(
        name="income_days_180d_count", source=INCOME, events=RECEIVED, fold=Fold.DISTINCT, of=Of.DAY, window_days=180,
        worse="lower", why="On how many days income came: regular or not.",
    ),
    Feature(
        name="income_last_minor", source=INCOME, events=RECEIVED, fold=Fold.LAST, worse="lower",
        why="The latest income.",
    ),
    Feature(
        name="income_recency_days", source=INCOME, events=RECEIVED, fold=Fold.RECENCY, worse="higher",
        why="How long ago income last came.",
    ),
)  # fmt: skip
