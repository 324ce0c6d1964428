"""The command line: `creditline COMMAND`; tables on stdout, progress on stderr, `--json` for programs.

Exit codes: 0 done, 1 refused or failed (one line on stderr says why), 2 wrong usage, 3 a check found something.
"""

import errno
import io
import sys
from typing import NoReturn

import typer

from creditline.edge.commands import (
    advice,
    appeals,
    book,
    books,
    checks,
    close,
    consent,
    corrections,
    diff,
    dmn,
    doctor,
    documents,
    examine,
    forecast,
    limits,
    lines,
    loans,
    notices,
    pages,
    policy_backtest,
    policy_drafts,
    policy_evidence,
    policy_gates,
    policy_impact,
    policy_life,
    policy_prove,
    policy_strategy,
    promises,
    rules,
    simulate,
    stream,
    umbrellas,
    world,
)
from creditline.edge.commands.output import FOUND_STATUS
from creditline.errors import Code, CreditlineError

APP = typer.Typer(
    help="An open credit-line engine. Tables on stdout, progress on stderr, `--json` for programs.\n\n"
    "Exit codes: 0 done, 1 refused or failed (one line on stderr says why), 2 wrong usage, 3 a check found something.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for group in (
    world.COMMANDS,
    stream.COMMANDS,
    lines.COMMANDS,
    promises.COMMANDS,
    notices.COMMANDS,
    forecast.COMMANDS,
    advice.COMMANDS,
    loans.COMMANDS,
    books.COMMANDS,
    examine.COMMANDS,
    close.COMMANDS,
    doctor.COMMANDS,
    pages.COMMANDS,
    simulate.COMMANDS,
):
    for command in group:
        APP.command()(command)
APP.add_typer(advice.PREVIEW, name="preview")
APP.add_typer(book.BOOK, name="book")
APP.add_typer(corrections.CORRECT, name="correct")
APP.add_typer(limits.LIMIT, name="limit")
APP.add_typer(consent.CONSENT, name="consent")
APP.add_typer(documents.DOCUMENT, name="document")
APP.add_typer(documents.BORROWER, name="borrower")
APP.add_typer(notices.NOTICES, name="notices")
APP.add_typer(appeals.REVIEW, name="review")
APP.add_typer(umbrellas.UMBRELLA, name="umbrella")
rules.POLICY.command("check")(checks.check)
rules.POLICY.command("diff")(diff.diff)
rules.POLICY.command("backtest")(policy_backtest.backtest)
rules.POLICY.command("evidence")(policy_evidence.evidence)
rules.POLICY.command("impact")(policy_impact.impact)
rules.POLICY.command("prove")(policy_prove.prove)
for act in (*policy_life.COMMANDS, *policy_drafts.COMMANDS, *policy_gates.COMMANDS):
    rules.POLICY.command(act.__name__)(act)
rules.POLICY.add_typer(policy_strategy.STRATEGY, name="strategy")
APP.add_typer(rules.POLICY, name="policy")
APP.add_typer(dmn.DMN, name="dmn")
APP.add_typer(rules.SCORE, name="score")
APP.add_typer(world.DATA, name="data")


_OF_SYSTEM = {
    errno.ENOENT: Code.DATA_MISSING,
    errno.ENOSPC: Code.DISK_FULL,
    errno.EDQUOT: Code.DISK_FULL,
    errno.EACCES: Code.USER_FORBIDDEN,
    errno.EPERM: Code.USER_FORBIDDEN,
    errno.EROFS: Code.USER_FORBIDDEN,
}


def main() -> None:
    """Run a command; an error of ours or of the operating system is one line on stderr and exit code 1."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            # A terminal that cannot show a sign shows a question mark; it never costs the answer.
            output.reconfigure(errors="replace")
    try:
        APP(prog_name="creditline")
    except CreditlineError as error:
        _fail(error.code, error.message)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        code = _OF_SYSTEM.get(error.errno or 0, Code.CONFIGURATION_INVALID)
        _fail(code, f"{place}{error.strerror or error}. Mend that or name another path, then try again.")


def _fail(code: Code, message: str) -> NoReturn:
    sys.stderr.write(f"creditline: {code}: {message}\n")
    raise SystemExit(FOUND_STATUS if code is Code.GATE_FAILED else 1) from None


if __name__ == "__main__":
    main()
