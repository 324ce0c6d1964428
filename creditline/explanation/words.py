"""Say an explanation in the words of the product: the same facts in every language it speaks."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from creditline.decision.factors import FACTORS, SHORT_OF_LIMIT
from creditline.decision.outcome import Answer, Needs, Reason
from creditline.decision.product import Product
from creditline.errors import Code, PolicyInvalid
from creditline.explanation.explain import Explanation, Part
from creditline.money import in_words
from creditline.restoration.behaviour import catalogue_of
from creditline.restoration.condition import Must, parts_of
from creditline.restoration.ending import reduces
from creditline.restoration.promise import Outcome, PromiseKind

ADVICE = (
    "nothing_waits", "dated", "undated", "only_time", "no_help", "and", "sooner", "certain", "earlier", "later", "no_longer",
    "useless", "rule", "score", "route",
)  # fmt: skip
"""What is said of what a borrower can do."""


OF_A_CUT = frozenset({Answer.REDUCED, Answer.CUT})
"""Answers of products whose rules may reduce a limit."""

OF_PROMISED_CUTS = ("cut", "not_back")
"""How such a product tells that something comes back or is cut, and that it is not back and does not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A product's words in one language, by section and key, as its words file has them."""

    language: str
    sections: Mapping[str, Mapping[str, str]]

    def say(self, section: str, key: str, **facts: str) -> str:
        """Return a sentence with its facts filled in."""
        return self.sections[section][key].format(**facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPart:
    """A withheld part in words: the amount, why, and when."""

    amount: str
    why: tuple[str, ...]
    when: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An explanation in words: a sentence on top, the buckets by name, and the withheld parts."""

    language: str
    headline: str
    buckets: tuple[tuple[str, str], ...]
    parts: tuple[ToldPart, ...]


def words_of(product: Product, language: str) -> Words:
    """Read a product's words; raise `PolicyInvalid` listing what cannot be said in them."""
    words = Words(language=language, sections=tomllib.loads(product.words(language)))
    missing = [
        f"[{section}] {key}" for section, key in needed_of(product) if key not in words.sections.get(section, {})
    ]
    if missing:
        raise PolicyInvalid(
            f"words.{language}.toml of {product.name} lacks {', '.join(missing)}. "
            "Every reason, factor and condition must be said in every language.",
            code=Code.POLICY_INVALID,
        )
    return words


def needed_of(product: Product) -> Iterable[tuple[str, str]]:
    """Return every (section, key) that may ever have to be said of a product's answers."""
    factors = {name for factor in FACTORS for name in factor.neutral}
    factors |= {*product.release_card.features, *product.pd_card.features, *SHORT_OF_LIMIT.neutral}
    parts = [part for condition in product.conditions for part in parts_of(product, condition)]
    factors |= {part.factor for part in parts if part.must is not Must.OTHER}
    yield from (("reason", factor.code) for factor in (*FACTORS, SHORT_OF_LIMIT))
    yield from (("factor", name) for name in sorted(factors))
    yield from (("condition", name) for name in sorted(product.conditions))
    is_reducing = reduces(product)
    yield from (("answer", answer) for answer in Answer if is_reducing or answer not in OF_A_CUT)
    yield from (("needs", needs) for needs in Needs)
    yield from (("promise", name) for name in (*PromiseKind, *Outcome, *(OF_PROMISED_CUTS if is_reducing else ())))
    yield from (("clause", name) for name in (*Must, "yours"))
    if listed := catalogue_of(product).listed:
        yield from (("action", one.behaviour) for one in listed)
        yield from (("advice", name) for name in ADVICE)
    yield from (("bucket", name) for name in ("granted", "drawn", "reserved", "withheld", "available"))
    yield from (("line", name) for name in ("all_back", "some_withheld", "blocked", "dated", "no_reason"))


def tell(explanation: Explanation, words: Words) -> Told:
    """Say an explanation: nothing is added, nothing is left out."""
    buckets = [
        ("granted", explanation.granted_minor),
        ("drawn", explanation.drawn_minor),
        ("reserved", explanation.reserved_minor),
        ("withheld", explanation.withheld_minor),
        ("available", explanation.available_minor),
    ]
    key = "blocked" if explanation.block_reason else "some_withheld" if explanation.withheld_minor else "all_back"
    return Told(
        language=words.language,
        headline=words.say(
            "line",
            key,
            withheld=in_words(explanation.withheld_minor, explanation.currency),
            available=in_words(explanation.available_minor, explanation.currency),
            reason=explanation.block_reason or "",
        ),
        buckets=tuple(
            (words.say("bucket", name), in_words(amount_minor, explanation.currency)) for name, amount_minor in buckets
        ),
        parts=tuple(_part(part, explanation.currency, words) for part in explanation.parts),
    )


def tell_reason(reason: Reason, currency: str, words: Words) -> str:
    """Say one reason with the borrower's own value and the threshold that mattered."""
    sentence = words.say("reason", reason.code)
    if reason.value is None or reason.needs is Needs.OTHER or reason.threshold is None:
        return sentence
    value, threshold = figures(reason.factor, value=reason.value, threshold=reason.threshold, currency=currency)
    return sentence + words.say(
        "needs", reason.needs, factor=words.say("factor", reason.factor), value=value, threshold=threshold
    )


def _part(part: Part, currency: str, words: Words) -> ToldPart:
    why = tuple(tell_reason(reason, currency, words) for reason in part.reasons)
    condition = words.say("condition", part.condition)
    return ToldPart(
        amount=in_words(part.amount_minor, currency),
        why=why or (words.say("line", "no_reason"),),
        when=tuple(
            words.say(
                "promise" if part.is_cut else "line",
                "cut" if part.is_cut else "dated",
                amount=in_words(amount_minor, currency),
                day=day_in_words(due_on),
                condition=condition,
            )
            for due_on, amount_minor in part.dates
        ),
    )


MOST_DECIMALS = 4


def figures(factor: str, *, value: float, threshold: float, currency: str) -> tuple[str, str]:
    """Write a value and its threshold with as few decimals as show that they differ, if they do."""
    for decimals in range(MOST_DECIMALS):
        own = figure(factor, value, currency=currency, decimals=decimals)
        needed = figure(factor, threshold, currency=currency, decimals=decimals)
        if own != needed:
            return own, needed
    return figure(factor, value, currency=currency), figure(factor, threshold, currency=currency)


def figure(factor: str, value: float, *, currency: str, decimals: int = 0) -> str:
    """Write a number in the unit its name ends with."""
    if factor.endswith("_minor"):
        return in_words(round(value), currency)
    if factor.endswith("_ratio") and "surge" in factor:
        return f"{value:.{decimals + 1}f} x"
    if factor.endswith("_ratio"):
        return f"{100 * value:.{decimals}f} %"
    return f"{value:g}"


def day_in_words(day: date) -> str:
    """Write a date the way every language reads it (ISO 8601)."""
    return day.isoformat()
