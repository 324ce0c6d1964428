"""A line under way: taken through what is due and what its borrower does, by the functions that decide it for real.

A behaviour is a row of steps at instants: repayments, draws, and facts that become known. Between them nothing new is
borrowed and nothing is paid. The line is taken through every instant at which anything is due, by the same decisions,
movements and plans as the flows use, so that what comes of it is what the engine will book if just that happens.
"""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from creditline.clock import DAY, business_day, just_after, last_over, start_of, to_us
from creditline.decision.decide import Known, Question, decide, given_by, position_of, question_of
from creditline.decision.lateness import facts_ahead
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.decision.product import Product
from creditline.decision.settle import new_loan, settle
from creditline.events.catalogue import DrawMade, LimitChanged, RepaymentReceived, StatementIssued
from creditline.events.frames import with_fact
from creditline.events.row import row_of
from creditline.ids import id_from
from creditline.ledger.asset_class import Bucket
from creditline.ledger.book import Posting, Stamp, draw, end_reservation, extend, repay
from creditline.ledger.booking import fee_legs
from creditline.ledger.chart import Movement
from creditline.ledger.line import Line
from creditline.ledger.loan import LoanState
from creditline.restoration.condition import Clause, clauses_of
from creditline.restoration.early import at_once, recorded_before
from creditline.restoration.ending import again_question, carried_out, ending_question, moved_by, reduces
from creditline.restoration.plan import Tranche, again, plan_of
from creditline.restoration.standing import Act, Reserved, Standing, Step, What
from creditline.restoration.terms import RECHECK
from creditline.restoration.touch import touching
from creditline.restoration.underway import Asking, Course, Decided, Event, Lens, Need, begin, order

__all__ = (
    "Act", "Asking", "Course", "Event", "Lens", "Need", "Reserved", "Standing", "Step", "What", "begin", "order", "take", "work",
)  # fmt: skip


def take(course: Course, step: Step) -> Asking[None]:
    """Do everything that is due up to a step, then take it."""
    yield from work(course, until=step.happens_at)
    match step.act:
        case Act.FACT:
            _close(course, through=last_over(step.happens_at))
            _learn(course, step, at=step.happens_at)
            _note(course, What.KNOWN, step.amount_minor, at=step.happens_at)
            if step.number in touching(course.standing.in_force(step.happens_at)):
                yield from _decide_again(course, since=step.happens_at)
        case Act.REPAY:
            yield from _repay(course, step)
        case Act.DRAW:
            _close(course, through=last_over(step.happens_at))
            yield from _draw(course, step)


def work(course: Course, *, until: datetime) -> Asking[None]:
    """Do everything that is due up to an instant, each on its day."""
    while True:
        due = [*(start_of(one.due_on) for one in course.tranches), *(one.expires_at for one in course.reserved)]
        due += [course.line.extra_ends_at] if course.line.extra_ends_at is not None else []
        if not due or min(due) > until:
            return
        now = max(min(due), course.standing.as_of)
        _close(course, through=last_over(now))
        for tranche in sorted((one for one in course.tranches if start_of(one.due_on) <= now), key=order):
            yield from _look_again(course, tranche, now=now)
        for reserved in [one for one in course.reserved if one.expires_at <= now]:
            stamp = Stamp(request=reserved.id, booked_at=course.line.after_last(now))
            course.reserved.remove(reserved)
            course.line = end_reservation(
                course.line, reserved.amount_minor, movement=Movement.EXPIRE, stamp=stamp
            ).line
            _note(course, What.EXPIRED, reserved.amount_minor, at=stamp.booked_at)
        if course.line.extra_ends_at is not None and course.line.extra_ends_at <= now:
            at, extra_minor = course.line.after_last(now), course.line.extra_minor
            stamp = Stamp(request=id_from(f"lapse {len(course.events)}", at=at), booked_at=at)
            course.line = extend(course.line, 0, until=None, stamp=stamp).line
            _note(course, What.EXTRA_ENDED, extra_minor, at=at)


def _close(course: Course, *, through: date) -> None:
    """Close the days up to one: what becomes known by it is learned at the end of its day."""
    if course.closing is None or through < course.closing[0]:
        return
    since, bucket = course.closing
    classes = course.standing.classes
    for event in facts_ahead(
        course.line, course.loans, bucket, span=(since, through), classes=classes, monthly=course.standing.bills_monthly
    ):
        row = row_of(event, recorded_at=event.happened_at)
        known = Step(happens_at=row.happened_at, act=Act.FACT, number=row.number)
        _learn(course, replace(known, amount_minor=row.amount_minor or 0, code=row.code or 0), at=row.happened_at)
        bucket = tuple(Bucket)[event.months_late_count] if isinstance(event, StatementIssued) else bucket
    course.closing = (through + DAY, bucket)


