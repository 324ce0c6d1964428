"""Files that are no UTF-8 are refused by name, wherever they are read."""

from collections.abc import Callable, Mapping

import pytest

from creditline.decision.product import read_product
from creditline.errors import PolicyInvalid
from creditline.policy.differences import side
from creditline.policy.text import require_text
from tests.decision.a_product import product_files


@pytest.mark.parametrize("read", [require_text, read_product, side])
@pytest.mark.parametrize("file", ["parameters/law.toml", "words.en.toml", "policy.dmn", "more.json"])
def test_a_file_in_another_encoding_is_named_with_its_place(
    read: Callable[[Mapping[str, bytes]], object], file: str
) -> None:
    files = {**product_files(), file: b"# caf\xe9\n"}
    with pytest.raises(PolicyInvalid, match=rf"{file} is no text in UTF-8: .* at byte 5"):
        read(files)
    require_text(product_files())
