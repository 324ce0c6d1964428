"""What editions say otherwise: every file is told by its values, and two of other hashes never differ by nothing."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.decision.product import edition_of
from creditline.policy.differences import between, side
from tests.decision.a_product import product_files

STRATEGY = """
name = "watch"
salt = "watch"

[arms.longer]
kind = "challenger"
why = "less lost?"
share_ppm = 100_000
from = 2026-05-01
parameters = { observation_days = 45 }

[[arms.longer.stop]]
measure = "bad_rate"
worse_by_ppm = 5_000
least_count = 200
"""


def told(edits: Mapping[str, Callable[[str], str]], base: Mapping[str, bytes] | None = None) -> list[str]:
    """Return what files say otherwise once some are edited; an edit to nothing removes a file."""
    before = dict(base or product_files())
    after = {**before, **{name: edit(before.get(name, b"").decode()).encode() for name, edit in edits.items()}}
    after = {name: body for name, body in after.items() if body or name not in edits}
    return [f"{one.place}: {one.words}" for one in between(side(before), new=side(after))]


ARMED = {**product_files(), "strategies.toml": STRATEGY.encode(), "gates.toml": b"[loss_budget]\nmost_ppm = 40000\n"}


@pytest.mark.parametrize(
    ("file", "before", "after", "line"),
    [
        ("strategies.toml", "100_000", "200_000", "arm longer: share_ppm 100000 -> 200000"),
        ("strategies.toml", "5_000", "6_000", "arm longer: stop[bad_rate].worse_by_ppm 5000 -> 6000"),
        ("strategies.toml", "2026-05-01", "2026-06-01", "arm longer: from 2026-05-01 -> 2026-06-01"),
        ("strategies.toml", "days = 45", "days = 50", "arm longer: parameters.observation_days 45 -> 50"),
        ("strategies.toml", 'salt = "watch"', 'salt = "anew"', "strategy salt: watch -> anew"),
        ("strategies.toml", "[arms.longer]\n", '[arms.longer]\nsegment = "grade >= 4"\n',
         "arm longer: segment nothing -> grade >= 4"),
        ("gates.toml", "40000", "50000", "gates.toml, loss_budget: most_ppm 40000 -> 50000"),
        ("product.toml", "instalments_count = 12", "instalments_count = 6", "product.toml, loan: instalments_count 12 -> 6"),
        ("parameters/restoration.toml", "one statement", "two of them",
         "parameters, observation_days: reference from 2005-01-01 one statement -> two of them"),
        ("parameters/law.toml", 'verified_on = ""', 'verified_on = "2026-01-01"',
         'parameters, all_in_ceiling_bp.CNY: verified_on "" -> 2026-01-01'),
        ("policy.dmn", "<definitions", "<!-- ours --><definitions",
         "file policy.dmn: written otherwise, and no value of it is another"),
    ],
)  # fmt: skip
def test_a_change_of_any_file_is_told_by_its_value(file: str, before: str, after: str, line: str) -> None:
    assert before in ARMED[file].decode()
    assert line in told({file: lambda text: text.replace(before, after)}, ARMED)


def test_arms_that_come_go_or_change_places_are_told() -> None:
    arm = '\n[arms.other]\nkind = "shadow"\nwhy = "x"\nparameters = { observation_days = 60 }\n'
    (came,) = told({"strategies.toml": lambda text: text + arm}, ARMED)
    assert came.startswith("arm other: added kind shadow, why x, parameters.observation_days 60")
    both = {**ARMED, "strategies.toml": (STRATEGY + arm).encode()}
    (went,) = told({"strategies.toml": lambda _: STRATEGY}, both)
    assert went.startswith("arm other: removed kind shadow")
    head, _, own = STRATEGY.partition("[arms.longer]")
    assert told({"strategies.toml": lambda _: head + arm + "[arms.longer]" + own}, both) == [
        "strategy arms: order of arms longer, other -> other, longer"
    ]
    whole = told({"strategies.toml": lambda _: ""}, ARMED)
    assert [line.partition(":")[0] for line in whole] == ["strategy name", "strategy salt", "arm longer"]


@given(st.sampled_from(sorted(product_files())), st.data())
def test_editions_of_other_hashes_never_differ_by_nothing(file: str, data: st.DataObject) -> None:
    text = product_files()[file].decode()
    if file.endswith((".toml", ".json")):
        at = data.draw(st.sampled_from([place for place, sign in enumerate(text) if sign == "\n"] or [0]))
        edit = data.draw(st.sampled_from(["\n", " ", "\n# ours\n"] if file.endswith(".toml") else ["\n", " "]))
        try:
            lines = told({file: lambda own: own[:at] + edit + own[at:]})
        except ValueError:
            return
    else:
        lines = told({file: lambda own: own + "\n"})
    assert lines


def test_the_same_files_differ_by_nothing() -> None:
    assert told({}) == []
    assert edition_of(product_files()) == edition_of(dict(sorted(product_files().items(), reverse=True)))
