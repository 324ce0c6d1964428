"""Which events can touch a restoration: known from the catalogue, the tables and the cards."""

from creditline.events.catalogue import AutopayEnabled, EvidenceVerified, LoggedIn, OrderPaid, StatementIssued
from creditline.restoration.touch import touching
from tests.decision.a_product import a_product, changed


def test_what_a_rule_or_a_score_reads_is_heard_and_nothing_else() -> None:
    heard = touching(a_product())
    assert {StatementIssued.number, EvidenceVerified.number} <= heard
    assert not {LoggedIn.number, OrderPaid.number, AutopayEnabled.number} & heard


def test_a_rule_that_reads_the_coverage_hears_everything() -> None:
    def reading(text: str) -> str:
        return text.replace(
            "<text>not(is_blocked)</text>", "<text>not(is_blocked) and covered_sources_count &gt;= 0</text>"
        )

    assert LoggedIn.number in touching(changed({"policy.dmn": reading}))
