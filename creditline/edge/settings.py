"""Settings: read once from the environment, and passed on."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from creditline.errors import Code, Malformed
from creditline.flows.vault import KEY_BYTES

LEAST_KEY_LETTERS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the database, the data and the server are.

    `dsn` names a PostgreSQL server; without one an embedded server lives in `home`/database. `data` is the folder of real
    data sets. `nats` is the address of a NATS server for `creditline stream`; without one it starts its own in
    `home`/stream. `host` and `port` are where the API listens, `pool_size` how many connections it opens at most. `webhook`
    is where notices are sent, signed with `webhook_secrets`; without one nobody is sent any.
    `pages_keys` sign and check the borrowers' tokens, the first signs; `pages_frames` are the origins that may show the
    pages in a frame; `pages_pay` is the address of the lender's own till, with {line}, {amount_minor} and {currency}.
    `vault_keys` seal what is personal (the first) or open it; without one there is a key in `home`/vault.key.
    """

    dsn: str | None
    home: Path
    data: Path
    nats: str | None
    host: str
    port: int
    pool_size: int
    webhook: str | None = None
    webhook_secrets: str = ""
    pages_keys: tuple[str, ...] = ()
    pages_frames: tuple[str, ...] = ()
    pages_pay: str | None = None
    vault_keys: tuple[bytes, ...] = ()

    @property
    def database_folder(self) -> Path:
        """Where the embedded server keeps its database."""
        return self.home / "database"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read settings from the environment; raise `Malformed` naming the variable that is wrong and what it should be."""
    given = os.environ if environment is None else environment
    share = Path(given.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return Settings(
        dsn=_dsn(given.get("CREDITLINE_DSN")),
        home=Path(given.get("CREDITLINE_HOME") or share / "creditline").expanduser().absolute(),
        data=_data(given),
        nats=given.get("CREDITLINE_NATS") or None,
        host=given.get("CREDITLINE_HOST") or "127.0.0.1",
        port=_number(given, "CREDITLINE_PORT", usual=8100, least=0, most=65535),
        pool_size=_number(given, "CREDITLINE_POOL", usual=10, least=1, most=500),
        webhook=given.get("CREDITLINE_WEBHOOK_URL") or None,
        webhook_secrets=given.get("CREDITLINE_WEBHOOK_SECRET") or "",
        pages_keys=_keys(given.get("CREDITLINE_PAGES_KEY")),
        pages_frames=_origins(given.get("CREDITLINE_PAGES_FRAMES")),
        pages_pay=_till(given.get("CREDITLINE_PAGES_PAY")),
        vault_keys=_vault_keys(given.get("CREDITLINE_VAULT_KEY")),
    )


def _dsn(given: str | None) -> str | None:
    if given and not given.startswith(("postgresql://", "postgres://")):
        raise Malformed(
            f"CREDITLINE_DSN is {given!r}. Write it as postgresql://user:password@host:5432/database, or leave it out for "
            "the embedded database.",
            code=Code.CONFIGURATION_INVALID,
        )
    return given or None


def _keys(given: str | None) -> tuple[str, ...]:
    keys = tuple(given.split()) if given else ()
    if any(len(key) < LEAST_KEY_LETTERS for key in keys):
        raise Malformed(
            f"CREDITLINE_PAGES_KEY holds a key of fewer than {LEAST_KEY_LETTERS} letters, which can be guessed. Make one with "
            "`openssl rand -hex 32`, and give the lender's app the same; to change it, name the new one first and the old "
            "one after a space.",
            code=Code.CONFIGURATION_INVALID,
        )
    return keys


def _vault_keys(given: str | None) -> tuple[bytes, ...]:
    try:
        keys = tuple(bytes.fromhex(key) for key in (given or "").split())
    except ValueError:
        keys = (b"",)
    if any(len(key) != KEY_BYTES for key in keys):
        raise Malformed(
            f"CREDITLINE_VAULT_KEY holds something that is no key of {KEY_BYTES} bytes in hexadecimal. Make one with `openssl "
            "rand -hex 32`; to change it, name the new one first and the old one after a space.",
            code=Code.CONFIGURATION_INVALID,
        )
    return keys


def _origins(given: str | None) -> tuple[str, ...]:
    origins = tuple(given.split()) if given else ()
    for origin in origins:
        if not re.fullmatch(r"https?://[\w.-]+(:\d+)?", origin):
            raise Malformed(
                f"CREDITLINE_PAGES_FRAMES names {origin!r}, which is no origin. Write each as https://app.lender.example, "
                "with spaces between them.",
                code=Code.CONFIGURATION_INVALID,
            )
    return origins


def _till(given: str | None) -> str | None:
    if given and not re.match(r"https?://[\w.-]+", given):
        raise Malformed(
            f"CREDITLINE_PAGES_PAY is {given!r}. Write it as https://app.lender.example/pay?line={{line}}"
            "&amount_minor={amount_minor}, or leave it out.",
            code=Code.CONFIGURATION_INVALID,
        )
    return given or None


def _data(given: Mapping[str, str]) -> Path:
    """Return the folder of data: the one that is named, or the checkout's neighbour, or the user's cache."""
    if given.get("CREDITLINE_DATA"):
        return Path(given["CREDITLINE_DATA"]).expanduser().absolute()
    neighbour = Path(__file__).parents[3] / "shared" / "data"
    cache = Path(given.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return neighbour if neighbour.is_dir() else cache / "creditline" / "data"


def _number(given: Mapping[str, str], name: str, *, usual: int, least: int, most: int) -> int:
    text = given.get(name) or str(usual)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Malformed(
            f"{name} is {text!r}. Give a whole number from {least} to {most}, or leave it out for {usual}.",
            code=Code.CONFIGURATION_INVALID,
        )
    return int(text)
