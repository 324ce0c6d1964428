"""Products from their folders: read, checked in every language they speak, and ready to decide."""

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from creditline.decision.product import Product, read_product, with_catalogue
from creditline.errors import Code, NotFound
from creditline.explanation.offer import Checked, check_files, require_offerable

SUFFIXES = (".toml", ".dmn", ".json")


def offered() -> tuple[str, ...]:
    """Return the names of the products that come with the package."""
    home = files("creditline") / "products"
    return tuple(sorted(one.name for one in home.iterdir() if (one / "product.toml").is_file()))


def load_product(name_or_folder: str | Path) -> Product:
    """Read a product by name or from a folder; raise `NotFound` or `PolicyInvalid` saying what is missing or wrong."""
    product = read_product(with_catalogue(files_in(folder_of(name_or_folder))))
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
    own = with_catalogue(files_in(folder))
    examples = folder / "examples.toml"
    cases = tomllib.loads(examples.read_text(encoding="utf-8")) if examples.is_file() else {}
    return check_files(own if policy is None else {**own, "policy.dmn": policy}, cases)


def files_in(folder: Traversable, under: str = "") -> dict[str, bytes]:
    """Return the files of a product's folder by their path inside it; examples and other files are left out."""
    found: dict[str, bytes] = {}
    for one in folder.iterdir():
        if one.is_dir():
            found |= files_in(one, f"{under}{one.name}/")
        elif one.name.endswith(SUFFIXES) and one.name != "examples.toml":
            found[f"{under}{one.name}"] = one.read_bytes()
    return found
