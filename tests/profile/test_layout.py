"""A catalogue the kernel could not work out is refused when it is laid out, with the name of what is wrong."""

from dataclasses import replace

import pytest

from creditline.errors import Broken
from creditline.events.catalogue import FellOverdue, OrderPaid
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source
from creditline.profile.layout import plan_of

ORDERS = Feature(
    name="orders_count", source=Source.ORDERS, events=(OrderPaid.number,), fold=Fold.COUNT, worse="neither", why="Why not."
)  # fmt: skip
RATIO = Ratio(
    name="orders_ratio", source=Source.ORDERS, over="orders_count", under="orders_count", worse="neither", why="One."
)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(ORDERS, events=(90,)), r"orders_count is a count of events \[90\]"),
        (replace(ORDERS, fold=Fold.IS_LAST, since=(90,)), r"is a is_last of events \[90\]"),
        (replace(ORDERS, events=(200,)), r"of events \[200\]"),
        (replace(ORDERS, fold=Fold.SUM, of=Of.DAY), "is a sum of days"),
        (replace(ORDERS, fold=Fold.DISTINCT, of=Of.AMOUNT), "is a distinct of amounts"),
        (replace(ORDERS, fold=Fold.DISTINCT, of=Of.CODE, events=(FellOverdue.number,)), "no short enumeration"),
        (replace(RATIO, under="nowhere_minor"), "orders_ratio is a ratio of nowhere_minor"),
        (replace(RATIO, name="ratio_of_ratio", over="orders_ratio"), "ratio_of_ratio is a ratio of orders_ratio"),
    ],
)
def test_what_cannot_be_worked_out_is_refused_by_name(wrong: Feature | Ratio, said: str) -> None:
    with pytest.raises(Broken, match=said):
        plan_of((ORDERS, RATIO, wrong))


def test_the_same_catalogue_is_laid_out_once() -> None:
    features = (ORDERS, RATIO)
    assert plan_of(features) is plan_of(features)


def test_many_catalogues_do_not_fill_the_memory() -> None:
    kept = [(replace(ORDERS, window_days=days), RATIO) for days in range(40)]
    plans = [plan_of(features) for features in kept]
    assert len({id(plan) for plan in plans}) == 40
    assert plan_of(kept[-1]) is plans[-1]


def test_an_empty_catalogue_still_knows_its_sources() -> None:
    assert plan_of(()).sources == tuple(Source)
