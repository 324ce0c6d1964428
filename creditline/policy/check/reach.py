"""Which inputs no rule answers, which rules answer together, and which rules never answer: exact, each with a case."""

from collections.abc import Iterable, Iterator, Sequence

from creditline.policy.check.cover import BoundReached, Mates, Steps, grown, hole
from creditline.policy.check.finding import Finding, FindingCode, Severity, case_of, joined
from creditline.policy.check.laid import Laid
from creditline.policy.evaluate import alike, compute, priority
from creditline.policy.feel import Constant
from creditline.policy.table import DecisionTable, HitPolicy, Rule, ends_of, names_in
from creditline.policy.values import Value

MOST_GAPS = 5
MOST_OVERLAPS = 20
MOST_NAMED = 8
"""How many rules a sentence names."""

MOST_STEPS_OF_A_RULE = 100_000
MOST_STEPS_OF_A_TABLE = 400_000
"""After how many steps it is said that it is not known whether a rule ever answers."""

EMPTY_IS_ANSWER = frozenset({HitPolicy.COLLECT_COUNT})
"""Hit policies under which no match is an answer, too."""


def reach_findings(laid: Laid, *, must_answer: bool) -> Iterator[Finding]:
    """Go through what is found of a table's coverage; a gap is an error where the table must always answer."""
    if not laid.table.rules or not laid.dimensions:
        return
    masks = [[one.mask for one in own.bins] for own in laid.dimensions]
    mates = Mates(masks, len(laid.table.rules))
    try:
        yield from _gaps(laid, must_answer=must_answer)
    except BoundReached:
        yield _bound(laid, "whether every input is answered")
    yield from _overlaps(laid, mates)
    yield from _unreached(laid, mates)


def _gaps(laid: Laid, *, must_answer: bool) -> Iterator[Finding]:
    """Find regions without a rule, one after the other: each that was told counts as answered from then on."""
    if laid.table.hit_policy in EMPTY_IS_ANSWER:
        return
    distinct = [list(own.classes) for own in laid.dimensions]
    told: dict[int, list[frozenset[int]]] = {}
    steps = Steps()
    rules = laid.everything
    while len(told) <= MOST_GAPS:
        tagged = [
            [
                mask | sum(1 << (len(laid.table.rules) + gap) for gap, own in told.items() if mask in own[at])
                for mask in one
            ]
            for at, one in enumerate(_cut(distinct, laid.everything))
        ]
        inside = hole(tagged, rules, steps)
        if inside is None:
            return
        if len(told) == MOST_GAPS:
            yield Finding(
                code=FindingCode.GAP,
                severity=Severity.NOTE,
                table=laid.table.name,
                words=f"More inputs than the {MOST_GAPS} regions told have no rule. Close those first, then check again.",
            )
            return
        plain = tuple(mask & laid.everything for mask in inside)
        reach = grown(_cut(distinct, laid.everything), plain, laid.everything)
        told[len(told)] = reach
        rules |= 1 << (len(laid.table.rules) + len(told) - 1)
        yield _gap(laid, reach, must_answer=must_answer)


def _cut(dimensions: Sequence[Iterable[int]], everything: int) -> list[list[int]]:
    return [[mask & everything for mask in own] for own in dimensions]


def _gap(laid: Laid, masks: Sequence[frozenset[int]], *, must_answer: bool) -> Finding:
    region = laid.region(masks)
    does = "This table must always answer" if must_answer else "It then gives null"
    return Finding(
        code=FindingCode.GAP,
        severity=Severity.ERROR if must_answer else Severity.WARNING,
        table=laid.table.name,
        witness=region.witness,
        region=region,
        words=f"No rule matches {region.words}; for example {case_of(region.witness)}. {does}: "
        "add a rule for it, or a last rule that is always true.",
    )


def _overlaps(laid: Laid, mates: Mates) -> Iterator[Finding]:
    """Find rules that match together where a table lets only one do so, or lets several only if they say the same."""
    table = laid.table
    if table.hit_policy is not HitPolicy.UNIQUE and table.hit_policy is not HitPolicy.ANY:
        return
    found = 0
    for row, rule in enumerate(table.rules):
        both = mates.of(row) & ~((2 << row) - 1)
        if table.hit_policy is HitPolicy.ANY:
            both &= ~sum(1 << at for at, other in enumerate(table.rules) if _says_the_same(rule, other))
        found += both.bit_count()
        while both and found - both.bit_count() < MOST_OVERLAPS:
            yield _overlap(laid, mates, (row, (both & -both).bit_length() - 1))
            both &= both - 1
    if found > MOST_OVERLAPS:
        yield Finding(
            code=FindingCode.OVERLAP,
            severity=Severity.NOTE,
            table=table.name,
            words=f"{found - MOST_OVERLAPS} more pairs of rules overlap. Separate those told first, then check again.",
        )


