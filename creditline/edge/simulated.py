"""Simulate on all processors: each process reads the products and takes parts of the people; the results do not depend on it."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from creditline.decision.product import Product, read_product
from creditline.errors import Code, NotFound
from creditline.simulation.assumed import Assumed, read_assumed
from creditline.simulation.report import Report, report_of
from creditline.simulation.run import Part, Plan, arms_of, joined, live_through

Progress = Callable[[int], None]
Files = Mapping[str, bytes]


def read_assumptions(path: Path | None) -> Assumed:
    """Read assumptions from a file, or those that come with the package."""
    if path is None:
        return read_assumed((files("creditline") / "simulation" / "assumed.toml").read_text(encoding="utf-8"))
    if not path.is_file():
        raise NotFound(f"There is no file {path}. Name a file of assumptions.", code=Code.DATA_MISSING)
    return read_assumed(path.read_text(encoding="utf-8"))


def simulate(plan: Plan, policy: Product, *, draft: Product | None, processes: int | None, told: Progress) -> Report:
    """Let people live under a policy, its rivals and a draft; `told` hears how many more have lived.

    Without `processes` as many work as there are processors for; what is found is the same for any number.
    """
    parts = list(plan.parts())
    count = min(len(parts), processes or os.cpu_count() or 1)
    found: list[Part] = []
    with _mapping(plan, policy, draft, count) as lived:
        for (first, end), part in zip(parts, lived(parts), strict=True):
            found.append(part)
            told(end - first)
    editions = {name: one.edition for name, one in arms_of(policy, draft).items()}
    return report_of(plan, joined(found), product=policy.name, editions=editions)


Mapped = Callable[[Sequence[tuple[int, int]]], Iterator[Part]]


@contextmanager
def _mapping(plan: Plan, policy: Product, draft: Product | None, count: int) -> Iterator[Mapped]:
    """Give what maps parts to what their people came to: here, or in processes of its own."""
    if count <= 1:
        arms = arms_of(policy, draft)
        yield lambda parts: (live_through(plan, arms, part) for part in parts)
        return
    asked = (plan, policy.files, None if draft is None else draft.files)
    # Processes start anew: one that is forked from a program with threads may stand still for ever.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_prepare, initargs=asked) as pool:
        try:
            yield lambda parts: pool.map(_live_through, parts)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class _Worker:
    """What one process works with, read once."""

    plan: Plan
    arms: Mapping[str, Product]


def _prepare(plan: Plan, policy: Files, draft: Files | None) -> None:
    # Ctrl+C reaches every process of a terminal; only the first one answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Worker.plan = plan
    _Worker.arms = arms_of(read_product(policy), None if draft is None else read_product(draft))


def _live_through(part: tuple[int, int]) -> Part:
    return live_through(_Worker.plan, _Worker.arms, part)
