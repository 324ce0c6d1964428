"""The copy in a file is the copy that was kept, and nothing is believed of it that the database does not confirm."""

import stat
from pathlib import Path

import numpy as np
import pytest

from creditline.edge import copy_file
from creditline.edge.copy_file import copy_by_file, read_copy, write_copy
from creditline.flows.house import House
from creditline.flows.snapshot import Snapshot, follow
from creditline.store import snapshot as store
from creditline.store.connect import Database
from tests.decision.a_product import a_product
from tests.flows.a_record import a_house, put
from tests.flows.test_impact import on_record
from tests.flows.test_snapshot import held_to_the_database, rows_of

NAME = a_product().name


def names_in(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def origin_of(db: Database) -> str:
    async with db.reading() as link:
        found = await store.origin(link)
    assert found is not None
    return found


async def test_a_file_holds_what_was_kept_and_follows(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, made = await a_house(db, a_product()), on_record(120)
    await put(db, made[:80])
    first = await copy_by_file(db, house, product=NAME, folder=tmp_path / "copies")
    path = tmp_path / "copies" / f"{NAME}.npz"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    read = read_copy(path, product=NAME, origin=await origin_of(db))
    assert read is not None
    assert rows_of(read) == rows_of(first)
    assert (read.moment, read.count, read.checksum) == (first.moment, first.count, first.checksum)
    assert all(np.array_equal(a.who, b.who) for a, b in zip(read.blocks, first.blocks, strict=True))
    await put(db, made[80:])
    heard: list[int] = []
    again = await copy_by_file(db, house, product=NAME, folder=tmp_path / "copies", told=heard.append)
    assert sum(heard) == 40
    await held_to_the_database(db, again)
    assert names_in(tmp_path / "copies") == [path.name]
    monkeypatch.setattr(copy_file, "FEW_COUNT", 0)
    await copy_by_file(db, house, product=NAME, folder=tmp_path / "copies")
    kept = read_copy(path, product=NAME, origin=await origin_of(db))
    assert kept is not None
    assert rows_of(kept) == rows_of(again)


async def test_what_the_database_does_not_confirm_is_read_anew(db: Database, tmp_path: Path) -> None:
    """A file that lacks a decision, though it names the right database and moment."""
    house = await a_house(db, a_product())
    await put(db, on_record(60))
    whole = await follow(db, house, Snapshot(product=NAME))
    block, *others = whole.blocks
    less = Snapshot(
        product=NAME,
        moment=whole.moment,
        blocks=(block.taken(np.arange(1, block.count)), *others),
        numbering=whole.numbering,
        count=whole.count - 1,
        checksum=whole.checksum ^ 5,
    )
    write_copy(tmp_path / f"{NAME}.npz", less, origin=await origin_of(db))
    found = await copy_by_file(db, house, product=NAME, folder=tmp_path)
    await held_to_the_database(db, found)
    kept = read_copy(tmp_path / f"{NAME}.npz", product=NAME, origin=await origin_of(db))
    assert kept is not None
    assert rows_of(kept) == rows_of(found)


async def test_a_file_of_another_database_layout_or_time_is_none(
    db: Database, house_copy: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, origin = tmp_path / "one.npz", await origin_of(db)
    write_copy(path, house_copy, origin=origin)
    assert read_copy(path, product=NAME, origin=origin) is not None
    assert read_copy(path, product=NAME, origin="another") is None
    assert read_copy(path, product="gold", origin=origin) is None
    assert read_copy(tmp_path / "none.npz", product=NAME, origin=origin) is None
    monkeypatch.setattr(copy_file, "LAYOUT", 99)
    assert read_copy(path, product=NAME, origin=origin) is None


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
async def test_a_damaged_file_is_none(db: Database, house_copy: Snapshot, tmp_path: Path, place: float) -> None:
    path, origin = tmp_path / "one.npz", await origin_of(db)
    write_copy(path, house_copy, origin=origin)
    body = bytearray(path.read_bytes())
    path.write_bytes(body[: int(len(body) * place)])
    assert read_copy(path, product=NAME, origin=origin) is None


async def test_a_file_with_a_changed_byte_is_none(db: Database, house_copy: Snapshot, tmp_path: Path) -> None:
    path, origin = tmp_path / "one.npz", await origin_of(db)
    write_copy(path, house_copy, origin=origin)
    body = bytearray(path.read_bytes())
    at = body.index(house_copy.blocks[0].ids.tobytes()[:16])
    body[at] ^= 1
    path.write_bytes(body)
    assert read_copy(path, product=NAME, origin=origin) is None


async def test_a_server_that_does_not_say_who_it_is_has_no_file(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_: object) -> None:
        return None

    monkeypatch.setattr(store, "origin", silent)
    house = await a_house(db, a_product())
    await put(db, on_record(8))
    found = await copy_by_file(db, house, product=NAME, folder=tmp_path)
    await held_to_the_database(db, found)
    assert names_in(tmp_path) == []


@pytest.fixture
async def house_copy(db: Database) -> Snapshot:
    house: House = await a_house(db, a_product())
    await put(db, on_record(24))
    return await follow(db, house, Snapshot(product=NAME))
