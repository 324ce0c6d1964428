"""A draft against a million decisions stored in PostgreSQL: who is answered otherwise, end to end, from the copy in memory.

End to end is what the server does for one question: catch up with the database, read the draft, lay out, answer every case, and
sum up. `a_record` says how the decisions were made. Before anything is timed the copy is held to the database, and the impact to
deciding the cases again that all others are copies of. Times are of the wall and of the processor; the best of some rounds counts.
"""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from creditline.clock import system_clock
from creditline.decision.decide import replay
from creditline.decision.impact import Impact
from creditline.decision.outcome import Decision, Kind
from creditline.decision.product import Product, read_product
from creditline.edge.products import load_product
from creditline.flows.house import House
from creditline.flows.impact import impact_on_record
from creditline.flows.publish import publish
from creditline.flows.snapshot import Following, agrees
from creditline.ids import id_from
from creditline.store import decisions
from creditline.store.connect import Database, connect
from creditline.store.embedded import EmbeddedServer
from creditline.store.migrate import prepare
from tests.bench.a_record import KINDS, copies_of, decisions_of, put_record
from tests.decision.a_question import AS_OF

PROMISED_MS = 300
COUNT = 1_000_000
ROUNDS = 7
NEW_COUNT = 1_000

DRAFTS = {
    "a threshold": ("<text>&gt;= 2</text>", "<text>&gt;= 1</text>"),
    "an output": ("<text>300000</text>", "<text>250000</text>"),
    "an expression": (
        "<text>requested_minor</text></outputEntry>",
        "<text>floor(requested_minor / 2)</text></outputEntry>",
    ),
}


EDITS = {
    "a price": ("<text>1260</text>", "<text>1240</text>"),
    "a share": ("<text>300000</text>", "<text>250000</text>"),
    "an answer": ('<text>"decrease"</text>', '<text>"block"</text>'),
}


def main() -> None:
    """Print how long a copy takes to be read, to follow and to answer."""
    with tempfile.TemporaryDirectory(prefix="creditline-bench-") as folder:
        asyncio.run(run(Path(folder)))


async def run(folder: Path) -> None:
    """Make the record, hold the copy to it, and ask it."""
    product = load_product("consumer_revolving")
    async with EmbeddedServer(folder) as server, await connect(server.dsn(), size=4) as db:
        await prepare(db)
        house, following = House([product]), Following()
        await publish(db, system_clock, house)
        await put_record(db, product, count=COUNT)
        started = Watch()
        copy = await following.snapshot(db, house, product=product.name)
        print(f"{'read whole':<34}{started.wall_ms:>12,.0f} ms wall{started.own_ms:>12,.0f} ms ours")
        print(f"{'memory of its columns':<34}{copy.size_bytes / copy.count * COUNT / 1e6:>12,.0f} MB a million")
        started = Watch()
        if not await agrees(db, copy):
            raise SystemExit("The copy is not what the database holds.")
        print(f"{'held to the database':<34}{started.wall_ms:>12,.0f} ms wall")
        await followed(db, house, following, product)
        bench = Bench(db, house, following)
        for name, (before, after) in DRAFTS.items():
            files = {**product.files, "policy.dmn": replaced(product, before, after)}
            whole_ms = await bench.asked(name, files)
        await bench.edited(product, whole_ms)
    print(f"Promised: at most {PROMISED_MS} ms end to end.")


async def followed(db: Database, house: House, following: Following, product: Product) -> None:
    """Time what it takes to catch up with nothing and with some decisions."""
    own = [decision_again(one, place) for place, one in enumerate(decisions_of(product, Kind.DRAW)[:NEW_COUNT])]
    for words, new in (("nothing new", ()), (f"{NEW_COUNT:,} new ones", own)):
        async with db.transaction() as link:
            await link.execute("set local session_replication_role = replica")
            await decisions.record(link, new, seen="1:1:")
        started = Watch()
        await following.snapshot(db, house, product=product.name)
        print(f"{f'caught up with {words}':<34}{started.wall_ms:>12,.1f} ms wall{started.own_ms:>12,.1f} ms ours")


def decision_again(one: Decision, place: int) -> Decision:
    """Return a decision under another id."""
    return replace(one, id=id_from(f"new {place}", at=AS_OF + timedelta(hours=1)))


