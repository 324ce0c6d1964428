"""By whom and why: words that stay on record beside what a person did to a line or an umbrella."""

from creditline.errors import Code, Malformed

MOST_REASON_LENGTH = 200
"""How long the words of a reason may be, in characters."""

MOST_AUTHORITY_LENGTH = 64
"""How long the name of an authority may be, in characters."""


def require_words(*, authority: str, reason: str) -> None:
    """Raise `Malformed` unless both who decided and why are said, each on one line that can be printed."""
    for words, what, most in ((authority, "authority", MOST_AUTHORITY_LENGTH), (reason, "reason", MOST_REASON_LENGTH)):
        if not words.strip() or len(words) > most or not words.isprintable():
            raise Malformed(
                f"This needs its {what} in words, at most {most} characters on one line; what was sent has {len(words)}.",
                code=Code.MESSAGE_MALFORMED,
            )
