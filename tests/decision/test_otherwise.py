"""A change's share is what deciding every recorded case again, with that change alone, finds."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import msgspec

from creditline.decision.otherwise import Share, alone, answered, shares_of
from creditline.decision.outcome import Kind
from creditline.decision.product import Product, read_product
from creditline.decision.recorded import Recorded
from creditline.ids import id_from
from creditline.policy.diff import changes_of, changes_of_numbers
from creditline.policy.parameters import Parameters
from creditline.policy.table import DecisionTable, Rule
from tests.decision.a_product import a_product
from tests.decision.a_question import AS_OF, a_position, answer

OLD = a_product()
CASES = [
    replace(
        answer(kind, {"months_late_last_count": late, "draws_30d_count": draws}, position=a_position(available=900)),
        id=id_from(f"{kind} {late} {draws}", at=AS_OF),
    )
    for kind in (Kind.DRAW, Kind.RESTORATION)
    for late in (0.0, 1.0, 2.0)
    for draws in (0.0, 6.0, 7.0, 12.0)
]
BOOK = [Recorded(decision=one, features=OLD.features) for one in CASES]


def edited(changes: Mapping[str, tuple[str, str]]) -> Product:
    files = dict(OLD.files)
    for name, (before, after) in changes.items():
        text = files[name].decode()
        assert before in text
        files[name] = text.replace(before, after, 1).encode()
    return read_product(files)


def shares(new: Product) -> tuple[Share, tuple[Share | None, ...], int]:
    changes = (*changes_of(OLD.policy, new=new.policy), *changes_of_numbers(OLD.parameters, new=new.parameters))
    return *shares_of(OLD, new=new, changes=changes, recorded=BOOK), len(changes)


def by_one(new: Product, kind: Kind) -> int:
    """Count by asking one case after the other."""
    before, after = answered(OLD, BOOK), answered(new, BOOK)
    return sum(before[one.id] != after[one.id] for one in CASES if one.kind is kind)


def test_nothing_changed_answers_nobody_otherwise() -> None:
    assert shares(OLD) == (Share(otherwise_count=0, asked_count=24), (), 0)
    assert Share(otherwise_count=98, asked_count=1192).words == "8.2 % of 1,192 decisions"
    assert Share(otherwise_count=0, asked_count=0).words == "0.0 % of 0 decisions"


def test_what_is_answered_is_what_was_decided() -> None:
    found = answered(OLD, BOOK)
    for one in CASES:
        outputs = found[one.id][1]
        assert isinstance(outputs, tuple)
        assert dict(outputs)["answer"] == one.answer


def test_an_edited_rule_has_the_share_of_those_it_answers_otherwise() -> None:
    rule = edited({"policy.dmn": ("&gt; frequent_draws_30d_count", "&gt;= frequent_draws_30d_count")})
    whole, own, count = shares(rule)
    assert count == len(own) == 1
    assert own[0] is not None
    assert own[0].otherwise_count == whole.otherwise_count == by_one(rule, Kind.RESTORATION) > 0
    assert own[0].asked_count == 12


def test_a_number_has_the_share_of_those_who_are_asked_about_it() -> None:
    name = "frequent_draws_30d_count"
    stricter = replace(
        OLD,
        parameters=Parameters(
            all=tuple(
                replace(one, values=tuple(replace(dated, value=5) for dated in one.values)) if one.name == name else one
                for one in OLD.parameters.all
            )
        ),
    )
    whole, own, _ = shares(stricter)
    assert own[0] is not None
    assert own[0].otherwise_count == whole.otherwise_count == by_one(stricter, Kind.RESTORATION) > 0


def with_rules(rules: tuple[Rule, ...]) -> Product:
    draw = cast("DecisionTable", OLD.policy.decision("draw"))
    decisions = tuple(
        msgspec.structs.replace(draw, rules=rules) if one.name == "draw" else one for one in OLD.policy.decisions
    )
    return replace(OLD, policy=msgspec.structs.replace(OLD.policy, decisions=decisions))


def test_a_removed_rule_can_be_taken_alone_and_an_added_one_cannot() -> None:
    rules = cast("DecisionTable", OLD.policy.decision("draw")).rules
    fewer = with_rules(rules[1:])
    (change,) = changes_of(OLD.policy, new=fewer.policy)
    made = alone(OLD, new=fewer, change=change)
    assert made is not None
    assert made.policy.decision("draw") == fewer.policy.decision("draw")
    (back,) = changes_of(fewer.policy, new=OLD.policy)
    assert alone(fewer, new=OLD, change=back) is None
