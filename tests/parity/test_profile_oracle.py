"""The kernel agrees with SQL: every feature is written again as a query from its definition, and DuckDB works it out.

Facts fall on the edges on purpose: midnight, the first and last microsecond of a window, equal instants, facts recorded
late or after `as_of`, and sources are given and withdrawn between them. Beside the catalogue stand all folds with windows and codes that no feature of it has today.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from creditline.clock import DAY_US
from creditline.events.catalogue import EVENT_TYPES
from creditline.events.frames import facts_of_arrays
from creditline.profile.catalogue import FEATURES
from creditline.profile.consent import columns_of
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source
from creditline.profile.kernel import profile_and_sources

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TODAY = 20_000
NOON_US = TODAY * DAY_US + DAY_US // 2
NUMBERS = [event.number for event in EVENT_TYPES]

KNOWN_BY = {
    "usage": (70, 89),
    "orders": (1, 9),
    "payments": (10, 11),
    "life": (20, 29),
    "income": (30, 39),
    "bureau": (40, 49),
    "evidence": (50, 59),
    "engagement": (60, 69),
}
"""First and last type number of each source, as the catalogue of events groups them."""

LET = ("orders", "payments", "life", "income", "bureau", "evidence", "engagement")
"""The sources that may be given and withdrawn, by the code of the consent."""


def rare() -> list[Feature | Ratio]:
    """Return folds that the kernel offers and the catalogue does not use: each with windows, codes and mixed sources."""
    folds = [
        *product([Fold.COUNT], [Of.AMOUNT]),
        *product([Fold.SUM, Fold.MAX, Fold.LAST, Fold.PREVIOUS], [Of.AMOUNT, Of.CODE]),
        *product([Fold.RECENCY, Fold.AGE, Fold.IS_LAST], [Of.AMOUNT]),
        (Fold.DISTINCT, Of.DAY),
        (Fold.DISTINCT, Of.CODE),
        (Fold.SUM_SINCE, Of.AMOUNT),
    ]
    narrowings: list[tuple[int | None, int]] = [(None, 0), (2, 0), (None, 2)]
    made: list[Feature | Ratio] = []
    for (fold, of), days, (only, least) in product(folds, [None, 0, 30], narrowings):
        events = (1, 2, 10, 30, 51) if of is Of.CODE else (1, 2, 10, 30, 51, 72, 74)
        made.append(
            Feature(
                name=f"rare{len(made)}_count",
                source=Source.USAGE,
                events=events,
                fold=fold,
                of=of,
                window_days=days,
                only_code=only,
                least_code=least,
                since=(2, 74) if fold in {Fold.IS_LAST, Fold.SUM_SINCE} else (),
                worse="neither",
                why="It shows that the kernel can.",
            )
        )
    return made


EVERYTHING: tuple[Feature | Ratio, ...] = (*FEATURES, *rare())


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Facts as they are told, m of each column, and an instant for each of n borrowers."""

    borrower: Ints
    number: Ints
    happened_us: Ints
    recorded_us: Ints
    amount_minor: Ints
    code: Ints
    as_of_us: Ints
    asked: frozenset[str] = frozenset()


