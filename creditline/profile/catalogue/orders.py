"""What a borrower buys, and gives back."""

from creditline.events.catalogue import OrderPaid, OrderPlaced, OrderRefunded
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source

ORDERS = Source.ORDERS
PAID = (OrderPaid.number,)

FEATURES: tuple[Feature | Ratio, ...] = (
    Feature(
        name="orders_placed_30d_count", source=ORDERS, events=(OrderPlaced.number,), fold=Fold.COUNT, window_days=30,
        worse="neither", why="How actively the borrower buys.",
    ),
    Feature(
        name="orders_paid_90d_count", source=ORDERS, events=PAID, fold=Fold.COUNT, window_days=90, worse="lower",
        why="Orders that were really paid for.",
    ),
    Feature(
        name="orders_paid_30d_minor", source=ORDERS, events=PAID, fold=Fold.SUM, window_days=30, worse="neither",
        why="What was spent this month.",
    ),
    Feature(
        name="orders_paid_120d_minor", source=ORDERS, events=PAID, fold=Fold.SUM, window_days=120, worse="neither",
        why="What was spent in four months, to measure a surge against.",
    ),
    Feature(
        name="largest_order_365d_minor", source=ORDERS, events=PAID, fold=Fold.MAX, window_days=365, worse="neither",
        why="The largest single purchase of a year.",
    ),
    Feature(
        name="order_categories_365d_count", source=ORDERS, events=PAID, fold=Fold.DISTINCT, of=Of.CODE, window_days=365,
        worse="lower", why="A life seen from several sides is known better.",
    ),
    Feature(
        name="order_recency_days", source=ORDERS, events=PAID, fold=Fold.RECENCY, worse="neither",
        why="How fresh the picture is.",
    ),
    Feature(
        name="orders_refunded_180d_minor", source=ORDERS, events=(OrderRefunded.number,), fold=Fold.SUM,
        window_days=180, worse="higher", why="What was given back.",
    ),
    Feature(
        name="orders_paid_180d_minor", source=ORDERS, events=PAID, fold=Fold.SUM, window_days=180, worse="neither",
        why="What was bought in half a year.",
    ),
    Ratio(
        name="refund_180d_ratio", source=ORDERS, over="orders_refunded_180d_minor", under="orders_paid_180d_minor",
        worse="higher", why="Giving much back can be a way of borrowing.",
    ),
    Ratio(
        name="order_surge_ratio", source=ORDERS, over="orders_paid_30d_minor", under="orders_paid_120d_minor",
        less="orders_paid_30d_minor", times=3, worse="neither", why="Spending this month against the three before.",
    ),
)  # fmt: skip
