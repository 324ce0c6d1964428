"""Decisions in typed columns: what is recorded is read back byte for byte, empty fields and all."""

from dataclasses import replace
from datetime import timedelta
from math import nan
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditline.decision.outcome import (
    Answer,
    Decision,
    Kind,
    Needs,
    Position,
    Reason,
    Scores,
    Terms,
    canonical,
    seal,
)
from creditline.ids import id_from
from creditline.store import decisions, facts, requests
from creditline.store.connect import Connection, Database
from tests.ledger.a_line import BOOKED_AT, LINE
from tests.store.a_decision import CATALOGUE, EDITION, a_decision, an_edition, plain, recorded_for

TABLE: dict[str, Decision] = {
    "everything": a_decision(),
    "as little as there can be": plain(a_decision()),
    "no score": replace(a_decision(), scores=None),
    "a score of nothing": replace(a_decision(), scores=Scores(points=0, pd_ppm=0, grade=0, release_points=-5)),
    "nothing known": replace(a_decision(), features=(nan, nan)),
    "odd numbers": replace(a_decision(), features=(-0.0, 0.0, 1e-320, 0.1 + 0.2, 2.0**53)),
    "a table without a matched rule": replace(a_decision(), rules=(("a", ()), ("b", ()))),
    "many rules": replace(a_decision(), rules=(("a", (1, 2, 3)), ("b", (1,)))),
    "a reason of zero": replace(
        a_decision(), reasons=(Reason(code="late", factor="x", value=0.0, threshold=-1.5, needs=Needs.AT_MOST),)
    ),
    "an opening": replace(a_decision(), kind=Kind.OPENING, answer=Answer.DECLINE, terms=Terms(amount_minor=0)),
}

WHOLE = st.integers(min_value=-1, max_value=3)
MAYBE = st.none() | WHOLE
FIGURES = st.sampled_from([0.0, -0.0, 0.1, 1e300])
NUMBERS = st.just(nan) | FIGURES
NAMES = st.sampled_from(["draw", "price", "limits", "月"])
DECISIONS = st.builds(
    replace,
    st.just(a_decision()),
    kind=st.sampled_from(Kind),
    features=st.lists(NUMBERS, max_size=3).map(tuple),
    sources_count=WHOLE,
    position=st.builds(
        Position,
        **{name: WHOLE for name in Position.__dataclass_fields__ if name.endswith("_minor")},
        is_blocked=st.booleans(),
        is_moved=st.booleans(),
        accepts_partial=st.booleans(),
    ),
    scores=st.none() | st.builds(Scores, points=WHOLE, pd_ppm=st.integers(0, 3), grade=WHOLE, release_points=WHOLE),
    rules=st.lists(
        st.tuples(NAMES, st.lists(st.integers(1, 3), max_size=3).map(tuple)), max_size=3, unique_by=lambda rule: rule[0]
    ).map(tuple),
    answer=st.sampled_from(Answer),
    terms=st.builds(
        Terms,
        amount_minor=MAYBE,
        apr_bp=MAYBE,
        share_ppm=st.none() | st.integers(0, 3),
        tranches_count=MAYBE,
        interval_days=MAYBE,
        factor_ppm=MAYBE,
        condition=st.none() | NAMES,
    ),
    reasons=st.lists(
        st.builds(
            Reason,
            code=NAMES,
            factor=NAMES,
            value=st.none() | FIGURES,
            threshold=st.none() | FIGURES,
            needs=st.sampled_from(Needs),
        ),
        max_size=4,
    ).map(tuple),
    arm=NAMES,
)


async def stored(db: Connection, *given_decisions: Decision) -> dict[UUID, Decision]:
    """Record decisions with their requests and edition, and read them back."""
    await an_edition(db)
    await requests.record(db, [recorded_for(decision) for decision in given_decisions])
    await decisions.record(db, given_decisions, seen=await facts.snapshot(db))
    return await decisions.read(db, [decision.id for decision in given_decisions])


async def test_a_decision_is_read_back_byte_for_byte(db: Database, subtests: pytest.Subtests) -> None:
    named = {name: replace(own, id=id_from(name, at=BOOKED_AT)) for name, own in TABLE.items()}
    async with db.transaction() as connection:
        read = await stored(connection, *named.values())
    for name, decision in named.items():
        with subtests.test(name):
            assert canonical(read[decision.id]) == canonical(decision)
            assert seal(read[decision.id]) == seal(decision)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_decisions=st.lists(DECISIONS, min_size=1, max_size=3))
async def test_whatever_is_recorded_is_read_back(db: Database, given_decisions: list[Decision]) -> None:
    own = [replace(one, id=id_from(str(place), at=BOOKED_AT)) for place, one in enumerate(given_decisions)]
    async with db.transaction() as connection:
        read = await stored(connection, *own)
        await connection.execute("rollback; begin")
    assert {one: canonical(decision) for one, decision in read.items()} == {one.id: canonical(one) for one in own}


async def test_a_decision_comes_with_its_seal_and_the_snapshot_of_its_facts(db: Database) -> None:
    decision = a_decision()
    async with db.transaction() as connection:
        seen = await facts.snapshot(connection)
        await stored(connection, decision)
    async with db.reading() as connection:
        found = await decisions.read_sealed(connection, decision.id)
        assert await decisions.read_sealed(connection, LINE) is None
    assert found is not None
    read, sealed, read_seen = found
    assert canonical(read) == canonical(decision)
    assert sealed == seal(decision)
    assert len(sealed) == 32
    assert read_seen.split(":")[1] == seen.split(":")[1]


async def test_decisions_are_read_newest_first_of_a_line_and_in_id_order_of_all(db: Database) -> None:
    later = replace(
        a_decision(), id=id_from("later", at=BOOKED_AT + timedelta(days=1)), as_of=BOOKED_AT + timedelta(days=1)
    )
    async with db.transaction() as connection:
        await stored(connection, later, a_decision())
    async with db.reading() as connection:
        newest = await decisions.of_line(connection, LINE, most=1)
        first = await decisions.page_sealed(connection, after=UUID(int=0), most=1)
        rest = await decisions.page_sealed(connection, after=first[0][0].id, most=5)
    assert [one.id for one in newest] == [later.id]
    assert [page[0].id for page in (*first, *rest)] == sorted([later.id, a_decision().id])


async def test_an_edition_is_kept_once(db: Database) -> None:
    async with db.transaction() as connection:
        await an_edition(connection)
        await decisions.put_edition(connection, edition=EDITION, product="other", body=b"x", published_at=BOOKED_AT)
        assert await decisions.read_edition(connection, EDITION) == b"{}"
        assert await decisions.read_edition(connection, CATALOGUE) is None
