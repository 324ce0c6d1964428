"""What must not be in anything a borrower is answered with: scores, rules, arms, editions, and names of people of the house."""

from collections.abc import Iterator, Mapping
from typing import Any

INSIDE = frozenset(
    {
        "approver",
        "arm",
        "author",
        "authority",
        "decided_by",
        "edition",
        "features",
        "grade",
        "officer",
        "pd_12m",
        "pd_ppm",
        "points",
        "policy",
        "release_points",
        "reviewer",
        "rules",
        "score",
        "scores",
    }
)


def inside_of(body: Any) -> list[str]:
    """Return the names in an answer that are of the inside."""
    return sorted(name for name in _names(body) if name in INSIDE)


def inside_of_shape(shape: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """Return the fields that are of the inside, of a shape of openapi.json and of all that it refers to."""
    found: set[str] = set()
    seen: set[str] = set()
    open_: list[Any] = [shape]
    while open_:
        match open_.pop():
            case dict() as one:
                found |= set(one.get("properties", {})) & INSIDE
                referred = one.get("$ref")
                if isinstance(referred, str) and referred not in seen:
                    seen.add(referred)
                    open_.append(document["components"]["schemas"][referred.rpartition("/")[2]])
                open_ += one.values()
            case list() as many:
                open_ += many
    return sorted(found)


def _names(body: Any) -> Iterator[str]:
    match body:
        case dict():
            for name, value in body.items():
                yield name
                yield from _names(value)
        case list():
            for one in body:
                yield from _names(one)
