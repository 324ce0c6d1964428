"""The whole story once: "I repaid, why is my limit not back?" - and what the engine says, does, and says again."""

from collections import Counter

from creditline.decision.outcome import Answer
from creditline.explanation.words import tell, words_of
from creditline.ledger.line import Line
from tests.flows.desk import Desk


def buckets(line: Line) -> dict[str, int]:
    """Return a line's buckets by name."""
    return {
        "granted": line.granted_minor,
        "drawn": line.drawn_minor,
        "withheld": line.withheld_minor,
        "available": line.available_minor,
    }


async def told(desk: Desk, line: Line, language: str) -> list[str]:
    """Return what the borrower reads about a line."""
    (product,) = desk.house.products.values()
    said = tell(await desk.explain(line), words_of(product, language))
    return [said.headline, *(sentence for part in said.parts for sentence in (part.amount, *part.why, *part.when))]


async def test_a_borrower_pays_late_repays_and_gets_the_limit_back_as_told(desk: Desk) -> None:
    # Monday 2 March: Ada, who earns, opens a line of 1,000 yuan and draws 600.
    line = await desk.open(borrower="ada", amount_minor=100_000)
    drawn = await desk.draw(line, 60_000)
    assert drawn.decision.answer is Answer.APPROVE
    assert buckets(drawn.line) == {"granted": 100_000, "drawn": 60_000, "withheld": 0, "available": 40_000}
    assert await told(desk, line, "en") == ["Nothing is held back. ¥400.00 can be drawn now."]

    # 1 April: the first statement closes, and the bill is not paid. 1 May: the second says one month late.
    await desk.wait(days=30)
    await desk.statement(line)
    await desk.wait(days=30)
    await desk.statement(line, months_late=1)

    # The next day she brings 600 back, with the interest of 61 days. Her debt is gone, and her limit is not back yet.
    await desk.wait(days=1)
    repaid = await desk.repay(line, 60_000 + await desk.interest_minor(line))
    assert repaid.decision.answer is Answer.OBSERVED
    assert buckets(repaid.line) == {"granted": 100_000, "drawn": 0, "withheld": 60_000, "available": 40_000}

    # She asks why, and is told the reason, the day and the condition, in her own language.
    assert await told(desk, line, "en") == [
        "¥600.00 of what you repaid is not back yet. ¥400.00 can be drawn now.",
        "¥600.00",
        "Payment is or was late (months late at the last statement: yours 1, needed below 1)",
        "¥600.00 on 2026-06-01, if nothing is overdue then",
    ]
    assert await told(desk, line, "zh") == [
        "您已还款中有 ¥600.00 尚未恢复。现在可用 ¥400.00。",
        "¥600.00",
        "还款逾期或曾经逾期（最近账单逾期月数：您为 1，需低于 1）",
        "2026-06-01 恢复 ¥600.00，条件：届时没有逾期",
    ]

    # What is held back cannot be drawn, and she hears that too.
    declined = await desk.draw(line, 50_000)
    assert declined.decision.answer is Answer.DECLINE
    assert [reason.code for reason in declined.decision.reasons] == ["short_of_limit"]

    # Days go by and nothing happens. Then a statement shows nothing overdue: that is news, and she has it back before the day.
    assert await desk.wait(days=20) == Counter()
    assert (await desk.line(line)).withheld_minor == 60_000
    await desk.statement(line, months_late=0)
    assert await desk.wait(hours=1) == Counter({"released": 1})
    assert buckets(await desk.line(line)) == {"granted": 100_000, "drawn": 0, "withheld": 0, "available": 100_000}
    assert await told(desk, line, "en") == ["Nothing is held back. ¥1,000.00 can be drawn now."]
    assert await told(desk, line, "zh") == ["没有额度被暂缓恢复。现在可用 ¥1,000.00。"]

    # It stays back, however long she leaves it unused, and the 500 that were declined are hers.
    await desk.wait(days=200)
    assert (await desk.draw(line, 50_000)).decision.answer is Answer.APPROVE

    # Every answer of this story replays byte for byte, and every law of the books holds.
    assert await desk.check() == 7
