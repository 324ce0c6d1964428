"""What an impact says of acts, notices and dates is what real decisions, notices and plans say, case by case."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import files

import pytest

from creditline.clock import MovedClock, business_day
from creditline.decision import acts
from creditline.decision.adverse import Trigger, act_of, notice_of
from creditline.decision.allotted import allotted
from creditline.decision.dates import dates_of
from creditline.decision.decide import Known, asked_in, decide
from creditline.decision.edited import judge
from creditline.decision.outcome import Answer, Decision, Kind
from creditline.decision.product import Product, read_product
from creditline.flows.house import House
from creditline.flows.impact import impact_on_record
from creditline.restoration.plan import plan_of
from creditline.store.connect import Database
from tests.decision.a_product import a_product, changed
from tests.flows.a_record import a_house
from tests.flows.desk import STARTS_AT, Desk
from tests.flows.test_impact import blocks_of, on_record

PRODUCT = a_product()
CLOCK = MovedClock(STARTS_AT)

NEXT = "</text></outputEntry><outputEntry><text>"
EDITS = (
    (f'"at_once"{NEXT}1000000{NEXT}0{NEXT}0', f'"observed"{NEXT}0{NEXT}2{NEXT}9'),
    (
        f'"observed"{NEXT}0{NEXT}1{NEXT}observed_for_days{NEXT}"no_arrears"',
        f'"reduced"{NEXT}0{NEXT}1{NEXT}observed_for_days{NEXT}"no_arrears"',
    ),
    ("<text>&gt;= 2</text>", "<text>&gt;= 1</text>"),
    ('"keep"</text></outputEntry><outputEntry><text>1000000', '"decrease"</text></outputEntry><outputEntry><text>900000'),
    ('"refer"</text></outputEntry>', '"decline"</text></outputEntry>'),
    ("<text>available_minor</text></outputEntry>", "<text>floor(available_minor / 2)</text></outputEntry>"),
    ('"increase"</text></outputEntry><outputEntry><text>1200000', '"block"</text></outputEntry><outputEntry><text>1000000'),
)  # fmt: skip


def harsh(law: str) -> Product:
    """Return a draft that harms in every way there is, under the law of a place."""

    def edit(text: str) -> str:
        for before, after in EDITS:
            assert before in text, before
            text = text.replace(before, after)
        return text

    pack = (files("creditline") / "jurisdictions" / f"{law}.toml").read_bytes()
    return read_product({**changed({"policy.dmn": edit}).files, "jurisdiction.toml": pack})


def again(draft: Product, one: Decision) -> Decision:
    """Decide a case again with what it stored, reasons too."""
    known = Known(features=one.features, sources_count=one.sources_count, scores=one.scores)
    return decide(draft, asked_in(one), known)


def due_of(draft: Product, made: Sequence[Decision]) -> Counter[tuple[Trigger, str, int | None]]:
    """Count what is due of acts that are new, as their notices are made."""
    found: Counter[tuple[Trigger, str, int | None]] = Counter()
    for one in made:
        before, after = act_of(one), act_of(again(draft, one))
        if after is not None and (before is None or before.trigger is not after.trigger):
            told = notice_of(after, draft.law)
            days = None if told.due_at is None else (business_day(told.due_at) - business_day(one.as_of)).days
            found[after.trigger, told.ground, days] += 1
    return found


@pytest.mark.parametrize("law", ["cn", "eu", "us"])
async def test_new_acts_and_what_is_due_of_them_are_those_of_real_decisions(
    db: Database, house: House, monkeypatch: pytest.MonkeyPatch, law: str
) -> None:
    monkeypatch.setattr(acts, "MOST_REASONED", 10_000)
    made, draft = on_record(), harsh(law)
    copy = await blocks_of(db, house, made)
    found = await impact_on_record(db, CLOCK, house, draft=draft, blocks=copy.blocks)
    before = Counter(act.trigger for one in made if (act := act_of(one)))
    after = Counter(act.trigger for one in made if (act := act_of(again(draft, one))))
    assert {one.trigger: one.before_count for one in found.acts if one.before_count} == before
    assert {one.trigger: one.after_count for one in found.acts if one.after_count} == after
    due = due_of(draft, made)
    told: Counter[tuple[Trigger, str, int | None]] = Counter()
    for one in found.acts:
        assert one.newly.count == sum(own.count for own in one.due)
        assert one.after_count == one.before_count + one.newly.count - one.spared_count
        for own in one.due:
            assert own.low_count == own.count == own.high_count
            told[one.trigger, own.ground, own.within_days] += own.count
    assert told == due
    assert len({trigger for trigger, _, _ in due}) >= 4
    assert any(trigger is Trigger.REDUCED for trigger, _, _ in due)


async def test_of_many_acts_some_are_decided_again_and_the_rest_is_told_with_an_interval(
    db: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "MOST_REASONED", 8)
    made, draft = on_record(480), harsh("us")
    copy = await blocks_of(db, house, made)
    found = await impact_on_record(db, CLOCK, house, draft=draft, blocks=copy.blocks)
    due = due_of(draft, made)
    reckoned = [(one.trigger, own) for one in found.acts for own in one.due if own.low_count != own.high_count]
    assert reckoned
    assert all(one.reasoned_count <= 8 * 12 for one in found.acts)
    held = [own.low_count <= due[trigger, own.ground, own.within_days] <= own.high_count for trigger, own in reckoned]
    assert sum(held) / len(held) > 0.8, reckoned


async def test_without_a_law_nothing_is_due(db: Database) -> None:
    bare = read_product({name: body for name, body in harsh("cn").files.items() if name != "jurisdiction.toml"})
    house = await a_house(db, PRODUCT)
    house.shipped = {bare.name: bare}
    house.products = house.shipped
    made = on_record()
    copy = await blocks_of(db, house, made)
    found = await impact_on_record(db, CLOCK, house, draft=bare, blocks=copy.blocks)
    assert {own.within_days for one in found.acts for own in one.due} == {None}


async def test_dates_are_those_of_the_plans(db: Database, house: House) -> None:
    made, draft = on_record(480), harsh("cn")
    copy = await blocks_of(db, house, made)
    found = await impact_on_record(db, CLOCK, house, draft=draft, blocks=copy.blocks)
    moved: dict[bool, list[int]] = {False: [], True: []}
    for one in made:
        then = again(draft, one)
        if one.kind is Kind.RESTORATION and Answer.REDUCED not in {one.answer, then.answer}:
            days = [last_day(own) for own in (one, then)]
            is_estimate = days[1] > 0 and then.terms.condition in draft.estimates
            moved[is_estimate].append(days[1] - days[0])
    assert {one.is_estimate for one in found.dates} == {kind for kind, days in moved.items() if days}
    for dates in found.dates:
        later = sorted(days for days in moved[dates.is_estimate] if days > 0)
        assert (dates.later.count, dates.later.of_count) == (len(later), len(moved[dates.is_estimate]))
        assert dates.sooner.count == sum(days < 0 for days in moved[dates.is_estimate])
        if later:
            assert (dates.later_days_most, later[0] <= dates.later_days_median <= dates.later_days_90) == (
                later[-1],
                True,
            )
    assert any(dates.later.count for dates in found.dates)


def last_day(decision: Decision) -> int:
    """Return in how many days all of a repayment is back."""
    plan = plan_of(decision)
    return max(((one.due_on - business_day(decision.as_of)).days for one in plan.tranches), default=0)


async def test_open_promises_are_told_and_no_draft_moves_them(desk: Desk) -> None:
    line = await desk.open()
    await desk.draw(line, 50_000)
    await desk.statement(line, months_late=1)
    repaid = await desk.repay(line, 10_000)
    assert repaid.decision.answer is Answer.OBSERVED
    waiting = await desk.waiting(line)
    found = await impact_on_record(desk.db, desk.clock, desk.house, draft=harsh("cn"), blocks=())
    assert [(one.is_estimate, one.currency, one.count, one.amount_minor) for one in found.promises] == [
        (False, "CNY", len(waiting), 10_000)
    ]
    assert found.promises[0].last_due_on == date.fromisoformat(max(day for day, _ in waiting))
    assert found.promises[0].editions_count == 1
    desk.clock.move_to(desk.clock() + timedelta(days=60))


def test_nothing_on_record_moves_no_date() -> None:
    assert dates_of(judge(one, None).marks for one in allotted(PRODUCT, {}, (), on=business_day(STARTS_AT))) == ()
