"""Read a DMN model, 1.1 to 1.5, with every mistake noted where it is; the lenient reader that the standard asks for.

A model that is no XML, or no DMN, is refused. An expression that is no FEEL is null, and noted.
"""

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from creditline.policy.markup import MarkupError, read_markup
from creditline.policy.standard.boxes import BoxReader
from creditline.policy.standard.kinds import Item
from creditline.policy.standard.model import (
    AnElement,
    BoxedFunction,
    Decision,
    InputData,
    Knowledge,
    Missing,
    Model,
    Offering,
    Problem,
    Reference,
)
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.words import Names, plain_name

VERSIONS: Mapping[str, str] = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
KINDS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
REQUIREMENTS = ("informationRequirement", "knowledgeRequirement")
REQUIRED = ("requiredInput", "requiredDecision", "requiredKnowledge")


def namespace_of(xml: bytes) -> str:
    """Return the namespace a model is known by to those that import it."""
    return read_markup(xml).get("namespace", "")


def read_model(xml: bytes, *, imported: Mapping[str, Model] | None = None) -> Model:
    """Read a model; `imported` are others by namespace. Raise `MarkupError` for what is no DMN."""
    root = read_markup(xml)
    space, _, tag = root.tag[1:].partition("}")
    if tag != "definitions" or space not in VERSIONS:
        known = ", ".join(sorted(set(VERSIONS.values())))
        raise MarkupError(f"its root is {root.tag}, not the definitions of DMN {known}")
    return _ModelReader(root, space, imported or {}).model()


def id_of(element: Element) -> str:
    """Return the id of an element; one without is known by its name."""
    return element.get("id") or f"name {element.get('name', '')}"


