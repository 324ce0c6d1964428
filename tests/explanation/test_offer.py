"""A product with an error cannot be offered, and the refusal says which."""

import pytest

from creditline.decision.product import Product, read_product
from creditline.edge.products import load_product
from creditline.errors import Code, PolicyInvalid
from creditline.explanation.offer import check_file, check_files, offer_findings, require_offerable
from creditline.policy.check.finding import FindingCode, Severity

PRODUCT = load_product("consumer_revolving")
CASE = """
[[case]]
name = "x"
decision = "opening"
given = { grade = 8, is_moved = false, requested_minor = 1 }
expected = { apr_bp = 720 }
"""


def with_file(name: str, before: str, after: str) -> dict[str, bytes]:
    text = PRODUCT.files[name].decode()
    assert before in text
    return {**PRODUCT.files, name: text.replace(before, after).encode()}


def a_dear_one() -> Product:
    return read_product(with_file("policy.dmn", "<text>1600</text>", "<text>1900</text>"))


def test_the_shipped_product_can_be_offered() -> None:
    require_offerable(PRODUCT)
    assert not [one for one in offer_findings(PRODUCT) if one.severity is Severity.ERROR]


def test_a_price_over_the_ceiling_cannot() -> None:
    with pytest.raises(
        PolicyInvalid, match=r"cannot be offered\. grade_terms, row 7, apr_bp: A price of 19.00 %"
    ) as told:
        require_offerable(a_dear_one())
    assert told.value.code is Code.POLICY_INVALID


def test_a_refusal_names_a_few_and_counts_the_rest() -> None:
    text = with_file("policy.dmn", "<text>720</text>", "<text>2720</text>")
    for price in ("900", "1080", "1260", "1440", "1600", "1400"):
        text["policy.dmn"] = text["policy.dmn"].replace(f"<text>{price}<".encode(), f"<text>2{price}<".encode())
    with pytest.raises(PolicyInvalid, match="more are told by `creditline policy check`"):
        require_offerable(read_product(text))


def test_files_are_checked_with_their_examples() -> None:
    sound = check_files(PRODUCT.files, CASE)
    assert not sound.has_errors
    wrong = check_files(PRODUCT.files, CASE.replace("720", "721"))
    assert {one.code for one in wrong.findings if one.severity is Severity.ERROR} == {FindingCode.EXAMPLE_FAILS}


def test_files_that_cannot_be_read_say_so_and_nothing_else() -> None:
    spoiled = check_files(with_file("policy.dmn", "[9..11]", "[9..11"), "")
    assert [one.code for one in spoiled.findings] == [FindingCode.SYNTAX]
    assert check_files(with_file("product.toml", "name =", "nome ="), "").findings[0].code == "product_unreadable"
    assert check_files({}, "").has_errors


def test_a_file_alone_is_checked_by_what_it_says_itself() -> None:
    checked = check_file(PRODUCT.files["policy.dmn"], source="policy.dmn")
    assert not checked.has_errors
    assert FindingCode.GAP in {one.code for one in checked.findings}
    assert check_file(b"<a/>", source="a.dmn").policy is None
