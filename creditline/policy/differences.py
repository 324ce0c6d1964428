"""Everything that one edition says otherwise than another: rules, numbers, arms, and every other file, value by value.

Whatever differs in a byte is told: what has a structure by its names, what differs in writing alone as that. So two editions
of other hashes never differ by nothing.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from creditline.policy.diff import Change, ChangeKind, Edit, Part, changes_of, changes_of_numbers
from creditline.policy.dmn import read_policy
from creditline.policy.parameters import OVERLAY, Parameter, Parameters, read_parameters
from creditline.policy.strategy import STRATEGY_FILE
from creditline.policy.table import Policy
from creditline.policy.text import require_text

POLICY_FILE = "policy.dmn"
PARAMETERS = "parameters/"
TOLD_ELSEWHERE = frozenset({"unit", "why", "values"})
"""What of a parameter is compared as a number and its words, whichever file it stands in."""

NAMING = ("name", "id", "code", "key", "measure", "trigger", "feature")
"""By which of its values an entry of a list is known, the first that tells all of them apart."""

MOST_EDITS = 40

Leaf = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison: its rules, its numbers, and its files by name."""

    policy: Policy
    numbers: Parameters
    files: Mapping[str, bytes]

    @property
    def is_whole(self) -> bool:
        """Whether it is a product, and not a file of rules alone."""
        return "product.toml" in self.files


def side(files: Mapping[str, bytes], *, source: str = POLICY_FILE) -> Side:
    """Return the side that files make; raise `PolicyInvalid` for what cannot be read of them."""
    require_text(files)
    texts = {name: body.decode() for name, body in files.items() if name.startswith(PARAMETERS)}
    return Side(
        policy=read_policy(files.get(POLICY_FILE, b""), source=source), numbers=read_parameters(texts), files=files
    )


def between(old: Side, *, new: Side) -> tuple[Change, ...]:
    """Return every change; what only a product has is compared where both sides are one."""
    rules = changes_of(old.policy, new=new.policy)
    if not (old.is_whole and new.is_whole):
        has_both = old.numbers.all and new.numbers.all
        return (*rules, *changes_of_numbers(old.numbers, new=new.numbers)) if has_both else rules
    numbers = (*changes_of_numbers(old.numbers, new=new.numbers), *_words_of_numbers(old, new))
    found = [*rules, *numbers]
    names = sorted(old.files.keys() | new.files.keys())
    others = [name for name in names if name != POLICY_FILE and not name.startswith(PARAMETERS)]
    for name in (one for one in others if old.files.get(one) != new.files.get(one)):
        found += list(_of_file(name, old.files.get(name), new.files.get(name))) or [_rewritten(name)]
    if old.files[POLICY_FILE] != new.files[POLICY_FILE] and not rules:
        found.append(_rewritten(POLICY_FILE))
    if not numbers:
        found += [
            _rewritten(name)
            for name in names
            if name.startswith(PARAMETERS) and old.files.get(name) != new.files.get(name)
        ]
    return tuple(found)


def _rewritten(file: str) -> Change:
    return Change(
        kind=ChangeKind.EDITED, part=Part.FILE, name=file, said="written otherwise, and no value of it is another"
    )


def _of_file(name: str, old: bytes | None, new: bytes | None) -> Iterator[Change]:
    """Go through what a file says otherwise, table by table; one of no known structure is told as a whole."""
    if old is None or new is None:
        came = old is None
        tables = _tables(name, new if came else old)
        if name == STRATEGY_FILE and tables is not None:
            yield from _of_tables(name, {} if came else tables, tables if came else {})
        else:
            yield Change(kind=ChangeKind.ADDED if came else ChangeKind.REMOVED, part=Part.FILE, name=name)
        return
    before, after = _tables(name, old), _tables(name, new)
    if before is None or after is None:
        yield Change(kind=ChangeKind.EDITED, part=Part.FILE, name=name, said="its text is another")
        return
    yield from _of_tables(name, before, after)


def _tables(name: str, body: bytes | None) -> dict[str, object] | None:
    """Return the content of a file by name, None if it has no structure that is known."""
    try:
        text = (body or b"").decode()
        read: object = tomllib.loads(text) if name.endswith(".toml") else json.loads(text)
    except ValueError:
        return None
    return {str(key): value for key, value in read.items()} if isinstance(read, dict) else None


