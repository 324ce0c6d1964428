"""Read boxed expressions of DMN: tables, contexts, invocations, functions, relations, lists, and loops."""

from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element

from creditline.policy.feel import FeelError
from creditline.policy.markup import MarkupError
from creditline.policy.standard import catalogue
from creditline.policy.standard.cursor import Vocabulary
from creditline.policy.standard.model import (
    Boxed,
    BoxedChoice,
    BoxedContext,
    BoxedFilter,
    BoxedFunction,
    BoxedInvocation,
    BoxedList,
    BoxedLoop,
    Clause,
    Gives,
    Missing,
    Plain,
    Problem,
    Relation,
    Row,
    Table,
    Typed,
)
from creditline.policy.standard.parser import read_expression, read_tests, read_type
from creditline.policy.standard.tree import Tests, Tree, TypeName
from creditline.policy.standard.words import Names, plain_name

Frames = tuple[Names, ...]

MOST_CHARACTERS = 3_000_000
"""How many characters the expressions of a model may have in all: what is read in some ten seconds."""


class BoxReader:
    """Reads elements of one namespace; `problems` takes what is wrong with them."""

    def __init__(self, space: str, problems: list[Problem], *, members: Names, types: Names) -> None:
        self.space, self.problems = space, problems
        self.members, self.types = members, types
        self.characters = 0

    def all(self, element: Element, tag: str) -> list[Element]:
        """Return the children of a tag."""
        return element.findall(f"{{{self.space}}}{tag}")

    def one(self, element: Element, tag: str) -> Element | None:
        """Return the first child of a tag."""
        return element.find(f"{{{self.space}}}{tag}")

    def text(self, element: Element | None) -> str:
        """Return what stands inside an element's `text`, "" if there is none."""
        inner = None if element is None else self.one(element, "text")
        return "" if inner is None else inner.text or ""

    def type_of(self, element: Element) -> TypeName | None:
        """Return the type an element refers to, None for none."""
        return self.type_named(element.get("typeRef", ""))

    def type_named(self, text: str) -> TypeName | None:
        """Return a type by its name, without the prefix of FEEL's own; None for none and for Any."""
        name = text.strip()
        prefix, _, rest = name.partition(":")
        name = rest if prefix in {"feel", "xsd"} and rest else name
        if name in {"", "Any"}:
            return None
        try:
            return read_type(name, self.known(()))
        except FeelError:
            return TypeName(name=plain_name(name))

    def known(self, frames: Frames) -> Vocabulary:
        """Return the vocabulary with some names in force besides the built-in functions."""
        return Vocabulary(frames=(catalogue.NAMES, *frames), members=self.members, types=self.types)

    def parsed(self, text: str, frames: Frames, *, where: str) -> Tree | Missing:
        """Return the tree of a text, or what is missing where it is no FEEL."""
        self.count(text)
        known = self.known(frames)
        try:
            found = read_expression(text, known)
        except FeelError as wrong:
            return self.missing(f"{where}, character {wrong.at}", what=f"{wrong} in {text!r}")
        self.note(known, where)
        return found

    def note(self, known: Vocabulary, where: str) -> None:
        """Note the functions that were called and are none: null, which nobody may have meant."""
        for name, at in known.unknown:
            self.problems.append(
                Problem(where=f"{where}, character {at}", what=f"{name!r} is no function, so it is null")
            )

    def count(self, text: str) -> None:
        """Count the characters of an expression; raise `MarkupError` past the last."""
        self.characters += len(text)
        if self.characters > MOST_CHARACTERS:
            raise MarkupError(f"its expressions have more than {MOST_CHARACTERS} characters in all")

    def missing(self, where: str, *, what: str) -> Missing:
        """Note a mistake, and return null in its place."""
        self.problems.append(Problem(where=where, what=what[:500]))
        return Missing(problem=what[:500])

    def plain(self, element: Element | None, frames: Frames, where: str) -> Boxed:
        """Read an element with a `text`."""
        text = self.text(element)
        if not text.strip():
            return self.missing(where, what="there is no expression")
        found = self.parsed(text, frames, where=where)
        return found if isinstance(found, Missing) else Plain(tree=found)

    def tests(self, text: str, frames: Frames, *, where: str) -> Tests | Missing:
        """Read the tests of a cell; an empty cell is anything."""
        self.count(text)
        known = self.known(frames)
        try:
            found = read_tests(text, known)
        except FeelError as wrong:
            return self.missing(f"{where}, character {wrong.at}", what=f"{wrong} in {text!r}")
        self.note(known, where)
        return found

    def allowed(self, element: Element | None, where: str) -> Tests | None:
        """Read allowed values, None where there are none."""
        text = self.text(element)
        found = self.tests(text, (), where=where) if text.strip() else None
        return None if isinstance(found, Missing) else found

    def of_decision(self, element: Element, name: str, frames: Frames) -> Boxed:
        """Read what a decision is decided by."""
        inner = self.child(element)
        if inner is None:
            return Missing(problem="it has no decision logic")
        table = inner.tag.rpartition("}")[2] == "decisionTable"
        where = f"{'table' if table else 'expression'} {name!r}"
        return self.table(inner, where, frames, name=name) if table else self.box(inner, frames, where)

    def child(self, element: Element) -> Element | None:
        """Return the first child that is a boxed expression."""
        return next((one for one in element if one.tag.rpartition("}")[2] in _BOXES), None)

    def inside(self, element: Element | None, frames: Frames, where: str) -> Boxed:
        """Read the boxed expression inside an element."""
        inner = None if element is None else self.child(element)
        return self.missing(where, what="there is no expression") if inner is None else self.box(inner, frames, where)

    def box(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read a boxed expression, with the type its result must be of."""
        found = _BOXES[element.tag.rpartition("}")[2]](self, element, frames, where)
        kind = self.type_of(element)
        return found if kind is None or isinstance(found, BoxedFunction) else Typed(of=found, kind=kind)

    def literal(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read a literal expression."""
        return self.plain(element, frames, where)

    def context(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read a context: the entry without a name is its result."""
        entries = []
        result: Boxed | None = None
        names = Names()
        inner = (*frames, names)
        for one in self.all(element, "contextEntry"):
            variable = self.one(one, "variable")
            if variable is None:
                result = self.inside(one, inner, f"{where}, result")
                continue
            name = plain_name(variable.get("name", ""))
            entries.append((name, self.type_of(variable), self.inside(one, inner, f"{where}, entry {name!r}")))
            names.add(name)
        return BoxedContext(entries=tuple(entries), result=result)

    def invocation(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read an invocation: a function and what its parameters are bound to."""
        bindings = []
        for one in self.all(element, "binding"):
            parameter = self.one(one, "parameter")
            name = plain_name("" if parameter is None else parameter.get("name", ""))
            bindings.append((name, self.inside(one, frames, f"{where}, parameter {name!r}")))
        return BoxedInvocation(function=self.inside(element, frames, where), bindings=tuple(bindings))

    def function(self, element: Element, where: str, frames: Frames) -> BoxedFunction:
        """Read a function definition."""
        parameters = tuple(
            (plain_name(one.get("name", "")), self.type_of(one)) for one in self.all(element, "formalParameter")
        )
        is_external = element.get("kind", "FEEL").rpartition(":")[2].upper() != "FEEL"
        inner = (*frames, Names(name for name, _ in parameters))
        child = None if is_external else self.child(element)
        if child is None:
            body: Boxed = Missing(problem="an external function" if is_external else "it has no logic")
        elif child.tag.rpartition("}")[2] == "decisionTable":
            body = self.table(child, where, inner, name="")
        else:
            body = self.box(child, inner, where)
        return BoxedFunction(parameters=parameters, body=body, is_external=is_external)

    def relation(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read a relation."""
        columns = tuple(plain_name(one.get("name", "")) for one in self.all(element, "column"))
        rows = tuple(
            tuple(self.box(cell, frames, f"{where}, row {at}") for cell in row if cell.tag.rpartition("}")[2] in _BOXES)
            for at, row in enumerate(self.all(element, "row"), start=1)
        )
        return Relation(columns=columns, rows=rows)

    def list(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read a list."""
        items = [one for one in element if one.tag.rpartition("}")[2] in _BOXES]
        return BoxedList(items=tuple(self.box(one, frames, where) for one in items))

    def choice(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read a conditional."""
        test, this, other = (self.inside(self.one(element, tag), frames, where) for tag in ("if", "then", "else"))
        return BoxedChoice(test=test, this=this, other=other)

    def filter(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read a filter."""
        of = self.inside(self.one(element, "in"), frames, where)
        match = self.inside(self.one(element, "match"), (*frames, Names(["item"]), self.members), where)
        return BoxedFilter(of=of, match=match)

    def loop(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read for, some or every."""
        kind = element.tag.rpartition("}")[2]
        name = plain_name(element.get("iteratorVariable", ""))
        over = self.inside(self.one(element, "in"), frames, where)
        body = self.one(element, "return" if kind == "for" else "satisfies")
        return BoxedLoop(
            kind=kind, name=name, over=over, body=self.inside(body, (*frames, Names([name, "partial"])), where)
        )

    def nested_table(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read a table inside another expression."""
        return self.table(element, where, frames, name="")

    def nested_function(self, element: Element, frames: Frames, where: str) -> Boxed:
        """Read a function inside another expression."""
        return self.function(element, where, frames)

    def table(self, element: Element, where: str, frames: Frames, *, name: str) -> Boxed:
        """Read a decision table."""
        inputs = tuple(self.clause(one, frames, where) for one in self.all(element, "input"))
        outputs = tuple(self.gives(one, frames, where, table=name) for one in self.all(element, "output"))
        rules = tuple(
            self.row(one, inputs, outputs, frames, where=f"{where}, row {at}")
            for at, one in enumerate(self.all(element, "rule"), start=1)
        )
        return Table(
            hit_policy=element.get("hitPolicy", "UNIQUE"),
            aggregation=element.get("aggregation", ""),
            inputs=inputs,
            outputs=outputs,
            rules=rules,
        )

    def clause(self, element: Element, frames: Frames, where: str) -> Clause:
        """Read an input of a table."""
        inner = self.one(element, "inputExpression")
        label = element.get("label") or self.text(inner).strip()
        where = f"{where}, column {label!r}"
        return Clause(
            label=label,
            value=self.plain(inner, frames, where),
            kind=None if inner is None else self.type_of(inner),
            allowed=self.allowed(self.one(element, "inputValues"), where),
        )

    def gives(self, element: Element, frames: Frames, where: str, *, table: str) -> Gives:
        """Read an output of a table."""
        name = plain_name(element.get("name", "")) or table
        where = f"{where}, output {name!r}"
        default = self.one(element, "defaultOutputEntry")
        return Gives(
            name=name,
            kind=self.type_of(element),
            allowed=self.allowed(self.one(element, "outputValues"), where),
            default=None if default is None else self.plain(default, frames, where),
        )

    def row(
        self, element: Element, inputs: Sequence[Clause], outputs: Sequence[Gives], frames: Frames, *, where: str
    ) -> Row:
        """Read a rule of a table."""
        cells = [
            self.tests(self.text(one), frames, where=f"{where}, column {clause.label!r}")
            for one, clause in zip(self.all(element, "inputEntry"), inputs, strict=False)
        ]
        results = [
            self.plain(one, frames, f"{where}, output {output.name!r}")
            for one, output in zip(self.all(element, "outputEntry"), outputs, strict=False)
        ]
        if len(cells) != len(inputs) or len(results) != len(outputs):
            gap = self.missing(
                where,
                what=f"it has {len(cells)} cells and {len(results)} outputs, and the table {len(inputs)} columns and "
                f"{len(outputs)} outputs",
            )
            cells, results = [gap for _ in inputs], [gap for _ in outputs]
        return Row(cells=tuple(cells), outputs=tuple(results))


_BOXES: Mapping[str, Callable[[BoxReader, Element, Frames, str], Boxed]] = {
    "literalExpression": BoxReader.literal,
    "context": BoxReader.context,
    "invocation": BoxReader.invocation,
    "functionDefinition": BoxReader.nested_function,
    "relation": BoxReader.relation,
    "list": BoxReader.list,
    "conditional": BoxReader.choice,
    "filter": BoxReader.filter,
    "for": BoxReader.loop,
    "some": BoxReader.loop,
    "every": BoxReader.loop,
    "decisionTable": BoxReader.nested_table,
}
