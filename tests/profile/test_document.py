"""What can be handed in: by its own bytes, whole, not too large, and nothing that does something when it is opened."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.errors import Code, Malformed
from creditline.profile.document import MOST_BYTES, Media, media_of, require_until
from tests.profile.a_document import JPEG, PDF, png

GOOD = {Media.PDF: PDF, Media.PNG: png(), Media.JPEG: JPEG}


@pytest.mark.parametrize("media", list(Media))
def test_a_whole_document_is_taken_as_what_it_is(media: Media) -> None:
    assert media_of(GOOD[media], said=f"{media.upper()}; charset=binary") is media


@pytest.mark.parametrize(
    ("content", "said", "why", "code"),
    [
        (b"", "application/pdf", "empty", Code.DOCUMENT_EMPTY),
        (PDF + b" " * MOST_BYTES, "application/pdf", "at most 5,242,880", Code.DOCUMENT_TOO_LARGE),
        (b"GIF89a", "image/gif", "neither a PDF", Code.DOCUMENT_UNREADABLE),
        (PDF, "image/png", "is application/pdf", Code.DOCUMENT_MISNAMED),
        (PDF[:-8], "application/pdf", "cut off", Code.DOCUMENT_CUT_OFF),
        (PDF.replace(b"/Type", b"/JS (app.alert(1)) /Type"), "application/pdf", "JS", Code.DOCUMENT_ACTIVE),
        (PDF.replace(b"/Type", b"/EmbeddedFile /Type"), "application/pdf", "EmbeddedFile", Code.DOCUMENT_ACTIVE),
        (png()[:-3], "image/png", "cut off", Code.DOCUMENT_CUT_OFF),
        (png() + b"PK\3\4", "image/png", "follows the end", Code.DOCUMENT_CUT_OFF),
        (png(50_000, 50_000), "image/png", "50000 x 50000", Code.DOCUMENT_TOO_LARGE),
        (png(0, 4), "image/png", "0 x 4", Code.DOCUMENT_TOO_LARGE),
        (png()[:30], "image/png", "no header", Code.DOCUMENT_CUT_OFF),
        (JPEG[:-2], "image/jpeg", "cut off", Code.DOCUMENT_CUT_OFF),
        (JPEG + b"<script>", "image/jpeg", "follows its end", Code.DOCUMENT_CUT_OFF),
        (b"\xff\xd8\xff\xd9", "image/jpeg", "how large", Code.DOCUMENT_CUT_OFF),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_is_refused_with_its_reason(content: bytes, said: str, why: str, code: Code) -> None:
    with pytest.raises(Malformed, match=why) as refused:
        media_of(content, said=said)
    assert refused.value.code is code


@given(media=st.sampled_from(Media), cut=st.data())
def test_any_bytes_are_taken_or_refused_and_nothing_else(media: Media, cut: st.DataObject) -> None:
    whole = GOOD[media]
    at = cut.draw(st.integers(0, len(whole)))
    broken = whole[:at] + cut.draw(st.binary(max_size=6)) + whole[at + cut.draw(st.integers(0, 4)) :]
    try:
        found: Media | Code = media_of(broken, said=media)
    except Malformed as refused:
        found = refused.code
    assert found == media or str(found).startswith("document_")


def test_a_document_counts_for_two_years_at_most() -> None:
    today = date(2028, 2, 29)
    require_until(date(2030, 2, 28), today=today)
    for until in (today, date(2028, 1, 1), date(2030, 3, 1)):
        with pytest.raises(Malformed):
            require_until(until, today=today)
