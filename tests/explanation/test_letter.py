"""A product that names a jurisdiction can say every letter in every language, or is not offered."""

from importlib.resources import files
from pathlib import Path

import pytest

from creditline.decision.product import read_product
from creditline.edge.products import folder_of, product_files
from creditline.errors import PolicyInvalid
from creditline.explanation.letter import check_letters, letter_languages
from creditline.explanation.offer import offer_findings
from tests.decision.a_product import a_product, changed


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("letter.zh.toml", "blocked =", "blokked =", r"letter.zh.toml lacks \[title\] blocked"),
        ("product.toml", "contact =", "kontact =", "needs contact"),
        ("product.toml", 'zh = "示例贷款人"', 'ja = "x"', "in zh"),
        ("jurisdiction.toml", "[[review]]", "[[nobody]]", "within how many days"),
    ],
)
def test_a_letter_that_could_not_be_written_keeps_a_product_from_being_offered(
    file: str, old: str, new: str, says: str
) -> None:
    product = changed({file: lambda text: text.replace(old, new, 1)})
    with pytest.raises(PolicyInvalid, match=says):
        check_letters(product)
    assert "words_missing" in {one.code for one in offer_findings(product)}


def test_a_product_without_a_jurisdiction_is_offered_and_writes_no_letters() -> None:
    assert letter_languages(a_product()) == ("en", "zh")
    shipped = {
        name: body for name, body in a_product().files.items() if not name.startswith(("letter.", "jurisdiction"))
    }
    bare = read_product(shipped)
    check_letters(bare)
    assert letter_languages(bare) == ()


def test_a_folder_may_bring_its_own_pack_and_a_jurisdiction_nobody_ships_is_refused(tmp_path: Path) -> None:
    home = files("creditline") / "products" / "consumer_revolving"
    for name in ("product.toml", "policy.dmn"):
        (tmp_path / name).write_text((home / name).read_text(encoding="utf-8"), encoding="utf-8")
    settings = (tmp_path / "product.toml").read_text(encoding="utf-8")
    (tmp_path / "product.toml").write_text(
        settings.replace('jurisdiction = "cn"', 'jurisdiction = "ch"'), encoding="utf-8"
    )
    with pytest.raises(PolicyInvalid, match="'ch'.*cn, eu, us"):
        product_files(folder_of(tmp_path))
    (tmp_path / "jurisdiction.toml").write_text("name = 'ch'\n", encoding="utf-8")
    assert product_files(folder_of(tmp_path))["jurisdiction.toml"] == b"name = 'ch'\n"
