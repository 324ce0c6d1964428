"""One row through a decision table: compiled, against zen-engine and against the reference evaluator.

The same tables and the same inputs for all three: a wide table of 40 rules, 6 inputs and 5 outputs, and those tables of
the consumer product that need no other. zen-engine reads them as JDM, written here from our own tree; before anything is
timed, every answer of the three is held to be equal. The contestants take turns within each round, and the best round of
each counts. The promise is at most 2 us for a row of the wide table.
"""

import importlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from creditline.edge.products import load_product
from creditline.policy.compiled import CompiledPolicy, compile_policy
from creditline.policy.evaluate import evaluate
from creditline.policy.feel import (
    Against,
    Between,
    Cell,
    Constant,
    Expression,
    Name,
    Operation,
    read_cell,
    read_expression,
)
from creditline.policy.table import (
    Column,
    DecisionTable,
    HitPolicy,
    Input,
    Output,
    Policy,
    Rule,
    Value,
    names_read,
)

PROMISED_US = 2.0
ROUNDS = 9
ROWS_COUNT = 300
RULES_COUNT, COLUMNS_COUNT, OUTPUTS_COUNT = 40, 6, 5
TABLES = ("grade_terms", "draw", "review")

Given = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A table, the rows it is asked about, and the contestants, each a function from a row to its outputs."""

    title: str
    rows: Sequence[Given]
    contestants: Mapping[str, Callable[[Any], Mapping[str, Any]]]
    asked: Mapping[str, Sequence[Any]]


def main() -> None:
    """Print microseconds a row and ratios to the compiled executor."""
    dice = np.random.default_rng(1)
    contests = [wide_contest(dice), *(product_contest(table, dice) for table in TABLES)]
    print(f"{'one row':<34}{'us':>9}{'ratio':>9}")
    for contest in contests:
        prove_equal(contest)
        best_us = timed(contest)
        print(contest.title)
        for name, cost_us in best_us.items():
            print(f"  {name:<32}{cost_us:>9.2f}{cost_us / best_us['compiled']:>9.1f}")
        if contest is contests[0]:
            print(f"  Promised: at most {PROMISED_US} us; it took {best_us['compiled']:.2f} us.")


def timed(contest: Contest) -> dict[str, float]:
    """Return the best time a row of each contestant, in us of CPU; they take turns within each round."""
    best_us = dict.fromkeys(contest.contestants, float("inf"))
    for _ in range(ROUNDS):
        for name, call in contest.contestants.items():
            rows = contest.asked[name]
            started_ns = time.process_time_ns()
            for row in rows:
                call(row)
            best_us[name] = min(best_us[name], (time.process_time_ns() - started_ns) / len(rows) / 1000)
    return best_us


def prove_equal(contest: Contest) -> None:
    """Hold every answer of every contestant to the reference's; a difference ends the run."""
    for at, row in enumerate(contest.rows):
        answers = {name: plain(call(contest.asked[name][at])) for name, call in contest.contestants.items()}
        if any(answer != answers["reference"] for answer in answers.values()):
            raise SystemExit(f"{contest.title}: the answers to {row} differ: {answers}.")


