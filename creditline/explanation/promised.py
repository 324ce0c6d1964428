"""Say a promise, and what became of it, in every language the product speaks: the words that are stored as shown.

A promise is read by the edition it was made under, and said by the product that is offered when it is said (`speaker`): its
words go under those of the edition, so that an edition older than a sentence can still be spoken about.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from creditline.clock import business_day
from creditline.decision.decide import given_by
from creditline.decision.outcome import Decision
from creditline.decision.product import Product
from creditline.explanation.words import Words, day_in_words, figure
from creditline.money import in_words
from creditline.restoration.condition import Clause, Must, clauses_of
from creditline.restoration.plan import Tranche
from creditline.restoration.promise import (
    Outcome,
    Promise,
    PromiseEnd,
    PromiseKind,
    Told,
    outcome_of,
    promise_of,
    released_on,
)

_WORDS: dict[tuple[str, str, str], Words] = {}
"""The words of editions, which never change, by edition, that of the speaker, and language."""


def told_promise(product: Product, decision: Decision, tranche: Tranche, *, speaker: Product) -> Promise:
    """Return the promise a decision made of a tranche, with the words that tell it."""
    kind = PromiseKind.ESTIMATE if tranche.condition in product.estimates else PromiseKind.COMMITMENT

    def say(words: Words) -> str:
        return words.say(
            "promise",
            "cut" if tranche.is_cut else kind,
            amount=in_words(tranche.amount_minor, decision.currency),
            day=day_in_words(tranche.due_on),
            condition=words.say("condition", tranche.condition),
        )

    return promise_of(product, decision, tranche, told=_told(product, say, speaker=speaker))


def told_end(
    product: Product, decision: Decision, tranche: Tranche, *, again_on: date | None, speaker: Product
) -> PromiseEnd:
    """Return what became of a promise by the decision that ended it, with the words that tell it.

    `again_on` is when what was kept back is looked at again; None if it is cut, now or soon.
    """
    outcome = outcome_of(tranche, decision)
    failed = failed_clauses(product, decision) if outcome is Outcome.CONDITION_FAILED else ()

    def say(words: Words) -> str:
        return words.say(
            "promise",
            "not_back" if outcome is Outcome.CONDITION_FAILED and again_on is None else outcome,
            amount=in_words(tranche.amount_minor, decision.currency),
            day=day_in_words(business_day(decision.as_of)),
            due=day_in_words(tranche.due_on),
            clauses="; ".join(tell_clauses(failed, words, currency=decision.currency)),
            again="" if again_on is None else day_in_words(again_on),
        )

    return PromiseEnd(
        promise=tranche.id,
        outcome=outcome,
        request=decision.id,
        ended_at=decision.as_of,
        told=_told(product, say, speaker=speaker),
    )


def told_release(
    product: Product, tranche: Tranche, *, currency: str, by: tuple[UUID, datetime], speaker: Product
) -> PromiseEnd:
    """Return what became of a promise whose amount a person brought back, by a request at a moment."""
    request, at = by
    outcome = released_on(tranche, business_day(at))

    def say(words: Words) -> str:
        amount, due = in_words(tranche.amount_minor, currency), day_in_words(tranche.due_on)
        return words.say("promise", outcome, amount=amount, day=day_in_words(business_day(at)), due=due)

    told = _told(product, say, speaker=speaker)
    return PromiseEnd(promise=tranche.id, outcome=outcome, request=request, ended_at=at, told=told)


def told_breach(
    product: Product, tranche: Tranche, *, currency: str, reason: str, again_on: date, speaker: Product
) -> Told:
    """Return the notice that a promise is not kept: what was told, why not, and the new date."""

    def say(words: Words) -> str:
        return words.say(
            "promise",
            Outcome.BROKEN,
            amount=in_words(tranche.amount_minor, currency),
            due=day_in_words(tranche.due_on),
            reason=reason,
            again=day_in_words(again_on),
        )

    return _told(product, say, speaker=speaker)


def told_undone(product: Product, tranche: Tranche, *, currency: str, reason: str, speaker: Product) -> Told:
    """Return the notice that a promise ends because its repayment turned out to be none, or its line was charged off."""

    def say(words: Words) -> str:
        amount, due = in_words(tranche.amount_minor, currency), day_in_words(tranche.due_on)
        return words.say("promise", Outcome.UNDONE, amount=amount, due=due, reason=reason)

    return _told(product, say, speaker=speaker)


def failed_clauses(product: Product, decision: Decision) -> tuple[Clause, ...]:
    """Return the clauses of its condition that a release decision found not to hold."""
    condition = decision.terms.condition or ""
    return tuple(one for one in clauses_of(product, condition, given_by(product, decision)) if not one.holds)


def tell_clauses(clauses: Sequence[Clause], words: Words, *, currency: str) -> list[str]:
    """Say clauses, each with its threshold and the own value."""
    return [_tell_clause(one, words, currency=currency) for one in clauses]


def _tell_clause(clause: Clause, words: Words, *, currency: str) -> str:
    own_key = f"{clause.factor}_{clause.must}"
    key = own_key if own_key in words.sections["clause"] else clause.must
    said = words.say(
        "clause",
        key,
        # A clause that is no comparison has its condition's name, and its words.
        condition=words.say("condition", clause.factor) if clause.must is Must.OTHER else "",
        factor=words.sections["factor"].get(clause.factor, clause.factor),
        threshold="" if clause.threshold is None else figure(clause.factor, float(clause.threshold), currency=currency),
    )
    if clause.value is None:
        return said
    return words.say(
        "clause", "yours", clause=said, value=figure(clause.factor, float(clause.value), currency=currency)
    )


def _told(product: Product, say: Callable[[Words], str], *, speaker: Product) -> Told:
    spoken = [words_under(product, language, speaker=speaker) for language in product.languages]
    return Told(languages=product.languages, words=tuple(say(words) for words in spoken))


def words_under(product: Product, language: str, *, speaker: Product) -> Words:
    """Return the words of an edition over those of the speaker."""
    key = (product.edition, speaker.edition, language)
    if key not in _WORDS:
        sections: dict[str, dict[str, str]] = {}
        for one in (speaker, product):
            if language in one.languages:
                for section, own in _sections(one, language).items():
                    sections[section] = sections.get(section, {}) | own
        _WORDS[key] = Words(language=language, sections=sections)
    return _WORDS[key]


def _sections(product: Product, language: str) -> Mapping[str, dict[str, str]]:
    return tomllib.loads(product.words(language))
