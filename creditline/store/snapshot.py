"""Recorded decisions as columns, straight from the server's own binary rows: no object is made of any of them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from struct import Struct
from typing import Any

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from creditline.decision.block import Block, Words, narrow, small
from creditline.decision.outcome import Kind
from creditline.decision.past import ANSWERS, FIGURES, NONE
from creditline.errors import Broken, Code
from creditline.store.connect import Connection
from creditline.store.facts import SENT_EPOCH_US
from creditline.store.statements import statements

SQL = statements("snapshot")

NUMBERS = (
    ("ids", ">u8", 2), ("lines", ">u8", 2), ("as_of_us", ">i8", 1), ("checksum", ">i8", 1), ("who", ">i8", 1),
    ("granted_minor", ">i8", 1), ("drawn_minor", ">i8", 1), ("available_minor", ">i8", 1), ("requested_minor", ">i8", 1),
    ("sources_count", ">i4", 1), ("is_blocked", "?", 1), ("is_moved", "?", 1), ("accepts_partial", "?", 1), ("pd_ppm", ">i4", 1),
    ("grades", ">i2", 1), ("release_points", ">i4", 1), ("amount_minor", ">i8", 1), ("apr_bp", ">i4", 1), ("share_ppm", ">i4", 1),
    ("tranches_count", ">i4", 1), ("interval_days", ">i4", 1), ("factor_ppm", ">i4", 1),
)  # fmt: skip
"""The columns of one width as the statement has them: the kind of number and how many of it make one value."""

ROW = np.dtype(
    [("columns_count", ">i2"), *((part, kind, (count,) if count > 1 else ()) for name, layout, count in NUMBERS
     for part, kind, count in ((f"length of {name}", ">i4", 1), (name, layout, count)))]
)  # fmt: skip
HEAD = 19
"""How long the head of a copy is, which says nothing that we do not know."""

ENOUGH_BYTES = 32 << 20
"""So much is read before it is laid out."""

END = b"\xff\xff"
OWN = ("who", "granted_minor", "drawn_minor", "available_minor", "requested_minor", "sources_count", "release_points")
LEAST_I4 = -(1 << 31)
_count, _length, _lengths = Struct(">h").unpack_from, Struct(">i").unpack_from, Struct(">ii").unpack_from
ELEMENT = np.dtype([("length", ">i4"), ("value", ">f8")])
ARRAY_HEAD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A snapshot of the database as text, and the partitions that decisions were in."""

    seen: str
    partitions: frozenset[int]


@dataclass(slots=True, kw_only=True)
class Read:
    """What was read: blocks by edition, how many decisions they hold, and what their ids come to (`sum_of_decisions`).

    The features of the blocks are not named yet: an edition says how they are called.
    """

    blocks: dict[str, list[Block]] = field(default_factory=dict)
    count: int = 0
    checksum: int = 0


async def moment(db: Connection) -> Moment:
    """Return the snapshot that a transaction which only reads goes by, and the partitions there are."""
    row = await db.fetchrow(SQL["moment"])
    assert row is not None
    return Moment(seen=row["seen"], partitions=frozenset(row["partitions"]))


async def origin(db: Connection) -> str | None:
    """Return a name that this database has alone, None where the server does not tell."""
    if not await db.fetchval(SQL["may_ask_origin"]):
        return None
    found: str = await db.fetchval(SQL["origin"])
    return found


async def sum_of(db: Connection, product: str) -> tuple[int, int]:
    """Return how many decisions of a product tables answered, and what their ids come to."""
    row = await db.fetchrow(SQL["sum_of_decisions"], product)
    assert row is not None
    return row["count"], row["checksum"]


