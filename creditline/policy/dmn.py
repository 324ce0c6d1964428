"""Read a policy from DMN XML, and say of every mistake where it is: table, row, column and character."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from creditline.errors import Code, PolicyInvalid
from creditline.policy.feel import Against, Between, Cell, Constant, Expression, FeelError, read_cell, read_expression
from creditline.policy.markup import MarkupError, read_markup
from creditline.policy.subset import why_text_is_not_scalar
from creditline.policy.table import (
    Column,
    DecisionTable,
    HitPolicy,
    Input,
    LiteralExpression,
    Output,
    Policy,
    Rule,
    names_in,
    output_names,
    requires,
)

NAMESPACES = {
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
}
KINDS = ("number", "string", "boolean", "date")
AGGREGATIONS = {"SUM": HitPolicy.COLLECT_SUM, "MIN": HitPolicy.COLLECT_MIN, "MAX": HitPolicy.COLLECT_MAX,
                "COUNT": HitPolicy.COLLECT_COUNT}  # fmt: skip

MOST_REQUIRED = 40
"""How deep decisions may require each other."""

MOST_WAYS = 2_000
"""In how many ways, all told, a decision may require others."""


class Ways(NamedTuple):
    """How deep a decision requires others, and in how many ways."""

    depth: int
    ways_count: int


class Where:
    """A place in a policy's file, for messages: it grows more exact on the way down."""

    def __init__(self, *parts: str) -> None:
        self.parts = parts

    def at(self, part: str) -> "Where":
        """Return a place inside this one."""
        return Where(*self.parts, part)

    def wrong(self, what: str) -> PolicyInvalid:
        """Return the error of a mistake here."""
        return PolicyInvalid(f"{', '.join(self.parts)}: {what}.", code=Code.POLICY_INVALID)


def read_policy(xml: bytes, *, source: str) -> Policy:
    """Read a DMN file; raise `PolicyInvalid` for the first mistake in it, `source` naming the file in messages."""
    where = Where(source)
    try:
        root = read_markup(xml)
    except MarkupError as wrong:
        here = where if wrong.line is None else where.at(f"line {wrong.line}, character {wrong.column}")
        raise here.wrong(str(wrong)) from wrong
    space, _, tag = root.tag[1:].partition("}")
    if tag != "definitions" or space not in NAMESPACES:
        known = ", ".join(sorted(NAMESPACES.values()))
        raise where.wrong(f"its root is {root.tag}, not the definitions of DMN {known}")
    reader = _Reader(space, where)
    policy = Policy(
        name=root.get("name", source),
        inputs=tuple(reader.inputs(root)),
        decisions=tuple(reader.decision(one) for one in reader.all(root, "decision")),
    )
    _check_names(policy, where)
    return policy


