"""The events behind a feature: which facts of a borrower its value was folded from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from creditline.clock import business_day
from creditline.events.row import EventRow
from creditline.profile.feature import Feature, Ratio


def behind(
    name: str,
    rows: Iterable[EventRow],
    *,
    features: Sequence[Feature | Ratio],
    as_of: datetime,
    undone_from: Mapping[UUID, datetime],
) -> list[EventRow]:
    """Return those rows that a feature of `features` looks at as of an instant, of a ratio those of all its parts.

    They are in the order given. What was undone counts no more from its instant in `undone_from` on. An unknown name has none.
    """
    folds = list(_folds(name, {one.name: one for one in features}))
    counted = (row for row in rows if row.id not in undone_from or as_of < undone_from[row.id])
    return [row for row in counted if any(_looks_at(fold, row, as_of) for fold in folds)]


def _folds(name: str, known: dict[str, Feature | Ratio]) -> Iterator[Feature]:
    match known.get(name):
        case Feature() as fold:
            yield fold
        case Ratio() as ratio:
            for part in (ratio.over, ratio.under, ratio.less, ratio.per, ratio.times):
                if isinstance(part, str):
                    yield from _folds(part, known)
        case None:
            return


def _looks_at(fold: Feature, row: EventRow, as_of: datetime) -> bool:
    if not (row.happened_at < as_of and row.recorded_at <= as_of):
        return False
    if fold.window_days is not None and (business_day(as_of) - business_day(row.happened_at)).days > fold.window_days:
        return False
    if row.number in fold.since:
        return True
    code = row.code or 0
    is_wanted = code == fold.only_code if fold.only_code is not None else code >= fold.least_code
    return row.number in fold.events and is_wanted
