"""What one policy says otherwise than another: rule by rule and number by number, in the words of an analyst.

Rules have no names, so they are aligned as lines of text are: what is equal stays, and of what lies between, those pairs
that differ least are one rule edited. Two cells are equal if they test the same, however they are written. A rule that
only stands elsewhere was moved, which is told where order decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

from creditline.policy.feel import Expression
from creditline.policy.parameters import Parameter, Parameters
from creditline.policy.table import DecisionTable, HitPolicy, LiteralExpression, Policy, Rule
from creditline.policy.write import feel_text

ORDERED = frozenset({HitPolicy.FIRST, HitPolicy.PRIORITY})
"""Hit policies under which the order of rules decides."""

ALIKE_RATIO = 0.75
"""Rules that differ in more of their cells and outputs than this are another rule, and not the same one edited."""

MOST_PAIRS = 40_000


class ChangeKind(StrEnum):
    """What happened to a part. Sent as text: never renamed, never reused."""

    ADDED = "added"
    REMOVED = "removed"
    EDITED = "edited"
    MOVED = "moved"


class Part(StrEnum):
    """Which part of a policy a change is about. Sent as text: never renamed, never reused."""

    ARM = "arm"
    COLUMN = "column"
    DECISION = "decision"
    EXPRESSION = "expression"
    FILE = "file"
    HIT_POLICY = "hit policy"
    INPUT = "input"
    OUTPUT = "output"
    PARAMETER = "parameter"
    RULE = "rule"
    SETTING = "setting"
    STRATEGY = "strategy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One value that reads otherwise: a cell, an output, a number from a day on; None where there is nothing."""

    name: str
    before: str | None
    after: str | None

    @property
    def words(self) -> str:
        """The edit as a line tells it: `draws_30d_count <= 5 -> <= 6`."""
        return f"{self.name} {self.before or 'nothing'} -> {self.after or 'nothing'}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One part that is otherwise; rows count from 1, each in its own policy.

    `said` is what something added or removed says, or what there is besides the edits; `file` is where a setting stands.
    """

    kind: ChangeKind
    part: Part
    decision: str | None = None
    name: str | None = None
    old_row: int | None = None
    new_row: int | None = None
    edits: tuple[Edit, ...] = ()
    said: str = ""
    file: str | None = None

    @property
    def place(self) -> str:
        """Where it is: the decision and the rule, or the name."""
        if self.part is Part.RULE:
            moved = f" -> {self.new_row}" if self.kind is ChangeKind.MOVED else ""
            return f"{self.decision}, rule {self.old_row or self.new_row}{moved}"
        if self.part is Part.SETTING:
            return f"{self.file}, {self.name}"
        named = self.part.value if self.part in {Part.EXPRESSION, Part.HIT_POLICY} else f"{self.part} {self.name}"
        return f"{self.decision}, {named}" if self.decision and self.decision != self.name else named

    @property
    def words(self) -> str:
        """What happened, as a line tells it."""
        if self.edits:
            return ", ".join(part for part in (*(one.words for one in self.edits), self.said) if part)
        if self.kind is ChangeKind.EDITED:
            return self.said
        return " ".join(part for part in (self.kind.value, self.said) if part)


def changes_of(old: Policy, *, new: Policy) -> tuple[Change, ...]:
    """Return what a policy says otherwise than an older one, decision by decision in the older one's order."""
    found: list[Change] = list(_inputs(old, new))
    for before in old.decisions:
        after = new.by_name.get(before.name)
        if after is None:
            found.append(_whole(ChangeKind.REMOVED, before.name))
        elif isinstance(before, DecisionTable) and isinstance(after, DecisionTable):
            found += _of_tables(before, after)
        elif before != after:
            found += _of_expressions(before, after)
    found += [_whole(ChangeKind.ADDED, one.name) for one in new.decisions if one.name not in old.by_name]
    return tuple(found)


def changes_of_numbers(old: Parameters, *, new: Parameters) -> tuple[Change, ...]:
    """Return the parameters whose value is otherwise on any day."""
    before, after = ({(one.name, one.currency or ""): one for one in own.all} for own in (old, new))
    found: list[Change] = []
    for name, currency in sorted(before.keys() | after.keys()):
        sides = before.get((name, currency)), after.get((name, currency))
        edits = tuple(_of_dates(*sides))
        if edits:
            kind = (
                ChangeKind.ADDED if sides[0] is None else ChangeKind.REMOVED if sides[1] is None else ChangeKind.EDITED
            )
            shown = f"{name}.{currency}" if currency else name
            found.append(Change(kind=kind, part=Part.PARAMETER, name=shown, edits=edits))
    return tuple(found)


