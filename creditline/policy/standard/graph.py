"""Answer decisions, knowledge and services of a model: each decision from what it requires, once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from creditline.policy.standard.boxed import arguments, evaluate, function_of
from creditline.policy.standard.calendar import Moment
from creditline.policy.standard.kinds import Item, Types
from creditline.policy.standard.model import (
    AnElement,
    Decision,
    InputData,
    Knowledge,
    Model,
    Offering,
    Reference,
)
from creditline.policy.standard.run import Scope, types_of
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.values import Function, Value
from creditline.policy.standard.work import MOST_STEPS, Exhausted, Work

MOST_REQUIRED = 40
"""How deep decisions may require each other."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision gave, and why it is null where a bound of the work was reached."""

    value: Value
    problem: str = ""


def answer(
    model: Model,
    name: str,
    given: Mapping[str, Value],
    *,
    as_of: Moment | None = None,
    most_steps_count: int = MOST_STEPS,
) -> Outcome:
    """Answer a decision, service or knowledge of a model by its name; inputs are given by name.

    An input of an imported model may be given as "namespace#name". A service is called with the values given for its
    parameters. Work past `most_steps_count` is given up, and so said.
    """
    element = model.named(name)
    if element is None:
        return Outcome(None, f"there is no {name!r}")
    run = _Run(model, given, Work(as_of=as_of, steps_left=most_steps_count))
    try:
        if isinstance(element, Offering):
            found = run.offered_by_name(element, given)
        else:
            found = run.value((element.namespace, element.id))
        run.work.weigh(found)
    except Exhausted as ended:
        return Outcome(None, f"{name} was given up: {ended}")
    except RecursionError:
        return Outcome(None, f"{name} was given up: it is nested too deep")
    return Outcome(found)


@dataclass(slots=True)
class _Run:
    """One evaluation: what is given, and what has been decided already."""

    model: Model
    given: Mapping[str, Value]
    work: Work
    known: dict[Reference, Value] = field(default_factory=dict)
    path: tuple[Reference, ...] = ()

    def value(self, reference: Reference) -> Value:
        """Return the value of an element, decided once."""
        if reference in self.known:
            return self.known[reference]
        element = self.model.elements.get(reference)
        if element is None:
            return None
        if reference in self.path or len(self.path) > MOST_REQUIRED:
            raise Exhausted("its decisions require each other in a circle, or too deep")
        self.path = (*self.path, reference)
        found = self.of(element)
        self.path = self.path[:-1]
        self.known[reference] = found
        return found

    def of(self, element: AnElement) -> Value:
        """Return the value of an element: an input as it was given, a decision evaluated, a function."""
        self.work.spend(1 + len(getattr(element, "requires", ())))
        match element:
            case InputData():
                key = f"{element.namespace}#{element.name}"
                value = self.given[key] if key in self.given else self.given.get(element.name)
                return self.types(element).coerced(value, element.type)
            case Decision():
                scope = self.scope(element, element.requires)
                return scope.types.coerced(evaluate(element.body, scope), element.type)
            case Knowledge():
                scope = self.scope(element, element.requires)
                result = None if self.is_function(element) else element.type
                function = function_of(element.body, scope, name=element.name, result=result)
                scope.names[element.name] = function
                return function
            case Offering():
                return self.offered(element)

    def is_function(self, element: Knowledge) -> bool:
        """Tell whether the variable of knowledge names the type of the function itself, and not that of its results."""
        types = self.types(element)
        kind = types.resolved(element.type)
        return (isinstance(kind, Item) and kind.is_function) or (isinstance(kind, TypeName) and kind.name == "function")

    def types(self, element: AnElement) -> Types:
        """Return the types in force where an element is."""
        own = self.model if element.namespace == self.model.namespace else self.model.models[element.namespace]
        return types_of(own.types, self.work)

    def scope(self, element: AnElement, requires: tuple[Reference, ...]) -> Scope:
        """Return what an element sees: what it requires, by name, that of other models under the name of the import."""
        own = self.model if element.namespace == self.model.namespace else self.model.models[element.namespace]
        names: dict[str, Value] = {}
        for reference in requires:
            required = self.model.elements.get(reference)
            if required is None:
                continue
            value = self.value(reference)
            import_name = next((name for name, space in own.imports.items() if space == required.namespace), "")
            if required.namespace == own.namespace or not import_name:
                names[required.name] = value
            else:
                inner = names.setdefault(import_name, {})
                assert isinstance(inner, dict)
                inner[required.name] = value
        return Scope(names, work=self.work, types=self.types(element))

    def offered(self, element: Offering) -> Value:
        """Return a service as a function of its input data and input decisions, in this order."""
        references = (*element.given_inputs, *element.given_decisions)
        required = [self.model.elements[one] for one in references if one in self.model.elements]
        types = tuple(one.type for one in required)
        scope = Scope({}, work=self.work, types=self.types(element))

        def call_it(values: tuple[Value, ...]) -> Value:
            fitted = arguments(values, types, scope)
            if fitted is None:
                return None
            return self.served(element, dict(zip(references, fitted, strict=True)))

        return Function(name=element.name, parameters=tuple(one.name for one in required), call=call_it, types=types)

    def offered_by_name(self, element: Offering, given: Mapping[str, Value]) -> Value:
        """Answer a service with values by name; what is not given is null."""
        references = (*element.given_inputs, *element.given_decisions)
        known = {
            one: self.types(self.model.elements[one]).coerced(
                given.get(self.model.elements[one].name), self.model.elements[one].type
            )
            for one in references
            if one in self.model.elements
        }
        return self.served(element, known)

    def served(self, element: Offering, known: dict[Reference, Value]) -> Value:
        """Answer a service: its outputs decided from what is known alone, a context if there are several."""
        inner = _Run(self.model, {}, self.work, known, self.path)
        outputs = {
            self.model.elements[one].name: inner.value(one) for one in element.outputs if one in self.model.elements
        }
        found = next(iter(outputs.values())) if len(outputs) == 1 else dict(outputs)
        return self.types(element).coerced(found, element.type)
