"""Products from their folders: read, checked in every language they speak, and ready to decide."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from creditline.decision.product import Product, read_product, with_catalogue
from creditline.errors import Code, NotFound
from creditline.explanation.words import words_of
from creditline.restoration.terms import check_terms

SUFFIXES = (".toml", ".dmn", ".json")


def offered() -> tuple[str, ...]:
    """Return the names of the products that come with the package."""
    home = files("creditline") / "products"
    return tuple(sorted(one.name for one in home.iterdir() if (one / "product.toml").is_file()))


def load_product(name_or_folder: str | Path) -> Product:
    """Read a product by name or from a folder; raise `NotFound` or `PolicyInvalid` saying what is missing or wrong."""
    folder: Traversable = Path(name_or_folder)
    if not (folder / "product.toml").is_file():
        folder = files("creditline") / "products" / str(name_or_folder)
    if not (folder / "product.toml").is_file():
        raise NotFound(
            f"There is no product {name_or_folder}. Name one of {', '.join(offered())}, or a folder with a product.toml.",
            code=Code.PRODUCT_UNKNOWN,
        )
    product = read_product(with_catalogue(files_in(folder)))
    for language in product.languages:
        words_of(product, language)
    check_terms(product)
    return product


def files_in(folder: Traversable, under: str = "") -> dict[str, bytes]:
    """Return the files of a product's folder by their path inside it; examples and other files are left out."""
    found: dict[str, bytes] = {}
    for one in folder.iterdir():
        if one.is_dir():
            found |= files_in(one, f"{under}{one.name}/")
        elif one.name.endswith(SUFFIXES) and one.name != "examples.toml":
            found[f"{under}{one.name}"] = one.read_bytes()
    return found
