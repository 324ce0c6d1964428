"""Small tables as the checks see them, and every input there is, asked one by one."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from hypothesis import strategies as st

from creditline.policy.check.domain import Domain
from creditline.policy.check.laid import Laid, lay_out
from creditline.policy.evaluate import holds
from creditline.policy.feel import Cell, Name, read_cell, read_expression
from creditline.policy.table import Column, DecisionTable, HitPolicy, Input, Output, Policy, Rule, Value

WHOLE = Domain(kind="number", least=0, most=6, is_whole=True)
TRUTH = Domain(kind="boolean", is_nullable=False)
WORD = Domain(kind="string")
VALUES: Mapping[str, tuple[Value, ...]] = {
    "n": (None, 0, 1, 2, 3, 4, 5, 6),
    "m": (0, 1, 2, 3, 4, 5, 6),
    "b": (True, False),
    "w": (None, "p", "q", "elsewhere"),
}
DOMAINS = {
    "n": WHOLE,
    "m": Domain(kind="number", least=0, most=6, is_whole=True, is_nullable=False),
    "b": TRUTH,
    "w": WORD,
}
CELLS: Mapping[str, tuple[str, ...]] = {
    "n": ("-", "< 3", ">= 2", "[1..4]", "(1..5)", "not(2)", "null", "0, null", "not([2..3], null)", "> 9", "4"),
    "m": ("-", "< 3", ">= 2", "> 2.5", "not(3)", "n", "> n", "<= n", "[0..1], 6"),
    "b": ("-", "true", "false", "not(true)"),
    "w": ("-", '"p"', '"p", "q"', 'not("p")', "null", "not(null)"),
}  # fmt: skip


def a_table(
    hit_policy: HitPolicy, names: Sequence[str], rows: Sequence[Sequence[str]], outputs: Sequence[str] = ()
) -> Policy:
    """Return a policy of one table `t`: a column a name, a row of cells a rule, and an output."""
    given = outputs or [str(row) for row in range(len(rows))]
    kinds = {name: DOMAINS[name].kind for name in DOMAINS}
    table = DecisionTable(
        name="t",
        hit_policy=hit_policy,
        columns=tuple(Column(label=name, expression=Name(name), kind=kinds[name]) for name in names),
        outputs=(Output(name="out", kind="number"),),
        rules=tuple(
            Rule(cells=tuple(map(read_cell, cells)), outputs=(read_expression(output),))
            for cells, output in zip(rows, given, strict=True)
        ),
    )
    read = tuple(Input(name=name, kind=kinds[name]) for name in DOMAINS)
    return Policy(name="small", inputs=read, decisions=(table,))


def laid(policy: Policy) -> Laid:
    return lay_out(policy, "t", DOMAINS)


@st.composite
def tables(draw: st.DrawFn, hits: Sequence[HitPolicy], *, most_rules: int = 5) -> Policy:
    """Return a random small table over up to three of four inputs; one of them may be compared with another."""
    names = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3, unique=True))
    rows = draw(st.lists(st.tuples(*(st.sampled_from(CELLS[name]) for name in names)), min_size=1, max_size=most_rules))
    outputs = draw(st.lists(st.sampled_from("012"), min_size=len(rows), max_size=len(rows)))
    return a_table(draw(st.sampled_from(hits)), names, rows, outputs)


def every_input(names: Sequence[str]) -> Iterator[dict[str, Value]]:
    """Go through all combinations of all values."""
    for values in product(*(VALUES[name] for name in names)):
        yield dict(zip(names, values, strict=True))


def matching(policy: Policy, given: Mapping[str, Value]) -> list[int]:
    """Return the rules that match, counted from 1, by the reference's own reading of cells."""
    table = policy.decision("t")
    assert isinstance(table, DecisionTable)

    def fits(cells: Sequence[Cell]) -> bool:
        pairs = zip(table.columns, cells, strict=True)
        return all(holds(cell, given[column.label], given) for column, cell in pairs)

    return [row for row, rule in enumerate(table.rules, start=1) if fits(rule.cells)]
