"""A line run forward: what comes back when, if its borrower does this and that, by the functions that will decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from creditline.clock import business_day
from creditline.decision.known import known_at
from creditline.ledger.line import Line
from creditline.restoration.course import (
    Asking,
    Course,
    Event,
    Lens,
    Standing,
    Step,
    What,
    begin,
    order,
    take,
    work,
)
from creditline.restoration.plan import Tranche

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What will happen up to a day: the events in order, the line and what still waits at the end.

    `all_back_on` is the day from which nothing is withheld any more; None if something still is, or was cut.
    """

    events: tuple[Event, ...]
    line: Line
    tranches: tuple[Tranche, ...]
    all_back_on: date | None

    def sooner_days(self, baseline: "Forecast") -> int | None:
        """Return by how many days everything is back sooner than in another forecast, negative if later; None if it never is."""
        if self.all_back_on is None or baseline.all_back_on is None:
            return None
        return (baseline.all_back_on - self.all_back_on).days

    def back_on(self, origin: UUID) -> date | None:
        """Return the day on which a part that waited came back; None if it did not."""
        return next(
            (business_day(one.happens_at) for one in self.events if one.origin == origin and one.what is What.RELEASED),
            None,
        )


def forecast(
    standing: Standing,
    behaviour: Sequence[Step],
    *,
    until: datetime,
    is_explained: bool = True,
    lens: Lens | None = None,
) -> Forecast:
    """Run a line forward up to an instant under a behaviour; steps are taken in the order of their instants.

    Reasons are told unless they are not wanted; a `lens` is put before all that is known (`course.Course`).
    """
    course = begin(standing, is_explained=is_explained, lens=lens)
    _told(_run(course, behaviour, until=until))
    return Forecast(
        events=tuple(course.events),
        line=course.line,
        tranches=tuple(sorted(course.tranches, key=order)),
        all_back_on=None if course.line.withheld_minor or _is_cut(course) else _all_back_on(course),
    )


def _told(asking: Asking[T]) -> T:
    """Let a line go on to its end, told at once whatever it asks."""
    try:
        need = next(asking)
        while True:
            need = asking.send(known_at(need.product, need.facts, as_of=need.as_of))
    except StopIteration as done:
        result: T = done.value
        return result


def _run(course: Course, behaviour: Sequence[Step], *, until: datetime) -> Asking[None]:
    for step in sorted(behaviour, key=lambda one: one.happens_at):
        if step.happens_at <= until:
            yield from take(course, step)
    yield from work(course, until=until)


def _is_cut(course: Course) -> bool:
    return any(event.what is What.CUT for event in course.events)


def _all_back_on(course: Course) -> date:
    """Return the day of the last event after which nothing was withheld any more, today if nothing ever was."""
    back = business_day(course.standing.as_of)
    withheld = course.standing.line.withheld_minor
    for event in course.events:
        if withheld and not event.line.withheld_minor:
            back = business_day(event.happens_at)
        withheld = event.line.withheld_minor
    return back
