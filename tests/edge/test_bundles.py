"""An edition in a folder or an archive: written and read again it is the same edition, and nothing else is read for one."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditline.decision.product import edition_of
from creditline.edge.bundles import MOST_BYTES, MOST_FILES, files_named, read_bundle, write_bundle, zipped
from creditline.edge.products import product_files
from creditline.errors import Code, Malformed, PolicyInvalid
from tests.decision import a_product

NAMES = st.sampled_from(["a.toml", "b.json", "parameters/c.toml", "parameters/deep/d.toml", "words.fr.toml"])
BODIES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).map(str.encode)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, BODIES), st.booleans())
def test_what_is_exported_is_imported_under_the_same_hash(
    tmp_path: Path, more: dict[str, bytes], is_archive: bool
) -> None:
    files = {**a_product.product_files(), **more}
    place = tmp_path / f"{len(list(tmp_path.iterdir()))}{'.zip' if is_archive else ''}"
    write_bundle(files, place)
    read = read_bundle(place)
    assert read == files
    assert edition_of(read) == edition_of(files)
    assert files_named(str(place)) == files
    assert zipped(files) == zipped(dict(reversed(files.items())))


def test_a_folder_by_hand_is_completed_and_a_name_is_what_is_shipped(tmp_path: Path) -> None:
    write_bundle(
        {name: body for name, body in a_product.product_files().items() if name != "catalogue.json"}, tmp_path / "x"
    )
    assert read_bundle(tmp_path / "x") == a_product.product_files()
    assert files_named(a_product.NAME) == product_files(tmp_path / "x") | {
        name: body for name, body in files_named(a_product.NAME).items() if name in {"release.json", "scorecard.json"}
    } | {"parameters/restoration.toml": files_named(a_product.NAME)["parameters/restoration.toml"]}


def test_a_folder_packed_as_a_whole_is_read_and_one_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    place = tmp_path / "packed.zip"
    with zipfile.ZipFile(place, "w") as archive:
        for name, body in a_product.product_files().items():
            archive.writestr(f"draft/{name}", body)
        archive.writestr("draft/readme.txt", "nothing of an edition")
    assert read_bundle(place) == a_product.product_files()
    for there in (place, tmp_path):
        with pytest.raises(Malformed, match="there and not empty"):
            write_bundle({}, there)


@pytest.mark.parametrize("name", ["../outside.toml", "a/../../outside.toml", "/outside.toml"])
def test_nothing_is_written_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(PolicyInvalid, match="no file of an edition"):
        write_bundle({**a_product.product_files(), name: b"x"}, tmp_path / "in" / "folder")
    assert not list(tmp_path.rglob("outside.toml"))


def a_zip(files: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return body.getvalue()


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (b"no archive", Code.DATA_CORRUPT, "cannot be read"),
        (b"", Code.DATA_CORRUPT, "cannot be read"),
        (a_zip({"other.toml": b""}), Code.MESSAGE_MALFORMED, "no product.toml"),
        (a_zip({"product.toml": b"0" * (MOST_BYTES + 1)}), Code.TOO_LARGE, "more than any product"),
        (a_zip({f"{place}.toml": b"" for place in range(MOST_FILES + 1)}), Code.TOO_LARGE, "more than any product"),
        (b"0" * (MOST_BYTES + 1), Code.TOO_LARGE, "at most"),
    ],
)
def test_what_is_no_edition_is_refused_in_bounded_memory(tmp_path: Path, body: bytes, code: Code, says: str) -> None:
    place = tmp_path / "bad.zip"
    place.write_bytes(body)
    with pytest.raises(Malformed, match=says) as refused:
        read_bundle(place)
    assert refused.value.code is code


WHOLE = zipped(a_product.product_files())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_an_archive_that_was_damaged_is_refused_or_reads_as_it_was(tmp_path: Path, at: int, bits: int) -> None:
    place = tmp_path / "bad.zip"
    place.write_bytes(WHOLE[:at] + bytes([WHOLE[at] ^ bits]) + WHOLE[at + 1 :])
    try:
        read = read_bundle(place)
    except Malformed:
        return
    assert read == a_product.product_files()
