"""The laws of umbrellas, for every tree and every row of movements: buckets conserved, no cap passed, no ring closed."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.errors import Code
from creditline.ids import id_from
from creditline.ledger.book import Posting, Refusal, draw, release, repay
from creditline.ledger.line import Bound, Line
from creditline.ledger.umbrella import (
    MOST_LEVELS,
    NO_ROOMS,
    Buckets,
    Cap,
    Rooms,
    Tree,
    Umbrella,
    Use,
    buckets_of,
    moved,
    regranted,
    use_of,
    used,
)
from tests.ledger.a_line import OPENED_AT, STAMP, a_line

NODES = [id_from(f"umbrella {place}", at=OPENED_AT) for place in range(5)]


def an_umbrella(place: int, *, granted: int, under: int | None = None, fungible: bool = True) -> Umbrella:
    return Umbrella(
        id=NODES[place],
        parent=None if under is None else NODES[under],
        holder="acme",
        product=None,
        currency="CNY",
        granted_minor=granted,
        is_fungible=fungible,
        slots_count=1,
        version=1,
        opened_at=OPENED_AT,
        booked_at=OPENED_AT,
    )


def a_tree(*own: Umbrella) -> Tree:
    return Tree(umbrellas={one.id: one for one in own}, uses={})


def use(drawn: int = 0, *, reserved: int = 0, withheld: int = 0, weight: int | None = None) -> Use:
    total = drawn + reserved + withheld
    return Use(
        drawn_minor=drawn,
        reserved_minor=reserved,
        withheld_minor=withheld,
        weight_minor=total if weight is None else weight,
    )


def made(tree: Tree | Refusal) -> Tree:
    assert isinstance(tree, Tree), tree
    return tree


def headrooms(tree: Tree) -> list[int]:
    own = buckets_of(tree)
    return [own[node].headroom_minor for node in NODES if node in own]


def test_what_is_used_is_taken_of_every_umbrella_that_shares() -> None:
    tree = a_tree(an_umbrella(0, granted=9), an_umbrella(1, granted=5, under=0), an_umbrella(2, granted=5, under=0))
    tree = made(used(made(used(tree, NODES[1], use(3, reserved=1))), NODES[2], use(withheld=4)))
    assert headrooms(tree) == [1, 1, 1]
    assert buckets_of(tree)[NODES[0]] == Buckets(
        granted_minor=9, drawn_minor=3, reserved_minor=1, withheld_minor=4, set_aside_minor=0
    )
    assert used(tree, NODES[1], use(2)) == Refusal(code=Code.OVERDRAWN, most_minor=1)


def test_what_is_set_aside_is_taken_whether_used_or_not() -> None:
    tree = a_tree(an_umbrella(0, granted=9, fungible=False), an_umbrella(1, granted=5, under=0))
    assert headrooms(tree) == [4, 5]
    assert headrooms(made(used(tree, NODES[1], use(5)))) == [4, 0]
    assert regranted(tree, NODES[0], 4) == Refusal(code=Code.OVERDRAWN, most_minor=5)
    assert regranted(tree, NODES[1], 10) == Refusal(code=Code.OVERDRAWN, most_minor=4)
    assert headrooms(made(regranted(tree, NODES[1], 9))) == [0, 9]


def test_a_cut_below_use_is_shown_at_the_node_and_no_use_grows_under_it() -> None:
    tree = made(used(a_tree(an_umbrella(0, granted=9), an_umbrella(1, granted=9, under=0)), NODES[1], use(6)))
    cut = made(regranted(tree, NODES[0], 2))
    assert headrooms(cut) == [-4, 3]
    assert used(cut, NODES[1], use(1)) == Refusal(code=Code.OVERDRAWN, most_minor=0)
    assert headrooms(made(used(cut, NODES[1], use(-5)))) == [1, 8]


def test_a_ring_another_currency_and_too_many_levels_are_refused() -> None:
    tree = a_tree(an_umbrella(0, granted=9), an_umbrella(1, granted=5, under=0), an_umbrella(2, granted=5, under=1))
    for under in (0, 1, 2):
        assert moved(tree, NODES[0], under=NODES[under]) == Refusal(code=Code.UMBRELLA_CYCLE, most_minor=0)
    other = a_tree(an_umbrella(0, granted=9), replace(an_umbrella(1, granted=5), currency="EUR"))
    assert moved(other, NODES[1], under=NODES[0]) == Refusal(code=Code.CURRENCY_WRONG, most_minor=0)
    ids = [id_from(f"level {place}", at=OPENED_AT) for place in range(MOST_LEVELS + 1)]
    chain = [
        replace(an_umbrella(0, granted=1), id=own, parent=above) for own, above in zip(ids, [None, *ids], strict=False)
    ]
    deep = a_tree(*(replace(own, parent=None) if own.id == ids[-1] else own for own in chain))
    assert moved(deep, ids[-1], under=ids[-2]) == Refusal(code=Code.UMBRELLA_CYCLE, most_minor=0)
    assert deep.levels(ids[0]) == MOST_LEVELS
    assert made(moved(deep, ids[-1], under=ids[-3])).levels(ids[0]) == MOST_LEVELS


Steps = Sequence[tuple[str, int, int]]
STEPS = st.lists(
    st.tuples(st.sampled_from(["use", "limit", "move"]), st.integers(0, 4), st.integers(-3, 4)), max_size=25
)


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=5, max_size=5), STEPS)
def test_whatever_is_asked_every_node_keeps_its_buckets_and_its_cap(caps: list[tuple[int, bool]], steps: Steps) -> None:
    """Movements that are refused change nothing; the others leave each node conserved and within its cap, or cut."""
    tree = a_tree(
        *(an_umbrella(place, granted=cap, fungible=is_fungible) for place, (cap, is_fungible) in enumerate(caps))
    )
    for what, place, amount in steps:
        before = buckets_of(tree)
        leaves = sum(own.drawn_minor for own in tree.uses.values())
        match what:
            case "use":
                held = tree.uses.get(NODES[place], use())
                change = max(amount, -held.drawn_minor)
                after = used(tree, NODES[place], use(change))
            case "limit":
                after = regranted(tree, NODES[place], max(0, tree.umbrellas[NODES[place]].granted_minor + amount))
            case _:
                after = moved(tree, NODES[place], under=None if amount < 0 else NODES[amount])
        if isinstance(after, Refusal):
            continue
        tree, now = after, buckets_of(after)
        for node, own in now.items():
            assert own.granted_minor == own.headroom_minor + own.taken_minor
            assert own.set_aside_minor >= 0
            is_cut = what == "limit" and own.granted_minor < before[node].granted_minor
            assert own.headroom_minor >= min(0, before[node].headroom_minor) or is_cut
        if what == "move":
            assert sum(own.drawn_minor for own in tree.uses.values()) == leaves
        roots = [own for own in now if tree.umbrellas[own].parent is None]
        assert sum(now[root].drawn_minor for root in roots) == sum(own.drawn_minor for own in tree.uses.values())
        assert len(tree.in_order()) == len(NODES)


def test_lines_are_summed_with_what_they_count_for() -> None:
    own = [a_line(granted=10, drawn=4, reserved=1), a_line(granted=3, drawn=2, withheld=3)]
    assert use_of(own, is_fungible=True) == use(6, reserved=1, withheld=3)
    assert use_of(own, is_fungible=False) == use(6, reserved=1, withheld=3, weight=15)


def a_seated(*, room: int | None, granted: int = 10, self_limit: int | None = None, blocked: str | None = None) -> Line:
    return replace(a_line(granted=granted, self_limit=self_limit, blocked=blocked), umbrella=NODES[1], room_minor=room)


@pytest.mark.parametrize(
    ("line", "available", "bound"),
    [
        (a_seated(room=4), 4, Bound.UMBRELLA),
        (a_seated(room=-4), 0, Bound.UMBRELLA),
        (a_seated(room=10), 10, Bound.LIMIT),
        (a_seated(room=4, self_limit=3), 3, Bound.SELF_LIMIT),
        (a_seated(room=4, blocked="fraud"), 0, Bound.BLOCK),
        (a_seated(room=None, granted=2), 2, Bound.LIMIT),
    ],
)
def test_the_cap_that_leaves_least_is_what_is_available_and_is_named(line: Line, available: int, bound: Bound) -> None:
    assert (line.available_minor, line.bound) == (available, bound)


def test_a_movement_of_a_line_leaves_it_knowing_what_is_left_over_it() -> None:
    drawn = draw(a_seated(room=6), 4, stamp=STAMP)
    assert isinstance(drawn, Posting)
    assert drawn.line.room_minor == 2
    repaid = repay(drawn.line, 3, stamp=STAMP)
    assert isinstance(repaid, Posting)
    assert repaid.line.room_minor == 2
    back = release(repaid.line, 3, stamp=STAMP)
    assert isinstance(back, Posting)
    assert back.line.room_minor == 5


def caps(*said: tuple[int, int, bool]) -> list[Cap]:
    return [Cap(umbrella=NODES[place], headroom_minor=room, is_charged=charged) for place, room, charged in said]


def rooms_of(line: Line, rooms: Rooms) -> tuple[int | None, UUID | None]:
    seen = rooms.under(line)
    return seen.room_minor, seen.room_under


def test_the_tightest_umbrella_binds_and_one_that_set_it_aside_does_not_unless_over_its_limit() -> None:
    line = a_seated(room=None)
    assert rooms_of(line, Rooms(paths={NODES[1]: caps((1, 7, True), (0, 5, True))})) == (5, NODES[0])
    assert rooms_of(line, Rooms(paths={NODES[1]: caps((1, 0, False), (0, 5, False))})) == (None, None)
    assert rooms_of(line, Rooms(paths={NODES[1]: caps((1, 0, False), (0, -5, False))})) == (-5, NODES[0])
    assert NO_ROOMS.under(a_line()) == a_line()


def test_what_one_line_takes_is_gone_for_all_under_the_same_umbrella() -> None:
    rooms = Rooms(paths={NODES[1]: caps((1, 7, True), (0, 9, True)), NODES[2]: caps((2, 8, True), (0, 9, True))})
    after = rooms.less(a_seated(room=None), 4)
    assert after.paths[NODES[1]] == caps((1, 3, True), (0, 5, True))
    assert after.paths[NODES[2]] == caps((2, 8, True), (0, 5, True))
    assert rooms.less(a_line(), 4) is rooms


@pytest.mark.parametrize(
    ("wanted", "tight"), [({1: 3}, False), ({1: 4}, True), ({1: 2, 2: 2}, False), ({1: 3, 2: 2}, True)]
)
def test_room_is_tight_where_more_than_half_of_any_is_asked_for(wanted: dict[int, int], tight: bool) -> None:
    rooms = Rooms(paths={NODES[1]: caps((1, 7, True), (0, 9, True)), NODES[2]: caps((2, 8, True), (0, 9, True))})
    assert rooms.is_tight({NODES[place]: amount for place, amount in wanted.items()}) is tight
