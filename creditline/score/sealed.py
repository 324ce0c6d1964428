"""How a fitted artefact lies in its file: the part that decides, its identity, and the card that tells about it.

The identity is the sha256 of the canonical bytes of what decides and of nothing else, so that a card may gain a remark
and the score stays the same score, and a changed number is found before it decides anything.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from creditline.errors import Code, PolicyInvalid

FORMAT = 1
"""The layout of the files; a reader refuses a layout it does not know."""

LINE_WIDTH = 118


class Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outer shape of every artefact's file; `decides` is read by the artefact's own type."""

    kind: str
    format: int
    sha256: str
    decides: msgspec.Raw
    card: dict[str, Any]


def invalid(what: str, message: str) -> PolicyInvalid:
    """Return the error for an artefact that cannot be used; `what` names it, `message` says why and what to do."""
    return PolicyInvalid(f"The {what} cannot be used: {message}", code=Code.SCORECARD_INVALID)


def identity_of(kind: str, decides: object) -> str:
    """Return the sha256, in hex, of the kind and of what decides (compact JSON, fields in order)."""
    return hashlib.sha256(kind.encode() + b"\n" + msgspec.json.encode(decides)).hexdigest()


def open_envelope(data: bytes, *, kinds: tuple[str, ...]) -> Envelope:
    """Read the outer shape of an artefact of one of `kinds`; raise `PolicyInvalid` when it is something else."""
    what = kinds[0]
    try:
        envelope = msgspec.json.decode(data, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(
            what, f"its file is not a fitted artefact ({error}). Fit it again, or restore the file."
        ) from error
    if envelope.kind not in kinds:
        wanted = " or ".join(repr(kind) for kind in kinds)
        raise invalid(what, f"its file holds kind {envelope.kind!r}, wanted {wanted}. Name the right file.")
    if envelope.format != FORMAT:
        raise invalid(what, f"its file has format {envelope.format}, this version reads {FORMAT}. Fit it again.")
    return envelope


def require_identity(envelope: Envelope, decides: object) -> str:
    """Return the identity written in the file if it is the one of its content; raise `PolicyInvalid` otherwise."""
    found = identity_of(envelope.kind, decides)
    if found != envelope.sha256:
        raise invalid(
            envelope.kind,
            f"its file says sha256 {envelope.sha256[:12]}... and its numbers have {found[:12]}...: they were changed "
            "after fitting. Restore the file, or fit again.",
        )
    return found


def file_bytes(kind: str, decides: object, card: Mapping[str, Any]) -> bytes:
    """Return an artefact's file: JSON laid out so that a changed number is one changed line in a diff."""
    content = {
        "kind": kind,
        "format": FORMAT,
        "sha256": identity_of(kind, decides),
        "card": card,
        "decides": msgspec.to_builtins(decides),
    }
    return (_laid_out(content, "") + "\n").encode()


def _laid_out(value: object, indent: str) -> str:
    """Return JSON with every value that fits on one line on one line, and the others one member a line."""
    compact = msgspec.json.encode(value).decode()
    if len(compact) + len(indent) <= LINE_WIDTH or not isinstance(value, dict | list | tuple) or not value:
        return compact
    inner = indent + " "
    if isinstance(value, dict):
        members = [f"{inner}{msgspec.json.encode(key).decode()}: {_laid_out(one, inner)}" for key, one in value.items()]
        return "{\n" + ",\n".join(members) + "\n" + indent + "}"
    if all(isinstance(one, int | float) for one in value):
        return compact
    return "[\n" + ",\n".join(inner + _laid_out(one, inner) for one in value) + "\n" + indent + "]"
