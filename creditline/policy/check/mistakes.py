"""All mistakes of a policy file, not only the first: each is noted, made harmless in memory, and reading goes on.

The reader itself says what is wrong and where; a cell or output it refuses is replaced by `-` or null and the file is read
again. So there is one reader and one set of messages. A mistake in the structure of a file ends the search.
"""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import fromstring

from creditline.errors import PolicyInvalid
from creditline.policy.check.finding import Finding, FindingCode, Severity
from creditline.policy.dmn import read_policy
from creditline.policy.table import Policy

MOST_MISTAKES = 100

_PLACE = re.compile(
    r"(?:, (?:table|expression|decision) '(?P<table>[^']*)')?(?:, row (?P<row>\d+))?"
    r"(?:, (?:column|output) '(?P<column>[^']*)')?(?:, character (?P<character>\d+))?: (?P<what>.*)",
    re.DOTALL,
)

_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|[^,]+')


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A policy file as far as it could be read: the policy, or None if its structure is broken, and every mistake."""

    policy: Policy | None
    mistakes: tuple[Finding, ...]


def read_all(xml: bytes, *, source: str) -> Read:
    """Read a policy file and note all its mistakes; a policy with mistakes has harmless cells in their place."""
    found: list[Finding] = []
    tree: Element | None = None
    while True:
        try:
            policy = read_policy(xml, source=source)
        except PolicyInvalid as wrong:
            mistake = _finding(wrong.message, source)
            found.append(mistake)
            if len(found) >= MOST_MISTAKES:
                return Read(policy=None, mistakes=tuple(found))
            # A file that the reader could not even parse is not parsed here either: it may be hostile.
            tree = fromstring(xml) if tree is None and mistake.table is not None else tree
            if tree is None or not _mended(tree, mistake):
                return Read(policy=None, mistakes=tuple(found))
            xml = tostring(tree)
        else:
            return Read(policy=policy, mistakes=tuple(found))


def _finding(message: str, source: str) -> Finding:
    """Return the reader's message as a finding with its place."""
    match = _PLACE.fullmatch(message.removeprefix(source))
    place = match.groupdict() if match else {"what": message}
    what = place["what"]
    if place.get("character") is not None:
        code = FindingCode.SYNTAX
    elif "allowed values" in what:
        code = FindingCode.OUTPUT_NOT_ALLOWED
    elif "is no input" in what:
        code = FindingCode.NAME_UNKNOWN
    else:
        code = FindingCode.TYPE if place.get("table") else FindingCode.TABLE_UNREADABLE
    return Finding(
        code=code,
        severity=Severity.ERROR,
        table=place.get("table"),
        rows=(int(place["row"]),) if place.get("row") else (),
        column=place.get("column"),
        character=int(place["character"]) if place.get("character") else None,
        words=what if code is FindingCode.NAME_UNKNOWN else what[:1].upper() + what[1:],
    )


def _mended(tree: Element, mistake: Finding) -> bool:
    """Replace what a mistake is about by something harmless; say whether that was possible."""
    space = tree.tag.partition("}")[0] + "}"
    decision = next((one for one in tree.iter(f"{space}decision") if one.get("name") == mistake.table), None)
    if decision is None:
        return False
    table, literal = decision.find(f"{space}decisionTable"), decision.find(f"{space}literalExpression")
    if table is None:
        return literal is not None and _set(literal, "null", space)
    for tag, entry, harmless in (("input", "inputEntry", "-"), ("output", "outputEntry", "null")):
        for at, column in enumerate(table.findall(f"{space}{tag}")):
            if _label(column, decision, space) != mistake.column:
                continue
            if mistake.rows:
                rule = table.findall(f"{space}rule")[mistake.rows[0] - 1]
                entries = rule.findall(f"{space}{entry}")
                allowed = column.findtext(f"{space}outputValues/{space}text", "") if tag == "output" else ""
                literal_text = _LITERAL.match(allowed.strip())
                if at < len(entries) and _set(entries[at], literal_text[0] if literal_text else harmless, space):
                    return True
            elif tag == "input" and (inner := column.find(f"{space}inputExpression")) is not None:
                return _set(inner, "null", space)
    return False


def _label(column: Element, decision: Element, space: str) -> str | None:
    """Return the name under which the reader tells a column or output."""
    if column.tag == f"{space}output":
        return column.get("name") or decision.get("name")
    text = column.find(f"{space}inputExpression/{space}text")
    return column.get("label") or ("" if text is None else (text.text or "").strip())


def _set(element: Element, harmless: str, space: str) -> bool:
    """Put a text into an element; False if it has it already, so that the mistake must lie elsewhere."""
    text = element.find(f"{space}text")
    if text is None or (text.text or "").strip() == harmless:
        return False
    text.text = harmless
    return True