def _of_tables(file: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    """Go through the changes of a file's tables, what stands above the first table by its own name."""
    for key in [*old, *(one for one in new if one not in old)]:
        sides = old.get(key), new.get(key)
        if file == STRATEGY_FILE and key == "arms":
            yield from _of_arms(*(one if isinstance(one, dict) else {} for one in sides))
            continue
        part = Part.STRATEGY if file == STRATEGY_FILE else Part.SETTING
        change = _change(part, key, *(_leaves(one, "") for one in sides))
        if change is not None:
            yield _in_file(change, None if part is Part.STRATEGY else file)


def _of_arms(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    for arm in [*old, *(one for one in new if one not in old)]:
        change = _change(Part.ARM, arm, _leaves(old.get(arm), ""), _leaves(new.get(arm), ""))
        if change is not None:
            yield change
    common = [arm for arm in old if arm in new]
    if common != [arm for arm in new if arm in old]:
        # Rooms lie in the order of the arms, so that another order draws borrowers anew.
        edit = Edit(name="order of arms", before=", ".join(old), after=", ".join(new))
        yield Change(kind=ChangeKind.EDITED, part=Part.STRATEGY, name="arms", edits=(edit,))


def _change(part: Part, name: str, old: Mapping[str, Leaf], new: Mapping[str, Leaf]) -> Change | None:
    """Return what a table says otherwise, value by value; None if it says the same."""
    if not old or not new:
        if not old and not new:
            return None
        kind, own = (ChangeKind.ADDED, new) if not old else (ChangeKind.REMOVED, old)
        return Change(kind=kind, part=part, name=name, said=", ".join(f"{key} {own[key]}".strip() for key in own))
    edits = [
        Edit(name=key, before=old.get(key), after=new.get(key))
        for key in [*old, *(one for one in new if one not in old)]
        if old.get(key) != new.get(key)
    ]
    more = f"and {len(edits) - MOST_EDITS:,} more" if len(edits) > MOST_EDITS else ""
    if not edits:
        return None
    return Change(kind=ChangeKind.EDITED, part=part, name=name, edits=tuple(edits[:MOST_EDITS]), said=more)


def _in_file(change: Change, file: str | None) -> Change:
    return Change(kind=change.kind, part=change.part, name=change.name, file=file, edits=change.edits, said=change.said)


def _leaves(value: object, path: str) -> dict[str, Leaf]:
    """Return the values inside a table by their path; the entries of a list by their name, or else by their place."""
    if isinstance(value, Mapping):
        found: dict[str, Leaf] = {}
        for key, own in value.items():
            found |= _leaves(own, f"{path}.{key}" if path else str(key))
        return found or {path: "{}"}
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        found = {}
        for place, own in zip(_places(value), value, strict=True):
            found |= _leaves(own, f"{path}[{place}]")
        return found
    return {} if value is None else {path: _said(value)}


def _places(entries: Sequence[Mapping[str, object]]) -> list[str]:
    for key in NAMING:
        names = [str(one.get(key)) for one in entries]
        if all(key in one for one in entries) and len(set(names)) == len(names):
            return names
    return [str(place) for place in range(1, len(entries) + 1)]


def _said(value: object) -> str:
    """Return a value as a line tells it; text is shown as it is written."""
    if isinstance(value, str):
        return value or '""'
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)


def _words_of_numbers(old: Side, new: Side) -> Iterator[Change]:
    """Go through what is said of numbers that are there on both sides: unit, why, references, and what else stands by them."""
    sides = [{(one.name, one.currency or ""): one for one in own.numbers.all} for own in (old, new)]
    more = [_more_of_numbers(own.files) for own in (old, new)]
    for key in sorted(sides[0].keys() & sides[1].keys()):
        leaves = [_words(own[key]) | rest.get(key, {}) for own, rest in zip(sides, more, strict=True)]
        same = {path for path in leaves[0].keys() & leaves[1].keys() if path.startswith("reference ")}
        # A day that only one side has is told as a number.
        kept = [
            {path: own[path] for path in own if path in same or not path.startswith("reference ")} for own in leaves
        ]
        change = _change(Part.SETTING, ".".join(one for one in key if one), *kept)
        if change is not None:
            yield _in_file(change, "parameters")


def _words(parameter: Parameter) -> dict[str, Leaf]:
    return {
        "unit": parameter.unit,
        "why": parameter.why,
        **{f"reference from {one.since}": one.reference or '""' for one in parameter.values},
    }


def _more_of_numbers(files: Mapping[str, bytes]) -> dict[tuple[str, str], dict[str, Leaf]]:
    """Return what stands by numbers beside what is read of them, such as the day on which a reference was verified."""
    found: dict[tuple[str, str], dict[str, Leaf]] = {}
    for file, body in files.items():
        if not file.startswith(PARAMETERS) or file == OVERLAY:
            continue
        for name, table in tomllib.loads(body.decode()).items():
            for currency, own in {"": table}.items() if "values" in table else table.items():
                rest = {key: value for key, value in own.items() if key not in TOLD_ELSEWHERE}
                found[name, currency] = _leaves(rest, "") if rest else {}
    return found
