"""Decisions in columns: rows are cut where they end, however they come, and what is new is found by an index."""

import pytest

from creditline.decision.block import joined
from creditline.errors import Broken, Code
from creditline.store import snapshot
from creditline.store.connect import Database
from creditline.store.snapshot import Read, moment, read, sum_of
from tests.decision.a_product import a_product
from tests.flows.a_record import a_house, put
from tests.flows.test_impact import on_record

NAME = a_product().name


def said(found: Read) -> list[list[object]]:
    """Return what was read, whatever the pieces it came in."""
    by_kind = {kind: [one for own in found.blocks.values() for one in own if one.kind is kind] for kind in KINDS}
    whole = [joined(own) for own in by_kind.values() if own]
    return [
        [one.kind, one.ids.tolist(), one.borrowers.to_list(), one.requested_minor.tolist()]
        + [str(column.tolist()) for column in one.known]
        + [[one.words[place] for place in one.said.tolist()]]
        for one in whole
    ]


KINDS = tuple(dict.fromkeys(one.kind for one in on_record(8)))


async def test_rows_are_whole_however_small_the_pieces_are(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_house(db, a_product())
    await put(db, on_record(100))
    async with db.reading() as link:
        whole = await read(link, NAME)
        monkeypatch.setattr(snapshot, "ENOUGH_BYTES", 1)
        heard: list[int] = []
        pieces = await read(link, NAME, told=heard.append)
        assert sum(heard) == 100
        assert said(pieces) == said(whole)
        assert (pieces.count, pieces.checksum) == (whole.count, whole.checksum) == await sum_of(link, NAME)
        seen = await moment(link)
        nothing = await read(link, NAME, since=seen.seen)
        assert (nothing.blocks, nothing.count) == ({}, 0)
        assert (await read(link, NAME, partitions=seen.partitions)).count == 100
        assert (await read(link, NAME, partitions=frozenset())).count == 0
        assert (await read(link, NAME, most=7)).count == 7


async def test_what_is_no_row_is_told(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_house(db, a_product())
    await put(db, on_record(8))
    monkeypatch.setattr(snapshot, "HEAD", 18)
    async with db.reading() as link:
        with pytest.raises(Broken, match="ends within a row") as refused:
            await read(link, NAME)
    assert refused.value.code is Code.DATA_CORRUPT


async def test_what_was_committed_since_is_found_by_an_index(db: Database) -> None:
    await a_house(db, a_product())
    await put(db, on_record(1_000))
    sql = snapshot.SQL["decisions_in_columns"].rstrip("; \n")
    async with db.transaction() as link:
        await link.execute("analyze decision")
        seen = (await moment(link)).seen
        for name, value in (("$1", f"'{NAME}'"), ("$2", f"'{seen}'"), ("$3", "null"), ("$4", "null")):
            sql = sql.replace(name, value)
        plan = "\n".join(row[0] for row in await link.fetch(f"explain {sql}"))
    assert "txid_idx" in plan or "decision_by_transaction" in plan, plan
