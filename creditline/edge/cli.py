"""The command line: `creditline COMMAND`; tables on stdout, progress on stderr, `--json` for programs.

Exit codes: 0 done, 1 refused or failed (one line on stderr says why), 2 wrong usage, 3 a check found something.
"""

import sys

import typer

from creditline.edge.commands import books, lines, rules, world
from creditline.errors import CreditlineError

APP = typer.Typer(
    help=__doc__.splitlines()[0] if __doc__ else None,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for group in (world.COMMANDS, lines.COMMANDS, books.COMMANDS):
    for command in group:
        APP.command()(command)
APP.add_typer(rules.POLICY, name="policy")
APP.add_typer(rules.SCORE, name="score")
APP.add_typer(world.DATA, name="data")


def main() -> None:
    """Run a command; an error of ours is one line on stderr and exit code 1."""
    try:
        APP()
    except CreditlineError as error:
        sys.stderr.write(f"creditline: {error.code}: {error.message}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
