"""What is personal, sealed: each borrower has a key, and without it nobody reads again what was sealed under it.

AES-256 in Galois/Counter Mode with a random nonce of 96 bits (NIST SP 800-38D, section 8.2.2) before each sealed value. A
borrower's key is itself sealed under the key of the house, which lives outside the database: a copy of the database alone
shows nothing. Destroying a borrower's key erases what is sealed in every copy at once.
"""

import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from creditline.errors import Broken, Code

KEY_BYTES = 32
NONCE_BYTES = 12


class BorrowersKey:
    """A borrower's key, opened: seals, opens and digests what is theirs. `about` ties a value to its place."""

    __slots__ = ("_cipher", "_key")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(key)

    def seal(self, content: bytes, *, about: str) -> bytes:
        """Return content that only this key opens, and only at its place."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, about.encode())

    def unseal(self, sealed: bytes, *, about: str) -> bytes:
        """Return what was sealed; raise `Broken` if it was changed or moved since."""
        return _opened(self._cipher, sealed, about=about)

    def digest(self, content: bytes) -> bytes:
        """Return what tells content from other content, and says nothing about it once the key is gone."""
        return hmac.digest(self._key, content, "sha256")[:16]


class Vault:
    """The keys of the house, 32 bytes each: the first seals, and each opens what it sealed once."""

    __slots__ = ("_ciphers",)

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = [AESGCM(key) for key in keys]

    def new_key(self, borrower: str) -> bytes:
        """Return a new key of a borrower, sealed."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, secrets.token_bytes(KEY_BYTES), borrower.encode())

    def opened(self, sealed: bytes, *, borrower: str) -> BorrowersKey:
        """Return a borrower's key, opened; raise `Broken` if no key of the house opens it."""
        for cipher in self._ciphers[:-1]:
            try:
                return BorrowersKey(_opened(cipher, sealed, about=borrower))
            except Broken:
                continue
        return BorrowersKey(_opened(self._ciphers[-1], sealed, about=borrower))


def _opened(cipher: AESGCM, sealed: bytes, *, about: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
    except InvalidTag:
        raise Broken(
            f"What is sealed about {about} cannot be opened: it was changed, or sealed under a key that CREDITLINE_VAULT_KEY "
            "does not name. Name the old key behind the new one, or restore what was there.",
            code=Code.DATA_CORRUPT,
        ) from None
