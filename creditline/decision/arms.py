"""Decide in arms: by the champion's rules, or by those of the challenger a borrower is in; and what shadows would have said."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from creditline.clock import business_day
from creditline.decision.decide import Known, Question, asked_in, decide, known_of
from creditline.decision.outcome import Decision
from creditline.decision.product import Product
from creditline.decision.tables import Given, given_of
from creditline.errors import Code, CreditlineError, PolicyInvalid
from creditline.policy.assignment import arm_of, in_segment, shadows_of
from creditline.policy.parameters import OVERLAY, Change, Dated, overlay
from creditline.policy.strategy import CHAMPION, STRATEGY_FILE, Arm, Strategy, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """An edition in force, what each of its arms runs, and the arms that are stopped."""

    product: Product
    arms: Mapping[str, Product] = field(default_factory=dict)
    stopped: frozenset[str] = frozenset()

    @property
    def products(self) -> tuple[Product, ...]:
        """Every edition by which a case may be decided."""
        return (self.product, *self.arms.values())


def running(armed: Armed) -> Product:
    """Return an edition without the arms that are stopped: the rooms of the others stay where they are."""
    strategy = armed.product.strategy
    if strategy is None or not armed.stopped:
        return armed.product
    own = tuple(one for one in strategy.arms if one.name not in armed.stopped)
    return replace(armed.product, strategy=replace(strategy, arms=own))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """What a shadow would have decided, without reasons; None with words if its rules failed."""

    arm: str
    edition: str
    decision: Decision | None
    failed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision, the product that made it, and what the shadows of the edition in force say of the same case."""

    product: Product
    decision: Decision
    shadows: tuple[Shadow, ...] = ()


def decide_armed(armed: Armed, question: Question, known: Known) -> Decided:
    """Answer a question by the rules of the arm it falls into; `known` is by the champion's own catalogue and cards."""
    strategy = armed.product.strategy
    if strategy is None:
        return Decided(product=armed.product, decision=decide(armed.product, question, known))
    subject, given, on = _case(armed, strategy, question, known)
    product, arm = _drawn(armed, strategy, subject, given, on)
    return Decided(
        product=product,
        decision=decide(product, question, known_by(product, known, champion=armed.product), arm=arm),
        shadows=_shadows(armed, strategy, question, known),
    )


def _shadows(armed: Armed, strategy: Strategy, question: Question, known: Known) -> tuple[Shadow, ...]:
    if not strategy.shadows:
        return ()
    subject, given, on = _case(armed, strategy, question, known)
    own = shadows_of(strategy, subject, given, on=on, stopped=armed.stopped)
    return tuple(_shadow(one, armed, question, known) for one in own)


def armed_again(armed: Armed, stored: Decision) -> tuple[str, tuple[Shadow, ...]]:
    """Return the arm that a decision falls into by what it stored, and what the shadows of its case say."""
    strategy = armed.product.strategy
    if strategy is None:
        return CHAMPION, ()
    question = asked_in(stored)
    features = np.array([stored.features], dtype=np.float64)
    known = known_of(armed.product, features, [stored.sources_count])[0]
    subject, given, on = _case(armed, strategy, question, known)
    return _drawn(armed, strategy, subject, given, on)[1], _shadows(armed, strategy, question, known)


def stored_in_segment(product: Product, arm: Arm, stored: Decision) -> bool:
    """Say whether the case of a decision was in the segment of an arm of a product, by what it stored.

    One that stored other features than the product reads is in none.
    """
    strategy = product.strategy
    if strategy is None or stored.catalogue != product.catalogue:
        return False
    given = given_of(
        product,
        stored.position,
        features=stored.features,
        sources_count=stored.sources_count,
        scores=stored.scores,
        numbers=product.parameters.at(business_day(stored.as_of), currency=stored.currency),
    )
    return arm.segment is None or in_segment(strategy, arm, given)


