"""Impact on record says of a copy in columns what deciding each case again by the rules of its arm says."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.clock import MovedClock
from creditline.decision.acts import parts_of
from creditline.decision.allotted import allotted
from creditline.decision.arms import Armed, decide_armed
from creditline.decision.block import Block
from creditline.decision.decide import Known, asked_in
from creditline.decision.edited import edited_rules, judge
from creditline.decision.impact import Impact, impact_of, told_of
from creditline.decision.laid import Numbering, laid_out
from creditline.decision.outcome import Decision, Kind
from creditline.decision.past import past_of
from creditline.decision.product import Product, read_product
from creditline.decision.recorded import Recorded
from creditline.flows.arms import laid_out as arms_of
from creditline.flows.house import House
from creditline.flows.impact import impact_on_record
from creditline.flows.snapshot import Snapshot, follow, newest
from creditline.ids import id_from
from creditline.score.scorecard import write_scorecard
from creditline.store.connect import Database
from tests.decision.a_product import RELEASE, RESTORATION, a_product, card_of, changed
from tests.decision.a_question import AS_OF, VALUES, a_position, answer
from tests.flows.a_record import a_house, put
from tests.flows.desk import STARTS_AT
from tests.policy.a_strategy import an_arm, with_strategy

PRODUCT = a_product()
CLOCK = MovedClock(STARTS_AT)
KINDS = (Kind.OPENING, Kind.DRAW, Kind.RESTORATION, Kind.REVIEW)


def on_record(count: int = 240) -> list[Decision]:
    """Return decisions of all kinds about sixty borrowers of whom anything is known, over some days."""
    dice = np.random.default_rng(7)
    made = []
    for place in range(count):
        life = {name: float(dice.choice(values)) for name, values in VALUES.items() if dice.random() < 0.8}
        position = a_position(
            requested=int(dice.integers(0, 200)),
            available=int(dice.integers(0, 3)) * 50,
            blocked=bool(dice.random() < 0.2),
        )
        at = AS_OF + timedelta(hours=int(dice.integers(0, 90 * 24)))
        kind = KINDS[place % len(KINDS)]
        made.append(
            replace(
                answer(kind, life, position=position),
                id=id_from(f"{place}", at=at),
                as_of=at,
                borrower=f"b{place % 60}",
            )
        )
    return made


def drafts() -> dict[str, Product]:
    """Return drafts: nothing else, a threshold, an output, an expression, a number of a day, a cut that fails for some."""

    def policy(before: str, after: str) -> Product:
        return changed({"policy.dmn": lambda text: text.replace(before, after)})

    return {
        "same": PRODUCT,
        "threshold": policy("<text>&gt;= 2</text>", "<text>&gt;= 1</text>"),
        "output": policy("<text>300000</text>", "<text>250001</text>"),
        "answer": policy('<text>"decrease"</text>', '<text>"block"</text>'),
        "expression": policy(
            "<text>requested_minor</text></outputEntry>", "<text>floor(requested_minor / 2)</text></outputEntry>"
        ),
        "number": changed({RESTORATION: a_later_number}),
        "failing": policy(
            '<text>"increase"</text></outputEntry>',
            "<text>if is_blocked then &quot;keep&quot; else null</text></outputEntry>",
        ),
    }


def a_later_number(text: str) -> str:
    """Let repayments be observed for other days from some day of the record on."""
    now = 'value = 30, reference = "one statement" }'
    assert now in text
    return text.replace(now, now + ', { from = 2026-04-10, value = 44, reference = "longer" }')


async def blocks_of(db: Database, house: House, made: Sequence[Decision]) -> Snapshot:
    await put(db, made)
    return await follow(db, house, Snapshot(product=PRODUCT.name))


def told(impact: Impact, *, but: Sequence[str] = ("shown", "acts", "promises", "asked_count")) -> dict[str, object]:
    """Return everything an impact says, but for what the few cases show and what is not asked of columns alone."""
    return {name: value for name, value in asdict(impact).items() if name not in but}


async def test_a_copy_in_columns_says_what_the_decisions_say_one_by_one(db: Database, house: House) -> None:
    made = on_record()
    copy = await blocks_of(db, house, made)
    recorded = [Recorded(decision=one, features=PRODUCT.features) for one in made]
    for name, draft in drafts().items():
        one_by_one = impact_of(draft, past_of(draft, recorded))
        in_columns = impact_of(draft, list(laid_out(draft, copy.blocks)))
        on_the_record = await impact_on_record(db, CLOCK, house, draft=draft, blocks=copy.blocks)
        assert told(in_columns) == told(one_by_one), name
        assert told(on_the_record) == told(one_by_one), name
        assert {one.decision for one in on_the_record.shown} <= {one.id for one in made}
        assert (one_by_one.changed.count > 0) is (name != "same"), name


async def test_the_newest_are_those_of_the_newest_ids(db: Database, house: House) -> None:
    made = on_record()
    await put(db, made)
    blocks = await newest(db, house, product=PRODUCT.name, most=50)
    found = {one.hex for block in blocks for past in laid_out(PRODUCT, [block]) for one in past.ids}
    assert found == {one.id.hex for one in sorted(made, key=lambda one: one.id.int)[-50:]}
    assert await newest(db, house, product="gold", most=50) == ()


@pytest.mark.parametrize("head", ["", 'unit = "line"\n'])
async def test_each_case_is_answered_by_its_arm(db: Database, house: House, head: str) -> None:
    """Also if the arm has a segment, and begins on a day to come: it is asked what the draft does once it runs."""
    late = 'segment = "months_late_last_count >= 1"\n'
    draft = with_strategy(
        an_arm("longer", 400_000, days=45, more="from = 2027-01-01\n"),
        an_arm("late", 500_000, days=7, more=late),
        head=head,
    )
    made = on_record()
    copy = await blocks_of(db, house, made)
    found = await impact_on_record(db, CLOCK, house, draft=draft, blocks=copy.blocks)
    runs = {one.arm.name: one.product for one in await arms_of(draft)}
    assert draft.strategy is not None
    running = replace(
        draft, strategy=replace(draft.strategy, arms=tuple(replace(one, since=None) for one in draft.strategy.arms))
    )
    counts: Counter[str] = Counter()
    otherwise: Counter[str] = Counter()
    for one in made:
        known = Known(features=one.features, sources_count=one.sources_count, scores=one.scores)
        again = decide_armed(Armed(product=running, arms=runs), asked_in(one), known).decision
        counts[again.arm] += 1
        otherwise[again.arm] += (again.answer, again.terms) != (one.answer, one.terms)
    assert {one.arm: one.changed.of_count for one in found.arms} == counts
    assert {one.arm: one.changed.count for one in found.arms} == otherwise
    assert sum(otherwise.values()) == found.changed.count > 0
    assert len(counts) == (3 if not head else 1 + (len({*counts} - {"champion"})))
    assert {one.arm: one.before_count for one in found.arms}["champion"] == len(made)
    assert {one.arm: one.edition for one in found.arms if one.arm != "champion"} == {
        name: runs[name].edition for name in counts if name != "champion"
    }


async def test_an_arm_with_cards_of_its_own_scores_by_them(db: Database, house: House) -> None:
    """It is given what its own cards say of what was known, as a decision in that arm would be."""
    draft = with_strategy(an_arm("longer", 1_000_000))
    card = write_scorecard(card_of("release", 560, RELEASE))
    harder = read_product({**PRODUCT.files, "release.json": card})
    made = on_record()
    copy = await blocks_of(db, house, made)
    cases = allotted(draft, {"longer": harder}, copy.blocks, on=date(2026, 6, 1))
    found = told_of(draft, [judge(one, draft.losing) for one in cases])
    otherwise = 0
    for one in made:
        known = Known(features=one.features, sources_count=one.sources_count, scores=one.scores)
        again = decide_armed(Armed(product=draft, arms={"longer": harder}), asked_in(one), known).decision
        otherwise += (again.answer, again.terms) != (one.answer, one.terms)
    assert found.changed.count == otherwise > 0


async def test_borrowers_keep_their_numbers_as_more_come(db: Database, house: House) -> None:
    made, numbers = on_record(), dict[str, int]()
    copy = Snapshot(product=PRODUCT.name)
    for start in range(0, len(made), 80):
        await put(db, made[start : start + 80])
        copy = await follow(db, house, copy)
        pairs = {
            (name, int(number))
            for block in copy.blocks
            for name, number in zip(block.borrowers, block.who, strict=True)
        }
        assert len(pairs) == len({name for name, _ in pairs})
        assert numbers.items() <= dict(pairs).items()
        numbers = dict(pairs)
    assert sorted(numbers.values()) == list(range(60))
    assert copy.numbering.hashes.tolist() == sorted(copy.numbering.hashes.tolist())
    assert Numbering().of(copy.blocks[0])[0].numbers.tolist() == list(
        range(len(Numbering().of(copy.blocks[0])[0].hashes))
    )


CELLS: dict[str, tuple[str, ...]] = {
    "share_ppm": ("1000000", "500000", "300001", "0"),
    "factor_ppm": ("1000000", "800000", "1200000", "0"),
    "granted_minor": ("0", "requested_minor", "floor(requested_minor / 3)"),
    "amount_minor": ("0", "requested_minor", "available_minor", "null", "1"),
    "tranches_count": ("0", "1", "2", "5"),
    "interval_days": ("7", "stage_interval_days", "observed_for_days", "observed_for_days + 3"),
    "condition": ('"no_arrears"', '"not_blocked"', '"no_arrears_and_calm"'),
    "apr_bp": ("1200", "900", "1350"),
    "cap_share_ppm": ("0", "500000", "999999"),
    "observed_for_days": ("observation_days", "late_observation_days", "3"),
}
"""What an output may be edited to, by its name; an answer to any that its table allows."""


@st.composite
def edits(draw: st.DrawFn) -> Product:
    """Draw a draft that differs from the product in one to three outputs, of final tables and of those before them."""
    root = ET.fromstring(PRODUCT.files["policy.dmn"])
    tables = [one for one in root.iter(f"{DMN}decisionTable") if one.find(f"{DMN}rule") is not None]
    for _ in range(draw(st.integers(1, 3))):
        table = draw(st.sampled_from(tables))
        outputs = table.findall(f"{DMN}output")
        rule = draw(st.sampled_from(table.findall(f"{DMN}rule")))
        at = draw(st.integers(0, len(outputs) - 1))
        text = rule.findall(f"{DMN}outputEntry")[at].find(f"{DMN}text")
        assert text is not None
        name = outputs[at].get("name") or "observed_for_days"
        allowed = outputs[at].find(f"{DMN}outputValues/{DMN}text")
        given = CELLS[name] if allowed is None else tuple((allowed.text or "").split(", "))
        text.text = draw(st.sampled_from(given))
    return read_product({**PRODUCT.files, "policy.dmn": ET.tostring(root)})


DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"


def asked_of(draft: Product, blocks: Sequence[Block]) -> tuple[dict[str, object], list[object], int]:
    """Return what an impact says, whose answers are new acts, and how many cases were asked for it."""
    judged = [judge(one, draft.losing) for one in allotted(draft, {}, blocks, on=date(2026, 6, 1))]
    found = told_of(draft, judged)
    acts = [
        (one.trigger, one.rows.tolist(), one.wait_days.tolist(), one.before_count, one.after_count, one.spared_count)
        for one in parts_of(judged, {draft.edition: draft.law})
    ]
    return told(found, but=("asked_count",)), list(acts), found.asked_count


def forget(blocks: Sequence[Block]) -> None:
    for block in blocks:
        block.memo.clear()


RECORD: list[Block] = []


@given(former=st.one_of(st.just(PRODUCT), edits()), draft=edits())
async def test_an_edit_of_outputs_is_answered_as_if_all_had_been_asked(
    shared_db: Database, former: Product, draft: Product
) -> None:
    """Whatever was asked before, and whichever rules are edited: what is exchanged in sums equals asking every case."""
    if not RECORD:
        RECORD.extend((await blocks_of(shared_db, await a_house(shared_db, PRODUCT), on_record(400))).blocks)
    forget(RECORD)
    everything, harmed, every_count = asked_of(draft, RECORD)
    forget(RECORD)
    asked_of(former, RECORD)
    by_sums, by_sums_harmed, some_count = asked_of(draft, RECORD)
    assert by_sums == everything
    assert by_sums_harmed == harmed
    assert some_count <= every_count == 400


async def test_an_edit_asks_the_cases_of_its_rule_alone(db: Database, house: House) -> None:
    copy = await blocks_of(db, house, on_record(400))
    _, _, first = asked_of(PRODUCT, copy.blocks)
    draft = drafts()["output"]
    found, _, again = asked_of(draft, copy.blocks)
    hits = sum(one["after_count"] for one in found["rules"] if (one["table"], one["rule"]) == ("restoration", 9))  # type: ignore[attr-defined]
    assert (first, again) == (400, hits)
    assert hits > 0
    assert asked_of(draft, copy.blocks)[2] == hits


def test_an_edit_of_anything_but_outputs_is_none_of_outputs() -> None:
    """A condition, a number, a hit policy, a rule more: then every case is asked."""
    all_drafts = drafts()
    tables = ("opening", "draw", "restoration", "review")
    found = {
        name: {table: edited_rules(PRODUCT, new=draft, table=table) for table in tables}
        for name, draft in all_drafts.items()
    }
    assert all(own == {} for own in found["same"].values())
    assert all(own is None for own in found["number"].values())
    assert found["threshold"]["restoration"] is None
    edited = found["output"]["restoration"]
    assert edited is not None
    assert {table: len(rules) for table, rules in edited.items()} == {"restoration": 1}
    assert found["output"]["draw"] == {}
