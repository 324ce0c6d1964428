"""Umbrellas: caps over lines and over each other, as a tree whose every node keeps granted = headroom + what is taken of it.

Under a fungible umbrella children share the room, and each takes what it uses. Under one that is not, the whole
allotment of a child is set aside for it, used or not. A movement the tree cannot carry is a `Refusal`, a value.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from creditline.errors import Code
from creditline.ledger.book import Refusal
from creditline.ledger.line import Line

MOST_LEVELS = 16
"""How many umbrellas may stand one over the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Umbrella:
    """A cap as its last entry left it, in minor units of `currency`; `parent` is the umbrella over it.

    `holder` names the borrower or group it is for. Lines of any product come under it, or only of `product`.
    """

    id: UUID
    parent: UUID | None
    holder: str
    product: str | None
    currency: str
    granted_minor: int
    is_fungible: bool
    slots_count: int
    version: int
    opened_at: datetime
    booked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What some lines use, summed; `weight_minor` is what they count for under their umbrella."""

    drawn_minor: int = 0
    reserved_minor: int = 0
    withheld_minor: int = 0
    weight_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """An umbrella's buckets: what the lines anywhere below it use, and what is set aside and not used."""

    granted_minor: int
    drawn_minor: int
    reserved_minor: int
    withheld_minor: int
    set_aside_minor: int

    @property
    def taken_minor(self) -> int:
        """What the umbrella has given away of its limit."""
        return self.drawn_minor + self.reserved_minor + self.withheld_minor + self.set_aside_minor

    @property
    def headroom_minor(self) -> int:
        """What is left; negative after a cut below what is taken, and shown so."""
        return self.granted_minor - self.taken_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Umbrellas by id, and what the lines directly under each use."""

    umbrellas: Mapping[UUID, Umbrella]
    uses: Mapping[UUID, Use]

    def path(self, node: UUID) -> list[Umbrella]:
        """Return an umbrella and those over it, the lowest first."""
        found: list[Umbrella] = []
        above: UUID | None = node
        while above is not None:
            found.append(self.umbrellas[above])
            above = self.umbrellas[above].parent
        return found

    def in_order(self) -> list[Umbrella]:
        """Return every umbrella, each before those under it, beside its siblings in id order."""
        children: defaultdict[UUID | None, list[Umbrella]] = defaultdict(list)
        for own in sorted(self.umbrellas.values(), key=lambda own: own.id, reverse=True):
            children[own.parent].append(own)
        found: list[Umbrella] = []
        waiting = children[None]
        while waiting:
            own = waiting.pop()
            found.append(own)
            waiting += children[own.id]
        return found

    def levels(self, node: UUID) -> int:
        """Return how many umbrellas stand one under the other from this one down."""
        paths = [self.path(own) for own in self.umbrellas]
        own = self.umbrellas[node]
        return max(path.index(own) for path in paths if own in path) + 1


def use_of(lines: Iterable[Line], *, is_fungible: bool) -> Use:
    """Sum what lines directly under an umbrella use, and what they count for there."""
    own = list(lines)
    used = [line.drawn_minor + line.reserved_minor + line.withheld_minor for line in own]
    weights = [one if is_fungible else max(one, line.granted_minor) for one, line in zip(used, own, strict=True)]
    return Use(
        drawn_minor=sum(line.drawn_minor for line in own),
        reserved_minor=sum(line.reserved_minor for line in own),
        withheld_minor=sum(line.withheld_minor for line in own),
        weight_minor=sum(weights),
    )


def buckets_of(tree: Tree) -> dict[UUID, Buckets]:
    """Return every umbrella's buckets, counted from the leaves up."""
    found: dict[UUID, Buckets] = {}
    below: defaultdict[UUID | None, list[Buckets]] = defaultdict(list)
    for own in reversed(tree.in_order()):
        use, children = tree.uses.get(own.id, Use()), below[own.id]
        drawn_minor = use.drawn_minor + sum(child.drawn_minor for child in children)
        reserved_minor = use.reserved_minor + sum(child.reserved_minor for child in children)
        withheld_minor = use.withheld_minor + sum(child.withheld_minor for child in children)
        taken_minor = use.weight_minor + sum(_weight(child, is_fungible=own.is_fungible) for child in children)
        found[own.id] = Buckets(
            granted_minor=own.granted_minor,
            drawn_minor=drawn_minor,
            reserved_minor=reserved_minor,
            withheld_minor=withheld_minor,
            set_aside_minor=taken_minor - drawn_minor - reserved_minor - withheld_minor,
        )
        below[own.parent].append(found[own.id])
    return found


def _weight(child: Buckets, *, is_fungible: bool) -> int:
    """Return what a child umbrella counts for: what is taken of it, or all that is set aside for it."""
    return child.taken_minor if is_fungible else max(child.taken_minor, child.granted_minor)


