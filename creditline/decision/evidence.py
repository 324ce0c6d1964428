"""Evidence: whether the borrowers that a rule singles out turn bad more often, or less, than those it would else treat alike.

Each rule is taken out of its table, and its cases are asked again: the rules that answer them then are what it is compared
with, in the mix in which they would answer. A rule that answers worse than those claims that its cases are riskier, one that
answers better that they are safer. The claim is supported if the difference has that sign, is as large as was asked for, and
its interval leaves 0 out; contradicted if all of that holds the other way round; else it is not shown.

All rules are looked at together, so that each interval is as wide as makes all of them hold at once (Bonferroni).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec
import numpy as np

from creditline.decision.answered import AMOUNT, compared, outcomes_of, ranks_of
from creditline.decision.cases import Cases, Ints, Truths, asked, rules_of
from creditline.decision.product import Product
from creditline.errors import Code, PolicyInvalid
from creditline.money import MILLION
from creditline.policy.table import DecisionTable, Policy
from creditline.score.rates import Interval, Sample, clustered, difference_of, rate_of, standardised

EVIDENCE_FILE = "evidence.json"
"""Where a product's folder keeps what was found, so that whoever approves an edition sees it beside the rules."""


class Claim(StrEnum):
    """What a rule says of its cases by treating them as it does."""

    RISKIER = "riskier"
    SAFER = "safer"
    NONE = "none"


class Verdict(StrEnum):
    """What outcomes say of a rule's claim. Stored as text: never renamed, never reused."""

    SUPPORTED = "supported"
    NOT_SHOWN = "not shown"
    CONTRADICTED = "contradicted"


class Because(StrEnum):
    """Why a claim is not shown."""

    SHOWN = "shown"
    OVERLAP = "the interval holds 0"
    SMALL = "the difference is smaller than asked for"
    FEW = "too few cases"
    ALIKE = "nobody is answered otherwise"


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to show a claim: confidence for all rules together, independent cases on each side, the least difference."""

    confidence_ppm: int = 950_000
    least_cases: int = 100
    least_difference_ppm: int = 10_000


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A rate or a difference of rates with its interval, in ppm."""

    at_ppm: int
    low_ppm: int
    high_ppm: int


class RuleEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's evidence.

    `hits_count` cases were answered by it, of which `compared_count` had something to be compared with: `rest_count` cases of
    `otherwise`, the rules (with how many of its cases each) that would answer if it were not there; none are named where
    nothing would, and then the rest is what is answered better, or else worse. Independent cases are what they count as.
    """

    table: str
    rule: int
    claim: Claim
    hits_count: int
    compared_count: int
    compared_independent: int
    rest_count: int
    rest_independent: int
    otherwise: tuple[tuple[int, int], ...]
    bad: Figure
    rest_bad: Figure
    difference: Figure
    verdict: Verdict
    because: Because


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What outcomes say of the rules of a policy.

    `arm` is the one whose decisions alone were looked at, None for those of all arms that these rules made; `arms` counts the
    decisions of each. `population` says in words whose cases they are and what turning bad means; rates carry 95 % intervals
    each, differences one at the bar's confidence for `comparisons_count` comparisons together.
    """

    product: str
    policy: str
    population: str
    bar: Bar
    cases_count: int
    borrowers_count: int
    bad_count: int
    comparisons_count: int
    left_out: Mapping[str, int]
    rules: tuple[RuleEvidence, ...]
    arm: str | None = None
    arms: Mapping[str, int] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """All cases of one table: the rule that answered each, its rank [n, 5], whose it is, and whether it turned bad.

    `otherwise` [n] is the rule that answers without that one (0: none), `than_otherwise` [n] whether that is worth more to
    the borrower (1), less (-1) or as much (0).
    """

    table: str
    rules: Ints
    ranks: Ints
    who: Ints
    is_bad: Truths
    otherwise: Ints
    than_otherwise: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A rule's cases against the rest, before anything is judged."""

    table: str
    rule: int
    claim: Claim
    hits_count: int
    compared_count: int
    rest_count: int
    own: Sample
    rest: Sample
    otherwise: tuple[tuple[int, int], ...]