def _look_again(course: Course, tranche: Tranche, *, now: datetime) -> Asking[None]:
    """Bring a due tranche back, put it off, or cut it, by the edition it was promised under."""
    product, at = _told_by(course, tranche), course.line.after_last(now)
    known = yield from _known(course, product, at)
    # Why a condition failed is said by its clauses.
    decision = decide(product, ending_question(tranche, course.line, at), known, is_explained=False)
    course.tranches.remove(tranche)
    moved = moved_by(course.line, decision)
    if moved is not None:
        _move(course, moved, decision=decision, origin=course.origin(tranche))
        course.decided.append(Decided(decision, tranche, ()))
        if decision.answer is Answer.CUT:
            course.events[-1] = replace(course.events[-1], clauses=_failed(course, product, decision))
        return
    if (yield from _reduced(course, tranche, decision)):
        return
    days = product.parameters.at(business_day(at), currency=course.line.currency)[RECHECK]
    follower = again(decision, tranche, in_days=int(days))
    course.tranches.append(follower)
    course.origins[follower.id] = course.origin(tranche)
    _note(course, What.KEPT_BACK, tranche.amount_minor, at=at, decision=decision, origin=course.origin(tranche))
    course.events[-1] = replace(course.events[-1], clauses=_failed(course, product, decision), again_on=follower.due_on)
    course.decided.append(Decided(decision, tranche, (follower,)))


def _failed(course: Course, product: Product, decision: Decision) -> tuple[Clause, ...]:
    """Return the clauses of its condition that a decision found not to hold, if anybody is told."""
    if not course.is_explained:
        return ()
    clauses = clauses_of(product, decision.terms.condition or "", given_by(product, decision))
    return tuple(one for one in clauses if not one.holds)


def _reduced(course: Course, tranche: Tranche, kept: Decision) -> Asking[bool]:
    """Ask the rules in force about a part that was kept back; if they answer that it does not come back, do so."""
    at = kept.as_of
    product = course.standing.in_force(at)
    if not reduces(product):
        return False
    known = yield from _known(course, product, at)
    question = again_question(tranche, course.line, at)
    # Reasons cost more than the answer, and what stays kept back is told by its clauses.
    if decide(product, question, known, is_explained=False).answer is not Answer.REDUCED:
        return False
    decision = decide(product, question, known, is_explained=course.is_explained)
    plan = plan_of(decision, law=product.law)
    origin = course.origin(tranche)
    _note(course, What.KEPT_BACK, tranche.amount_minor, at=at, decision=kept, origin=origin)
    course.events[-1] = replace(
        course.events[-1], clauses=_failed(course, _told_by(course, tranche), kept), promised=plan.tranches
    )
    course.tranches += plan.tranches
    course.origins.update({part.id: origin for part in plan.tranches})
    course.decided += [Decided(kept, tranche, ()), Decided(decision, None, plan.tranches)]
    for moved in carried_out(course.line, decision, plan):
        _move(course, moved, decision=decision, origin=origin)
    return True


def _move(course: Course, moved: Posting, *, decision: Decision, origin: UUID | None = None) -> None:
    """Take a movement by which withheld limit comes back or is cut; what is known of a cut is learned."""
    amount_minor, at = course.line.withheld_minor - moved.line.withheld_minor, moved.entry.booked_at
    is_cut = moved.entry.movement is Movement.REDUCE
    course.line = moved.line
    if is_cut:
        fact = Step(happens_at=at, act=Act.FACT, number=LimitChanged.number, amount_minor=moved.line.granted_minor)
        _learn(course, fact, at=at)
    _note(course, What.CUT if is_cut else What.RELEASED, amount_minor, at=at, decision=decision, origin=origin)


def _decide_again(course: Course, *, since: datetime) -> Asking[None]:
    """Bring back before its day what would now come back at once, and would not without what is known since an instant."""
    now = just_after(since)
    at = course.line.after_last(now)
    product = course.standing.in_force(at)
    if not course.tranches or not product.releases_early:
        return
    waiting_minor = sum(one.amount_minor for one in course.tranches)
    question = _question(course, Kind.RESTORATION, id_from("signal", at=at), at, waiting_minor)
    known = yield from _known(course, product, at)
    asked = at_once(product, question, known)
    if asked is None:
        return
    before = yield Need(product, recorded_before(course.facts, since), at)
    if at_once(product, question, before if course.lens is None else course.lens(product, before, at)) is not None:
        return
    for tranche in sorted(course.tranches, key=order):
        own, at = _told_by(course, tranche), course.line.after_last(now)
        known = yield from _known(course, own, at)
        decision = decide(own, ending_question(tranche, course.line, at), known, is_explained=False)
        if decision.answer is Answer.RELEASED:
            course.decided += [Decided(asked, None, ())] if asked is not None else []
            asked = None
            course.tranches.remove(tranche)
            moved = moved_by(course.line, decision)
            assert moved is not None
            _move(course, moved, decision=decision, origin=course.origin(tranche))
            course.decided.append(Decided(decision, tranche, ()))


