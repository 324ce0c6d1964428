"""A draft against a million recorded decisions in memory: who is answered otherwise, end to end.

Decisions of the consumer product are made by deciding 4,000 random cases of each kind and laid out as columns once; each
is then repeated until there are a million of a kind. A draft edits a threshold of the restoration table. Before anything
is timed, its impact is held to deciding every case again. Time is CPU; the best of some rounds counts.
"""

import time
from collections.abc import Sequence

import numpy as np

from creditline.decision.decide import Question, decide, known_of, replay
from creditline.decision.impact import impact_of
from creditline.decision.outcome import Decision, Kind, Position
from creditline.decision.past import past_of, repeated
from creditline.decision.product import Product, read_product
from creditline.decision.recorded import Recorded
from creditline.edge.products import load_product
from creditline.ids import id_from
from tests.decision.a_question import AS_OF, LINE

PROMISED_MS = 300
CASES_COUNT, TIMES = 4_000, 250
ROUNDS = 5
KINDS = (Kind.OPENING, Kind.DRAW, Kind.RESTORATION, Kind.REVIEW)


def main() -> None:
    """Print milliseconds a million decisions of each kind."""
    product = load_product("consumer_revolving")
    text = product.files["policy.dmn"].decode()
    draft = read_product(
        {**product.files, "policy.dmn": text.replace("<text>&gt;= 2</text>", "<text>&gt;= 1</text>").encode()}
    )
    assert draft.edition != product.edition
    print(f"{'a million recorded':<20}{'ms':>9}{'otherwise':>14}{'replaying them, ms':>22}")
    for kind in KINDS:
        cases = decisions_of(product, kind)
        started_ns = time.process_time_ns()
        again = [replay(draft, one) for one in cases]
        replayed_ms = (time.process_time_ns() - started_ns) / 1e6 * TIMES
        otherwise = sum((a.answer, a.terms) != (b.answer, b.terms) for a, b in zip(cases, again, strict=True))
        past = past_of(draft, [Recorded(decision=one, features=product.features) for one in cases])
        many = [repeated(one, TIMES) for one in past]
        best_ms = float("inf")
        for _ in range(ROUNDS):
            started_ns = time.process_time_ns()
            found = impact_of(draft, many)
            best_ms = min(best_ms, (time.process_time_ns() - started_ns) / 1e6)
        if found.changed.count != otherwise * TIMES:
            raise SystemExit(f"{kind}: impact finds {found.changed.count}, and deciding again {otherwise * TIMES}.")
        print(f"{kind:<20}{best_ms:>9.0f}{found.changed.count:>14,}{replayed_ms:>22,.0f}")
    print(f"Promised: at most {PROMISED_MS} ms.")


def decisions_of(product: Product, kind: Kind) -> Sequence[Decision]:
    """Return decisions about random borrowers, made by the product."""
    dice = np.random.default_rng(1)
    features = dice.integers(0, 12, (CASES_COUNT, len(product.features))).astype(np.float64)
    features[dice.random(features.shape) < 0.1] = np.nan
    known = known_of(product, features, [1] * CASES_COUNT)
    return [
        decide(
            product,
            Question(
                id=id_from(f"{kind} {at}", at=AS_OF),
                kind=kind,
                borrower="ada",
                line=LINE,
                currency="CNY",
                as_of=AS_OF,
                position=Position(
                    granted_minor=1_000_000,
                    drawn_minor=400_000,
                    reserved_minor=0,
                    withheld_minor=0,
                    available_minor=600_000,
                    requested_minor=int(dice.integers(1, 800_000)),
                    is_blocked=bool(dice.random() < 0.05),
                ),
            ),
            one,
        )
        for at, one in enumerate(known)
    ]


if __name__ == "__main__":
    main()