def evidence_of(
    product: Product, cases: Sequence[Cases], *, population: str, bar: Bar, left_out: Mapping[str, int] | None = None
) -> Evidence:
    """Hold every rule of the tables that cases asked against their outcomes."""
    contrasts = [one for pool in _pools(product.policy, cases) for one in _contrasts(pool)]
    judged = sum(_is_enough(one, bar) for one in contrasts)
    level = 1 - (1 - bar.confidence_ppm / MILLION) / max(1, judged)
    who = np.concatenate([one.who for one in cases]) if cases else np.empty(0, np.int64)
    return Evidence(
        product=product.name,
        policy=product.policy.sha256,
        population=population,
        bar=bar,
        cases_count=sum(one.count for one in cases),
        borrowers_count=len(np.unique(who)),
        bad_count=sum(int(one.is_bad.sum()) for one in cases),
        comparisons_count=judged,
        left_out=left_out or {},
        rules=tuple(_judged(one, bar, level=level) for one in contrasts),
    )


def _pools(policy: Policy, cases: Sequence[Cases]) -> Iterator[Pool]:
    """Go through the tables in the order of the policy, each with all its cases."""
    for decision in policy.decisions:
        own = [one for one in cases if one.table == decision.name and one.count]
        if own and isinstance(decision, DecisionTable):
            parts = [_part(policy, decision, one) for one in own]
            yield Pool(
                table=decision.name,
                who=np.concatenate([one.who for one in own]),
                is_bad=np.concatenate([one.is_bad for one in own]),
                rules=np.concatenate([one[0] for one in parts]),
                ranks=np.concatenate([one[1] for one in parts]),
                otherwise=np.concatenate([one[2] for one in parts]),
                than_otherwise=np.concatenate([one[3] for one in parts]),
            )


def _part(policy: Policy, table: DecisionTable, cases: Cases) -> tuple[Ints, Ints, Ints, Ints]:
    """Return rules, ranks, and what would answer without the rule that does, of cases under the same numbers."""
    answers = asked(policy, cases)
    rules, ranks = rules_of(answers, table.name), ranks_of(outcomes_of(answers))
    otherwise, than = np.zeros(cases.count, np.int64), np.zeros(cases.count, np.int64)
    if len(table.rules) > 1:
        for rule in np.unique(rules[rules > 0]).tolist():
            rows = np.flatnonzero(rules == rule)
            again = asked(without(policy, table, rule), cases, rows)
            found = rules_of(again, table.name)
            otherwise[rows] = np.where(found >= rule, found + 1, found)
            than[rows] = np.where(found > 0, compared(ranks[rows], than=ranks_of(outcomes_of(again))), 0)
    return rules, ranks, otherwise, than


def without(policy: Policy, table: DecisionTable, rule: int) -> Policy:
    """Return a policy without one rule of a table, counted from 1."""
    kept = msgspec.structs.replace(table, rules=(*table.rules[: rule - 1], *table.rules[rule:]))
    return msgspec.structs.replace(
        policy, decisions=tuple(kept if one.name == table.name else one for one in policy.decisions)
    )


def _contrasts(pool: Pool) -> Iterator[Contrast]:
    """Go through the rules that answered anything, each against what it is compared with."""
    for rule in np.unique(pool.rules[pool.rules > 0]).tolist():
        hits = pool.rules == rule
        answered = {
            other for other in np.unique(pool.otherwise[hits]).tolist() if other and (pool.rules == other).any()
        }
        for sign, claim in ((-1, Claim.RISKIER), (1, Claim.SAFER)):
            own = hits & (pool.than_otherwise == sign) & np.isin(pool.otherwise, list(answered))
            if own.any():
                yield _against_rules(pool, rule, claim, own)
                break
        else:
            yield _against_answers(pool, rule, hits)


def _against_rules(pool: Pool, rule: int, claim: Claim, own: Truths) -> Contrast:
    """Compare some of a rule's cases with those of the rules that would answer them, in that mix."""
    mix = Counter(pool.otherwise[own].tolist())
    rest = {other: pool.rules == other for other in mix}
    total = mix.total()
    return Contrast(
        table=pool.table,
        rule=rule,
        claim=claim,
        hits_count=int((pool.rules == rule).sum()),
        compared_count=total,
        rest_count=sum(int(rows.sum()) for rows in rest.values()),
        own=clustered(pool.is_bad[own], pool.who[own]),
        rest=standardised(
            [clustered(pool.is_bad[rows], pool.who[rows]) for rows in rest.values()],
            [count / total for count in mix.values()],
        ),
        otherwise=tuple(sorted(mix.items())),
    )


