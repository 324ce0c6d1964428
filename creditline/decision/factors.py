"""What may hold an answer down, and the question decided again as if some of it were not there.

A factor is something plainly bad that a table or a scorecard reads. Its neutral is what a borrower without that trouble
would show.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from creditline.decision.outcome import Kind, Scores
from creditline.decision.product import Product
from creditline.decision.reopened import LOSS, reopened_of
from creditline.decision.tables import Given, ask, rank
from creditline.policy.compiled import CompiledDecision
from creditline.policy.table import Value, door
from creditline.score.boosted import Booster
from creditline.score.calibrate import pd_ppm_at
from creditline.score.grade import grade_of_one
from creditline.score.scorecard import Scorecard


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A trouble by its code: the policy inputs that show it, each with its neutral, and the score families it costs."""

    code: str
    neutral: Mapping[str, Value]
    families: tuple[str, ...] = ()


FACTORS: tuple[Factor, ...] = (
    Factor(code="blocked", neutral={"is_blocked": False}),
    Factor(code="late", neutral={"months_late_last_count": 0}, families=("lateness",)),
    Factor(code="paid_little", neutral={}, families=("repayment",)),
    Factor(code="used_much", neutral={"utilisation_ratio": 0}, families=("utilisation",)),
    Factor(code="frequent_draws", neutral={"draws_1d_count": 0, "draws_30d_count": 0}),
    Factor(code="spending_surge", neutral={"spend_surge_ratio": 1}),
    Factor(code="small_limit", neutral={}, families=("limit",)),
    Factor(code="way_of_use", neutral={}, families=("activity",)),
)
"""Every factor that may be told, in the order in which equals are told."""

SHORT_OF_LIMIT = Factor(code="short_of_limit", neutral={"available_minor": 0})
"""More was asked than is available. Its neutral is to have had as much as was asked: see `shortage`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is needed to decide again: the rules, the table asked and what it was given, the features and the scores.

    `unblocked_minor` is what would be available if the line were not blocked: a block hides it from the tables. `now` is
    what the answer is worth. `rules` are those of the table, `cards` those whose score it reads, each with the name of the
    input that holds it, and `ranks` what answers were found to be worth, by the inputs.
    """

    product: Product
    kind: Kind
    table: str
    given: Given
    features: tuple[float, ...]
    scores: Scores | None
    unblocked_minor: int
    now: tuple[int, ...]
    rules: CompiledDecision = field(init=False, repr=False, compare=False)
    cards: tuple[tuple[str, Scorecard | Booster], ...] = field(init=False, repr=False, compare=False)
    ranks: dict[tuple[Value, ...], tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        rules = self.product.compiled.decisions[self.table]
        cards = (("release_points", self.product.release_card), ("grade", self.product.pd_card))
        # What is expected to be lost is read off the card that gives the grade.
        read = {*rules.reads, *(("grade",) if LOSS in rules.reads else ())}
        object.__setattr__(self, "rules", rules)
        object.__setattr__(self, "cards", tuple(one for one in cards if self.scores and one[0] in read))

    @property
    def reads(self) -> Collection[str]:
        """The inputs of the table."""
        return self.rules.reads

    def is_off(self, name: str, neutral: Value) -> bool:
        """Say whether the table reads an input and it is known to be off its neutral."""
        value = self.given[name] if name in self.reads else None
        return value is not None and value != neutral


def is_present(case: Case, factor: Factor) -> bool:
    """Say whether a factor could matter at all: an input off its neutral, or points lost in one of its families."""
    if any(case.is_off(name, neutral) for name, neutral in factor.neutral.items()):
        return True
    if case.scores is None or not factor.families:
        return False
    own = {"release_points": case.scores.release_points, "grade": case.scores.points}
    names = case.product.features
    return any(
        card.points_without(case.features, names, families=factor.families) > own[name] for name, card in case.cards
    )


def rank_without(case: Case, taken: Collection[Factor], moved: Mapping[str, float] | None = None) -> tuple[int, ...]:
    """Return what the answer would be worth without some factors and with some features moved: see `given_without`."""
    given = given_without(case, taken, moved or {})
    key = case.rules.inputs(given)
    rank_then = case.ranks.get(key)
    if rank_then is None:
        rank_then = case.ranks[key] = rank(ask(case.product, case.kind, case.table, given))
    return rank_then


def given_without(case: Case, taken: Collection[Factor], moved: Mapping[str, float]) -> Given:
    """Return what the table would have been given without some factors: known inputs at neutral, lost points back.

    `moved` are values of inputs and features by name, instead of the borrower's own and of those without the factors.
    """
    given = dict(case.given)
    for factor in taken:
        for name, neutral in factor.neutral.items():
            if given.get(name) is not None:
                given[name] = neutral
    # Without the block the line would also show what it has left, unless that was too little and is mended itself.
    if (
        case.given["is_blocked"]
        and not given["is_blocked"]
        and given["available_minor"] == case.given["available_minor"]
    ):
        given["available_minor"] = case.unblocked_minor
    row, names = list(case.features), case.product.features
    for name, value in moved.items():
        if name in case.reads:
            given[name] = door(value)
        if name in names:
            row[names.index(name)] = value
    families = {family for factor in taken for family in factor.families}
    if families or moved:
        for name, card in case.cards:
            points = card.points_without(row, names, families=families, kept=moved)
            given |= {name: points} if name == "release_points" else _priced(case, card, points)
    return given


def _priced(case: Case, card: Scorecard | Booster, points: int) -> Given:
    """Return what tables are given by the points of the card that prices: the grade, and what is expected to be lost."""
    asked = case.given["requested_minor"]
    expected = reopened_of(
        case.product.losing,
        asked if isinstance(asked, int) else 0,
        pd_ppm=pd_ppm_at(card.decides.knots, points),
    )
    return {"grade": grade_at(card, points), **expected}


def grade_at(card: Scorecard | Booster, points: int) -> int:
    """Return the grade of whole points."""
    return grade_of_one(pd_ppm_at(card.decides.knots, points), card.decides.grades)


def shortage(case: Case) -> tuple[Factor, ...]:
    """Return the factor of having too little when more is asked than is there, with the amount asked as neutral."""
    asked, available = case.given["requested_minor"], case.given["available_minor"]
    if isinstance(asked, int) and isinstance(available, int) and asked > max(available, case.unblocked_minor):
        return (Factor(code=SHORT_OF_LIMIT.code, neutral={"available_minor": asked}),)
    return ()
