"""Every feature, in the order of the columns: append at the end of a source, and the version changes by itself."""

import hashlib
from collections.abc import Sequence

import msgspec

from creditline.profile.catalogue import bureau, engagement, evidence, income, life, orders, payments, usage
from creditline.profile.feature import Feature, Ratio

FEATURES: tuple[Feature | Ratio, ...] = (
    *usage.FEATURES,
    *orders.FEATURES,
    *payments.FEATURES,
    *life.FEATURES,
    *income.FEATURES,
    *bureau.FEATURES,
    *evidence.FEATURES,
    *engagement.FEATURES,
)


def catalogue_version(features: Sequence[Feature | Ratio]) -> str:
    """Return the sha256 of what the features compute, in their order; a reworded why changes nothing."""
    meaning = [{name: value for name, value in msgspec.to_builtins(one).items() if name != "why"} for one in features]
    return hashlib.sha256(msgspec.json.encode(meaning)).hexdigest()
