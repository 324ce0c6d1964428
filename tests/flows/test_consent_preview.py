"""What a consent would change, shown first: what is told then comes true, and nothing is told where nothing changes."""

import pytest

from creditline.clock import business_day
from creditline.decision.outcome import Answer
from creditline.events.consent import DataSource
from creditline.explanation.advised import tell_doing
from creditline.explanation.consent import consent_words, tell_consent
from creditline.explanation.words import words_of
from creditline.flows.advice import advice_of, consent_previews
from creditline.flows.signals import answer_signals
from creditline.restoration.behaviour import Behaviour
from creditline.restoration.consent import Asked, ConsentPreview, Difference, Outcome
from tests.decision.a_product import a_product
from tests.flows.desk import Desk
from tests.flows.test_consent import proved, say, used_up


async def preview(desk: Desk, *, is_given: bool, source: DataSource = DataSource.EVIDENCE) -> ConsentPreview:
    ((_, found),) = await consent_previews(
        desk.db, desk.clock, desk.house, borrower="ada", source=source, is_given=is_given
    )
    return found


def of(found: ConsentPreview, asked: Asked) -> Difference:
    return next(one for one in found.differences if one.asked is asked)


async def test_what_a_withdrawal_would_do_to_a_repayment_is_what_it_does(desk: Desk) -> None:
    line = await used_up(desk)
    await proved(desk, line)
    await desk.wait(hours=1)
    before = await desk.line(line)
    told = of(await preview(desk, is_given=False), Asked.REPAYING)
    assert (await desk.line(line), told.tried_minor) == (before, 95_000), "Nothing was done by looking."
    assert (told.before.answer, told.before.amount_minor, told.before.dates) == (Answer.AT_ONCE, 95_000, ())
    assert (told.after.answer, told.is_better) == (Answer.STAGED, False)
    await say(desk, is_given=False)
    await desk.wait(hours=1)
    repaid = await desk.repay(line, told.tried_minor)
    assert (repaid.decision.answer, repaid.line.withheld_minor) == (
        told.after.answer,
        told.tried_minor - told.after.amount_minor,
    )
    assert [day for day, _ in await desk.waiting(line)] == [day.isoformat() for day in told.after.dates]


async def test_what_letting_us_read_would_bring_back_it_brings_back(desk: Desk) -> None:
    line = await used_up(desk)
    await proved(desk, line)
    await say(desk, is_given=False)
    await desk.wait(hours=1)
    await desk.repay(line, 40_000)
    waiting_minor = (await desk.line(line)).withheld_minor
    await desk.wait(hours=1)
    found = await preview(desk, is_given=True)
    told = of(found, Asked.WAITING)
    assert (told.before.amount_minor, told.after.amount_minor, told.is_better) == (0, waiting_minor, True)
    assert (found.effect.earlier_minor, found.effect.later_minor) == (waiting_minor, 0)
    assert not found.changes_nothing
    await say(desk, is_given=True)
    await answer_signals(desk.db, desk.clock, desk.house)
    assert (await desk.line(line)).withheld_minor == 0


async def test_a_raise_of_the_limit_that_rests_on_a_proof_is_told(desk: Desk) -> None:
    line = await used_up(desk)
    await desk.wait(days=200)
    await desk.statement(line)
    await proved(desk, line)
    await desk.wait(hours=1)
    told = of(await preview(desk, is_given=False), Asked.REVIEWING)
    assert (told.before.answer, told.before.amount_minor) == (Answer.INCREASE, 120_000)
    assert (told.after.answer, told.after.amount_minor) == (Answer.KEEP, 100_000)
    await say(desk, is_given=False)
    await desk.wait(hours=1)
    assert (await desk.review(line)).decision.answer is told.after.answer


@pytest.mark.parametrize("source", list(DataSource))
async def test_where_no_rule_reads_a_source_nothing_changes_and_that_is_said(desk: Desk, source: DataSource) -> None:
    await used_up(desk)
    for is_given in (True, False):
        found = await preview(desk, is_given=is_given, source=source)
        assert found.changes_nothing, "Nothing was ever heard of it."
        words = consent_words(a_product(), "en")
        assert tell_consent(found, words, currency="CNY") == ("Nothing changes today: every answer stays the same.",)


def test_every_difference_is_said_in_both_languages() -> None:
    low, high = Outcome(answer=Answer.KEEP, amount_minor=1), Outcome(answer=Answer.BLOCK, amount_minor=2)
    for asked in Asked:
        for before, after in ((low, high), (high, low)):
            one = Difference(asked=asked, tried_minor=9_900, before=before, after=after, is_better=True)
            preview = ConsentPreview(
                source=DataSource.INCOME, is_given=True, effect=None, differences=(one,), apr_bp=1  # type: ignore[arg-type]
            )  # fmt: skip
            for language in ("en", "zh"):
                (said,) = tell_consent(preview, consent_words(a_product(), language), currency="CNY")
                assert "{" not in said
                assert ("99" in said) == (asked in {Asked.REPAYING, Asked.DRAWING})


async def test_letting_us_read_is_advised_only_where_it_brings_something_back(desk: Desk) -> None:
    line = await used_up(desk)
    await proved(desk, line)
    await say(desk, is_given=False)
    await say(desk, is_given=False, source="bureau")
    await desk.wait(hours=1)
    await desk.repay(line, 40_000)
    standing, advice = await advice_of(desk.db, desk.clock, desk.house, line=line.id)
    alone = {one.doings[0].behaviour: one for one in advice.helps if len(one.doings) == 1}
    assert Behaviour.LET_EVIDENCE in alone
    assert Behaviour.LET_BUREAU not in alone, "Nothing is known of it, so that it brings nothing back."
    assert alone[Behaviour.LET_EVIDENCE].effect.all_back_on == business_day(desk.clock())
    assert Behaviour.PROVE_INCOME not in alone, "A proof that may not be read proves nothing."
    words = {language: words_of(standing.product, language) for language in ("en", "zh")}
    assert tell_doing(alone[Behaviour.LET_EVIDENCE].doings[0], words["en"], currency="CNY").startswith(
        "Let us read the"
    )
    await say(desk, is_given=True)
    await desk.wait(hours=1)
    _, advice = await advice_of(desk.db, desk.clock, desk.house, line=line.id)
    assert all(doing.behaviour is not Behaviour.LET_EVIDENCE for one in advice.helps for doing in one.doings)
