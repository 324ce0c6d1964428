"""What one whole decision costs in memory, and what its parts cost: the promise is at most 500 us of CPU.

A borrower with half a year of events is decided about again and again: features by the kernel, both scores, the tables,
and the reasons. The contestants take turns within each round, and the best round of each counts.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from creditline.clock import to_us
from creditline.decision.decide import Question, decide, known_of, replay, scores_of
from creditline.decision.outcome import Answer, Kind, Position, seal
from creditline.decision.tables import TABLES, ask, given_of
from creditline.edge.products import load_product
from creditline.events.catalogue import DrawMade, IncomeReceived, LineOpened, RepaymentReceived, StatementIssued
from creditline.events.frames import Facts, facts_of_arrays
from creditline.ids import id_from
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile_and_sources

PROMISED_US = 500
ROUNDS = 40
CALLS = 20
AS_OF = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_life(*, months_late: int) -> Facts:
    """Return half a year of one borrower: 97 facts, ending with a statement so many months late."""
    told: list[tuple[int, timedelta, int, int]] = [(LineOpened.number, timedelta(days=190), 1_000_000, 0)]
    for month in range(6):
        start = timedelta(days=180 - 30 * month)
        told += [(DrawMade.number, start - timedelta(days=day), 20_000 + day, 0) for day in range(1, 12)]
        told += [(RepaymentReceived.number, start - timedelta(days=day), 15_000, 0) for day in (13, 20)]
        told += [(IncomeReceived.number, start - timedelta(days=15), 800_000, 1)]
        late = months_late if month == 5 else 0
        told += [(StatementIssued.number, start - timedelta(days=29), 120_000 + 20_000 * month, late)]
        told += [(RepaymentReceived.number, start - timedelta(days=29, hours=1), 100, 0)]
    happened_us = np.array([to_us(AS_OF - ago) for _, ago, _, _ in told], np.int64)
    return facts_of_arrays(
        ("ada",),
        borrower_index=np.zeros(len(told), np.int64),
        number=np.array([number for number, _, _, _ in told], np.uint8),
        happened_us=happened_us,
        recorded_us=happened_us,
        amount_minor=np.array([amount for _, _, amount, _ in told], np.int64),
        code=np.array([code for _, _, _, code in told], np.int32),
    )


def a_question(kind: Kind) -> Question:
    """Return a question about the borrower's line."""
    return Question(
        id=id_from(kind, at=AS_OF),
        kind=kind,
        borrower="ada",
        line=id_from("line", at=AS_OF),
        currency="CNY",
        as_of=AS_OF,
        position=Position(
            granted_minor=1_000_000,
            drawn_minor=300_000,
            reserved_minor=0,
            withheld_minor=100_000,
            available_minor=600_000,
            requested_minor=50_000,
        ),
    )


def contestants() -> dict[str, Callable[[], object]]:
    """Return what is timed, by its name in the table."""
    product = load_product("consumer_revolving")
    as_of_us = np.array([to_us(AS_OF)], np.int64)
    good, late = a_life(months_late=0), a_life(months_late=1)

    def features_of(facts: Facts) -> tuple[np.ndarray, list[int]]:
        features, is_known = profile_and_sources(facts, FEATURES, as_of_us=as_of_us)
        return features, is_known.sum(axis=1).tolist()

    def whole(kind: Kind, facts: Facts) -> Callable[[], object]:
        return lambda: decide(product, a_question(kind), known_of(product, *features_of(facts))[0])

    features, sources_count = features_of(late)
    (known,) = known_of(product, features, sources_count)
    restored = decide(product, a_question(Kind.RESTORATION), known)
    approved = decide(product, a_question(Kind.DRAW), known_of(product, *features_of(good))[0])
    assert restored.answer is Answer.OBSERVED
    assert restored.reasons
    assert approved.answer is Answer.APPROVE
    numbers = product.parameters.at(AS_OF.date(), currency="CNY")

    def tables_alone() -> object:
        given = given_of(
            product,
            restored.position,
            features=known.features,
            sources_count=known.sources_count,
            scores=known.scores,
            numbers=numbers,
        )
        return ask(product, Kind.RESTORATION, TABLES[Kind.RESTORATION], given)

    return {
        "whole: a draw, approved": whole(Kind.DRAW, good),
        "whole: a restoration, observed, with reasons": whole(Kind.RESTORATION, late),
        "part: features and sources of 97 facts": lambda: features_of(late),
        "part: both scores and the grade": lambda: scores_of(product, features),
        "part: tables alone": tables_alone,
        "part: tables and reasons": lambda: decide(product, a_question(Kind.RESTORATION), known),
        "beside: seal of the record": lambda: seal(restored),
        "beside: replay from the record": lambda: replay(product, restored),
    }


def main() -> None:
    """Time all contestants in turn and print what each costs and what it leaves of the promise."""
    timed = contestants()
    best_us = dict.fromkeys(timed, float("inf"))
    for _ in range(ROUNDS):
        for name, call in timed.items():
            started_ns = time.process_time_ns()
            for _ in range(CALLS):
                call()
            best_us[name] = min(best_us[name], (time.process_time_ns() - started_ns) / CALLS / 1000)
    print(f"{'one borrower':<46} {'CPU us':>8} {'of the promise':>15}")
    for name, cost_us in best_us.items():
        print(f"{name:<46} {cost_us:>8.0f} {cost_us / PROMISED_US:>14.0%}")
    worst_us = max(cost_us for name, cost_us in best_us.items() if name.startswith("whole"))
    print(f"Promised: at most {PROMISED_US} us for a whole decision; the dearest took {worst_us:.0f} us.")


if __name__ == "__main__":
    main()
