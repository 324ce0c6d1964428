"""An explanation in words: pinned in every language, complete or not offered, figures in the unit of their name."""

import re
import tomllib
from dataclasses import replace
from datetime import date

import pytest

from creditline.decision.outcome import Answer, Needs, Reason
from creditline.edge.products import load_product
from creditline.errors import Code, PolicyInvalid
from creditline.explanation.explain import Explanation, Part
from creditline.explanation.words import needed_of, tell, tell_reason, words_of
from creditline.ledger.line import Line
from tests.decision.a_product import a_product, changed
from tests.ledger.a_line import LINE, a_line
from tests.store.a_decision import EDITION, a_decision

LANGUAGES = ("en", "zh")
LATE = Reason(code="late", factor="months_late_last_count", value=1.0, threshold=1.0, needs=Needs.BELOW)
USED = Reason(code="used_much", factor="utilisation_ratio", value=0.952, threshold=0.9, needs=Needs.BELOW)


def an_explanation(line: Line, *parts: Part) -> Explanation:
    return Explanation(
        line=LINE,
        borrower="ada",
        currency="CNY",
        granted_minor=line.granted_minor,
        drawn_minor=line.drawn_minor,
        reserved_minor=line.reserved_minor,
        withheld_minor=line.withheld_minor,
        available_minor=line.available_minor,
        block_reason=line.block_reason,
        parts=parts,
    )


STAGED = an_explanation(
    a_line(granted=1_000_000, drawn=400_000, withheld=70_000),
    Part(
        decision=a_decision().id,
        answer=Answer.STAGED,
        edition=EDITION,
        decided_on=date(2026, 3, 2),
        amount_minor=70_000,
        reasons=(USED, LATE),
        condition="no_arrears",
        dates=((date(2026, 4, 1), 35_000), (date(2026, 5, 1), 35_000)),
    ),
)
BLOCKED = an_explanation(
    a_line(granted=1_000_000, withheld=5, blocked="fraud"),
    Part(
        decision=a_decision().id,
        answer=Answer.OBSERVED,
        edition=EDITION,
        decided_on=date(2026, 3, 2),
        amount_minor=5,
        reasons=(),
        condition="not_blocked",
        dates=((date(2026, 4, 1), 5),),
    ),
)

PINNED = {
    ("staged", "en"): """
        ¥700.00 of what you repaid is not back yet. ¥5,300.00 can be drawn now.
        Granted ¥10,000.00 | Drawn ¥4,000.00 | Reserved ¥0.00 | Withheld ¥700.00 | Available ¥5,300.00
        ¥700.00
          Much of the limit is in use (share of the limit in use at the last statement: yours 95 %, needed below 90 %)
          Payment is or was late (months late at the last statement: yours 1, needed below 1)
          ¥350.00 on 2026-04-01, if nothing is overdue then
          ¥350.00 on 2026-05-01, if nothing is overdue then
        """,
    ("staged", "zh"): """
        您已还款中有 ¥700.00 尚未恢复。现在可用 ¥5,300.00。
        授信额度 ¥10,000.00 | 已用额度 ¥4,000.00 | 预占额度 ¥0.00 | 暂缓恢复额度 ¥700.00 | 可用额度 ¥5,300.00
        ¥700.00
          额度使用率偏高（最近账单的额度使用率：您为 95 %，需低于 90 %）
          还款逾期或曾经逾期（最近账单逾期月数：您为 1，需低于 1）
          2026-04-01 恢复 ¥350.00，条件：届时没有逾期
          2026-05-01 恢复 ¥350.00，条件：届时没有逾期
        """,
    ("blocked", "en"): """
        No draw can be made: fraud. ¥0.05 of what you repaid is not back yet.
        Granted ¥10,000.00 | Drawn ¥0.00 | Reserved ¥0.00 | Withheld ¥0.05 | Available ¥0.00
        ¥0.05
          No single cause: the rules hold a first part of every such repayment.
          ¥0.05 on 2026-04-01, if the line is not blocked then
        """,
    ("blocked", "zh"): """
        额度已止付：fraud。您已还款中有 ¥0.05 尚未恢复。
        授信额度 ¥10,000.00 | 已用额度 ¥0.00 | 预占额度 ¥0.00 | 暂缓恢复额度 ¥0.05 | 可用额度 ¥0.00
        ¥0.05
          没有单一原因：规则对此类还款先保留一部分。
          2026-04-01 恢复 ¥0.05，条件：届时额度未被止付
        """,
}


def written(explanation: Explanation, language: str) -> str:
    """Return an explanation as it would be read, line by line."""
    told = tell(explanation, words_of(a_product(), language))
    lines = [told.headline, " | ".join(f"{name} {amount}" for name, amount in told.buckets)]
    for part in told.parts:
        lines += [part.amount, *(f"  {sentence}" for sentence in (*part.why, *part.when))]
    return "\n".join(lines)


