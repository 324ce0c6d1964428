"""Hold what a borrower was told against the reasons that were used: decided again, and said again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from creditline.decision.outcome import Decision, Kind
from creditline.decision.product import Product
from creditline.explanation.letter import MOST_REASONS, Letter
from creditline.explanation.promised import failed_clauses, tell_clauses, told_promise, words_under
from creditline.explanation.words import tell_reason
from creditline.restoration.promise import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """Something that was told otherwise than it was used: where, what was told, and what the decision made again says."""

    where: str
    told: str
    used: str


def mismatches_of(
    again: Decision,
    *,
    stored: Decision,
    letters: Sequence[Letter],
    told: Sequence[Promise],
    product: Product,
    speakers: Sequence[Product],
) -> Iterator[Mismatch]:
    """Yield what was told of a decision and is not what it used: its reasons, its letters' reasons, its promises' words.

    `again` is the decision made anew from what was recorded. Every reason of it is one without which its answer would have
    been better, as that is how reasons are found. `speakers` are the products whose words may have told it.
    """
    if again.reasons != stored.reasons:
        yield Mismatch(where="reasons", told=_codes(stored), used=_codes(again))
    for letter in letters:
        used = [_used(again, product, letter.language, speaker=one) for one in speakers]
        if again.reasons and not any(_says(letter, one, kind=again.kind) for one in used):
            yield Mismatch(where=f"letter {letter.language}", told=" · ".join(letter.why), used=" · ".join(used[0]))
    for promise in told:
        said = [told_promise(product, again, promise.tranche, speaker=one) for one in speakers]
        if promise.reason != said[0].reason or promise.told not in [one.told for one in said]:
            yield Mismatch(
                where=f"promise {promise.tranche.id}",
                told=f"{promise.reason}: {' · '.join(promise.told.words)}",
                used=f"{said[0].reason}: {' · '.join(said[0].told.words)}",
            )


def _used(again: Decision, product: Product, language: str, *, speaker: Product) -> tuple[str, ...]:
    """Say what a decision used: its reasons, or of a release the clauses of its condition that did not hold."""
    words = words_under(product, language, speaker=speaker)
    if again.kind is Kind.RELEASE:
        clauses = failed_clauses(product, again)
        return tuple(tell_clauses(clauses, words, currency=again.currency))
    return tuple(tell_reason(one, again.currency, words) for one in again.reasons)[:MOST_REASONS]


def _says(letter: Letter, used: Sequence[str], *, kind: Kind) -> bool:
    """Say whether a letter gives these reasons and no other, in their order; what failed of a condition is one sentence."""
    return "; ".join(used) in " ".join(letter.why) if kind is Kind.RELEASE else letter.why == tuple(used)


def _codes(decision: Decision) -> str:
    return ", ".join(one.code for one in decision.reasons) or "none"
