"""Evidence: a planted effect is found, chance is taken for an effect as rarely as was said, and copies are no evidence."""

from dataclasses import replace

import numpy as np
import pytest

from creditline.decision.cases import Cases, with_numbers
from creditline.decision.evidence import (
    EVIDENCE_FILE,
    Bar,
    Because,
    Claim,
    Evidence,
    RuleEvidence,
    Verdict,
    _contrasts,
    _judged,
    _pools,
    evidence_of,
    read_evidence,
    written,
)
from creditline.decision.product import Product, read_product
from creditline.errors import Malformed, PolicyInvalid
from creditline.policy.columnar.vector import vector_of
from tests.decision.a_product import a_product

PRODUCT = a_product()
FREQUENT, NOTHING, BETWEEN = 6, 8, 9
"""Rules of the restoration table: drawn very often, nothing speaks against it, between the veto and the pass mark."""


def some(
    draws: np.ndarray, is_bad: np.ndarray, *, points: int = 620, who: np.ndarray | None = None, blocked: bool = False
) -> Cases:
    """Return lines in order that only differ in how often they were drawn on."""
    count = len(draws)
    columns = {one.name: vector_of([None] * count) for one in PRODUCT.policy.inputs}
    columns |= {
        "is_blocked": vector_of([blocked] * count),
        "release_points": vector_of([points] * count),
        "draws_30d_count": vector_of([int(one) for one in draws]),
        "months_late_last_count": vector_of([0] * count),
    }
    numbers = PRODUCT.parameters.at(PRODUCT.parameters.starts("CNY")[-1], currency="CNY")
    return Cases(
        table="restoration",
        currency="CNY",
        numbers=numbers,
        columns={name: one for name, one in columns.items() if name not in numbers},
        count=count,
        who=np.arange(count) if who is None else who,
        is_bad=is_bad,
    )


def found(*cases: Cases, bar: Bar | None = None, product: Product = PRODUCT) -> Evidence:
    return evidence_of(product, cases, population="made", bar=bar or Bar())


def rule(evidence: Evidence, number: int) -> RuleEvidence:
    return next(one for one in evidence.rules if one.rule == number)


def thrown(seed: int, *, often: float, seldom: float, count: int = 1000) -> Cases:
    """Return lines of which a third is drawn on often, each turning bad by chance at the rates given."""
    dice = np.random.default_rng(seed)
    draws = np.where(dice.random(count) < 1 / 3, 9, 1)
    return some(draws, dice.random(count) < np.where(draws > 6, often, seldom))


def test_a_planted_effect_is_found_and_one_planted_upside_down_contradicts() -> None:
    worse, better = (rule(found(thrown(1, often=a, seldom=b)), FREQUENT) for a, b in ((0.3, 0.1), (0.1, 0.3)))
    assert (worse.claim, worse.verdict) == (Claim.RISKIER, Verdict.SUPPORTED)
    assert worse.difference.low_ppm > 0
    assert (better.claim, better.verdict) == (Claim.RISKIER, Verdict.CONTRADICTED)
    assert worse.otherwise == ((NOTHING, worse.compared_count),)
    assert worse.compared_count + worse.rest_count == 1000


def test_a_rule_that_has_nothing_to_do_with_outcomes_is_shown_as_rarely_as_was_said() -> None:
    dice = np.random.default_rng(7)
    (pool,) = _pools(PRODUCT.policy, [thrown(7, often=0.15, seldom=0.15)])
    verdicts = []
    for _ in range(2000):
        again = replace(pool, is_bad=dice.random(1000) < 0.15)
        contrast = next(one for one in _contrasts(again) if one.rule == FREQUENT)
        verdicts.append(_judged(contrast, Bar(least_difference_ppm=0), level=0.95).verdict)
    # Of two-sided 5 % each side has half, and 2,000 throws have a standard error of 0.35 points.
    for verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED):
        assert 0.014 <= verdicts.count(verdict) / 2000 <= 0.036, verdicts.count(verdict)


def test_lines_counted_many_times_are_no_more_evidence_than_once() -> None:
    once = thrown(3, often=0.18, seldom=0.13, count=600)
    rows = np.repeat(np.arange(600), 20)
    columns = {name: one.taken(rows) for name, one in once.columns.items()}
    copies = replace(once, columns=columns, count=len(rows), who=once.who[rows], is_bad=once.is_bad[rows])
    alone, many = rule(found(once), FREQUENT), rule(found(copies), FREQUENT)
    assert many.hits_count == 20 * alone.hits_count
    assert many.compared_independent == pytest.approx(alone.compared_independent, rel=0.02)
    assert many.difference.low_ppm == pytest.approx(alone.difference.low_ppm, abs=2_000)
    assert alone.verdict is many.verdict is Verdict.NOT_SHOWN


