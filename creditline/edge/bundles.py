"""An edition outside the house: its files in a folder or a zip archive, and back again byte for byte."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from creditline.decision.product import CATALOGUE_FILE, require_named
from creditline.edge.products import files_in, folder_of, product_files
from creditline.errors import Code, Malformed

ARCHIVE = ".zip"
MOST_BYTES = 4_194_304
MOST_FILES = 500

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The day every file of an archive is from, so that the same edition makes the same archive."""


def read_bundle(place: Path) -> dict[str, bytes]:
    """Return the files of an edition from a folder or archive; raise `Malformed` if there are none, or far too many.

    What was exported is taken as it is: it has a feature catalogue of its own. A folder written by hand is completed with what
    goes into every edition.
    """
    root = _opened(place) if place.is_file() else place
    if not (root / "product.toml").is_file():
        raise Malformed(
            f"{place} has no product.toml. Name a folder or a {ARCHIVE} that `creditline policy export` wrote, or a DMN file.",
            code=Code.MESSAGE_MALFORMED,
        )
    return files_in(root) if (root / CATALOGUE_FILE).is_file() else product_files(root)


def files_named(name: str) -> dict[str, bytes]:
    """Return the files of a product by its name, its folder or its archive, as an import would take them."""
    place = Path(name)
    is_bundle = (place / "product.toml").is_file() or (place.is_file() and place.suffix == ARCHIVE)
    return read_bundle(place) if is_bundle else product_files(folder_of(name))


def write_bundle(files: Mapping[str, bytes], place: Path) -> None:
    """Write an edition's files into a new folder, or into a new archive if the name ends so; raise `Malformed` if it is there.

    Raise `PolicyInvalid` for an edition of an older program whose files would lie outside of the folder.
    """
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise Malformed(f"{place} is there and not empty. Name a new one.", code=Code.MESSAGE_MALFORMED)
    if place.suffix == ARCHIVE and not place.is_dir():
        place.write_bytes(zipped(files))
        return
    require_named(files)
    for name, body in files.items():
        own = place / name
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_bytes(body)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return an edition as an archive; the same files make the same bytes."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), files[name], zipfile.ZIP_DEFLATED)
    return body.getvalue()


def _opened(place: Path) -> Traversable:
    """Return the root of an archive; raise `Malformed` if it is none, or would unpack to more than a product can be."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(_bounded(place)))
        sizes = [one.file_size for one in archive.infolist()]
        damaged = archive.testzip() if sum(sizes) <= MOST_BYTES and len(sizes) <= MOST_FILES else None
    # What the library raises for an archive that is damaged, encrypted, or packed in a way it does not know.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error) as wrong:
        raise Malformed(
            f"{place} cannot be read as an archive: {wrong}. Export it again.", code=Code.DATA_CORRUPT
        ) from None
    if sum(sizes) > MOST_BYTES or len(sizes) > MOST_FILES:
        raise Malformed(
            f"{place} holds {len(sizes)} files of {sum(sizes)} bytes, more than any product has: at most {MOST_FILES} and "
            f"{MOST_BYTES}. Nothing of it was read.",
            code=Code.TOO_LARGE,
        )
    if damaged is not None:
        raise Malformed(f"{place}: {damaged} in it is damaged. Export it again.", code=Code.DATA_CORRUPT)
    root: Traversable = zipfile.Path(archive)
    inside = list(root.iterdir())
    # Whoever packs a folder by hand packs the folder, too.
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else root


def _bounded(place: Path) -> bytes:
    if place.stat().st_size > MOST_BYTES:
        raise Malformed(
            f"{place} has {place.stat().st_size} bytes, and an archive of a product at most {MOST_BYTES}.",
            code=Code.TOO_LARGE,
        )
    return place.read_bytes()
