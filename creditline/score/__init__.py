"""Chapter 3, how likely is loss: the scorecard, the booster, the release card, grades and points lost."""

from creditline.score.boosted import Booster, read_booster
from creditline.score.grade import grade_of
from creditline.score.scorecard import Scorecard, read_scorecard

__all__ = ["Booster", "Scorecard", "grade_of", "read_booster", "read_scorecard"]
