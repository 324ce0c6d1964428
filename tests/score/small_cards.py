"""Cards small enough to add up by hand."""

from creditline.score.boosted import Booster, Read, Tree, booster_of
from creditline.score.boosted import Decides as BoostedDecides
from creditline.score.calibrate import Knot
from creditline.score.grade import MASTER_SCALE
from creditline.score.scorecard import Bins, Decides, Scorecard, scorecard_of

NAMES = ("unread", "late_count", "paid_ratio")

LATE = Bins(name="late_count", family="lateness", worse="higher", edges=(1.0, 3.0), points=(30, 10, 0), points_missing=5, reference_points=30)  # fmt: skip
PAID = Bins(name="paid_ratio", family="repayment", worse="lower", edges=(0.5,), points=(0, 20), points_missing=7, reference_points=20)  # fmt: skip
KNOTS = (Knot(490, 500_000), Knot(520, 200_000), Knot(560, 20_000))


def a_scorecard(
    *, bins: tuple[Bins, ...] = (LATE, PAID), knots: tuple[Knot, ...] = KNOTS, kind: str = "scorecard"
) -> Scorecard:
    decides = Decides(base_points=500, bins=bins, knots=knots, grades=MASTER_SCALE)
    return scorecard_of(kind, decides, card={"as_of": "2005-10-01T00:00:00+00:00"})


LATE_TREE = Tree((0, 0, 0, 0, 0, 0, 0), (0.5, 0.0, 2.5, 0.0, 0.0, 0.0, 0.0), (149, 149, 149, 149, 0, 0, -249, -249))  # fmt: skip
PAID_TREE = Tree((1, 1, 1, 1, 1, 1, 1), (0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (0, 0, 0, 0, 100, 100, 100, 100))  # fmt: skip


def a_booster(*, trees: tuple[Tree, ...] = (LATE_TREE, PAID_TREE)) -> Booster:
    reads = (
        Read(name="late_count", family="lateness", worse="higher", unknown="lowest", reference=0.0),
        Read(name="paid_ratio", family="repayment", worse="lower", unknown="highest", reference=1.0),
    )
    decides = BoostedDecides(base_centi=52_000, reads=reads, trees=trees, knots=KNOTS, grades=MASTER_SCALE)
    return booster_of(decides, card={})
