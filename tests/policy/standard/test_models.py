"""Models of every version are read and answered: tables, boxed expressions, functions, services, types and imports.

Covers `creditline.policy.standard.boxes`, `creditline.policy.standard.boxed` and `creditline.policy.standard.kinds` through `read` and `graph`, as a user meets them.
"""

from decimal import Decimal

import pytest

from creditline.policy.markup import MarkupError
from creditline.policy.standard.graph import answer
from creditline.policy.standard.imports import read_with_imports
from creditline.policy.standard.read import VERSIONS, namespace_of, read_model
from creditline.policy.standard.values import Value
from creditline.policy.standard.write import MODEL, as_1_3
from tests.policy.standard.a_model import DMN, ON_X, decided, decision, literal, model, table, xml

N = Decimal
PRIORITY = '<output name="o"><outputValues><text>"high", "low"</text></outputValues></output>'
TWO = '<output name="a"/><output name="b"/>'

HITS: list[tuple[str, str, str, list[tuple[str, str]], Value]] = [
    ("UNIQUE", "", "", [("< 5", "1"), (">= 5", "2")], N(1)),
    ("UNIQUE", "", "", [("< 5", "1"), ("< 6", "2")], None),
    ("UNIQUE", "", "", [("> 5", "1")], None),
    ("UNIQUE", "", TWO, [("-", "1|2")], {"a": N(1), "b": N(2)}),
    ("ANY", "", "", [("< 5", "1"), ("< 6", "1")], N(1)),
    ("ANY", "", "", [("< 5", "1"), ("< 6", "2")], None),
    ("FIRST", "", "", [("> 5", "1"), ("-", "2"), ("-", "3")], N(2)),
    ("PRIORITY", "", PRIORITY, [("-", '"low"'), ("-", '"high"')], "high"),
    ("OUTPUT ORDER", "", PRIORITY, [("-", '"low"'), ("-", '"high"')], ("high", "low")),
    ("RULE ORDER", "", "", [("-", "2"), ("-", "1")], (N(2), N(1))),
    ("COLLECT", "", "", [("-", "2"), ("> 5", "9"), ("-", "1")], (N(2), N(1))),
    ("COLLECT", 'aggregation="SUM"', "", [("-", "2"), ("-", "1")], N(3)),
    ("COLLECT", 'aggregation="MIN"', "", [("-", "2"), ("-", "1")], N(1)),
    ("COLLECT", 'aggregation="MAX"', "", [("-", "2"), ("-", "1")], N(2)),
    ("COLLECT", 'aggregation="COUNT"', "", [("-", "2"), ("-", "1")], N(2)),
    ("COLLECT", 'aggregation="COUNT"', "", [("> 5", "2")], N(0)),
    ("UNIQUE", "", "<output><defaultOutputEntry><text>7</text></defaultOutputEntry></output>", [("> 5", "1")], N(7)),
]


@pytest.mark.parametrize(("hit_policy", "extra", "outputs", "rules", "wanted"), HITS)
def test_a_table_answers_by_its_hit_policy(
    hit_policy: str, extra: str, outputs: str, rules: list[tuple[str, str]], wanted: Value
) -> None:
    own = table(hit_policy, rules, extra=extra, **({"outputs": outputs} if outputs else {}))
    assert decided(decision(own), N(3)) == wanted


CONTEXT = (
    f"<context><contextEntry><variable name='twice it'/>{literal('x * 2')}</contextEntry>"
    f"<contextEntry>{literal('twice it + 1')}</contextEntry></context>"
)
INVOCATION = (
    f"<invocation><functionDefinition><formalParameter name='n'/>{literal('n * n')}</functionDefinition>"
    f"<binding><parameter name='n'/>{literal('x')}</binding></invocation>"
)
BOXES: list[tuple[str, Value]] = [
    (CONTEXT, N(7)),
    (f"<list>{literal('x')}{literal('1')}</list>", (N(3), N(1))),
    (f"<relation><column name='a'/><row>{literal('x')}</row></relation>", ({"a": N(3)},)),
    (f"<conditional><if>{literal('x > 1')}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>", N(1)),
    (f"<filter><in>{literal('[1, x]')}</in><match>{literal('item > 2')}</match></filter>", (N(3),)),
    (f"<for iteratorVariable='i'><in>{literal('[1, x]')}</in><return>{literal('i + x')}</return></for>", (N(4), N(6))),
    (f"<some iteratorVariable='i'><in>{literal('[1, x]')}</in><satisfies>{literal('i = x')}</satisfies></some>", True),
    (f"<every iteratorVariable='i'><in>{literal('[1, x]')}</in><satisfies>{literal('i = x')}</satisfies></every>", False),
    (
        INVOCATION,
        N(9),
    ),
    ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("box", "wanted"), BOXES)
