"""Recorded cases by the arm of a draft that would answer them, each laid out for what its arm runs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from creditline.decision.arms import CARDS
from creditline.decision.block import Block, Ids
from creditline.decision.laid import columns_of_block, past_of_block, periods
from creditline.decision.past import Past
from creditline.decision.population import CHUNK, scored_of
from creditline.decision.product import Product
from creditline.decision.reopened import reopened_columns
from creditline.policy.assignment import point_of
from creditline.policy.columnar.arms import NOBODY, arms_by_points
from creditline.policy.columnar.vector import Vector
from creditline.policy.strategy import CHAMPION, Strategy, Unit

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotted:
    """Cases that one arm answers: the arm, what it runs, and the cases as it sees them."""

    arm: str
    product: Product
    past: Past


def allotted(draft: Product, arms: Mapping[str, Product], blocks: Iterable[Block], *, on: date) -> Iterator[Allotted]:
    """Go through recorded cases by the arms of a draft: of one without a strategy the champion answers all.

    Every arm that is not over on a day counts as running, whenever it begins: what is asked is what the draft does once it
    runs. Arms that are stopped are taken out before (`running`). A case stays in the segment in which its record has it.
    """
    strategy = None if draft.strategy is None else _under_way(draft.strategy, on)
    for block in blocks:
        for rows, numbers in periods(draft, block):
            if strategy is None or not strategy.challengers:
                past = past_of_block(draft, block, rows=rows, numbers=numbers)
                yield Allotted(arm=CHAMPION, product=draft, past=past)
                continue
            columns = columns_of_block(draft, block, strategy.segments.policy.inputs, rows=rows, numbers=numbers)
            points = _points(block, strategy)
            places = arms_by_points(
                strategy, points if rows is None else points[rows], columns, numbers=numbers, on=on, stopped=()
            )
            for place in np.unique(places).tolist():
                own = np.flatnonzero(places == place)
                name = CHAMPION if place == NOBODY else strategy.challengers[place].name
                product = draft if place == NOBODY else arms[name]
                yield from _of_arm(draft, product, name, block=block, rows=own if rows is None else rows[own])


def _of_arm(champion: Product, product: Product, name: str, *, block: Block, rows: Ints) -> Iterator[Allotted]:
    for own, numbers in periods(product, block, rows):
        scores = None if own is None or _scores_alike(champion, product) else _scores(product, block, own)
        past = past_of_block(product, block, rows=own, numbers=numbers, scores=scores)
        yield Allotted(arm=name, product=product, past=past)


def _under_way(strategy: Strategy, on: date) -> Strategy:
    own = [one for one in strategy.arms if one.until is None or one.until > on]
    return replace(strategy, arms=tuple(replace(one, since=None, until=None) for one in own))


def _points(block: Block, strategy: Strategy) -> Ints:
    """Return where each case's borrower, or line, falls; hashed once a salt, as it is what takes longest."""
    key = ("points", strategy.salt, strategy.unit)
    if key not in block.memo:
        if strategy.unit is Unit.BORROWER:
            codes, first = np.unique(block.who, return_index=True)
            subjects = block.borrowers[first].to_list()
        else:
            codes, first = np.unique(block.lines, axis=0, return_index=True)
            subjects = [str(one) for one in Ids(block.lines[first])]
        points = np.fromiter((point_of(one, salt=strategy.salt) for one in subjects), np.int64, len(subjects))
        if strategy.unit is Unit.BORROWER:
            block.memo[key] = points[np.searchsorted(codes, block.who)]
        else:
            _, place = np.unique(block.lines, axis=0, return_inverse=True)
            block.memo[key] = points[place.reshape(-1)]
    found: Ints = block.memo[key]
    return found


def _scores_alike(champion: Product, product: Product) -> bool:
    return all(product.files.get(name) == champion.files.get(name) for name in CARDS)


def _scores(product: Product, block: Block, rows: Ints) -> dict[str, Vector]:
    """Return what an arm's own cards say of cases, by what was known of them."""
    grade, release, is_scored, pd_ppm = [], [], [], []
    for start in range(0, len(rows), CHUNK):
        own = rows[start : start + CHUNK]
        features = np.full((len(own), len(product.features)), np.nan)
        for place, name in enumerate(product.features):
            if name in block.features:
                features[:, place] = block.known[block.features.index(name)][own]
        scored = scored_of(product, features)
        is_scored.append(scored.is_scored)
        pd_ppm.append(scored.pd_ppm.astype(np.int64))
        grade.append(np.where(scored.is_scored, scored.grade, 0).astype(np.int64))
        release.append(np.where(scored.is_scored, scored.release_points, 0).astype(np.int64))
    known = np.concatenate(is_scored)
    return {
        "grade": Vector(kind="number", values=np.concatenate(grade), known=known),
        "release_points": Vector(kind="number", values=np.concatenate(release), known=known),
        **reopened_columns(product.losing, block.requested_minor[rows], pd_ppm=np.concatenate(pd_ppm), is_scored=known),
    }
