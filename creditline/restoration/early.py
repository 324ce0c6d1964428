"""Early release: whether something new makes what waits come back before its day.

Time alone keeps the day that was told. What was learned shortens it if the rules, asked about all that waits as if it were
repaid now, would bring all of it back at once, and without what was learned would not.
"""

from dataclasses import replace
from datetime import datetime

import numpy as np

from creditline.clock import DAY_US, to_us
from creditline.decision.decide import Known, Question, decide
from creditline.decision.outcome import Answer, Decision
from creditline.decision.product import Product
from creditline.events.catalogue import Cured, FellOverdue, StatementIssued
from creditline.events.frames import NEVER_US, Facts, at_rows

OF_A_CLOSE = np.array([StatementIssued.number, FellOverdue.number, Cured.number], np.uint8)


def recorded_before(facts: Facts, since: datetime) -> Facts:
    """Return the facts of one borrower that were learned of before an instant.

    What the close of a day makes known, at its last instant, is no news: it is known of the day, whenever that is closed.
    """
    is_of_close = np.isin(facts.number, OF_A_CLOSE) & ((facts.happened_us + 1) % DAY_US == 0)
    kept = (facts.recorded_us < to_us(since)) | is_of_close
    starts = facts.starts.copy()
    starts[-1] = int(kept.sum())
    known = at_rows(facts, kept, borrowers=facts.borrowers, starts=starts)
    if known.until_us is None:
        return known
    # What was undone since counted as it was until then.
    return replace(known, until_us=np.where(known.until_us <= to_us(since), known.until_us, NEVER_US))


def at_once(product: Product, question: Question, known: Known) -> Decision | None:
    """Return the decision that would bring everything back at once, None for any other."""
    decision = decide(product, question, known, is_explained=False)
    return decision if decision.answer is Answer.AT_ONCE else None


def as_if_blocked(question: Question) -> Question:
    """Return a question about a line as it was before its block was lifted."""
    return replace(question, position=replace(question.position, is_blocked=True, available_minor=0))
