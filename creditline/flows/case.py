"""The case file of a human review: what was asked and told, the decision replayed, and what it would have been otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from creditline.clock import Clock
from creditline.decision.outcome import Decision
from creditline.decision.what_if import what_if
from creditline.errors import Code, Malformed
from creditline.explanation.letter import Letter
from creditline.explanation.words import tell_reason, words_of
from creditline.flows.appeal import known_appeal
from creditline.flows.house import House
from creditline.flows.notices import written
from creditline.flows.replay import Replayed, replayed
from creditline.flows.turn import moment_of
from creditline.flows.verdict import Mandate, mandate_of
from creditline.ledger.line import Line
from creditline.money import in_words
from creditline.restoration.plan import Tranche
from creditline.store import appeals, decisions, lines
from creditline.store.appeals import Appeal, Finding, Note, Second
from creditline.store.connect import Connection, Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that a decision says, and what it would have said: the answer, a term, or a reason."""

    what: str
    was: str
    would_be: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything an officer needs: the request, the letters that told the act, the decision and its replay, the line now.

    `decision` and `replay` are None where a person did the act; `withheld` is what is still withheld by it. `supposed` is the
    decision with the values that were asked about otherwise, `differences` how it differs; None and none if nothing was.
    """

    appeal: Appeal
    letters: tuple[Letter, ...]
    decision: Decision | None
    features: Mapping[str, float]
    replay: Replayed | None
    line: Line | None
    withheld: tuple[Tranche, ...]
    findings: tuple[tuple[Finding, Second | None], ...]
    notes: tuple[Note, ...]
    mandate: Mandate
    supposed: Decision | None
    differences: tuple[Difference, ...]


async def case_of(
    db: Database, clock: Clock, house: House, review: UUID, *, supposing: Mapping[str, float | None] | None = None
) -> Case:
    """Return the case file of a request, and its decision asked again with some values supposed otherwise.

    Raise `NotFound` for an unknown request, `Malformed` for what cannot be supposed.
    """
    async with db.reading() as connection:
        appeal = await known_appeal(connection, review)
        sealed = await decisions.read_sealed(connection, appeal.act)
        replay = await replayed(connection, house, *sealed) if sealed else None
        stored = replay.stored if replay else None
        supposed, differences = await _supposed(connection, house, stored, supposing or {})
        line = (await lines.read(connection, [appeal.line])).get(appeal.line)
        at = moment_of(clock())
        product = (await house.offer(connection, at)).product(appeal.product, at)
        return Case(
            appeal=appeal,
            letters=(await written(connection, house, appeal.act)).letters,
            decision=stored,
            features=await _features(connection, house, stored),
            replay=replay,
            line=line,
            withheld=tuple(await appeals.withheld_by(connection, appeal.act)),
            findings=tuple(await appeals.findings(connection, review)),
            notes=tuple(await appeals.notes(connection, review)),
            mandate=mandate_of(product, line.currency, at) if line else Mandate(alone_minor=0, most_minor=0),
            supposed=supposed,
            differences=differences,
        )


async def _features(db: Connection, house: House, decision: Decision | None) -> dict[str, float]:
    """Return what was known when a decision was made, by name, leaving out what was not."""
    if decision is None:
        return {}
    names = (await house.edition(db, decision.edition)).features
    return {name: value for name, value in zip(names, decision.features, strict=True) if value == value}  # noqa: PLR0124  # NaN.


async def _supposed(
    db: Connection, house: House, decision: Decision | None, supposing: Mapping[str, float | None]
) -> tuple[Decision | None, tuple[Difference, ...]]:
    if not supposing:
        return None, ()
    if decision is None:
        raise Malformed(
            "A person did this, so that there is no decision to ask again with other values. Leave out what is supposed.",
            code=Code.MESSAGE_MALFORMED,
        )
    product = await house.edition(db, decision.edition)
    again = what_if(product, decision, supposing)
    words = words_of(house.speaker(product), product.languages[0])

    def said(one: Decision) -> dict[str, str]:
        terms = {name: getattr(one.terms, name) for name in one.terms.__dataclass_fields__}
        told = {
            name: in_words(value, one.currency) if name == "amount_minor" else str(value)
            for name, value in terms.items()
            if value is not None
        }
        reasons = "; ".join(tell_reason(reason, one.currency, words) for reason in one.reasons)
        rules = ", ".join(f"{table} {row}" for table, rows in one.rules for row in rows)
        return {"answer": one.answer, **told, "reasons": reasons, "rules": rules}

    was, would_be = said(decision), said(again)
    return again, tuple(
        Difference(what=name, was=was.get(name, ""), would_be=would_be.get(name, ""))
        for name in dict.fromkeys((*was, *would_be))
        if was.get(name, "") != would_be.get(name, "")
    )