def used(tree: Tree, node: UUID, change: Use) -> Tree | Refusal:
    """Let the lines directly under an umbrella use more or less; refuse what any umbrella over them cannot carry."""
    before = tree.uses.get(node, Use())
    after = Use(
        drawn_minor=before.drawn_minor + change.drawn_minor,
        reserved_minor=before.reserved_minor + change.reserved_minor,
        withheld_minor=before.withheld_minor + change.withheld_minor,
        weight_minor=before.weight_minor + change.weight_minor,
    )
    grown_minor = change.drawn_minor + change.reserved_minor + change.withheld_minor
    return _if_it_fits(tree, replace(tree, uses={**tree.uses, node: after}), node, is_use_grown=grown_minor > 0)


def regranted(tree: Tree, node: UUID, granted_minor: int) -> Tree | Refusal:
    """Set an umbrella's limit. A cut below what its children share is shown; one below what is set aside is refused."""
    own = tree.umbrellas[node]
    after = replace(tree, umbrellas={**tree.umbrellas, node: replace(own, granted_minor=granted_minor)})
    taken_minor = buckets_of(tree)[node].taken_minor
    if not own.is_fungible and granted_minor < taken_minor:
        return Refusal(code=Code.OVERDRAWN, most_minor=taken_minor)
    return _if_it_fits(tree, after, own.parent)


def moved(tree: Tree, node: UUID, *, under: UUID | None) -> Tree | Refusal:
    """Put an umbrella, with all that is under it, under another, or under none; refuse a ring and a lack of room."""
    own = tree.umbrellas[node]
    if under is not None:
        above = tree.path(under)
        if own in above or len(above) + tree.levels(node) > MOST_LEVELS:
            return Refusal(code=Code.UMBRELLA_CYCLE, most_minor=0)
        if above[0].currency != own.currency:
            return Refusal(code=Code.CURRENCY_WRONG, most_minor=0)
    after = replace(tree, umbrellas={**tree.umbrellas, node: replace(own, parent=under)})
    return _if_it_fits(tree, after, under)


def _if_it_fits(before: Tree, after: Tree, start: UUID | None, *, is_use_grown: bool = False) -> Tree | Refusal:
    """Return the tree after a movement, unless an umbrella from `start` up would be over its limit and not by a cut.

    One that already is over may stay so, and comes down as its children use less; nothing under it may use more.
    """
    was, now = buckets_of(before), buckets_of(after)
    for own in after.path(start) if start else ():
        headroom_minor, was_minor = now[own.id].headroom_minor, was[own.id].headroom_minor
        if headroom_minor < 0 and (headroom_minor < was_minor or is_use_grown):
            return Refusal(code=Code.OVERDRAWN, most_minor=max(0, was_minor))
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """One umbrella over a line: what is left of it, and whether what the line draws is taken of that."""

    umbrella: UUID
    headroom_minor: int
    is_charged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What umbrellas leave free at one instant: per umbrella that lines stand under, it and those over it."""

    paths: Mapping[UUID, Sequence[Cap]]

    def under(self, line: Line) -> Line:
        """Return a line that knows what its umbrellas leave it: the least of those that bind, or None if none does."""
        if line.umbrella is None:
            return line
        # An allotment that was set aside needs no more room, but must not be drawn while the umbrella is over its limit.
        binding = [cap for cap in self.paths[line.umbrella] if cap.is_charged or cap.headroom_minor < 0]
        if not binding:
            return replace(line, room_minor=None, room_under=None)
        least = min(binding, key=lambda cap: cap.headroom_minor)
        return replace(line, room_minor=least.headroom_minor, room_under=least.umbrella)

    def less(self, line: Line, amount_minor: int) -> "Rooms":
        """Return what is left when a line has taken this much."""
        if line.umbrella is None or not amount_minor:
            return self
        taken = {cap.umbrella for cap in self.paths[line.umbrella] if cap.is_charged}
        return Rooms(
            paths={
                start: [
                    replace(cap, headroom_minor=cap.headroom_minor - amount_minor) if cap.umbrella in taken else cap
                    for cap in caps
                ]
                for start, caps in self.paths.items()
            }
        )

    def is_tight(self, wanted_minor: Mapping[UUID, int]) -> bool:
        """Say whether what is asked for under each umbrella is more than half of what any umbrella over it has left."""
        asked: dict[UUID, int] = {}
        left: dict[UUID, int] = {}
        for start, amount_minor in wanted_minor.items():
            for cap in self.paths[start]:
                if cap.is_charged:
                    asked[cap.umbrella] = asked.get(cap.umbrella, 0) + amount_minor
                    left[cap.umbrella] = cap.headroom_minor
        return any(2 * amount_minor > left[umbrella] for umbrella, amount_minor in asked.items())


NO_ROOMS = Rooms(paths={})
