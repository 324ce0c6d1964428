"""The executor for many rows: `decide_many` answers every row of a table of inputs as the reference would.

Each decision on the way is a step over whole columns. What whole numbers in columns cannot hold exactly is answered row
by row by the compiled executor instead, and the result says so: `row_wise` names the decision and why.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from creditline.errors import PolicyInvalid
from creditline.policy.columnar import operate
from creditline.policy.columnar.answers import Answers, RowWise
from creditline.policy.columnar.bins import Selector, selectors_of
from creditline.policy.columnar.door import Columns, count_of, vectors_of
from creditline.policy.columnar.match import Matcher, matcher_of
from creditline.policy.columnar.outputs import Found, Hits, Literals, filled, literals_of, place, together
from creditline.policy.columnar.vector import Array, NotHeld, Vector, exact, values_of, vector_of
from creditline.policy.compiled import run_of
from creditline.policy.evaluate import alike, not_alike, not_unique, priority
from creditline.policy.feel import Constant
from creditline.policy.table import (
    DecisionTable,
    HitPolicy,
    LiteralExpression,
    Policy,
    Value,
    constant,
    names_in,
    names_read,
    output_names,
    requires,
    with_literals,
)

CHUNK = 16_384
"""How many rows go through a table at a time, so that what lies between two steps stays in the processor's cache."""

EMPTY: Mapping[str, Vector] = {
    "number": Vector(kind="number", values=np.empty(0, np.int64)),
    "string": Vector(kind="string", values=np.empty(0, np.intp)),
    "boolean": Vector(kind="boolean", values=np.empty(0, np.bool_)),
    "date": Vector(kind="date", values=np.empty(0, np.int64)),
}
"""No rows at all of every kind that columns hold."""

ONE_RULE = (HitPolicy.FIRST, HitPolicy.UNIQUE, HitPolicy.PRIORITY, HitPolicy.ANY)
ORDERED = (HitPolicy.FIRST, HitPolicy.PRIORITY)
"""The hit policies under which one rule wins over another; of the rest, several rules that match may be an error."""

TOGETHER = (HitPolicy.COLLECT_SUM, HitPolicy.COLLECT_MIN, HitPolicy.COLLECT_MAX, HitPolicy.COLLECT_COUNT)


def decide_many(
    policy: Policy,
    name: str,
    columns: Columns,
    parameters: Mapping[str, Value] | None = None,
    *,
    count: int | None = None,
) -> Answers:
    """Answer a decision for many rows at once; raise `Malformed` for a column that is missing or of another kind.

    `columns` holds a value a row of every input the decision reads, `parameters` those that are the same for all.
    """
    numbers = parameters or {}
    reads = names_read(policy, name)
    rows_count = count_of(columns) if count is None else count
    wanted = [one for one in policy.inputs if one.name in reads - numbers.keys()]
    scope = vectors_of(columns, wanted, count=rows_count)
    bound = {one: value for one, value in numbers.items() if one in reads}
    hits: dict[str, Hits] = {}
    failed: dict[int, str] = {}
    marks: list[RowWise] = []
    found: Found | None = None
    for step in steps_of(policy, name):
        decision = bound_to(policy, step, bound)
        try:
            found = _step(decision, scope, rows_count)
        except NotHeld as reason:
            marks.append(RowWise(decision=step, reason=str(reason)))
            found = _row_wise(decision, scope, rows_count)
        scope |= dict(zip(output_names(decision), found.outputs.values(), strict=True))
        failed = {**found.failed, **failed}
        if found.hits is not None:
            hits[step] = found.hits
    assert found is not None
    return Answers(
        policy=policy,
        decision=name,
        parameters=bound,
        count=rows_count,
        outputs=found.outputs,
        hits=hits,
        scope=scope,
        row_wise=tuple(marks),
        failed=failed,
    )


def bound_to(policy: Policy, name: str, numbers: Mapping[str, Value]) -> DecisionTable | LiteralExpression:
    """Return a decision with the parameters it mentions as literals."""
    decision = policy.decision(name)
    return with_literals(decision, numbers) if numbers.keys() & set(names_in(decision)) else decision


def steps_of(policy: Policy, name: str) -> tuple[str, ...]:
    """Return a decision after those it requires, each once, in the order in which the reference answers them first."""
    return tuple(dict.fromkeys(_visited(policy, name)))


