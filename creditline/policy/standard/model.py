"""A DMN model as values: what it takes, decides and knows, and the boxed expressions it does so with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from creditline.policy.standard.kinds import Item
from creditline.policy.standard.tree import Part, Tests, Tree, TypeName


class Plain(Part, frozen=True, tag=True):
    """An expression of FEEL as text."""

    tree: Tree


class Missing(Part, frozen=True, tag=True):
    """An expression that is not there, or is no FEEL: null. `problem` says why."""

    problem: str


class BoxedContext(Part, frozen=True, tag=True):
    """Entries that see those before them, and a result; without one the entries are the result."""

    entries: tuple[tuple[str, TypeName | None, "Boxed"], ...]
    result: "Boxed | None"


class BoxedInvocation(Part, frozen=True, tag=True):
    """A function with values for its parameters by name."""

    function: "Boxed"
    bindings: tuple[tuple[str, "Boxed"], ...]


class BoxedFunction(Part, frozen=True, tag=True):
    """A function whose body is boxed; one that is external is null."""

    parameters: tuple[tuple[str, TypeName | None], ...]
    body: "Boxed"
    is_external: bool


class Relation(Part, frozen=True, tag=True):
    """A list of contexts: a row each."""

    columns: tuple[str, ...]
    rows: tuple[tuple["Boxed", ...], ...]


class BoxedList(Part, frozen=True, tag=True):
    """A list of boxed expressions."""

    items: tuple["Boxed", ...]


class BoxedChoice(Part, frozen=True, tag=True):
    """If, then, else; a test that is no truth makes it null."""

    test: "Boxed"
    this: "Boxed"
    other: "Boxed"


class BoxedFilter(Part, frozen=True, tag=True):
    """The members of a list that match."""

    of: "Boxed"
    match: "Boxed"


class BoxedLoop(Part, frozen=True, tag=True):
    """For each member a result; or, by `kind` some or every, whether it holds."""

    kind: str
    name: str
    over: "Boxed"
    body: "Boxed"


class Typed(Part, frozen=True, tag=True):
    """A boxed expression whose result must be of a type."""

    of: "Boxed"
    kind: TypeName


class Clause(Part, frozen=True, tag=True):
    """An input of a table: what it tests, and what values it allows."""

    label: str
    value: "Boxed"
    kind: TypeName | None
    allowed: Tests | None


class Gives(Part, frozen=True, tag=True):
    """An output of a table: `allowed` in falling priority, `default` where no rule matches."""

    name: str
    kind: TypeName | None
    allowed: Tests | None
    default: "Boxed | None"


class Row(Part, frozen=True, tag=True):
    """A rule: tests for the inputs, and expressions for the outputs; a cell that is no FEEL is missing."""

    cells: tuple[Tests | Missing, ...]
    outputs: tuple["Boxed", ...]


class Table(Part, frozen=True, tag=True):
    """A decision table; `hit_policy` in the words of the standard, `aggregation` "" or SUM, COUNT, MIN or MAX."""

    hit_policy: str
    aggregation: str
    inputs: tuple[Clause, ...]
    outputs: tuple[Gives, ...]
    rules: tuple[Row, ...]


Boxed: TypeAlias = (
    Plain
    | Missing
    | BoxedContext
    | BoxedInvocation
    | BoxedFunction
    | Relation
    | BoxedList
    | BoxedChoice
    | BoxedFilter
    | BoxedLoop
    | Typed
    | Table
)

Reference = tuple[str, str]
"""The namespace and id of something required."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Something with a name and type, and where it is from."""

    namespace: str
    id: str
    name: str
    type: TypeName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData(Element):
    """A value the caller gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Element):
    """A value that is decided from what it requires."""

    requires: tuple[Reference, ...]
    body: Boxed


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge(Element):
    """A function that decisions and other knowledge may call."""

    requires: tuple[Reference, ...]
    body: BoxedFunction


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering(Element):
    """Decisions offered as a function of input data and input decisions, in this order."""

    outputs: tuple[Reference, ...]
    given_decisions: tuple[Reference, ...]
    given_inputs: tuple[Reference, ...]


AnElement: TypeAlias = InputData | Decision | Knowledge | Offering


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A mistake in a model: where it is (table, row, column, character) and what is wrong."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A DMN file: its elements by namespace and id with those of the models it imports, and its mistakes.

    `imports` are the names under which other namespaces are known here; `types` the types by name.
    """

    namespace: str
    name: str
    imports: Mapping[str, str]
    types: Mapping[str, Item] = field(repr=False)
    elements: Mapping[Reference, AnElement] = field(repr=False)
    models: "Mapping[str, Model]" = field(repr=False)
    problems: tuple[Problem, ...] = ()

    def named(self, name: str) -> AnElement | None:
        """Return an own element by its name, or None."""
        return next(
            (one for one in self.elements.values() if one.namespace == self.namespace and one.name == name), None
        )