@pytest.mark.parametrize(("name", "language"), PINNED)
def test_an_explanation_is_pinned(name: str, language: str) -> None:
    expected = re.sub(r"^ {8}", "", PINNED[name, language].strip("\n ").replace("\n        ", "\n"))
    assert written(STAGED if name == "staged" else BLOCKED, language) == expected


def test_a_line_with_nothing_withheld_says_so_first() -> None:
    told = tell(an_explanation(a_line(granted=100, drawn=40)), words_of(a_product(), "en"))
    assert told.headline == "Nothing is held back. ¥0.60 can be drawn now."
    assert told.parts == ()


@pytest.mark.parametrize(
    ("factor", "value", "figure"),
    [
        ("available_minor", 950_000, "¥9,500.00"),
        ("utilisation_ratio", 0.952, "95 %"),
        ("pay_ratio", 0.0, "0 %"),
        ("spend_surge_ratio", 3.14159, "3.1 x"),
        ("draws_30d_count", 9.0, "9"),
        ("days_on_book_count", 180.0, "180"),
    ],
)
def test_a_figure_is_written_in_the_unit_of_its_name(factor: str, value: float, figure: str) -> None:
    reason = Reason(code="late", factor=factor, value=value, threshold=value, needs=Needs.BELOW)
    said = tell_reason(reason, "CNY", words_of(a_product(), "en"))
    assert said.endswith(f"yours {figure}, needed below {figure})")


@pytest.mark.parametrize(
    ("factor", "value", "threshold", "told"),
    [
        ("utilisation_ratio", 0.904, 0.9, "yours 90.4 %, needed below 90.0 %"),
        ("utilisation_ratio", 0.90004, 0.9, "yours 90.004 %, needed below 90.000 %"),
        ("spend_surge_ratio", 3.04, 3.0, "yours 3.04 x, needed below 3.00 x"),
        # What no reader could tell apart is told short; so is what is the same.
        ("utilisation_ratio", 0.90000004, 0.9, "yours 90 %, needed below 90 %"),
        ("utilisation_ratio", 0.9, 0.9, "yours 90 %, needed below 90 %"),
    ],
)
def test_figures_that_differ_are_written_so_that_they_read_differently(
    factor: str, value: float, threshold: float, told: str
) -> None:
    reason = Reason(code="late", factor=factor, value=value, threshold=threshold, needs=Needs.BELOW)
    assert told in tell_reason(reason, "CNY", words_of(a_product(), "en"))


@pytest.mark.parametrize(
    "unknown",
    [replace(LATE, value=None), replace(LATE, threshold=None), replace(LATE, needs=Needs.OTHER)],
)
def test_a_reason_without_a_comparison_is_said_without_one(unknown: Reason) -> None:
    assert tell_reason(unknown, "CNY", words_of(a_product(), "en")) == "Payment is or was late"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("needs", [needs for needs in Needs if needs is not Needs.OTHER])
def test_what_would_help_is_said_with_the_factor_the_value_and_the_threshold(needs: Needs, language: str) -> None:
    words = words_of(a_product(), language)
    said = tell_reason(replace(USED, needs=needs), "CNY", words)
    assert words.say("factor", USED.factor) in said
    assert said.index("95 %") < said.index("90 %")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_product_can_say_everything_it_may_have_to_say(language: str) -> None:
    product = load_product("consumer_revolving")
    words = words_of(product, language)
    facts = {
        name: name
        for name in (
            "withheld",
            "available",
            "reason",
            "amount",
            "day",
            "condition",
            "factor",
            "value",
            "threshold",
            "due",
            "again",
            "clauses",
            "clause",
            "waiting",
            "days",
            "doing",
            "one",
            "other",
            "evidence",
        )
    }
    for section, key in needed_of(product):
        assert words.say(section, key, **facts) or (section, key) == ("needs", "other")


def test_the_languages_say_the_same_things() -> None:
    product = load_product("consumer_revolving")
    english, chinese = (tomllib.loads(product.words(language)) for language in LANGUAGES)
    assert {section: set(keys) for section, keys in english.items()} == {
        section: set(keys) for section, keys in chinese.items()
    }


@pytest.mark.parametrize(("section", "key"), sorted(dict(needed_of(a_product())).items()))
def test_a_missing_word_is_named(section: str, key: str) -> None:
    without = changed({"words.zh.toml": lambda text: re.sub(rf"(?m)^{key} = .*\n", "", text)})
    with pytest.raises(PolicyInvalid, match=re.escape(f"[{section}] {key}")) as refused:
        words_of(without, "zh")
    assert refused.value.code is Code.POLICY_INVALID
    assert words_of(without, "en").language == "en"


def test_a_language_that_is_not_spoken_is_refused_with_those_that_are() -> None:
    with pytest.raises(PolicyInvalid, match="It speaks en, zh"):
        words_of(a_product(), "fr")