def _visited(policy: Policy, name: str) -> Iterator[str]:
    for other in requires(policy, name):
        yield from _visited(policy, other)
    yield policy.decision(name).name


def _step(decision: DecisionTable | LiteralExpression, scope: Mapping[str, Vector], count: int) -> Found:
    """Answer one decision in columns; raise `NotHeld` saying where and why it cannot be."""
    if isinstance(decision, LiteralExpression):
        value = exact(operate.compute(decision.expression, scope))
        if value.over is not None or value.kind == "any":
            raise NotHeld("it gives a quotient, which has no end, or values held row by row")
        return Found(outputs={decision.name: value}, hits=None, failed={})
    if decision.hit_policy in ONE_RULE:
        return _one_rule(decision, scope, count)
    if decision.hit_policy in TOGETHER:
        return _together(decision, scope, count)
    raise NotHeld(f"its hit policy is {decision.hit_policy}, which is answered row by row")


def _selectors(table: DecisionTable, order: Sequence[int], scope: Mapping[str, Vector]) -> list[Selector]:
    """Return the selectors of all columns, bits numbered in an order of the rules."""
    found: list[Selector] = []
    for at, column in enumerate(table.columns):
        with place(f"column {column.label!r}"):
            vector = operate.compute(column.expression, scope)
            found += selectors_of(vector, [table.rules[row].cells[at] for row in order], scope)
    return found


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, CHUNK):
        yield slice(start, min(start + CHUNK, count))


def _one_rule(table: DecisionTable, scope: Mapping[str, Vector], count: int) -> Found:
    """Answer a table in which one rule answers each row."""
    order = _order(table)
    is_ordered = table.hit_policy in ORDERED
    matcher = matcher_of(_selectors(table, order, scope), len(order), is_first=is_ordered)
    literals: dict[str, Literals] = {}
    for at, output in enumerate(table.outputs):
        with place(f"output {output.name!r}"):
            literals[output.name] = literals_of([rule.outputs[at] for rule in table.rules], order)
    rule = np.empty(count, np.min_scalar_type(len(order)))
    values = {name: np.empty(count, one.by_rule.values.dtype) for name, one in literals.items()}
    failed: dict[int, str] = {}
    for rows in _chunks(count):
        first = matcher.first(rows)
        np.copyto(rule[rows], first, casting="unsafe")
        for name, one in literals.items():
            np.take(one.by_rule.values, first, out=values[name][rows], mode="clip")
        if not is_ordered:
            failed |= _clashing(table, matcher, rows)
    read = _read_by_outputs(table, scope)
    outputs: dict[str, Vector] = {}
    for name, one in literals.items():
        with place(f"output {name!r}"):
            outputs[name] = filled(one, read, values=values[name], rule=rule)
    sets = (*((row + 1,) for row in order), ())
    return Found(outputs=outputs, hits=Hits(places=rule, sets=sets), failed=failed)


def _read_by_outputs(table: DecisionTable, scope: Mapping[str, Vector]) -> dict[str, Vector]:
    read = {name for rule in table.rules for name in names_in(rule.outputs)}
    return {name: scope[name] for name in read}


def _order(table: DecisionTable) -> list[int]:
    """Return the rules in the order in which the first that matches answers."""
    rows = list(range(len(table.rules)))
    if table.hit_policy is not HitPolicy.PRIORITY:
        return rows
    given: list[list[Value]] = []
    for row in rows:
        literals = [node for node in table.rules[row].outputs if isinstance(node, Constant)]
        if len(literals) < len(table.outputs):
            raise NotHeld(f"row {row + 1}: its priority is computed from each row's values")
        given.append([constant(node) for node in literals])
    return sorted(rows, key=lambda row: priority(table, given[row]))


def _clashing(table: DecisionTable, matcher: Matcher, rows: slice) -> dict[int, str]:
    """Return the rows that several rules match where the hit policy lets them not, with the words of the error."""
    found: dict[int, str] = {}
    places = np.flatnonzero(matcher.several(rows))
    if not len(places):
        return found
    own, masks = matcher.groups(rows)
    words = {number: _clash(table, masks[number]) for number in np.unique(own[places]).tolist()}
    for at in places.tolist():
        if said := words[int(own[at])]:
            found[rows.start + at] = said
    return found


