"""How a part ends on its day: it comes back if its condition holds; else it is kept back, or cut from what is granted.

What is kept back is asked about again by the rules of the edition that told it, if these may reduce a limit: the promise of that
day is over, so that they may say that it does not come back at all.
"""

from dataclasses import replace
from datetime import datetime

from creditline.decision.decide import Question, position_of, question_of
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.decision.product import Product
from creditline.decision.tables import TABLES
from creditline.errors import Broken, Code
from creditline.ids import id_from
from creditline.ledger.book import Posting, Refusal, Stamp, reduce, release
from creditline.ledger.line import Line
from creditline.policy.feel import Constant
from creditline.policy.table import DecisionTable
from creditline.restoration.plan import Plan, Tranche

_REDUCING: dict[str, bool] = {}
"""Whether editions, which never change, may reduce a limit."""


def reduces(product: Product) -> bool:
    """Say whether a rule of a product may answer that repaid limit does not come back; a computed answer may be any."""
    if product.edition not in _REDUCING:
        table = product.policy.decision(TABLES[Kind.RESTORATION])
        given = [rule.outputs[0] for rule in table.rules] if isinstance(table, DecisionTable) else [None]
        _REDUCING[product.edition] = any(not isinstance(one, Constant) or one.text == Answer.REDUCED for one in given)
    return _REDUCING[product.edition]


def ending_question(tranche: Tranche, line: Line, as_of: datetime) -> Question:
    """Return the question whether a part may come back."""
    position = position_of(line, requested_minor=tranche.amount_minor)
    request = id_from(f"release/{tranche.id}", at=as_of)
    asked = question_of(line, Kind.RELEASE, request=request, as_of=as_of, position=position)
    return replace(asked, condition=tranche.condition, is_last=tranche.is_cut)


def again_question(tranche: Tranche, line: Line, as_of: datetime) -> Question:
    """Return the question what becomes of a part that is kept back, as if it were repaid now."""
    position = position_of(line, requested_minor=tranche.amount_minor)
    request = id_from(f"again/{tranche.id}", at=as_of)
    return question_of(line, Kind.RESTORATION, request=request, as_of=as_of, position=position)


def moved_by(line: Line, decision: Decision) -> Posting | None:
    """Return the movement by which a part comes back or is cut; None if it is kept back."""
    stamp = Stamp(request=decision.id, booked_at=decision.as_of)
    match decision.answer:
        case Answer.RELEASED:
            return _made(release(line, decision.position.requested_minor, stamp=stamp))
        case Answer.CUT:
            return _made(reduce(line, decision.position.requested_minor, stamp=stamp))
        case _:
            return None


def carried_out(line: Line, decision: Decision, plan: Plan, *, first_ordinal: int = 0) -> tuple[Posting, ...]:
    """Return the movements of what a plan brings back and cuts at once; the principal is in withheld."""
    made: list[Posting] = []
    for amount_minor, movement in ((plan.now_minor, release), (plan.cut_minor, reduce)):
        if amount_minor:
            stamp = Stamp(request=decision.id, booked_at=decision.as_of, first_ordinal=first_ordinal)
            posting = _made(movement(line, amount_minor, stamp=stamp))
            made.append(posting)
            line, first_ordinal = posting.line, first_ordinal + len(posting.transfers)
    return tuple(made)


def _made(posting: Posting | Refusal) -> Posting:
    """Return a movement that cannot have been refused, because its amount was taken from the bucket itself."""
    if isinstance(posting, Refusal):
        raise Broken(f"A bucket lost {posting.code} what it was just seen to hold.", code=Code.INVARIANT_BROKEN)
    return posting