def _says_the_same(rule: Rule, other: Rule) -> bool:
    """Say whether two rules give the same whatever is given; of what is computed, only if it is written the same."""
    if rule.outputs == other.outputs:
        return True
    fixed = [[compute(one, {}) for one in own.outputs if not any(names_in(one))] for own in (rule, other)]
    return all(len(own) == len(rule.outputs) for own in fixed) and alike(fixed)


def _overlap(laid: Laid, mates: Mates, pair: tuple[int, int]) -> Finding:
    row, other = pair
    wanted = 1 << row | 1 << other
    region = laid.region([[mask for mask in own if mask & wanted == wanted] for own in mates.dimensions])
    differ = laid.table.rules[row].outputs != laid.table.rules[other].outputs
    outputs = "and answer differently" if differ else "and answer the same"
    is_computed = any(names_in((laid.table.rules[row].outputs, laid.table.rules[other].outputs)))
    may_agree = laid.table.hit_policy is HitPolicy.ANY and is_computed
    return Finding(
        code=FindingCode.OVERLAP,
        # What is computed may turn out the same in every case; where it does not, the case is an error when it comes.
        severity=Severity.WARNING if may_agree else Severity.ERROR,
        table=laid.table.name,
        rows=(row + 1, other + 1),
        witness=region.witness,
        region=region,
        words=f"Rules {row + 1} and {other + 1} both match {region.words} {outputs}; for example "
        f"{case_of(region.witness)}. The hit policy {laid.table.hit_policy} forbids it: "
        + ("make them exclude each other." if differ else "merge them, or make them exclude each other."),
    )


def before_of(table: DecisionTable) -> list[int]:
    """Return, for each rule, the rules that win over it where both match: none in a table that takes all that match."""
    count = len(table.rules)
    if table.hit_policy is HitPolicy.FIRST:
        return [(1 << row) - 1 for row in range(count)]
    if table.hit_policy is HitPolicy.PRIORITY and all(not any(names_in(rule.outputs)) for rule in table.rules):
        outputs = [[compute(one, {}) for one in rule.outputs] for rule in table.rules]
        ranks = [(priority(table, own), row) for row, own in enumerate(outputs)]
        return [sum(1 << other for other in range(count) if ranks[other] < ranks[row]) for row in range(count)]
    return [0] * count


def _unreached(laid: Laid, mates: Mates) -> Iterator[Finding]:
    """Find rules that match nothing, that never come first, and that only missing values reach."""
    before = before_of(laid.table)
    known = [own.known() for own in laid.dimensions]
    is_same = all(len(own.bins) == len(all_of.bins) for own, all_of in zip(known, laid.dimensions, strict=True))
    count = len(laid.table.rules)
    others = mates if is_same else Mates([[one.mask for one in own.bins] for own in known], count)
    whole = Steps(MOST_STEPS_OF_A_TABLE)
    still_open: list[int] = []
    for row in range(count):
        try:
            yield from _unreached_rule(laid, row, (mates, others), before=before[row], whole=whole)
        except BoundReached:
            still_open.append(row + 1)
    if still_open:
        yield _bound(laid, f"whether {_rules(still_open)} ever answer{'s' if len(still_open) == 1 else ''}")


def _unreached_rule(
    laid: Laid, row: int, sides: tuple[Mates, Mates], *, before: int, whole: Steps
) -> Iterator[Finding]:
    """Look at one rule with missing values and, if that differs, without."""
    mates, known = sides
    meets = mates.of(row)
    if not meets:
        yield _never_matches(laid, row)
        return
    steps = whole.share(MOST_STEPS_OF_A_RULE)
    earlier, covers = meets & before, mates.covers(row)
    if earlier & covers[0]:
        alone = earlier & covers[0]
        yield _never_first(laid, row, ((alone & -alone).bit_length(),))
        return
    box = mates.box(row) if earlier else []
    inside = hole(box, earlier, steps, covers=covers) if earlier else ()
    if inside is None:
        yield _never_first(laid, row, _masking(box, earlier, whole))
    elif known is not mates and _is_unknown_to(known, row, before, steps) and not _mentions_null(laid, row):
        box = mates.box(row)
        yield _only_missing(laid, row, box, inside or tuple(masks[0] for masks in box))


