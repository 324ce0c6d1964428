"""The command that takes a decision apart: replayed, value by value, beside what would have been otherwise."""

from typing import Annotated

import typer

from creditline.decision.what_if import supposed_of
from creditline.edge.commands.output import FOUND_STATUS, Json, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.explanation.promised import words_under
from creditline.explanation.words import tell_reason
from creditline.flows.examine import Examined, Side, Supposing, examine
from creditline.money import in_words


def examine_(
    decision: Annotated[str, typer.Argument(help="The decision's id.")],
    suppose: Annotated[
        list[str] | None,
        typer.Option(help="name=value: as if this were so; name= for not known. May be repeated."),
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="The id of an event it saw: as if it had not been. May be repeated.")
    ] = None,
    edition: Annotated[str | None, typer.Option(help="By another edition of the product, a draft too.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Asked now, from what is known now.")] = False,
    language: Annotated[str, typer.Option("--lang", "--language", help="In which reasons are said.")] = "en",
    as_json: Json = False,
) -> None:
    """Take a decision apart: its replay, its values, what if; exit 3 if it is not the same, or was told otherwise than used."""
    supposing = Supposing(
        values=supposed_of(suppose or ()),
        without=frozenset(uuid(one, what="event") for one in without or ()),
        edition=edition,
        is_now=now,
    )

    async def use(engine: Engine) -> bool:
        own = uuid(decision, what="decision")
        found = await examine(engine.db, engine.clock, engine.house, own, supposing=supposing)
        head = ("", "then", *(("what if",) if found.supposed else ()), "pull", "events")
        told = {
            "decision": found.then.decision,
            "supposed": found.supposed.decision if found.supposed else None,
            "record_difference": found.replay.record_difference,
            "facts_difference": found.replay.facts_difference,
            "values": found.values,
            "counts": found.counts,
            "mismatches": found.mismatches,
        }
        show(told, as_json=as_json, rows=list(_rows(found, language)), head=head)
        return not found.replay.is_equal or bool(found.mismatches)

    if with_engine(use):
        raise typer.Exit(FOUND_STATUS)


examine_.__name__ = "examine"
COMMANDS = (examine_,)


def _rows(found: Examined, language: str) -> list[tuple[object, ...]]:
    """Return the rows of the table: the answer and its reasons, whether all is the same, and every value that was read."""
    sides = [found.then, *([found.supposed] if found.supposed else [])]
    said = {"answer": [_answer(one) for one in sides], "reasons": [_reasons(one, language) for one in sides]}
    rows: list[tuple[object, ...]] = [(name, *answers, "", "") for name, answers in said.items()]
    for one in found.values:
        if one.is_read:
            values = (one.then, one.supposed)[: len(sides)]
            pull = one.pull_points if found.supposed is None else one.supposed_pull_points
            shown = ("unknown" if value is None else f"{value:g}" for value in values)
            rows.append((one.name, *shown, "" if pull is None else pull, found.counts.get(one.name, "")))
    differs = found.replay.record_difference or found.replay.facts_difference
    empty = ("",) * len(sides)
    rows.append(("replay", differs or "equal, byte for byte", *empty[1:], "", ""))
    rows += [(f"told in {one.where}", one.told, *empty[1:], "", "") for one in found.mismatches]
    rows += [("told", "matches the reasons used", *empty[1:], "", "")] if not found.mismatches else []
    return rows


def _answer(side: Side) -> str:
    plan, currency = side.plan, side.decision.currency
    if plan is None:
        return str(side.decision.answer)
    last = f", all by {plan.tranches[-1].due_on}" if plan.tranches and not plan.tranches[-1].is_cut else ""
    return f"{side.decision.answer}: {in_words(plan.now_minor, currency)} now{last}"


def _reasons(side: Side, language: str) -> str:
    words = words_under(side.product, language, speaker=side.product)
    return "; ".join(tell_reason(one, side.decision.currency, words) for one in side.decision.reasons) or "none"
