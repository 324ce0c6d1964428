"""What a draft answered to recorded cases, read from columns: answers, figures, what they are worth and what they move."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditline.decision.outcome import Answer, Kind
from creditline.decision.past import ANSWERS, FIGURES, NONE, Outcomes, Past, Whole
from creditline.decision.reopened import shares_of
from creditline.decision.tables import WORTH
from creditline.money import MILLION
from creditline.policy.columnar.answers import Answers
from creditline.policy.columnar.vector import Vector, values_of

BY_CODE = np.array([*(WORTH[answer] for answer in ANSWERS), -1], np.int64)
"""What an answer is worth to the borrower by its code, the last one for none."""


def outcomes_of(answers: Answers) -> Outcomes:
    """Read a draft's outputs as `decision.tables` reads those of one row; an output it does not have is none."""
    outputs, count = answers.outputs, answers.count
    names = {one: one for one in FIGURES}
    if "amount_minor" not in outputs:
        names["amount_minor"] = "granted_minor"
    codes = _codes(outputs["answer"], count) if "answer" in outputs else np.full(count, -1, np.int8)
    if answers.failed:
        codes[list(answers.failed)] = -1
    return Outcomes(
        answers=codes,
        figures={own: _whole(outputs.get(name), count) for own, name in names.items()},
        conditions=_words(outputs.get("condition"), count),
    )


def _codes(answer: Vector, count: int) -> NDArray[np.int8]:
    """Return answers as codes; a word that is no answer is none."""
    known = {str(one): code for code, one in enumerate(ANSWERS)}
    if answer.kind != "string":
        return np.array([known.get(str(value), -1) for value in values_of(answer, count)], np.int8)
    by_word = np.array([known.get(word, -1) for word in answer.words], np.int8)
    codes = np.broadcast_to(by_word[answer.values], (count,)).copy()
    if answer.known is not None:
        codes[~np.broadcast_to(answer.known, (count,))] = -1
    return codes


def _words(vector: Vector | None, count: int) -> NDArray[np.object_]:
    if vector is None or vector.kind == "null":
        return np.broadcast_to(np.array([None], np.object_), (count,))
    found = np.empty(count, np.object_)
    if vector.kind == "string":
        words: NDArray[Any] = np.empty(len(vector.words), np.object_)
        words[:] = vector.words
        found[:] = words[vector.values]
        if vector.known is not None:
            found[~np.broadcast_to(vector.known, (count,))] = None
    else:
        found[:] = [None if value is None else str(value) for value in values_of(vector, count)]
    return found


def _whole(vector: Vector | None, count: int) -> Whole:
    """Return a number column as whole numbers, fractions rounded down, as a single answer is read."""
    if vector is None or vector.kind == "null":
        return np.broadcast_to(np.array([NONE], np.int64), (count,))
    if vector.kind != "number" or vector.is_raw:
        values = values_of(vector, count)
        return np.array([NONE if value is None else int(value // 1) for value in values], np.int64)  # type: ignore[operator]  # A table gave a number here.
    units = vector.values.astype(np.int64)
    whole = np.broadcast_to(units // 10**vector.scale if vector.scale else units, (count,))
    return whole if vector.known is None else np.where(vector.known, whole, NONE)


AMOUNT = 2
"""Where among what an answer is worth its amount stands."""


def ranks_of(outcomes: Outcomes) -> Whole:
    """Return what each answer is worth to the borrower, [n, 5], as `decision.tables.rank` orders one; -1 first for none."""
    figure = {name: or_nothing(column) for name, column in outcomes.figures.items()}
    waited_days = figure["interval_days"] * figure["tranches_count"]
    return np.stack(
        [
            BY_CODE[outcomes.answers],
            figure["share_ppm"],
            figure["amount_minor"],
            figure["factor_ppm"],
            np.where(outcomes.answers == ANSWERS.index(Answer.REDUCED), waited_days, -waited_days),
        ],
        axis=1,
    )


def or_nothing(column: Whole) -> Whole:
    """Return figures with 0 where an answer has none."""
    if is_one(column):
        return np.broadcast_to(np.array([0 if column[0] == NONE else column[0]], np.int64), column.shape)
    return np.where(column == NONE, 0, column)


def is_one(column: NDArray[Any]) -> bool:
    """Say whether a column is a view of one value."""
    return len(column) > 0 and not any(column.strides)


def differ(one: NDArray[Any], *, other: NDArray[Any]) -> NDArray[np.bool_]:
    """Say case by case whether two columns differ; of two single values it is asked once."""
    if is_one(one) and is_one(other):
        return np.broadcast_to(np.array([one[0] != other[0]]), one.shape)
    return np.asarray(one != other, np.bool_)


def compared(ranks: Whole, *, than: Whole) -> Whole:
    """Say case by case whether an answer is worth more (1), less (-1) or as much (0) as another; `than` may be one row."""
    apart = np.sign(ranks - than)
    first = (apart != 0).argmax(axis=1)
    return np.asarray(apart[np.arange(len(apart)), first], np.int64)


def moved(past: Past, outcomes: Outcomes) -> Iterator[tuple[str, Whole]]:
    """Go through what each answer moved: what is granted or drawn, or released at once and withheld."""
    amount = or_nothing(outcomes.figures["amount_minor"])
    is_yes = outcomes.answers == ANSWERS.index(Answer.APPROVE)
    match past.kind:
        case Kind.OPENING:
            yield "granted", np.where(is_yes, amount, 0)
        case Kind.DRAW:
            yield "drawn", np.where(is_yes, amount, 0)
        case Kind.RESTORATION:
            share = or_nothing(outcomes.figures["share_ppm"])
            now = np.where(outcomes.answers == ANSWERS.index(Answer.AT_ONCE), MILLION, share)
            released = shares_of(past.requested_minor, now)
            yield "released at once", released
            yield "withheld", past.requested_minor - released
        case Kind.REVIEW:
            factor = outcomes.figures["factor_ppm"]
            yield "granted", shares_of(past.granted_minor, np.where(factor == NONE, MILLION, factor))
        case Kind.RELEASE:
            return
