"""Products from their folders: read, checked in every language they speak, and ready to decide."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from creditline.decision.jurisdiction import FILE as JURISDICTION_FILE
from creditline.decision.product import SUFFIXES, Product, read_product, with_catalogue
from creditline.errors import Code, NotFound, PolicyInvalid
from creditline.explanation.offer import Checked, check_files, require_offerable
from creditline.policy.examples import EXAMPLES_FILE

SAID = ("letter", "consent")
"""What is said to a borrower by the law, whatever the product: the files of words that go into every edition."""


def offered() -> tuple[str, ...]:
    """Return the names of the products that come with the package."""
    home = files("creditline") / "products"
    return tuple(sorted(one.name for one in home.iterdir() if (one / "product.toml").is_file()))


def load_product(name_or_folder: str | Path) -> Product:
    """Read a product by name or from a folder; raise `NotFound` or `PolicyInvalid` saying what is missing or wrong."""
    product = read_product(product_files(folder_of(name_or_folder)))
    require_offerable(product)
    return product


def folder_of(name_or_folder: str | Path) -> Traversable:
    """Return where a product's files lie; raise `NotFound` naming those there are."""
    folder: Traversable = Path(name_or_folder)
    if not (folder / "product.toml").is_file():
        folder = files("creditline") / "products" / str(name_or_folder)
    if not (folder / "product.toml").is_file():
        raise NotFound(
            f"There is no product {name_or_folder}. Name one of {', '.join(offered())}, or a folder with a product.toml.",
            code=Code.PRODUCT_UNKNOWN,
        )
    return folder


def check_folder(folder: Traversable, policy: bytes | None = None) -> Checked:
    """Check the product of a folder, or the product it would be with another policy.dmn."""
    own = product_files(folder)
    return check_files(own if policy is None else {**own, "policy.dmn": policy}, examples_text(folder))


def examples_text(folder: Traversable) -> str:
    """Return the text of a folder's examples, nothing if it has none."""
    file = folder / EXAMPLES_FILE
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def product_files(folder: Traversable) -> dict[str, bytes]:
    """Return the files of a product's folder with what goes into every edition: feature catalogue, law and its words.

    The pack of the jurisdiction that product.toml names, and the letters and the words of consents in its languages, come from
    the package, unless the folder has files of its own under those names. Raise `PolicyInvalid` for a jurisdiction there is no
    pack for.
    """
    own = files_in(folder)
    return with_catalogue({**_law(own), **own})


def _law(own: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the pack and the words that a product's settings name; none where the settings cannot be read."""
    try:
        settings = tomllib.loads(own.get("product.toml", b"").decode())
    except ValueError:
        return {}
    home = files("creditline") / "jurisdictions"
    packs = {one.name.removesuffix(".toml"): one for one in home.iterdir() if one.name.count(".") == 1}
    said = [home / f"{kind}.{language}.toml" for kind in SAID for language in settings.get("languages", ())]
    found = {one.name: one.read_bytes() for one in said if one.is_file()}
    name = settings.get("jurisdiction")
    if name is None:
        return {}
    if JURISDICTION_FILE not in own and name not in packs:
        raise PolicyInvalid(
            f"product.toml names the jurisdiction {name!r}. There are packs for {', '.join(sorted(packs))}; name one, or "
            f"put a {JURISDICTION_FILE} of your own beside it.",
            code=Code.POLICY_INVALID,
        )
    return found | ({JURISDICTION_FILE: packs[name].read_bytes()} if name in packs else {})


def files_in(folder: Traversable, under: str = "") -> dict[str, bytes]:
    """Return the files of a product's folder by their path inside it; examples and other files are left out."""
    found: dict[str, bytes] = {}
    for one in folder.iterdir():
        if one.is_dir():
            found |= files_in(one, f"{under}{one.name}/")
        elif one.name.endswith(SUFFIXES) and one.name != EXAMPLES_FILE:
            found[f"{under}{one.name}"] = one.read_bytes()
    return found
