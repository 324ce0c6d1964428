"""Built-in functions of days: their names, and their numbers in the year and week."""

from decimal import Decimal

from creditline.policy.standard.calendar import Day, number_of, weekday
from creditline.policy.standard.signature import BuiltIn
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.values import Value

NUMBER, STRING = TypeName(name="number"), TypeName(name="string")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _day_of_year(day: Day) -> int:
    return number_of(day) - number_of(Day(day.year, 1, 1)) + 1


def _week(day: Day) -> Value:
    """Return the week of the year by ISO 8601: the first is that of the first Thursday."""
    week = (_day_of_year(day) - weekday(day) + 10) // 7
    if week == 0:
        return _week(Day(day.year - 1, 12, 31))
    if week == 53 and weekday(Day(day.year + 1, 1, 1)) <= 4:
        week = 1
    return Decimal(week)


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn("day of year", "date: day", lambda day: Decimal(_day_of_year(day)), NUMBER),
    BuiltIn("day of week", "date: day", lambda day: WEEKDAYS[weekday(day) - 1], STRING),
    BuiltIn("month of year", "date: day", lambda day: MONTHS[day.month - 1], STRING),
    BuiltIn("week of year", "date: day", _week, NUMBER),
)
