"""Backtest: the edition that decided answers its own past as it did, nothing learned later is seen, and losses are those of the bad."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from creditline.decision.backtest import CANNOT_KNOW, Backtest
from creditline.decision.matured import Horizon
from creditline.decision.outcome import Answer, Kind
from creditline.decision.product import Product, read_product
from creditline.events.catalogue import StatementIssued
from creditline.flows.backtest import Period, recorded_backtest
from creditline.flows.recorded import recorded_cases
from creditline.ledger.line import Line
from tests.decision.a_product import a_product
from tests.flows.desk import STARTS_AT, Desk

NAMES = ("ada", "ben", "cem")


async def lived(desk: Desk) -> list[Line]:
    """Let three people open, draw and repay; the first then falls three months late."""
    lines = [await desk.open(borrower=name) for name in NAMES]
    for line in lines:
        desk.clock.move_to(desk.clock() + timedelta(hours=1))
        await desk.draw(line, 50_000)
    for line in lines:
        desk.clock.move_to(desk.clock() + timedelta(days=1))
        await desk.repay(line, 20_000)
    desk.clock.move_to(desk.clock() + timedelta(days=60))
    await desk.statement(lines[0], months_late=3)
    return lines


async def asked(desk: Desk, draft: Product, *, after: int = 200, starts: int = 0) -> Backtest:
    now = desk.clock() + timedelta(days=after)
    period = Period(
        starts_at=STARTS_AT + timedelta(days=starts),
        ends_at=now,
        most=1_000,
        horizon=Horizon(days=90, late_days=90, known_at=now),
    )
    return await recorded_backtest(desk.db, desk.house, a_product(), draft=draft, period=period)


def edited(before: str, after: str) -> Product:
    text = a_product().files["policy.dmn"].decode()
    assert before in text
    return read_product({**a_product().files, "policy.dmn": text.replace(before, after).encode()})


def answers(found: Backtest, *, is_after: bool = False) -> Mapping[tuple[Kind, Answer | None], int]:
    counted: Counter[tuple[Kind, Answer | None]] = Counter()
    for one in found.impact.transitions:
        counted[one.kind, one.after if is_after else one.before] += one.count
    return counted


async def test_the_edition_that_decided_answers_its_past_as_it_did(desk: Desk) -> None:
    await lived(desk)
    found = await asked(desk, a_product())
    recorded = await recorded_cases(desk.db, desk.house, product=a_product().name, most=1_000)
    told = Counter(
        (one.decision.kind, one.decision.answer) for one in recorded if one.decision.kind is not Kind.RELEASE
    )
    assert answers(found) == answers(found, is_after=True) == told
    assert (found.compared_count, found.differing_count) == (told.total(), 0)
    assert found.impact.changed.count == 0
    rules = Counter(
        (table, row) for one in recorded if one.decision.kind is not Kind.RELEASE
        for table, rows in one.decision.rules for row in rows
    )  # fmt: skip
    assert {(one.table, one.rule): one.before_count for one in found.impact.rules} == rules


async def test_what_is_learned_later_is_not_seen(desk: Desk) -> None:
    (ada, *_) = await lived(desk)
    before = await asked(desk, a_product())
    late = StatementIssued(
        id=desk.next_id(),
        borrower="ada",
        happened_at=STARTS_AT - timedelta(hours=1),
        line=ada.id,
        amount_minor=1,
        currency="CNY",
        months_late_count=2,
    )
    await desk.tell(late)
    after = await asked(desk, a_product())
    assert (after.differing_count, answers(after)) == (0, answers(before))


async def test_losses_are_those_of_the_lines_that_turned_bad_and_follow_what_is_given_out(desk: Desk) -> None:
    await lived(desk)
    half = edited("min(requested_minor, floor(", "min(floor(requested_minor / 2), floor(")
    found = await asked(desk, half)
    opening = next(one for one in found.observed if one.kind is Kind.OPENING)
    # One of three lines of 1,000 yuan turned bad: nine tenths of it are owed then, and 60 % of that are lost.
    assert (opening.before_minor, opening.after_minor) == (54_000, 27_000)
    assert opening.change_low_minor <= -27_000 <= opening.change_high_minor
    own = [one for one in found.segments if one.kind is Kind.OPENING]
    assert (sum(one.known_count for one in own), sum(one.before_loss_minor for one in own)) == (3, 54_000)
    assert sum(one.after_given_minor for one in own) * 2 == sum(one.before_given_minor for one in own)
    assert found.cannot_know == CANNOT_KNOW


async def test_without_outcomes_nothing_is_lost_and_what_is_given_out_is_counted_apart(desk: Desk) -> None:
    await lived(desk)
    found = await asked(desk, a_product(), after=0)
    assert found.left_out["the horizon is not over"] == 9
    assert {one.before_minor for one in found.observed} == {0}
    assert sum(one.unknown_before_given_minor for one in found.segments if one.kind is Kind.OPENING) == 300_000


async def test_a_period_without_decisions_is_empty(desk: Desk) -> None:
    await lived(desk)
    found = await asked(desk, a_product(), starts=1_000, after=2_000)
    assert (found.impact.changed.of_count, found.segments, found.observed) == (0, (), ())


async def test_a_draft_with_another_card_scores_by_it(desk: Desk) -> None:
    await lived(desk)
    text = a_product().files["parameters/restoration.toml"].decode().replace("value = 600", "value = 9000")
    strict = read_product({**a_product().files, "parameters/restoration.toml": text.encode()})
    found = await asked(desk, strict)
    assert answers(found, is_after=True) != answers(found)
