"""XML of a stranger is read within bounds, and what goes past them is refused at once."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.errors import PolicyInvalid
from creditline.policy import markup
from creditline.policy.dmn import read_policy
from creditline.policy.markup import MOST_ATTRIBUTES, MOST_BYTES, MOST_DEPTH, MarkupError, read_markup
from creditline.policy.standard.read import read_model
from creditline.policy.standard.write import as_1_3
from tests.policy.a_policy import policy_file

BOMB = b'<!DOCTYPE d [<!ENTITY a "%s"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><d>&c;</d>' % (b"x" * 99)
HOSTILE = [
    ("an entity bomb", BOMB, "declares entities"),
    ("an outside file", b'<!DOCTYPE d [<!ENTITY x SYSTEM "secret.txt">]><d>&x;</d>', "declares entities"),
    ("a parameter entity", b'<!DOCTYPE d [<!ENTITY % x SYSTEM "x.dtd"> %x;]><d/>', "declares entities"),
    ("an outside DTD", b'<!DOCTYPE d SYSTEM "x.dtd"><d>&x;</d>', "refers to other files|no well-formed"),
    ("100 MB", b"<d>" + b" " * (100 * 2**20) + b"</d>", f"at most {MOST_BYTES}"),
    ("depth", b"<d>" * (MOST_DEPTH + 1), f"deeper than {MOST_DEPTH}"),
    ("depth without end", b"<d>" * 1_000_000, f"deeper than {MOST_DEPTH}"),
    (
        "attributes",
        b"<d " + b" ".join(b'a%d=""' % number for number in range(100_000)) + b"/>",
        f"100000 attributes, at most {MOST_ATTRIBUTES}",
    ),
    ("an unknown encoding", b'<?xml version="1.0" encoding="klingon"?><d/>', "encoding|no well-formed"),
    ("no XML", b"\x00\xff\xfe", "no well-formed"),
    ("nothing", b"", "no well-formed"),
]


@pytest.mark.parametrize(("xml", "words"), [one[1:] for one in HOSTILE], ids=[one[0] for one in HOSTILE])
def test_hostile_xml_is_refused(xml: bytes, words: str) -> None:
    with pytest.raises(MarkupError, match=words):
        read_markup(xml)


def test_too_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_ELEMENTS", 10)
    with pytest.raises(MarkupError, match="more than 10 elements"):
        read_markup(b"<d>" + b"<e/>" * 10 + b"</d>")


def test_what_is_damaged_is_told_where() -> None:
    with pytest.raises(MarkupError) as refused:
        read_markup(b"<d>\n  <e>\n</d>")
    assert (refused.value.line, refused.value.column) == (3, 3)


def test_a_document_is_read() -> None:
    assert read_markup(b"<d a='1'><e/></d>").get("a") == "1"


PIECES = [
    b"", b"<", b">", b"&", b'"', b"</text>", b"<text>", b"<rule>", b"</rule>", b"<decision/>", b"<list/>", b"<context/>",
    b"<!DOCTYPE d [", b"<![CDATA[", b"]]>", b"&lt;", b"&a;", b'typeRef="time"', b'hitPolicy="ANY"', b"\x00", b"\xff", b"not(",
    b"[1..", b"date(", b'<import namespace="n" name="n"/>', b"<inputData/>", b"<itemDefinition/>", b"9" * 5_000,
]  # fmt: skip
FILE = policy_file()


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, len(FILE)), st.integers(0, 40), st.sampled_from(PIECES)), min_size=1, max_size=5)
)
def test_a_damaged_policy_is_read_or_refused_and_never_breaks_the_reader(damages: list[tuple[int, int, bytes]]) -> None:
    xml = FILE
    for at, length, piece in damages:
        xml = xml[:at] + piece + xml[at + length :]
    with suppress(MarkupError):
        read_model(xml)
    with suppress(MarkupError):
        as_1_3(xml)
    with suppress(PolicyInvalid):
        read_policy(xml, source="damaged.dmn")