def _against_answers(pool: Pool, rule: int, hits: Truths) -> Contrast:
    """Compare a rule without which nothing would answer with what is answered better, or else worse, than its usual answer.

    One whose cases would be answered as well without it claims nothing.
    """
    blank = Sample(hits=0.0, count=0.0)
    claim, rest = Claim.NONE, np.zeros_like(hits)
    if not pool.otherwise[hits].any():
        # A larger amount is no better treatment: somebody asked for more.
        ranks = pool.ranks.copy()
        ranks[:, AMOUNT] = 0
        answers, counts = np.unique(ranks[hits], axis=0, return_counts=True)
        sign = compared(ranks, than=answers[counts.argmax()])
        for side, own in ((1, Claim.RISKIER), (-1, Claim.SAFER)):
            others = ~hits & (sign == side) & (pool.rules > 0)
            if others.any():
                claim, rest = own, others
                break
    return Contrast(
        table=pool.table,
        rule=rule,
        claim=claim,
        hits_count=int(hits.sum()),
        compared_count=int(hits.sum()) if rest.any() else 0,
        rest_count=int(rest.sum()),
        own=clustered(pool.is_bad[hits], pool.who[hits]),
        rest=clustered(pool.is_bad[rest], pool.who[rest]) if rest.any() else blank,
        otherwise=(),
    )


def _is_enough(contrast: Contrast, bar: Bar) -> bool:
    return bool(contrast.rest_count) and min(contrast.own.count, contrast.rest.count) >= bar.least_cases


def _judged(contrast: Contrast, bar: Bar, *, level: float) -> RuleEvidence:
    apart = difference_of(contrast.own, than=contrast.rest, level=level)
    verdict, because = Verdict.NOT_SHOWN, Because.SHOWN
    if not contrast.rest_count:
        because = Because.ALIKE
    elif not _is_enough(contrast, bar):
        because = Because.FEW
    elif apart.low <= 0 <= apart.high:
        because = Because.OVERLAP
    elif abs(apart.at) * MILLION < bar.least_difference_ppm:
        because = Because.SMALL
    else:
        is_as_claimed = (apart.at > 0) == (contrast.claim is Claim.RISKIER)
        verdict = Verdict.SUPPORTED if is_as_claimed else Verdict.CONTRADICTED
    return RuleEvidence(
        table=contrast.table,
        rule=contrast.rule,
        claim=contrast.claim,
        hits_count=contrast.hits_count,
        compared_count=contrast.compared_count,
        compared_independent=round(contrast.own.count),
        rest_count=contrast.rest_count,
        rest_independent=round(contrast.rest.count),
        otherwise=contrast.otherwise,
        bad=_figure(rate_of(contrast.own)),
        rest_bad=_figure(rate_of(contrast.rest)),
        difference=_figure(apart),
        verdict=verdict,
        because=because,
    )


def _figure(interval: Interval) -> Figure:
    """Return an interval in ppm, rounded outwards."""
    return Figure(
        at_ppm=round(interval.at * MILLION),
        low_ppm=int(interval.low * MILLION // 1),
        high_ppm=-int(-interval.high * MILLION // 1),
    )


def written(evidence: Evidence) -> bytes:
    """Return evidence as a product's folder keeps it."""
    return msgspec.json.format(msgspec.json.encode(evidence), indent=1) + b"\n"


def read_evidence(files: Mapping[str, bytes]) -> Evidence | None:
    """Return the evidence a product's folder keeps, None if there is none; raise `PolicyInvalid` if it cannot be read."""
    if EVIDENCE_FILE not in files:
        return None
    try:
        return msgspec.json.decode(files[EVIDENCE_FILE], type=Evidence)
    except msgspec.MsgspecError as wrong:
        raise PolicyInvalid(
            f"{EVIDENCE_FILE} cannot be read: {wrong}. Write it again with `creditline policy evidence --write`.",
            code=Code.POLICY_INVALID,
        ) from None
