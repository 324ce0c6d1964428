"""Everything an analyst is told of a table, against what it may take: 50 ms for 40 rules, 1 s for 1,000.

Tables of 6 inputs with ranges of numbers, dense (few break points) and scattered (many), with a last rule for the rest and
without, FIRST and UNIQUE; the shipped product under all its numbers; and a table made to be hard, whose question is left
open at a bound. CPU time of this process, the best of several rounds in which the contestants take turns.
"""

import time
from collections.abc import Callable

import numpy as np

from creditline.decision.soundness import check_product
from creditline.edge.products import load_product
from creditline.policy.check.finding import Finding, FindingCode
from creditline.policy.check.surroundings import Surroundings
from creditline.policy.check.whole import check_policy
from creditline.policy.feel import Cell, Name, read_cell, read_expression
from creditline.policy.table import Column, DecisionTable, HitPolicy, Input, Output, Policy, Rule

ROUNDS = 5
COLUMNS_COUNT = 6
PROMISED_MS = {40: 50.0, 1000: 1000.0}
SWITCHES, CLAUSES = 60, 256


def main() -> None:
    """Print milliseconds against the promise."""
    product = load_product("consumer_revolving")
    contests: dict[str, tuple[Callable[[], tuple[Finding, ...]], float]] = {
        f"{rules} rules, {hit}, {title}": (checking(wide(rules, hit, top=top, is_closed=is_closed)), PROMISED_MS[rules])
        for rules in (40, 1000)
        for hit, title, top, is_closed in (
            (HitPolicy.FIRST, "dense", 100, True),
            (HitPolicy.FIRST, "dense, open", 100, False),
            (HitPolicy.FIRST, "scattered", 100_000, True),
            (HitPolicy.UNIQUE, "scattered", 100_000, True),
        )
    }
    contests["consumer_revolving, 34 rules"] = (lambda: check_product(product), 4 * PROMISED_MS[40])
    contests[f"made to be hard, {CLAUSES} rules"] = (checking(hard()), 4 * PROMISED_MS[1000])
    best_ms = dict.fromkeys(contests, float("inf"))
    for _ in range(ROUNDS):
        for title, (check, _) in contests.items():
            started_ns = time.process_time_ns()
            check()
            best_ms[title] = min(best_ms[title], (time.process_time_ns() - started_ns) / 1e6)
    print(f"{'checks':<36}{'ms':>9}{'promised':>10}{'ratio':>8}{'found':>8}")
    for title, (check, promised_ms) in contests.items():
        found = check()
        is_open = any(one.code is FindingCode.BOUND_REACHED for one in found)
        left = "  a question was left open at its bound" if is_open else ""
        ratio = best_ms[title] / promised_ms
        print(f"{title:<36}{best_ms[title]:>9.1f}{promised_ms:>10.0f}{ratio:>8.2f}{len(found):>8}{left}")


def checking(policy: Policy) -> Callable[[], tuple[Finding, ...]]:
    """Return the check of a policy of which nothing else is known."""
    return lambda: check_policy(policy, Surroundings())


def a_cell(dice: np.random.Generator, top: int) -> Cell:
    """Return a cell over numbers up to `top`: open, one bound, or a range."""
    low, width = int(dice.integers(0, int(top * 0.9))), int(dice.integers(top // 20, int(top * 0.6)))
    return read_cell(["-", f">= {low}", f"< {low + width}", f"[{low}..{low + width}]"][dice.integers(0, 4)])


def wide(rules_count: int, hit_policy: HitPolicy, *, top: int, is_closed: bool) -> Policy:
    """Return a policy of one table of random ranges; a closed one ends with a rule for the rest."""
    dice = np.random.default_rng(1)
    names = [f"x{at}" for at in range(COLUMNS_COUNT)]
    rules = [
        Rule(cells=tuple(a_cell(dice, top) for _ in names), outputs=(read_expression(str(dice.integers(0, 1000))),))
        for _ in range(rules_count - is_closed)
    ]
    if is_closed:
        rules.append(Rule(cells=tuple(read_cell("-") for _ in names), outputs=(read_expression("0"),)))
    return a_policy(names, "number", hit_policy, rules)


def hard() -> Policy:
    """Return a policy whose gaps are the solutions of random clauses of three, at the density where those are hardest."""
    dice = np.random.default_rng(1)
    names = [f"x{at}" for at in range(SWITCHES)]
    rules = []
    for _ in range(CLAUSES):
        chosen = dice.choice(SWITCHES, 3, replace=False)
        cells = {int(at): read_cell(["true", "false"][dice.integers(0, 2)]) for at in chosen}
        rules.append(
            Rule(cells=tuple(cells.get(at, read_cell("-")) for at in range(SWITCHES)), outputs=(read_expression("1"),))
        )
    return a_policy(names, "boolean", HitPolicy.FIRST, rules)


def a_policy(names: list[str], kind: str, hit_policy: HitPolicy, rules: list[Rule]) -> Policy:
    """Return a policy of one table over inputs of one kind."""
    table = DecisionTable(
        name="wide",
        hit_policy=hit_policy,
        columns=tuple(Column(label=name, expression=Name(name), kind=kind) for name in names),
        outputs=(Output(name="out", kind="number"),),
        rules=tuple(rules),
    )
    return Policy(name="wide", inputs=tuple(Input(name=name, kind=kind) for name in names), decisions=(table,))


if __name__ == "__main__":
    main()