def plain(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs so that they can be compared: numbers as floats, and no empty ones, which zen-engine leaves out."""
    numbers = int | float | Decimal
    return {
        name: float(value) if isinstance(value, numbers) else value
        for name, value in outputs.items()
        if value is not None
    }


def contest_of(title: str, policy: Policy, compiled: CompiledPolicy, table: str, rows: Sequence[Given]) -> Contest:
    """Return the contest about one table; zen-engine gets the inputs that the table reads, as floats."""
    decision = policy.decision(table)
    assert isinstance(decision, DecisionTable)
    is_known = all(value is not None for row in rows for value in row.values())
    jdm = json.dumps(jdm_of(decision, is_known=is_known))
    zen = importlib.import_module("zen").ZenEngine().create_decision(jdm)
    read = names_read(policy, table)
    floats = [{name: as_float(value) for name, value in row.items() if name in read} for row in rows]
    return Contest(
        title=title,
        rows=rows,
        contestants={
            "compiled": lambda row: compiled.decide(table, row).outputs,
            "zen-engine": lambda row: zen.evaluate(row)["result"],
            "reference": lambda row: evaluate(policy, table, row).outputs,
        },
        asked={"compiled": rows, "zen-engine": floats, "reference": rows},
    )


def as_float(value: Value) -> Any:
    """Return a value as JSON can say it."""
    return float(value) if isinstance(value, Decimal) else value


def wide_contest(dice: np.random.Generator) -> Contest:
    """Return the contest about the wide table: ranges of numbers, every third cell open, all outputs literal."""
    names = [f"x{at}" for at in range(COLUMNS_COUNT)]
    outputs = [f"out{at}" for at in range(OUTPUTS_COUNT)]
    rules = [
        Rule(
            cells=tuple(a_cell(dice) for _ in names),
            outputs=tuple(read_expression(str(dice.integers(0, 1000))) for _ in outputs),
        )
        for _ in range(RULES_COUNT - 1)
    ]
    last = Rule(cells=tuple(read_cell("-") for _ in names), outputs=tuple(read_expression("0") for _ in outputs))
    table = DecisionTable(
        name="wide",
        hit_policy=HitPolicy.FIRST,
        columns=tuple(Column(label=name, expression=Name(name), kind="number") for name in names),
        outputs=tuple(Output(name=name, kind="number") for name in outputs),
        rules=(*rules, last),
    )
    policy = Policy(name="wide", inputs=tuple(Input(name=name, kind="number") for name in names), decisions=(table,))
    rows = [{name: int(dice.integers(0, 100)) for name in names} for _ in range(ROWS_COUNT)]
    title = f"{RULES_COUNT} rules, {COLUMNS_COUNT} inputs, {OUTPUTS_COUNT} outputs"
    return contest_of(title, policy, compile_policy(policy), "wide", rows)


def a_cell(dice: np.random.Generator) -> Cell:
    """Return a cell over numbers up to 100: open, one bound, or a range."""
    low, width = int(dice.integers(0, 90)), int(dice.integers(5, 60))
    return read_cell(["-", f">= {low}", f"< {low + width}", f"[{low}..{low + width}]"][dice.integers(0, 4)])


def product_contest(table: str, dice: np.random.Generator) -> Contest:
    """Return the contest about a table of the consumer product, over values on and beside its break points."""
    product = load_product("consumer_revolving")
    numbers = product.parameters.at(date(2026, 3, 2), currency="CNY")
    usual: dict[str, Sequence[Value]] = {
        "months_late_last_count": (None, 0, 0, 0, 1, 2, 3),
        "evidence_income_valid_count": (None, 0, 1),
        "utilisation_ratio": (None, Decimal("0.1"), Decimal("0.3"), Decimal("0.95")),
        "days_on_book_count": (None, 179, 180, 400),
        "draws_1d_count": (0, 1, 9, 10, 11),
        "grade": (None, *range(1, 22)),
        "is_blocked": (False, False, False, True),
        "accepts_partial": (False, True),
        "available_minor": (0, 50_000, 600_000),
        "requested_minor": (1_000, 50_000, 600_001),
    }
    read = names_read(product.policy, table) - numbers.keys()
    rows = [
        {**numbers, **{name: usual[name][int(dice.integers(0, len(usual[name])))] for name in sorted(read)}}
        for _ in range(ROWS_COUNT)
    ]
    return contest_of(f"consumer_revolving: {table}", product.policy, product.compiled, table, rows)


def jdm_of(table: DecisionTable, *, is_known: bool) -> dict[str, Any]:
    """Return a decision table as zen-engine reads it; where inputs may be null, each comparison says so first."""
    rules = [
        {f"i{at}": jdm_cell(cell, is_known=is_known) for at, cell in enumerate(rule.cells)}
        | {f"o{at}": jdm_expression(output) for at, output in enumerate(rule.outputs)}
        | {"_id": f"r{number}"}
        for number, rule in enumerate(table.rules)
    ]
    content = {
        "hitPolicy": "first",
        "inputs": [
            {"id": f"i{at}", "name": column.label, "field": jdm_expression(column.expression)}
            for at, column in enumerate(table.columns)
        ],
        "outputs": [
            {"id": f"o{at}", "name": output.name, "field": output.name} for at, output in enumerate(table.outputs)
        ],
        "rules": rules,
    }
    nodes = [("in", "inputNode", {}), ("table", "decisionTableNode", content), ("out", "outputNode", {})]
    return {
        "nodes": [
            {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}, "content": own}
            for name, kind, own in nodes
        ],
        "edges": [
            {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
            for source, target in (("in", "table"), ("table", "out"))
        ],
    }


def jdm_cell(cell: Cell, *, is_known: bool) -> str:
    """Return a cell in zen-engine's own words, in which `$` is the input; an open cell is empty.

    There is no bracket around a test, because a cell that begins with one is an open range; `and` binds before `or`.
    """
    tests = " or ".join(jdm_test(test, is_known=is_known) for test in cell.tests)
    return f"not({tests})" if cell.is_negated else tests


def jdm_test(test: Against | Between, *, is_known: bool) -> str:
    """Return one comparison."""
    first = "" if is_known else "$ != null and "
    match test:
        case Against(sign="=", value=value):
            return f"$ == {jdm_expression(value)}"
        case Against(sign=sign, value=value):
            return f"{first}$ {sign} {jdm_expression(value)}"
        case Between(low=low, high=high, has_low=has_low, has_high=has_high):
            above, below = (">=" if has_low else ">"), ("<=" if has_high else "<")
            return f"{first}$ {above} {jdm_expression(low)} and $ {below} {jdm_expression(high)}"


def jdm_expression(node: Expression) -> str:
    """Return an expression; those of the tables measured have no calls and no choices."""
    match node:
        case Constant(kind="string", text=text):
            return f"'{text}'"
        case Constant(text=text):
            return text
        case Name(name=name):
            return name
        case Operation(sign=sign, left=left, right=right):
            return f"({jdm_expression(left)} {sign} {jdm_expression(right)})"
        case _:
            raise SystemExit(f"The bench does not write {node} for zen-engine. Choose another table.")


if __name__ == "__main__":
    main()
