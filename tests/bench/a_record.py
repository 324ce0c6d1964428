"""Very many recorded decisions in a database, as a benchmark needs them: some thousand really decided, the rest copies of them.

Random borrowers are decided by the product, 4,000 of each kind. The database copies them with ids and borrowers of their own until
there are enough, unguarded: nobody asked, and no line is theirs. A copy's seal is that of what it was copied from.
"""

from collections.abc import Sequence

import numpy as np

from creditline.decision.decide import Question, decide, known_of
from creditline.decision.outcome import Decision, Kind, Position
from creditline.decision.product import Product
from creditline.ids import id_from
from creditline.store import decisions
from creditline.store.connect import Database
from tests.decision.a_question import AS_OF, LINE

CASES_COUNT = 4_000
KINDS = (Kind.OPENING, Kind.DRAW, Kind.RESTORATION, Kind.REVIEW)
PARTS = {Kind.OPENING: 1, Kind.DRAW: 5, Kind.RESTORATION: 3, Kind.REVIEW: 1}
"""How the kinds are mixed, as in a book under way."""

COPY = """
insert into decision ({columns})
select {copied} from (select * from decision where kind = $1 order by id limit {cases}) d, generate_series(1, $2) as copy
"""
CHANGED = {
    "id": "(substr(d.id::text, 1, 14) || substr(md5(d.id::text || copy), 1, 4) || substr(d.id::text, 19, 6)"
    " || substr(md5(copy || d.id::text), 1, 12))::uuid",
    "borrower": "'b' || abs(hashtext(d.id::text || copy)) % $3",
    "as_of": "d.as_of + copy * interval '1 minute'",
}


async def put_record(db: Database, product: Product, *, count: int) -> None:
    """Put about so many decisions into a database that is prepared, of as many borrowers as a quarter of that."""
    own = [one for kind in KINDS for one in decisions_of(product, kind)]
    async with db.transaction() as link:
        await link.execute("set local session_replication_role = replica")
        await decisions.record(link, own, seen="1:1:")
    columns = decisions.COLUMNS
    sql = COPY.format(
        columns=", ".join(columns), copied=", ".join(CHANGED.get(one, f"d.{one}") for one in columns), cases=CASES_COUNT
    )
    for kind in KINDS:
        async with db.transaction() as link:
            await link.execute("set local session_replication_role = replica")
            await link.execute(sql, kind, copies_of(kind, count=count) - 1, count // 4)
    async with db.alone() as link:
        await link.execute("vacuum analyze decision")


def copies_of(kind: Kind, *, count: int) -> int:
    """Return how often each decision of a kind is there."""
    return count * PARTS[kind] // sum(PARTS.values()) // CASES_COUNT


def decisions_of(product: Product, kind: Kind) -> Sequence[Decision]:
    """Return decisions about random borrowers, made by the product."""
    dice = np.random.default_rng(1)
    features = dice.integers(0, 12, (CASES_COUNT, len(product.features))).astype(np.float64)
    features[dice.random(features.shape) < 0.1] = np.nan
    known = known_of(product, features, [1] * CASES_COUNT)
    return [
        decide(
            product,
            Question(
                id=id_from(f"{kind} {at}", at=AS_OF),
                kind=kind,
                borrower="ada",
                line=LINE,
                currency="CNY",
                as_of=AS_OF,
                position=Position(
                    granted_minor=1_000_000,
                    drawn_minor=400_000,
                    reserved_minor=0,
                    withheld_minor=0,
                    available_minor=600_000,
                    requested_minor=int(dice.integers(1, 800_000)),
                    is_blocked=bool(dice.random() < 0.05),
                ),
            ),
            one,
        )
        for at, one in enumerate(known)
    ]
