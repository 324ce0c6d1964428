"""Is anybody answered better for being worse? Neighbouring bins of an input are compared, whatever else is given.

Measures are ordered, so if worse is answered better anywhere, it is between two neighbouring bins, too. The other inputs
are walked with the rules alive on both sides; where the same rules are left on both sides nothing can differ any more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from creditline.errors import PolicyInvalid
from creditline.policy.check.axis import Bin
from creditline.policy.check.cover import BoundReached, Steps, always
from creditline.policy.check.finding import Finding, FindingCode, Severity, case_of, joined, shown
from creditline.policy.check.laid import Laid, inputs_of
from creditline.policy.check.region import Dimension
from creditline.policy.check.surroundings import Surroundings
from creditline.policy.table import Answer, HitPolicy, names_in
from creditline.policy.values import Value

MOST_PAIRS = 3
"""How many pairs are told of one input and measure of a table."""

MOST_STEPS = 60_000

Inputs = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two cases that differ in one input alone, and what they are answered."""

    better: Inputs
    worse: Inputs
    before: Answer
    after: Answer


def monotone_findings(laid: Laid, known: Surroundings) -> Iterator[Finding]:
    """Go through pairs in which an input that got worse alone is answered better; a reason given makes it a note."""
    for own in laid.dimensions:
        for name in own.names:
            if known.worse.get(name) in {"higher", "lower"}:
                yield from _of_input(laid, known, own, name)


def _of_input(laid: Laid, known: Surroundings, own: Dimension, name: str) -> Iterator[Finding]:
    why = next((one.why for one in known.allowed if (one.table, one.name) == (laid.table.name, name)), None)
    told: dict[str, int] = {}
    seen: set[tuple[str, object, object]] = set()
    walk = _Walk(laid=laid, own=own, name=name, reads_it=_reads(laid, name))
    try:
        for pair in walk.pairs(rising=known.worse[name] == "higher"):
            before, after = (known.worth(laid.table.name, one.outputs) for one in (pair.before, pair.after))
            for measure in before.keys() & after.keys():
                key = (measure, pair.before.rules[-1:], pair.after.rules[-1:])
                if after[measure] > before[measure] and key not in seen and told.get(measure, 0) < MOST_PAIRS:
                    seen.add(key)
                    told[measure] = told.get(measure, 0) + 1
                    yield _finding(laid, known, name, pair=pair, measure=measure, why=why)
    except BoundReached:
        yield Finding(
            code=FindingCode.BOUND_REACHED,
            severity=Severity.NOTE,
            table=laid.table.name,
            column=name,
            words=f"The table is too entangled to compare every worse {name} within the bound of steps.",
        )


