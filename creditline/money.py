"""Money: whole minor units of a currency, never floats.

Every amount is an `int` of minor units (fen, cents). Shares are parts per million. A split gives the remainder to its
last part, so that the parts always sum to the whole.
"""

from collections.abc import Sequence

from creditline.errors import Code, Malformed

MAX_MINOR = 10**15
"""The largest amount one message may carry: sums of nine thousand of them still fit 64 bits."""

MILLION = 1_000_000

MINOR_DIGITS = {"BRL": 2, "CNY": 2, "CZK": 2, "EUR": 2, "GBP": 2, "HKD": 2, "JPY": 0, "KRW": 0, "TWD": 2, "USD": 2}
"""Decimal places of each currency we know (ISO 4217)."""

SYMBOLS = {
    "BRL": "R$",
    "CNY": "¥",
    "CZK": "Kč ",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "JPY": "¥",
    "KRW": "₩",
    "TWD": "NT$",
    "USD": "$",
}


def require_currency(currency: str) -> str:
    """Return `currency` if it is one we know; raise `Malformed` otherwise."""
    if currency not in MINOR_DIGITS:
        known = ", ".join(sorted(MINOR_DIGITS))
        raise Malformed(
            f"Currency {currency!r} is not known. Send one of {known}, in capitals.", code=Code.CURRENCY_UNKNOWN
        )
    return currency


def require_amount(amount_minor: int, *, what: str) -> int:
    """Return `amount_minor` if it is in 1..MAX_MINOR; raise `Malformed` naming `what` otherwise."""
    if amount_minor <= 0:
        raise Malformed(
            f"The {what} is {amount_minor} minor units. Send a whole number of at least 1.",
            code=Code.AMOUNT_NOT_POSITIVE,
        )
    if amount_minor > MAX_MINOR:
        raise Malformed(
            f"The {what} is {amount_minor} minor units. The most one request may carry is {MAX_MINOR}.",
            code=Code.AMOUNT_TOO_LARGE,
        )
    return amount_minor


def share_of(amount_minor: int, share_ppm: int) -> int:
    """Return the part of `amount_minor` that `share_ppm` (0..1,000,000) names, rounded down to a minor unit."""
    return amount_minor * share_ppm // MILLION


def split(amount_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split an amount by whole-number weights; each part is rounded down and the last takes the remainder."""
    total = sum(weights)
    parts = [amount_minor * weight // total for weight in weights[:-1]]
    return (*parts, amount_minor - sum(parts))


def in_words(amount_minor: int, currency: str) -> str:
    """Format an amount for people: `in_words(950000, "CNY") == "¥9,500.00"`."""
    digits = MINOR_DIGITS[currency]
    sign = "-" if amount_minor < 0 else ""
    major, minor = divmod(abs(amount_minor), 10**digits)
    cents = f".{minor:0{digits}d}" if digits else ""
    return f"{sign}{SYMBOLS[currency]}{major:,}{cents}"