def _of_dates(old: Parameter | None, new: Parameter | None) -> Iterator[Edit]:
    """Go through the days from which on a number is otherwise; between two of them the same holds on."""
    days = sorted({dated.since for one in (old, new) if one for dated in one.values})
    last: tuple[str | None, str | None] = (None, None)
    for day in days:
        values = _on(old, day), _on(new, day)
        if values[0] != values[1] and values != last:
            yield Edit(name=f"from {day}:", before=values[0], after=values[1])
        last = values


def _on(parameter: Parameter | None, day: date) -> str | None:
    own = [dated for dated in parameter.values if dated.since <= day] if parameter else []
    return str(own[-1].value) if own else None


def _whole(kind: ChangeKind, name: str) -> Change:
    return Change(kind=kind, part=Part.DECISION, decision=name, name=name)


def _inputs(old: Policy, new: Policy) -> Iterator[Change]:
    kinds = [{one.name: " ".join([one.kind, *one.allowed]) for one in own.inputs} for own in (old, new)]
    yield from _named(Part.INPUT, None, *kinds)


def _named(part: Part, decision: str | None, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    """Go through named things that came, went or are of another kind."""
    for name in [*old, *(one for one in new if one not in old)]:
        if name not in new or name not in old:
            kind = ChangeKind.ADDED if name in new else ChangeKind.REMOVED
            yield Change(kind=kind, part=part, decision=decision, name=name)
        elif old[name] != new[name]:
            edit = Edit(name="", before=old[name], after=new[name])
            yield Change(kind=ChangeKind.EDITED, part=part, decision=decision, name=name, edits=(edit,))


def _of_expressions(
    before: DecisionTable | LiteralExpression, after: DecisionTable | LiteralExpression
) -> Iterator[Change]:
    texts = [text_of(one.expression) if isinstance(one, LiteralExpression) else "a table" for one in (before, after)]
    edit = Edit(name="", before=texts[0], after=texts[1])
    yield Change(kind=ChangeKind.EDITED, part=Part.EXPRESSION, decision=before.name, edits=(edit,))


def _of_tables(old: DecisionTable, new: DecisionTable) -> Iterator[Change]:
    """Go through the shape of a table, then its rules."""
    if old.hit_policy != new.hit_policy:
        edit = Edit(name="", before=old.hit_policy, after=new.hit_policy)
        yield Change(kind=ChangeKind.EDITED, part=Part.HIT_POLICY, decision=old.name, edits=(edit,))
    columns = [{text_of(one.expression): one.kind for one in own.columns} for own in (old, new)]
    yield from _named(Part.COLUMN, old.name, *columns)
    outputs = [{one.name: " ".join([one.kind, *one.allowed]) for one in own.outputs} for own in (old, new)]
    yield from _named(Part.OUTPUT, old.name, *outputs)
    rows = _rows(old), _rows(new)
    is_ordered = old.hit_policy in ORDERED or new.hit_policy in ORDERED
    yield from _moved(list(_of_rules(old.name, *rows)), rows, is_ordered=is_ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a rule says in one place: equal to whatever means the same, and told as it was written."""

    means: object
    is_test: bool
    text: str = field(compare=False)


Row = Mapping[str, Said]
"""A rule by what its columns test, each column that tests nothing left out, and its outputs by name."""


def _rows(table: DecisionTable) -> list[Row]:
    return [_row(table, rule) for rule in table.rules]


def _row(table: DecisionTable, rule: Rule) -> Row:
    tests = {
        text_of(one.expression): Said(means=(cell.tests, cell.is_negated), is_test=True, text=cell.text)
        for one, cell in zip(table.columns, rule.cells, strict=True)
        if cell.tests
    }
    gives = {
        f"{one.name}:": Said(means=result, is_test=False, text=text_of(result))
        for one, result in zip(table.outputs, rule.outputs, strict=True)
    }
    return {**tests, **gives}


def text_of(node: Expression) -> str:
    """Return an expression as text, names as they are."""
    return feel_text(node, {})


def _of_rules(decision: str, old: Sequence[Row], new: Sequence[Row]) -> Iterator[Change]:
    for before, after in aligned(old, new=new):
        if before is not None and after is not None:
            edits = _edits(old[before], new[after])
            if edits:
                yield Change(
                    kind=ChangeKind.EDITED,
                    part=Part.RULE,
                    decision=decision,
                    old_row=before + 1,
                    new_row=after + 1,
                    edits=edits,
                )
        elif before is not None:
            yield Change(
                kind=ChangeKind.REMOVED, part=Part.RULE, decision=decision, old_row=before + 1, said=_said(old[before])
            )
        elif after is not None:
            yield Change(
                kind=ChangeKind.ADDED, part=Part.RULE, decision=decision, new_row=after + 1, said=_said(new[after])
            )


def _said(row: Row) -> str:
    """Return a rule as a sentence: what it tests, and what it gives."""
    tests = ", ".join(f"{name} {one.text}" for name, one in row.items() if one.is_test)
    gives = ", ".join(f"{name[:-1]} {one.text}" for name, one in row.items() if not one.is_test)
    return f"{tests or 'always'}: {gives}"


def _edits(old: Row, new: Row) -> tuple[Edit, ...]:
    names = [*old, *(name for name in new if name not in old)]
    return tuple(
        Edit(name=name.removesuffix(":"), before=_side(old, new, name), after=_side(new, old, name))
        for name in names
        if old.get(name) != new.get(name)
    )


def _side(row: Row, other: Row, name: str) -> str | None:
    """Return what a rule says in a place; a column it does not test is `-`, an output it does not have nothing."""
    if name in row:
        return row[name].text
    return "-" if other[name].is_test else None


def aligned(old: Sequence[Row], *, new: Sequence[Row]) -> Iterator[tuple[int | None, int | None]]:
    """Go through the places of equal and edited rules, of those only in the old (None on the right) and only in the new."""
    keys = [[frozenset(row.items()) for row in own] for own in (old, new)]
    for tag, start, end, other, last in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(range(start, end), range(other, last), strict=True)
        else:
            for left, right in _paired(old[start:end], new[other:last]):
                yield (None if left is None else start + left, None if right is None else other + right)


def _paired(old: Sequence[Row], new: Sequence[Row]) -> list[tuple[int | None, int | None]]:
    """Pair rules in their order so that as little as possible differs; very long stretches are paired by their place."""
    if len(old) * len(new) > MOST_PAIRS:
        most = max(len(old), len(new))
        return [(at if at < len(old) else None, at if at < len(new) else None) for at in range(most)]
    width = max((len(row) for row in (*old, *new)), default=1)
    alone = ALIKE_RATIO * width / 2
    cost = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for left in range(len(old), -1, -1):
        for right in range(len(new), -1, -1):
            if left < len(old) and right < len(new):
                both = len(_differing(old[left], new[right])) + cost[left + 1][right + 1]
                cost[left][right] = min(both, alone + cost[left + 1][right], alone + cost[left][right + 1])
            else:
                cost[left][right] = alone * (len(old) - left + len(new) - right)
    found: list[tuple[int | None, int | None]] = []
    left = right = 0
    while left < len(old) or right < len(new):
        is_pair = left < len(old) and right < len(new)
        if is_pair and cost[left][right] == len(_differing(old[left], new[right])) + cost[left + 1][right + 1]:
            found.append((left, right))
            left, right = left + 1, right + 1
        elif left < len(old) and cost[left][right] == alone + cost[left + 1][right]:
            found.append((left, None))
            left += 1
        else:
            found.append((None, right))
            right += 1
    return found


def _differing(old: Row, new: Row) -> list[str]:
    return [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]


def _moved(changes: list[Change], rows: tuple[list[Row], list[Row]], *, is_ordered: bool) -> Iterator[Change]:
    """Tell a rule that went and came back the same as moved, or not at all where order decides nothing."""
    came = [one for one in changes if one.kind is ChangeKind.ADDED and one.part is Part.RULE]
    taken: set[int] = set()
    moved: dict[int, Change] = {}
    for at, one in enumerate(changes):
        if one.kind is not ChangeKind.REMOVED or one.old_row is None:
            continue
        for other in came:
            if other.new_row in taken or other.new_row is None:
                continue
            if rows[0][one.old_row - 1] == rows[1][other.new_row - 1]:
                taken.add(other.new_row)
                moved[at] = replace(one, kind=ChangeKind.MOVED, new_row=other.new_row)
                break
    for at, one in enumerate(changes):
        if at in moved:
            if is_ordered:
                yield moved[at]
        elif not (one.kind is ChangeKind.ADDED and one.new_row in taken):
            yield one
