"""Events of any type for tests: every field anywhere in what its type allows, edges first."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

from hypothesis import strategies as st
from msgspec import inspect

from creditline.events.event import Event
from creditline.ids import id_from

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ZONES = [UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))]

T = TypeVar("T", bound=Event)

INSTANTS = st.builds(
    lambda ago_us, zone: (NOW - timedelta(microseconds=ago_us)).astimezone(zone),
    st.sampled_from([0, 1, 999_999, 86_400_000_000, 20 * 365 * 86_400_000_000]) | st.integers(0, 10**15),
    st.sampled_from(ZONES),
)
IDS = st.builds(lambda name, at: id_from(name, at=at), st.text(max_size=3), INSTANTS)
TEXTS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def events(kind: type[T]) -> st.SearchStrategy[T]:
    """Return a strategy for one type of event."""
    told = inspect.type_info(kind)
    assert isinstance(told, inspect.StructType)
    return st.builds(kind, **{field.name: _values(field.type, field.name) for field in told.fields})


def _values(told: inspect.Type, name: str) -> st.SearchStrategy[Any]:
    match told:
        case inspect.Metadata(type=inner):
            return _values(inner, name)
        case inspect.UUIDType():
            return IDS
        case inspect.DateTimeType():
            return INSTANTS
        case inspect.EnumType(cls=members):
            return st.sampled_from(list(members))
        case inspect.LiteralType(values=words):
            return st.sampled_from(list(words))
        case inspect.IntType(ge=least, le=most):
            assert least is not None
            assert most is not None
            return st.sampled_from([least, most]) | st.integers(least, min(most, least + 3))
        case inspect.StrType() if name == "currency":
            return st.sampled_from(["CNY", "JPY"])
        case inspect.StrType(pattern=str(pattern)):
            return st.from_regex(pattern.removesuffix("$") + r"\Z", alphabet=st.characters(codec="ascii"))
        case inspect.StrType(min_length=int(least), max_length=int(most)):
            return st.text(TEXTS, min_size=least, max_size=most)
        case _:
            raise AssertionError(f"{name} is {told}: say here how to make one.")