class Bench:
    """A copy that is asked, and what was found."""

    def __init__(self, db: Database, house: House, following: Following) -> None:
        self.db, self.house, self.following = db, house, following

    async def ask(self, files: dict[str, bytes]) -> Impact:
        """Ask as the server does."""
        copy = await self.following.snapshot(self.db, self.house, product="consumer_revolving")
        draft = await asyncio.to_thread(read_product, files)
        return await impact_on_record(self.db, system_clock, self.house, draft=draft, blocks=copy.blocks)

    def forget(self) -> None:
        """Forget the sums of drafts that were asked before."""
        for block in self.following.held["consumer_revolving"].blocks:
            block.memo.pop("drafts", None)

    async def asked(self, name: str, files: dict[str, bytes]) -> float:
        """Time a question about a draft that is like none before, after it was held to deciding again."""
        found, wall_ms, own_ms = await self.ask(files), float("inf"), float("inf")
        replayed_ms = held_to_replays(read_product(files), found)
        for _ in range(ROUNDS):
            self.forget()
            started = Watch()
            await self.ask(files)
            wall_ms, own_ms = min(wall_ms, started.wall_ms), min(own_ms, started.own_ms)
        share = f"{found.changed.count:,} of {found.changed.of_count:,}"
        print(
            f"{f'asked: {name}':<34}{wall_ms:>12,.0f} ms wall{own_ms:>12,.0f} ms ours   {share} otherwise; "
            f"deciding each again {replayed_ms / 1000:,.0f} s, {replayed_ms / own_ms:,.0f} times as long"
        )
        return own_ms

    async def edited(self, product: Product, whole_ms: float) -> None:
        """Time edits of one output a time, of a draft that was asked, held to asking every case."""
        self.forget()
        await self.ask(dict(product.files))
        for name, (before, after) in EDITS.items():
            files = {**product.files, "policy.dmn": replaced(product, before, after)}
            found, wall_ms, own_ms = await self.ask(files), float("inf"), float("inf")
            kept = {id(one): one.memo.pop("drafts") for one in self.following.held[product.name].blocks}
            whole = await self.ask(files)
            if replace(found, asked_count=0) != replace(whole, asked_count=0):
                raise SystemExit(f"An edit of {name} is answered otherwise than by asking all.")
            for one in self.following.held[product.name].blocks:
                one.memo["drafts"] = kept[id(one)]
            for _ in range(ROUNDS):
                started = Watch()
                await self.ask(files)
                wall_ms, own_ms = min(wall_ms, started.wall_ms), min(own_ms, started.own_ms)
            print(
                f"{f'an edit: {name}':<34}{wall_ms:>12,.0f} ms wall{own_ms:>12,.0f} ms ours   "
                f"{found.asked_count:,} cases asked; asking all takes {whole_ms / own_ms:,.1f} times as long"
            )


def held_to_replays(draft: Product, found: Impact) -> float:
    """Fail unless the cases that are copied are answered otherwise as often as an impact says; return what all would take."""
    product = load_product("consumer_revolving")
    otherwise: Counter[Kind] = Counter()
    spent_ms = 0.0
    for kind in KINDS:
        cases = decisions_of(product, kind)
        started = Watch()
        again = [replay(draft, one) for one in cases]
        spent_ms += started.own_ms * copies_of(kind, count=COUNT)
        otherwise[kind] = differing(cases, again) * copies_of(kind, count=COUNT)
        if kind is Kind.DRAW:
            otherwise[kind] += differing(cases[:NEW_COUNT], again[:NEW_COUNT])
    if found.changed.count != otherwise.total():
        raise SystemExit(f"Impact finds {found.changed.count}, and deciding again {otherwise.total()}.")
    return spent_ms


def differing(cases: Sequence[Decision], again: Sequence[Decision]) -> int:
    """Count the cases that are answered otherwise."""
    return sum((a.answer, a.terms) != (b.answer, b.terms) for a, b in zip(cases, again, strict=True))


def replaced(product: Product, before: str, after: str) -> bytes:
    """Return the policy with a text replaced wherever it stands."""
    text = product.files["policy.dmn"].decode()
    assert before in text
    return text.replace(before, after).encode()


class Watch:
    """What has gone by since it was made, on the wall and of this program's processor, in milliseconds."""

    def __init__(self) -> None:
        self._wall, self._own = time.perf_counter(), time.process_time()

    @property
    def wall_ms(self) -> float:
        """Milliseconds on the wall."""
        return (time.perf_counter() - self._wall) * 1e3

    @property
    def own_ms(self) -> float:
        """Milliseconds of the processor."""
        return (time.process_time() - self._own) * 1e3


if __name__ == "__main__":
    main()
