"""What the real book says of the redraw and surge rules: a surge is not shown, redrawing is contradicted, points are shown."""

from creditline.decision.evidence import Bar, Claim, RuleEvidence, Verdict
from creditline.decision.product import read_product
from creditline.edge.products import load_product
from creditline.edge.sources.asked import book_evidence
from creditline.edge.sources.taiwan import read_taiwan
from creditline.policy.values import Value
from tests.edge.a_source import real

FREQUENT, SURGE, CALM = 6, 7, 8


def asked(policy: str, numbers: dict[str, Value]) -> dict[int, RuleEvidence]:
    """Hold the shipped rules, or some of them in other words, against the book; return them by row."""
    shipped = load_product("consumer_revolving")
    product = read_product({**shipped.files, "policy.dmn": policy.encode()}) if policy else shipped
    evidence = book_evidence(
        product, read_taiwan(real("taiwan").parent), table="restoration", bar=Bar(), numbers=numbers
    )
    assert (evidence.cases_count, evidence.bad_count) == (24_000, 5_287)
    return {one.rule: one for one in evidence.rules}


def test_on_the_taiwan_book_a_surge_is_not_shown_to_be_riskier_and_points_are() -> None:
    found = asked("", {})
    # The source has one implied draw a month: nobody draws more than six times.
    assert FREQUENT not in found
    assert (found[SURGE].claim, found[SURGE].verdict) == (Claim.RISKIER, Verdict.NOT_SHOWN)
    assert (found[CALM].claim, found[CALM].verdict) == (Claim.SAFER, Verdict.SUPPORTED)


def test_on_the_taiwan_book_drawing_again_every_month_is_contradicted_as_a_sign_of_risk() -> None:
    shipped = load_product("consumer_revolving").files["policy.dmn"].decode()
    in_90_days = shipped.replace(">draws_30d_count<", ">draws_90d_count<").replace(
        '"draws_30d_count"', '"draws_90d_count"'
    )
    in_90_days = in_90_days.replace(
        "draws_30d_count = null or draws_30d_count", "draws_90d_count = null or draws_90d_count"
    )
    found = asked(in_90_days, {"frequent_draws_30d_count": 2})
    assert min(found[FREQUENT].compared_count, found[FREQUENT].rest_count) > 1_000
    assert (found[FREQUENT].claim, found[FREQUENT].verdict) == (Claim.RISKIER, Verdict.CONTRADICTED)