def test_a_boxed_expression_has_its_value(box: str, wanted: Value) -> None:
    assert decided(decision(box), N(3)) == wanted


@pytest.mark.parametrize("space", sorted(VERSIONS))
def test_a_model_of_every_version_is_read(space: str) -> None:
    read = read_model(xml(decision(literal("x + 1")), space=space))
    assert answer(read, "d", {"x": N(1)}).value == N(2)


KNOWLEDGE = (
    "<businessKnowledgeModel id='k' name='twice of'><encapsulatedLogic><formalParameter name='n' typeRef='number'/>"
    f"{literal('n * 2')}</encapsulatedLogic></businessKnowledgeModel>"
)
KNOWS = '<knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>'


def test_knowledge_is_a_function_that_decisions_call() -> None:
    assert decided(KNOWLEDGE + decision(literal("twice of(x) + twice of(n: 1)"), requires=ON_X + KNOWS), N(3)) == N(8)
    assert decided(KNOWLEDGE + decision(literal('twice of("x")'), requires=KNOWS)) is None


def test_a_decision_sees_only_what_it_requires() -> None:
    body = decision(literal("1"), name="other", requires="")
    assert decided(body + decision(literal("other"))) is None
    needs = '<informationRequirement><requiredDecision href="#other"/></informationRequirement>'
    assert decided(body + decision(literal("other"), requires=needs)) == N(1)
    assert decided(body + decision(literal("other"), requires=needs.replace("#", "n#"))) == N(1)


def test_a_service_answers_from_its_parameters_alone() -> None:
    needs = '<informationRequirement><requiredDecision href="#a"/></informationRequirement>'
    body = decision(literal("x"), name="a") + decision(literal("a + 1"), name="b", requires=needs)
    body += '<decisionService id="s" name="s"><outputDecision href="#b"/><inputDecision href="#a"/></decisionService>'
    assert answer(model(body), "s", {"a": N(5), "x": N(9)}).value == N(6)
    calls = '<knowledgeRequirement><requiredKnowledge href="#s"/></knowledgeRequirement>'
    assert decided(body + decision(literal("s(7)"), requires=calls)) == N(8)


TYPES = (
    '<itemDefinition name=\'grade\'><typeRef>string</typeRef><allowedValues><text>"A", "B"</text></allowedValues>'
    "</itemDefinition><itemDefinition name='grades' isCollection='true'><typeRef>grade</typeRef></itemDefinition>"
    "<itemDefinition name='loan'><itemComponent name='sum due'><typeRef>number</typeRef></itemComponent></itemDefinition>"
)


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ('"A"', "grade", "A"),
        ('"C"', "grade", None),
        ('"A"', "grades", ("A",)),
        ('["A"]', "grade", "A"),
        ('["A", "C"]', "grades", None),
        ("{sum due: 1}", "loan", {"sum due": N(1)}),
        ('{sum due: "1"}', "loan", None),
        ('date("2026-01-31").day', "number", N(31)),
        ("1", "string", None),
        ("1", "list&lt;number>", (N(1),)),
        ('string(date("2026-01-31"))', "string", "2026-01-31"),
    ],
)
def test_a_result_is_made_to_fit_its_type_or_is_null(text: str, kind: str, wanted: Value) -> None:
    assert decided(TYPES + decision(literal(text), kind=kind)) == wanted


