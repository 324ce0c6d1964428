"""What a check found: a stable code, how bad it is, where it is, what to do, and a case that shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from creditline.policy.check.region import Region
from creditline.policy.values import Value


class Severity(StrEnum):
    """How bad a finding is: an error keeps a product from being offered, a warning wants a look, a note tells."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class FindingCode(StrEnum):
    """Stable names of what can be found. Sent as text: never renamed, never reused."""

    ANSWER_UNKNOWN = "answer_unknown"
    BOUND_REACHED = "bound_reached"
    CONDITION_UNKNOWN = "condition_unknown"
    EXAMPLE_FAILS = "example_fails"
    EXCEPTION_UNUSED = "exception_unused"
    GAP = "gap"
    INPUT_UNKNOWN = "input_unknown"
    INPUT_UNUSED = "input_unused"
    NAME_UNKNOWN = "name_unknown"
    NOT_MATCHES_MISSING = "not_matches_missing"
    OUTPUT_NOT_ALLOWED = "output_not_allowed"
    OVERLAP = "overlap"
    PARAMETER_UNDATED = "parameter_undated"
    PARAMETER_UNUSED = "parameter_unused"
    PRICE_ABOVE_CEILING = "price_above_ceiling"
    PRICE_WITHOUT_BOUND = "price_without_bound"
    PRODUCT_UNREADABLE = "product_unreadable"
    RATIO_EQUALITY = "ratio_equality"
    REASON_UNKNOWN = "reason_unknown"
    REACHED_ONLY_BY_MISSING = "reached_only_by_missing"
    RULE_DEAD = "rule_dead"
    RULE_NEVER_FIRST = "rule_never_first"
    RULE_NEVER_MATCHES = "rule_never_matches"
    SYNTAX = "syntax"
    TABLE_UNREADABLE = "table_unreadable"
    TERMS_IMPOSSIBLE = "terms_impossible"
    TYPE = "type"
    UNIT_MISMATCH = "unit_mismatch"
    WORDS_MISSING = "words_missing"
    WORSE_IS_ANSWERED_BETTER = "worse_is_answered_better"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found; rows and characters count from 1.

    `witness` gives inputs that show it, `against` the second case where it takes two; `cases_count` is how many recorded
    decisions it touches, None if nobody counted. `region` is where it holds, for whoever counts.
    """

    code: FindingCode
    severity: Severity
    words: str
    table: str | None = None
    rows: tuple[int, ...] = ()
    column: str | None = None
    character: int | None = None
    witness: Mapping[str, Value] | None = None
    against: Mapping[str, Value] | None = None
    cases_count: int | None = None
    region: Region | None = field(default=None, repr=False, compare=False)

    @property
    def place(self) -> str:
        """Where it is, as people say it: table, rows, column, character."""
        parts = [self.table or ""]
        if self.rows:
            parts.append(f"row{'s' if len(self.rows) > 1 else ''} {joined(self.rows)}")
        if self.column:
            parts.append(self.column)
        if self.character is not None:
            parts.append(f"character {self.character}")
        return ", ".join(part for part in parts if part)


_WORST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings, each once, the worst first, then by table and row; under several sets of numbers the first tells."""
    once: dict[tuple[object, ...], Finding] = {}
    for one in findings:
        once.setdefault((one.code, one.table, one.rows, one.column, one.words), one)
    return tuple(
        sorted(once.values(), key=lambda one: (_WORST_FIRST.index(one.severity), one.table or "", one.rows, one.code))
    )


def counted(finding: Finding, cases_count: int) -> Finding:
    """Return a finding with the number of recorded decisions it touches."""
    return replace(finding, cases_count=cases_count)


def joined(names: Iterable[object], last: str = "and") -> str:
    """Return names as a sentence lists them: a, b and c."""
    listed = [str(name) for name in names]
    return f" {last} ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)


def shown(value: Value) -> str:
    """Return a value as a person writes it in a cell."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def case_of(witness: Mapping[str, Value]) -> str:
    """Return inputs as a sentence shows them."""
    return ", ".join(f"{name} = {shown(value)}" for name, value in witness.items())


def told_of(finding: Finding) -> dict[str, Any]:
    """Return a finding for programs: witnesses as FEEL literals, so that no decimal is rounded on the way."""
    told = {name: getattr(finding, name) for name in Finding.__slots__ if name not in {"region", "witness", "against"}}
    cases = {"witness": finding.witness, "against": finding.against}
    return told | {name: case and {own: shown(value) for own, value in case.items()} for name, case in cases.items()}
