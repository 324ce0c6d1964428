"""Reading what is sent: an event or a reason, line by line, however the stream is cut, and never an exception."""

from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from creditline.errors import Code
from creditline.events.catalogue import EVENT_TYPES, CampaignJoined
from creditline.events.event import Event
from creditline.events.intake import (
    BYTE_ORDER_MARK,
    EARLIEST,
    FUTURE_TOLERANCE,
    MOST_LINE_BYTES,
    Judged,
    Lines,
    Read,
    Verdict,
    malformed,
    read_line,
)
from creditline.events.row import row_of
from creditline.ids import id_from
from tests.events.an_event import NOW, events

ID = "0198c0de-0000-7000-8000-000000000001"
GOOD = (
    f'{{"type":"order.placed","id":"{ID}","borrower":"ada","happened_at":"2026-03-01T00:00:00Z","order":"o-1",'
    '"amount_minor":5,"currency":"CNY"}'
).encode()


def judged(text: bytes) -> Judged:
    one = read_line(7, text, now=NOW)
    assert isinstance(one, Judged)
    assert (one.line, one.verdict) == (7, Verdict.MALFORMED)
    return one


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_an_event_is_read_as_it_was_sent(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(events(kind))
    assert read_line(3, msgspec.json.encode(event), now=NOW) == Read(3, row_of(event, recorded_at=NOW))


@pytest.mark.parametrize(
    ("said", "instead", "code", "words"),
    [
        ('"order.placed"', '"order.lost"', Code.MESSAGE_MALFORMED, "Invalid value 'order.lost' - at `$.type`"),
        ('"order":"o-1",', "", Code.MESSAGE_MALFORMED, "missing required field `order`"),
        ('"o-1"', '""', Code.MESSAGE_MALFORMED, "length >= 1 - at `$.order`"),
        ('"o-1"', '"a\\u0000b"', Code.MESSAGE_MALFORMED, "Leave the NUL out"),
        ('"o-1"', '"o-1","sex":"f"', Code.MESSAGE_MALFORMED, "unknown field `sex`"),
        ('"ada"', '"a b"', Code.MESSAGE_MALFORMED, "at `$.borrower`"),
        ('"ada"', '"ada\\n"', Code.MESSAGE_MALFORMED, "The borrower is 'ada\\\\n'"),
        (":5,", ":0,", Code.MESSAGE_MALFORMED, ">= 1 - at `$.amount_minor`"),
        (":5,", ":5.0,", Code.MESSAGE_MALFORMED, "got `float` - at `$.amount_minor`"),
        (":5,", ":NaN,", Code.MESSAGE_MALFORMED, "JSON is malformed"),
        (":5,", ":1000000000000001,", Code.MESSAGE_MALFORMED, "<= 1000000000000000 - at `$.amount_minor`"),
        ("CNY", "XAU", Code.CURRENCY_UNKNOWN, "'XAU' is not known. Send one of BRL, CNY"),
        ("-7000-", "-4000-", Code.ID_NOT_UUID7, "UUID of version 4"),
        ("-8000-", "-c000-", Code.ID_NOT_UUID7, "UUID of version None"),
        (
            "2026-03-01T00:00:00Z",
            "2026-03-01T00:00:00",
            Code.MESSAGE_MALFORMED,
            "timezone component - at `$.happened_at`",
        ),
        ("2026-03-01T00:00:00Z", "2026-02-30T00:00:00Z", Code.MESSAGE_MALFORMED, "at `$.happened_at`"),
        ("2026-03-01T00:00:00Z", "2026-03-02T12:05:00.000001Z", Code.EVENT_FROM_FUTURE, "set the sender's clock right"),
        ("2026-03-01T00:00:00Z", "9999-12-31T23:59:59-14:00", Code.EVENT_FROM_FUTURE, "9999-12-31"),
        ("2026-03-01T00:00:00Z", "1899-12-31T23:59:59Z", Code.MESSAGE_MALFORMED, "before 1900-01-01"),
        ("2026-03-01T00:00:00Z", "0001-01-01T00:00:00+14:00", Code.MESSAGE_MALFORMED, "before 1900-01-01"),
    ],
)
def test_what_is_wrong_is_told_with_its_code_its_place_and_its_id(
    said: str, instead: str, code: Code, words: str
) -> None:
    assert said in GOOD.decode()
    one = judged(GOOD.decode().replace(said, instead).encode())
    assert one.code is code
    assert words.replace("\\\\", "\\") in (one.reason or "")
    assert one.id is None if "NaN" in instead else str(one.id)[:8] == ID[:8]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"null", "got `null`"),
        (b"[]", "got `array`"),
        (b"{}", "missing required field `type`"),
        (GOOD[:-1], "truncated"),
        (GOOD + GOOD, "trailing characters"),
        (b'{"x":' + b"[" * 60_000, "nests too deeply"),
        (b'{"type":"order.placed","id":' + b"[" * 60_000, "got `array` - at `$.id`"),
        (GOOD.replace(b"o-1", b"a\xffb"), "no UTF-8 text: invalid start byte at byte 131"),
    ],
)
def test_what_is_no_json_object_of_ours_is_told_so(text: bytes, words: str) -> None:
    one = judged(text)
    assert one.code is Code.MESSAGE_MALFORMED
    assert words in (one.reason or "")


