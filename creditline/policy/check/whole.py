"""Check a policy as a whole: every table under every set of numbers, every cell, name and unit."""

from collections.abc import Iterable, Iterator

from creditline.policy.check.cells import cell_findings
from creditline.policy.check.domain import domains_of
from creditline.policy.check.finding import Finding, FindingCode, Severity, in_order
from creditline.policy.check.laid import Laid, bound, lay_out
from creditline.policy.check.monotone import monotone_findings
from creditline.policy.check.names import name_findings
from creditline.policy.check.reach import reach_findings
from creditline.policy.check.surroundings import Numbers, Surroundings
from creditline.policy.check.units import unit_findings
from creditline.policy.table import DecisionTable, Policy, names_read


def check_policy(policy: Policy, known: Surroundings) -> tuple[Finding, ...]:
    """Return everything found, the worst first."""
    found = [*name_findings(policy, known), *unit_findings(policy)]
    for laid in laid_out(policy, known):
        found += reach_findings(laid, must_answer=laid.table.name in known.must_answer)
        found += cell_findings(laid)
        found += monotone_findings(laid, known)
    return in_order([*found, *_unused(found, known)])


def _unused(found: Iterable[Finding], known: Surroundings) -> Iterator[Finding]:
    """Go through the directions a product allows itself to go against and does not."""
    gone = {(one.table, one.column) for one in found if one.code is FindingCode.WORSE_IS_ANSWERED_BETTER}
    for one in known.allowed:
        if (one.table, one.name) not in gone:
            yield Finding(
                code=FindingCode.EXCEPTION_UNUSED,
                severity=Severity.WARNING,
                table=one.table,
                column=one.name,
                words=f"No worse {one.name} is answered better here, though product.toml allows it. Delete the exception.",
            )


def laid_out(policy: Policy, known: Surroundings) -> Iterator[Laid]:
    """Lay out every table, once for each different set of the numbers it reads."""
    domains = domains_of(policy, known.domains)
    for decision in policy.decisions:
        if isinstance(decision, DecisionTable):
            for numbers in differing(policy, decision, known):
                yield lay_out(bound(policy, numbers.values), decision.name, domains)


def differing(policy: Policy, table: DecisionTable, known: Surroundings) -> tuple[Numbers, ...]:
    """Return the sets of numbers that differ in what a table and what it requires read."""
    read = names_read(policy, table.name)
    once: dict[tuple[object, ...], Numbers] = {}
    for numbers in known.numbers:
        key = tuple(sorted((name, value) for name, value in numbers.values.items() if name in read))
        once.setdefault(key, numbers)
    return tuple(once.values())