def _reads(laid: Laid, name: str) -> bool:
    """Say whether what a table gives depends on an input beyond the rules it chooses."""
    return any(name in set(inputs_of(laid.policy, rule.outputs)) for rule in laid.table.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """One input of a table, every neighbouring pair of its bins, and all that else may be given."""

    laid: Laid
    own: Dimension
    name: str
    reads_it: bool
    steps: Steps = field(default_factory=lambda: Steps(MOST_STEPS))
    answers: dict[int, Answer | None] = field(default_factory=dict)

    def pairs(self, *, rising: bool) -> Iterator[Pair]:
        """Go through pairs of cases that may be answered differently, the better one first."""
        for better, worse in self.neighbours(rising=rising):
            if self.reads_it or better.mask != worse.mask:
                yield from self.contexts(better, worse=worse)

    def neighbours(self, *, rising: bool) -> Iterator[tuple[Bin, Bin]]:
        """Go through bins that lie next to each other in the input, all other names of the dimension being equal."""
        at = self.own.names.index(self.name)
        alike: dict[tuple[Value, ...], list[Bin]] = {}
        for one in self.own.bins:
            if one.values[at] is not None:
                alike.setdefault(one.values[:at] + one.values[at + 1 :], []).append(one)
        for bins in alike.values():
            ordered = sorted(bins, key=lambda one: one.values[at], reverse=not rising)  # type: ignore[arg-type, return-value]  # One input's values are of one kind.
            yield from pairwise(ordered)

    def contexts(self, better: Bin, *, worse: Bin) -> Iterator[Pair]:
        """Go through what else may be given, wherever different rules may answer the two."""
        others = [one for one in self.laid.dimensions if one is not self.own]
        boxes = [list(one.classes) for one in others]
        covers = always(boxes)
        is_first = self.laid.table.hit_policy is HitPolicy.FIRST
        seen: set[tuple[int, int, int]] = set()

        def left_of(alive: int, *, at: int) -> int:
            """Leave out the rules behind one that holds in all that is still to come: they never answer."""
            sure = alive & covers[at]
            return alive & ((sure & -sure) * 2 - 1) if is_first and sure else alive

        def walk(at: int, alive: tuple[int, int], chosen: Inputs) -> Iterator[Pair]:
            first, second = left_of(alive[0], at=at), left_of(alive[1], at=at)
            if (at, first, second) in seen or (first == second and not self.reads_it):
                return
            seen.add((at, first, second))
            if at == len(boxes):
                yield from self.pair((first, second), (better, worse), chosen)
                return
            self.steps.take(len(boxes[at]))
            for mask, bins in others[at].classes.items():
                values = dict(zip(others[at].names, bins[0].values, strict=True))
                yield from walk(at + 1, (first & mask, second & mask), chosen | values)

        yield from walk(0, (better.mask & self.laid.everything, worse.mask & self.laid.everything), {})

    def pair(self, alive: tuple[int, int], bins: tuple[Bin, Bin], chosen: Inputs) -> Iterator[Pair]:
        """Give the pair of cases with their answers, if both have one."""
        cases = [chosen | dict(zip(self.own.names, one.values, strict=True)) for one in bins]
        answers = [self.answer(own, case) for own, case in zip(alive, cases, strict=True)]
        if answers[0] is not None and answers[1] is not None:
            yield Pair(better=cases[0], worse=cases[1], before=answers[0], after=answers[1])

    def answer(self, alive: int, case: Inputs) -> Answer | None:
        """Return the reference's answer; where it depends on the rules alone, the same rules are asked once."""
        is_fixed = not any(names_in(rule.outputs) for rule in self.laid.table.rules)
        if is_fixed and alive in self.answers:
            return self.answers[alive]
        try:
            found = self.laid.answer(case)
        except PolicyInvalid:
            return None
        if is_fixed:
            self.answers[alive] = found
        return found


def _finding(laid: Laid, known: Surroundings, name: str, *, pair: Pair, measure: str, why: str | None) -> Finding:
    """Say what a pair shows."""
    rest = {other: value for other, value in pair.better.items() if other != name}
    given = f", with {case_of(rest)}" if rest else ""
    words = (
        f"A worse {name} is answered better: {shown(pair.better[name])} gives {_given(pair.before, measure)} and "
        f"{shown(pair.worse[name])} gives {_given(pair.after, measure)}{given}."
    )
    is_answer = laid.table.name in known.must_answer and measure == "answer"
    return Finding(
        code=FindingCode.WORSE_IS_ANSWERED_BETTER,
        severity=Severity.NOTE if why else Severity.ERROR if is_answer else Severity.WARNING,
        table=laid.table.name,
        rows=tuple(dict.fromkeys(row for one in (pair.before, pair.after) for row in one.rules[-1][1])),
        column=name,
        witness=pair.better,
        against=pair.worse,
        words=f"{words} Allowed: {why}"
        if why
        else f"{words} Correct the rules, or allow it in product.toml and say why.",
    )


def _given(answer: Answer, measure: str) -> str:
    """Return what an answer gives, as far as it is told: the measure alone, or all that makes an answer."""
    told: Mapping[str, Value] = (
        answer.outputs if measure not in answer.outputs or measure == "answer" else {measure: answer.outputs[measure]}
    )
    rows = answer.rules[-1][1]
    rule = f" by rule{'s' if len(rows) > 1 else ''} {joined(rows)}" if rows else ""
    return ", ".join(f"{name} {shown(value)}" for name, value in told.items() if value is not None) + rule
