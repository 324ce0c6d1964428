"""Run the DMN conformance kit with the reference evaluator: `make tck`.

Writes the kit's result table (folder, file, case, SUCCESS or ERROR, detail) and prints how many cases of each level pass,
beside them how many of those that expect more than null, and each miss with why. Exit 0 if no case fails that did not
fail before, 1 if one does, 5 if the kit is not at hand.
"""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from creditline.edge.settings import read_settings
from tests.tck.kit import LEVELS, Result, folders, write_table

HERE = Path(__file__).resolve().parent
SKIPPED_STATUS = 5
MISSING = (
    "The conformance kit is not in {home}. Get the folder TestCases of github.com/dmn-tck/tck, put its compliance-level-2 "
    "and compliance-level-3 into dmn-tck/ in the folder that CREDITLINE_DATA names, and run this again."
)


def kit_home() -> Path:
    """Return where the kit is looked for."""
    return read_settings().data / "dmn-tck"


def known_misses() -> Mapping[str, str]:
    """Return the cases that are known to fail, each with why: "folder/case"."""
    read: dict[str, str] = tomllib.loads((HERE / "misses.toml").read_text(encoding="utf-8"))["misses"]
    return read


def name_of(result: Result) -> str:
    """Return a case as `misses.toml` names it."""
    return f"{result.folder.rpartition('/')[2]}/{result.case}"


def summary(results: Sequence[Result]) -> list[str]:
    """Return a line for each level: all cases, and those that expect more than null."""
    lines = []
    for level in LEVELS:
        own = [one for one in results if one.level == level]
        telling = [one for one in own if not one.is_null]
        passed, told = sum(one.is_passed for one in own), sum(one.is_passed for one in telling)
        lines.append(
            f"{level}: {passed} of {len(own)} pass ({passed / len(own):.1%}); "
            f"of those that expect more than null {told} of {len(telling)} ({told / len(telling):.1%})"
        )
    return lines


def main(arguments: Sequence[str]) -> int:
    """Run the kit; the first argument names the table to write."""
    home = kit_home()
    if not all((home / level).is_dir() for level in LEVELS):
        print(MISSING.format(home=home), file=sys.stderr)
        return SKIPPED_STATUS
    results = [result for folder in folders(home) for result in folder.results()]
    table = Path(arguments[0] if arguments else "build/tck_results.csv")
    table.parent.mkdir(parents=True, exist_ok=True)
    write_table(results, table)
    print("\n".join(summary(results)))
    known = known_misses()
    missed = [one for one in results if not one.is_passed]
    for one in missed:
        print(f"  {name_of(one)}: {known.get(name_of(one), f'NEW: {one.detail}')}")
    print(f"The table is {table}.")
    return 1 if any(name_of(one) not in known for one in missed) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
