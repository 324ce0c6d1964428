"""What a simulation assumes: measured moments with their sources, and numbers of behaviour, read from one file."""

import tomllib
from datetime import date

import msgspec

from creditline.errors import Code, Malformed


class Moment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure that was measured: `use` says whether behaviour was set by it ("calibrates") or is checked by it ("checks")."""

    value: float
    unit: str
    use: str
    source: str


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Points of the distribution of limits: shares of people, amounts in whole units of the currency, rounded to `step`."""

    shares: tuple[float, ...]
    amounts: tuple[int, ...]
    step: int


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """People who use a line alike: how many they are, what they use at the start, pay of a bill, and spend a month."""

    share: float
    use_mean: float
    use_weight: float
    pays_low: float
    pays_high: float
    spends_mean: float


class Purchases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When people buy, and how much."""

    rate_shape: float
    rate_mean: float
    sigma: float
    distance_power: float
    most_a_month: float


class Trouble(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How work or health is lost: chances a month, and what people do in such months."""

    begins: float
    frailty_shape: float
    strain_ends: float
    strain_worsens: float
    nothing_ends: float
    pays_nothing: float
    draws_times: float


class Income(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Income a month in shares of the limit, and the chance of a month with less."""

    mean: float
    sigma: float
    dip: float


class Payment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How bills are paid."""

    minimum: float
    days_low: int
    days_high: int
    forgets: float
    varies: float


class Response(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people do about limit that is withheld; zero everywhere switches it off."""

    draws_less: float
    trouble_more: float
    least_worth: float


class Advice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who looks what would help after a repayment that does not all come back, and who then does it."""

    looks: float
    follows: float


class Assumed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is assumed; `words` say it to a reader of the report."""

    currency: str
    starts_on: date
    loss_given_default_ratio: float
    words: tuple[str, ...]
    moments: dict[str, Moment]
    limit: Limits
    kinds: dict[str, Kind]
    purchases: Purchases
    trouble: Trouble
    income: Income
    payment: Payment
    response: Response
    advice: Advice


def read_assumed(text: str) -> Assumed:
    """Read a file of assumptions; raise `Malformed` naming what is missing or wrong."""
    try:
        return msgspec.convert(tomllib.loads(text), type=Assumed)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        raise Malformed(
            f"The assumptions cannot be read: {wrong}. Start from creditline/simulation/assumed.toml.",
            code=Code.MESSAGE_MALFORMED,
        ) from wrong
