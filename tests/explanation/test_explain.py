"""An explanation takes what is withheld apart without remainder, by the decision that holds each part."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from creditline.decision.outcome import Decision
from creditline.explanation.explain import explain
from creditline.ids import id_from
from creditline.ledger.line import Line
from creditline.restoration.plan import Tranche
from tests.ledger.a_line import BOOKED_AT, a_line
from tests.store.a_decision import a_decision, a_tranche

TODAY = date(2026, 3, 2)


def a_line_held_by(*parts: tuple[str, int, int]) -> tuple[Line, list[Tranche], dict[UUID, Decision]]:
    """Return a line of which each (decision, days from today, amount) is not back yet."""
    line = a_line(granted=1_000, drawn=100, withheld=sum(amount for _, _, amount in parts))
    decisions = {name: replace(a_decision(line=line.id), id=id_from(name, at=BOOKED_AT)) for name, _, _ in parts}
    tranches = [
        replace(a_tranche(decisions[name], amount_minor=amount, ordinal=ordinal), due_on=TODAY + timedelta(days=days))
        for ordinal, (name, days, amount) in enumerate(parts, start=1)
    ]
    return line, tranches, {decision.id: decision for decision in decisions.values()}


def test_a_line_with_nothing_withheld_has_no_parts() -> None:
    line, tranches, decisions = a_line_held_by()
    explanation = explain(line, tranches, decisions)
    assert explanation.parts == ()
    assert (explanation.withheld_minor, explanation.available_minor) == (0, 900)


def test_the_parts_of_one_decision_are_one_part_with_its_dates_in_order() -> None:
    line, tranches, decisions = a_line_held_by(("first", 60, 20), ("first", 30, 10))
    (part,) = explain(line, tranches, decisions).parts
    assert part.amount_minor == 30
    assert part.dates == ((TODAY + timedelta(days=30), 10), (TODAY + timedelta(days=60), 20))
    decision = decisions[part.decision]
    assert (part.reasons, part.answer, part.edition, part.decided_on) == (
        decision.reasons, decision.answer, decision.edition, TODAY,
    )  # fmt: skip


def test_parts_come_in_the_order_of_their_earliest_date() -> None:
    line, tranches, decisions = a_line_held_by(("late", 40, 1), ("early", 50, 2), ("early", 30, 4))
    explanation = explain(line, tranches, decisions)
    assert [part.amount_minor for part in explanation.parts] == [6, 1]


PARTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(min_value=1, max_value=3), st.integers(min_value=1, max_value=4)),
    max_size=6,
)


@given(PARTS)
def test_the_parts_sum_to_what_is_withheld(parts: list[tuple[str, int, int]]) -> None:
    line, tranches, decisions = a_line_held_by(*parts)
    explanation = explain(line, tranches, decisions)
    assert sum(part.amount_minor for part in explanation.parts) == explanation.withheld_minor == line.withheld_minor
    assert all(part.amount_minor == sum(amount for _, amount in part.dates) for part in explanation.parts)
    assert len({part.decision for part in explanation.parts}) == len(explanation.parts)


@given(PARTS)
def test_the_order_in_which_tranches_are_read_does_not_matter(parts: list[tuple[str, int, int]]) -> None:
    line, tranches, decisions = a_line_held_by(*parts)
    assert explain(line, tranches[::-1], decisions) == explain(line, tranches, decisions)
