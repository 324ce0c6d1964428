"""Ask a product's tables: what they are given, and what their outputs mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from creditline.decision.outcome import Answer, Kind, Position, Scores, Terms
from creditline.decision.product import Product
from creditline.decision.reopened import reopened_of
from creditline.errors import Broken, Code
from creditline.policy.table import Value, door

Given = dict[str, Value]

TABLES: Mapping[Kind, str] = {
    Kind.OPENING: "opening",
    Kind.DRAW: "draw",
    Kind.RESTORATION: "restoration",
    Kind.REVIEW: "review",
}
"""Which table answers which question; a release is answered by the condition its tranche was promised under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An answer of the tables: what, with which numbers, by which rules."""

    answer: Answer
    terms: Terms
    rules: tuple[tuple[str, tuple[int, ...]], ...]


def given_of(
    product: Product,
    position: Position,
    *,
    features: Sequence[float],
    sources_count: int,
    scores: Scores | None,
    numbers: Mapping[str, int | Decimal],
) -> Given:
    """Lay out what the tables may read: parameters, features by name, the line's position and its scores.

    Ratios pass the policy's door (`policy.table.door`), so that every executor compares the same decimals.
    """
    return {
        **numbers,
        **{name: door(features[place]) for name, place in product.reads},
        "granted_minor": position.granted_minor,
        "drawn_minor": position.drawn_minor,
        "available_minor": position.available_minor,
        "requested_minor": position.requested_minor,
        "is_blocked": position.is_blocked,
        "is_moved": position.is_moved,
        "accepts_partial": position.accepts_partial,
        "covered_sources_count": sources_count,
        "grade": scores.grade if scores else None,
        "release_points": scores.release_points if scores else None,
        **reopened_of(product.losing, position.requested_minor, pd_ppm=scores.pd_ppm if scores else None),
    }


def ask(product: Product, kind: Kind, table: str, given: Given) -> Asked:
    """Evaluate a table on the compiled executor and read its outputs; `Broken` if a table left its answer empty."""
    answered = product.compiled.decide(table, given)
    outputs = dict(answered.outputs)
    if kind is Kind.RELEASE:
        holds = outputs[table] is True
        answer = Answer.RELEASED if holds else Answer.KEPT_BACK
        return Asked(answer=answer, terms=Terms(condition=table), rules=answered.rules)
    if outputs.get("answer") is None:
        raise Broken(f"Table {table} of {product.name} gave no answer for {given}.", code=Code.INVARIANT_BROKEN)
    return Asked(answer=Answer(str(outputs["answer"])), terms=_terms(outputs), rules=answered.rules)


def worth(outputs: Mapping[str, Value]) -> tuple[int, ...]:
    """Order the outputs of a table that answers by what they are worth to the borrower."""
    return rank(Asked(answer=Answer(str(outputs["answer"])), terms=_terms(outputs), rules=()))


def rank(asked: Asked) -> tuple[int, ...]:
    """Order answers by what they are worth to the borrower: larger is better, equal is no improvement."""
    terms = asked.terms
    waited_days = (terms.interval_days or 0) * (terms.tranches_count or 0)
    return (
        WORTH[asked.answer],
        terms.share_ppm or 0,
        terms.amount_minor or 0,
        terms.factor_ppm or 0,
        # What is cut is better cut later, what comes back is better back sooner.
        waited_days if asked.answer is Answer.REDUCED else -waited_days,
    )


BEST: Mapping[Kind, int] = {
    Kind.OPENING: 2,
    Kind.DRAW: 2,
    Kind.RESTORATION: 3,
    Kind.RELEASE: 1,
    Kind.REVIEW: 2,
}
"""The worth above which there is nothing to explain."""

WORTH: Mapping[Answer, int] = {
    Answer.DECLINE: 0,
    Answer.REFER: 1,
    Answer.APPROVE: 2,
    Answer.REDUCED: 0,
    Answer.OBSERVED: 1,
    Answer.STAGED: 2,
    Answer.AT_ONCE: 3,
    Answer.CUT: 0,
    Answer.KEPT_BACK: 0,
    Answer.RELEASED: 1,
    Answer.BLOCK: 0,
    Answer.DECREASE: 1,
    Answer.KEEP: 2,
    Answer.INCREASE: 3,
}


def _terms(outputs: Mapping[str, Value]) -> Terms:
    """Read the numbers of an answer; an output a table does not have stays None."""
    condition = outputs.get("condition")
    return Terms(
        amount_minor=_whole(outputs.get("amount_minor", outputs.get("granted_minor"))),
        apr_bp=_whole(outputs.get("apr_bp")),
        share_ppm=_whole(outputs.get("share_ppm")),
        tranches_count=_whole(outputs.get("tranches_count")),
        interval_days=_whole(outputs.get("interval_days")),
        factor_ppm=_whole(outputs.get("factor_ppm")),
        condition=None if condition is None else str(condition),
    )


def _whole(value: Value) -> int | None:
    """Return a whole number, rounding a fraction down: a limit or an amount is never rounded up."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Broken(f"A table gave {value!r} where a number belongs.", code=Code.INVARIANT_BROKEN)
    return int(value // 1)
