"""What a strategies.toml may say, and in which words it is refused."""

import pytest

from creditline.decision.arms import files_of_arm
from creditline.decision.product import read_product
from creditline.errors import PolicyInvalid
from creditline.policy.strategy import STRATEGY_FILE, Measure
from creditline.policy.strategy_file import read_strategy
from tests.decision.a_product import a_product
from tests.policy.a_strategy import a_shadow, a_strategy, a_text, an_arm, with_strategy

LOSS = '[[arms.x.stop]]\nmeasure = "loss"\n'
BAD = '[[arms.x.stop]]\nmeasure = "bad_rate"\n'

WRONG = [
    # text                                                           what is said
    ("x",                                                            "it is no TOML"),
    ('salt = "s"\n' + an_arm("x", 1),                                "it needs name, in words"),
    (a_text(),                                                       "there are 0; give 1 to 20, or delete the file"),
    (a_text(an_arm("x", 1), head="sale = 1\n"),                      "sale is not known here; there are name, salt"),
    (a_text(an_arm("x", 1), head='unit = "firm"\n'),                 "unit is 'firm'; it is one of borrower, line"),
    (a_text(an_arm("champion", 1)),                                  "the champion is the edition itself"),
    (a_text(an_arm("x", 1).replace("challenger", "rival")),          "kind is 'rival'; it is one of challenger, shadow"),
    (a_text(an_arm("x", 2_000_000)),                                 "it needs share_ppm, a whole number from 0 to 1000000"),
    (a_text(an_arm("x", 1).replace("= 1\n", "= true\n", 1)),         "it needs share_ppm, a whole number"),
    (a_text(an_arm("x", 5, more="room_ppm = 4\n")),                  "it needs room_ppm, a whole number from 5"),
    (a_text(an_arm("x", 600_000), an_arm("y", 600_000)),             "their rooms are 1200000 ppm together"),
    (a_text(an_arm("x", 1, more='segment = "grade >"\n')),           "'grade >' is no expression: a value was expected"),
    (a_text(an_arm("x", 1, more='segment = "grad > 1"\n')),          "grad is no input of the policy and no feature"),
    (a_text(an_arm("x", 1, more='segment = "grade + 1"\n')),         "it gives a number, and a segment is true or false"),
    (a_text(an_arm("x", 1, more='segment = "granted_minor > draws_30d_count"\n')), "is in minor and meets draws_30d_count"),
    (a_text(an_arm("x", 1, more="from = 2026-05-01\nto = 2026-05-01\n")), "before or on the day it starts"),
    (a_text(an_arm("x", 1, more='from = "soon"\n')),                 "from is a day, written without quotes"),
    (a_text(an_arm("x", 1, more="form = 1\n")),                      "form is not known here"),
    (a_text(an_arm("x", 1).replace("observation_days", "obs")),      "there is no parameter obs; there are all_in_ceiling_bp.CNY"),
    (a_text(an_arm("x", 1).replace("= 45", "= true")),               "observation_days = True is no number"),
    (a_text(an_arm("x", 1).replace("= 45", "= nan")),                "observation_days = nan is no number"),
    (a_text(an_arm("x", 1, more='edition = "abc"\n')),               "either the edition it runs or the parameters"),
    (a_text(an_arm("x", 1).split("[arms.x.p")[0] + 'edition = "abc"\n'), "is no whole hash; give all 64 digits"),
    (a_text(a_shadow("x", more="room_ppm = 1\n")),                   "a shadow decides nothing"),
    (a_text(an_arm("x", 1) + '[[arms.x.stop]]\nmeasure = "luck"\n'), "measure is 'luck'; it is one of bad_rate"),
    (a_text(an_arm("x", 1) + BAD),                                   "arms.x.stop[1]: it needs worse_by_ppm"),
    (a_text(an_arm("x", 1) + BAD + "worse_by_ppm = 0\nleast_count = 1\np = 2\n"), "p is a number between 0 and 1"),
    (a_text(an_arm("x", 1) + LOSS + 'most_minor = 1\ncurrency = "CNY"\np = 0.1\n'), "p is not known here"),
    (a_text(an_arm("x", 1), head="[trial]\nhorizon_days = 0\n"),     "it needs horizon_days, a whole number from 1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_what_cannot_be_is_refused_by_its_place(text: str, words: str) -> None:
    product = a_product()
    with pytest.raises(PolicyInvalid) as refused:
        read_strategy(
            {STRATEGY_FILE: text.encode()},
            policy=product.policy,
            features=product.features,
            parameters=product.parameters,
        )
    assert refused.value.message.startswith(STRATEGY_FILE)
    assert words in refused.value.message


def test_everything_a_strategy_may_say_is_read() -> None:
    more = 'room_ppm = 300000\nsegment = "grade >= 4"\nfrom = 2026-05-01\nto = 2026-11-01\n'
    stops = (
        f"{BAD}worse_by_ppm = 5000\np = 0.01\nleast_count = 200\n"
        f'{LOSS}most_minor = 1000000\ncurrency = "CNY"\n'.replace("arms.x", "arms.longer")
    )
    head = 'unit = "line"\n[trial]\noverdue_days = 60\nhorizon_days = 180\ndetect_ppm = 100000\npower = 0.9\nalpha = 0.01\n'
    strategy = a_strategy(
        an_arm("longer", 100_000, more=more) + stops.replace("arms.x", "arms.longer"), a_shadow("look"), head=head
    )
    longer, look = strategy.arms
    assert (longer.share_ppm, longer.room_ppm, longer.segment, str(longer.since)) == (
        100_000,
        300_000,
        "grade >= 4",
        "2026-05-01",
    )
    assert [(one.measure, one.worse_by_ppm, one.p, one.most_minor) for one in longer.stops] == [
        (Measure.BAD_RATE, 5_000, 0.01, 0),
        (Measure.LOSS, 0, 0.05, 1_000_000),
    ]
    assert (strategy.trial.horizon_days, strategy.trial.power, strategy.unit) == (180, 0.9, "line")
    assert (strategy.challengers, strategy.shadows, look.share_ppm) == ((longer,), (look,), 1_000_000)


def test_an_arm_runs_the_champions_files_with_its_own_numbers_on_every_day() -> None:
    product = with_strategy(an_arm("longer", 1))
    assert product.strategy is not None
    (arm,) = product.strategy.arms
    own = read_product(files_of_arm(product, arm))
    assert own.strategy is None
    assert {dated.value for dated in own.parameters.exactly("observation_days", None).values} == {45}
    assert own.policy == product.policy
    # The next edition's arm, of the same numbers, is the very same edition.
    grown = with_strategy(an_arm("longer", 2))
    assert grown.edition != product.edition
    assert grown.strategy is not None
    assert read_product(files_of_arm(grown, grown.strategy.arms[0])).edition == own.edition


def test_a_segment_reads_features_that_no_table_reads() -> None:
    product = with_strategy(an_arm("x", 1, more='segment = "active_days_90d_count > 3"\n'))
    assert {name for name, _ in product.reads} - {name for name, _ in a_product().reads} == {"active_days_90d_count"}
