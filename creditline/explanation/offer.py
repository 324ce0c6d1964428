"""May a product be offered: its rules, numbers, terms, words and examples, all that is wrong at once."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from creditline.decision.lateness import bills_monthly
from creditline.decision.product import Product, read_product
from creditline.decision.recorded import Recorded, groups_of
from creditline.decision.soundness import check_product
from creditline.decision.touched import with_cases
from creditline.decision.waiving import roles_of
from creditline.errors import Code, PolicyInvalid
from creditline.explanation.consent import check_consent_words
from creditline.explanation.letter import check_letters
from creditline.explanation.words import words_of
from creditline.policy.check.finding import Finding, FindingCode, Severity, in_order
from creditline.policy.check.mistakes import read_all
from creditline.policy.check.surroundings import Surroundings
from creditline.policy.check.whole import check_policy
from creditline.policy.examples import examples_in, tried
from creditline.policy.table import Policy
from creditline.restoration.terms import check_terms

MOST_TOLD = 5
"""How many errors one refusal names; the command `creditline policy check` tells all."""

SOUND: dict[str, None] = {}
"""Editions in which no error was found; an edition never changes, so it is looked at once."""


def offer_findings(product: Product) -> tuple[Finding, ...]:
    """Return all that is found in a product, the worst first."""
    return in_order([*check_product(product), *_refusals(product)])


def require_offerable(product: Product) -> None:
    """Raise `PolicyInvalid` naming the errors of a product that has any."""
    if product.edition in SOUND:
        return
    errors = [one for one in offer_findings(product) if one.severity is Severity.ERROR]
    if errors:
        told = " ".join(f"{one.place}: {one.words}" if one.place else one.words for one in errors[:MOST_TOLD])
        more = (
            f" {len(errors) - MOST_TOLD} more are told by `creditline policy check`." if len(errors) > MOST_TOLD else ""
        )
        raise PolicyInvalid(f"Product {product.name} cannot be offered. {told}{more}", code=Code.POLICY_INVALID)
    SOUND[product.edition] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found in a product's files; `product` and `policy` are None as far as they could not be read."""

    findings: tuple[Finding, ...]
    product: Product | None = None
    policy: Policy | None = None

    @property
    def has_errors(self) -> bool:
        """Whether something keeps the product from being offered."""
        return any(one.severity is Severity.ERROR for one in self.findings)


def check_file(xml: bytes, *, source: str) -> Checked:
    """Check a policy file by itself: nothing is known of features, numbers and words."""
    read = read_all(xml, source=source)
    if read.mistakes or read.policy is None:
        return Checked(findings=in_order(read.mistakes), policy=read.policy)
    return Checked(findings=check_policy(read.policy, Surroundings()), policy=read.policy)


def check_files(files: Mapping[str, bytes], examples: str) -> Checked:
    """Check the files of a product's folder, the feature catalogue among them, and the text of its examples.

    While the policy has mistakes of reading, only those are told: what follows from a cell that was not read misleads.
    """
    read = read_all(files.get("policy.dmn", b""), source="policy.dmn")
    if read.mistakes or read.policy is None:
        return Checked(findings=in_order(read.mistakes), policy=read.policy)
    try:
        product = read_product(files)
        failed = tuple(example_findings(product, examples))
    except (PolicyInvalid, tomllib.TOMLDecodeError) as wrong:
        words = wrong.message if isinstance(wrong, PolicyInvalid) else f"A file is no TOML: {wrong}. Correct it."
        unreadable = Finding(code=FindingCode.PRODUCT_UNREADABLE, severity=Severity.ERROR, words=words)
        return Checked(findings=(unreadable,), policy=read.policy)
    return Checked(findings=in_order([*offer_findings(product), *failed]), product=product, policy=read.policy)


def with_recorded(checked: Checked, recorded: Sequence[Recorded]) -> Checked:
    """Count how many recorded decisions each finding touches, and tell the rules that answered none."""
    if checked.product is None or not recorded:
        return checked
    found = with_cases(checked.product.policy, checked.findings, groups_of(checked.product, recorded))
    return replace(checked, findings=found)


def example_findings(product: Product, examples: str) -> Iterator[Finding]:
    """Go through the examples in the text of an examples.toml that are answered otherwise."""
    run = tried(product.policy, product.compiled, product.parameters, examples_in(examples))
    for name, words in ((one.example.name, words) for one in run for words in one.words):
        yield Finding(
            code=FindingCode.EXAMPLE_FAILS,
            severity=Severity.ERROR,
            column=name,
            words=f"The example {name!r}: {words}. Correct the rules, or the example if it is outdated.",
        )


def _refusals(product: Product) -> Iterator[Finding]:
    """Go through what the product's other parts refuse: words that are missing, terms no calendar could keep."""
    for language in product.languages:
        try:
            words_of(product, language)
        except PolicyInvalid as wrong:
            yield Finding(code=FindingCode.WORDS_MISSING, severity=Severity.ERROR, words=wrong.message)
    for check in (check_letters, check_consent_words):
        try:
            check(product)
        except PolicyInvalid as wrong:
            yield Finding(code=FindingCode.WORDS_MISSING, severity=Severity.ERROR, words=wrong.message)
    try:
        roles_of(product)
        bills_monthly(product)
        check_terms(product)
    except PolicyInvalid as wrong:
        yield Finding(code=FindingCode.TERMS_IMPOSSIBLE, severity=Severity.ERROR, words=wrong.message)
