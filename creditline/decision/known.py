"""What is known of a borrower as of an instant, in the order of a product's own catalogue."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from creditline.clock import to_us
from creditline.decision.decide import Known, known_of
from creditline.decision.product import Product
from creditline.events.frames import Facts
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile_and_sources

NAMES = tuple(feature.name for feature in FEATURES)


def known_at(product: Product, facts: Facts, *, as_of: datetime) -> Known:
    """Return what is known of the one borrower of `facts`."""
    as_of_us = np.array([to_us(as_of)], dtype=np.int64)
    features, is_known = profile_and_sources(facts, FEATURES, as_of_us=as_of_us, asked=product.consents.asked)
    return known_of(product, in_order_of(product, features), is_known.sum(axis=1).tolist())[0]


def in_order_of(product: Product, features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return columns in a product's own catalogue order; a feature this program no longer has is not known (NaN)."""
    if product.features == NAMES:
        return features
    columns = np.full((len(features), len(product.features)), np.nan)
    for place, name in enumerate(product.features):
        if name in NAMES:
            columns[:, place] = features[:, NAMES.index(name)]
    return columns
