"""Which sources are read without asking: the law lists, the lender vouches, and whoever writes it wrong is told."""

import re
from dataclasses import replace
from typing import Any

import pytest

from creditline.decision.arms import require_same_catalogue
from creditline.decision.consent import Ground, read_consents
from creditline.decision.jurisdiction import FILE
from creditline.decision.product import Product
from creditline.errors import PolicyInvalid
from creditline.events.consent import DataSource
from creditline.explanation.consent import check_consent_words, consent_words, file_of
from creditline.policy.strategy import Arm, ArmKind
from creditline.profile.consent import columns_of
from creditline.profile.feature import Source
from tests.decision.a_product import a_product, an_asking_product, changed, product_files

RULE = b"""
[[consent]]
id = "a"
sources = ["bureau", "income"]
from = 2020-01-01
source = "Act 1"
verified_on = "2026-05-01"
"""


def test_what_is_listed_and_not_vouched_for_is_asked_for() -> None:
    read = read_consents({"consent": {"vouched": ["income", "life"]}}, {FILE: RULE})
    assert (read.asked == columns_of([Source.BUREAU])).all()
    found = {source: read.ground(source) for source in Source}
    assert (found[Source.USAGE], found[Source.BUREAU]) == (Ground.CONTRACT, Ground.NOT_GIVEN)
    assert (found[Source.INCOME], found[Source.LIFE], found[Source.ORDERS]) == (
        Ground.VOUCHED,
        Ground.VOUCHED,
        Ground.UNASKED,
    )
    assert {one for one in Ground if not one.is_read} == {Ground.NOT_GIVEN, Ground.WITHDRAWN}


def test_an_edition_that_is_older_than_all_this_reads_as_it_did() -> None:
    older = {name: body for name, body in product_files().items() if name != FILE}
    assert not read_consents({}, older).asked.any()
    assert not a_product().consents.asked.any(), "The shipped product vouches for a book that is moved here."
    assert an_asking_product().consents.asked.any()


@pytest.mark.parametrize(
    ("settings", "pack", "says"),
    [
        ({"vouch": []}, b"", "product.toml: .consent. has vouch"),
        ({"vouched": ["usage"]}, b"", "'usage'. are no sources"),
        ({"vouched": "income"}, b"", "'income' are no sources"),
        ({}, RULE.replace(b"verified_on", b"checked_on"), "the consent a lacks verified_on"),
        ({}, RULE.replace(b"2020-01-01", b'"soon"'), "the consent a is dated soon"),
        ({}, RULE.replace(b"bureau", b"stars"), "are no sources; there are orders"),
    ],
)
def test_what_is_written_wrong_is_told_by_file(settings: dict[str, Any], pack: bytes, says: str) -> None:
    with pytest.raises(PolicyInvalid, match=says):
        read_consents({"consent": settings}, {FILE: pack})


def test_every_source_use_and_state_is_said_in_every_language_and_a_changed_word_is_another_version() -> None:
    check_consent_words(a_product())
    english = consent_words(a_product(), "en")
    assert english.sections["source"]["bureau"] == "The credit bureau"
    other = changed({file_of("en"): lambda text: text.replace("The credit bureau", "The bureau")})
    assert consent_words(other, "en").version != english.version
    assert set(english.sections["source"]) == {*Source} == {"usage", *DataSource}


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda text: re.sub("(?m)^draw = .*", "", text), r"lacks \[use\] draw"),
        (None, "speaks en, zh, and has no consent.zh.toml"),
    ],
)
def test_a_product_that_cannot_say_what_it_reads_is_not_offered(edit: Any, says: str) -> None:
    broken = changed({file_of("en"): edit}) if edit else without_chinese()
    with pytest.raises(PolicyInvalid, match=says):
        check_consent_words(broken)


def without_chinese() -> Product:
    files = {name: body for name, body in product_files().items() if name != file_of("zh")}
    return replace(a_product(), files=files)


def test_an_arm_that_would_read_other_sources_is_refused() -> None:
    arm = Arm(
        name="asking", kind=ArmKind.CHALLENGER, why="", share_ppm=1, room_ppm=1, room_at_ppm=0, segment=None, since=None,
        until=None, edition=None, values={}, stops=(),
    )  # fmt: skip
    require_same_catalogue(a_product(), arm, other=a_product())
    with pytest.raises(PolicyInvalid, match="asks consent for other sources"):
        require_same_catalogue(a_product(), arm, other=an_asking_product())