class _Reader:
    """Reads elements of one namespace."""

    def __init__(self, space: str, where: Where) -> None:
        self.space, self.where = space, where

    def all(self, element: Element, tag: str) -> list[Element]:
        return element.findall(f"{{{self.space}}}{tag}")

    def one(self, element: Element, tag: str) -> Element | None:
        return element.find(f"{{{self.space}}}{tag}")

    def text(self, element: Element | None) -> str:
        """Return the text inside an element's `text`, "" if there is none."""
        inner = None if element is None else self.one(element, "text")
        return "" if inner is None else (inner.text or "").strip()

    def inputs(self, root: Element) -> Iterator[Input]:
        for element in self.all(root, "inputData"):
            name = element.get("name", "")
            where = self.where.at(f"input {name!r}")
            variable = self.one(element, "variable")
            kind = self.kind(variable if variable is not None else element, where)
            yield Input(name=name, kind=kind)

    def kind(self, element: Element, where: Where) -> str:
        """Return the type an element names, without any prefix."""
        kind = element.get("typeRef", "").rpartition(":")[2]
        if kind not in KINDS:
            raise where.wrong(f"its type is {kind or 'not given'}; we have {', '.join(KINDS)}")
        return kind

    def decision(self, element: Element) -> DecisionTable | LiteralExpression:
        name = element.get("name", "")
        table, literal = self.one(element, "decisionTable"), self.one(element, "literalExpression")
        if table is not None:
            return self.table(name, table)
        if literal is None:
            raise self.where.at(f"decision {name!r}").wrong("it has neither a decision table nor a literal expression")
        variable = self.one(element, "variable")
        where = self.where.at(f"expression {name!r}")
        kind = self.kind(variable if variable is not None else literal, where)
        return LiteralExpression(name=name, kind=kind, expression=_expression(self.text(literal), where))

    def table(self, name: str, element: Element) -> DecisionTable:
        where = self.where.at(f"table {name!r}")
        columns = [self.column(one, where) for one in self.all(element, "input")]
        outputs = [self.output(one, name, where) for one in self.all(element, "output")]
        if not outputs:
            raise where.wrong("it has no output")
        rows = enumerate(self.all(element, "rule"), start=1)
        return DecisionTable(
            name=name,
            hit_policy=_hit_policy(element, where),
            columns=tuple(columns),
            outputs=tuple(outputs),
            rules=tuple(self.rule(one, columns, outputs, where.at(f"row {row}")) for row, one in rows),
        )

    def column(self, element: Element, where: Where) -> Column:
        inner = self.one(element, "inputExpression")
        text = self.text(inner)
        label = element.get("label") or text
        here = where.at(f"column {label!r}")
        if inner is None or not text:
            raise here.wrong("it tests nothing: it has no input expression")
        return Column(label=label, expression=_expression(text, here), kind=self.kind(inner, here))

    def output(self, element: Element, table: str, where: Where) -> Output:
        name = element.get("name") or table
        here = where.at(f"output {name!r}")
        allowed = self.text(self.one(element, "outputValues"))
        listed = _cell(allowed, here).tests if allowed else ()
        values = [one.value for one in listed if isinstance(one, Against) and isinstance(one.value, Constant)]
        if len(values) != len(listed):
            raise here.wrong("its allowed values must be a list of literals")
        return Output(name=name, kind=self.kind(element, here), allowed=tuple(value.text for value in values))

    def rule(self, element: Element, columns: Sequence[Column], outputs: Sequence[Output], where: Where) -> Rule:
        cells, results = self.all(element, "inputEntry"), self.all(element, "outputEntry")
        if len(cells) != len(columns) or len(results) != len(outputs):
            raise where.wrong(
                f"it has {len(cells)} cells and {len(results)} outputs, and the table {len(columns)} columns and "
                f"{len(outputs)} outputs"
            )
        return Rule(
            cells=tuple(
                _typed(_cell(self.text(one), here), column, here)
                for one, column in zip(cells, columns, strict=True)
                for here in [where.at(f"column {column.label!r}")]
            ),
            outputs=tuple(
                _allowed(_expression(self.text(one), here), output, here)
                for one, output in zip(results, outputs, strict=True)
                for here in [where.at(f"output {output.name!r}")]
            ),
        )


def _hit_policy(element: Element, where: Where) -> HitPolicy:
    given, aggregation = element.get("hitPolicy", "UNIQUE"), element.get("aggregation")
    if given == "COLLECT" and aggregation in AGGREGATIONS:
        return AGGREGATIONS[aggregation]
    if given in {HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY} and aggregation is None:
        return HitPolicy(given)
    raise where.wrong(
        f"its hit policy is {given}{f' with {aggregation}' if aggregation else ''}; we have UNIQUE, ANY, FIRST, PRIORITY, and "
        f"COLLECT with {', '.join(AGGREGATIONS)}"
    )


def _expression(text: str, where: Where) -> Expression:
    try:
        return read_expression(text)
    except FeelError as wrong:
        raise _no_feel(text, wrong, where, is_cell=False) from wrong


def _cell(text: str, where: Where) -> Cell:
    try:
        return read_cell(text)
    except FeelError as wrong:
        raise _no_feel(text, wrong, where, is_cell=True) from wrong