def product_for(armed: Armed, question: Question, known: Known) -> tuple[Product, str]:
    """Return the product that would decide a case, and its arm."""
    strategy = armed.product.strategy
    if strategy is None:
        return armed.product, CHAMPION
    return _drawn(armed, strategy, *_case(armed, strategy, question, known))


def _drawn(armed: Armed, strategy: Strategy, subject: str, given: Given, on: date) -> tuple[Product, str]:
    arm = arm_of(strategy, subject, given, on=on, stopped=armed.stopped)
    return (armed.product, CHAMPION) if arm is None else (armed.arms[arm.name], arm.name)


CARDS = ("scorecard.json", "booster.json", "release.json", "product.toml")
"""The files that say how a borrower is scored."""


def known_by(product: Product, known: Known, *, champion: Product) -> Known:
    """Return what is known with the scores of an arm's own cards; arms have the champion's catalogue."""
    if product is champion or all(product.files.get(name) == champion.files.get(name) for name in CARDS):
        return known
    features = np.array([known.features], dtype=np.float64)
    return known_of(product, features, [known.sources_count])[0]


def _case(armed: Armed, strategy: Strategy, question: Question, known: Known) -> tuple[str, Given, date]:
    """Return who is drawn, what the segments are given, and the day."""
    on = business_day(question.as_of)
    subject = question.borrower if strategy.unit is Unit.BORROWER else str(question.line)
    if not strategy.segments.decisions:
        return subject, {}, on
    given = given_of(
        armed.product,
        question.position,
        features=known.features,
        sources_count=known.sources_count,
        scores=known.scores,
        numbers=armed.product.parameters.at(on, currency=question.currency),
    )
    return subject, given, on


def _shadow(arm: Arm, armed: Armed, question: Question, known: Known) -> Shadow:
    """Return what a shadow says; whatever fails in it, fails in it alone."""
    product = armed.arms[arm.name]
    try:
        decision = decide(
            product, question, known_by(product, known, champion=armed.product), is_explained=False, arm=arm.name
        )
    except CreditlineError as failed:
        return Shadow(arm=arm.name, edition=product.edition, decision=None, failed=failed.message)
    return Shadow(arm=arm.name, edition=product.edition, decision=decision)


def files_of_arm(product: Product, arm: Arm) -> dict[str, bytes]:
    """Return the files of the edition that an arm with numbers of its own runs: the champion's with them laid over.

    It has no strategy: an arm has no arms, and the same arm of the next edition is the same as long as it changes the same.
    """
    changes = [
        Change(
            name=name,
            currency=currency,
            dated=Dated(since=dated.since, value=value, reference=f"arm {arm.name} of {STRATEGY_FILE}"),
        )
        for (name, currency), value in arm.values.items()
        for dated in product.parameters.exactly(name, currency).values
    ]
    texts = {name: text.decode() for name, text in product.files.items() if name.startswith("parameters/")}
    laid = overlay(product.parameters, texts, changes).encode()
    return {**{name: body for name, body in product.files.items() if name != STRATEGY_FILE}, OVERLAY: laid}


def require_same_catalogue(champion: Product, arm: Arm, *, other: Product) -> None:
    """Raise `PolicyInvalid` unless an arm's edition is of the product and reads features and sources as the champion does."""
    if other.name != champion.name or other.catalogue != champion.catalogue:
        raise PolicyInvalid(
            f"{STRATEGY_FILE}, arms.{arm.name}: edition {other.edition[:12]} is of product {other.name} and feature catalogue "
            f"{other.catalogue[:12]}, and this one of {champion.name} and {champion.catalogue[:12]}. Publish its files anew.",
            code=Code.POLICY_INVALID,
        )
    if (other.consents.asked != champion.consents.asked).any():
        raise PolicyInvalid(
            f"{STRATEGY_FILE}, arms.{arm.name}: edition {other.edition[:12]} asks consent for other sources than this one. What "
            "is read of a borrower must not be drawn by lot: give both the same [consent] and law.",
            code=Code.POLICY_INVALID,
        )
