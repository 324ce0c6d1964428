"""Trips and stays."""

from creditline.events.catalogue import FlightTaken, HotelStayed, RideTaken, TrainTaken
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source

LIFE = Source.LIFE
TRIPS = (RideTaken.number, TrainTaken.number, FlightTaken.number)

FEATURES: tuple[Feature | Ratio, ...] = (
    Feature(
        name="rides_30d_count", source=LIFE, events=(RideTaken.number,), fold=Fold.COUNT, window_days=30,
        worse="neither", why="A steady way to work shows in rides.",
    ),
    Feature(
        name="trains_180d_count", source=LIFE, events=(TrainTaken.number,), fold=Fold.COUNT, window_days=180,
        worse="neither", why="Journeys by train.",
    ),
    Feature(
        name="flights_365d_count", source=LIFE, events=(FlightTaken.number,), fold=Fold.COUNT, window_days=365,
        worse="neither", why="Journeys by air.",
    ),
    Feature(
        name="hotel_nights_365d_count", source=LIFE, events=(HotelStayed.number,), fold=Fold.SUM, of=Of.CODE,
        window_days=365, worse="neither", why="Nights spent away from home.",
    ),
    Feature(
        name="travel_days_365d_count", source=LIFE, events=TRIPS, fold=Fold.DISTINCT, of=Of.DAY, window_days=365,
        worse="neither", why="Days on which anything moved.",
    ),
    Feature(
        name="travel_180d_minor", source=LIFE, events=(*TRIPS, HotelStayed.number), fold=Fold.SUM, window_days=180,
        worse="neither", why="What was spent on moving about.",
    ),
)  # fmt: skip
