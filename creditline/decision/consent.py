"""Which sources a product reads without asking, and which only once a borrower lets it: law, and what the lender vouches for.

The pack of the jurisdiction lists what its law wants consent for; product.toml names what the lender holds consents of from
elsewhere and answers for, as for a book that is moved here. What is listed and not vouched for is not read before consent is
given here. A borrower may withdraw any source but the account with us, which the contract needs.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditline.decision.jurisdiction import FILE
from creditline.errors import Code, PolicyInvalid
from creditline.events.consent import DataSource
from creditline.profile.consent import columns_of
from creditline.profile.feature import Source

SECTION = "consent"
NEEDS = ("id", "sources", "from", "source", "verified_on")


class Ground(StrEnum):
    """Why a source is read, or is not: by the contract, vouched for by the lender, as nothing forbids it, or by a consent."""

    CONTRACT = "contract"
    VOUCHED = "vouched"
    UNASKED = "unasked"
    GIVEN = "given"
    NOT_GIVEN = "not_given"
    WITHDRAWN = "withdrawn"

    @property
    def is_read(self) -> bool:
        """Whether the source is read."""
        return self not in {Ground.NOT_GIVEN, Ground.WITHDRAWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRule:
    """A rule of law by which some sources are read only with consent: where it stands, when a lawyer last read it, and why."""

    id: str
    sources: frozenset[DataSource]
    since: date
    source: str
    verified_on: date | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """The rules of the law, the sources the lender vouches for, and, bool[sources], those that must be asked for first."""

    rules: tuple[ConsentRule, ...]
    vouched: frozenset[DataSource]
    asked: NDArray[np.bool_]

    def ground(self, source: Source) -> Ground:
        """Return why a source is read, or is not, while no consent of it was given or withdrawn here."""
        if source is Source.USAGE:
            return Ground.CONTRACT
        own = DataSource(source)
        if own in self.vouched:
            return Ground.VOUCHED
        return Ground.NOT_GIVEN if own in _listed(self.rules) else Ground.UNASKED


def read_consents(settings: Mapping[str, Any], files: Mapping[str, bytes]) -> Consents:
    """Read what product.toml and the pack of the jurisdiction say; raise `PolicyInvalid` naming what is wrong.

    Without either, as in an edition that is older than these, nothing has to be asked for.
    """
    rules = tuple(_rule(one) for one in tomllib.loads(files.get(FILE, b"").decode()).get(SECTION, ()))
    own = settings.get(SECTION, {})
    if unknown := own.keys() - {"vouched"}:
        raise _wrong("product.toml", f"[{SECTION}] has {', '.join(sorted(unknown))}; it has vouched, a list of sources")
    vouched = _sources("product.toml", own.get("vouched", []))
    asked = columns_of([Source(one) for one in _listed(rules) - vouched])
    return Consents(rules=rules, vouched=vouched, asked=asked)


def _listed(rules: Collection[ConsentRule]) -> frozenset[DataSource]:
    return frozenset(source for rule in rules for source in rule.sources)


def _rule(one: Mapping[str, Any]) -> ConsentRule:
    name = one.get("id", "without an id")
    if lacks := [key for key in NEEDS if key not in one]:
        raise _wrong(FILE, f"the {SECTION} {name} lacks {', '.join(lacks)}")
    if not isinstance(one["from"], date):
        raise _wrong(FILE, f"the {SECTION} {name} is dated {one['from']}; write the day as 2026-01-31")
    return ConsentRule(
        id=one["id"],
        sources=_sources(FILE, one["sources"]),
        since=one["from"],
        source=one["source"],
        verified_on=date.fromisoformat(one["verified_on"]) if one["verified_on"] else None,
        why=one.get("why", ""),
    )


def _sources(file: str, names: object) -> frozenset[DataSource]:
    if not isinstance(names, list) or any(name not in list(DataSource) for name in names):
        raise _wrong(file, f"{names!r} are no sources; there are {', '.join(DataSource)}")
    return frozenset(DataSource(name) for name in names)


def _wrong(file: str, what: str) -> PolicyInvalid:
    return PolicyInvalid(f"{file}: {what}.", code=Code.POLICY_INVALID)
