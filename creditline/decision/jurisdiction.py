"""A jurisdiction: what its law wants told of an unfavourable act, and how soon a person must answer, as data with sources.

A product names its jurisdiction in product.toml; the pack of that name goes into the edition as jurisdiction.toml, so that
what was due is read as it was known when it was decided.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from creditline.errors import Code, PolicyInvalid

FILE = "jurisdiction.toml"
MOST_DAYS = 366

TRIGGERS = (
    "opening_declined", "draw_declined", "withheld", "observation_extended", "decreased", "blocked", "closed", "promise_broken",
    "charged_off",
)  # fmt: skip
"""What an unfavourable act can be, as packs name it (`decision.adverse`)."""

SCOPES = ("individual", "class")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of law in force from a day through another: of what it speaks, where it stands, when a lawyer last read it.

    `within_days` after the act a notice is due at the latest; a negative number is so many days ahead of it. None in a rule
    that exempts: it holds where every reason told is of `factors`.
    """

    id: str
    triggers: frozenset[str]
    scopes: frozenset[str]
    factors: frozenset[str]
    since: date
    until: date | None
    within_days: int | None
    source: str
    verified_on: date | None
    why: str = ""

    def holds(self, trigger: str, *, scope: str, day: date) -> bool:
        """Say whether the rule speaks of such an act on a day."""
        is_now = self.since <= day and (self.until is None or day <= self.until)
        return is_now and trigger in self.triggers and scope in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """The rules of one place: when notices are due, what is exempt, how soon a review is, and what it wants said.

    `automated` is said of what a program decided, `rights` and `authority` of everything, each by language.
    """

    name: str
    notices: tuple[Rule, ...]
    exempt: tuple[Rule, ...]
    reviews: tuple[Rule, ...]
    automated: Mapping[str, str]
    rights: Mapping[str, str]
    authority: Mapping[str, str]

    def review_days(self, day: date) -> int | None:
        """Return within how many days a person must have answered a request of a day; None if nothing says so."""
        days = [one.within_days for one in self.reviews if one.holds("review", scope="individual", day=day)]
        return min((one for one in days if one is not None), default=None)


def read_jurisdiction(files: Mapping[str, bytes], languages: tuple[str, ...]) -> Jurisdiction | None:
    """Read the pack among a product's files, None without one; raise `PolicyInvalid` naming what is wrong in it."""
    if FILE not in files:
        return None
    try:
        told = tomllib.loads(files[FILE].decode())
    except tomllib.TOMLDecodeError as wrong:
        raise _wrong(f"it is no TOML ({wrong})") from wrong
    for section in ("automated", "rights", "authority"):
        if lacks := [language for language in languages if not isinstance(told.get(section, {}).get(language), str)]:
            raise _wrong(f"[{section}] is not said in {', '.join(lacks)}")
    return Jurisdiction(
        name=str(told.get("name", "")),
        notices=tuple(_rule("notice", one) for one in told.get("notice", ())),
        exempt=tuple(_rule("exempt", one) for one in told.get("exempt", ())),
        reviews=tuple(_rule("review", {"triggers": ["review"], **one}) for one in told.get("review", ())),
        automated=told["automated"],
        rights=told["rights"],
        authority=told["authority"],
    )


def _rule(kind: str, one: Mapping[str, Any]) -> Rule:
    """Read a rule; a rule that names nothing known would never hold, and nobody would notice."""
    name = one.get("id", "without an id")
    lacks = [key for key in ("id", "triggers", "from", "source", "verified_on") if key not in one]
    if lacks:
        raise _wrong(f"the {kind} {name} lacks {', '.join(lacks)}")
    known = {*TRIGGERS, "review"} if kind == "review" else {*TRIGGERS}
    scopes = one.get("scopes", SCOPES)
    if unknown := sorted({*one["triggers"]} - known | {*scopes} - {*SCOPES}):
        raise _wrong(f"the {kind} {name} names {', '.join(unknown)}; there are {', '.join((*TRIGGERS, *SCOPES))}")
    if not isinstance(one["from"], date) or not isinstance(one.get("until", one["from"]), date):
        raise _wrong(f"the {kind} {name} is dated {one['from']} to {one.get('until')}; write days as 2026-01-31")
    return Rule(
        id=one["id"],
        triggers=frozenset(one["triggers"]),
        scopes=frozenset(scopes),
        factors=frozenset(one.get("factors", ())),
        since=one["from"],
        until=one.get("until"),
        within_days=_days(kind, one),
        source=one["source"],
        verified_on=date.fromisoformat(one["verified_on"]) if one["verified_on"] else None,
        why=one.get("why", ""),
    )


def _days(kind: str, one: Mapping[str, Any]) -> int | None:
    """Return how many days after the act, negative ahead of it; none for what exempts."""
    if kind == "exempt":
        return None
    within, ahead = one.get("within_days"), one.get("ahead_days")
    days = within if ahead is None else -ahead if isinstance(ahead, int) and within is None else None
    if not isinstance(days, int) or isinstance(days, bool) or abs(days) > MOST_DAYS:
        raise _wrong(f"the {kind} {one['id']} needs within_days or ahead_days, a whole number of at most {MOST_DAYS}")
    return days


def _wrong(what: str) -> PolicyInvalid:
    return PolicyInvalid(f"{FILE}: {what}. Write it as in a pack that is shipped.", code=Code.POLICY_INVALID)
