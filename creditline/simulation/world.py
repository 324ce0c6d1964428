"""Many lives at once, each on a line of its own, decided by the functions that decide for real.

Nobody waits for a day to come: every life goes on to its next question, and all questions, whatever their days, are answered
together by one call of the profile kernel. Whose questions share a call changes no answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from creditline.clock import start_of, to_us
from creditline.decision.decide import Known, Question, decide, known_of
from creditline.decision.known import in_order_of
from creditline.decision.outcome import Answer, Kind, Position
from creditline.decision.product import Product
from creditline.decision.settle import new_loan
from creditline.errors import Code, Malformed
from creditline.events.catalogue import BalanceMoved, LineOpened
from creditline.events.frames import Facts, facts_of_arrays, side_by_side
from creditline.ids import id_from
from creditline.ledger.book import Posting, Stamp, move_in, open_line
from creditline.ledger.line import Line
from creditline.ledger.loan import Loan
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile_and_sources
from creditline.restoration.advice import Advice, advise
from creditline.restoration.behaviour import catalogue_of
from creditline.restoration.course import Asking, Course, Need, Standing, What, begin, order, take, work
from creditline.restoration.plan import Tranche
from creditline.simulation.assumed import Assumed
from creditline.simulation.life import Diary, Look, View, life
from creditline.simulation.people import Person

NOBODY = Facts(
    borrowers=("",),
    starts=np.zeros(2, np.int64),
    number=np.zeros(0, np.uint8),
    happened_us=np.zeros(0, np.int64),
    recorded_us=np.zeros(0, np.int64),
    amount_minor=np.zeros(0, np.int64),
    code=np.zeros(0, np.int32),
)
"""What is known of somebody who has just come."""

ANSWERS = {What.REPAID, What.DRAWN, What.REFUSED}
"""Events that answer a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A life that was lived: whose, the course of their line, and what is remembered of it besides."""

    person: Person
    course: Course
    diary: Diary


def live(product: Product, assumed: Assumed, people: Sequence[Person], *, days: int) -> list[Lived]:
    """Let people live for some days under a product's rules."""
    until = start_of(assumed.starts_on) + timedelta(days=days)
    lives = [_life(product, assumed, one, until=until) for one in people]
    ended: dict[int, Lived] = {}
    going = list(range(len(lives)))
    told: Sequence[Known | None] = [None] * len(lives)
    while going:
        needs: list[Need] = []
        still: list[int] = []
        for place, known in zip(going, told, strict=True):
            try:
                needs.append(lives[place].send(known))  # type: ignore[arg-type]  # The first None only starts it.
                still.append(place)
            except StopIteration as done:
                ended[place] = done.value
        going, told = still, answered(needs)
    return [ended[place] for place in range(len(lives))]


def answered(needs: Sequence[Need]) -> list[Known]:
    """Return what is known of many borrowers, each as of an instant of their own."""
    if not needs:
        return []
    facts = side_by_side([need.facts for need in needs])
    as_of_us = np.array([to_us(need.as_of) for need in needs], dtype=np.int64)
    asked = np.array([need.product.consents.asked for need in needs])
    features, is_known = profile_and_sources(facts, FEATURES, as_of_us=as_of_us, asked=asked)
    sources = is_known.sum(axis=1).tolist()
    found: dict[int, Known] = {}
    for product in {id(need.product): need.product for need in needs}.values():
        places = [place for place, need in enumerate(needs) if need.product is product]
        known = known_of(product, in_order_of(product, features[places]), [sources[place] for place in places])
        found.update(zip(places, known, strict=True))
    return [found[place] for place in range(len(needs))]


def _life(product: Product, assumed: Assumed, who: Person, *, until: datetime) -> Asking[Lived]:
    """Let one person live up to an instant; asks what is known, is told, and returns the life."""
    course = begin((yield from _opened(product, assumed, who)), is_explained=False)
    diary = Diary()
    living = life(who, assumed, diary, view_of(course.line, course.tranches))
    step = next(living, None)
    while step is not None and step.happens_at < until:
        if isinstance(step, Look):
            step = living.send(
                replace(view_of(course.line, course.tranches), advice=_advice(course, at=step.happens_at))
            )
            continue
        before = len(course.events)
        yield from take(course, step)
        answer = next((one.answer for one in course.events[before:] if one.what in ANSWERS), None)
        try:
            step = living.send(view_of(course.line, course.tranches, answer))
        except StopIteration:
            step = None
    yield from work(course, until=until - timedelta(microseconds=1))
    return Lived(person=who, course=course, diary=diary)