def test_a_senders_clock_may_be_a_little_ahead() -> None:
    ahead = CampaignJoined(id=id_from("a", at=NOW), borrower="ada", happened_at=NOW + FUTURE_TOLERANCE, campaign="c")
    assert isinstance(read_line(1, msgspec.json.encode(ahead), now=NOW), Read)
    assert judged(
        msgspec.json.encode(msgspec.structs.replace(ahead, happened_at=NOW + FUTURE_TOLERANCE + timedelta(seconds=1)))
    ).code is Code.EVENT_FROM_FUTURE  # fmt: skip


def test_the_earliest_instant_is_still_an_instant() -> None:
    early = CampaignJoined(id=id_from("a", at=NOW), borrower="ada", happened_at=EARLIEST, campaign="c")
    assert isinstance(read_line(1, msgspec.json.encode(early), now=NOW), Read)


def test_a_line_may_be_as_long_as_the_most_and_not_longer() -> None:
    longest = GOOD + b" " * (MOST_LINE_BYTES - len(GOOD))
    assert isinstance(read_line(1, longest, now=NOW), Read)
    one = judged(longest + b" ")
    assert one.code is Code.TOO_LARGE
    assert "longer than 65536 bytes" in (one.reason or "")


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
@example(b"\xed\xa0\x80")
def test_no_bytes_whatever_raise(text: bytes) -> None:
    read_line(1, text, now=NOW)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_no_damaged_event_raises(damages: list[tuple[int, int]]) -> None:
    text = bytearray(GOOD)
    for place, byte in damages:
        text[place] = byte
    one = read_line(1, bytes(text), now=NOW)
    if isinstance(one, Read):
        assert one.row.amount_minor in range(1, 10)
    else:
        msgspec.json.encode(one)


def test_the_same_line_twice_in_a_chunk_is_read_twice_and_is_the_same_event() -> None:
    one, two = (read_line(line, GOOD, now=NOW) for line in (1, 2))
    assert isinstance(one, Read)
    assert isinstance(two, Read)
    assert one.row == two.row


def test_verdicts_are_sent_without_what_they_do_not_have() -> None:
    assert msgspec.json.encode(Judged(line=1, verdict=Verdict.ACCEPTED)) == b'{"line":1,"verdict":"accepted"}'
    assert msgspec.json.encode(malformed(2, Code.TOO_LARGE, "Long.")) == (
        b'{"line":2,"verdict":"malformed","code":"too_large","reason":"Long."}'
    )


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({0, *(place % (len(stream) + 1) for place in places), len(stream)})
    return [stream[start:end] for start, end in pairwise(ends)]


def numbered(chunks: list[bytes]) -> list[tuple[int, bytes]]:
    lines = Lines()
    return [line for chunk in chunks for line in lines.feed(chunk)] + lines.end()


@given(
    st.lists(st.sampled_from([b"a", b"{}", b"\n", b"\r\n", b"\r", b" ", b"\n\n", BYTE_ORDER_MARK]), max_size=12).map(
        b"".join
    ),
    st.lists(st.integers(0, 30), max_size=6),
)
def test_lines_are_the_same_however_the_stream_is_cut(stream: bytes, places: list[int]) -> None:
    whole = [
        (number, text.removesuffix(b"\r"))
        for number, text in enumerate(stream.removeprefix(BYTE_ORDER_MARK).split(b"\n"), start=1)
        if text.strip()
    ]
    assert numbered(cut(stream, places)) == whole


def test_blank_lines_count_and_the_last_needs_no_end() -> None:
    assert numbered([b"\n a\r\n\n", b"b", b"c\n  \nd"]) == [(2, b" a"), (4, b"bc"), (6, b"d")]
    assert numbered([]) == []


@pytest.mark.parametrize("piece", [1_000, MOST_LINE_BYTES, 1_000_000])
def test_a_line_without_end_fills_no_memory_and_costs_no_other_line(piece: int) -> None:
    lines, told = Lines(), list[tuple[int, bytes]]()
    for _ in range(3_000_000 // piece):
        told += lines.feed(b"x" * piece)
        assert len(lines.rest) <= MOST_LINE_BYTES + 2
    told += lines.feed(b"x\n" + GOOD + b"\n")
    assert [line for line, _ in told] == [1, 2]
    first, second = (read_line(line, text, now=NOW) for line, text in told)
    assert isinstance(first, Judged)
    assert first.code is Code.TOO_LARGE
    assert isinstance(second, Read)


def test_the_longest_line_may_end_as_windows_ends_it() -> None:
    longest = GOOD + b" " * (MOST_LINE_BYTES - len(GOOD))
    ((_, text),) = numbered([longest, b"\r", b"\n"])
    assert isinstance(read_line(1, text, now=NOW), Read)