def test_a_model_reads_what_another_declares_under_the_name_it_is_imported_by() -> None:
    there = read_model(xml(KNOWLEDGE + TYPES, namespace="lib"))
    assert namespace_of(xml("", namespace="lib")) == "lib"
    body = "<import namespace='lib' name='their lib' importType='https://www.omg.org/spec/DMN/20230324/MODEL/'/>"
    needs = '<knowledgeRequirement><requiredKnowledge href="lib#k"/></knowledgeRequirement>'
    body += decision(literal("their lib.twice of(x)"), requires=ON_X + needs)
    here = read_model(xml(body), imported={"lib": there})
    assert here.problems == ()
    assert answer(here, "d", {"x": N(4)}).value == N(8)


def test_what_a_model_imports_is_read_first_however_deep_and_in_a_circle_once() -> None:
    def of(namespace: str, *wanted: str, value: str = "1") -> bytes:
        imports = "".join(f"<import namespace='{one}' name='{one}' importType='{DMN}'/>" for one in wanted)
        needs = "".join(
            f'<informationRequirement><requiredDecision href="{one}#d"/></informationRequirement>'
            for one in wanted
            if f"{one}.d" in value
        )
        return xml(imports + decision(literal(value), requires=needs), namespace=namespace)

    deep = {"b": of("b", "c", value="c.d + 1"), "c": of("c", value="40")}
    found = read_with_imports(of("a", "b", "c", value="b.d + c.d"), beside=deep)
    assert (found.problems, answer(found, "d", {}).value) == ((), N(81))
    circle = read_with_imports(of("a", "b", value="b.d"), beside={"a": of("a", "b"), "b": of("b", "a", value="7")})
    assert answer(circle, "d", {}).value == N(7)
    assert [str(one) for one in circle.models["b"].problems] == ["import 'a': there is no model 'a'"]


MISTAKES = [
    (decision(literal("1 +")), "expression 'd', character 4"),
    (decision(table("FIRST", [("-", "1"), ("< ", "1")])), "table 'd', row 2, column 'x', character 3"),
    (decision(table("FIRST", [("-", "1 1")])), "table 'd', row 1, output 'o', character 3"),
    (decision(table("FIRST", [("-", "1|2")], outputs=TWO + "<output name='c'/>")), "table 'd', row 1"),
    (decision(literal("y"), requires=ON_X.replace("#x", "#y")), "decision 'd'"),
    (decision(literal("1 + round_half_up(x, 2)")), "expression 'd', character 5"),
    (decision(table("FIRST", [("wrong(?)", "1")])), "table 'd', row 1, column 'x', character 1"),
    ("<import namespace='no' name='no' importType='https://www.omg.org/spec/DMN/20230324/MODEL/'/>", "import 'no'"),
    (decision(CONTEXT.replace("* 2", "* ")), "expression 'd', entry 'twice it', character 5"),
]


@pytest.mark.parametrize(("body", "where"), MISTAKES)
def test_a_mistake_is_told_where_it_is_and_is_null(body: str, where: str) -> None:
    read = read_model(xml(body))
    assert [problem.where for problem in read.problems] == [where]
    assert str(read.problems[0]).startswith(f"{where}: ")
    assert answer(read, "d", {"x": N(1)}).value is None


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(MarkupError, match="not the definitions of DMN"):
        read_model(b"<html/>")


def test_an_unknown_decision_is_said() -> None:
    assert "no 'zz'" in answer(model(""), "zz", {}).problem


@pytest.mark.parametrize("space", sorted(VERSIONS))
def test_a_model_of_every_version_is_written_as_1_3(space: str) -> None:
    kinds = "<itemDefinition name='t'><typeRef>feel:number</typeRef></itemDefinition>"
    xml_ = as_1_3(xml(kinds + decision(literal("x < 2"), kind="feel:boolean"), space=space))
    assert f'xmlns="{MODEL}"'.encode() in xml_
    assert b"feel:" not in xml_
    assert answer(read_model(xml_), "d", {"x": N(1)}).value is True
    assert as_1_3(xml_) == xml_


def test_what_1_3_cannot_say_is_told() -> None:
    box = f"<conditional><if>{literal('true')}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>"
    with pytest.raises(MarkupError, match="boxed 'conditional', of DMN 1.4"):
        as_1_3(xml(decision(box)))
    with pytest.raises(MarkupError, match="not the definitions"):
        as_1_3(b"<html/>")
