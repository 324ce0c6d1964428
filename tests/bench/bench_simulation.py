"""How fast people live: the promise is 10,000 people for 365 days, under the policy and both rivals, in 2 minutes on 2 cores.

A part of them is simulated in one process, by its own processor time, so that whoever else uses the machine is not counted;
two processes share the people evenly, so half of that is what two cores of one's own take, besides reading the products.
One whole decision, asked alone in turns with the parts, is the yardstick.
"""

import os
import time

import numpy as np

from creditline.decision.decide import decide
from creditline.decision.known import known_at
from creditline.decision.outcome import Kind
from creditline.edge.products import load_product
from creditline.edge.simulated import read_assumptions
from creditline.simulation.record import FIELDS
from creditline.simulation.run import Plan, arms_of, live_through
from tests.bench.bench_decision import AS_OF, a_life, a_question

PROMISED_S, PROMISED_PEOPLE, CORES, DAYS = 120, 10_000, 2, 365
PARTS = int(os.environ.get("BENCH_PARTS", "8"))


def main() -> None:
    """Let some parts of the people live; print person-days a second, decisions, and the share of the promised time."""
    product = load_product("consumer_revolving")
    plan = Plan(assumed=read_assumptions(None), people_count=PROMISED_PEOPLE, days=DAYS, seed=1)
    arms = arms_of(product, None)
    facts = a_life(months_late=0)
    live_through(plan, arms, (0, 10))
    taken_s, decision_s, answers, people = [], [], 0, 0
    for first, end in list(plan.parts())[:PARTS]:
        started = time.process_time()
        found = live_through(plan, arms, (first, end))
        between = time.process_time()
        for _ in range(100):
            decide(product, a_question(Kind.RESTORATION), known_at(product, facts, as_of=AS_OF), is_explained=False)
        decision_s.append((time.process_time() - between) / 100)
        taken_s.append(between - started)
        people += end - first
        names = ("at_once", "staged", "observed", "draws", "declined", "kept", "early", "condition_failed")
        answers += sum(int(rows[:, [FIELDS.index(name) for name in names]].sum()) for rows in found.rows.values())
    total_s = sum(taken_s)
    whole_s = total_s / people * PROMISED_PEOPLE / CORES
    print(
        f"{'people':>8} {'policies':>9} {'CPU s':>7} {'person-days/s/core':>19} {'answers':>9} {'us an answer':>13} {'in decisions alone':>19}"
    )
    print(
        f"{people:>8,} {len(arms):>9} {total_s:>7.1f} {people * DAYS / total_s:>19,.0f} {answers:>9,}"
        f" {total_s / answers * 1e6:>13.0f} {total_s / answers / np.median(decision_s):>19.2f}"
    )
    print(
        f"{PROMISED_PEOPLE:,} people x {DAYS} days on {CORES} cores: {whole_s:.0f} s of CPU a core, "
        f"{whole_s / PROMISED_S:.2f} of the {PROMISED_S} s promised."
    )


if __name__ == "__main__":
    main()
