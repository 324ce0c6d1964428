"""The list of what a borrower can do: read strictly, without a draw in it, and with a route that is no score."""

import pytest

from creditline.errors import Code, PolicyInvalid
from creditline.restoration.behaviour import FILE, Behaviour, Catalogue, catalogue_of, read_catalogue
from tests.decision.a_product import a_product, changed

PERSON = "[ask_a_person]\neffort = 1\n"


def test_the_shipped_list_is_read() -> None:
    catalogue = catalogue_of(a_product())
    assert {one.behaviour for one in catalogue.listed} == set(Behaviour)
    assert (catalogue.most_days, catalogue.margin_points) == (365, 5)
    assert [one.behaviour for one in catalogue.listed if one.is_believed] == [
        Behaviour.AUTOPAY_ON, Behaviour.PAY_EARLY, Behaviour.CHECK_OFTEN,
    ]  # fmt: skip


def test_a_product_may_list_nothing() -> None:
    assert read_catalogue(b"") == Catalogue()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[borrow_more]\neffort = 1\n" + PERSON, "borrow_more"),
        ("[pay_all]\neffort = 0\n" + PERSON, "effort"),
        ("[pay_all]\n" + PERSON, "effort"),
        ("[pay_all]\neffort = 1\nhow = 2\n" + PERSON, "how"),
        ("[pay_part]\neffort = 1\nshares_ppm = [2000000]\n" + PERSON, "shares_ppm"),
        ("most_days = 9999\n" + PERSON, "most_days"),
        ("margin = 5\n" + PERSON, "margin"),
        ("[pay_all]\neffort = 1\n", "ask_a_person"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(PolicyInvalid, match=says) as wrong:
        read_catalogue(text.encode())
    assert wrong.value.code is Code.POLICY_INVALID


def test_a_list_belongs_to_its_edition() -> None:
    other = changed({FILE: lambda text: text.replace("margin_points = 5", "margin_points = 7")})
    assert catalogue_of(other).margin_points == 7
    assert catalogue_of(a_product()).margin_points == 5
