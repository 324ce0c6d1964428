"""What a line has left: the grant less everything in use, never more than the borrower's own cap, nothing when blocked.

Buckets are written as `granted/drawn/reserved/withheld`.
"""

import pytest

from tests.ledger.a_line import a_line

TABLE = [
    # buckets     self_limit blocked  headroom available
    ("10/0/0/0",  None,      None,    10,      10),
    ("10/4/2/1",  None,      None,    3,       3),
    ("10/4/3/3",  None,      None,    0,       0),
    ("10/4/2/1",  None,      "fraud", 3,       0),
    ("0/0/0/0",   None,      None,    0,       0),
    # After a cut below use the headroom is negative, and shown so.
    ("3/4/0/1",   None,      None,    -2,      0),
    # The borrower's own cap counts what is drawn and reserved, not what is withheld.
    ("10/0/0/4",  5,         None,    6,       5),
    ("10/3/1/0",  5,         None,    6,       1),
    ("10/3/1/5",  9,         None,    1,       1),
    ("10/3/1/0",  2,         None,    6,       0),
    ("10/0/0/0",  0,         None,    10,      0),
]  # fmt: skip


@pytest.mark.parametrize(("buckets", "self_limit", "blocked", "headroom", "available"), TABLE)
def test_a_line_has_left_what_nothing_uses(
    buckets: str, self_limit: int | None, blocked: str | None, headroom: int, available: int
) -> None:
    granted, drawn, reserved, withheld = map(int, buckets.split("/"))
    line = a_line(
        granted=granted, drawn=drawn, reserved=reserved, withheld=withheld, self_limit=self_limit, blocked=blocked
    )
    assert line.headroom_minor == headroom
    assert line.available_minor == available
    assert line.is_blocked == (blocked is not None)
