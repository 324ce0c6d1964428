"""Whether something new brings back what waits: facts without it, and a line as it was before its block was lifted."""

from dataclasses import replace

from creditline.clock import from_us
from creditline.decision.decide import Question, position_of
from creditline.decision.known import known_at
from creditline.decision.outcome import Kind
from creditline.events.catalogue import StatementIssued
from creditline.restoration.early import as_if_blocked, at_once, recorded_before
from tests.restoration.a_standing import AS_OF, a_standing

STANDING = a_standing()
QUESTION = Question(
    id=STANDING.line.id,
    kind=Kind.RESTORATION,
    borrower="ada",
    line=STANDING.line.id,
    currency="CNY",
    as_of=AS_OF,
    position=position_of(STANDING.line, requested_minor=20_000),
)


def test_facts_are_left_out_by_when_they_were_learned_of() -> None:
    facts = STANDING.facts
    last = from_us(int(facts.recorded_us[-1]))
    before = recorded_before(facts, last)
    assert len(before.number) == len(facts.number) - 1 == before.starts[-1]
    assert facts.starts[-1] == len(facts.number), "What it was made from is as it was."
    assert len(recorded_before(facts, AS_OF).number) == len(facts.number)


def test_everything_comes_back_at_once_or_nothing_is_said() -> None:
    known = known_at(STANDING.product, STANDING.facts, as_of=AS_OF)
    decision = at_once(STANDING.product, QUESTION, known)
    assert decision is not None
    assert decision.reasons == ()
    late = a_standing(months_late=1)
    assert at_once(late.product, QUESTION, known_at(late.product, late.facts, as_of=AS_OF)) is None
    assert at_once(STANDING.product, as_if_blocked(QUESTION), known) is None
    assert replace(as_if_blocked(QUESTION), position=QUESTION.position) == QUESTION
    assert StatementIssued.number in late.facts.number
