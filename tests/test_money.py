"""Money is whole minor units: it is checked at the door, split without remainder and written as people read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.errors import Code, Malformed
from creditline.money import (
    MAX_MINOR,
    MILLION,
    MINOR_DIGITS,
    SYMBOLS,
    in_words,
    require_amount,
    require_currency,
    share_of,
    split,
)

AMOUNTS = st.integers(min_value=0, max_value=12)
WEIGHTS = st.lists(st.integers(min_value=1, max_value=3), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("amount_minor", "currency", "words"),
    [
        (950000, "CNY", "¥9,500.00"),
        (0, "CNY", "¥0.00"),
        (5, "CNY", "¥0.05"),
        (-123456, "EUR", "-€1,234.56"),
        (1234, "JPY", "¥1,234"),
        (100, "CZK", "Kč 1.00"),
        (MAX_MINOR, "TWD", "NT$10,000,000,000,000.00"),
    ],
)
def test_an_amount_is_written_in_its_currency(amount_minor: int, currency: str, words: str) -> None:
    assert in_words(amount_minor, currency) == words


def test_every_currency_has_digits_and_a_symbol() -> None:
    assert MINOR_DIGITS.keys() == SYMBOLS.keys()


@pytest.mark.parametrize(
    ("amount_minor", "code"),
    [
        (-1, Code.AMOUNT_NOT_POSITIVE),
        (0, Code.AMOUNT_NOT_POSITIVE),
        (MAX_MINOR + 1, Code.AMOUNT_TOO_LARGE),
        (2**63, Code.AMOUNT_TOO_LARGE),
    ],
)
def test_an_amount_out_of_range_is_refused_by_name(amount_minor: int, code: Code) -> None:
    with pytest.raises(Malformed, match=f"The draw is {amount_minor} minor units") as refused:
        require_amount(amount_minor, what="draw")
    assert refused.value.code is code


@pytest.mark.parametrize("amount_minor", [1, 2, MAX_MINOR])
def test_an_amount_in_range_is_returned(amount_minor: int) -> None:
    assert require_amount(amount_minor, what="draw") == amount_minor


@pytest.mark.parametrize("currency", ["", "cny", "CNYY", "人民币"])
def test_an_unknown_currency_is_refused_with_the_known_ones(currency: str) -> None:
    with pytest.raises(Malformed, match="BRL, CNY, CZK") as refused:
        require_currency(currency)
    assert refused.value.code is Code.CURRENCY_UNKNOWN


@pytest.mark.parametrize(
    ("amount_minor", "share_ppm", "part_minor"),
    [(100, 500_000, 50), (3, 500_000, 1), (1, 999_999, 0), (7, MILLION, 7), (7, 0, 0), (0, 300_000, 0)],
)
def test_a_share_is_rounded_down(amount_minor: int, share_ppm: int, part_minor: int) -> None:
    assert share_of(amount_minor, share_ppm) == part_minor


@pytest.mark.parametrize(
    ("amount_minor", "weights", "parts"),
    [
        (100, [1, 1, 1], (33, 33, 34)),
        (2, [1, 1, 1], (0, 0, 2)),
        (0, [1, 1], (0, 0)),
        (10, [7], (10,)),
        (9, [2, 1], (6, 3)),
    ],
)
def test_a_split_gives_the_remainder_to_its_last_part(
    amount_minor: int, weights: list[int], parts: tuple[int, ...]
) -> None:
    assert split(amount_minor, weights) == parts


@given(AMOUNTS, WEIGHTS)
def test_a_split_loses_nothing_and_gives_nobody_a_debt(amount_minor: int, weights: list[int]) -> None:
    parts = split(amount_minor, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == amount_minor
    assert all(part >= 0 for part in parts)


@given(AMOUNTS, st.integers(min_value=0, max_value=MILLION))
def test_a_share_is_never_more_than_the_whole(amount_minor: int, share_ppm: int) -> None:
    assert 0 <= share_of(amount_minor, share_ppm) <= amount_minor
