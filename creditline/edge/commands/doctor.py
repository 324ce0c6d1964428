"""The command that looks whether all is there and set as it should be."""

import importlib.util
import platform
import shutil
import sys

import typer

from creditline.clock import system_clock
from creditline.edge.commands.output import Json, show, to_the_end
from creditline.edge.engine import connected
from creditline.edge.settings import Settings, read_settings
from creditline.errors import CreditlineError
from creditline.flows.doctor import Found, Grade, examine

LEAST_FREE_BYTES = 2 << 30


def doctor(as_json: Json = False) -> None:
    """Look whether all is there and set as it should be, changing nothing; exit 1 if something is wrong.

    Wrong is what can cost money or answers; advice is what will hurt some day. Each says what to do.
    """
    settings = read_settings()
    found = _of_machine(settings)
    try:
        found += to_the_end(_of_database(settings))
    except CreditlineError as error:
        found.append(Found(name="database", value=error.code, grade=Grade.WRONG, words=error.message))
    by_grade = {grade: [one for one in found if one.grade is grade] for grade in Grade}
    rows = [(one.name, one.value) for one in found]
    for grade in (Grade.ADVICE, Grade.WRONG):
        rows += [(grade.upper(), f"{one.name} is {one.value}. {one.words}") for one in by_grade[grade]]
    report = {one.name: one.value for one in found}
    show(
        {"report": report, "advice": by_grade[Grade.ADVICE], "wrong": by_grade[Grade.WRONG]}, as_json=as_json, rows=rows
    )
    if by_grade[Grade.WRONG]:
        sys.stderr.write("creditline: something the engine needs is not as it should be; see WRONG above.\n")
        raise typer.Exit(1)


async def _of_database(settings: Settings) -> list[Found]:
    async with connected(settings) as db:
        return await examine(db, system_clock, links_count=settings.pool_size)


def _of_machine(settings: Settings) -> list[Found]:
    """Return what there is besides the database."""
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free_bytes = shutil.disk_usage(place).free
    is_short = settings.dsn is None and free_bytes < LEAST_FREE_BYTES
    words = f"Make room at {place}, or set CREDITLINE_HOME to a folder on a larger disk." if is_short else ""
    return [
        Found(name="python", value=platform.python_version()),
        Found(name="platform", value=platform.platform()),
        Found(name="home", value=str(settings.home)),
        Found(
            name="free disk",
            value=f"{free_bytes / 1e9:.1f} GB",
            grade=Grade.ADVICE if is_short else Grade.FINE,
            words=words,
        ),
        Found(
            name="data",
            value=f"{settings.data} ({'found' if (settings.data / 'taiwan').is_dir() else 'no taiwan folder there'})",
        ),
        Found(
            name="fitting (extra 'fit')",
            value="installed" if importlib.util.find_spec("lightgbm") else "not installed",
        ),
    ]


COMMANDS = (doctor,)
