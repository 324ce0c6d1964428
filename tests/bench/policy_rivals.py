"""The rivals of the policy bench, made from the same tree: zen-engine's JDM, the naive Polars when-chain, numpy's select."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
from creditline.policy.table import Column, DecisionTable, HitPolicy, Input, Output, Policy, Rule, constant
from creditline.policy.values import Value

Many = Callable[[pl.DataFrame], Mapping[str, Any]]
"""Answer every row of a frame: outputs by name."""

COLUMNS_COUNT, OUTPUTS_COUNT = 6, 5


def wide_policy(rules_count: int, dice: np.random.Generator) -> Policy:
    """Return a policy of one table `wide`: ranges of numbers, every fourth cell open, all outputs literal."""
    names = [f"x{at}" for at in range(COLUMNS_COUNT)]
    outputs = [f"out{at}" for at in range(OUTPUTS_COUNT)]
    rules = [
        Rule(
            cells=tuple(a_cell(dice) for _ in names),
            outputs=tuple(read_expression(str(dice.integers(0, 1000))) for _ in outputs),
        )
        for _ in range(rules_count - 1)
    ]
    last = Rule(cells=tuple(read_cell("-") for _ in names), outputs=tuple(read_expression("0") for _ in outputs))
    table = DecisionTable(
        name="wide",
        hit_policy=HitPolicy.FIRST,
        columns=tuple(Column(label=name, expression=Name(name), kind="number") for name in names),
        outputs=tuple(Output(name=name, kind="number") for name in outputs),
        rules=(*rules, last),
    )
    return Policy(name="wide", inputs=tuple(Input(name=name, kind="number") for name in names), decisions=(table,))


def wide_table(policy: Policy) -> DecisionTable:
    """Return the one table of a wide policy."""
    table = policy.decision("wide")
    assert isinstance(table, DecisionTable)
    return table


def a_cell(dice: np.random.Generator) -> Cell:
    """Return a cell over numbers up to 100: open, one bound, or a range."""
    low, width = int(dice.integers(0, 90)), int(dice.integers(5, 60))
    return read_cell(["-", f">= {low}", f"< {low + width}", f"[{low}..{low + width}]"][dice.integers(0, 4)])


def when_chain(table: DecisionTable) -> Many:
    """Return what one writes at first in Polars: a chain of when and then for each output, whose null is no match."""
    conditions = [
        [
            _polars(cell, pl.col(column.label))
            for cell, column in zip(rule.cells, table.columns, strict=True)
            if cell.tests
        ]
        for rule in table.rules
    ]
    chains: list[pl.Expr] = []
    for at, output in enumerate(table.outputs):
        chain: Any = pl
        for rule, tests in zip(table.rules, conditions, strict=True):
            chain = chain.when(*(tests or [pl.lit(value=True)])).then(pl.lit(_number(rule.outputs[at]), pl.Int64))
        chains.append(chain.otherwise(None).alias(output.name))
    return lambda frame: frame.select(chains).to_dict()


def _polars(cell: Cell, value: pl.Expr) -> pl.Expr:
    (test,) = cell.tests
    match test:
        case Against(sign=sign, value=wanted):
            return {">=": value.ge, "<": value.lt, ">": value.gt, "<=": value.le, "=": value.eq}[sign](_number(wanted))
        case Between(low=low, high=high):
            return value.is_between(_number(low), _number(high))


def numpy_select(table: DecisionTable) -> Many:
    """Return the same in numpy: a mask a rule, `select` for the rule, and a lookup of each output; NaN is null."""
    outputs = {
        output.name: np.array([_number(rule.outputs[at]) for rule in table.rules])
        for at, output in enumerate(table.outputs)
    }

    def answer(frame: pl.DataFrame) -> Mapping[str, Any]:
        held = {name: frame[name].to_numpy() for name in frame.columns}
        everything = np.ones(frame.height, np.bool_)
        masks = []
        for rule in table.rules:
            mask = everything
            for cell, column in zip(rule.cells, table.columns, strict=True):
                mask = mask & _numpy(cell, held[column.label]) if cell.tests else mask
            masks.append(mask)
        places = np.select(masks, list(range(len(masks))))
        return {name: by_rule[places] for name, by_rule in outputs.items()}

    return answer


def _numpy(cell: Cell, value: NDArray[Any]) -> NDArray[np.bool_]:
    (test,) = cell.tests
    match test:
        case Against(sign=sign, value=wanted):
            compare = {">=": np.greater_equal, "<": np.less, ">": np.greater, "<=": np.less_equal, "=": np.equal}[sign]
            return np.asarray(compare(value, _number(wanted)))
        case Between(low=low, high=high):
            return np.asarray((value >= _number(low)) & (value <= _number(high)))


def _number(node: Expression) -> int:
    """Return a literal of the wide table, which has whole numbers only."""
    assert isinstance(node, Constant)
    value: Value = constant(node)
    assert isinstance(value, int)
    return value


def jdm_of(table: DecisionTable) -> dict[str, Any]:
    """Return a decision table as zen-engine reads it."""
    rules = [
        {f"i{at}": jdm_cell(cell) for at, cell in enumerate(rule.cells)}
        | {f"o{at}": jdm_expression(output) for at, output in enumerate(rule.outputs)}
        for rule in table.rules
    ]
    fields = [(column.label, jdm_expression(column.expression)) for column in table.columns]
    return _jdm(fields, [output.name for output in table.outputs], rules)


def jdm_of_cells(column: str, cells: Sequence[str]) -> dict[str, Any]:
    """Return a table over one column, written in words that both languages share; `out` is the number of the rule."""
    rules = [{"i0": cell, "o0": str(number)} for number, cell in enumerate(cells, start=1)]
    return _jdm([(column, column)], ["out"], rules)


def _jdm(
    fields: Sequence[tuple[str, str]], outputs: Sequence[str], rules: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": f"i{at}", "name": label, "field": field} for at, (label, field) in enumerate(fields)],
        "outputs": [{"id": f"o{at}", "name": name, "field": name} for at, name in enumerate(outputs)],
        "rules": [{**rule, "_id": f"r{number}"} for number, rule in enumerate(rules)],
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


def jdm_cell(cell: Cell) -> str:
    """Return a cell in zen-engine's own words, in which `$` is the input; an open cell is empty.

    There is no bracket around a test, because a cell that begins with one is an open range; `and` binds before `or`.
    """
    tests = " or ".join(jdm_test(test) for test in cell.tests)
    return f"not({tests})" if cell.is_negated else tests


def jdm_test(test: Against | Between) -> str:
    """Return one comparison."""
    match test:
        case Against(sign="=", value=value):
            return f"$ == {jdm_expression(value)}"
        case Against(sign=sign, value=value):
            return f"$ {sign} {jdm_expression(value)}"
        case Between(low=low, high=high, has_low=has_low, has_high=has_high):
            above, below = (">=" if has_low else ">"), ("<=" if has_high else "<")
            return f"$ {above} {jdm_expression(low)} and $ {below} {jdm_expression(high)}"


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
