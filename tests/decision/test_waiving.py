"""Who may forgive how much, by the product: a table that a lender can extend."""

import pytest

from creditline.decision.waiving import require_mandate, roles_of
from creditline.errors import Code, CreditlineError, PolicyInvalid
from tests.decision.a_product import a_product, changed


@pytest.mark.parametrize(
    ("role", "amount_minor", "currency", "approver", "code", "says"),
    [
        ("case officer", 5_000, "CNY", None, None, ""),
        ("case officer", 5_001, "CNY", None, Code.SECOND_PERSON_NEEDED, "alone may waive ¥50.00"),
        ("case officer", 5_001, "CNY", "bo", None, ""),
        ("case officer", 20_001, "CNY", "bo", Code.MANDATE_EXCEEDED, "may waive ¥200.00 at once"),
        ("case officer", 20_000, "TWD", None, None, ""),
        ("team lead", 500_000, "CNY", "bo", None, ""),
        ("team lead", 1, "EUR", "bo", Code.MANDATE_EXCEEDED, "may waive"),
        ("intern", 1, "CNY", "bo", Code.MANDATE_EXCEEDED, "These may: case officer, team lead"),
        ("team lead", 1, "CNY", "Ann ", Code.MESSAGE_MALFORMED, "cannot approve"),
    ],
)
def test_who_may_forgive_how_much(
    role: str, amount_minor: int, currency: str, approver: str | None, code: Code | None, says: str
) -> None:
    def ask() -> None:
        require_mandate(a_product(), role, amount_minor, currency=currency, people=("ann", approver))

    if code is None:
        ask()
        return
    with pytest.raises(CreditlineError, match=says) as refused:
        ask()
    assert refused.value.code is code


def test_a_product_that_names_nobody_lets_any_role() -> None:
    def without(text: str) -> str:
        return text[: text.index("# Who may forgive")] + text[text.index("# Every draw is a loan") :]

    product = changed({"product.toml": without})
    assert roles_of(product) == ()
    require_mandate(product, "anybody", 10**9, currency="CNY", people=("ann", None))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('role = "team lead"', 'role = ""', "names no role"),
        ("alone_minor = { CNY = 5_000,", "alone_minor = { CNY = -1,", "whole minor units"),
        ("alone_minor = { CNY = 5_000,", "alone_minor = { EUR = 5_000,", "whole minor units"),
        ("alone_minor = { CNY = 5_000,", "alone_minor = { CNY = 50_000,", "more alone"),
        ('role = "team lead"', 'role = "team lead"\nsince = 1', "has since"),
        ("[[waiver]]", "[waiver]", "one for each role"),
    ],
)
def test_a_mandate_that_makes_no_sense_is_refused(old: str, new: str, says: str) -> None:
    def edit(text: str) -> str:
        if old == "[[waiver]]":
            return text[: text.rindex("[[waiver]]")].replace(old, new) + text[text.index("# Every draw") :]
        return text.replace(old, new)

    with pytest.raises(PolicyInvalid, match=says):
        roles_of(changed({"product.toml": edit}))
