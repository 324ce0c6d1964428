"""The words of promises: pinned, and sayable of editions that are older than a sentence."""

from dataclasses import replace
from datetime import date

import pytest

from creditline.decision.outcome import Answer, Kind, Terms
from creditline.explanation.promised import told_breach, told_end, told_promise
from creditline.restoration.promise import Outcome, PromiseKind
from tests.decision.a_product import a_product, changed
from tests.store.a_decision import a_decision, a_tranche

TOLD_BY = replace(a_decision(), features=(0.0,) * len(a_product().features))
TRANCHE = replace(a_tranche(TOLD_BY, amount_minor=400_000), due_on=date(2026, 3, 25))
RELEASE = replace(TOLD_BY, kind=Kind.RELEASE, terms=Terms(condition="no_arrears"))


def test_a_commitment_is_told_with_amount_day_and_condition() -> None:
    promise = told_promise(a_product(), TOLD_BY, TRANCHE, speaker=a_product())
    assert (promise.kind, promise.reason) == (PromiseKind.COMMITMENT, "late")
    assert promise.told.by_language == {
        "en": "¥4,000.00 comes back on 2026-03-25, if nothing is overdue then.",
        "zh": "2026-03-25 恢复 ¥4,000.00，条件：届时没有逾期。",
    }


@pytest.mark.parametrize(
    ("due_on", "outcome", "says"),
    [
        (date(2026, 3, 25), Outcome.EARLY, "¥4,000.00 came back on 2026-03-02, earlier than the 2026-03-25 that was told."),
        (date(2026, 3, 2), Outcome.KEPT, "¥4,000.00 came back on 2026-03-02, as told."),
        (date(2026, 3, 1), Outcome.LATE, "later than the 2026-03-01 that was told. The delay was ours."),
    ],
)  # fmt: skip
def test_what_came_back_is_told_by_its_day(due_on: date, outcome: Outcome, says: str) -> None:
    released = replace(RELEASE, answer=Answer.RELEASED)
    end = told_end(a_product(), released, replace(TRANCHE, due_on=due_on), again_on=None, speaker=a_product())
    assert end.outcome is outcome
    assert says in end.told.by_language["en"]


def test_an_edition_older_than_the_words_of_promises_is_spoken_about_in_those_of_now() -> None:
    older = changed({"words.en.toml": lambda text: text.replace("[promise]", "[was]").replace("[clause]", "[once]")})
    promise = told_promise(older, TOLD_BY, TRANCHE, speaker=a_product())
    assert promise.told.by_language["en"].endswith("if nothing is overdue then.")


def test_a_breach_is_told_with_its_reason_and_the_new_day() -> None:
    notice = told_breach(
        a_product(), TRANCHE, currency="CNY", reason="by order of court", again_on=date(2026, 6, 1), speaker=a_product()
    )
    said = notice.by_language["en"]
    assert said.startswith("We do not keep what we told you: ¥4,000.00 on 2026-03-25.")
    assert "by order of court" in said
    assert "2026-06-01" in said
