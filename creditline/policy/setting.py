"""One number of a product set anew from a day on: what was typed is held to the parameter's unit first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from creditline.errors import Code, Conflict, Malformed
from creditline.money import MILLION
from creditline.policy.parameters import OVERLAY, Change, Dated, Parameter, Parameters, overlay
from creditline.policy.values import Number, plain

MOST_DAYS = 3_650
MOST_COUNT = 10**9
MOST_MINOR = 10**15
MOST_RATE = 10 * MILLION
MOST_RATIO = 100
MOST_POINTS = 10_000
MOST_LETTERS = 40

RANGES: Mapping[str, tuple[int, int]] = {
    "days": (0, MOST_DAYS),
    "count": (0, MOST_COUNT),
    "minor": (0, MOST_MINOR),
    "ppm": (0, MOST_RATE),
    "bp": (0, MOST_RATE),
    "ratio": (0, MOST_RATIO),
    "points": (-MOST_POINTS, MOST_POINTS),
}
"""What a number may be at least and at most, by the last part of its name."""

BROKEN = frozenset({"ratio"})
"""The units that are not counted in whole numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A number as somebody wants it: `name` is NAME, or NAME.CUR for money, `value` as it was typed, from a day on."""

    name: str
    value: str
    since: date

    @property
    def words(self) -> str:
        """How it stands on record, so that a repeat is known by it."""
        return f"{self.name} = {self.value.strip()} from {self.since}"


def change_of(parameters: Parameters, setting: Setting, *, today: date, reference: str) -> Change:
    """Return the change that a setting makes; `reference` is what stands beside the value.

    Raise `NotFound` for a number that there is not, `Malformed` for a value that is none in its unit, or for a day that is
    over, `Conflict` if it would change nothing.
    """
    parameter = _named(parameters, setting.name)
    value = _value(parameter, setting)
    if setting.since < today:
        raise Malformed(
            f"{setting.name} cannot be set from {setting.since}: what was decided before today, {today}, was decided by the "
            f"number of then. Set it from {today} or later.",
            code=Code.MESSAGE_MALFORMED,
        )
    if any(one.since <= setting.since for one in parameter.values) and parameter.at(setting.since) == value:
        raise Conflict(
            f"{setting.name} is {value} on {setting.since} already. Nothing was done.", code=Code.POLICY_STATE
        )
    dated = Dated(since=setting.since, value=value, reference=reference)
    return Change(name=parameter.name, currency=parameter.currency, dated=dated)


def with_change(files: Mapping[str, bytes], parameters: Parameters, change: Change) -> dict[str, bytes]:
    """Return a product's files with one number changed; only OVERLAY is written."""
    texts = {name: text.decode() for name, text in files.items() if name.startswith("parameters/")}
    return {**files, OVERLAY: overlay(parameters, texts, [change]).encode()}


def shown_name(parameter: Parameter) -> str:
    """Return a parameter's name as it is typed and told: NAME, or NAME.CUR for money."""
    return parameter.name if parameter.currency is None else f"{parameter.name}.{parameter.currency}"


def _named(parameters: Parameters, name: str) -> Parameter:
    """Return the parameter of a name; one in money needs its currency."""
    known = {shown_name(one): one for one in parameters.all}
    if name not in known:
        in_money = sorted(shown for shown, one in known.items() if one.name == name)
        if in_money:
            raise Malformed(
                f"{name} is set by currency. Name one of {', '.join(in_money)}.", code=Code.MESSAGE_MALFORMED
            )
        # It raises, naming those that there are.
        parameters.one(name)
    return known[name]


def _value(parameter: Parameter, setting: Setting) -> Number:
    """Return a number as it was typed, exactly, if it is one of its unit."""
    text = setting.value.strip()
    unit = parameter.name.rpartition("_")[2]
    least, most = RANGES.get(unit, (-MOST_MINOR, MOST_MINOR))
    said = f"{setting.name} is in {parameter.unit}"
    try:
        number = Decimal(text) if len(text) <= MOST_LETTERS and text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    example = f"such as {parameter.values[-1].value}"
    if not number.is_finite():
        raise Malformed(
            f"{said}, and {text[:MOST_LETTERS]!r} is no number. Write it in digits alone, {example}.",
            code=Code.MESSAGE_MALFORMED,
        )
    if not least <= number <= most:
        raise Malformed(
            f"{said}, from {least} to {most}, and {text} is outside. Write another, {example}.",
            code=Code.MESSAGE_MALFORMED,
        )
    if unit in RANGES and unit not in BROKEN and number != number.to_integral_value():
        raise Malformed(
            f"{said}, in whole {unit}, and {text} is not whole. Write another, {example}.", code=Code.MESSAGE_MALFORMED
        )
    if number != number.to_integral_value() and Decimal(str(float(number))) != number:
        raise Malformed(
            f"{setting.name} = {text} has more digits than a file keeps. Round it.", code=Code.MESSAGE_MALFORMED
        )
    return plain(number)
