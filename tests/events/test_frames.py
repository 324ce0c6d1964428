"""A frame of events becomes Facts: the borrowers asked for, their events in the one order, nothing lost and nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from creditline.clock import to_us
from creditline.errors import Broken
from creditline.events.frames import EVENT_SCHEMA, NEVER_US, Facts, facts_of_arrays, facts_of_frame, side_by_side

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)


def row(
    name: str, borrower: str, *, number: int = 72, hours_ago: int = 1, amount: int | None = 5, late: int = 0
) -> tuple[object, ...]:
    happened = NOON - timedelta(hours=hours_ago)
    code = 2 if number == 74 else None
    return (name, number, borrower, happened, happened + timedelta(hours=late), amount, "CNY", code, None)


def frame_of(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=EVENT_SCHEMA, orient="row")


def story(facts: Facts, place: int) -> list[tuple[int, ...]]:
    own = slice(facts.starts[place], facts.starts[place + 1])
    columns = (facts.happened_us, facts.number, facts.amount_minor, facts.code, facts.recorded_us)
    return [tuple(int(value) for value in fact) for fact in zip(*(column[own] for column in columns), strict=True)]


def test_borrowers_come_by_name_unless_an_order_is_asked_for() -> None:
    frame = frame_of(row("1", "bob", amount=1), row("2", "ada", amount=2))
    assert facts_of_frame(frame).borrowers == ("ada", "bob")
    asked = facts_of_frame(frame, ["bob", "nobody", "ada"])
    assert asked.borrowers == ("bob", "nobody", "ada")
    assert asked.starts.tolist() == [0, 1, 1, 2]
    assert asked.amount_minor.tolist() == [1, 2]


def test_events_of_others_are_left_out_and_a_borrower_may_be_asked_about_twice() -> None:
    frame = frame_of(row("1", "bob"), row("2", "ada"), row("3", "ada", hours_ago=2))
    facts = facts_of_frame(frame, ["ada", "ada"])
    assert facts.starts.tolist() == [0, 2, 4]
    assert story(facts, 0) == story(facts, 1)


def test_what_a_type_does_not_have_is_zero() -> None:
    facts = facts_of_frame(frame_of(row("1", "ada", number=60, amount=None), row("2", "ada", number=74)))
    assert (facts.amount_minor.tolist(), facts.code.tolist()) == ([0, 5], [0, 2])


def test_columns_have_the_types_that_the_kernel_reads() -> None:
    for frame in (frame_of(row("1", "ada")), frame_of()):
        facts = facts_of_frame(frame, ["ada"])
        assert facts.starts.dtype == facts.happened_us.dtype == facts.recorded_us.dtype == np.int64
        assert [str(column.dtype) for column in (facts.number, facts.amount_minor, facts.code)] == [
            "uint8",
            "int64",
            "int32",
        ]


def test_instants_are_whole_microseconds() -> None:
    facts = facts_of_frame(frame_of(row("1", "ada", late=3)))
    assert facts.happened_us.tolist() == [to_us(NOON - timedelta(hours=1))]
    assert facts.recorded_us.tolist() == [to_us(NOON + timedelta(hours=2))]


def test_an_event_told_again_under_its_id_counts_once_from_when_it_was_first_recorded() -> None:
    facts = facts_of_frame(
        frame_of(row("1", "ada", late=5), row("2", "ada"), row("1", "ada", late=1), row("1", "ada", late=5))
    )
    assert [fact[-1] for fact in story(facts, 0)] == [to_us(NOON - timedelta(hours=1)), to_us(NOON)]


def test_an_event_of_nobody_is_refused() -> None:
    one = np.ones(1, np.int64)
    with pytest.raises(Broken, match="of borrower 1, and there are 1"):
        facts_of_arrays(
            ["ada"], borrower_index=one, number=one.astype(np.uint8), happened_us=one, recorded_us=one, amount_minor=one,
            code=one.astype(np.int32),
        )  # fmt: skip


def test_borrowers_told_one_by_one_stand_side_by_side_with_what_was_undone_of_each() -> None:
    frame = frame_of(row("1", "ada", amount=1), row("2", "bob", amount=2), row("3", "bob", amount=3, hours_ago=2))
    alone = [facts_of_frame(frame, [name]) for name in ("ada", "nobody", "bob")]
    together = side_by_side(alone)
    assert together.borrowers == ("ada", "nobody", "bob")
    assert [story(together, place) for place in range(3)] == [story(one, 0) for one in alone]
    assert together.until_us is None
    undone = replace(alone[2], until_us=np.array([7, NEVER_US]))
    marked = side_by_side([alone[0], undone]).until_us
    assert marked is not None
    assert marked.tolist() == [NEVER_US, 7, NEVER_US]
