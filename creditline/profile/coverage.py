"""Coverage: of which sources anything at all is known, so that "no orders" and "no order data" are told apart."""

from creditline.events.frames import Facts
from creditline.profile.kernel import SOURCES, Ints, sources_known

__all__ = ["SOURCES", "sources_count", "sources_known"]


def sources_count(facts: Facts, *, as_of_us: Ints) -> Ints:
    """Return how many sources are known of each borrower as of their instant, int64[n] in 0..8."""
    counts: Ints = sources_known(facts, as_of_us=as_of_us).sum(axis=1)
    return counts