def _clash(table: DecisionTable, mask: int) -> str | None:
    """Return the error of several rules that match together, None if the table lets them."""
    matching = [number for number in range(len(table.rules)) if mask >> number & 1]
    if table.hit_policy is HitPolicy.UNIQUE:
        return not_unique(table.name, matching).message
    outputs = [table.rules[row].outputs for row in matching]
    if all(one == outputs[0] for one in outputs):
        return None
    literals = [[constant(node) for node in own if isinstance(node, Constant)] for own in outputs]
    if any(len(own) < len(table.outputs) for own in literals):
        raise NotHeld(
            f"rules {matching[0] + 1} and {matching[1] + 1} match together, and each row says whether they agree"
        )
    return None if alike(literals) else not_alike(table.name, matching).message


def _together(table: DecisionTable, scope: Mapping[str, Vector], count: int) -> Found:
    """Answer a table whose matching rules answer together."""
    order = list(range(len(table.rules)))
    matcher = matcher_of(_selectors(table, order, scope), len(order), is_first=False)
    places = np.empty(count, np.int32)
    seen: dict[int, int] = {}
    for rows in _chunks(count):
        own, masks = matcher.groups(rows)
        numbers = np.array([seen.setdefault(mask, len(seen)) for mask in masks], np.int32)
        np.take(numbers, own, out=places[rows], mode="clip")
    sets = tuple(tuple(row + 1 for row in order if mask >> row & 1) for mask in seen)
    hits = Hits(places=places, sets=sets)
    outputs = together(table, hits, _read_by_outputs(table, scope))
    return Found(outputs=outputs, hits=hits, failed={})


def _row_wise(decision: DecisionTable | LiteralExpression, scope: Mapping[str, Vector], count: int) -> Found:
    """Answer a decision row by row with the compiled executor."""
    run = run_of(decision)
    read = sorted(set(names_in(decision)))
    columns = [values_of(scope[name], count) for name in read]
    names = _names(decision)
    given: dict[str, list[Value]] = {name: [] for name in names}
    places = np.empty(count, np.int32)
    seen: dict[tuple[int, ...], int] = {}
    failed: dict[int, str] = {}
    for row in range(count):
        outputs: Mapping[str, Value] = dict.fromkeys(names)
        matched: tuple[int, ...] = ()
        try:
            answer = run({name: column[row] for name, column in zip(read, columns, strict=True)})
        except PolicyInvalid as wrong:
            failed[row] = wrong.message
        else:
            outputs, matched = answer.outputs, answer.rules[0][1] if answer.rules else ()
        places[row] = seen.setdefault(matched, len(seen))
        for name, value in outputs.items():
            given[name].append(value)
    hits = Hits(places=places, sets=tuple(seen)) if isinstance(decision, DecisionTable) else None
    return Found(outputs={name: vector_of(values) for name, values in given.items()}, hits=hits, failed=failed)


def _names(decision: DecisionTable | LiteralExpression) -> tuple[str, ...]:
    if isinstance(decision, LiteralExpression):
        return (decision.name,)
    return tuple(output.name for output in decision.outputs)


def bits_of(answers: Answers, table: str) -> Array:
    """Return every rule of a table that matched each row, as 64-bit words [rows, words], rule 1 in the lowest bit."""
    decision = bound_to(answers.policy, table, answers.parameters)
    if not isinstance(decision, DecisionTable):
        raise NotHeld(f"{table} is an expression and has no rules")
    selectors = _selectors(decision, list(range(len(decision.rules))), answers.scope)
    matcher = matcher_of(selectors, len(decision.rules), is_first=False)
    if not answers.count:
        return np.empty((0, len(matcher.words)), np.uint64)
    return np.concatenate([matcher.bits(rows) for rows in _chunks(answers.count)])


def marks_of(policy: Policy, parameters: Mapping[str, Value] | None = None) -> tuple[RowWise, ...]:
    """Return the decisions of a policy that cannot be answered in columns, each with the place and the reason."""
    numbers = parameters or {}
    nobody = {one.name: EMPTY[one.kind] for one in policy.inputs if one.name not in numbers and one.kind in EMPTY}
    found: dict[str, RowWise] = {}
    for decision in policy.decisions:
        if names_read(policy, decision.name) <= nobody.keys() | numbers.keys():
            for mark in decide_many(policy, decision.name, nobody, numbers, count=0).row_wise:
                found.setdefault(mark.decision, mark)
        else:
            reason = "it reads an input of a kind that columns do not hold"
            found.setdefault(decision.name, RowWise(decision=decision.name, reason=reason))
    return tuple(found.values())
