"""The letter that tells an unfavourable act: what happened, why, what comes back when, what to do, and the right to a person.

It is written from what was stored and nothing else, so that it reads the same whenever it is read: the words are those of the
edition that decided, its own letters and pack among them, the dates those of the promises as they were told.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from creditline.clock import business_day
from creditline.decision.adverse import OUTCOMES, Notice, Scope, Trigger, withheld_minor
from creditline.decision.outcome import Decision
from creditline.decision.product import Product
from creditline.errors import Code, Malformed, PolicyInvalid
from creditline.explanation.promised import words_under
from creditline.explanation.words import Words, day_in_words, tell_reason
from creditline.money import in_words
from creditline.restoration.ending import reduces
from creditline.restoration.promise import Told

MOST_REASONS = 4
"""More than about four reasons tell nobody anything (Regulation B, comment 9(b)(2)-1)."""

PARTLY_BACK = frozenset({Trigger.WITHHELD, Trigger.REDUCED})
"""Acts about a repayment of which not all came back at once."""

SECTIONS: Mapping[str, Sequence[str]] = {
    "title": tuple(Trigger),
    "what": tuple(Trigger),
    "do": tuple(Trigger),
    "effect": ("release", "unblock", "limit"),
    "heading": ("why", "when", "do", "person", "sender"),
    "why": ("class", "alone", "authority"),
    "person": ("ask", "alone"),
    "sender": ("lender", "authority", "number"),
}
"""What a file of letters must say, by section."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a person found on looking again: who, with which reason, and what it changed by how much."""

    officer: str
    reason: str
    effect: str | None = None
    amount_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a letter needs beside a decision: the limit around the act, its author and reason, and the words of its dates.

    `ends` are the words of promises that the act ended against the borrower, `dates` those of the dates it told. `verdict`
    is that of the review whose outcome is told.
    """

    currency: str
    before_minor: int | None = None
    after_minor: int | None = None
    authority: str | None = None
    reason: str | None = None
    ends: tuple[Told, ...] = ()
    dates: tuple[Told, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter in one language, part by part, each part in whole sentences; `text` is all of it."""

    language: str
    title: str
    what: tuple[str, ...]
    why: tuple[str, ...]
    when: tuple[str, ...]
    do: str
    person: tuple[str, ...]
    sender: tuple[str, ...]
    headings: Mapping[str, str]

    @property
    def text(self) -> str:
        """The whole letter, its parts under their headings."""
        parts = [self.title, "\n".join(self.what)]
        for name, said in (("why", self.why), ("when", self.when), ("do", (self.do,)), ("person", self.person)):
            if said:
                numbered = [f"{place}. {one}" for place, one in enumerate(said, start=1)] if name == "why" else said
                parts.append("\n".join((self.headings[name], *numbered)))
        return "\n\n".join((*parts, "\n".join((self.headings["sender"], *self.sender)))) + "\n"


def letter_languages(product: Product) -> tuple[str, ...]:
    """Return the languages in which a product's acts are told by letter; none where it names no jurisdiction."""
    return tuple(one for one in product.languages if product.law and _file(one) in product.files)


def says(product: Product, trigger: Trigger) -> bool:
    """Say whether a product's letters can tell of an act; those that are older than it cannot."""
    return all(trigger in _said(product, one).get("title", {}) for one in letter_languages(product))


def check_letters(product: Product) -> None:
    """Raise `PolicyInvalid` listing what a product with a jurisdiction cannot say in its letters."""
    if product.law is None:
        return
    for language in product.languages:
        if _file(language) not in product.files:
            raise _wrong(product, f"it speaks {language}, and has no {_file(language)}")
        said = _said(product, language)
        needed = [
            (one, key) for one, keys in SECTIONS.items() for key in keys if key != Trigger.REDUCED or reduces(product)
        ]
        lacks = [f"[{one}] {key}" for one, key in needed if key not in said.get(one, {})]
        if lacks:
            raise _wrong(product, f"{_file(language)} lacks {', '.join(lacks)}")
        lender = _lender(product)
        named = [key for key in ("name", "address") if not isinstance(lender.get(key, {}).get(language), str)]
        if named or not isinstance(lender.get("contact"), str):
            raise _wrong(product, f"[lender] of product.toml needs contact, and name and address in {language}")
    if not any(one.until is None for one in product.law.reviews):
        raise _wrong(product, "the pack of its jurisdiction says nowhere within how many days a person must answer")