def _is_unknown_to(known: Mates, row: int, before: int, steps: Steps) -> bool:
    """Say whether a rule never answers as long as nothing is missing."""
    meets = known.of(row)
    earlier, covers = meets & before, known.covers(row)
    if not meets or earlier & covers[0]:
        return True
    return bool(earlier) and hole(known.box(row), earlier, steps, covers=covers) is None


def _masking(box: Sequence[Sequence[int]], earlier: int, whole: Steps) -> tuple[int, ...]:
    """Return rules, as few as simply leaving out finds, that cover a box together; rows from 1."""
    kept = earlier
    try:
        steps = whole.share(MOST_STEPS_OF_A_RULE)
        for row in reversed(range(earlier.bit_length() if earlier.bit_count() <= FEW_MASKING else 0)):
            without = kept & ~(1 << row)
            if without != kept and hole(box, without, steps) is None:
                kept = without
    except BoundReached:
        # Those kept so far cover the box all the same; they are only not the fewest.
        return _rows(kept)
    return _rows(kept)


def _rows(rules: int) -> tuple[int, ...]:
    """Return the rows of a set of rules, counted from 1."""
    return tuple(row + 1 for row in range(rules.bit_length()) if rules >> row & 1)


def _rules(rows: Sequence[int]) -> str:
    """Return rules as a sentence names them, the first few of many."""
    more = [f"{len(rows) - MOST_NAMED} more"] if len(rows) > MOST_NAMED else []
    return f"rule{'s' if len(rows) > 1 else ''} {joined([*rows[:MOST_NAMED], *more])}"


FEW_MASKING = 64
"""Of more rules than this, all are named as masking, and not the fewest that do."""


def _never_matches(laid: Laid, row: int) -> Finding:
    return Finding(
        code=FindingCode.RULE_NEVER_MATCHES,
        severity=Severity.ERROR if laid.is_exact else Severity.WARNING,
        table=laid.table.name,
        rows=(row + 1,),
        words=f"Rule {row + 1} can never match: no input fulfils all its cells{_so_far(laid)}. "
        "Correct the cell that no value can meet, or delete the rule.",
    )


def _never_first(laid: Laid, row: int, masking: tuple[int, ...]) -> Finding:
    answers = "answers" if len(masking) == 1 else "answer"
    return Finding(
        code=FindingCode.RULE_NEVER_FIRST,
        severity=Severity.ERROR if laid.is_exact else Severity.WARNING,
        table=laid.table.name,
        rows=(row + 1, *masking),
        words=f"Rule {row + 1} never answers: whatever it matches, {_rules(masking)} {answers} before it{_so_far(laid)}. "
        "Move it up, narrow what stands before it, or delete it.",
    )


def _only_missing(laid: Laid, row: int, box: Sequence[Sequence[int]], inside: tuple[int, ...]) -> Finding:
    witness = _missing_case(laid, inside)
    missing = [name for name, value in witness.items() if value is None]
    is_negated = any(cell.is_negated for cell in laid.table.rules[row].cells)
    return Finding(
        code=FindingCode.REACHED_ONLY_BY_MISSING,
        severity=Severity.WARNING if is_negated else Severity.NOTE,
        table=laid.table.name,
        rows=(row + 1,),
        witness=witness,
        region=laid.region(box),
        words=f"Rule {row + 1} is reached only where {joined(missing, 'or') or 'an input'} is missing; for example "
        f"{case_of(witness)}. If that is meant, write null in its cell; if not, another rule should answer it.",
    )


def _missing_case(laid: Laid, inside: tuple[int, ...]) -> dict[str, Value]:
    """Return a case of a hole with as few values missing as its masks allow."""
    found: dict[str, Value] = {}
    for own, mask in zip(laid.dimensions, inside, strict=True):
        bins = own.classes[mask]
        chosen = next((one for one in bins if None not in one.values), bins[0])
        found |= dict(zip(own.names, chosen.values, strict=True))
    return found


def _mentions_null(laid: Laid, row: int) -> bool:
    """Say whether a rule's own cells ask for null: then missing values are meant."""
    return any(
        isinstance(end, Constant) and end.kind == "null" and not cell.is_negated
        for cell in laid.table.rules[row].cells
        for end in ends_of(cell)
    )


def _so_far(laid: Laid) -> str:
    return "" if laid.is_exact else ", as far as the values tried show"


def _bound(laid: Laid, question: str) -> Finding:
    return Finding(
        code=FindingCode.BOUND_REACHED,
        severity=Severity.WARNING,
        table=laid.table.name,
        words=f"The table is too entangled to say {question} within the bound of steps. Split it into smaller tables.",
    )
