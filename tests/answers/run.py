"""Show who of a fixed population is answered otherwise here than on main (or what `AGAINST` names), and why.

The other version is unpacked beside the checkout and asked by its own `population.py`; nothing of the work in hand is
touched. Exit 1 if anybody is answered otherwise: a change that means it says so in CHANGELOG under "Answers that change".
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HOME = Path(__file__).parents[2]
POPULATION = Path("tests/answers/population.py")
SHOWN_COUNT = 20
Answer = dict[str, Any]


def asked_in(tree: Path) -> list[Answer]:
    """Return the answers of the version in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    ran = subprocess.run(
        [sys.executable, str(tree / POPULATION)], cwd=tree, env=environment, stdout=subprocess.PIPE, check=True
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def unpacked(version: str, into: Path) -> bool:
    """Unpack a version of the project; return whether it has a population to ask."""
    packed = subprocess.run(["git", "archive", version], cwd=HOME, stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(into, filter="data")
    return (into / POPULATION).exists()


def differences(before: Sequence[Answer], after: Sequence[Answer]) -> list[tuple[Answer | None, Answer | None]]:
    """Return the pairs that differ, by who was asked what; None where one version did not ask."""
    old = {(one["borrower"], one["asked"]): one for one in before}
    new = {(one["borrower"], one["asked"]): one for one in after}
    return [(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]


def change_of(before: Answer | None, after: Answer | None) -> tuple[str, str, str, str]:
    """Return what of an answer changed: the question, the answers, and the first reason on the side that has one."""
    told = after or before or {}
    was, now = ((one["answer"] if one else "not asked") for one in (before, after))
    reasons = (after or {}).get("reasons") or (before or {}).get("reasons") or ["no reason"]
    return told["asked"], was, now, "terms or reasons" if was == now else reasons[0]


def report(pairs: Sequence[tuple[Answer | None, Answer | None]], asked_count: int, version: str) -> None:
    """Print how many are answered otherwise, per change and reason, and the first of them."""
    print(f"{asked_count} answers here, laid beside {version}: {len(pairs)} differ.")
    if not pairs:
        return
    print(f"\n{'asked':<14}{'was':<12}{'is':<12}{'first reason':<24}{'count':>7}")
    for (asked, was, now, reason), count in Counter(change_of(*pair) for pair in pairs).most_common():
        print(f"{asked:<14}{was:<12}{now:<12}{reason:<24}{count:>7}")
    print()
    for before, after in pairs[:SHOWN_COUNT]:
        told = after or before or {}
        print(f"{told['borrower']}, {told['asked']}:")
        for name, one in (("was", before), ("is", after)):
            print(
                f"  {name:<4}{'not asked' if one is None else json.dumps([one['answer'], one['terms'], one['reasons']])}"
            )


def main() -> int:
    """Lay the two versions side by side."""
    version = os.environ.get("AGAINST", "main")
    here = asked_in(HOME)
    with tempfile.TemporaryDirectory() as folder:
        if not unpacked(version, Path(folder)):
            print(f"{len(here)} answers here; {version} has no population to lay them beside yet.")
            return 0
        pairs = differences(asked_in(Path(folder)), here)
    report(pairs, len(here), version)
    return int(bool(pairs))


if __name__ == "__main__":
    sys.exit(main())
