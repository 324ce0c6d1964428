"""What breaks the law of human reviews is found, each break by hand; and a request reads as it was written."""

import pytest

from creditline.flows.appeal import appeal_of
from creditline.store import appeals, checks
from creditline.store.checks import INVARIANTS
from creditline.store.connect import Database
from tests.flows.desk import a_desk
from tests.flows.test_human_reviews import answered, asked, changed, withheld

LAW = "a human review ended as people found, two of them where it takes two"
BREAKS = [
    # by hand                                                                   law
    ("delete from human_review_answer",                                         LAW),
    ("update human_review_answer set officer = 'ANN'",                          LAW),
    ("update human_review_answer set answer = 'refuse'",                        LAW),
    ("update human_review_finding set needs_second = false",                    LAW),
    ("update human_review_finding set amount_minor = 1",                        LAW),
    ("update human_review_finding set effect = 'unblock', promises = '{}'",     LAW),
    ("update human_review_end set answer = 'upheld'",                           LAW),
    ("update human_review_end set ended_at = ended_at + interval '1 day'",      LAW),
    ("delete from human_review_end",                                            LAW),
    ("delete from notice where trigger = 'review_changed'",                     LAW),
    ("update request set accepted_minor = 1 where kind = 'human_review'",       LAW),
    ("delete from tranche_end",                                                 "what is withheld is what tranches will bring back"),
    ("update tranche_end set ended_at = now()",                                 "what ended was ended by its own decision or request"),
]  # fmt: skip


async def test_what_breaks_a_review_is_found(db: Database, subtests: pytest.Subtests) -> None:
    async with a_desk(db) as desk:
        review = await changed(desk, await asked(desk, await withheld(desk, amount_minor=300_000)))
        done = await answered(desk, review, officer="bo")
        assert await appeal_of(db, review.id) == done
        async with db.reading() as connection:
            ((finding, said),) = await appeals.findings(connection, review.id)
        assert (finding.officer, said and said.officer, finding.amount_minor) == ("ann", "bo", 300_000)
        for by_hand, law in BREAKS:
            with subtests.test(by_hand):
                async with db.alone() as connection:
                    await connection.execute(f"begin; set local session_replication_role = replica; {by_hand}")
                    found = [await checks.check(connection, statement, name, most=5) for statement, name in INVARIANTS]
                    await connection.execute("rollback")
                assert law in {one.law for own in found for one in own}
