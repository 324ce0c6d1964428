"""Settings from the environment: usual values, and a word on each that is wrong."""

from pathlib import Path

import pytest

from creditline.edge.settings import read_settings
from creditline.errors import Code, Malformed


def test_nothing_set_is_the_usual() -> None:
    usual = read_settings({})
    assert (usual.dsn, usual.host, usual.port, usual.pool_size) == (None, "127.0.0.1", 8100, 10)
    assert usual.home.is_absolute()
    assert read_settings(dict.fromkeys(("CREDITLINE_DSN", "CREDITLINE_PORT", "CREDITLINE_HOME"), "")) == usual


def test_what_is_set_is_taken() -> None:
    given = read_settings(
        {
            "CREDITLINE_DSN": "postgres://me@there/db", "CREDITLINE_HOME": "~/lines", "CREDITLINE_DATA": "data",
            "CREDITLINE_HOST": "::1", "CREDITLINE_PORT": "0", "CREDITLINE_POOL": "500",
        }
    )  # fmt: skip
    assert (given.dsn, given.host, given.port, given.pool_size) == ("postgres://me@there/db", "::1", 0, 500)
    assert (given.home, given.data) == (Path.home() / "lines", Path.cwd() / "data")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CREDITLINE_PORT", "65536"), ("CREDITLINE_PORT", "-1"), ("CREDITLINE_PORT", "8O80"), ("CREDITLINE_POOL", "0"),
        ("CREDITLINE_POOL", "1e2"), ("CREDITLINE_DSN", "host=there"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_what_it_should_be(name: str, value: str) -> None:
    with pytest.raises(Malformed, match=name) as refused:
        read_settings({name: value})
    assert refused.value.code is Code.CONFIGURATION_INVALID
    assert repr(value) in refused.value.message
