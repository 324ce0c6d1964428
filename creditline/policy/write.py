"""Write a policy as DMN 1.3 that any engine reads: requirements drawn, names and functions spelled as the standard has them.

What is read back is the same policy with the same hash, save where a cell names one of several outputs of a table, which
is spelled `table.output` there.
"""

from collections.abc import Iterator, Mapping
from typing import cast
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from creditline.policy.feel import (
    LEVELS,
    Against,
    Between,
    Call,
    Cell,
    Choice,
    Constant,
    Expression,
    Name,
    Negative,
    Operation,
)
from creditline.policy.table import (
    DecisionTable,
    Input,
    LiteralExpression,
    Output,
    Policy,
    Rule,
    nodes_in,
    output_names,
)

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DAYS_BETWEEN = "days_between"
"""The one function of ours that the standard has not: written out as knowledge of the file, where it is used."""

_ALONE = -1
"""The level of what stands beside no operator; a choice beside one would take what follows into its last branch."""

_ATOM = len(LEVELS)
_SUM = next(level for level, signs in enumerate(LEVELS) if "+" in signs)
_LEVEL = {sign: level for level, signs in enumerate(LEVELS) for sign in signs}

Paths = Mapping[str, str]
"""Names as the standard spells them: those of one of several outputs."""


def write_policy(policy: Policy) -> bytes:
    """Return a policy as a DMN 1.3 document."""
    attributes = {"xmlns": NAMESPACE, "id": "policy", "name": policy.name, "namespace": f"urn:policy:{policy.name}"}
    root = Element("definitions", attributes)
    for one in policy.inputs:
        _input(root, one)
    if any(_counts_days(decision) for decision in policy.decisions):
        _days_between(root)
    paths = {name: path for decision in policy.decisions for name, path in _paths(decision)}
    for decision in policy.decisions:
        _decision(root, policy, decision, paths)
    indent(root)
    return cast("bytes", tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def feel_text(node: Expression, paths: Paths, level: int = _ALONE) -> str:
    """Return an expression as text, in brackets where it stands beside operators of a higher level than its own."""
    match node:
        case Constant(kind="string"):
            return quoted(node.text)
        case Constant(kind="date"):
            return f'date("{node.text}")'
        case Constant():
            return node.text
        case Name(name=name):
            return paths.get(name, name)
        case Negative(of=of):
            return f"-{feel_text(of, paths, _ATOM)}"
        case Call(function=function, arguments=arguments):
            name = function if function == DAYS_BETWEEN else function.replace("_", " ")
            return f"{name}({', '.join(feel_text(one, paths) for one in arguments)})"
        case Choice(test=test, this=this, other=other):
            parts = (feel_text(one, paths) for one in (test, this, other))
            text, own = "if {} then {} else {}".format(*parts), _ALONE
        case Operation(sign=sign, left=left, right=right):
            own = _LEVEL[sign]
            text = f"{feel_text(left, paths, own)} {sign} {feel_text(right, paths, own + 1)}"
    return f"({text})" if own < level else text


def cell_text(cell: Cell, paths: Paths) -> str:
    """Return a cell as it was written, with names as the standard spells them."""
    if not any(isinstance(one, Name) and one.name in paths for one in nodes_in(cell)):
        return cell.text
    tests = ", ".join(_test(one, paths) for one in cell.tests)
    return f"not({tests})" if cell.is_negated else tests


def quoted(text: str) -> str:
    """Return a text as FEEL writes it."""
    for sign, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(sign, escape)
    return f'"{text}"'


def _test(test: Against | Between, paths: Paths) -> str:
    if isinstance(test, Between):
        low, high = feel_text(test.low, paths, _SUM), feel_text(test.high, paths, _SUM)
        return f"{'[' if test.has_low else '('}{low}..{high}{']' if test.has_high else ')'}"
    if test.sign == "=":
        return feel_text(test.value, paths)
    return f"{test.sign} {feel_text(test.value, paths, _SUM)}"


def _paths(decision: DecisionTable | LiteralExpression) -> Iterator[tuple[str, str]]:
    """Go through the names of one of several outputs, each with the path the standard has for it."""
    if isinstance(decision, DecisionTable) and len(decision.outputs) > 1:
        for name, output in zip(output_names(decision), decision.outputs, strict=True):
            yield name, f"{decision.name}.{output.name}"


def _counts_days(node: DecisionTable | LiteralExpression) -> bool:
    return any(isinstance(one, Call) and one.function == DAYS_BETWEEN for one in nodes_in(node))


def _text(parent: Element, tag: str, text: str, **attributes: str) -> None:
    """Append an element that holds a text."""
    SubElement(SubElement(parent, tag, attributes), "text").text = text


def _input(root: Element, one: Input) -> None:
    element = SubElement(root, "inputData", {"id": f"input_{one.name}", "name": one.name})
    SubElement(element, "variable", {"name": one.name, "typeRef": one.kind})


def _days_between(root: Element) -> None:
    element = SubElement(root, "businessKnowledgeModel", {"id": DAYS_BETWEEN, "name": DAYS_BETWEEN})
    SubElement(element, "variable", {"name": DAYS_BETWEEN, "typeRef": "number"})
    logic = SubElement(element, "encapsulatedLogic")
    for name in ("first", "second"):
        SubElement(logic, "formalParameter", {"name": name, "typeRef": "date"})
    _text(logic, "literalExpression", "(second - first).days")


def _decision(root: Element, policy: Policy, decision: DecisionTable | LiteralExpression, paths: Paths) -> None:
    element = SubElement(root, "decision", {"id": f"decision_{decision.name}", "name": decision.name})
    kind = {"typeRef": decision.kind} if isinstance(decision, LiteralExpression) else {}
    SubElement(element, "variable", {"name": decision.name} | kind)
    named = [one.name for one in nodes_in(decision) if isinstance(one, Name)]
    required = [("requiredInput", f"#input_{name}") for name in named if name in policy.inputs_by_name]
    required += [("requiredDecision", f"#decision_{name}") for name in policy.required[decision.name]]
    for tag, href in dict.fromkeys(required):
        SubElement(SubElement(element, "informationRequirement"), tag, {"href": href})
    if _counts_days(decision):
        SubElement(SubElement(element, "knowledgeRequirement"), "requiredKnowledge", {"href": f"#{DAYS_BETWEEN}"})
    if isinstance(decision, LiteralExpression):
        _text(element, "literalExpression", feel_text(decision.expression, paths), typeRef=decision.kind)
    else:
        _table(element, decision, paths)


def _table(element: Element, table: DecisionTable, paths: Paths) -> None:
    hit_policy, _, aggregation = table.hit_policy.partition(" ")
    extra = {"aggregation": aggregation} if aggregation else {}
    inner = SubElement(element, "decisionTable", {"hitPolicy": hit_policy} | extra)
    for column in table.columns:
        clause = SubElement(inner, "input", {"label": column.label})
        _text(clause, "inputExpression", feel_text(column.expression, paths), typeRef=column.kind)
    for output in table.outputs:
        clause = SubElement(inner, "output", {"name": output.name, "typeRef": output.kind})
        if output.allowed:
            _text(clause, "outputValues", ", ".join(_allowed(output)))
    for rule in table.rules:
        _rule(SubElement(inner, "rule"), rule, paths)


def _allowed(output: Output) -> Iterator[str]:
    for text in output.allowed:
        yield feel_text(Constant(kind=output.kind, text=text), {})


def _rule(element: Element, rule: Rule, paths: Paths) -> None:
    for cell in rule.cells:
        _text(element, "inputEntry", cell_text(cell, paths))
    for output in rule.outputs:
        _text(element, "outputEntry", feel_text(output, paths))
