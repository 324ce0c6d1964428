"""Sums of cases add up whichever parts they are taken in, and what is exchanged in them leaves nothing behind."""

import numpy as np
import pytest

from creditline.decision.asked import Asked, ask
from creditline.decision.marks import Marks, marks_of
from creditline.decision.outcome import Kind
from creditline.decision.past import Past
from creditline.decision.product import Product
from creditline.decision.tally import Of, Tally, exchanged, tally_of, total
from tests.decision.test_impact import CASES, PRODUCT, edited, past

STRICTER = edited("<text>&gt;= 2</text>", "<text>&gt;= 1</text>")


def one_kind(product: Product, kind: Kind, *, even: bool | None = None) -> Past:
    own = [one for one in CASES if one.kind is kind]
    (laid,) = past(product, own if even is None else own[0 if even else 1 :: 2])
    return laid


def asked(product: Product, kind: Kind, *, even: bool | None = None) -> Asked:
    return ask(product, one_kind(product, kind, even=even))


def said(tally: Tally) -> tuple[dict[object, int], dict[object, tuple[float, float, int]]]:
    return (
        {key: count for key, count in tally.counts.items() if count},
        {key: (own.before, float(own.change.sum()), int(own.cases.sum())) for key, own in tally.sums.items()},
    )


@pytest.mark.parametrize("kind", [Kind.OPENING, Kind.DRAW, Kind.RESTORATION, Kind.REVIEW])
def test_parts_add_up_to_the_whole(kind: Kind) -> None:
    whole = tally_of(asked(STRICTER, kind), PRODUCT.losing)
    parts = total(tally_of(asked(STRICTER, kind, even=even), PRODUCT.losing) for even in (True, False))
    assert said(parts) == said(whole)
    assert sum(whole.of(Of.CASES).values()) == sum(whole.of(Of.TURN).values()) == sum(whole.of(Of.GRADE).values())


def test_what_is_exchanged_leaves_nothing_behind() -> None:
    """Half of the cases are asked by another draft: as if they had been asked by it in the first place."""
    kind = Kind.RESTORATION
    mixed = total(
        [
            tally_of(asked(STRICTER, kind, even=True), PRODUCT.losing),
            tally_of(asked(PRODUCT, kind, even=False), PRODUCT.losing),
        ]
    )
    found = exchanged(
        tally_of(asked(PRODUCT, kind), PRODUCT.losing),
        former=tally_of(asked(PRODUCT, kind, even=True), PRODUCT.losing),
        latter=tally_of(asked(STRICTER, kind, even=True), PRODUCT.losing),
    )
    assert said(found) == said(mixed)
    assert sum(found.of(Of.CHANGED).values()) > 0


def test_marks_of_some_cases_take_the_place_of_what_they_were() -> None:
    before, after = (marks_of(asked(product, Kind.RESTORATION)) for product in (PRODUCT, STRICTER))
    rows = np.flatnonzero(after.is_changed)
    own = marks_of(ask(STRICTER, one_kind(STRICTER, Kind.RESTORATION)))
    found = before.with_rows(np.arange(len(own.is_changed)), own)
    assert plain(found) == plain(after)
    assert len(rows) > 0
    assert plain(before) != plain(after)


def plain(marks: Marks) -> list[object]:
    return [
        marks.is_changed.tolist(),
        {trigger: mask.tolist() for trigger, mask in marks.acts_after.items()},
        marks.later_days.tolist(),
        marks.is_dated.tolist(),
    ]
