"""The key of the house: from the settings, or from a file that only its user can read, made the first time."""

import os
import secrets
from pathlib import Path

from creditline.edge.settings import Settings
from creditline.errors import Broken, Code
from creditline.flows.vault import KEY_BYTES, Vault

FILE = "vault.key"


def vault_of(settings: Settings) -> Vault:
    """Return the vault of the keys that are named, or of the one in the home folder."""
    return Vault(settings.vault_keys or (_kept(settings.home / FILE),))


def _kept(file: Path) -> bytes:
    """Return the key in a file, making it if it is not there; raise `Broken` if it holds none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    if not file.exists():
        made = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w") as written:
            written.write(secrets.token_hex(KEY_BYTES))
            written.flush()
            os.fsync(written.fileno())
        # Whoever was faster keeps theirs: a link is made once.
        try:
            os.link(beside, file)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    text = file.read_text().strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Broken(
            f"{file} holds no key of {KEY_BYTES} bytes in hexadecimal. Restore it from a copy: what is sealed cannot be read "
            "without it.",
            code=Code.CONFIGURATION_INVALID,
        )
    return key
