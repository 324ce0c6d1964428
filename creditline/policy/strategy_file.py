"""Read a product's `strategies.toml`: what is in it, what it refers to, and what of it cannot be."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from creditline.errors import Code, PolicyInvalid
from creditline.money import MILLION
from creditline.policy.check.units import unit_findings
from creditline.policy.columnar.operate import compute
from creditline.policy.columnar.plan import EMPTY
from creditline.policy.columnar.vector import NotHeld
from creditline.policy.compiled import compile_policy
from creditline.policy.feel import Expression, FeelError, read_expression
from creditline.policy.parameters import Parameters
from creditline.policy.strategy import (
    CHAMPION,
    STRATEGY_FILE,
    Arm,
    ArmKind,
    Measure,
    StopRule,
    Strategy,
    Trial,
    Unit,
    rooms_at,
    segment_of,
)
from creditline.policy.table import Input, LiteralExpression, Policy, names_in
from creditline.policy.values import Number, plain

MOST_ARMS = 20
MOST_NAME_LENGTH = 64
MOST_DAYS = 3_650
MOST_COUNT = 10**9
MOST_MINOR = 10**15
HASH_LENGTH = 64

OF_LINE = {
    "granted_minor": "number",
    "drawn_minor": "number",
    "available_minor": "number",
    "requested_minor": "number",
    "is_blocked": "boolean",
    "is_moved": "boolean",
    "covered_sources_count": "number",
    "grade": "number",
    "release_points": "number",
}
"""What every case gives of the line and the scores, as `decision.tables` lays it out."""

TOP = ("name", "salt", "unit", "trial", "arms")
OF_ARM = (
    "kind", "why", "share_ppm", "room_ppm", "segment", "from", "to", "edition", "parameters", "stop",
)  # fmt: skip
OF_TRIAL = ("overdue_days", "horizon_days", "detect_ppm", "power", "alpha")
OF_SHARE = ("measure", "worse_by_ppm", "p", "least_count")
OF_LOSS = ("measure", "most_minor", "currency")


def read_strategy(
    files: Mapping[str, bytes], *, policy: Policy, features: Sequence[str], parameters: Parameters
) -> Strategy | None:
    """Return the strategy among a product's files, None if there is none; raise `PolicyInvalid` for one that cannot be.

    Segments may read what `policy` declares as inputs, what is known of the line (OF_LINE), and every feature.
    """
    if STRATEGY_FILE not in files:
        return None
    try:
        text = files[STRATEGY_FILE].decode()
        tables: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise _wrong("", f"it is no TOML: {wrong}") from None
    read = _Table(tables, "")
    read.only(TOP)
    arms = _arms(read.table("arms"), parameters)
    segments = _segments(arms, policy=policy, features=features)
    return Strategy(
        name=read.name("name"),
        salt=read.name("salt"),
        unit=Unit(read.one_of("unit", tuple(Unit), default=Unit.BORROWER)),
        trial=_trial(read.table("trial")),
        arms=arms,
        segments=compile_policy(segments, frozenset(one.name for one in parameters.all)),
        sha256=hashlib.sha256(files[STRATEGY_FILE]).hexdigest(),
    )


def _trial(table: "_Table") -> Trial:
    table.only(OF_TRIAL)
    known = Trial()
    return Trial(
        overdue_days=table.whole("overdue_days", least=0, most=MOST_DAYS, default=known.overdue_days),
        horizon_days=table.whole("horizon_days", least=1, most=MOST_DAYS, default=known.horizon_days),
        detect_ppm=table.whole("detect_ppm", least=1, most=10 * MILLION, default=known.detect_ppm),
        power=table.share("power", default=known.power),
        alpha=table.share("alpha", default=known.alpha),
    )


def _arms(tables: "_Table", parameters: Parameters) -> tuple[Arm, ...]:
    """Read the arms in their order, which is that of their rooms."""
    if not 1 <= len(tables.own) <= MOST_ARMS:
        raise _wrong("arms", f"there are {len(tables.own)}; give 1 to {MOST_ARMS}, or delete the file")
    bare = [_arm(name, tables.table(name), parameters) for name in tables.own]
    rooms = [one.room_ppm if one.kind is ArmKind.CHALLENGER else 0 for one in bare]
    if sum(rooms) > MILLION:
        raise _wrong("arms", f"their rooms are {sum(rooms)} ppm together, and there are {MILLION}; make some smaller")
    return tuple(_placed(arm, at) for arm, at in zip(bare, rooms_at(rooms), strict=True))


def _placed(arm: Arm, room_at_ppm: int) -> Arm:
    fields = {name: getattr(arm, name) for name in Arm.__dataclass_fields__}
    return Arm(**(fields | {"room_at_ppm": room_at_ppm}))


def _arm(name: str, table: "_Table", parameters: Parameters) -> Arm:
    _named(name, table.place)
    if name == CHAMPION or table.own.get("kind") == CHAMPION:
        raise _wrong(
            table.place, "the champion is the edition itself, and takes what no challenger takes; leave it out"
        )
    table.only(OF_ARM)
    kind = ArmKind(table.one_of("kind", tuple(ArmKind)))
    share_ppm = table.whole("share_ppm", least=0, most=MILLION, default=MILLION if kind is ArmKind.SHADOW else None)
    since, until = table.day("from"), table.day("to")
    if since is not None and until is not None and until <= since:
        raise _wrong(table.place, f"it ends on {until}, before or on the day it starts, {since}")
    if ("edition" in table.own) == ("parameters" in table.own):
        raise _wrong(table.place, "give either the edition it runs or the parameters it changes, and not both")
    if kind is ArmKind.SHADOW and ("stop" in table.own or "room_ppm" in table.own):
        raise _wrong(table.place, "a shadow decides nothing: it has no room and nothing to stop it for")
    return Arm(
        name=name,
        kind=kind,
        why=table.text("why"),
        share_ppm=share_ppm,
        room_ppm=table.whole("room_ppm", least=share_ppm, most=MILLION, default=share_ppm),
        room_at_ppm=0,
        segment=table.text("segment") if "segment" in table.own else None,
        since=since,
        until=until,
        edition=_edition(table),
        values=_values(table.table("parameters"), parameters),
        stops=tuple(_stop(one) for one in table.tables("stop")),
    )


def _edition(table: "_Table") -> str | None:
    if "edition" not in table.own:
        return None
    edition = table.text("edition")
    if len(edition) != HASH_LENGTH or set(edition) - set("0123456789abcdef"):
        raise _wrong(table.place, f"the edition {edition!r} is no whole hash; give all {HASH_LENGTH} digits")
    return edition


def _values(table: "_Table", parameters: Parameters) -> dict[tuple[str, str | None], Number]:
    """Return the numbers an arm changes, each one that there is."""
    known = {(one.name, one.currency) for one in parameters.all}
    found: dict[tuple[str, str | None], Number] = {}
    for name, value in table.own.items():
        own: dict[str | None, object] = dict(value) if isinstance(value, dict) else {None: value}
        for currency, one in own.items():
            if (name, currency) not in known:
                there = ", ".join(sorted(key if money is None else f"{key}.{money}" for key, money in known))
                raise _wrong(table.place, f"there is no parameter {name if currency is None else f'{name}.{currency}'}; "
                             f"there are {there}")  # fmt: skip
            if isinstance(one, bool) or not isinstance(one, int | float) or one != one or abs(one) > MOST_MINOR:  # noqa: PLR0124  # Only NaN differs from itself.
                raise _wrong(table.place, f"{name} = {one!r} is no number")
            found[name, currency] = plain(Decimal(str(one)))
    if table.own.keys() and not found:
        raise _wrong(table.place, "nothing is changed; give at least one number")
    return found


def _stop(table: "_Table") -> StopRule:
    measure = Measure(table.one_of("measure", tuple(Measure)))
    if measure is Measure.LOSS:
        table.only(OF_LOSS)
        return StopRule(
            measure=measure,
            most_minor=table.whole("most_minor", least=0, most=MOST_MINOR),
            currency=table.text("currency"),
        )
    table.only(OF_SHARE)
    return StopRule(
        measure=measure,
        worse_by_ppm=table.whole("worse_by_ppm", least=0, most=MILLION),
        p=table.share("p", default=0.05),
        least_count=table.whole("least_count", least=1, most=MOST_COUNT),
    )


def _segments(arms: Sequence[Arm], *, policy: Policy, features: Sequence[str]) -> Policy:
    """Return a policy with one expression a segment, each true, false or null."""
    kinds_of = {**dict.fromkeys(features, "number"), **OF_LINE, **{one.name: one.kind for one in policy.inputs}}
    inputs = tuple(Input(name=name, kind=kind) for name, kind in kinds_of.items())
    kinds = {name: EMPTY[kind] for name, kind in kinds_of.items()}
    decisions = []
    for arm in arms:
        if arm.segment is None:
            continue
        place = f"arms.{arm.name}.segment"
        try:
            expression: Expression = read_expression(arm.segment)
        except FeelError as wrong:
            raise _wrong(place, f"{arm.segment!r} is no expression: {wrong}") from None
        if unknown := sorted(set(names_in(expression)) - kinds.keys()):
            raise _wrong(place, f"{', '.join(unknown)} is no input of the policy and no feature; correct the name")
        try:
            kind = compute(expression, kinds).kind
        except NotHeld as wrong:
            raise _wrong(place, f"it cannot be answered for a whole book at once: {wrong}") from None
        if kind != "boolean":
            raise _wrong(place, f"it gives a {kind}, and a segment is true or false")
        decisions.append(LiteralExpression(name=segment_of(arm.name), kind="boolean", expression=expression))
    segments = Policy(name="segments", inputs=inputs, decisions=tuple(decisions))
    for finding in unit_findings(segments):
        raise _wrong(
            f"arms.{finding.table.removeprefix(segment_of(''))}.segment" if finding.table else "",
            finding.words.removesuffix("."),
        )
    return segments


class _Table:
    """A table of the file, read key by key; what is wrong names its place."""

    def __init__(self, own: Mapping[str, Any], place: str) -> None:
        self.own, self.place = own, place

    def only(self, keys: Sequence[str]) -> None:
        if unknown := sorted(self.own.keys() - set(keys)):
            raise _wrong(self.place, f"{', '.join(unknown)} is not known here; there are {', '.join(keys)}")

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def table(self, key: str) -> "_Table":
        found = self.own.get(key, {})
        if not isinstance(found, dict):
            raise _wrong(self.at(key), "it is no table")
        return _Table(found, self.at(key))

    def tables(self, key: str) -> list["_Table"]:
        found = self.own.get(key, [])
        if not isinstance(found, list) or any(not isinstance(one, dict) for one in found):
            raise _wrong(self.at(key), f"write each as [[{self.at(key)}]]")
        return [_Table(one, self.at(f"{key}[{place}]")) for place, one in enumerate(found, start=1)]

    def text(self, key: str) -> str:
        found = self.own.get(key)
        if not isinstance(found, str) or not found.strip():
            raise _wrong(self.place, f"it needs {key}, in words")
        return found

    def name(self, key: str) -> str:
        return _named(self.text(key), self.at(key))

    def one_of(self, key: str, words: Sequence[str], *, default: str | None = None) -> str:
        found = self.own.get(key, default)
        if found not in words:
            said = "not given" if found is None else repr(found)
            raise _wrong(self.place, f"{key} is {said}; it is one of {', '.join(words)}")
        return str(found)

    def whole(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        found = self.own.get(key, default)
        # A boolean is an int to Python, and no number.
        if type(found) is not int or not least <= found <= most:
            raise _wrong(self.place, f"it needs {key}, a whole number from {least} to {most}")
        return found

    def share(self, key: str, *, default: float) -> float:
        found = self.own.get(key, default)
        if not isinstance(found, float) or not 0 < found < 1:
            raise _wrong(self.place, f"{key} is a number between 0 and 1, such as {default}")
        return found

    def day(self, key: str) -> date | None:
        found = self.own.get(key)
        if found is not None and (isinstance(found, datetime) or not isinstance(found, date)):
            raise _wrong(self.place, f"{key} is a day, written without quotes, such as 2026-05-01")
        return found


def _named(name: str, place: str) -> str:
    if not name.isprintable() or name != name.strip() or not 1 <= len(name) <= MOST_NAME_LENGTH:
        raise _wrong(place, f"{name[:MOST_NAME_LENGTH]!r} is no name: 1 to {MOST_NAME_LENGTH} signs on one line")
    return name


def _wrong(place: str, what: str) -> PolicyInvalid:
    return PolicyInvalid(f"{STRATEGY_FILE}{f', {place}' if place else ''}: {what}.", code=Code.POLICY_INVALID)