def _no_feel(text: str, wrong: FeelError, where: Where, *, is_cell: bool) -> PolicyInvalid:
    """Return the error of text that is no FEEL of a policy, and why it is not if it is FEEL all the same."""
    why = why_text_is_not_scalar(text, is_cell=is_cell)
    outside = f"; DMN has it, but a policy is answered in columns, and {why}" if why else ""
    return where.at(f"character {wrong.at}").wrong(f"{wrong} in {text!r}{outside}")


def _typed(cell: Cell, column: Column, where: Where) -> Cell:
    """Return a cell whose literals are of the column's kind; raise otherwise."""
    for test in cell.tests:
        ends = (test.low, test.high) if isinstance(test, Between) else (test.value,)
        for end in ends:
            if isinstance(end, Constant) and end.kind not in {column.kind, "null"}:
                raise where.wrong(f"{cell.text!r} compares a {column.kind} with the {end.kind} {end.text!r}")
            if isinstance(test, Against) and test.sign != "=" and column.kind == "boolean":
                raise where.wrong(f"{cell.text!r} orders a boolean, which has no order")
    return cell


def _allowed(result: Expression, output: Output, where: Where) -> Expression:
    """Return an output that its column allows; raise otherwise."""
    if isinstance(result, Constant) and result.kind not in {output.kind, "null"}:
        raise where.wrong(f"it is the {result.kind} {result.text!r}, and this output is a {output.kind}")
    if isinstance(result, Constant) and output.allowed and result.text not in output.allowed:
        raise where.wrong(f"{result.text!r} is none of its allowed values {', '.join(output.allowed)}")
    return result


def _check_names(policy: Policy, where: Where) -> None:
    """Raise for a name that nothing has, for two things of one name, and for decisions that require themselves."""
    names = [one.name for one in policy.inputs]
    for decision in policy.decisions:
        names += output_names(decision)
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise where.wrong(f"two things are named {', '.join(twice)}")
    known = frozenset(names)
    for decision in policy.decisions:
        if isinstance(decision, LiteralExpression):
            _known(decision.expression, known, where.at(f"expression {decision.name!r}"))
            continue
        here = where.at(f"table {decision.name!r}")
        for column in decision.columns:
            _known(column.expression, known, here.at(f"column {column.label!r}"))
        for row, rule in enumerate(decision.rules, start=1):
            for column, cell in zip(decision.columns, rule.cells, strict=True):
                _known(cell, known, here.at(f"row {row}").at(f"column {column.label!r}"))
            for output, result in zip(decision.outputs, rule.outputs, strict=True):
                _known(result, known, here.at(f"row {row}").at(f"output {output.name!r}"))
    ways: dict[str, Ways] = {}
    for decision in policy.decisions:
        _no_circle(policy, decision.name, (), ways, where)


def _known(node: Expression | Cell, names: frozenset[str], where: Where) -> None:
    for name in names_in(node):
        if name not in names:
            raise where.wrong(f"{name} is no input and no decision; declare it as inputData or correct the name")


def _no_circle(policy: Policy, name: str, path: tuple[str, ...], ways: dict[str, Ways], where: Where) -> None:
    """Raise for decisions that require themselves, or others deeper or in more ways than anybody would draw.

    A decision is decided once for every way that leads to it: `ways` are those below each decision seen.
    """
    if name in path:
        raise where.wrong(f"decisions require each other in a circle: {' -> '.join((*path, name))}")
    if name in ways:
        return
    others = requires(policy, name) if len(path) <= MOST_REQUIRED else ()
    for other in others:
        _no_circle(policy, other, (*path, name), ways, where)
    depth = 1 + max((ways[other].depth for other in others), default=0)
    count = 1 + sum(ways[other].ways_count for other in others)
    if max(depth, len(path)) > MOST_REQUIRED:
        raise where.wrong(f"decision {name!r} requires others more than {MOST_REQUIRED} deep")
    if count > MOST_WAYS:
        raise where.wrong(f"decision {name!r} requires others in {count} ways, at most {MOST_WAYS}")
    ways[name] = Ways(depth, count)
