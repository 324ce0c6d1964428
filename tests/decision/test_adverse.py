"""By when an unfavourable act is to be told: the rules of each jurisdiction, as tables a lawyer can extend."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from creditline.decision.adverse import Act, Scope, Trigger, notice_of
from creditline.decision.jurisdiction import FILE, TRIGGERS, Jurisdiction, read_jurisdiction
from creditline.errors import PolicyInvalid
from creditline.ids import id_from

AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
PACKS = ("cn", "us", "eu")


def text_of(name: str) -> str:
    return (files("creditline") / "jurisdictions" / f"{name}.toml").read_text(encoding="utf-8")


def pack(name: str, *edits: tuple[str, str]) -> Jurisdiction:
    text = text_of(name)
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    law = read_jurisdiction({FILE: text.encode()}, ("en", "zh"))
    assert law is not None
    return law


def act(trigger: Trigger, *factors: str, scope: Scope = Scope.INDIVIDUAL, at: datetime = AT) -> Act:
    one = id_from("an act", at=at)
    return Act(
        id=one,
        line=one,
        borrower="ada",
        product="p",
        edition="",
        trigger=trigger,
        scope=scope,
        acted_at=at,
        factors=factors,
    )


@pytest.mark.parametrize(
    ("law", "trigger", "factors", "scope", "days", "ground"),
    [
        ("cn", "opening_declined", (), "individual", 3, "pipl-24"),
        ("cn", "withheld", ("pay_ratio",), "individual", 3, "pipl-24"),
        ("cn", "withheld", (), "class", 3, "pipl-24"),
        ("cn", "draw_declined", ("available_minor",), "individual", None, "asked-for-more-than-is-there"),
        ("cn", "draw_declined", ("available_minor", "months_late_last_count"), "individual", 3, "pipl-24"),
        ("cn", "promise_broken", (), "individual", 0, "civil-code-509"),
        ("us", "opening_declined", ("months_late_last_count",), "individual", 30, "reg-b-1002.9-a-1-i"),
        ("us", "withheld", ("pay_ratio",), "individual", 30, "reg-b-1002.9-a-1-iii"),
        ("us", "withheld", (), "class", None, "no rule wants a notice"),
        ("us", "withheld", ("months_late_last_count",), "individual", None, "reg-b-1002.2-c-2-ii"),
        ("us", "withheld", ("months_late_last_count", "pay_ratio"), "individual", 30, "reg-b-1002.9-a-1-iii"),
        ("us", "draw_declined", ("available_minor",), "individual", None, "reg-b-1002.2-c-2-iii"),
        ("us", "draw_declined", ("is_blocked",), "individual", None, "reg-b-1002.2-c-2-iii"),
        ("us", "blocked", (), "individual", 30, "reg-b-1002.9-a-1-iii"),
        ("eu", "opening_declined", (), "individual", 3, "ccd2-18"),
        ("eu", "decreased", (), "individual", -30, "ccd2-24"),
        ("eu", "blocked", (), "individual", 7, "gdpr-22"),
    ],
)
def test_what_is_due_when(
    law: str, trigger: str, factors: tuple[str, ...], scope: str, days: int | None, ground: str
) -> None:
    notice = notice_of(act(Trigger(trigger), *factors, scope=Scope(scope)), pack(law))
    assert (notice.jurisdiction, notice.ground) == (law, ground)
    assert notice.due_at == (None if days is None else AT + timedelta(days=days))


def test_a_rule_holds_from_its_day_through_its_last() -> None:
    law = pack("eu")
    last, first = datetime(2026, 11, 19, 23, 59, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    assert [notice_of(act(Trigger.OPENING_DECLINED, at=at), law).ground for at in (last, first)] == ["ccd-9", "ccd2-18"]
    assert notice_of(act(Trigger.DECREASED, at=last), law).ground == "lender-decreased"


def test_a_house_without_a_jurisdiction_owes_nobody_a_notice_and_says_so() -> None:
    notice = notice_of(act(Trigger.BLOCKED), None)
    assert (notice.due_at, notice.ground) == (None, "no jurisdiction named")


@pytest.mark.parametrize("name", PACKS)
def test_every_pack_says_how_soon_a_person_answers_where_each_rule_is_from_and_that_no_lawyer_read_it(
    name: str,
) -> None:
    law = pack(name)
    assert law.name == name
    assert law.review_days(AT.date()) in range(1, 46)
    for rule in (*law.notices, *law.exempt, *law.reviews):
        assert rule.source
        assert rule.verified_on is None
    ruled = {trigger for rule in law.notices for trigger in rule.triggers}
    assert ruled == set(TRIGGERS)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('triggers = ["promise_broken"]', 'triggers = ["promise_brokn"]', "promise_brokn"),
        ("within_days = 0", "within_days = 9000", "at most 366"),
        ("within_days = 0", 'within_days = "soon"', "whole number"),
        ("within_days = 0", "ahead_days = 3\nwithin_days = 3", "within_days or ahead_days"),
        ("from = 2021-01-01", 'from = "2021"', "write days as"),
        ('id = "civil-code-509"\n', "", "lacks id"),
        ("[authority]\nen", "[authority]\nfr", "not said in en"),
        ("[[review]]", "[[review]", "no TOML"),
    ],
)
def test_a_pack_that_would_hold_nothing_is_refused_by_name(old: str, new: str, says: str) -> None:
    with pytest.raises(PolicyInvalid, match=says):
        pack("cn", (old, new))