class _ModelReader:
    """Reads one document: first what it declares, then the expressions, which must know the names in force."""

    def __init__(self, root: Element, space: str, imported: Mapping[str, Model]) -> None:
        self.root, self.space = root, space
        self.namespace = root.get("namespace", "")
        self.problems: list[Problem] = []
        self.types: dict[str, Item] = {}
        self.imports: dict[str, str] = {}
        self.models: dict[str, Model] = {}
        self.elements: dict[Reference, AnElement] = {}
        for one in self.all(root, "import"):
            self.bring_in(one, imported)
        self.members = Names(self.member_names())
        self.boxes = BoxReader(space, self.problems, members=self.members, types=Names())

    def all(self, element: Element, tag: str) -> list[Element]:
        return element.findall(f"{{{self.space}}}{tag}")

    def one(self, element: Element, tag: str) -> Element | None:
        return element.find(f"{{{self.space}}}{tag}")

    def bring_in(self, element: Element, imported: Mapping[str, Model]) -> None:
        """Take what another model declares under the name it is imported by; without a name it is as our own."""
        namespace, name = element.get("namespace", ""), plain_name(element.get("name", ""))
        model = imported.get(namespace)
        if model is None:
            if "/DMN/" in element.get("importType", "/DMN/"):
                self.problems.append(Problem(where=f"import {name!r}", what=f"there is no model {namespace!r}"))
            return
        self.imports[name] = namespace
        self.models |= {**model.models, namespace: model}
        self.elements |= model.elements
        self.types |= {f"{name}.{own}" if name else own: item for own, item in model.types.items()}

    def member_names(self) -> Iterable[str]:
        """Go through the names that values may have members of: components, outputs, columns, entries, imported names."""
        for element in self.root.iter():
            tag = element.tag.rpartition("}")[2]
            if tag in {"itemComponent", "output", "column", "variable", "decision"} and element.get("name"):
                yield plain_name(element.get("name", ""))
        for model in self.models.values():
            yield from (one.name for one in model.elements.values())
            for item in model.types.values():
                yield from (name for name, _ in item.fields)

    def model(self) -> Model:
        """Read everything."""
        self.read_types()
        self.boxes.types = Names(self.types)
        declared: dict[Reference, tuple[str, str]] = {
            key: (one.namespace, one.name) for key, one in self.elements.items()
        }
        found = [(tag, one) for tag in KINDS for one in self.all(self.root, tag)]
        for _, one in found:
            declared[self.namespace, id_of(one)] = (self.namespace, plain_name(one.get("name", "")))
        for tag, one in found:
            element = self.element(tag, one, declared)
            self.elements[self.namespace, element.id] = element
        return Model(
            namespace=self.namespace,
            name=self.root.get("name", ""),
            imports=self.imports,
            types=self.types,
            elements=self.elements,
            models=self.models,
            problems=tuple(self.problems),
        )

    def element(self, tag: str, one: Element, declared: Mapping[Reference, tuple[str, str]]) -> AnElement:
        name, id_ = plain_name(one.get("name", "")), id_of(one)
        variable = self.one(one, "variable")
        kind = self.boxes.type_of(variable if variable is not None else one)
        if tag == "inputData":
            return InputData(namespace=self.namespace, id=id_, name=name, type=kind)
        if tag == "decisionService":
            return Offering(
                namespace=self.namespace,
                id=id_,
                name=name,
                type=kind,
                outputs=self.references(one, "outputDecision"),
                given_decisions=self.references(one, "inputDecision"),
                given_inputs=self.references(one, "inputData"),
            )
        requires = tuple(
            reference
            for requirement in REQUIREMENTS
            for inner in self.all(one, requirement)
            for required in REQUIRED
            for reference in self.references(inner, required)
        )
        names = Names(
            self.known_as(namespace, name=own)
            for namespace, own in (declared[key] for key in requires if key in declared)
        )
        for key in requires:
            if key not in declared:
                self.problems.append(
                    Problem(where=f"decision {name!r}", what=f"it requires {key[1]!r}, which is nothing")
                )
        if tag == "decision":
            body = self.boxes.of_decision(one, name, (names,))
            return Decision(namespace=self.namespace, id=id_, name=name, type=kind, requires=requires, body=body)
        logic = self.one(one, "encapsulatedLogic")
        where = f"knowledge {name!r}"
        function = (
            BoxedFunction(parameters=(), body=Missing(problem="it has no logic"), is_external=False)
            if logic is None
            else self.boxes.function(logic, where, (Names([name]), names))
        )
        return Knowledge(namespace=self.namespace, id=id_, name=name, type=kind, requires=requires, body=function)

    def known_as(self, namespace: str, *, name: str) -> str:
        """Return the name under which something is in force: its own, or that of the model it is from."""
        if namespace == self.namespace:
            return name
        return next((own for own, other in self.imports.items() if other == namespace and own), name)

    def references(self, element: Element, tag: str) -> tuple[Reference, ...]:
        found = []
        for one in self.all(element, tag):
            namespace, _, id_ = one.get("href", "").rpartition("#")
            found.append((namespace or self.namespace, id_))
        return tuple(found)

    def read_types(self) -> None:
        """Read the types that the model defines; they may name each other in any order."""
        for element in self.all(self.root, "itemDefinition"):
            item = self.item(element)
            self.types[item.name] = item

    def item(self, element: Element) -> Item:
        """Read a type and its components."""
        name = plain_name(element.get("name", ""))
        function = self.one(element, "functionItem")
        base = self.one(element, "typeRef")
        parameters: tuple[TypeName | None, ...] = ()
        if function is not None:
            parameters = tuple(self.boxes.type_of(one) for one in self.all(function, "parameters"))
        return Item(
            name=name,
            base=self.boxes.type_named((base.text or "") if base is not None else element.get("typeRef", "")),
            fields=tuple((one.name, one) for one in map(self.item, self.all(element, "itemComponent"))),
            is_list=element.get("isCollection") == "true",
            is_function=function is not None,
            parameters=parameters,
            result=None if function is None else self.boxes.type_named(function.get("outputTypeRef", "")),
            allowed=self.boxes.allowed(self.one(element, "allowedValues"), f"type {name!r}"),
            constraint=self.boxes.allowed(self.one(element, "typeConstraint"), f"type {name!r}"),
            known=self.types,
        )
