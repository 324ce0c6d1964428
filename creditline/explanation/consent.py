"""What a borrower is told of each source: what is read of it, what for, and why it is read or not; and the words' version."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creditline.decision.consent import Ground
from creditline.decision.outcome import Answer, Kind
from creditline.decision.product import Product
from creditline.errors import Code, PolicyInvalid
from creditline.explanation.words import day_in_words
from creditline.money import in_words
from creditline.profile.feature import Source
from creditline.restoration.consent import Asked, ConsentPreview, Difference, Outcome

SECTIONS: Mapping[str, Sequence[str]] = {
    "source": tuple(Source),
    "what": tuple(Source),
    "use": (*Kind, "nothing"),
    "state": tuple(Ground),
    "promise": ("free", "past", "dates"),
    "effect": (*Asked, "give", "withdraw", "nothing", "blocked", "unblocked", "price", "day", "today", "never"),
}
"""What a file of these words must say, by section."""

VERSION_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWords:
    """The words of one language, and their version: the beginning of the hash of all of them."""

    language: str
    version: str
    sections: Mapping[str, Mapping[str, str]]


def file_of(language: str) -> str:
    """Return the name of the file of a language."""
    return f"consent.{language}.toml"


def consent_words(product: Product, language: str) -> ConsentWords:
    """Return the words of a product that has them in a language; raise `PolicyInvalid` listing what is not said."""
    if file_of(language) not in product.files:
        raise _wrong(product, f"it speaks {', '.join(product.languages)}, and has no {file_of(language)}")
    body = product.files[file_of(language)]
    sections = tomllib.loads(body.decode())
    lacks = [f"[{one}] {key}" for one, keys in SECTIONS.items() for key in keys if key not in sections.get(one, {})]
    if lacks:
        raise _wrong(product, f"{file_of(language)} lacks {', '.join(lacks)}")
    version = hashlib.sha256(body).hexdigest()[:VERSION_LENGTH]
    return ConsentWords(language=language, version=version, sections=sections)


def tell_consent(preview: ConsentPreview, words: ConsentWords, *, currency: str) -> tuple[str, ...]:
    """Say what a consent given or withdrawn now would change, a sentence a difference; that nothing does, if nothing does."""
    said = words.sections["effect"]
    if preview.changes_nothing:
        return (said["nothing"],)
    return tuple(_difference(one, said, currency=currency) for one in preview.differences)


def _difference(one: Difference, said: Mapping[str, str], *, currency: str) -> str:
    answers = (one.before.answer, one.after.answer)
    if one.asked is Asked.REVIEWING and Answer.BLOCK in answers:
        return said["blocked" if answers[1] is Answer.BLOCK else "unblocked"]
    return said[one.asked].format(
        tried=in_words(one.tried_minor, currency),
        before_amount=in_words(one.before.amount_minor, currency),
        after_amount=in_words(one.after.amount_minor, currency),
        before_day=_day(one.before, said),
        after_day=_day(one.after, said),
    )


def _day(outcome: Outcome, said: Mapping[str, str]) -> str:
    """Say when the last part is back: at once if there are none to wait for."""
    if not outcome.dates:
        return said["today"]
    return said["never"] if outcome.all_back_on is None else said["day"].format(day=day_in_words(outcome.all_back_on))


def check_consent_words(product: Product) -> None:
    """Raise `PolicyInvalid` listing what a product with a jurisdiction cannot say of its sources."""
    if product.law is not None:
        for language in product.languages:
            consent_words(product, language)


def _wrong(product: Product, what: str) -> PolicyInvalid:
    return PolicyInvalid(f"Product {product.name}: {what}. Say it in every language.", code=Code.POLICY_INVALID)