@pytest.mark.parametrize(
    ("bar", "because"),
    [
        (Bar(least_cases=700), Because.FEW),
        (Bar(least_difference_ppm=900_000), Because.SMALL),
        (Bar(confidence_ppm=999_999), Because.OVERLAP),
    ],
)
def test_what_is_not_shown_says_why(bar: Bar, because: Because) -> None:
    cases = thrown(1, often=0.22, seldom=0.1)
    one = rule(found(cases, bar=bar), FREQUENT)
    assert (one.verdict, one.because) == (Verdict.NOT_SHOWN, because)


def test_more_rules_looked_at_ask_for_more() -> None:
    cases = thrown(1, often=0.2, seldom=0.13)
    lone = rule(found(cases), FREQUENT)
    between = some(np.ones(300), np.arange(300) % 5 == 0, points=570, who=np.arange(2000, 2300))
    both = found(cases, between)
    assert both.comparisons_count > found(cases).comparisons_count
    assert rule(both, FREQUENT).difference.low_ppm < lone.difference.low_ppm
    assert (both.cases_count, both.borrowers_count) == (1300, 1300)


def test_a_rule_with_nothing_behind_it_is_held_against_what_is_answered_better() -> None:
    better = some(np.ones(500), np.arange(500) % 10 == 0)
    between = some(np.ones(500), np.arange(500) % 4 == 0, points=570, who=np.arange(500, 1000))
    one = rule(found(better, between), BETWEEN)
    assert (one.claim, one.rest_count, one.otherwise) == (Claim.RISKIER, 500, ())
    assert one.verdict is Verdict.SUPPORTED
    other = rule(found(better, between), NOTHING)
    assert (other.claim, other.verdict) == (Claim.SAFER, Verdict.SUPPORTED)


def test_a_rule_alone_with_its_cases_claims_nothing_that_outcomes_could_show() -> None:
    blocked = some(np.ones(200), np.arange(200) % 3 == 0, blocked=True)
    (one,) = found(blocked).rules
    assert (one.hits_count, one.rest_count, one.verdict, one.because) == (200, 0, Verdict.NOT_SHOWN, Because.ALIKE)


def test_of_no_cases_there_is_no_evidence() -> None:
    assert found().rules == ()


def test_another_number_singles_out_others_and_one_that_is_none_is_refused() -> None:
    cases = thrown(1, often=0.3, seldom=0.1)
    wider = found(with_numbers(cases, {"frequent_draws_30d_count": 20}))
    assert FREQUENT not in {one.rule for one in wider.rules}
    with pytest.raises(Malformed, match="no number 'luck'"):
        with_numbers(cases, {"luck": 1})


def test_evidence_is_kept_in_the_folder_and_read_back() -> None:
    evidence = found(thrown(1, often=0.3, seldom=0.1))
    edition = read_product({**PRODUCT.files, EVIDENCE_FILE: written(evidence)})
    assert read_evidence(edition.files) == evidence
    assert read_evidence(PRODUCT.files) is None
    with pytest.raises(PolicyInvalid, match="cannot be read"):
        read_evidence({EVIDENCE_FILE: b"{}"})


def test_who_is_paid_out_more_is_not_treated_better_than_who_asked_for_less() -> None:
    count = 400
    columns = {one.name: vector_of([None] * count) for one in PRODUCT.policy.inputs}
    columns |= {
        "is_blocked": vector_of([row % 4 == 0 for row in range(count)]),
        "accepts_partial": vector_of([False] * count),
        "requested_minor": vector_of([1 + row % 7 for row in range(count)]),
        "available_minor": vector_of([100] * count),
    }
    restoration = some(np.ones(count), np.arange(count) % 4 == 0)
    draws = replace(restoration, table="draw", columns={name: columns[name] for name in restoration.columns})
    refused, paid = found(draws).rules
    assert (refused.rule, refused.claim, paid.claim) == (1, Claim.RISKIER, Claim.SAFER)
    assert (refused.verdict, paid.verdict, paid.rest_count) == (Verdict.SUPPORTED, Verdict.SUPPORTED, 100)