async def read(
    db: Connection,
    product: str,
    *,
    since: str | None = None,
    partitions: frozenset[int] | None = None,
    most: int | None = None,
    told: Callable[[int], None] | None = None,
) -> Read:
    """Return decisions of a product: all, those committed since a snapshot, all of some partitions, or so many, the newest.

    `told` hears how many more were read.
    """
    found = Read()
    said: dict[bytes, _Said] = {}
    rest = bytearray()
    is_begun = False

    async def lay_out() -> None:
        before = found.count
        await asyncio.to_thread(_lay_out, rest, said, found)
        if told:
            told(found.count - before)

    async def hear(data: bytes) -> None:
        nonlocal is_begun
        rest.extend(data)
        if not is_begun and len(rest) >= HEAD:
            del rest[:HEAD]
            is_begun = True
        if len(rest) >= ENOUGH_BYTES:
            await lay_out()

    sent = None if partitions is None else sorted(partitions)
    await db.copy_out(SQL["decisions_in_columns"], product, since, sent, most, told=hear)
    await lay_out()
    if bytes(rest) != END:
        raise Broken(f"The server's copy ends within a row, with {bytes(rest[:40])!r}.", code=Code.DATA_CORRUPT)
    return found


def _lay_out(rest: bytearray, said: dict[bytes, "_Said"], found: Read) -> None:
    """Lay the whole rows among some bytes out in blocks, and leave the others."""
    cut = _cut(rest)
    data = bytes(memoryview(rest)[: cut.end])
    del rest[: cut.end]
    for words in cut.words - said.keys():
        said[words] = _said(words)
    for edition, block, checksum in _blocks(data, cut, said):
        found.blocks.setdefault(edition, []).append(block)
        found.count += block.count
        found.checksum ^= checksum


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Where rows begin, where and how long their three parts of any length are, and the words among them."""

    starts: NDArray[np.int64]
    borrowers: list[bytes]
    said: list[bytes]
    features_at: NDArray[np.int64]
    features_bytes: NDArray[np.int64]
    words: set[bytes]
    end: int


def _cut(data: bytearray) -> _Cut:
    """Cut whole rows; only the lengths are looked at."""
    at, end, width = 0, len(data), ROW.itemsize
    starts, borrowers, said, features_at, features_bytes = [], [], [], [], []
    while at + width + 4 <= end and _count(data, at)[0] >= 0:
        borrower_at = at + width + 4
        words_at = borrower_at + _length(data, borrower_at - 4)[0] + 4
        if words_at > end:
            break
        array_at = words_at + _length(data, words_at - 4)[0] + 4
        if array_at > end:
            break
        (size,) = _length(data, array_at - 4)
        if array_at + size > end:
            break
        starts.append(at)
        borrowers.append(bytes(data[borrower_at : words_at - 4]))
        said.append(bytes(data[words_at : array_at - 4]))
        features_at.append(array_at)
        features_bytes.append(size)
        at = array_at + size
    return _Cut(
        starts=np.array(starts, np.int64),
        borrowers=borrowers,
        said=said,
        features_at=np.array(features_at, np.int64),
        features_bytes=np.array(features_bytes, np.int64),
        words=set(said),
        end=at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    kind: Kind
    currency: str
    answer: int
    words: Words


def _said(sent: bytes) -> _Said:
    """Read the row in which a decision says what many say alike."""
    kind, currency, edition, arm, answer, condition, tables, rows, factors = _fields(sent)
    assert kind is not None
    assert currency is not None
    assert edition is not None
    assert arm is not None
    assert answer is not None
    rules = zip(_elements(tables), _elements(rows), strict=True)
    return _Said(
        kind=Kind(kind.decode()),
        currency=currency.decode(),
        answer=[str(one) for one in ANSWERS].index(answer.decode()),
        words=Words(
            edition=edition.hex(),
            arm=arm.decode(),
            condition=None if condition is None else condition.decode(),
            rules=tuple((table.decode(), row) for table, own in rules if (row := int.from_bytes(own, signed=True))),
            factors=tuple(one.decode() for one in _elements(factors)),
        ),
    )


def _fields(sent: bytes) -> Iterator[bytes | None]:
    """Go through the values of a row: a count, then a type, a length and a value each."""
    at = 4
    for _ in range(int.from_bytes(sent[:4])):
        _, size = _lengths(sent, at)
        at += 8
        yield None if size < 0 else sent[at : at + size]
        at += max(size, 0)


def _elements(sent: bytes | None) -> list[bytes]:
    """Return the elements of an array of one dimension."""
    found: list[bytes] = []
    at = ARRAY_HEAD
    while sent is not None and at < len(sent):
        (size,) = _length(sent, at)
        found.append(sent[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def _blocks(data: bytes, cut: _Cut, said: Mapping[bytes, _Said]) -> Iterator[tuple[str, Block, int]]:
    """Go through the blocks that rows make: the edition, the block, and what its ids come to."""
    if not len(cut.starts):
        return
    raw = np.frombuffer(data, np.uint8)
    rows = sliding_window_view(raw, ROW.itemsize)[cut.starts].view(ROW)[:, 0]
    texts = sorted(cut.words)
    alike: dict[tuple[str, Kind, str], int] = {}
    keys = [(said[text].words.edition, said[text].kind, said[text].currency) for text in texts]
    groups = np.array([alike.setdefault(key, len(alike)) for key in keys], np.int32)
    codes = {text: code for code, text in enumerate(texts)}
    words = np.array([codes[text] for text in cut.said], np.int32)
    answers = np.array([said[text].answer for text in texts], np.int8)
    for (edition, kind, currency), code in alike.items():
        mine = np.flatnonzero(groups[words] == code)
        places = np.unique(words[mine])
        block = _block(
            rows[mine],
            kind=kind,
            currency=currency,
            borrowers=pl.Series([cut.borrowers[row].decode() for row in mine.tolist()], dtype=pl.String),
            answers=answers[words[mine]],
            said=np.searchsorted(places, words[mine]).astype(np.int32),
            words=tuple(said[texts[place]].words for place in places.tolist()),
            known=_known(raw, cut.features_at[mine], sizes=cut.features_bytes[mine]),
        )
        yield edition, block, int(np.bitwise_xor.reduce(rows["checksum"][mine].astype(np.int64)))


def _block(rows: NDArray[Any], **own: Any) -> Block:
    """Return rows as a block, each number in the machine's own order of bytes."""
    plain: dict[str, Any] = {name: rows[name].astype(rows[name].dtype.newbyteorder("=")) for name, _, _ in NUMBERS}
    whole = {name: plain[name].astype(np.int64) for name in (*OWN, *FIGURES, "pd_ppm", "as_of_us")}
    for name in FIGURES:
        column = whole[name]
        whole[name] = small([column if name == "amount_minor" else np.where(column == LEAST_I4, NONE, column)])
    own |= {name: plain[name] for name in ("ids", "lines", "grades", "is_blocked", "is_moved", "accepts_partial")}
    own |= {name: whole[name] for name in OWN}
    return Block(
        features=(),
        as_of_us=whole["as_of_us"] + SENT_EPOCH_US,
        pd_ppm=np.where(plain["grades"] > 0, whole["pd_ppm"], NONE),
        figures={name: whole[name] for name in FIGURES},
        **own,
    )


def _known(raw: NDArray[np.uint8], starts: NDArray[np.int64], *, sizes: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
    """Return the features of rows, a column each; an edition has one catalogue, so that all are of one length."""
    size = int(sizes[0])
    if (sizes != size).any():
        raise Broken("Decisions of one edition have catalogues of several lengths.", code=Code.DATA_CORRUPT)
    if size <= ARRAY_HEAD:
        return ()
    own = sliding_window_view(raw, size)[starts][:, ARRAY_HEAD:]
    values = np.ascontiguousarray(own).view(ELEMENT)["value"]
    return tuple(narrow(values[:, place].astype(np.float64)) for place in range(values.shape[1]))
