"""What if: a recorded decision asked again with some of what it was made from otherwise, by the rules it was made by."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite, nan
from typing import Any

import numpy as np

from creditline.decision.decide import Question, decide, known_of
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.decision.product import Product
from creditline.errors import Code, Malformed
from creditline.money import MAX_MINOR

TRUTHS = ("is_blocked", "accepts_partial")
AMOUNTS = ("granted_minor", "drawn_minor", "available_minor", "requested_minor")
"""What of a line's position may be supposed, besides every feature."""


def what_if(product: Product, decision: Decision, changes: Mapping[str, float | None]) -> Decision:
    """Return the decision as it would have been with some values otherwise; `product` must be the edition it names.

    Values are by the name of a feature, None for one that is not known, or by one of TRUTHS (0 or 1) and AMOUNTS. Scores are
    computed again. Raise `Malformed` naming what cannot be supposed.
    """
    _require_known(product, changes)
    features = list(decision.features)
    for place, name in enumerate(product.features):
        if name in changes:
            value = changes[name]
            features[place] = nan if value is None else value
    supposed: dict[str, Any] = {name: bool(changes[name]) for name in TRUTHS if name in changes}
    supposed |= {name: int(changes[name] or 0) for name in AMOUNTS if name in changes}
    question = Question(
        id=decision.id,
        kind=decision.kind,
        borrower=decision.borrower,
        line=decision.line,
        currency=decision.currency,
        as_of=decision.as_of,
        position=replace(decision.position, **supposed),
        condition=decision.terms.condition if decision.kind is Kind.RELEASE else None,
        is_last=decision.answer is Answer.CUT,
    )
    rows = np.array([features], dtype=np.float64)
    return decide(product, question, known_of(product, rows, [decision.sources_count])[0])


def supposed_of(given: Sequence[str]) -> dict[str, float | None]:
    """Read what is supposed, as name=value; nothing after the sign is not known. Raise `Malformed` for anything else."""
    supposed: dict[str, float | None] = {}
    for text in given:
        name, sign, value = text.partition("=")
        try:
            supposed[name] = float({"true": "1", "false": "0"}.get(value, value)) if value else None
        except ValueError:
            sign = ""
        if not (sign and name and isfinite(supposed[name] or 0)):
            raise Malformed(
                f"{text[:80]!r} supposes nothing. Write name=value, as pay_ratio=1, or name= for what is not known.",
                code=Code.MESSAGE_MALFORMED,
            )
    return supposed


def _require_known(product: Product, changes: Mapping[str, float | None]) -> None:
    for name, value in changes.items():
        if name not in {*product.features, *TRUTHS, *AMOUNTS}:
            raise Malformed(
                f"Nothing is known by the name {name!r}. Suppose a feature, as the case file names them, or one of "
                f"{', '.join((*TRUTHS, *AMOUNTS))}.",
                code=Code.MESSAGE_MALFORMED,
            )
        is_whole = value is not None and 0 <= value <= MAX_MINOR and value == int(value)
        if (name in TRUTHS and value not in {0, 1}) or (name in AMOUNTS and not is_whole):
            kind = "0 or 1" if name in TRUTHS else f"whole minor units, 0 to {MAX_MINOR}"
            raise Malformed(f"{name} is {kind}; it was supposed to be {value}.", code=Code.MESSAGE_MALFORMED)
