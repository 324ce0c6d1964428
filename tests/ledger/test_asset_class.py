"""Days past due give the least class, the bucket and the stage; each begins beyond its threshold, not on it."""

from dataclasses import replace

import pytest

from creditline.ledger.asset_class import AssetClass, Bucket, ClassTerms, asset_class, bucket, is_non_accrual, stage

TABLE = [
    # days  class                        bucket          stage non-accrual
    (0,   AssetClass.NORMAL,          Bucket.CURRENT, 1, False),
    (1,   AssetClass.SPECIAL_MENTION, Bucket.M1,      1, False),
    (30,  AssetClass.SPECIAL_MENTION, Bucket.M1,      1, False),
    (31,  AssetClass.SPECIAL_MENTION, Bucket.M2,      2, False),
    (60,  AssetClass.SPECIAL_MENTION, Bucket.M2,      2, False),
    (61,  AssetClass.SPECIAL_MENTION, Bucket.M3,      2, False),
    (90,  AssetClass.SPECIAL_MENTION, Bucket.M3,      2, False),
    (91,  AssetClass.SUBSTANDARD,     Bucket.M4_PLUS, 3, True),
    (270, AssetClass.SUBSTANDARD,     Bucket.M4_PLUS, 3, True),
    (271, AssetClass.DOUBTFUL,        Bucket.M4_PLUS, 3, True),
    (360, AssetClass.DOUBTFUL,        Bucket.M4_PLUS, 3, True),
    (361, AssetClass.LOSS,            Bucket.M4_PLUS, 3, True),
]  # fmt: skip


@pytest.mark.parametrize(("days", "what", "late", "ifrs", "stopped"), TABLE)
def test_days_past_due_say_how_bad_it_is(days: int, what: AssetClass, late: Bucket, ifrs: int, stopped: bool) -> None:
    terms = ClassTerms()
    assert (asset_class(days, terms), bucket(days), stage(days, terms)) == (what, late, ifrs)
    assert is_non_accrual(days, terms) is stopped


def test_only_the_last_three_classes_are_non_performing() -> None:
    assert [one.is_non_performing for one in AssetClass] == [False, False, True, True, True]


def test_thresholds_out_of_order_are_seen() -> None:
    assert ClassTerms().is_in_order
    assert not replace(ClassTerms(), doubtful_days=90).is_in_order
    assert not replace(ClassTerms(), stage_3_days=30).is_in_order