def write_letter(
    notice: Notice, decision: Decision | None, matter: Matter, *, product: Product, lawful: Product, language: str
) -> Letter:
    """Write the letter of an act; `decision` is None where a person did it.

    `product` is the edition the act was done by, `lawful` the one whose law and letters speak of it: itself, unless it is
    older than these. Raise `Malformed` for a language in which it has no letters.
    """
    if language not in letter_languages(lawful):
        raise Malformed(
            f"Product {lawful.name} writes no letters in {language!r}. Ask for one of "
            f"{', '.join(letter_languages(lawful)) or 'none: it names no jurisdiction'}.",
            code=Code.MESSAGE_MALFORMED,
        )
    words = words_under(product, language, speaker=lawful)
    frame = Words(language=language, sections=_said(lawful, language))
    return Letter(
        language=language,
        title=frame.say("title", notice.trigger),
        what=tuple(_what(notice, decision, matter, frame)),
        why=tuple(_why(notice, decision, matter, words=words, frame=frame))[:MOST_REASONS],
        when=_in(language, matter.dates),
        do=frame.say("do", notice.trigger),
        person=tuple(_person(notice, decision, lawful=lawful, frame=frame)),
        sender=tuple(_sender(notice, lawful, frame)),
        headings=frame.sections["heading"],
    )


def _what(notice: Notice, decision: Decision | None, matter: Matter, frame: Words) -> Iterator[str]:
    """Say what happened, by the figures that were stored."""
    position = decision.position if decision else None
    before = matter.before_minor if matter.before_minor is not None else position.granted_minor if position else None
    amounts = {
        "asked": position.requested_minor if position else None,
        "available": position.available_minor if position else None,
        "withheld": withheld_minor(decision) if decision and notice.trigger in PARTLY_BACK else None,
        "before": before,
        "after": matter.after_minor,
    }
    told = {name: "" if one is None else in_words(one, matter.currency) for name, one in amounts.items()}
    verdict = matter.verdict
    # Letters of earlier editions name who looked again, and are told as they were written.
    officer = verdict.officer if verdict else ""
    yield frame.say("what", notice.trigger, day=day_in_words(business_day(notice.acted_at)), officer=officer, **told)
    if notice.trigger is Trigger.REDUCED and not matter.dates:
        yield frame.say("effect", "limit", after=told["after"])
    if verdict and verdict.effect:
        amount = in_words(verdict.amount_minor, matter.currency)
        yield frame.say("effect", verdict.effect, amount=amount, after=told["after"])


def _why(notice: Notice, decision: Decision | None, matter: Matter, *, words: Words, frame: Words) -> Iterator[str]:
    """Say the reasons that were used: what a condition failed by, what the tables turned on, or what a person said."""
    said = list(_in(words.language, matter.ends))
    if decision is not None and not said:
        said = [tell_reason(reason, matter.currency, words) for reason in decision.reasons]
    if matter.verdict is not None:
        said = [matter.verdict.reason]
    if matter.authority is not None and matter.reason is not None and notice.trigger not in OUTCOMES:
        said = [frame.say("why", "authority", reason=matter.reason, authority=matter.authority)]
    yield from said or [frame.say("why", "class" if notice.scope is Scope.CLASS else "alone")]


def _person(notice: Notice, decision: Decision | None, *, lawful: Product, frame: Words) -> Iterator[str]:
    """Say where a person is reached, and the rights that the law wants told."""
    law, lender = lawful.law, _lender(lawful)
    assert law is not None
    reached = {"contact": lender["contact"], "address": lender["address"][frame.language]}
    days = law.review_days(business_day(notice.acted_at))
    if decision is not None and notice.trigger not in OUTCOMES:
        yield law.automated[frame.language]
    if notice.trigger in OUTCOMES or days is None:
        yield frame.say("person", "alone", **reached)
    else:
        yield frame.say("person", "ask", act=str(notice.act), days=str(days), **reached)
    yield law.rights[frame.language]


def _sender(notice: Notice, lawful: Product, frame: Words) -> Iterator[str]:
    """Say who wrote, who watches them, and the number to name."""
    law, lender = lawful.law, _lender(lawful)
    assert law is not None
    names = {key: lender[key][frame.language] for key in ("name", "address")}
    yield frame.say("sender", "lender", **names)
    yield frame.say("sender", "authority", authority=law.authority[frame.language])
    yield frame.say("sender", "number", act=str(notice.act))


def _in(language: str, told: Sequence[Told]) -> tuple[str, ...]:
    """Return words as they were shown in a language, leaving out what was told before words were kept."""
    return tuple(one.by_language[language] for one in told if language in one.by_language)


def _file(language: str) -> str:
    return f"letter.{language}.toml"


def _said(product: Product, language: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(product.files[_file(language)].decode())


def _lender(product: Product) -> Mapping[str, Any]:
    found: Mapping[str, Any] = tomllib.loads(product.files["product.toml"].decode()).get("lender", {})
    return found


def _wrong(product: Product, what: str) -> PolicyInvalid:
    return PolicyInvalid(
        f"The letters of {product.name}: {what}. Every act is told in every language.", code=Code.POLICY_INVALID
    )
