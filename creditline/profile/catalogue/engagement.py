"""How a borrower takes part in the platform."""

from creditline.events.catalogue import CampaignJoined, CourseCompleted, LoggedIn
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source

ENGAGEMENT = Source.ENGAGEMENT

FEATURES: tuple[Feature | Ratio, ...] = (
    Feature(
        name="logins_30d_count", source=ENGAGEMENT, events=(LoggedIn.number,), fold=Fold.COUNT, window_days=30,
        worse="neither", why="Whether the borrower can be reached in the app.",
    ),
    Feature(
        name="active_days_90d_count", source=ENGAGEMENT, events=(LoggedIn.number,), fold=Fold.DISTINCT, of=Of.DAY,
        window_days=90, worse="neither", why="On how many days the app was opened.",
    ),
    Feature(
        name="campaigns_180d_count", source=ENGAGEMENT, events=(CampaignJoined.number,), fold=Fold.COUNT,
        window_days=180, worse="neither", why="Campaigns taken part in.",
    ),
    Feature(
        name="courses_completed_count", source=ENGAGEMENT, events=(CourseCompleted.number,), fold=Fold.COUNT,
        worse="lower", why="Courses on handling money that were finished.",
    ),
)  # fmt: skip