def _told_by(course: Course, tranche: Tranche) -> Product:
    """Return the edition a tranche was promised under, also if that was promised only here."""
    told = (course.standing.product, *(product for _, product in course.standing.periods))
    return {**{one.edition: one for one in told}, **course.standing.editions}[tranche.edition]


def _repay(course: Course, step: Step) -> Asking[None]:
    """Meet the line's loans with a repayment, and decide when the limit of its principal comes back."""
    waited = bool(course.tranches)
    at = course.line.after_last(step.happens_at)
    _close(course, through=business_day(at) - DAY)
    settled = settle(course.standing.in_force(at).lending, course.loans, step.amount_minor, on=business_day(at))
    if not settled.changed:
        _note(course, What.REFUSED, step.amount_minor, at=at)
        return
    request = id_from(f"hypothetical {len(course.events)}", at=at)
    stamp = Stamp(request=request, booked_at=at)
    course.line = _made(repay(course.line, settled.principal_minor, stamp=stamp, money=settled.money))
    changed = {loan.id: loan for loan in settled.changed}
    after = (changed.get(loan.id, loan) for loan in course.loans)
    course.loans = tuple(loan for loan in after if loan.state is LoanState.OPEN)
    _learn(course, replace(step, number=RepaymentReceived.number, amount_minor=settled.accepted_minor), at=at)
    as_of = just_after(at)
    product = course.standing.in_force(as_of)
    question = _question(course, Kind.RESTORATION, request, as_of, settled.principal_minor)
    known = yield from _known(course, product, as_of)
    decision = decide(product, question, known, is_explained=course.is_explained)
    plan = plan_of(decision, law=product.law)
    _note(course, What.REPAID, settled.accepted_minor, at=at, decision=decision)
    course.events[-1] = replace(course.events[-1], promised=plan.tranches)
    course.tranches += plan.tranches
    course.decided.append(Decided(decision, None, plan.tranches))
    for moved in carried_out(course.line, decision, plan):
        _move(course, moved, decision=decision)
    if waited:
        yield from _decide_again(course, since=at)


def _draw(course: Course, step: Step) -> Asking[None]:
    """Decide a draw, and pay it out if it is approved."""
    at = course.line.after_last(step.happens_at)
    product = course.standing.in_force(at)
    request = id_from(f"hypothetical {len(course.events)}", at=at)
    question = _question(course, Kind.DRAW, request, at, step.amount_minor)
    known = yield from _known(course, product, at)
    decision = decide(product, question, known, is_explained=course.is_explained)
    course.decided.append(Decided(decision, None, ()))
    amount_minor = decision.terms.amount_minor or 0
    if decision.answer is not Answer.APPROVE or not amount_minor:
        _note(course, What.REFUSED, step.amount_minor, at=at, decision=decision)
        return
    loan = new_loan(product, course.line, loan=request, amount_minor=amount_minor, at=at)
    course.line = _made(draw(course.line, amount_minor, stamp=_stamp(decision, at), charged=fee_legs(loan)))
    course.loans = (*course.loans, loan)
    _learn(course, replace(step, number=DrawMade.number, amount_minor=amount_minor), at=at)
    _note(course, What.DRAWN, amount_minor, at=at, decision=decision)


def _question(course: Course, kind: Kind, request: UUID, as_of: datetime, requested_minor: int) -> Question:
    position = position_of(course.line, requested_minor=requested_minor)
    return question_of(course.line, kind, request=request, as_of=as_of, position=position)


def _known(course: Course, product: Product, as_of: datetime) -> Asking[Known]:
    key = (product.edition, as_of)
    if key not in course.seen:
        course.seen[key] = yield Need(product, course.facts, as_of)
    known = course.seen[key]
    return known if course.lens is None else course.lens(product, known, as_of)


def _learn(course: Course, step: Step, *, at: datetime) -> None:
    """Add a fact that is learned of when it happens; what was seen before is seen no more."""
    course.seen = {}
    course.facts = with_fact(
        course.facts, number=step.number, at_us=to_us(at), amount_minor=step.amount_minor, code=step.code
    )


def _note(
    course: Course,
    what: What,
    amount_minor: int,
    *,
    at: datetime,
    decision: Decision | None = None,
    origin: UUID | None = None,
) -> None:
    course.events.append(
        Event(
            happens_at=at,
            what=what,
            amount_minor=amount_minor,
            line=course.line,
            answer=decision.answer if decision else None,
            reasons=decision.reasons if decision else (),
            origin=origin,
        )
    )


def _stamp(decision: Decision, at: datetime) -> Stamp:
    return Stamp(request=decision.id, booked_at=at)


def _made(posting: object) -> Line:
    """Return the line after a movement whose amount its bucket was just seen to hold."""
    assert isinstance(posting, Posting), posting
    return posting.line
