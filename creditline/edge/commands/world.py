"""Commands about the world: demo, serve, ingest, and the data sets."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from creditline.edge.commands.output import FOUND_STATUS, Json, note, progress, show, to_the_end, with_engine
from creditline.edge.engine import Engine
from creditline.edge.settings import read_settings

MOST_TOLD = 20

DATA = typer.Typer(help="The real data sets: what is there, and how to get it.", no_args_is_help=True)


def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier demo and start over.")] = False,
    lines: Annotated[int | None, typer.Option(help="Replay only so many lines of the book.", min=1)] = None,
    stay: Annotated[
        bool | None,
        typer.Option(
            "--serve/--no-serve", help="Serve pages and API afterwards, until Ctrl+C; left out, only in a terminal."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Replay a real book, print what was answered and why, and serve it with the pages of four borrowers.

    The book is the Taiwan data set if it is found, else a made one that is called synthetic. A demo that is already there
    is shown again.
    """
    from creditline.edge.demo import run  # noqa: PLC0415  # It loads data frames, which no other command needs.

    is_watched = sys.stdout.isatty() and sys.stderr.isatty()
    stays = (is_watched if stay is None else stay) and not as_json
    to_the_end(run(read_settings(), fresh=fresh, lines_count=lines, stay=stays, as_json=as_json))


def serve(
    work: Annotated[bool, typer.Option("--work/--no-work", help="Release tranches on their day, too.")] = True,
    pages_only: Annotated[
        bool, typer.Option("--pages-only", help="Serve borrowers only: what the internet may reach.")
    ] = False,
) -> None:
    """Serve the API and the borrowers' pages until stopped."""
    from creditline.edge.server import (  # noqa: PLC0415  # Only this command needs a web server.
        pages_by,
        serve_until_stopped,
    )

    settings = read_settings()

    async def use(engine: Engine) -> None:
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await serve_until_stopped(
            engine,
            settings,
            stop,
            work=work,
            pages=pages_by(settings, is_alone=pages_only),
            told=lambda address: note(f"API    {address}/docs\nPages  {address}/my/\nStop   Ctrl+C"),
        )

    with_engine(use)


def ingest(
    files: Annotated[list[Path], typer.Argument(help="Events: .ndjson, .ndjson.gz or .parquet.", exists=True)],
    as_json: Json = False,
) -> None:
    """Take events in from files; exit 3 if a line was malformed.

    A malformed line is named and never loses the others; repeats are harmless.
    """
    from creditline.edge.sources.files import batches_of, lines_in  # noqa: PLC0415  # It loads data frames.
    from creditline.events.intake import Verdict  # noqa: PLC0415
    from creditline.flows.ahead import ahead, threaded  # noqa: PLC0415
    from creditline.flows.ingest import Tally, ingest_read  # noqa: PLC0415

    async def use(engine: Engine) -> bool:
        tally, wrong = Tally(), []
        for path in files:
            with progress(path.name, lines_in(path)) as bar:
                async for batch in ahead(threaded(batches_of(path, now=engine.clock()))):
                    judged = await ingest_read(engine.db, engine.house, read=batch)
                    tally = tally.plus(judged)
                    wrong += [
                        (path.name, one.line, one.code, one.reason)
                        for one in judged
                        if one.verdict is Verdict.MALFORMED
                    ]
                    bar(len(judged))
        rows: list[tuple[str, object]] = [
            ("accepted", tally.accepted),
            ("repeated", tally.repeated),
            ("malformed", tally.malformed),
        ]
        rows += [(f"{name} line {line}", f"{code}: {reason}") for name, line, code, reason in wrong[:MOST_TOLD]]
        told = [{"file": name, "line": line, "code": code, "reason": reason} for name, line, code, reason in wrong]
        show({"tally": tally, "malformed": told}, as_json=as_json, rows=rows)
        if len(wrong) > MOST_TOLD:
            note(f"{len(wrong) - MOST_TOLD} more malformed lines are told with --json.")
        return not wrong

    if not with_engine(use):
        raise typer.Exit(FOUND_STATUS)


@DATA.command("get")
def get(
    name: Annotated[str, typer.Argument(help="Which: taiwan, 30,000 lines of 2005 (UCI 350).")], as_json: Json = False
) -> None:
    """Fetch a data set from its public home."""
    from creditline.edge.sources.uci import download_taiwan  # noqa: PLC0415
    from creditline.errors import Code, NotFound  # noqa: PLC0415

    if name != "taiwan":
        raise NotFound(f"There is no data set {name!r} to fetch. There is taiwan.", code=Code.DATA_MISSING)
    settings = read_settings()
    with progress("taiwan", None) as bar:
        where = download_taiwan(settings.data, told=bar)
    show({"data_set": name, "file": where}, as_json=as_json, rows=[(name, where)], head=("data set", "file"))


@DATA.command("list")
def list_(as_json: Json = False) -> None:
    """Say which data sets are found, and where."""
    home = read_settings().data
    found = {
        name: str(home / name) if (home / name).is_dir() else "not there"
        for name in ("taiwan", "cdnow", "olist_sample")
    }
    show(found, as_json=as_json, rows=list(found.items()), head=("data set", "folder"))


COMMANDS = (demo, serve, ingest)
