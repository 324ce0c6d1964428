"""A copy of recorded decisions in a file, so that a command need not read a million anew; it is worth what the database confirms.

A file names the database it was made of, and the moment. Whoever reads it catches it up like any copy in memory, and asks the
database whether it agrees before it is believed; one of another database, layout or time, or damaged, is none.
"""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from creditline.decision.block import Block, Words
from creditline.decision.laid import Numbering
from creditline.decision.outcome import Kind
from creditline.flows.house import House
from creditline.flows.snapshot import Snapshot, agrees, follow
from creditline.store import snapshot as store
from creditline.store.connect import Database
from creditline.store.snapshot import Moment

LAYOUT = 1
"""What a file is laid out by; another number makes all files there are void."""

FEW_COUNT = 10_000
"""A file is written anew only when so many decisions came, as writing it takes longer than catching them up."""

OTHERS = frozenset({"kind", "currency", "features", "words", "borrowers", "figures", "known", "memo"})
PLAIN = tuple(one.name for one in fields(Block) if one.name not in OTHERS)
"""The columns of a block that are arrays by themselves."""


async def copy_by_file(
    db: Database, house: House, *, product: str, folder: Path, told: Callable[[int], None] | None = None
) -> Snapshot:
    """Return a copy that holds everything committed by now, by way of a file where there is one that agrees; keep it there."""
    async with db.reading() as connection:
        origin = await store.origin(connection)
    if origin is None:
        return await follow(db, house, Snapshot(product=product), told=told)
    path = folder / f"{product}.npz"
    held = read_copy(path, product=product, origin=origin)
    found = await follow(db, house, held or Snapshot(product=product), told=told)
    if held is not None and not await agrees(db, found):
        held, found = None, await follow(db, house, Snapshot(product=product), told=told)
    if held is None or found.count - held.count > FEW_COUNT:
        write_copy(path, found, origin=origin)
    return found


def write_copy(path: Path, snapshot: Snapshot, *, origin: str) -> None:
    """Write a copy for this user alone, whole or not at all."""
    arrays: dict[str, Any] = {"hashes": snapshot.numbering.hashes, "numbers": snapshot.numbering.numbers}
    heads = []
    for place, block in enumerate(snapshot.blocks):
        columns = {name: getattr(block, name) for name in PLAIN} | {
            f"figure {name}": own for name, own in block.figures.items()
        }
        columns |= {f"known {at}": own for at, own in enumerate(block.known)}
        for name, column in columns.items():
            arrays[f"{place} {name}"] = column if all(column.strides) else column[:1]
        names = io.BytesIO()
        block.borrowers.to_frame("borrower").write_ipc(names)
        arrays[f"{place} borrowers"] = np.frombuffer(names.getvalue(), np.uint8)
        heads.append(
            {
                "kind": block.kind,
                "currency": block.currency,
                "features": block.features,
                "count": block.count,
                "figures": list(block.figures),
                "words": msgspec.to_builtins(block.words),
            }
        )
    assert snapshot.moment is not None
    head = {
        "layout": LAYOUT,
        "origin": origin,
        "product": snapshot.product,
        "seen": snapshot.moment.seen,
        "partitions": sorted(snapshot.moment.partitions),
        "count": snapshot.count,
        "checksum": snapshot.checksum,
        "blocks": heads,
    }
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A file made so is readable by its owner alone, and takes the place of another at once.
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        try:
            np.savez(file, allow_pickle=False, **arrays)
        except BaseException:
            Path(file.name).unlink()
            raise
    Path(file.name).replace(path)


def read_copy(path: Path, *, product: str, origin: str) -> Snapshot | None:
    """Return the copy in a file, as it stood; None if there is none that was made of this database by this program."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            if (head["layout"], head["origin"], head["product"]) != (LAYOUT, origin, product):
                return None
            return Snapshot(
                product=product,
                moment=Moment(seen=head["seen"], partitions=frozenset(head["partitions"])),
                blocks=tuple(_block(arrays, place, own) for place, own in enumerate(head["blocks"])),
                numbering=Numbering(hashes=arrays["hashes"], numbers=arrays["numbers"]),
                count=head["count"],
                checksum=head["checksum"],
            )
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError, pl.exceptions.PolarsError):
        return None


def _block(arrays: Any, place: int, head: dict[str, Any]) -> Block:
    def column(name: str) -> Any:
        own = arrays[f"{place} {name}"]
        return own if len(own) == head["count"] else np.broadcast_to(own[:1], (head["count"], *own.shape[1:]))

    return Block(
        kind=Kind(head["kind"]),
        currency=head["currency"],
        features=tuple(head["features"]),
        words=tuple(msgspec.convert(one, Words) for one in head["words"]),
        borrowers=pl.read_ipc(io.BytesIO(arrays[f"{place} borrowers"].tobytes()))["borrower"],
        figures={name: column(f"figure {name}") for name in head["figures"]},
        known=tuple(column(f"known {at}") for at in range(len(head["features"]))),
        **{name: column(name) for name in PLAIN},
    )
