"""Commands about the books: work, replay, verify."""

import asyncio
import signal
from collections.abc import Callable
from typing import Annotated

import typer

from creditline.edge.commands.output import FOUND_STATUS, Json, note, progress, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.edge.worker import work_on
from creditline.flows.replay import replay_decision
from creditline.flows.verify import HISTORY, REPLAY, verify_histories, verify_replays
from creditline.flows.verify import verify as verify_laws
from creditline.flows.verify_days import RETOLD, verify_days
from creditline.flows.work import work_due


def work(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then stop.")] = False, as_json: Json = False
) -> None:
    """Bring tranches back and end reservations on their day, until stopped."""

    async def use(engine: Engine) -> None:
        if once:
            done = await work_due(engine.db, engine.clock, engine.house)
            show(done, as_json=as_json, rows=sorted(done.items()) or [("nothing was due", 0)], head=("what", "count"))
            return
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        note("Working. Stop with Ctrl+C; what is under way is finished first.")
        await work_on(engine, stop)

    with_engine(use)


def replay(
    decision: Annotated[str, typer.Argument(help="The decision's id, which is its request's.")], as_json: Json = False
) -> None:
    """Decide a stored decision again; exit 3 if anything differs.

    It is decided twice: from the inputs it stored, and from the facts it saw, byte for byte.
    """
    number = uuid(decision, what="decision")

    async def use(engine: Engine) -> bool:
        done = await replay_decision(engine.db, engine.house, number)
        words = {
            "answer": done.stored.answer,
            "stored inputs": done.record_difference or "same result, byte for byte",
            "facts it saw": done.facts_difference or "same features",
        }
        show(
            {
                "decision": number,
                "is_equal": done.is_equal,
                "record_difference": done.record_difference,
                "facts_difference": done.facts_difference,
            },
            as_json=as_json,
            rows=list(words.items()),
        )
        return done.is_equal

    if not with_engine(use):
        raise typer.Exit(FOUND_STATUS)


def verify(
    replay: Annotated[int, typer.Option(help="How many decisions to decide again, too.", min=0)] = 0,
    days: Annotated[bool, typer.Option("--days", help="Tell every closed day of every line again, too.")] = False,
    histories: Annotated[int, typer.Option(help="Of how many lines to tell the money again, too.", min=0)] = 0,
    as_json: Json = False,
) -> None:
    """Hold the database against its laws; exit 3 if one is broken.

    Nothing is changed. What breaks a law is named, up to 20 findings a law.
    """

    async def use(engine: Engine) -> bool:
        counts: dict[str, int] = {}
        found = await verify_laws(engine.db, most=MOST_FINDINGS, told=lambda law, count: counts.update({law: count}))
        for law, most, check, what in (
            (REPLAY, replay, verify_replays, "decisions were decided again"),
            (HISTORY, histories, verify_histories, "lines had their money told again"),
        ):
            if most:
                with progress("telling again", most) as bar:
                    count, differing = await check(engine.db, engine.house, most=most, told=_more(bar))
                counts[law] = len(differing)
                note(f"{count} {what}.")
                found += differing
        if days:
            with progress("days of lines", None) as bar:
                count, differing = await verify_days(engine.db, engine.house, most=MOST_FINDINGS, told=bar)
            counts[RETOLD] = len(differing)
            note(f"{count} days of lines were told again.")
            found += differing
        rows: list[tuple[object, ...]] = [
            (law, "holds" if not count else f"{count} broken" if count < MOST_FINDINGS else f"{count} broken or more")
            for law, count in counts.items()
        ]
        rows += [(one.law, f"{one.subject}: {one.words}") for one in found]
        show({"laws": counts, "findings": found}, as_json=as_json, rows=rows, head=("law", ""))
        return not found

    if not with_engine(use):
        raise typer.Exit(FOUND_STATUS)


def _more(bar: Callable[[int], None]) -> Callable[[int], None]:
    """Return what moves a bar on to how many are done."""
    seen = [0]

    def told(done: int) -> None:
        bar(done - seen[0])
        seen[0] = done

    return told


MOST_FINDINGS = 20


COMMANDS = (work, replay, verify)
