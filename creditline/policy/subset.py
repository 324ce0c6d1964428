"""What the fast executors can hold: one question, asked before a decision is compiled or put into columns.

The scalar core is numbers, texts, truths and days, one value at a time. A decision of the full language that stays
within it can be a policy's; any other runs on the reference alone, and this says why.
"""

from collections.abc import Iterator, Mapping

from creditline.policy import feel
from creditline.policy.standard import catalogue, model, tree
from creditline.policy.standard.cursor import Vocabulary
from creditline.policy.standard.model import Decision, Knowledge
from creditline.policy.standard.parser import read_expression, read_tests
from creditline.policy.standard.words import Names
from creditline.policy.table import DecisionTable, LiteralExpression, nodes_in

SCALAR: tuple[type, ...] = (
    feel.Constant,
    feel.Name,
    feel.Operation,
    feel.Negative,
    feel.Choice,
    feel.Call,
    feel.Against,
    feel.Between,
    feel.Cell,
)
"""The nodes that every executor holds."""

WHY: Mapping[type, str] = {
    tree.Loop: "it loops",
    tree.Quantified: "it asks `some` or `every`",
    tree.Within: "it asks `in` outside of a cell",
    tree.Between: "it asks `between`",
    tree.InstanceOf: "it asks for a type",
    tree.Path: "it reads a member of a value",
    tree.Filter: "it filters a list",
    tree.Lambda: "it makes a function",
    tree.Listed: "it makes a list",
    tree.Entries: "it makes a context",
    tree.Condition: "a cell calls its input `?`",
    model.Missing: "an expression is missing or no FEEL",
    model.BoxedContext: "it is a boxed context",
    model.BoxedInvocation: "it is a boxed invocation",
    model.BoxedFunction: "it is a function",
    model.Relation: "it is a relation",
    model.BoxedList: "it is a boxed list",
    model.BoxedChoice: "it is a boxed conditional",
    model.BoxedFilter: "it is a boxed filter",
    model.BoxedLoop: "it is a boxed loop",
}
"""Why a node of the full language cannot be held, in words."""

HIT_POLICIES = ("UNIQUE", "ANY", "FIRST", "PRIORITY")
CALLS = {name.replace("_", " ") for name in feel.FUNCTIONS} | {"date"}
TYPES = {None, "number", "string", "boolean", "date"}


def why_not_scalar(decision: DecisionTable | LiteralExpression | Decision | Knowledge) -> str | None:
    """Return why the compiled and columnar executors cannot hold a decision; None if they can."""
    if isinstance(decision, Knowledge):
        return WHY[model.BoxedFunction]
    if isinstance(decision, Decision):
        return next(_reasons(decision.body), None)
    return next((f"it has a {type(one).__name__}" for one in nodes_in(decision) if not isinstance(one, SCALAR)), None)


def why_text_is_not_scalar(text: str, *, is_cell: bool) -> str | None:
    """Return why text that the scalar core cannot read is FEEL all the same; None if it is no FEEL, or nothing tells."""
    known = Vocabulary(frames=(catalogue.NAMES,), members=Names(), types=Names())
    try:
        found = read_tests(text, known) if is_cell else read_expression(text, known)
    except feel.FeelError:
        return None
    return next(_reasons(found), None)


def _reasons(part: object) -> Iterator[str]:
    """Go through what the scalar core does not have, in the order it is met."""
    if isinstance(part, tuple):
        for one in part:
            yield from _reasons(one)
    if not isinstance(part, tree.Part):
        return
    if type(part) in WHY:
        yield WHY[type(part)]
    if isinstance(part, tree.Invocation) and _is_scalar_call(part):
        yield from _reasons(part.arguments)
        return
    yield from _own_reasons(part)
    for field in part.__struct_fields__:
        yield from _reasons(getattr(part, field))


def _is_scalar_call(part: tree.Invocation) -> bool:
    return isinstance(part.function, tree.Name) and part.function.name in CALLS and not part.names


def _own_reasons(part: tree.Part) -> Iterator[str]:
    """Go through what a node itself says that the scalar core does not have."""
    match part:
        case tree.Invocation():
            yield "it calls a function that the scalar core does not have"
        case tree.Literal(kind="at"):
            yield "it has a literal with @"
        case tree.Bounds(sign=sign) if sign:
            yield "it has a range of one value"
        case tree.TypeName(name=name) if name not in TYPES:
            yield f"its type is {name}"
        case model.Table():
            yield from _table_reasons(part)


def _table_reasons(table: model.Table) -> Iterator[str]:
    if table.hit_policy not in HIT_POLICIES and not (table.hit_policy == "COLLECT" and table.aggregation):
        yield f"its hit policy {table.hit_policy} is not one of {', '.join(HIT_POLICIES)} or COLLECT with an aggregation"
    if any(one.default is not None for one in table.outputs):
        yield "an output has a default"
