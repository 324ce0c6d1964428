"""What it costs to read only what borrowers let us read, beside profiling them, in CPU time of one run.

The promise is at most a tenth of the profile of one borrower who said nothing, and a hundredth of that of a book in which
nobody did. Where each of a book withdrew something, it is told and not promised: fewer facts are profiled then.
"""

import numpy as np

from creditline.events.consent import ConsentGiven, ConsentWithdrawn
from creditline.events.frames import Facts
from creditline.profile.catalogue import FEATURES
from creditline.profile.consent import readable, unread_of
from creditline.profile.kernel import profile
from tests.bench.bench_profile import BORROWERS, FACTS_EACH, NOW_US, OFTEN, a_book, timed

EVERY_FIFTIETH = {**OFTEN, ConsentGiven.number: 1, ConsentWithdrawn.number: 1}
"""About two consents a borrower beside an ordinary life."""
PROMISED_ALONE = 0.10
PROMISED_BOOK = 0.01


def shares(facts: Facts, *, times: int) -> tuple[float, float]:
    """Return the seconds of profiling facts, and those of it in which is found what may be read."""
    as_of_us = np.full(len(facts.borrowers), NOW_US)
    costs = timed(
        {
            "ours": lambda: profile(facts, FEATURES, as_of_us=as_of_us),
            "ours, consents": lambda: readable(facts, unread_of(facts, as_of_us=as_of_us)),
        },
        times=times,
    )
    return costs["ours"], costs["ours, consents"]


def main() -> None:
    """Time one borrower and two books, and print the table."""
    print(f"{'':<52} {'profile':>12} {'consents':>12} {'share':>8}")
    for title, facts, times, promised in (
        (f"one borrower of {FACTS_EACH} facts, nothing said", a_book(1, OFTEN), 400, PROMISED_ALONE),
        (f"{BORROWERS:,} borrowers, nothing said", a_book(BORROWERS, OFTEN), 1, PROMISED_BOOK),
        (f"{BORROWERS:,} borrowers, each said something", a_book(BORROWERS, EVERY_FIFTIETH), 1, None),
    ):
        whole, part = shares(facts, times=times)
        told = "" if promised is None else f"  promised: at most {promised:.0%}"
        print(f"  {title:<50} {whole * 1e6:>9,.0f} us {part * 1e6:>9,.1f} us {part / whole:>7.1%}{told}")


if __name__ == "__main__":
    main()
