"""What it costs to run a line forward with four alternative behaviours: the promise is a p99 of at most 20 ms.

A borrower with half a year of facts waits for three tranches; a year is looked at, in memory. Each call takes turns with one
whole decision, the yardstick, so that a busy machine slows both.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from creditline.decision.decide import decide
from creditline.decision.known import known_at
from creditline.decision.outcome import Kind
from creditline.decision.settle import new_loan
from creditline.edge.products import load_product
from creditline.events.catalogue import EvidenceVerified, StatementIssued
from creditline.ids import id_from
from creditline.ledger.line import Line
from creditline.restoration.advice import advise
from creditline.restoration.behaviour import catalogue_of
from creditline.restoration.course import Act, Standing, Step
from creditline.restoration.forecast import forecast
from creditline.restoration.plan import Tranche
from tests.bench.bench_decision import AS_OF, a_life, a_question

PROMISED_MS = 20
ROUNDS = 400
ADVICE_ROUNDS = 20
AHEAD = timedelta(days=365)


def a_standing(*, months_late: int) -> Standing:
    """Return a line of which three parts wait, for a borrower who is so many months late."""
    product = load_product("consumer_revolving")
    line = Line(
        id=id_from("line", at=AS_OF), borrower="ada", product=product.name, currency="CNY", granted_minor=1_000_000,
        drawn_minor=400_000, reserved_minor=0, withheld_minor=90_000, self_limit_minor=None, block_reason=None, apr_bp=900,
        version=9, opened_at=AS_OF - timedelta(days=190), booked_at=AS_OF,
    )  # fmt: skip
    tranches = tuple(
        Tranche(
            id=id_from(f"tranche {month}", at=AS_OF), line=line.id, decision=id_from("decision", at=AS_OF), ordinal=month,
            amount_minor=30_000, due_on=date(2026, 3, 2) + timedelta(days=30 * month), condition="no_arrears_and_calm",
            edition=product.edition,
        )
        for month in (1, 2, 3)
    )  # fmt: skip
    return Standing(
        line=line, loans=(new_loan(product, line, loan=id_from("loan", at=AS_OF), amount_minor=400_000, at=AS_OF),), tranches=tranches, reserved=(), facts=a_life(months_late=months_late), product=product,
        editions={product.edition: product}, as_of=AS_OF + timedelta(seconds=1),
    )  # fmt: skip


def behaviours() -> tuple[Sequence[Step], ...]:
    """Return nothing new, and four alternatives."""

    def on(day: int, act: Act, amount_minor: int, number: int = 0) -> Step:
        return Step(happens_at=AS_OF + timedelta(days=day), act=act, amount_minor=amount_minor, number=number)

    paid = on(20, Act.FACT, 300_000, StatementIssued.number)
    return (
        (),
        (paid,),
        (paid, on(21, Act.REPAY, 100_000), on(50, Act.REPAY, 100_000)),
        (on(5, Act.DRAW, 50_000), on(9, Act.DRAW, 50_000), paid),
        (on(3, Act.FACT, 800_000, EvidenceVerified.number), paid, on(22, Act.REPAY, 400_000)),
    )


def main() -> None:
    """Time forecasts for a borrower who pays and for one who is late; print percentiles and what is promised."""
    asked, until = behaviours(), AS_OF + AHEAD
    print(f"{'four alternatives and nothing new, a year':<44} {'p50 ms':>7} {'p99 ms':>7} {'decisions':>10}")
    for name, months_late in (("who pays", 0), ("late: put off twelve times", 2)):
        fresh = a_standing(months_late=months_late)
        taken_ms, decision_ms = [], []
        for _ in range(ROUNDS):
            standing = replace(fresh, seen={})
            started_ns = time.perf_counter_ns()
            for steps in asked:
                forecast(standing, steps, until=until)
            between_ns = time.perf_counter_ns()
            decide(
                standing.product, a_question(Kind.RESTORATION), known_at(standing.product, standing.facts, as_of=AS_OF)
            )
            taken_ms.append((between_ns - started_ns) / 1e6)
            decision_ms.append((time.perf_counter_ns() - between_ns) / 1e6)
        p50, p99 = np.percentile(taken_ms, (50, 99))
        print(f"{name:<44} {p50:>7.2f} {p99:>7.2f} {p50 / np.median(decision_ms):>10.1f}")
    print(f"{'everything listed, alone and in pairs':<44} {'p50 ms':>7} {'p99 ms':>7} {'decisions':>10}")
    for name, months_late in (("who pays", 0), ("late: put off twelve times", 2)):
        fresh = a_standing(months_late=months_late)
        taken_ms = []
        for _ in range(ADVICE_ROUNDS):
            started_ns = time.perf_counter_ns()
            advise(replace(fresh, seen={}), catalogue_of(fresh.product))
            taken_ms.append((time.perf_counter_ns() - started_ns) / 1e6)
        p50, p99 = np.percentile(taken_ms, (50, 99))
        print(f"{name:<44} {p50:>7.2f} {p99:>7.2f} {p50 / np.median(decision_ms):>10.1f}")
    print(
        f"Promised: p99 of at most {PROMISED_MS} ms for four alternatives. The last column is in whole restoration decisions of one run."
    )


if __name__ == "__main__":
    main()
