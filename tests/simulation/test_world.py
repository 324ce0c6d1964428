import msgspec
import numpy as np

from creditline.clock import start_of
from creditline.decision.known import known_at
from creditline.decision.outcome import Answer, Kind
from creditline.restoration.behaviour import Behaviour
from creditline.restoration.course import Act, Need, Step
from creditline.simulation.assumed import Assumed
from creditline.simulation.life import DEFAULT_MONTHS, Diary, Look, life
from creditline.simulation.rivals import held
from creditline.simulation.world import NOBODY, answered, live, view_of
from tests.decision.a_product import a_product
from tests.simulation.a_population import assumed, hard_times, looking, some


def test_who_is_asked_about_together_is_told_the_same_as_alone() -> None:
    lives = live(a_product(), hard_times(), some(6, under=hard_times()), days=80)
    needs = [Need(a_product(), one.course.facts, one.course.line.booked_at) for one in lives]
    needs.append(Need(a_product(), NOBODY, needs[0].as_of))
    alone = [known_at(need.product, need.facts, as_of=need.as_of) for need in needs]
    for together, single in zip(answered(needs), alone, strict=True):
        assert np.array_equal(together.features, single.features, equal_nan=True)
        assert (together.scores, together.sources_count) == (single.scores, single.sources_count)


def test_a_life_is_the_same_whoever_else_lives() -> None:
    many = live(a_product(), hard_times(), some(8, under=hard_times()), days=60)
    (alone,) = live(a_product(), hard_times(), some(8, under=hard_times())[5:6], days=60)
    assert str(alone.course.events) == str(many[5].course.events)
    assert str(alone.diary) == str(many[5].diary)


def test_a_shorter_life_is_the_beginning_of_a_longer_one() -> None:
    short = live(a_product(), hard_times(), some(8, under=hard_times()), days=50)
    for one, longer in zip(short, live(a_product(), hard_times(), some(8, under=hard_times()), days=90), strict=True):
        assert str(one.course.events) == str(longer.course.events[: len(one.course.events)])


def test_buckets_stay_within_the_limit_and_nothing_is_lost() -> None:
    for one in live(a_product(), hard_times(), some(30, under=hard_times()), days=120):
        for event in one.course.events:
            line = event.line
            assert min(line.drawn_minor, line.withheld_minor, line.headroom_minor) >= 0
        line = one.course.line
        assert line.withheld_minor == sum(part.amount_minor for part in one.course.tranches)
        assert line.drawn_minor == sum(loan.outstanding_minor for loan in one.course.loans)


def test_who_follows_does_what_the_engine_tells_and_who_does_not_is_told_the_same_first() -> None:
    first: dict[float, dict[str, tuple[object, ...]]] = {}
    for follows in (0.0, 1.0):
        lives = live(a_product(), looking(0.3, follows=follows), some(20, under=hard_times()), days=90)
        told = [one for each in lives for one in each.diary.advised if one.behaviours is not None]
        assert told
        assert all(one.is_followed is (follows == 1.0) for one in told)
        assert {Behaviour.PROVE_INCOME, Behaviour.PAY_ON_TIME} & {what for one in told for what in one.behaviours or ()}
        first[follows] = {
            each.person.name: (
                each.diary.advised[0].told_at,
                each.diary.advised[0].behaviours,
                each.diary.advised[0].by_on,
            )
            for each in lives
            if each.diary.advised
        }
    assert first[0.0] == first[1.0]


def test_a_rival_advises_nothing() -> None:
    lives = live(held(a_product()), looking(0.5), some(10, under=hard_times()), days=60)
    told = [one for each in lives for one in each.diary.advised]
    assert told
    assert all(one.behaviours is None and not one.is_followed for one in told)


def test_who_pays_nothing_is_billed_as_later_each_month_until_default() -> None:
    """A bill counts the months in which less than the minimum was paid; the third is default."""
    who = next(one for one in some(50) if one.moved_minor)
    (lived,) = live(a_product(), _never_paying(), [who], days=160)
    months_late = [bill.months_late for bill in lived.diary.bills]
    assert months_late[:4] == [0, 1, 2, 3]
    assert lived.diary.default_at == lived.diary.bills[DEFAULT_MONTHS].issued_at
    assert lived.diary.default_minor == lived.diary.bills[DEFAULT_MONTHS].amount_minor


def test_a_draw_is_never_asked_beyond_what_is_seen_to_be_available() -> None:
    who = some(1)[0]
    (lived,) = live(a_product(), assumed(), [who], days=5)
    empty = life(who, assumed(), Diary(), view_of(lived.course.line, ()))
    steps: list[Step | Look] = []
    step = next(empty)
    while len(steps) < 30:
        steps.append(step)
        try:
            step = empty.send(view_of(lived.course.line, (), Answer.APPROVE))
        except StopIteration:
            break
    draws = [one.amount_minor for one in steps if isinstance(one, Step) and one.act is Act.DRAW]
    assert draws
    assert max(draws) <= lived.course.line.available_minor


def test_decisions_come_in_order_and_none_after_the_end() -> None:
    until = start_of(assumed().starts_on).timestamp() + 120 * 86_400
    for one in live(a_product(), hard_times(), some(20, under=hard_times()), days=120):
        instants = [each.decision.as_of for each in one.course.decided]
        assert instants == sorted(instants)
        assert all(at.timestamp() < until for at in instants)
        assert {each.decision.kind for each in one.course.decided} <= {Kind.DRAW, Kind.RESTORATION, Kind.RELEASE}


def _never_paying() -> Assumed:
    usual = assumed()
    return msgspec.structs.replace(usual, payment=msgspec.structs.replace(usual.payment, forgets=1.0))
