"""A payment meets what is due, in the order agreed, to the last unit. Claims are written `part@due`, amounts after them."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.ledger.allocation import Claim, First, Order, Part, Turn, allocate, in_order

LOAN, OTHER = (UUID(int=number) for number in (1, 2))
PRINCIPAL_FIRST = Order(groups=((Part.FEE,), (Part.PRINCIPAL,), (Part.INTEREST,), (Part.PENALTY,)))


def owed(part: str, due: int, amount: int, *, turn: Turn = Turn.DUE, loan: UUID = LOAN) -> Claim:
    return Claim(loan=loan, part=Part(part), turn=turn, due_on=date(2025, due, 1), row=due, amount_minor=amount)


TWO_DUES = [
    owed("principal", 1, 10), owed("principal", 2, 10), owed("interest", 1, 3), owed("interest", 2, 2),
    owed("penalty", 1, 1), owed("fee", 1, 4),
]  # fmt: skip

TABLE = [
    # what               order                            in which order claims are met
    ("by part",          Order(),                         "fee1 penalty1 interest1 interest2 principal1 principal2"),
    ("by age",           Order(first=First.OLDEST),       "fee1 penalty1 interest1 principal1 interest2 principal2"),
    ("principal first",  PRINCIPAL_FIRST,                 "fee1 principal1 principal2 interest1 interest2 penalty1"),
]  # fmt: skip


@pytest.mark.parametrize(("order", "met"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_order_is_the_one_agreed(order: Order, met: str) -> None:
    assert " ".join(f"{claim.part}{claim.row}" for claim in in_order(TWO_DUES, order)) == met


def test_a_payment_stops_where_it_ends() -> None:
    found = allocate(9, TWO_DUES, Order())
    assert [(claim.part, claim.row, claim.amount_minor) for claim in found.met] == [
        (Part.FEE, 1, 4), (Part.PENALTY, 1, 1), (Part.INTEREST, 1, 3), (Part.INTEREST, 2, 1),
    ]  # fmt: skip
    assert found.excess_minor == 0


def test_what_is_due_anywhere_comes_before_what_is_not() -> None:
    early = [owed("fee", 1, 5, turn=Turn.RUNNING), owed("principal", 2, 5, loan=OTHER)]
    assert [claim.loan for claim in in_order(early, Order())] == [OTHER, LOAN]


def test_more_than_everything_is_excess() -> None:
    found = allocate(40, TWO_DUES, Order())
    assert (found.excess_minor, found.part_minor(Part.PRINCIPAL), len(found.of(LOAN))) == (10, 20, 6)


@given(
    amount=st.integers(0, 60),
    claims=st.lists(st.builds(owed, st.sampled_from(Part), st.integers(1, 3), st.integers(0, 9), turn=st.sampled_from(Turn), loan=st.sampled_from([LOAN, OTHER])), max_size=8),
    groups=st.permutations(list(Part)),
    first=st.sampled_from(First),
)  # fmt: skip
def test_every_unit_goes_to_one_claim_or_to_the_excess(
    amount: int, claims: list[Claim], groups: list[Part], first: First
) -> None:
    found = allocate(amount, claims, Order(groups=tuple((part,) for part in groups), first=first))
    assert sum(claim.amount_minor for claim in found.met) + found.excess_minor == amount
    assert found.excess_minor == max(0, amount - sum(claim.amount_minor for claim in claims))
    assert all(claim.amount_minor > 0 for claim in found.met)


def test_an_order_that_forgets_a_part_is_seen() -> None:
    assert Order().is_complete
    assert PRINCIPAL_FIRST.is_complete
    assert not Order(groups=((Part.FEE,), (Part.PRINCIPAL,))).is_complete
