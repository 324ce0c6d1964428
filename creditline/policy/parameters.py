"""Numbers of a policy by date: each has a unit, a why and, from each day on, a value with its reference."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import isfinite
from typing import Any

from creditline.errors import Code, NotFound, PolicyInvalid
from creditline.policy.values import Number, plain

OVERLAY = "parameters/overlay.toml"
"""The file whose values take the place of others: what an arm changes, and what was set by itself."""

MOST_DAYS = 1_024
"""For how many days the values are kept once they were looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A value from a day on, until the next one begins."""

    since: date
    value: Number
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number by date, in one currency if it is money: values begin on ascending days."""

    name: str
    unit: str
    why: str
    currency: str | None
    values: tuple[Dated, ...]

    def at(self, day: date) -> Number:
        """Return the value on a day; raise `PolicyInvalid` if it has none yet."""
        for dated in reversed(self.values):
            if dated.since <= day:
                return dated.value
        raise PolicyInvalid(
            f"Parameter {self.name} has no value on {day}: it starts on {self.values[0].since}. "
            "Give it an earlier date, or decide as of a later day.",
            code=Code.PARAMETER_UNDATED,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Another value of a parameter from a day on, until the next value it has begins."""

    name: str
    currency: str | None
    dated: Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """All parameters of a product; `days` keeps what was looked up."""

    all: tuple[Parameter, ...]
    days: dict[tuple[date, str], Mapping[str, Number]] = field(default_factory=dict, compare=False, repr=False)

    def at(self, day: date, *, currency: str) -> Mapping[str, Number]:
        """Return every parameter's value on a day, those in money for lines of one currency."""
        known = self.days.get((day, currency))
        if known is None:
            known = {one.name: one.at(day) for one in self.all if one.currency in {None, currency}}
            if len(self.days) >= MOST_DAYS:
                self.days.clear()
            self.days[day, currency] = known
        return known

    def starts(self, currency: str) -> tuple[date, ...]:
        """Return the days on which any number of a currency changes, once all of them have a value."""
        own = [one for one in self.all if one.currency in {None, currency}]
        first = max((one.values[0].since for one in own), default=date.min)
        return tuple(sorted({max(dated.since, first) for one in own for dated in one.values} | {first}))

    def exactly(self, name: str, currency: str | None) -> Parameter:
        """Return the parameter of a name and currency, None if it is not money; raise `NotFound` if there is none."""
        found = next((one for one in self.all if (one.name, one.currency) == (name, currency)), None)
        return found or self.one(f"{name}.{currency}" if currency else name)

    def one(self, name: str, *, currency: str | None = None) -> Parameter:
        """Return a parameter by name; raise `NotFound` if there is none."""
        for parameter in self.all:
            if parameter.name == name and parameter.currency in {None, currency}:
                return parameter
        known = ", ".join(sorted({parameter.name for parameter in self.all}))
        raise NotFound(f"There is no parameter {name}. There are {known}.", code=Code.PARAMETER_UNKNOWN)


def read_parameters(texts: Mapping[str, str]) -> Parameters:
    """Read parameters from TOML texts by file name; raise `PolicyInvalid` naming file, parameter and date.

    Each table `[name]`, or `[name.CUR]` for money in a currency, has unit, why and values = [{from, value, reference}]. What
    OVERLAY says of a parameter takes the place of the values from the same days.
    """
    found = _read({file: text for file, text in texts.items() if file != OVERLAY})
    keys = [(one.name, one.currency) for one in found]
    for name, currency in keys:
        if keys.count((name, currency)) > 1:
            raise _wrong("parameters", name, "it is given twice")
    laid = {(one.name, one.currency): one for one in _read({OVERLAY: texts.get(OVERLAY, "")})}
    for name, currency in laid.keys() - set(keys):
        raise _wrong(OVERLAY, name if currency is None else f"{name}.{currency}", "there is none that it could change")
    return Parameters(all=tuple(_laid_over(one, laid.get((one.name, one.currency))) for one in found))


def _laid_over(one: Parameter, other: Parameter | None) -> Parameter:
    """Return a parameter with other values on some days."""
    if other is None:
        return one
    values = {dated.since: dated for dated in (*one.values, *other.values)}
    return replace(one, values=tuple(values[day] for day in sorted(values)))


def overlay(parameters: Parameters, texts: Mapping[str, str], changes: Iterable[Change]) -> str:
    """Return the text of OVERLAY with some values more; `texts` are the files as they are.

    Raise `NotFound` for a parameter that there is not.
    """
    laid = {(one.name, one.currency): one for one in _read({OVERLAY: texts.get(OVERLAY, "")})}
    for change in changes:
        key = (change.name, change.currency)
        base = parameters.exactly(*key)
        before = laid.get(key, replace(base, values=()))
        laid[key] = _laid_over(before, replace(base, values=(change.dated,)))
    return "\n".join(_text(one) for _, one in sorted(laid.items(), key=lambda item: (item[0][0], item[0][1] or "")))


def _text(one: Parameter) -> str:
    """Return a parameter as it stands in a file. A string of JSON without escaped pairs is one of TOML."""
    name = one.name if one.currency is None else f"{one.name}.{one.currency}"
    values = ",\n".join(
        f"  {{ from = {dated.since}, value = {dated.value}, reference = {_quoted(dated.reference)} }}"
        for dated in one.values
    )
    return f"[{name}]\nunit = {_quoted(one.unit)}\nwhy = {_quoted(one.why)}\nvalues = [\n{values},\n]\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _read(texts: Mapping[str, str]) -> list[Parameter]:
    found: list[Parameter] = []
    for file, text in sorted(texts.items()):
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as wrong:
            raise _wrong(file, "", f"this is no TOML ({wrong})") from wrong
        for name, table in tables.items():
            if "values" in table:
                found.append(_parameter(file, name, None, table))
            else:
                found += [_parameter(file, name, currency, own) for currency, own in table.items()]
    return found


def _parameter(file: str, name: str, currency: str | None, table: Any) -> Parameter:
    if not isinstance(table, dict) or not {"unit", "why", "values"} <= table.keys() or not table["values"]:
        raise _wrong(file, name, "it needs unit, why and at least one of values = [{from, value, reference}]")
    values = tuple(_dated(file, name, one) for one in table["values"])
    for before, after in pairwise(values):
        if after.since <= before.since:
            raise _wrong(file, name, f"its value from {after.since} stands after the one from {before.since}")
    return Parameter(name=name, unit=table["unit"], why=table["why"], currency=currency, values=values)


def _dated(file: str, name: str, one: Any) -> Dated:
    match one:
        case {"from": date() as since, "value": int() | float() as value} if _is_number(value):
            return Dated(since=since, value=plain(Decimal(str(value))), reference=str(one.get("reference", "")))
        case _:
            raise _wrong(file, name, f"{one} is no dated value such as {{from = 2026-01-01, value = 30}}")


def _is_number(value: float) -> bool:
    """Say whether a value of TOML is a number one can reckon with: neither a boolean nor inf nor nan."""
    return not isinstance(value, bool) and (isinstance(value, int) or isfinite(value))


def _wrong(file: str, name: str, what: str) -> PolicyInvalid:
    return PolicyInvalid(f"{file}{f', parameter {name}' if name else ''}: {what}.", code=Code.POLICY_INVALID)
