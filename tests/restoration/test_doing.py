"""What a borrower could do now, as steps: only what applies, with real amounts, and never a draw."""

from datetime import date
from itertools import pairwise

from creditline.events.catalogue import EvidenceVerified, StatementIssued
from creditline.restoration.behaviour import Behaviour, catalogue_of
from creditline.restoration.doing import Doing, doings
from creditline.restoration.standing import Act, Standing
from tests.restoration.a_standing import a_standing


def possible(standing: Standing) -> dict[Behaviour, list[Doing]]:
    found: dict[Behaviour, list[Doing]] = {}
    for one in doings(standing, catalogue_of(standing.product)):
        found.setdefault(one.behaviour, []).append(one)
    return found


def test_nothing_that_can_be_done_is_a_draw() -> None:
    for late in (0, 2):
        for own in possible(a_standing(months_late=late)).values():
            assert all(step.act is not Act.DRAW for doing in own for step in doing.steps)


def test_amounts_are_what_is_owed_today() -> None:
    found = possible(a_standing())
    (everything,) = found[Behaviour.PAY_ALL]
    assert everything.amount_minor == 40_197  # 20 days of 9 % on 40,000.
    assert [one.amount_minor for one in found[Behaviour.PAY_PART]] == [10_049, 20_098]
    assert [one.amount_minor for one in found[Behaviour.KEEP_BELOW]] == [10_197]
    assert Behaviour.PAY_OVERDUE not in found, "Nothing is due yet."


def test_the_next_statement_is_a_month_after_the_last() -> None:
    (on_time,) = possible(a_standing(months_late=1))[Behaviour.PAY_ON_TIME]
    assert on_time.done_on == date(2026, 3, 25)
    (statement,) = on_time.steps
    assert (statement.number, statement.amount_minor, statement.code) == (StatementIssued.number, 40_000, 0)


def test_who_owes_nothing_has_nothing_to_pay() -> None:
    assert not {Behaviour.PAY_ALL, Behaviour.PAY_PART, Behaviour.PAY_EARLY} & possible(a_standing(drawn_minor=0)).keys()


def test_the_least_proof_stands_for_any() -> None:
    (proof,) = possible(a_standing())[Behaviour.PROVE_INCOME]
    assert [(step.number, step.amount_minor) for step in proof.steps] == [(EvidenceVerified.number, 1)]


def test_steps_are_in_the_order_in_which_they_happen() -> None:
    for own in possible(a_standing(months_late=1)).values():
        for doing in own:
            assert all(one.happens_at <= other.happens_at for one, other in pairwise(doing.steps))
