"""Facts are told apart by stream, code and age, and those of one source have their cells side by side."""

from creditline.events.catalogue import EVENT_TYPES
from creditline.profile.catalogue import FEATURES
from creditline.profile.coverage import NUMBERS, SOURCES, VISIBLE
from creditline.profile.feature import Feature, Fold, Source
from creditline.profile.streams import Stream, cells_of

FOLDS = [one for one in FEATURES if isinstance(one, Feature)]


def counting(*events: int, days: int | None = None, least: int = 0, only: int | None = None) -> Feature:
    return Feature(
        name="some_count", source=Source.USAGE, events=events, fold=Fold.COUNT, window_days=days, least_code=least,
        only_code=only, worse="neither", why="To be counted.",
    )  # fmt: skip


def cells_at(folds: list[Feature], number: int, *, code: int, age_days: int) -> set[int]:
    """Return every cell a fact falls into; none is not a cell."""
    cells = cells_of(folds)
    code, age_days = min(code, len(cells.code_steps) - 1), min(age_days, len(cells.age_steps) - 1)
    kind = cells.number_steps[number] + cells.code_steps[code] + cells.age_steps[age_days]
    return {int(cells.first[kind]), *(int(cell) for cell in cells.rest[:, kind])} - {0}


def test_a_fact_is_in_the_run_of_cells_of_exactly_the_folds_that_count_it() -> None:
    folds = [
        counting(72), counting(72, 73, days=30), counting(72, days=0), counting(74, least=2), counting(74, only=0),
        counting(74, 72, least=1, days=7),
    ]  # fmt: skip
    cells = cells_of(folds)
    for number in (72, 73, 74, 75):
        for code in range(4):
            for age in (0, 1, 7, 8, 30, 31, 5000):
                found = cells_at(folds, number, code=code, age_days=age)
                for one in folds:
                    stream = Stream(frozenset(one.events), one.only_code, one.least_code)
                    before, last = cells.spans[stream, one.window_days]
                    is_inside = any(before < cell <= last for cell in found)
                    is_counted = stream.has(number, code=code) and (one.window_days is None or age <= one.window_days)
                    assert is_inside == is_counted, (number, code, age, one)


def test_every_type_but_an_outcome_tells_of_its_source_alone_and_autopay_of_none() -> None:
    cells = cells_of(FOLDS)
    for event in EVENT_TYPES:
        found = cells_at(FOLDS, event.number, code=0, age_days=1)
        told = {
            source
            for source, (before, last) in zip(SOURCES, cells.sources, strict=True)
            if any(before < cell <= last for cell in found)
        }
        assert told == {source for source in SOURCES if event.number in NUMBERS[source] and event.number in VISIBLE}
        assert bool(found) == (event.number in VISIBLE)


def test_sources_share_no_type() -> None:
    numbers = [number for own in NUMBERS.values() for number in own]
    assert len(numbers) == len(set(numbers))


def test_the_cells_of_a_borrower_stay_few() -> None:
    assert cells_of(FOLDS).count < 150