def text(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def counts_if(one: Feature) -> str:
    """Return the condition on a visible fact under which a feature folds it."""
    wanted = [f"number in ({text(one.events)})", f"code >= {one.least_code}"]
    if one.only_code is not None:
        wanted.append(f"code = {one.only_code}")
    if one.window_days is not None:
        wanted.append(f"day >= as_of_day - {one.window_days}")
    return " and ".join(wanted)


def fold_in_sql(one: Feature) -> str:  # noqa: C901 - one case a fold
    """Return the aggregate that a feature is."""
    column = {Of.AMOUNT: "amount_minor", Of.CODE: "code", Of.DAY: "day"}[one.of]
    only = f"filter ({counts_if(one)})"
    match one.fold:
        case Fold.COUNT:
            return f"count(*) {only}"
        case Fold.SUM:
            return f"coalesce(sum({column}) {only}, 0)"
        case Fold.MAX:
            return f"max({column}) {only}"
        case Fold.LAST:
            return f"arg_max({column}, place) {only}"
        case Fold.PREVIOUS:
            return f"list({column} order by place desc) {only} [2]"
        case Fold.DISTINCT:
            return f"count(distinct {column}) {only}"
        case Fold.RECENCY:
            return f"min(as_of_day - day) {only}"
        case Fold.AGE:
            return f"max(as_of_day - day) {only}"
        case Fold.IS_LAST:
            return f"coalesce(arg_max((number in ({text(one.since)}))::int, place) {only}, 0)"
        case Fold.SUM_SINCE:
            later = f"{counts_if(one)} and place > coalesce(after_{one.name}, 0)"
            return f"coalesce(sum(amount_minor) filter ({later}), 0)"


def ratio_in_sql(one: Ratio) -> str:
    """Return the expression that a ratio is, over the columns of folds."""
    over = f"{one.over}::double * {one.times}"
    under = f"({one.under}::double - {one.less or 0}) * {one.per or 1}"
    nothing = "null" if one.when_nothing is None else one.when_nothing
    return f"case when {under} > 0 then ({over}) / ({under}) else {nothing} end"


def unread_in_sql(asked: frozenset[str]) -> str:
    """Return the condition on a visible fact under which it may not be read: by the last consent of its source, or without."""
    return " or ".join(
        f"number between {KNOWN_BY[one][0]} and {KNOWN_BY[one][1]} and coalesce(last_{one}, {101 if one in asked else 100}) = 101"
        for one in LET
    )


def query_of(features: Sequence[Feature | Ratio], asked: frozenset[str]) -> str:
    """Return the query for all features of all borrowers, one row each in their order."""
    last = ", ".join(
        f"arg_max(number, place) filter (number in (100, 101) and code = {code}) over (partition by borrower) as last_{one}"
        for code, one in enumerate(LET)
    )
    folds = [one for one in features if isinstance(one, Feature)]
    since = [one for one in folds if one.fold is Fold.SUM_SINCE]
    anchors = [f"list(place order by place desc) filter (number in ({text(one.since)})) [2]" for one in since]
    after = ", ".join(f"{sql} as after_{one.name}" for sql, one in zip(anchors, since, strict=True))
    ratios = ", ".join(f"{ratio_in_sql(one)} as {one.name}" for one in features if isinstance(one, Ratio))
    known = ", ".join(
        f"count(*) filter (number between {a} and {b}) > 0 as knows_{s}" for s, (a, b) in KNOWN_BY.items()
    )
    told = [f"case when knows_{one.source} then {one.name}::double end" for one in features]
    # The place of a fact in its borrower's story is told by the canonical order, and by nothing else.
    return f"""
        with all_seen as (
            select told.*, told.happened_us // {DAY_US} as day, asked.as_of_us // {DAY_US} as as_of_day,
                row_number() over (
                    partition by borrower order by happened_us, number, amount_minor, code, recorded_us
                ) as place
            from told join asked using (borrower)
            where happened_us < as_of_us and recorded_us <= as_of_us
        ),
        let as (select *, {last} from all_seen),
        seen as (select * from let where not ({unread_in_sql(asked)})),
        anchored as (select borrower as b, {after} from seen group by borrower),
        folded as (
            select borrower, {known}, {", ".join(f"{fold_in_sql(one)} as {one.name}" for one in folds)}
            from (select * from seen join anchored on seen.borrower = anchored.b) group by borrower
        ),
        whole as (select *, {ratios} from folded)
        select {", ".join(told)}, {", ".join(f"coalesce(knows_{source}, false)" for source in Source)}
        from asked left join whole using (borrower) order by borrower
    """


def by_sql(told: Told, features: Sequence[Feature | Ratio]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return features [n, f] and known sources [n, s] as DuckDB works them out; null is NaN."""
    with duckdb.connect(config={"threads": 1}) as db:
        names = ("borrower", "number", "happened_us", "recorded_us", "amount_minor", "code")
        db.register("told_now", {name: getattr(told, name) for name in names})
        db.register("asked_now", {"borrower": np.arange(len(told.as_of_us)), "as_of_us": told.as_of_us})
        db.execute("create table told as from told_now; create table asked as from asked_now")
        rows = db.execute(query_of(features, told.asked)).fetchall()
    found = [[np.nan if value is None else value for value in row[: len(features)]] for row in rows]
    return np.array(found, np.float64), np.array([row[len(features) :] for row in rows], np.bool_)


def by_kernel(told: Told, features: Sequence[Feature | Ratio]) -> tuple[Floats, NDArray[np.bool_]]:
    facts = facts_of_arrays(
        [str(place) for place in range(len(told.as_of_us))],
        borrower_index=told.borrower,
        number=told.number.astype(np.uint8),
        happened_us=told.happened_us,
        recorded_us=told.recorded_us,
        amount_minor=told.amount_minor,
        code=told.code.astype(np.int32),
    )
    asked = columns_of([Source(one) for one in told.asked])
    return profile_and_sources(facts, features, as_of_us=told.as_of_us, asked=asked)


def differing(told: Told, features: Sequence[Feature | Ratio]) -> list[str]:
    """Return which features of which borrowers the two work out differently, and what each says."""
    (ours, known), (theirs, known_by_sql) = by_kernel(told, features), by_sql(told, features)
    assert ours.shape == theirs.shape
    wrong = ~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)))
    assert (known == known_by_sql).all()
    return [f"{features[at]}: {ours[row, at]}, {theirs[row, at]}" for row, at in np.argwhere(wrong)]


AGES_US = [
    0, 1, DAY_US // 2 - 1, DAY_US // 2, DAY_US // 2 + 1, DAY_US, DAY_US + DAY_US // 2, DAY_US + DAY_US // 2 + 1,
    30 * DAY_US + DAY_US // 2, 30 * DAY_US + DAY_US // 2 + 1, 90 * DAY_US, 120 * DAY_US + DAY_US // 2 + 1,
    180 * DAY_US + DAY_US // 2, 180 * DAY_US + DAY_US // 2 + 1, 365 * DAY_US, 730 * DAY_US, 731 * DAY_US, 3000 * DAY_US,
    -1, -DAY_US,
]  # fmt: skip
"""How long before noon of the day facts happened: `as_of` itself, a microsecond either side of midnight, window ends."""
LATE_US = [0, 0, 0, 1, DAY_US, 40 * DAY_US]
INSTANTS = [0, 0, 0, DAY_US // 2, DAY_US // 2 + 1, 20 * DAY_US]


def a_book(seed: int, *, borrowers: int, facts: int) -> Told:
    """Return facts of many borrowers thrown at the edges, alike often, in no order."""
    dice = np.random.default_rng(seed)
    happened = NOON_US - dice.choice(AGES_US, facts)
    return Told(
        borrower=dice.integers(0, borrowers, facts),
        number=dice.choice(dice.choice(NUMBERS, 9) if seed % 2 else NUMBERS, facts),
        happened_us=happened,
        recorded_us=happened + dice.choice(LATE_US, facts),
        amount_minor=dice.choice([0, 1, 2, 5, 10**15], facts),
        code=dice.integers(0, 5, facts),
        as_of_us=NOON_US - dice.choice(INSTANTS, borrowers),
        asked=frozenset(dice.choice(LET, seed % 3).tolist()),
    )


SLOW = pytest.mark.slow


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=SLOW) for seed in range(1, 6))])
def test_a_book_of_edges_has_the_features_that_sql_finds(seed: int) -> None:
    assert differing(a_book(seed, borrowers=120, facts=3_600), EVERYTHING) == []


def test_the_oracle_leaves_no_feature_untried() -> None:
    books = [a_book(seed, borrowers=120, facts=3_600) for seed in range(6)]
    features = np.concatenate([by_kernel(book, EVERYTHING)[0] for book in books])
    alive = ((~np.isnan(features)) & (features != 0)).any(axis=0)
    assert [one.name for one, lives in zip(EVERYTHING, alive, strict=True) if not lives and not is_of_today(one)] == []


def is_of_today(one: Feature | Ratio) -> bool:
    """Say whether a feature is the days since a fact of today, which are always 0."""
    return isinstance(one, Feature) and one.fold in {Fold.RECENCY, Fold.AGE} and one.window_days == 0


FACT = st.tuples(
    st.integers(0, 2),
    st.sampled_from([1, 2, 12, 13, 51, 53, 70, 71, 72, 73, 74, 75, 76, 90, 100, 101]),
    st.sampled_from(AGES_US[:10]),
    st.sampled_from(LATE_US),
    st.integers(0, 3),
    st.integers(0, 3),
)


@SLOW
@settings(max_examples=25)
@given(rows=st.lists(FACT, max_size=25), ago=st.lists(st.sampled_from(INSTANTS), min_size=3, max_size=3))
def test_small_stories_have_the_features_that_sql_finds(
    rows: list[tuple[int, int, int, int, int, int]], ago: list[int]
) -> None:
    borrower, number, before, late, amount, code = np.array(rows, np.int64).reshape(-1, 6).T
    told = Told(
        borrower=borrower,
        number=number,
        happened_us=NOON_US - before,
        recorded_us=NOON_US - before + late,
        amount_minor=amount,
        code=code,
        as_of_us=NOON_US - np.array(ago, np.int64),
    )
    assert differing(told, FEATURES) == []
