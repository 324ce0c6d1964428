"""Say advice: what helps, what protects, what does not help, and that time alone does, in the words of the product."""

from collections.abc import Sequence

from creditline.explanation.words import Words, day_in_words
from creditline.money import in_words
from creditline.restoration.advice import Advice, Help, Told
from creditline.restoration.behaviour import Behaviour, Catalogue
from creditline.restoration.doing import Doing


def tell_advice(advice: Advice, words: Words, *, catalogue: Catalogue, currency: str) -> str:
    """Say on top how things stand and whether anything helps."""
    day = "" if advice.all_back_on is None else day_in_words(advice.all_back_on)
    return words.say(
        "advice",
        _stands(advice),
        waiting=in_words(advice.waiting_minor, currency),
        day=day,
        days=str(catalogue.most_days),
    )


def _stands(advice: Advice) -> str:
    if not advice.waiting_minor:
        return "nothing_waits"
    if advice.is_only_time:
        return "only_time"
    if advice.all_back_on is not None:
        return "dated"
    return "undated" if advice.helps else "no_help"


def tell_doing(doing: Doing, words: Words, *, currency: str) -> str:
    """Say something to do."""
    amount = "" if doing.amount_minor is None else in_words(doing.amount_minor, currency)
    return words.say("action", doing.behaviour, amount=amount, day=day_in_words(doing.done_on))


def tell_help(helping: Help, words: Words, *, currency: str) -> str:
    """Say what to do and what it brings, with why it does."""
    effect = helping.effect
    key = "earlier"
    if effect.all_back_on is not None:
        key = "certain" if effect.sooner_days is None else "sooner" if effect.sooner_days > 0 else "earlier"
    return words.say(
        "advice",
        key,
        doing=_together([tell_doing(one, words, currency=currency) for one in helping.doings], words),
        day="" if effect.all_back_on is None else day_in_words(effect.all_back_on),
        days=str(effect.sooner_days),
        amount=in_words(effect.earlier_minor, currency),
        evidence=words.say("advice", helping.evidence),
    )


def tell_protection(told: Told, words: Words, *, currency: str) -> str:
    """Say what is to be left alone, and what it would cost."""
    days = told.effect.sooner_days
    return words.say(
        "advice",
        "no_longer" if days is None or days >= 0 else "later",
        doing=tell_doing(told.doing, words, currency=currency),
        amount=in_words(told.effect.later_minor, currency),
        days=str(-(days or 0)),
    )


def tell_useless(told: Told, words: Words, *, currency: str) -> str:
    """Say that something people believe in changes nothing."""
    return words.say("advice", "useless", doing=tell_doing(told.doing, words, currency=currency))


def tell_route(words: Words) -> tuple[str, str]:
    """Say that a person can be asked: as something to do, and that it is always there."""
    return words.say("action", Behaviour.ASK_A_PERSON, amount="", day=""), words.say("advice", "route")


def _together(told: Sequence[str], words: Words) -> str:
    return told[0] if len(told) == 1 else words.say("advice", "and", one=told[0], other=told[1])