def _advice(course: Course, *, at: datetime) -> Advice | None:
    """Return what the engine advises on a line under way as it stands, none where the product lists nothing."""
    catalogue = catalogue_of(course.standing.product)
    if not catalogue.listed:
        return None
    standing = replace(
        course.standing,
        line=course.line,
        loans=course.loans,
        tranches=tuple(sorted(course.tranches, key=order)),
        facts=course.facts,
        as_of=at,
        seen={},
    )
    return advise(standing, catalogue)


def view_of(line: Line, waits: Iterable[Tranche], answer: Answer | None = None) -> View:
    """Return what a borrower sees."""
    return View(line=line, waits=tuple(sorted(waits, key=order)), answer=answer)


def _opened(product: Product, assumed: Assumed, who: Person) -> Asking[Standing]:
    """Open the line of a person as one that is moved here with its balance, by the product's own opening rules."""
    at = who.opened_at
    line_id = line_of(who)
    position = Position(
        granted_minor=0, drawn_minor=0, reserved_minor=0, withheld_minor=0, available_minor=0,
        requested_minor=who.granted_minor, is_moved=True,
    )  # fmt: skip
    question = Question(
        id=line_id, kind=Kind.OPENING, borrower=who.name, line=line_id, currency=assumed.currency, as_of=at,
        position=position,
    )  # fmt: skip
    known = yield Need(product, NOBODY, at)
    decision = decide(product, question, known, is_explained=False)
    granted_minor = decision.terms.amount_minor or 0
    if decision.answer is not Answer.APPROVE or granted_minor < who.moved_minor:
        raise Malformed(
            f"{product.name} does not take a line of {who.granted_minor} with {who.moved_minor} drawn over as it is "
            f"({decision.answer}). A simulation needs an opening table that keeps the limit of a line that is moved here.",
            code=Code.POLICY_INVALID,
        )
    line = Line(
        id=line_id, borrower=who.name, product=product.name, currency=assumed.currency, granted_minor=granted_minor,
        drawn_minor=0, reserved_minor=0, withheld_minor=0, self_limit_minor=None, block_reason=None,
        apr_bp=decision.terms.apr_bp or 0, version=0, opened_at=at, booked_at=at,
    )  # fmt: skip
    line = open_line(line, stamp=Stamp(request=line_id, booked_at=at)).line
    numbers, amounts = [LineOpened.number], [granted_minor]
    loans: tuple[Loan, ...] = ()
    if who.moved_minor:
        moved = move_in(line, who.moved_minor, stamp=Stamp(request=line_id, booked_at=at, first_ordinal=1))
        assert isinstance(moved, Posting)
        line = moved.line
        loans = (new_loan(product, line, loan=line_id, amount_minor=who.moved_minor, at=at),)
        numbers, amounts = [*numbers, BalanceMoved.number], [*amounts, who.moved_minor]
    return Standing(
        line=line, loans=loans, tranches=(), reserved=(), facts=_facts(who, at, numbers=numbers, amounts=amounts),
        product=product, editions={product.edition: product}, as_of=at,
    )  # fmt: skip


def line_of(who: Person) -> UUID:
    """Return the id of a person's line."""
    return id_from(f"line of {who.name}", at=who.opened_at)


def _facts(who: Person, at: datetime, *, numbers: Sequence[int], amounts: Sequence[int]) -> Facts:
    count, at_us = len(numbers), to_us(at)
    return facts_of_arrays(
        (who.name,),
        borrower_index=np.zeros(count, np.int64),
        number=np.array(numbers, np.uint8),
        happened_us=np.full(count, at_us, np.int64),
        recorded_us=np.full(count, at_us, np.int64),
        amount_minor=np.array(amounts, np.int64),
        code=np.zeros(count, np.int32),
    )
